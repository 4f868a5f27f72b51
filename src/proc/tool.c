/* tool.c - a compiler or lake, while it runs. */
#include "proc/tool.h"

#include <poll.h>

#include "base/error.h"

#define STEP 16384
#define STEPS 128 /* of one drain: twice what the largest pipe holds */
#define LONGEST_POLL_S 1000
#define BURY_MS UINT64_C(10000)
#define LAST_WORDS 600 /* bytes */

/* ---- starting ---- */

int
lwi_tool_start(struct lwi_tool *tool, lw_runtime *runtime, size_t limit,
               const struct lwi_tool_words *words, lw_error *err)
{
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;

    *tool = (struct lwi_tool){ .limit = limit };
    lwi_buf_init(&tool->output, &lwi_system_allocator);
    spec.argv = words->argv;
    spec.env = words->environment;
    spec.cwd = words->folder;
    spec.launch = false; /* its stdout is what we want */
    return lwi_child_spawn(&tool->child, runtime, &spec, err);
}

/* ---- while it runs ---- */

int
lwi_tool_drain(struct lwi_tool *tool)
{
    int fd = lwi_child_get_fds(tool->child).response;
    char taken[STEP];
    ssize_t n;
    int steps;

    for (steps = 0; steps < STEPS && !tool->at_end; steps++) {
        n = read(fd, taken, sizeof(taken));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        tool->at_end = n == 0;
        if (tool->output.size + (size_t)n > tool->limit)
            tool->cut = true;
        else if (lwi_buf_append(&tool->output, taken, (size_t)n) != LW_OK)
            return LW_ENOMEM;
    }
    return LW_OK;
}

/* Milliseconds until something must be looked at again; -1: never. */
static int
poll_time(const struct lwi_clock *clock, int64_t deadline)
{
    struct timespec left;

    if (lwi_time_left(clock, deadline, &left) == NULL)
        return -1;
    if (left.tv_sec >= LONGEST_POLL_S)
        return LONGEST_POLL_S * 1000;
    return (int)(left.tv_sec * 1000 + left.tv_nsec / LWI_NS_PER_MS + 1);
}

int
lwi_tools_wait(struct lwi_tool *tools, size_t count, int cancel_fd,
               const struct lwi_clock *clock, int64_t deadline,
               const char *doing, lw_error *err)
{
    struct pollfd *wait =
        lwi_alloc_array(&lwi_system_allocator, count * 2 + 1, sizeof(*wait));
    int rc = LW_OK;
    size_t i;

    if (wait == NULL)
        return lwi_fail(err, LW_ENOMEM, doing, "out of memory");
    wait[0] = (struct pollfd){ .fd = cancel_fd, .events = POLLIN };
    for (i = 0; i < count; i++) {
        struct pollfd *both = &wait[1 + 2 * i];

        both[0] = both[1] = (struct pollfd){ .fd = -1, .events = POLLIN };
        if (tools[i].child == NULL)
            continue;
        both[0].fd = lwi_child_get_fds(tools[i].child).death;
        if (!tools[i].at_end)
            both[1].fd = lwi_child_get_fds(tools[i].child).response;
    }
    if (poll(wait, (nfds_t)(count * 2 + 1), poll_time(clock, deadline)) < 0 &&
        errno != EINTR)
        rc = lwi_fail_errno(err, LW_ESYSTEM, doing, "poll");
    lwi_free(&lwi_system_allocator, wait);
    return rc;
}

/* ---- its end ---- */

bool
lwi_tool_is_dead(const struct lwi_tool *tool)
{
    struct pollfd dead = { .fd = lwi_child_get_fds(tool->child).death,
                           .events = POLLIN };

    return poll(&dead, 1, 0) > 0;
}

/* Where it is dead, all that it wrote is in the pipe. */
bool
lwi_tool_ended(struct lwi_tool *tool, const struct lwi_clock *clock,
               struct lwi_obituary *obituary)
{
    if (!lwi_tool_is_dead(tool))
        return false;
    lwi_tool_drain(tool);
    lwi_child_wait_buried(tool->child, lwi_deadline_after(clock, BURY_MS));
    return lwi_child_get_obituary(tool->child, obituary);
}

lw_span
lwi_tool_end_of(lw_span text)
{
    while (text.size > 0 && (text.data[text.size - 1] == '\n' ||
                             text.data[text.size - 1] == ' '))
        text.size--;
    if (text.size > LAST_WORDS) {
        text.data += text.size - LAST_WORDS;
        text.size = LAST_WORDS;
    }
    return text;
}

lw_span
lwi_tool_last_words(const struct lwi_obituary *obituary)
{
    return lwi_tool_end_of(obituary->stderr_tail.size > 0
                               ? obituary->stderr_tail
                               : obituary->stderr_head);
}

void
lwi_tool_fini(struct lwi_tool *tool, const struct lwi_clock *clock,
              enum lwi_kill_reason reason)
{
    if (tool->child != NULL) {
        lwi_child_kill(tool->child, reason);
        lwi_child_wait_buried(tool->child, lwi_deadline_after(clock, BURY_MS));
        lwi_child_release(tool->child);
        tool->child = NULL;
    }
    lwi_buf_fini(&tool->output);
}

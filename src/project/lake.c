/*
 * lake.c - asking Lake about a project.
 *
 * Lake may elaborate a lakefile.lean, which is a program: it runs as a child
 * like every other, in a group of its own that is killed with it.
 */
#include "project/lake.h"

#include <poll.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/path.h"
#include "proc/child.h"
#include "proc/runtime.h"

#define DOING "run lake"
#define WORDS_MAX 4
#define OUTPUT_LIMIT ((size_t)1024 * 1024)
#define STEP 4096
#define LONGEST_POLL_S 1000
#define BURY_MS UINT64_C(10000)
#define SHOWN_STDERR 600 /* bytes of it in an error message */

struct run {
    const char *lake;
    const char *const *words; /* behind `lake`; NULL at the end */
    const char *project;
    const lw_project_options *options;
    const struct lwi_clock *clock;
    struct lwi_child *child;
    int64_t deadline;
    struct lwi_buf output;
    bool at_end; /* nobody holds the other end of the pipe any more */
};

/* ---- what it is started with ---- */

/* The folder of lake goes first, so that it finds its own lean. */
static int
make_environment(struct lwi_strings *environment, const char *lake)
{
    static const char *const taken_away[] = {
        "LEAN_PATH",      "LEAN_SRC_PATH",
        "LEAN_SYSROOT",   "LEAN",
        "LEAN_CC",        "LEAN_AR",
        "LEAN_GITHASH",   "LAKE",
        "LAKE_HOME",      "LAKE_OVERRIDE_LEAN",
        "ELAN_TOOLCHAIN",
    };
    const char *path = lwi_environment("PATH");
    char *bin = lwi_copy_text(&lwi_system_allocator, lake);
    int rc = LW_ENOMEM;
    size_t i;

    if (bin != NULL && lwi_path_to_parent(bin))
        rc = lwi_strings_take(
            environment,
            lwi_path_printf("PATH=%s:%s", bin,
                            path == NULL ? "/usr/bin:/bin" : path));
    for (i = 0; rc == LW_OK && i < LWI_COUNT(taken_away); i++)
        rc = lwi_strings_add(environment, taken_away[i]);
    lwi_free(&lwi_system_allocator, bin);
    return rc;
}

static int
start(struct run *run, lw_runtime *runtime, lw_error *err)
{
    const char *argv[WORDS_MAX + 2] = { run->lake };
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    struct lwi_strings environment = { 0 };
    int rc = make_environment(&environment, run->lake);
    size_t i;

    for (i = 0; run->words[i] != NULL; i++) {
        LW_ASSERT(i < WORDS_MAX);
        argv[i + 1] = run->words[i];
    }
    if (rc == LW_OK) {
        spec.argv = argv;
        spec.env = (const char *const *)environment.items;
        spec.cwd = run->project;
        spec.launch = false; /* its stdout is what we want */
        rc = lwi_child_spawn(&run->child, runtime, &spec, err);
    } else {
        lwi_fail(err, rc, DOING, "out of memory");
    }
    lwi_strings_fini(&environment);
    return rc;
}

/* ---- while it runs ---- */

/* Takes what is in the pipe, to EAGAIN. */
static int
drain(struct run *run, int fd, lw_error *err)
{
    ssize_t n;

    while (!run->at_end) {
        if (lwi_buf_reserve(&run->output, STEP) != LW_OK)
            return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
        n = read(fd, run->output.data + run->output.size, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        run->at_end = n == 0;
        run->output.size += (size_t)n;
        if (run->output.size > OUTPUT_LIMIT)
            return lwi_fail(err, LW_EPROJECT, DOING,
                            "`lake %s` prints more than %zu bytes in %s",
                            run->words[0], OUTPUT_LIMIT, run->project);
    }
    return LW_OK;
}

static int
check_time(const struct run *run, lw_error *err)
{
    if (lw_cancel_is_set(run->options->cancel))
        return lwi_fail(err, LW_ECANCELLED, DOING, "cancelled");
    if (lwi_now(run->clock) >= run->deadline)
        return lwi_fail(
            err, LW_ETIMEOUT, DOING,
            "`lake %s` did not end within %.1f s in %s", run->words[0],
            (double)run->options->lake_timeout_ms / 1000, run->project);
    return LW_OK;
}

/* Milliseconds until something must be looked at again; -1: never. */
static int
poll_time(const struct run *run)
{
    struct timespec left;

    if (lwi_time_left(run->clock, run->deadline, &left) == NULL)
        return -1;
    if (left.tv_sec >= LONGEST_POLL_S)
        return LONGEST_POLL_S * 1000;
    return (int)(left.tv_sec * 1000 + left.tv_nsec / LWI_NS_PER_MS + 1);
}

/* Reads until the child is dead. */
static int
attend(struct run *run, lw_error *err)
{
    struct lwi_child_fds fds = lwi_child_get_fds(run->child);
    struct pollfd wait[3];
    int rc;

    for (;;) {
        rc = check_time(run, err);
        if (rc != LW_OK)
            return rc;
        wait[0] = (struct pollfd){ .fd = fds.death, .events = POLLIN };
        wait[1] = (struct pollfd){ .fd = run->at_end ? -1 : fds.response,
                                   .events = POLLIN };
        wait[2] = (struct pollfd){ .fd = lwi_cancel_fd(run->options->cancel),
                                   .events = POLLIN };
        if (poll(wait, LWI_COUNT(wait), poll_time(run)) < 0 && errno != EINTR)
            return lwi_fail_errno(err, LW_ESYSTEM, DOING, "poll");
        /* Where it was dead at the poll, all it wrote is in the pipe now. */
        rc = drain(run, fds.response, err);
        if (rc != LW_OK || wait[0].revents != 0)
            return rc;
    }
}

/* ---- when it has ended ---- */

/* Its stderr without the blank end: the last lines say what was wrong. */
static lw_span
last_words(const struct lwi_obituary *obituary)
{
    lw_span text = obituary->stderr_tail.size > 0 ? obituary->stderr_tail
                                                  : obituary->stderr_head;

    while (text.size > 0 && (text.data[text.size - 1] == '\n' ||
                             text.data[text.size - 1] == ' '))
        text.size--;
    if (text.size > SHOWN_STDERR) {
        text.data += text.size - SHOWN_STDERR;
        text.size = SHOWN_STDERR;
    }
    return text;
}

static int
judge(const struct run *run, lw_error *err)
{
    struct lwi_obituary obituary;
    bool by_signal, unknown;
    lw_span words;

    if (!lwi_child_get_obituary(run->child, &obituary))
        return lwi_fail(err, LW_ESYSTEM, DOING, "%s does not end", run->lake);
    by_signal = obituary.exit_signal != 0;
    unknown = !by_signal && obituary.exit_code < 0;
    /* Somebody else may have taken its status: what it printed is left. */
    if (obituary.exit_code == 0 || (unknown && run->output.size > 0))
        return LW_OK;
    words = last_words(&obituary);
    lwi_fail(err, LW_EPROJECT, DOING, "`lake %s` fails in %s (%s %d)%s%.*s",
             run->words[0], run->project, by_signal ? "signal" : "exit code",
             by_signal ? obituary.exit_signal : obituary.exit_code,
             words.size > 0 ? ": " : "", (int)words.size,
             words.size > 0 ? words.data : "");
    if (err != NULL) {
        err->exit_code = obituary.exit_code;
        err->exit_signal = obituary.exit_signal;
    }
    return LW_EPROJECT;
}

/* Cuts the last line that holds anything at its colons. */
static int
split(struct run *run, struct lwi_strings *entries)
{
    const char *text = lwi_buf_peek_text(&run->output), *end, *at;
    size_t length;
    int rc = LW_OK;

    end = text + run->output.size;
    while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    for (at = end; at > text && at[-1] != '\n';)
        at--;
    while (rc == LW_OK && at < end) {
        for (length = 0; at + length < end && at[length] != ':';)
            length++;
        if (length > 0)
            rc = lwi_strings_take(
                entries, lwi_copy_bytes(&lwi_system_allocator, at, length));
        at += length + 1;
    }
    return rc;
}

static enum lwi_kill_reason
kill_reason(int rc)
{
    return rc == LW_ECANCELLED ? LWI_KILL_CANCELLED
           : rc == LW_ETIMEOUT ? LWI_KILL_TIMEOUT
                               : LWI_KILL_POLICY;
}

static int
run_child(struct run *run, lw_runtime *runtime, lw_error *err)
{
    int rc = start(run, runtime, err);

    if (rc != LW_OK)
        return rc;
    rc = attend(run, err);
    if (rc != LW_OK)
        lwi_child_kill(run->child, kill_reason(rc));
    lwi_child_wait_buried(run->child, lwi_deadline_after(run->clock, BURY_MS));
    if (rc == LW_OK)
        rc = judge(run, err);
    lwi_child_release(run->child);
    return rc;
}

/* Leaves what it printed in run->output, which the caller frees. */
static int
run_lake(struct run *run, lw_error *err)
{
    lw_runtime *runtime = run->options->runtime;
    int rc = LW_OK;

    lwi_buf_init(&run->output, &lwi_system_allocator);
    if (runtime == NULL)
        rc = lw_runtime_create(&runtime, NULL, err);
    if (rc != LW_OK)
        return rc;
    run->clock = lwi_runtime_clock(runtime);
    run->deadline =
        run->options->lake_timeout_ms == LW_NO_LIMIT
            ? LWI_NEVER
            : lwi_deadline_after(run->clock, run->options->lake_timeout_ms);
    rc = run_child(run, runtime, err);
    if (run->options->runtime == NULL)
        lw_runtime_destroy(runtime);
    return rc;
}

int
lwi_lake_search_path(struct lwi_strings *entries, const char *lake,
                     const char *project, const lw_project_options *options,
                     lw_error *err)
{
    static const char *const words[] = { "env", "printenv", "LEAN_PATH", NULL };
    struct run run = {
        .lake = lake, .words = words, .project = project, .options = options
    };
    int rc = run_lake(&run, err);

    if (rc == LW_OK && split(&run, entries) != LW_OK)
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    lwi_buf_fini(&run.output);
    return rc;
}

int
lwi_lake_translate(const char *path, const char *lake, const char *project,
                   const lw_project_options *options, lw_error *err)
{
    const char *const words[] = { "translate-config", "toml", path, NULL };
    struct run run = {
        .lake = lake, .words = words, .project = project, .options = options
    };
    int rc = run_lake(&run, err);

    lwi_buf_fini(&run.output);
    return rc;
}

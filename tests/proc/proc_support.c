/* proc_support.c - what the tests of real processes do again and again. */
#include "proc/proc_support.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#define BOUND_MS 100000

const char *
helper_path(const char *name)
{
    static _Thread_local char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 64);
    char *slash;

    CHECK(size > 0);
    path[size] = '\0';
    slash = strrchr(path, '/');
    CHECK(slash != NULL);
    snprintf(slash + 1, 64, "%s", name);
    return path;
}

lw_runtime *
start_runtime(const struct lwi_runtime_hooks *hooks)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;

    options.launcher_path = LAUNCHER;
    if (lwi_runtime_create(&runtime, &options, hooks, &err) != LW_OK)
        fprintf(stderr, "%s\n", err.message);
    CHECK(runtime != NULL);
    return runtime;
}

struct lwi_child_spec
helper_spec(bool launch, const char *const *words)
{
    static _Thread_local const char *argv[16];
    static _Thread_local char path[4096];
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    size_t i;

    snprintf(path, sizeof(path), "%s", helper_path("proc_child_helper"));
    argv[0] = path;
    for (i = 0; words[i] != NULL; i++)
        argv[i + 1] = words[i];
    argv[i + 1] = NULL;
    spec.argv = argv;
    spec.launch = launch;
    return spec;
}

struct lwi_child *
start_helper(lw_runtime *runtime, bool launch, const char *const *words)
{
    struct lwi_child_spec spec = helper_spec(launch, words);
    struct lwi_child *child = NULL;
    lw_error err = LW_ERROR_INIT;

    if (lwi_child_spawn(&child, runtime, &spec, &err) != LW_OK)
        fprintf(stderr, "%s\n", err.message);
    CHECK(child != NULL);
    return child;
}

bool
readable_within(int fd, int ms)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    return poll(&ready, 1, ms) > 0;
}

const char *
read_line_from(int fd)
{
    static _Thread_local char line[1024];
    size_t used = 0;

    for (;;) {
        CHECK(readable_within(fd, BOUND_MS));
        CHECK(used < sizeof(line));
        if (read(fd, line + used, 1) != 1)
            check_failed(__FILE__, __LINE__, "a line, not the end", errno);
        if (line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
    return line;
}

const char *
read_line(const struct lwi_child *child)
{
    return read_line_from(lwi_child_get_fds(child).response);
}

int64_t
in_ms(uint64_t ms)
{
    return lwi_deadline_after(&lwi_system_clock, ms);
}

struct lwi_obituary
bury(struct lwi_child *child)
{
    struct lwi_obituary obituary;

    CHECK_INT(lwi_child_wait_buried(child, in_ms(BOUND_MS)), LW_OK);
    CHECK(lwi_child_get_obituary(child, &obituary));
    return obituary;
}

int
watch_process(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0u);

    CHECK(fd >= 0);
    return fd;
}

void
wait_gone(int pidfd)
{
    CHECK(readable_within(pidfd, BOUND_MS));
    close(pidfd);
}

bool
text_has(lw_span text, const char *what)
{
    return memmem(text.data, text.size, what, strlen(what)) != NULL;
}

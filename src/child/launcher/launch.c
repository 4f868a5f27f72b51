/*
 * launch.c - from the library's spawn to the program that does the work.
 *
 * Every step that fails is reported by its name: on the status socket to the
 * library, on stderr to a person. Nothing is left to be found out later.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher.h"

static void
tell(int status, enum lwi_stage stage, int number)
{
    unsigned char record[LWI_STATUS_SIZE];

    lwi_launch_put_u32(record, (uint32_t)stage);
    lwi_launch_put_u32(record + 4, (uint32_t)number);
    /* A library that is gone does not hear it, and kills us anyway. */
    (void)send(status, record, sizeof(record), MSG_NOSIGNAL);
}

static int
fail(const struct settings *settings, enum lwi_stage stage)
{
#define TEXT(name, number, text) [number] = (text),
    static const char *const texts[] = { LWI_STAGE_MAP(TEXT) };
#undef TEXT
    int saved = errno;

    if (settings->status >= 0)
        tell(settings->status, stage, saved);
    else
        fprintf(stderr, "lean-worker-child: %s: %s: %s\n", settings->command[0],
                texts[stage], strerror(saved));
    if (stage != LWI_STAGE_EXEC)
        return EXIT_OWN_FAILURE;
    return saved == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* False where the library went away instead. */
static bool
wait_for_go(int status)
{
    char go = 0;
    ssize_t n;

    do
        n = read(status, &go, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 && go == LWI_LAUNCH_GO;
}

/* Where the child finds them; a ring only where there is one. */
static int
name_descriptors(const struct settings *settings)
{
    bool ring = settings->ring >= 0 && !settings->zygote;
    bool preload = settings->ring >= 0 && settings->zygote;

    if (setenv(LWI_CHILD_FDS_VARIABLE, LWI_CHILD_FDS_VALUE, 1) < 0)
        return -1;
    if ((ring ? setenv(LWI_CHILD_RING_VARIABLE, LWI_CHILD_RING_VALUE, 1)
              : unsetenv(LWI_CHILD_RING_VARIABLE)) < 0)
        return -1;
    return preload
               ? setenv(LWI_CHILD_PRELOAD_VARIABLE, LWI_CHILD_PRELOAD_VALUE, 1)
               : unsetenv(LWI_CHILD_PRELOAD_VARIABLE);
}

int
launch(struct settings *settings)
{
    reset_signals();
    if (settings->parent > 0 && tie_to_parent(settings, SIGKILL) < 0)
        return fail(settings, LWI_STAGE_PARENT);
    if (allow_descriptors() < 0)
        return fail(settings, LWI_STAGE_LIMITED);
    if (move_descriptors(settings) < 0)
        return fail(settings, LWI_STAGE_DESCRIPTORS);
    close_others(settings);
    volunteer_for_oom();
    if (set_limits(settings) < 0)
        return fail(settings, LWI_STAGE_LIMITS);
    if (name_descriptors(settings) < 0)
        return fail(settings, LWI_STAGE_DESCRIPTORS);
    if (settings->status >= 0 && !wait_for_go(settings->status))
        return EXIT_OWN_FAILURE;
    if (settings->host != NULL && !load_host(settings->host))
        return EXIT_OWN_FAILURE; /* the library reads stderr */
    if (settings->status >= 0)
        tell(settings->status, LWI_STAGE_READY, 0);
    if (settings->host != NULL) {
        close(settings->status);
        if (settings->zygote)
            become_zygote();
        return become_host(settings->command);
    }
    execvp(settings->command[0], settings->command);
    return fail(settings, LWI_STAGE_EXEC);
}

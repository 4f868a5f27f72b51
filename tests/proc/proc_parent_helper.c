/*
 * proc_parent_helper.c - a program with workers, for a test to kill.
 *
 *      proc_parent_helper LAUNCHER MODE
 *
 * Starts three children, each with a grandchild that holds all pipes, and says
 * on stdout, a line each: the warden's process id, those of the children, and
 * those of the grandchildren. Then it waits for its end, by the mode:
 *
 *      hold     for a signal
 *      copied   the same, with a copy made by fork that outlives it
 *      exit     ends itself without destroying the runtime
 *      exec     becomes another program
 *      warden   says the next warden's process id when there is one
 *      thread   like hold, but started from a thread that has ended
 */
#include <pthread.h>
#include <stdio.h>

#include "proc/child.h"
#include "proc/runtime.h"

#define CHILDREN 3

static lw_runtime *runtime;
static struct lwi_child *children[CHILDREN];
static const char *launcher;
static char helper[4096];

static int
start_one(size_t index)
{
    const char *argv[] = { helper, "keep", "0", "hold", NULL };
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;

    spec.argv = argv;
    if (lwi_child_spawn(&children[index], runtime, &spec, &err) == LW_OK)
        return 0;
    fprintf(stderr, "%s\n", err.message);
    return -1;
}

static void *
start_all(void *unused)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    size_t i;

    (void)unused;
    options.launcher_path = launcher;
    if (lw_runtime_create(&runtime, &options, &err) != LW_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    for (i = 0; i < CHILDREN; i++) {
        if (start_one(i) < 0)
            exit(1);
    }
    return NULL;
}

/* What the child says: its grandchild's process id and a newline. */
static void
pass_on(struct lwi_child *child)
{
    struct pollfd ready = { .fd = lwi_child_get_fds(child).response,
                            .events = POLLIN };
    char byte = 0;

    while (byte != '\n') {
        if (poll(&ready, 1, 20000) <= 0 || read(ready.fd, &byte, 1) != 1)
            exit(1);
        putchar(byte);
    }
}

static void
say_who_lives(pid_t warden)
{
    size_t i;

    printf("%ld\n", (long)warden);
    for (i = 0; i < CHILDREN; i++)
        printf("%ld\n", (long)lwi_child_get_pid(children[i]));
    for (i = 0; i < CHILDREN; i++)
        pass_on(children[i]);
    fflush(stdout);
}

/* There is no descriptor that tells, and this is only a helper: it looks. */
static void
say_next_warden(pid_t first)
{
    const struct timespec pause_a_little = { 0, 2000000 };
    pid_t now;

    do {
        nanosleep(&pause_a_little, NULL);
        now = lwi_runtime_warden_pid(runtime);
    } while (now == 0 || now == first);
    printf("%ld\n", (long)now);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[2] : "";
    pthread_t thread;
    pid_t copy, warden;
    char *slash;

    if (argc < 3)
        return 2;
    launcher = argv[1];
    snprintf(helper, sizeof(helper), "%s", argv[0]);
    slash = strrchr(helper, '/');
    snprintf(slash == NULL ? helper : slash + 1, 64, "proc_child_helper");
    if (strcmp(mode, "thread") == 0) {
        if (pthread_create(&thread, NULL, start_all, NULL) != 0)
            return 1;
        pthread_join(thread, NULL);
    } else {
        start_all(NULL);
    }
    if (strcmp(mode, "copied") == 0) {
        copy = (fork)();
        if (copy == 0) {
            /* Nothing that it does with its copies may matter. */
            lwi_child_kill(children[0], LWI_KILL_POLICY);
            lwi_child_release(children[1]);
            lw_runtime_destroy(runtime);
            for (;;)
                pause();
        }
        printf("%ld\n", (long)copy);
    }
    warden = lwi_runtime_warden_pid(runtime);
    say_who_lives(warden);
    if (strcmp(mode, "warden") == 0)
        say_next_warden(warden);
    if (strcmp(mode, "exit") == 0)
        _exit(0);
    if (strcmp(mode, "exec") == 0)
        execl("/bin/sleep", "sleep", "1000", (char *)NULL);
    for (;;)
        pause();
}

/* proc_vanish_test.c - the program dies, and nothing of it may be left. */
#include <sys/wait.h>

#include "proc/proc_support.h"

enum { CHILDREN = 3, WATCHED = 1 + 2 * CHILDREN };

/* A program with workers, and a pidfd for each of them. */
struct family {
    pid_t parent;
    pid_t copy; /* 0: none */
    pid_t warden;
    int words;            /* its stdout */
    int watched[WATCHED]; /* warden, children, grandchildren */
};

static pid_t
read_pid(struct family *family)
{
    return (pid_t)strtol(read_line_from(family->words), NULL, 10);
}

static void
start_family(struct family *family, const char *mode)
{
    const char *path = helper_path("proc_parent_helper");
    int fds[2];
    size_t i;

    CHECK_INT(pipe(fds), 0);
    family->parent = (fork)();
    if (family->parent == 0) {
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        execl(path, path, LAUNCHER, mode, (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    family->words = fds[0];
    family->copy = strcmp(mode, "copied") == 0 ? read_pid(family) : 0;
    for (i = 0; i < WATCHED; i++) {
        pid_t pid = read_pid(family);

        if (i == 0)
            family->warden = pid;
        family->watched[i] = watch_process(pid);
    }
}

static void
all_gone(struct family *family)
{
    size_t i;

    for (i = 0; i < WATCHED; i++)
        wait_gone(family->watched[i]);
    close(family->words);
}

static void
end_parent(struct family *family, int signal)
{
    if (signal != 0)
        kill(family->parent, signal);
    CHECK_INT(waitpid(family->parent, NULL, 0), family->parent);
}

TEST(a_killed_parent_leaves_nobody)
{
    struct family family;

    start_family(&family, "hold");
    end_parent(&family, SIGKILL);
    all_gone(&family);
}

TEST(so_does_one_that_exits)
{
    struct family family;

    start_family(&family, "exit");
    end_parent(&family, 0);
    all_gone(&family);
}

TEST(so_does_one_that_execs)
{
    struct family family;

    start_family(&family, "exec");
    all_gone(&family);
    end_parent(&family, SIGKILL);
}

TEST(threads_that_end_end_no_children)
{
    struct family family;

    start_family(&family, "thread");
    CHECK(!readable_within(family.watched[1], 100));
    end_parent(&family, SIGKILL);
    all_gone(&family);
}

/* The copy holds the lifeline open, and must not act for its parent. */
TEST(a_forked_copy_changes_nothing)
{
    struct family family;

    start_family(&family, "copied");
    CHECK(!readable_within(family.watched[1], 100));
    end_parent(&family, SIGKILL);
    all_gone(&family);
    kill(family.copy, SIGKILL);
}

/* The parent says so when it has another. */
TEST(a_killed_warden_is_replaced)
{
    struct family family;

    start_family(&family, "warden");
    kill(family.warden, SIGKILL);
    CHECK(read_pid(&family) != family.warden);
    end_parent(&family, SIGKILL);
    all_gone(&family);
}

/* It looks dead to the parent only when its pipe is full, if ever. */
TEST(a_stopped_warden_does_not_save_the_children)
{
    struct family family;
    size_t i;

    start_family(&family, "hold");
    kill(family.warden, SIGSTOP);
    end_parent(&family, SIGKILL);
    for (i = 1; i <= CHILDREN; i++)
        CHECK(readable_within(family.watched[i], 10000));
    kill(family.warden, SIGCONT); /* and then it does the rest */
    all_gone(&family);
}

TEST(a_warden_ignores_the_usual_signals)
{
    static const int usual[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 };
    struct family family;
    size_t i;

    start_family(&family, "hold");
    for (i = 0; i < LWI_COUNT(usual); i++)
        kill(family.warden, usual[i]);
    CHECK(!readable_within(family.watched[0], 50));
    end_parent(&family, SIGKILL);
    all_gone(&family);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_parent_leaves_nobody),
        cmocka_unit_test(so_does_one_that_exits),
        cmocka_unit_test(so_does_one_that_execs),
        cmocka_unit_test(threads_that_end_end_no_children),
        cmocka_unit_test(a_forked_copy_changes_nothing),
        cmocka_unit_test(a_killed_warden_is_replaced),
        cmocka_unit_test(a_stopped_warden_does_not_save_the_children),
        cmocka_unit_test(a_warden_ignores_the_usual_signals),
    };

    return LWT_RUN(tests);
}

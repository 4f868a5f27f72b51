/*
 * isolated.h - a test body in a process of its own.
 *
 * It runs in a forked child with an alarm: it may change limits, signals and
 * its user, and it cannot hang the run. At its end descriptors, threads and
 * children are compared with the beginning. CHECK, and not cmocka's asserts,
 * belongs into it: it ends that process.
 */
#ifndef LWT_ISOLATED_H
#define LWT_ISOLATED_H

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/test.h"

#define ISOLATED_SECONDS 200

#define CHECK(condition)                                                       \
    ((condition) ? (void)0                                                     \
                 : check_failed(__FILE__, __LINE__, #condition, errno))

#define CHECK_INT(left, right)                                                 \
    check_int(__FILE__, __LINE__, #left, (long long)(left), (long long)(right))

_Noreturn static inline void
check_failed(const char *file, int line, const char *what, int number)
{
    fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", file, line, what, number);
    _exit(1);
}

static inline void
check_int(const char *file, int line, const char *what, long long is,
          long long wanted)
{
    if (is == wanted)
        return;
    fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", file, line, what, is,
            wanted);
    _exit(1);
}

/* ---- what is left ---- */

static inline size_t
count_entries(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    CHECK(folder != NULL);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static inline size_t
count_fds(void)
{
    return count_entries("/proc/self/fd");
}

/* Sanitizers have threads of their own, so ours are known by name. */
static inline size_t
count_our_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    size_t count = 0;

    CHECK(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        char path[64], name[32] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/self/task/%.20s/comm",
                 entry->d_name);
        file = fopen(path, "re");
        if (file == NULL)
            continue;
        if (fgets(name, sizeof(name), file) != NULL &&
            strncmp(name, "lw-house", 8) == 0)
            count++;
        fclose(file);
    }
    closedir(folder);
    return count;
}

/* ---- a process for each test ---- */

static inline void
run_body(void (*body)(void))
{
    size_t before;

    syscall(SYS_close_range, 3u, ~0u, 0u); /* what the test runner left */
    before = count_fds();
    setpgid(0, 0);
    alarm(ISOLATED_SECONDS);
    body();
    CHECK_INT(count_fds(), before);
    CHECK_INT(count_our_threads(), 0);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    exit(0); /* and not _exit: the leak check runs at exit */
}

/* Runs a body isolated; fails the cmocka test where the body failed. */
static inline void
isolated(void (*body)(void))
{
    pid_t pid;
    int status;

    fflush(NULL);
    pid = (fork)();
    assert_true(pid >= 0);
    if (pid == 0)
        run_body(body);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    kill(-pid, SIGKILL); /* helpers of a test that failed half-way */
    if (WIFSIGNALED(status))
        fail_msg("the test ended by signal %d", WTERMSIG(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A cmocka test from a body. */
#define TEST(name)                                                             \
    static void name##_body(void);                                             \
    static void name(void **state)                                             \
    {                                                                          \
        (void)state;                                                           \
        isolated(name##_body);                                                 \
    }                                                                          \
    static void name##_body(void)

#endif

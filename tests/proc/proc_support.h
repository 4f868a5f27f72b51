/*
 * proc_support.h - tests of real processes, each in a process of its own.
 *
 * A test body runs in a forked child with an alarm: it may change limits and
 * signal dispositions, and it cannot hang the run. At its end descriptors,
 * threads and children are compared with the beginning. Nothing sleeps to wait
 * for something: everything is seen on a descriptor, with a bound.
 */
#ifndef LWT_PROC_SUPPORT_H
#define LWT_PROC_SUPPORT_H

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/clock.h"
#include "proc/child.h"
#include "proc/runtime.h"
#include "support/test.h"

#define CHECK(condition)                                                 \
    ((condition) ? (void)0                                               \
                 : check_failed(__FILE__, __LINE__, #condition, errno))

#define CHECK_INT(left, right)                                           \
    check_int(__FILE__, __LINE__, #left, (long long)(left),              \
              (long long)(right))

_Noreturn void
check_failed(const char *file, int line, const char *what, int number);

void
check_int(const char *file, int line, const char *what, long long is,
          long long wanted);

/* Runs a body isolated; fails the cmocka test where the body failed. */
void
isolated(void (*body)(void));

/* A cmocka test from a body. */
#define TEST(name)                 \
    static void name##_body(void); \
    static void name(void **state) \
    {                              \
        (void)state;               \
        isolated(name##_body);     \
    }                              \
    static void name##_body(void)

#define LAUNCHER LW_BUILD_DIR "/lean-worker-child"

/* The path of a helper program next to the test. */
const char *
helper_path(const char *name);

lw_runtime *
start_runtime(const struct lwi_runtime_hooks *hooks);

/* A spec that runs proc_child_helper with these words; static storage. */
struct lwi_child_spec
helper_spec(bool launch, const char *const *words);
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Spawns it; fails the test where that fails. */
struct lwi_child *
start_helper(lw_runtime *runtime, bool launch, const char *const *words);

/* One line that the child wrote, without the newline; static storage. */
const char *
read_line(const struct lwi_child *child);
/* The same from any descriptor. */
const char *
read_line_from(int fd);

/* Waits, within a bound, until the child is buried, and gives the obituary. */
struct lwi_obituary
bury(struct lwi_child *child);

/* A pidfd, to be waited for by wait_gone. */
int
watch_process(pid_t pid);
/* Waits until that process is dead; closes the pidfd. */
void
wait_gone(int pidfd);

bool
readable_within(int fd, int ms);

bool
text_has(lw_span text, const char *what);

size_t
count_fds(void);

/* Deadlines on the system clock. */
int64_t
in_ms(uint64_t ms);

#endif

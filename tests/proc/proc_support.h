/*
 * proc_support.h - what the tests of real processes do again and again.
 *
 * Nothing sleeps to wait for something: everything is seen on a descriptor,
 * with a bound.
 */
#ifndef LWT_PROC_SUPPORT_H
#define LWT_PROC_SUPPORT_H

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/clock.h"
#include "proc/child.h"
#include "proc/runtime.h"
#include "support/isolated.h"

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

/* Deadlines on the system clock. */
int64_t
in_ms(uint64_t ms);

#endif

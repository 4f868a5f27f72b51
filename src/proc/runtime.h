/*
 * runtime.h - the runtime as the layers above see it.
 */
#ifndef LWI_PROC_RUNTIME_H
#define LWI_PROC_RUNTIME_H

#include <lean_worker/runtime.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "proc/sys.h"

/* What tests replace. NULL members: the real thing. */
struct lwi_runtime_hooks {
    const struct lwi_sys *sys;
    const struct lwi_clock *clock;
};

/* lw_runtime_create with hooks; hooks may be NULL and must outlive it. */
int
lwi_runtime_create(lw_runtime **out, const lw_runtime_options *options,
                   const struct lwi_runtime_hooks *hooks, lw_error *err);

/*
 * For what a program may destroy after the runtime, against the order that it
 * should keep: its memory and its lock stay until the last release.
 */
lw_runtime *
lwi_runtime_retain(lw_runtime *runtime);
void
lwi_runtime_release(lw_runtime *runtime);

/* Made by fork: nothing of it runs here, and nothing may be waited for. */
bool
lwi_runtime_is_copy(const lw_runtime *runtime);

/*
 * LW_OK, or LW_EBADHANDLE with the reason: not a runtime, one that has been
 * destroyed, or a copy made by fork.
 */
int
lwi_runtime_check(const lw_runtime *runtime, const char *operation,
                  lw_error *err);

/*
 * For a thread of ours that ends something on its own, when nobody waits for
 * it: lw_runtime_destroy waits until it lets go, the last that it does.
 */
void
lwi_runtime_hold(lw_runtime *runtime);
void
lwi_runtime_let_go(lw_runtime *runtime);

/* Borrowed as long as the runtime lives. */
const lw_allocator *
lwi_runtime_allocator(const lw_runtime *runtime);
const struct lwi_clock *
lwi_runtime_clock(const lw_runtime *runtime);
const struct lwi_sys *
lwi_runtime_sys(const lw_runtime *runtime);

/*
 * The launcher's path, borrowed as long as the runtime lives; NULL where none
 * was found, with the places tried in *err.
 */
const char *
lwi_runtime_launcher(const lw_runtime *runtime, lw_error *err);

/* Gives one line to the program's log callback, where it has one. */
void
lwi_runtime_log(const lw_runtime *runtime, lw_log_level level,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- for tests and `lean-worker doctor` ---- */

/* Children that are not buried yet. */
size_t
lwi_runtime_live_children(lw_runtime *runtime);

/* 0 where none runs. */
pid_t
lwi_runtime_warden_pid(lw_runtime *runtime);

/* How often the housekeeping thread has woken up. */
uint64_t
lwi_runtime_turns(lw_runtime *runtime);

#endif

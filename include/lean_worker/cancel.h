/*
 * cancel.h - a token that ends what is in progress.
 *
 * Nothing here blocks. Any thread may call it, unless it says otherwise.
 */
#ifndef LEAN_WORKER_CANCEL_H
#define LEAN_WORKER_CANCEL_H

#include <stdbool.h>

#include <lean_worker/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Shared between threads and sticky: once set it stays set, and every call
 * that was given it returns LW_ECANCELLED, whether it began before or after.
 */
typedef struct lw_cancel lw_cancel;

/*
 * Makes a token that is not set.
 * Ownership: *out is the caller's; lw_cancel_destroy ends it. It must outlive
 * every call that was given it. Errors: LW_ENOMEM, LW_ELIMIT (no file
 * descriptor left).
 */
int
lw_cancel_create(lw_cancel **out, lw_error *err);

/*
 * NULL is allowed. Never fails, never blocks. Not while lw_cancel_set runs in
 * another thread: what it ends may return before it does.
 */
void
lw_cancel_destroy(lw_cancel *cancel);

/*
 * Any thread, signal handlers included; idempotent; never blocks. NULL is
 * allowed.
 */
void
lw_cancel_set(lw_cancel *cancel);

/* Any thread. NULL gives false. */
bool
lw_cancel_is_set(const lw_cancel *cancel);

#ifdef __cplusplus
}
#endif
#endif

/*
 * zygote.h - the fork server as workers see it.
 */
#ifndef LWI_WORKER_ZYGOTE_H
#define LWI_WORKER_ZYGOTE_H

#include <lean_worker/zygote.h>

#include "proc/child.h"
#include "worker/config.h"

#define LWI_ZYGOTE_REASON 256

/* For who keeps a pointer to it: it stays valid, though destroyed. NULL is
 * allowed. */
lw_zygote *
lwi_zygote_retain(lw_zygote *zygote);
void
lwi_zygote_release(lw_zygote *zygote);

/* lw_zygote_create; `fake`, for tests: the worker's command is a program that
 * speaks to us as a fork server does, on descriptor 0. */
int
lwi_zygote_create(lw_zygote **out, lw_runtime *runtime,
                  const lw_zygote_config *config, bool fake, lw_error *err);

/*
 * lw_zygote_destroy, but for its forks: those that live go on until their
 * workers end them, and the process with the last of them.
 */
void
lwi_zygote_retire(lw_zygote *zygote);

/*
 * Whoever waits until it is ready gets LW_ECLOSED, and it does not become it.
 * One that is ready stays. Its owner destroys or retires it later. Does not
 * block.
 */
void
lwi_zygote_call_off(lw_zygote *zygote);

/* For tests: how long workers wait for a fork from now on. */
void
lwi_zygote_set_fork_bound(lw_zygote *zygote, uint64_t ms);

uint64_t
lwi_zygote_fork_bound(lw_zygote *zygote);

/* Tells fork servers of this process apart, for keys. */
uint64_t
lwi_zygote_number(const lw_zygote *zygote);

/*
 * The process to fork from, for a worker of this config: a handle, for
 * lwi_child_release. NULL with the reason: there is none now. Does not block.
 */
struct lwi_child *
lwi_zygote_acquire(lw_zygote *zygote, const struct lwi_config *config,
                   char reason[LWI_ZYGOTE_REASON]);

/*
 * How that went. Where it failed for another reason than a limit of the
 * system, the process is not used again; its living forks go on.
 */
void
lwi_zygote_note_fork(lw_zygote *zygote, const struct lwi_child *process,
                     int rc);

/* A child was started without. */
void
lwi_zygote_note_fallback(lw_zygote *zygote);

#endif

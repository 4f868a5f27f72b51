/*
 * zygote_impl.h - the fork server, for the files that make it up: zygote.c is
 * for its callers, zygote_keeper.c for its thread.
 */
#ifndef LWI_WORKER_ZYGOTE_IMPL_H
#define LWI_WORKER_ZYGOTE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "worker/worker.h"
#include "worker/zygote.h"

#define LWI_ZYGOTE_DOING "start a fork server"

struct lw_zygote {
    uint32_t magic;
    atomic_uint references;
    uint64_t number;
    pid_t host; /* the process that may use it */
    lw_runtime *runtime;
    lw_allocator allocator;
    lw_worker *probe; /* the keeper's; its config is the fork server's */
    lw_cancel *closing;
    struct lwi_buf preload; /* frames that open its sessions; may be empty */
    uint64_t sessions;      /* how many they are */
    uint64_t ready_ms;      /* how long a process has until it is ready */
    int wake;               /* eventfd: `doubted` */
    pthread_t keeper;
    bool has_keeper;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    lw_zygote_state state;
    bool closed;
    bool retired;            /* closed, and its forks go on */
    bool doubted;            /* the present process */
    bool useful;             /* a worker was forked from it */
    struct lwi_child *child; /* the present process; NULL: none */
    unsigned useless;        /* processes in a row */
    uint64_t starts;
    uint64_t forks;
    uint64_t fallbacks;
    uint64_t fork_bound_ms;
    uint64_t ready_us; /* from its start to the last time it was ready */
    int status;        /* why it is not ready */
    char reason[LWI_ZYGOTE_REASON];
};

/* ---- zygote_keeper.c ---- */

/* Wakes all who wait for another state. Not with the lock. */
void
lwi_zygote_set_state(lw_zygote *zygote, lw_zygote_state state, int status,
                     const char *reason);

/* Ends the keeper's use of the process. Its forks may still hold it. */
void
lwi_zygote_let_go(lw_zygote *zygote, bool kill);

/* What the keeper's thread runs; the argument is the zygote. */
void *
lwi_zygote_keep(void *argument);

#endif

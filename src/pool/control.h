/*
 * control.h - the control socket of a pool: who asks, and what is answered.
 *
 *      clients ── one epoll descriptor ── one watch ── housekeeping thread
 *
 * All of it is that thread's own from open to close. A client has one line at
 * most that waits and one answer at most that is sent; while it does not read
 * that, nothing is read of it. Between two of its answers there is a pause, so
 * that one who floods is served like everybody else. With all seats taken, who
 * has not asked for longest goes.
 */
#ifndef LWI_POOL_CONTROL_H
#define LWI_POOL_CONTROL_H

#include <lean_worker/pool_control.h>

#include "pool/control_line.h"
#include "pool/control_socket.h"
#include "pool/writer.h"
#include "proc/watch.h"

#define LWI_CONTROL_CLIENTS 16u
#define LWI_CONTROL_PAUSE_MS UINT64_C(10)
#define LWI_CONTROL_PROTOCOL 1

struct lwi_control_client {
    int fd;             /* -1: a free seat */
    uint32_t listening; /* the events that are waited for */
    int64_t asked_ns;   /* or came */
    int64_t next_ns;    /* not before then: its next answer */
    struct lwi_control_line line;
    char *answer; /* NULL: none */
    size_t answer_size;
    size_t sent;
};

struct lwi_control {
    lw_pool *pool;
    struct lwi_control_socket socket;
    struct lwi_watch watch;
    int epoll;
    size_t guess;       /* how long the next answer will be */
    int64_t deaf_until; /* no descriptor for a client: not before then */
    struct lwi_control_client clients[LWI_CONTROL_CLIENTS];
};

/* For lw_pool_destroy, when nobody else is in the pool. */
void
lwi_control_close(lw_pool *pool);

/*
 * For lw_pool_create: where LEAN_WORKER_CONTROL asks for it, by a path or the
 * word auto. That it fails is logged.
 */
void
lwi_control_open_wanted(lw_pool *pool);

/*
 * control_answer.c: the line of JSON for a word, without its newline. On the
 * housekeeping thread; takes the pool's lock for each place once.
 */
void
lwi_control_write(struct lwi_writer *out, lw_pool *pool,
                  enum lwi_control_word word);

#endif

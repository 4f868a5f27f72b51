/*
 * wait.h - the one place where a thread waits for a child.
 *
 * What is waited for depends on the state alone:
 *
 *      GREETING, LOADING, BUSY   input, death, room where there is to send
 *      STOPPING                  input, until it has ended, and death
 *      ENDING                    death
 *
 * and always the token and the time. There are two forms: ppoll, and an epoll
 * descriptor that somebody else's loop polls. Only the second has to be told
 * what has changed, so it remembers what it was told last.
 */
#ifndef LWI_WAIT_H
#define LWI_WAIT_H

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>

#include "base/base.h"

struct lw_worker;

enum {
    LWI_WAIT_INPUT = 1,  /* the response pipe has bytes or has ended */
    LWI_WAIT_OUTPUT = 2, /* the request pipe takes bytes */
    LWI_WAIT_DEATH = 4,  /* the child is dead */
    LWI_WAIT_CANCEL = 8, /* the token is set */
    LWI_WAIT_TIME = 16,  /* the time has come */
};

enum lwi_wait_slot {
    LWI_SLOT_INPUT,
    LWI_SLOT_OUTPUT,
    LWI_SLOT_DEATH,
    LWI_SLOT_CANCEL,
    LWI_SLOT_COUNT
};

/* The second form. Made when a worker is first used in steps, then kept. */
struct lwi_waiter {
    int epoll; /* -1: not yet */
    int timer;
    int told[LWI_SLOT_COUNT]; /* descriptors that epoll watches; -1: none */
    int64_t due; /* what the timer is set to; LWI_NEVER: it is not */
};

/*
 * Waits until one of them is so and returns them all as a set. cancel may be
 * NULL. due: on the runtime's clock.
 */
unsigned
lwi_wait(struct lw_worker *worker, const lw_cancel *cancel, int64_t due);

/* The same without waiting. */
unsigned
lwi_look(struct lw_worker *worker, const lw_cancel *cancel, int64_t due);

void
lwi_waiter_init(struct lwi_waiter *waiter);

/* LW_OK; LW_ELIMIT or LW_ESYSTEM with errno: no descriptor. */
int
lwi_waiter_open(struct lw_worker *worker, const char *doing, lw_error *err);

void
lwi_waiter_close(struct lw_worker *worker);

/*
 * Makes the epoll descriptor readable when lwi_wait would return. 0, or -1
 * with errno.
 */
int
lwi_waiter_arm(struct lw_worker *worker, const lw_cancel *cancel, int64_t due);

/* Makes it readable now; makes it silent. Neither looks at the state. */
void
lwi_waiter_call(struct lw_worker *worker);
void
lwi_waiter_hush(struct lw_worker *worker);

/* Before descriptors of the child are closed, or the token may be. */
void
lwi_waiter_disarm(struct lw_worker *worker);

#endif

/*
 * wait.h - the one place where a thread waits for a child.
 */
#ifndef LWI_WAIT_H
#define LWI_WAIT_H

#include "worker/worker.h"

enum {
    LWI_WAIT_INPUT = 1,  /* the response pipe has bytes or has ended */
    LWI_WAIT_OUTPUT = 2, /* the request pipe takes bytes; only if asked for */
    LWI_WAIT_DEATH = 4,  /* the child is dead */
    LWI_WAIT_CANCEL = 8, /* the token is set */
    LWI_WAIT_TIME = 16,  /* the deadline has passed */
};

/*
 * Waits until one of them is so and returns them all as a set. Waits for
 * output where the channel has something to send. cancel may be NULL.
 * deadline: on the runtime's clock.
 */
unsigned
lwi_wait(lw_worker *worker, const lw_cancel *cancel, int64_t deadline);

#endif

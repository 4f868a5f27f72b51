/*
 * quiet.h - for the layers above that have to know what became of a child.
 */
#ifndef LWI_WORKER_QUIET_H
#define LWI_WORKER_QUIET_H

#include <lean_worker/worker.h>

/*
 * Waits until what an earlier request has left is settled: the child is idle
 * or buried, and the state and the exit report say so. Blocks at most for the
 * grace and a burial. Does nothing where the worker is in use.
 */
void
lwi_worker_await_quiet(lw_worker *worker);

#endif

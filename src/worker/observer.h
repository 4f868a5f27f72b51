/*
 * observer.h - who wants to know of each child of a worker, by its birth and
 * by its death.
 *
 *      spawned ──► BORN ……… dead, nobody's ──► housekeeping thread ──► DIED
 *                           dead, in a call ──► the same, once the call is
 *                                               over, or the call itself
 *                                               before it starts another
 *
 * Each child that is born dies once, and before the next one is born. A child
 * that dies while nobody uses it is reported without anybody's call. Without
 * an observer nothing here does anything.
 */
#ifndef LWI_OBSERVER_H
#define LWI_OBSERVER_H

#include <lean_worker/worker.h>

#include "proc/watch.h"

enum lwi_note_kind {
    LWI_NOTE_BORN,
    LWI_NOTE_DIED,
};

/* Borrowed until return. */
struct lwi_note {
    enum lwi_note_kind kind;
    int pid;
    lw_restart_reason reason;  /* DIED: why it is replaced, or would be */
    const lw_exit_report *end; /* DIED: how it ended; else NULL */
};

/*
 * Runs on the thread of the call, or on the housekeeping thread, with no lock
 * of the worker held; one at a time for a worker. Must be short, must not
 * block and must not call the worker.
 */
typedef void (*lwi_note_cb)(const struct lwi_note *note, void *user);

struct lwi_observer {
    lwi_note_cb note; /* NULL: nobody wants to know */
    void *user;

    /* Of the present child; under the worker's lock. */
    struct lwi_watch watch;
    bool ready;  /* it has been */
    bool told;   /* its death was reported */
    bool missed; /* it died in a call, which has not been over yet */
};

/* As lw_worker_start; the worker's children are reported from the first. */
int
lwi_worker_start(lw_worker **out, lw_runtime *runtime,
                 const lw_worker_config *config, lwi_note_cb note, void *user,
                 lw_cancel *cancel, lw_error *err);

/* For a worker that nobody has yet. */
void
lwi_observer_init(lw_worker *worker, lwi_note_cb note, void *user);

/* Another user from now on: for a worker that nobody is calling. Any lock. */
void
lwi_observer_move(lw_worker *worker, void *user);

/* There is a child. On the thread of the call. */
void
lwi_observer_born(lw_worker *worker);

/* The child is let go of: its death is reported now if it was not yet. The
 * same. */
void
lwi_observer_buried(lw_worker *worker);

/* The call is over. With the worker's lock held. */
void
lwi_observer_released(lw_worker *worker);

#endif

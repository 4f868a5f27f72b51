/*
 * watch.h - what the housekeeping thread looks after for the layers above.
 *
 *      owner ── set(fd, due) ──► housekeeping thread ── run(user) ──► owner
 *
 * A watch waits for a descriptor to be readable, or for a time, or for both.
 * Its callback then runs on the housekeeping thread, with no lock held. The
 * struct lives in its owner, so that nothing here can fail. A time that is
 * moved to later, as an idle timer is at each request, costs no system call
 * and wakes nobody: the thread finds out when it would have been due.
 */
#ifndef LWI_PROC_WATCH_H
#define LWI_PROC_WATCH_H

#include <lean_worker/runtime.h>

#include "base/clock.h"
#include "base/list.h"

struct lwi_watch_list;

struct lwi_watch {
    /* Set by init, constant from then on. */
    lw_runtime *runtime;
    void (*run)(void *user);
    void *user;

    /* Under the runtime's lock. */
    LWI_LINK(struct lwi_watch) link;
    struct lwi_watch_list *in; /* the list that holds it; NULL: none */
    int fd;
    int64_t due;
    size_t poll_at; /* where it stands in this turn's poll; 0: nowhere */
    bool stopping;
};

LWI_LIST(lwi_watch_list, struct lwi_watch, link);

/*
 * `run` must be short and must not block. It may call lwi_watch_set and
 * lwi_watch_stop, also for its own watch, and take locks that are never held
 * while lwi_watch_stop is called. It may run for nothing now and then, so it
 * looks for itself what there is.
 */
void
lwi_watch_init(struct lwi_watch *watch, lw_runtime *runtime,
               void (*run)(void *user), void *user);

/*
 * From now on: runs when `fd` is readable, again and again, and once when
 * `due` has passed. -1 and LWI_NEVER: not for this. Replaces what was set
 * before. `fd` must stay open until it is replaced. Any thread, any lock held
 * but the runtime's; never blocks.
 */
void
lwi_watch_set(struct lwi_watch *watch, int fd, int64_t due);

/*
 * Ends it, and returns when its callback does not run and will not run; in a
 * callback at once. For a watch that is not set it does nothing. One thread
 * at a time for one watch.
 */
void
lwi_watch_stop(struct lwi_watch *watch);

#endif

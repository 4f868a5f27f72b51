/*
 * runtime_impl.h - the inside of a runtime, for the files of this folder.
 *
 *      callers ── jobs, wake ──► housekeeping thread ── children, warden
 *
 * The list of children belongs to the housekeeping thread alone; others reach
 * a child by its handle, and the thread by `wake`.
 */
#ifndef LWI_PROC_RUNTIME_IMPL_H
#define LWI_PROC_RUNTIME_IMPL_H

#include <stdatomic.h>

#include "proc/child_impl.h"
#include "proc/watch.h"

#define LWI_RUNTIME_MAGIC UINT32_C(0x5e2a91c4)

/* Under the runtime's lock: see watch.c. */
struct lwi_watches {
    struct lwi_watch_list waiting;
    struct lwi_watch_list ready;
    struct lwi_watch *running; /* whose callback runs; NULL: none */
    pthread_t runner;          /* on this thread */
    pthread_cond_t ran;
    bool asleep; /* the thread is in its poll, or about to be */
    int64_t asleep_until;
};

struct lw_runtime {
    uint32_t magic;
    pid_t host;             /* the process that created it */
    atomic_uint references; /* its owner's, and those of what may be destroyed
                               after it */
    atomic_bool ended;      /* its owner has destroyed it */
    lw_allocator allocator;
    const struct lwi_sys *sys;
    const struct lwi_clock *clock;
    lw_log_cb log;
    void *log_user;
    char *launcher; /* absolute; NULL: see launcher_error */
    lw_error launcher_error;
    struct lwi_warden warden;
    pthread_t thread;
    int wake;              /* eventfd */
    atomic_bool wake_lost; /* the program closed it */
    atomic_size_t live;
    atomic_ullong turns;

    pthread_mutex_t lock;  /* guards these five; a leaf */
    pthread_cond_t let_go; /* `holds` has fallen */
    unsigned holds;
    struct lwi_child_list jobs;
    struct lwi_watches watches;
    bool closing;

    /* The housekeeping thread's own. */
    struct lwi_child_list children;
    struct pollfd *polls;
    size_t polls_capacity;
};

/* ---- housekeeping.c ---- */

void *
lwi_housekeeping_run(void *runtime);

/* Room for so many descriptors in the poll. False: there is not. */
bool
lwi_housekeeping_reserve(lw_runtime *runtime, size_t wanted);

/* `due`, or the next look where no descriptor calls, whichever is earlier. */
int64_t
lwi_housekeeping_sooner(const lw_runtime *runtime, int64_t due);

/* Kills and buries all children, within a bound. On whichever thread runs. */
void
lwi_housekeeping_wind_down(lw_runtime *runtime);

/* Makes the thread look around. Any thread, any lock held. */
void
lwi_runtime_wake(lw_runtime *runtime);

/*
 * Has the program closed what it does not know? Then nothing new is opened: it
 * would get the numbers of what is lost, which others still hold.
 */
bool
lwi_runtime_lost_descriptors(lw_runtime *runtime);

/* ---- watch.c ---- */

/* Adds what is watched to the poll; gives `due`, or a time before it. */
int64_t
lwi_watches_collect(lw_runtime *runtime, size_t *count, int64_t due);

/* Runs the callbacks that the poll or the time has called. */
void
lwi_watches_serve(lw_runtime *runtime);

/* ---- housekeeping.c, for any thread ---- */

/* Hands it a child to start; false where the runtime is closing. */
bool
lwi_runtime_post(lw_runtime *runtime, struct lwi_child *child);

/* ---- locate.c ---- */

/*
 * Finds the launcher. LW_OK and *out owned; LW_ECHILDPATH with the places
 * tried; LW_ENOMEM.
 */
int
lwi_locate_launcher(char **out, const lw_allocator *allocator,
                    const char *given, lw_error *err);

#endif

/*
 * warden.h - the library's end of the warden's lifeline.
 *
 * The warden is a tiny process in a session of its own, the launcher in
 * another mode, which holds one end of a socket pair. Through it the library
 * tells which process groups live; when the other end closes because this
 * program is gone, however it went, the warden kills them all. It covers what
 * the parent-death signal of the direct children does not: what they started.
 *
 * A socket and not a pipe: a dead warden then shows as POLLHUP with no
 * reader of ours in the way, and MSG_NOSIGNAL keeps SIGPIPE from the program.
 *
 * Started, tended and ended by the housekeeping thread; groups are removed
 * from any thread. The lock is a leaf: nothing else is locked under it.
 *
 * Left for later: cgroup.kill would also catch what escapes by setsid.
 */
#ifndef LWI_PROC_WARDEN_H
#define LWI_PROC_WARDEN_H

#include "base/clock.h"
#include "base/list.h"
#include "proc/sys.h"

/* A process group in the warden's care, part of a struct lwi_child. */
struct lwi_ward {
    LWI_LINK(struct lwi_ward) link;
    pid_t group;
    uint64_t start_ticks; /* of its leader */
    bool registered;
};

LWI_LIST(lwi_ward_list, struct lwi_ward, link);

struct lwi_warden {
    pthread_mutex_t lock;
    const struct lwi_sys *sys;
    const struct lwi_clock *clock;
    const char *launcher; /* borrowed; NULL where none was found */
    struct lwi_ward_list wards;
    int lifeline; /* -1: no warden */
    pid_t pid;
    uint64_t start_ticks;
    bool clock_tells;   /* start times are the clock's: it was looked at */
    bool deaf;          /* a record could not be sent: replace it */
    unsigned failures;  /* in a row, for the back-off */
    int64_t retry_at;   /* LWI_NEVER: nothing to do */
    int64_t started_at;
};

void
lwi_warden_init(struct lwi_warden *warden, const struct lwi_sys *sys,
                const struct lwi_clock *clock, const char *launcher);

void
lwi_warden_fini(struct lwi_warden *warden);

/* Starts it where none runs. LW_OK, LW_ESPAWN, LW_ELIMIT, LW_ENOMEM. */
int
lwi_warden_ensure(struct lwi_warden *warden, lw_error *err);

/*
 * When a process started that was made since lwi_boot_ticks gave `before`.
 * Reading that from /proc takes a twentieth of a child's start, so the clock
 * is believed instead, where it told the start of the warden itself.
 * Housekeeping thread.
 */
uint64_t
lwi_warden_start_of(const struct lwi_warden *warden, pid_t pid,
                    uint64_t before);

/* The group is in its care from here on, also with a later warden. */
void
lwi_warden_add(struct lwi_warden *warden, struct lwi_ward *ward);

/*
 * To be called before the group's leader is reaped, since its number may go
 * to another process after that. Idempotent. Wake the housekeeping thread
 * afterwards: it replaces a warden that did not listen.
 */
void
lwi_warden_remove(struct lwi_warden *warden, struct lwi_ward *ward);

/* For poll: becomes readable or hung up when the warden is dead; or -1. */
int
lwi_warden_poll_fd(struct lwi_warden *warden);

/*
 * Replaces a dead or deaf warden, with a back-off where that fails. `hung_up`:
 * poll said so. Gives the time of the next try.
 */
int64_t
lwi_warden_tend(struct lwi_warden *warden, bool hung_up);

/* Ends and reaps it. */
void
lwi_warden_stop(struct lwi_warden *warden);

pid_t
lwi_warden_pid(struct lwi_warden *warden);

#endif

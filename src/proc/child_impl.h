/*
 * child_impl.h - the inside of a child, for the files of this folder.
 *
 * Locks: `lock` guards what the comment says. Under it the locks of runtime
 * and warden may be taken, no other child's, and no callback is run.
 *
 * References: `holders` counts handles of the layers above, `references` those
 * and the one of the housekeeping thread, which keeps every child that lives
 * until it is buried. The last reference frees.
 */
#ifndef LWI_PROC_CHILD_IMPL_H
#define LWI_PROC_CHILD_IMPL_H

#include "base/clock.h"
#include "base/list.h"
#include "proc/child.h"
#include "proc/runtime.h"
#include "proc/tail.h"
#include "proc/warden.h"

#define LWI_CHILD_MAGIC UINT32_C(0x9d1c6e37)

enum lwi_child_state {
    LWI_CHILD_STARTING, /* the job is with the housekeeping thread */
    LWI_CHILD_FAILED,   /* no process ever was */
    LWI_CHILD_LIVE,     /* there is a process, dead perhaps, not reaped */
    LWI_CHILD_BURIED,
};

/* What the housekeeping thread needs to start it, and what came of it. */
struct lwi_start {
    const char *path;    /* the program, borrowed from argv or the runtime */
    const char *program; /* what is to run in the end, borrowed from argv */
    char **argv;         /* one block each, owned */
    char **env;
    int cwd;            /* a folder, or -1 */
    int response_write; /* the child's ends; closed after the spawn */
    int stderr_write;
    int status_child; /* the launcher's end, or -1 */
    int status;       /* our end, or -1 */
    int failure;      /* an lw_status; LW_OK where it was started */
    int failure_errno;
    const char *failed_at; /* static text, to be followed by the path */
    lw_error warden_error;
    /* Linux counts what the parent had at spawn time as the child's. */
    uint64_t host_max_rss_kib;
};

/*
 * What is different in a fork of a zygote: this process is not its father, and
 * cannot wait for it. Its death shows at the pidfd; how it died is told by the
 * zygote, on `status`, a moment later.
 */
struct lwi_forked {
    struct lwi_child *zygote; /* a handle until it is buried; NULL: no fork */
    int status;               /* our end of its own socket */
    int64_t
        told_by; /* seen dead, and not waited for longer; LWI_NEVER: lives */
};

struct lwi_child {
    uint32_t magic;
    LWI_LINK(struct lwi_child) link; /* the runtime's, housekeeping only */
    lw_allocator allocator;
    const struct lwi_sys *sys;
    const struct lwi_clock *clock;
    pid_t host; /* the process that may use this */
    struct lwi_start start;
    bool is_zygote;
    struct lwi_forked forked; /* under the lock once the child lives */

    /* Set before the handle is given out, constant from then on. */
    pid_t pid;
    int pidfd; /* -1: there is none */
    int request;
    int request_read; /* never read: see lwi_child_fds */
    int response;
    int cancel;
    int cancel_read;
    int ring;
    int death; /* the pidfd, or an eventfd that burying writes to */
    int64_t born_ns;

    pthread_mutex_t lock;   /* guards all below */
    pthread_cond_t changed; /* started or failed; buried */
    enum lwi_child_state state;
    lw_runtime *runtime; /* NULL once the housekeeping thread let go */
    void (*on_buried)(void *user);
    void *on_buried_user;
    struct lwi_ward ward;
    unsigned holders;
    unsigned references;
    bool death_lost; /* the program closed our descriptor: look by timer */
    enum lwi_kill_reason kill_reason;
    int64_t term_at; /* LWI_NEVER: not due */
    int64_t kill_at;
    uint64_t rss_limit_kib;
    int64_t rss_next;
    struct lwi_memory memory;
    int stderr_read; /* -1 at end of file and once buried */
    struct lwi_tail tail;
    struct lwi_obituary obituary;

    /* Where its two descriptors stand in the poll of this turn. */
    size_t poll_at;
};

LWI_LIST(lwi_child_list, struct lwi_child, link);

/* ---- child.c ---- */

/* A STARTING child with one holder and no descriptors, or NULL. */
struct lwi_child *
lwi_child_create(lw_runtime *runtime, const struct lwi_child_spec *spec);

/* Drops one reference; frees with the last. Not under the lock. */
void
lwi_child_unreference(struct lwi_child *child);

/* Under the lock: SIGKILL or SIGTERM to the group; the first reason stays. */
void
lwi_child_end_locked(struct lwi_child *child, enum lwi_kill_reason reason,
                     int signal);

/*
 * Under the lock: signals the leader and its group, never a process that was
 * given one of these numbers later.
 */
void
lwi_child_signal_locked(struct lwi_child *child, int signal);

/* Under the lock: waits for `changed`; false where the deadline has passed. */
bool
lwi_child_wait_changed(struct lwi_child *child, int64_t deadline);

/* ---- bury.c ---- */

/* Under the lock: is it dead? LIVE children only. */
bool
lwi_child_is_dead_locked(struct lwi_child *child, siginfo_t *info);

/* Buries a child that is dead. True where it is buried, now or before. */
bool
lwi_child_bury(struct lwi_child *child);

/* Under the lock: reads stderr until it is empty or the budget is used up. */
void
lwi_child_drain_locked(struct lwi_child *child, size_t budget);

/* ---- fork.c ---- */

/* The caller's part: asks the zygote, and checks what it hands over. */
int
lwi_fork_ask(struct lwi_child *child, uint64_t bound_ms, lw_error *err);

/* The housekeeping thread's part: from here on it is a child like others. */
bool
lwi_fork_adopt(struct lwi_child *child);

/* Under the lock: is it dead? */
bool
lwi_fork_is_dead(const struct lwi_child *child);

/*
 * Under the lock, of a fork that is dead: true with the obituary's exit filled
 * in, false as long as the zygote may still tell.
 */
bool
lwi_fork_hear_end(struct lwi_child *child);

/* How long a zygote is waited for that does not tell: it was stopped, say. */
#define LWI_FORK_TELL_MS UINT64_C(3000)

/* Where the launcher's options have room for the thread that starts it. */
#define LWI_THREAD_INDEX 3
#define LWI_THREAD_OPTION "--thread=0000000000"

/* ---- start.c: the housekeeping thread's part of spawn ---- */

/* Starts the process and gives the result to who waits. True: it lives. */
bool
lwi_child_start(struct lwi_child *child);

/* Lets go of what was the child's, and gives the outcome to who waits. */
void
lwi_child_started(struct lwi_child *child, enum lwi_child_state state);

/* Gives a failure to who waits. */
void
lwi_child_start_failed(struct lwi_child *child, lw_status status,
                       int saved_errno, const char *failed_at);

/* ---- memory.c ---- */

/* A short file of a process as text; false where there is none. */
bool
lwi_proc_read(const struct lwi_sys *sys, pid_t pid, const char *name,
              char *text, size_t size);

/* A fresh sample of the resident memory of a process; false: none. */
bool
lwi_memory_read_rss(const struct lwi_sys *sys, pid_t pid, uint64_t *rss_kib);

/* ---- tick.c ---- */

/* Does what is due and gives the time when something will be. */
int64_t
lwi_child_tick(struct lwi_child *child);

#endif

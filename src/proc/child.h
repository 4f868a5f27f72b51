/*
 * child.h - one child process: started, watched, ended, buried.
 *
 *      spawn ──► live ──────► dead (pidfd readable) ──► buried
 *                 │  kill, terminate: ask for the end      │
 *                 └── wait_buried: wait for it ────────────┘
 *
 * A child is buried once: by whoever notices its death first, the thread that
 * waits or the housekeeping thread, under the child's lock, always in the same
 * order (bury.c). Functions here may be called from any thread unless they
 * say otherwise. What goes through the pipes is none of this layer's business.
 */
#ifndef LWI_PROC_CHILD_H
#define LWI_PROC_CHILD_H

#include <lean_worker/limits.h>
#include <lean_worker/runtime.h>

#include "base/base.h"
#include "proc/death.h"

struct lwi_child;

/* ---- starting ---- */

/*
 * What the child finds:
 *
 *      directly             fd 0 requests, 1 responses, 2 stderr, 3 cancel
 *      through the launcher fd 10 requests, 11 responses, 12 cancel,
 *                           2 stderr, 1 a copy of it, 0 on /dev/null,
 *                           LW_CHILD_FDS=10,11,12
 *
 * where there is a ring, it as well (4 and 13, LW_CHILD_RING has the number),
 * and no other descriptor, default signal dispositions, no signal blocked, a
 * process group of its own. Only the launcher sets limits, the parent-death
 * signal and the OOM score.
 */
struct lwi_child_spec {
    const char *const *argv;    /* NULL at the end; argv[0] is the program: a
                                   path, or a name on the PATH */
    const char *const *env;     /* NAME=VALUE sets, NAME alone removes, over
                                   the inherited; NULL: nothing */
    const char *cwd;            /* NULL: the parent's */
    bool launch;                /* through lean-worker-child */
    const char *host;           /* with launch: Lean's shared library, which
                                   the launcher loads and hands argv to; NULL:
                                   argv is executed */
    uint64_t core_limit_kib;    /* limits: with launch only */
    uint64_t cpu_limit_s;       /* ends in SIGXCPU */
    uint64_t address_limit_kib; /* RLIMIT_AS; not for native Lean */
    uint64_t data_limit_kib;
    uint64_t file_limit_kib; /* of each file written; ends in SIGXFSZ */
    uint64_t rss_limit_kib;  /* as lwi_child_set_rss_limit */
    size_t stderr_tail_bytes;
    bool zygote;     /* in place of the request pipe a control socket, for
                        lwi_zygote_await and forks of it: launcher_wire.h */
    lw_span preload; /* with zygote: frames with what it is to open before it
                        forks; empty: nothing */
    struct lwi_child *forked_from; /* a zygote: the child is a fork of it, with
                                      its program, environment, folder and
                                      limits; the members above it, but for
                                      rss_limit_kib and stderr_tail_bytes, are
                                      not looked at. NULL: a new process */
    uint64_t fork_bound_ms; /* with forked_from: how long its answer is awaited;
                               0: LWI_SPAWN_BOUND_MS */
    size_t ring_bytes;      /* of memory shared with it; 0: none */

    /*
     * Called once, when the child is buried, by the thread that did it, with
     * no lock held; also after the handle was released. It may still run when
     * lwi_child_wait_buried has returned elsewhere. Must be short, must not
     * call this layer. Not called where spawn fails. May be NULL.
     */
    void (*on_buried)(void *user);
    void *on_buried_user;
};

#define LWI_STDERR_HEAD_BYTES 4096u
#define LWI_STDERR_TAIL_DEFAULT 16384u
#define LWI_STDERR_TAIL_MAX (16u * 1024u * 1024u)

#define LWI_CHILD_SPEC_INIT                                                    \
    {                                                                          \
        .core_limit_kib = 0, .cpu_limit_s = LW_NO_LIMIT,                       \
        .address_limit_kib = LW_NO_LIMIT, .data_limit_kib = LW_NO_LIMIT,       \
        .file_limit_kib = LW_NO_LIMIT, .rss_limit_kib = LW_NO_LIMIT,           \
        .stderr_tail_bytes = LWI_STDERR_TAIL_DEFAULT, .launch = true,          \
    }

/* From the call to the program's exec; a start is a matter of milliseconds. */
#define LWI_SPAWN_BOUND_MS UINT64_C(10000)

/*
 * Starts a child and returns when its program runs: exec has succeeded, or the
 * error says that it failed and why. The spec is copied.
 *
 * Ownership: *out is one handle, for lwi_child_release. Blocks at most
 * LWI_SPAWN_BOUND_MS, and before that fork_bound_ms for a fork. Errors:
 * LW_EINVAL, LW_EBADHANDLE, LW_ECHILDPATH (no launcher), LW_ESPAWN (with errno:
 * no such program, not executable, …), LW_ELIMIT (names the limit), LW_ENOMEM,
 * LW_ECLOSED, LW_ESYSTEM.
 */
int
lwi_child_spawn(struct lwi_child **out, lw_runtime *runtime,
                const struct lwi_child_spec *spec, lw_error *err);

/* ---- the fork server ---- */

/*
 * Waits until a child of a spec with `zygote` is ready to fork. Blocks until
 * the deadline, on the runtime's clock. LW_OK; LW_EUNSUPPORTED: it says that
 * it cannot fork, and why; LW_EHEADER, LW_EWORKER: a session of its preload
 * has imports that fail, or could not be opened for another reason, in Lean's
 * words; LW_ECHILDEXITED: it ended, with what it wrote; LW_EPROTO: it said
 * something else; LW_ESPAWN: a signal has stopped it; LW_ETIMEOUT.
 */
int
lwi_zygote_await(struct lwi_child *zygote, int64_t deadline, lw_error *err);

/* ---- talking ---- */

/*
 * Borrowed until release; only the holder of the handle may read and write.
 *
 * A write to `request` or `cancel` can never raise SIGPIPE or fail with EPIPE,
 * even when the child is long dead, because this process holds the read end
 * open as well: that costs two descriptors and no time, where masking the
 * signal costs 1 µs a write and a socket 2 µs. So a dead child shows at
 * `death`, never at the pipes; and `response` may hold its last frames still.
 */
struct lwi_child_fds {
    int request;  /* write end, O_NONBLOCK */
    int response; /* read end, O_NONBLOCK; readable until release */
    int cancel;   /* write end, O_NONBLOCK */
    int death;    /* becomes readable when the child is dead, and stays so:
                     for poll only, do not read */
    int ring;     /* shared memory of ring_bytes, its size sealed; -1: there is
                     none, as where the system gave no such memory */
};

struct lwi_child_fds
lwi_child_get_fds(const struct lwi_child *child);

/* The child does not use the ring: gives back its descriptor. */
void
lwi_child_close_ring(struct lwi_child *child);

/* Process id, valid as a target of anything until the child is buried. */
pid_t
lwi_child_get_pid(const struct lwi_child *child);

/* ---- ending ---- */

/*
 * SIGKILL to the whole process group, now. Returns at once; idempotent; the
 * first reason is kept, and only where the child still lived.
 */
void
lwi_child_kill(struct lwi_child *child, enum lwi_kill_reason reason);

/*
 * The polite end: end of input on the request pipe now, SIGTERM at half the
 * grace, SIGKILL at its end (reason LWI_KILL_SHUTDOWN), the last two by the
 * housekeeping thread. Returns at once. Writes to `request` go nowhere
 * afterwards. grace_ms 0 kills at once.
 */
void
lwi_child_terminate(struct lwi_child *child, uint64_t grace_ms);

/*
 * Returns when the child is buried (LW_OK) or the deadline, on the runtime's
 * clock, has passed (LW_ETIMEOUT). A deadline of 0 only looks, and buries a
 * child that is found dead.
 */
int
lwi_child_wait_buried(struct lwi_child *child, int64_t deadline);

/* The same as far as it is known: no system call, and nobody is buried. */
bool
lwi_child_is_buried(struct lwi_child *child);

/* A fork that is dead; how it died is not known yet, and will be soon. */
bool
lwi_child_awaits_word(struct lwi_child *child);

/* How a child ended, as the system told it. */
struct lwi_obituary {
    enum lwi_exit_kind exit_kind;
    int exit_code;   /* -1 where it was a signal or is unknown */
    int exit_signal; /* 0 where it was none */
    bool core_dumped;
    enum lwi_kill_reason kill_reason;
    lw_span stderr_head;   /* the first 4 KiB; borrowed until release */
    lw_span stderr_tail;   /* the last bytes behind those; the same */
    uint64_t stderr_bytes; /* all it wrote, kept or not */
    const struct lwi_markers *markers; /* borrowed until release */
    bool has_usage;                    /* false where somebody else reaped it */
    uint64_t max_rss_kib; /* largest of it and its own reaped children; 0:
                             not known, as where it never was larger than
                             this process */
    uint64_t user_cpu_us;
    uint64_t system_cpu_us;
    int64_t lifetime_ns;
};

/* False while the child is not buried. */
bool
lwi_child_get_obituary(struct lwi_child *child, struct lwi_obituary *out);

/* The cause, from the obituary and whether a goodbye had come. */
enum lwi_death_cause
lwi_obituary_cause(const struct lwi_obituary *obituary, bool goodbye);

/*
 * Another handle to the same child, for another holder. Release gives one
 * back: with the last, a live child is killed (LWI_KILL_SHUTDOWN) and buried
 * by the housekeeping thread. NULL is allowed. Never blocks.
 */
struct lwi_child *
lwi_child_retain(struct lwi_child *child);
void
lwi_child_release(struct lwi_child *child);

/* ---- memory ---- */

enum lwi_memory_detail {
    LWI_MEMORY_LAST, /* the last sample, however old; no system call */
    LWI_MEMORY_RSS,  /* 0.02 ms */
    LWI_MEMORY_FULL, /* PSS too: 20 to 30 ms for 1 GB; never before a kill or
                        a grant */
};

/* Of the child itself, not of what it started. Times: the runtime's clock. */
struct lwi_memory {
    uint64_t rss_kib;
    int64_t rss_at_ns;
    bool has_pss;
    uint64_t pss_kib;     /* each shared page split among who maps it */
    uint64_t private_kib; /* what would be free if the child ended */
    int64_t pss_at_ns;
};

/* LW_ESYSTEM where there is no sample: the child is dead, or no /proc. */
int
lwi_child_get_memory(struct lwi_child *child, enum lwi_memory_detail detail,
                     struct lwi_memory *out);

/*
 * User and system time of the child itself so far, in the system's ticks of
 * 10 ms. LW_ESYSTEM where it is dead, or there is no /proc.
 */
int
lwi_child_get_cpu_ms(struct lwi_child *child, uint64_t *cpu_ms);

/*
 * A hard limit while work runs: the housekeeping thread samples each
 * LWI_RSS_INTERVAL_MS and kills with LWI_KILL_MEMORY_LIMIT. LW_NO_LIMIT ends
 * the sampling, and with it the wake-ups.
 */
#define LWI_RSS_INTERVAL_MS UINT64_C(100)

void
lwi_child_set_rss_limit(struct lwi_child *child, uint64_t rss_limit_kib);

#endif

/*
 * core.h - who gets which place of a pool, and when.
 *
 * Pure: no process, no thread, no lock, no clock of its own. The shell around
 * it (pool.c) tells it what happened, under its one lock, and does what it
 * decides. A place holds at most one worker:
 *
 *                 grant OPEN                     opened
 *      EMPTY ─────────────────────► OPENING ───────────────► LEASED
 *        ▲                            │   ▲ grant REPLACE     │  ▲
 *        │ gone                failed │   │ (of another key)  │  │ grant WARM
 *        │                            ▼   │     released      ▼  │
 *        └──────────── ENDING ◄──────────── IDLE ◄────────────────
 *                         ▲    lost, evicted        not to keep │
 *                         └──────────────────────────────────────
 *
 * A pool that keeps keys warm has one thread more, the opener. It asks for the
 * next wish, and does it:
 *
 *      EMPTY, IDLE (dead, or another key's) ── wish ──► WARMING ──► IDLE
 *      a standby: EMPTY, STALE ── wish ──► WARMING ──► SPARE ── taken ──► STALE
 *
 * A caller comes before the opener. One of the same key who finds WARMING and
 * nothing better gets that worker when it is ready, since its opening has
 * begun already. One of another key who finds no other place gets that place:
 * the opening is called off.
 *
 * Whoever is granted OPEN or REPLACE opens the worker itself, on its own
 * thread, after ending the one that it replaces: so a worker that takes long
 * to open or to die holds up nobody else, and keeps its place until it is
 * gone.
 *
 * Order: the highest priority first, then who came first. Two things bend it.
 * A caller whose key may have no more workers is passed over. And a worker
 * that becomes free goes to the first caller of its own key, though one of
 * another key came before, at most LWI_CORE_BYPASS times in a row: opening
 * costs seconds, so keys must not take turns at each request.
 */
#ifndef LWI_POOL_CORE_H
#define LWI_POOL_CORE_H

#include <lean_worker/span.h>

#include "base/alloc.h"
#include "base/list.h"

/* How often others may pass the oldest caller that needs another's place. */
#define LWI_CORE_BYPASS 8u

/* Pause after a key's opening failed: doubles from the first to the last. */
#define LWI_CORE_BACKOFF_FIRST_MS UINT64_C(100)
#define LWI_CORE_BACKOFF_LAST_MS UINT64_C(5000)

enum lwi_place_state {
    LWI_PLACE_EMPTY,
    LWI_PLACE_OPENING, /* its caller ends the old worker and opens a new one */
    LWI_PLACE_IDLE,
    LWI_PLACE_LEASED,
    LWI_PLACE_ENDING,  /* the worker has to go; its place is taken until then */
    LWI_PLACE_WARMING, /* the opener makes a worker ready in it */
    LWI_PLACE_SPARE,   /* of a standby: its worker is ready */
    LWI_PLACE_STALE,   /* of a standby: its worker has to be made ready */
};

enum lwi_grant {
    LWI_GRANT_NONE,
    LWI_GRANT_WARM,    /* an open worker of the key */
    LWI_GRANT_OPEN,    /* an empty place */
    LWI_GRANT_REPLACE, /* a place with an idle worker of another key */
    LWI_GRANT_AWAIT,   /* the opener's place, once it lets go: told then */
};

/* What came of what the opener did. */
enum lwi_warmed {
    LWI_WARMED,
    LWI_WARMED_FAILED,   /* its key pauses */
    LWI_WARMED_TOO_SOON, /* too many restarts: only the opener pauses */
};

/* Why a caller got no place, or whether it will. */
enum lwi_admission {
    LWI_ADMIT_GRANTED,
    LWI_ADMIT_WAITS,
    LWI_ADMIT_EXHAUSTED, /* none is free, and it does not want to wait */
    LWI_ADMIT_MEMORY,    /* another worker would exceed the budget */
    LWI_ADMIT_BACKOFF,   /* its key failed to open a moment ago */
    LWI_ADMIT_CLOSED,
    LWI_ADMIT_NO_MEMORY, /* of this process */
};

struct lwi_core_key;

/* A caller that wants a worker. Its own memory, until it is out of the core. */
struct lwi_applicant {
    /* Set before lwi_core_acquire. */
    lw_span identity; /* of the key; borrowed while it is in the core */
    uint64_t hash;    /* of the identity */
    uint32_t priority;
    bool may_wait;

    /* The core's. */
    LWI_LINK(struct lwi_applicant) line;     /* all who wait, in order */
    LWI_LINK(struct lwi_applicant) key_line; /* those of its key, in order */
    struct lwi_core_key *key;
    uint64_t sequence;
    uint32_t passed; /* how often another took what it could have had */
    bool waiting;

    /* What came of it. */
    enum lwi_grant grant;
    uint32_t place;
    bool awaiting; /* granted AWAIT, and not told yet what comes of it */
    bool refused;  /* the pool was closed */
    bool failed;   /* the worker that it awaited did not open: no grant */
    /* Workers that it has to end before it opens its own; their places are
       ENDING, each with the next one in `also`. NULL: none. */
    struct lwi_place *evicted;
};

LWI_LIST(lwi_line, struct lwi_applicant, line);
LWI_LIST(lwi_key_line, struct lwi_applicant, key_line);

struct lwi_place {
    enum lwi_place_state state;
    struct lwi_core_key *key;            /* NULL: empty, or ending */
    LWI_LINK(struct lwi_place) idle;     /* of all, least recently used first */
    LWI_LINK(struct lwi_place) key_idle; /* of its key, the same */
    bool rss_known;
    uint64_t rss_kib;
    bool doubtful;    /* its last lease did not end well; set by the shell */
    bool ailing;      /* IDLE: the opener knows that its worker is dead */
    int64_t ready_at; /* when the opener had made it ready */
    int64_t sampled_at;
    struct lwi_place *also;
};

LWI_LIST(lwi_idle_list, struct lwi_place, idle);
LWI_LIST(lwi_key_idle_list, struct lwi_place, key_idle);

struct lwi_core_config {
    uint32_t max_workers;         /* places */
    uint32_t max_workers_per_key; /* 1 to max_workers */
    uint64_t budget_kib;          /* LW_NO_LIMIT: none */
    uint32_t max_standby;         /* places more, for standbys only */
    int64_t sample_age_ns;        /* older ones are of no use */
    bool samples_cheap;           /* so a worker that was in use gets a new one
                                     whatever the age of the last */
};

/* What is kept of a key. */
struct lwi_keep {
    uint32_t min_idle; /* workers that are idle, or about to be */
    uint32_t reserved; /* places: others are not given the last ones */
    uint32_t standbys;
};

/* What the opener is to do with a place, which is its own until it has. */
enum lwi_wish {
    LWI_WISH_NONE,
    LWI_WISH_OPEN,    /* WARMING, and empty */
    LWI_WISH_REPLACE, /* WARMING, with an idle worker of another key */
    LWI_WISH_REPAIR,  /* WARMING, with a worker of the key that is not ready */
    LWI_WISH_END,     /* ENDING: a standby that nobody wants any more */
};

struct lwi_core {
    const lw_allocator *allocator;
    struct lwi_core_config config;
    struct lwi_place *places; /* max_workers, then max_standby */
    uint32_t empty;           /* of the workers' places */
    uint32_t leased;          /* LEASED, OPENING, and the awaited one */
    uint32_t standbys;        /* of their places: not empty */
    uint32_t unmet;           /* empty places that keys have reserved */
    uint64_t sequence;
    bool closed;
    struct lwi_idle_list idle;
    struct lwi_line line; /* its count is the queue's depth, at any instant */
    struct lwi_line told; /* whose wait has ended, and who does not know yet */
    struct lwi_core_key **table;
    size_t table_size; /* a power of two */
    size_t key_count;
    struct lwi_core_key *short_of; /* of which there is less than is kept */
    struct lwi_place *warming;     /* where the opener is; NULL: nowhere */
    struct lwi_applicant *heir;    /* who awaits it; NULL: nobody */
    bool called_off;               /* the heir is of another key */
};

/* LW_OK or LW_ENOMEM, after which lwi_core_fini is right as well. */
int
lwi_core_init(struct lwi_core *core, const lw_allocator *allocator,
              const struct lwi_core_config *config);

/* Nobody may wait any more. */
void
lwi_core_fini(struct lwi_core *core);

/* ---- callers ---- */

/* A caller comes. WAITS: it is told later, or leaves. */
enum lwi_admission
lwi_core_acquire(struct lwi_core *core, struct lwi_applicant *applicant,
                 int64_t now);

/*
 * A caller that waits gives up: its time is over, or it was cancelled. False
 * where it does not wait any more, since it has been granted or refused.
 */
bool
lwi_core_leave(struct lwi_core *core, struct lwi_applicant *applicant,
               int64_t now);

/*
 * The next caller whose wait has ended, granted or refused; NULL: no other.
 * To be asked after everything that happened.
 */
struct lwi_applicant *
lwi_core_next_told(struct lwi_core *core);

/* ---- what happened ---- */

/*
 * An OPENING place has its worker, or has none. ok false: also of a LEASED one
 * that was granted warm and could not be made ready.
 */
void
lwi_core_opened(struct lwi_core *core, uint32_t place, bool ok, int64_t now);

/*
 * The caller of such a place gave up, and it holds nothing: that says nothing
 * of its key.
 */
void
lwi_core_given_up(struct lwi_core *core, uint32_t place, int64_t now);

/* A lease came back. keep: its worker is good for another. */
void
lwi_core_released(struct lwi_core *core, uint32_t place, bool keep,
                  int64_t now);

/*
 * The worker of a LEASED place is to serve another key from now on. False, and
 * nothing changed: that key may have no more workers, its own key keeps it, or
 * there is no memory.
 */
bool
lwi_core_rekeyed(struct lwi_core *core, uint32_t place, lw_span identity,
                 uint64_t hash, int64_t now);

/* An IDLE worker died or has to go. */
void
lwi_core_lost(struct lwi_core *core, uint32_t place);

/*
 * The system has not enough left for the worker of this place, which is out:
 * the idle worker of another key that was not used for longest, and that nobody
 * keeps, is ENDING from here, and the caller's to end. False: there is none.
 */
bool
lwi_core_give_way(struct lwi_core *core, uint32_t place, uint32_t *found);

/* The worker of an ENDING place is gone. */
void
lwi_core_gone(struct lwi_core *core, uint32_t place, int64_t now);

/* A sample of a place's worker; known false: there is none. */
void
lwi_core_sampled(struct lwi_core *core, uint32_t place, bool known,
                 uint64_t rss_kib, int64_t now);

/*
 * Whether what is known of a place's memory is too old, or nothing. False where
 * it has no worker, or one that is being ended.
 */
bool
lwi_core_wants_sample(const struct lwi_core *core, uint32_t place, int64_t now);

/* Whether the decision on such a caller would depend on samples. */
bool
lwi_core_wants_samples_for(const struct lwi_core *core, lw_span identity,
                           uint64_t hash);

/* Whether one of those who wait is held back by memory alone. */
bool
lwi_core_is_short_of_memory(const struct lwi_core *core, int64_t now);

/* Time has passed: callers may be let in whose key has paused long enough. */
void
lwi_core_pass(struct lwi_core *core, int64_t now);

/*
 * When the pause of a caller's key ends; LWI_NEVER: it has none, or it was over
 * at `now`, when the core was last told the time.
 */
int64_t
lwi_core_pause_end(const struct lwi_applicant *applicant, int64_t now);

/* Refuses all who wait, who await the opener, and who come. */
void
lwi_core_close(struct lwi_core *core);

/* ---- warmth ---- */

/*
 * What is kept of a key from now on; zeros: nothing. `owner` is for
 * lwi_core_owner. LW_EINVAL, and nothing has changed, where the reserved places
 * of all keys would be more than there are, or standbys more than max_standby;
 * LW_ENOMEM. A key may have more standbys than it wants for a moment, until the
 * opener has ended them.
 */
int
lwi_core_keep(struct lwi_core *core, lw_span identity, uint64_t hash,
              const struct lwi_keep *keep, void *owner, int64_t now);

/*
 * What the opener is to do next, and where: for the opener, when it has
 * nothing in hand. It ends with lwi_core_warmed or, after END, lwi_core_gone.
 */
enum lwi_wish
lwi_core_next_wish(struct lwi_core *core, int64_t now, uint32_t *place);

/* Whether there is a wish, or would be if the opener had nothing in hand. */
bool
lwi_core_has_wish(const struct lwi_core *core, int64_t now);

/* When there may be one, at the end of a pause; LWI_NEVER: at none. */
int64_t
lwi_core_wish_at(const struct lwi_core *core, int64_t now);

/* Whether there is less than is kept, and no memory for one worker more. */
bool
lwi_core_wish_lacks_memory(const struct lwi_core *core);

/* Of the key of a place that is WARMING, SPARE or STALE. */
void *
lwi_core_owner(const struct lwi_core *core, uint32_t place);

/* Should the opener stop what it does in the place? */
bool
lwi_core_is_called_off(const struct lwi_core *core, uint32_t place);

/*
 * The opener has a worker ready, or failed: the place then holds nothing.
 * False: nobody wants the place any more. The opener clears it and calls
 * lwi_core_gone.
 */
bool
lwi_core_warmed(struct lwi_core *core, uint32_t place, enum lwi_warmed how,
                int64_t now);

/*
 * The worker of an IDLE or SPARE place is found dead. `crashed`: it was not
 * ended by a limit; where that happens soon after it was opened, the opener
 * pauses before the next.
 */
void
lwi_core_ail(struct lwi_core *core, uint32_t place, bool crashed, int64_t now);

/*
 * A standby for a place whose own worker of the same key, or of one that
 * starts its workers alike, is not ready. False: there is none. Else the
 * caller exchanges what both places hold; the standby's is STALE from here.
 */
bool
lwi_core_take_spare(struct lwi_core *core, lw_span identity, uint64_t hash,
                    uint32_t into, uint32_t *place);

/* Is there what is kept of the key, all of it? True for one that is not. */
bool
lwi_core_is_warm(const struct lwi_core *core, lw_span identity, uint64_t hash);

/* ---- looking ---- */

/* Sum of the samples; false where one is missing, with the sum of the rest. */
bool
lwi_core_total_rss(const struct lwi_core *core, uint64_t *sum_kib);

/* The idle place that has been so for longest; false: none is. */
bool
lwi_core_oldest_idle(const struct lwi_core *core, uint32_t *place);

/*
 * Asserts every invariant; for tests. `now`: of the last call, or later where
 * lwi_core_pass was called then.
 */
void
lwi_core_audit(const struct lwi_core *core, int64_t now);

#endif

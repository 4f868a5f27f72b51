/*
 * core_impl.h - the inside of the core, for its own files.
 *
 *     core.c         keys, places, callers, what happens to them
 *     core_budget.c  the memory that all may have together
 *     core_warm.c    what is kept, and the opener
 *     core_audit.c   the invariants
 *
 * What is here changes lists and counts in step; the rules use it.
 */
#ifndef LWI_POOL_CORE_IMPL_H
#define LWI_POOL_CORE_IMPL_H

#include "pool/core.h"

/* What is known of a key while it has places, callers, a pause, or is kept. */
struct lwi_core_key {
    struct lwi_core_key *next; /* in its bucket of the table */
    uint64_t hash;
    uint32_t places; /* OPENING, IDLE, LEASED, and WARMING of workers */
    struct lwi_keep keep;
    void *owner;                            /* of what is kept */
    LWI_LINK(struct lwi_core_key) short_of; /* those it has less of */
    bool is_short;
    uint32_t ailing;     /* of its idle places */
    uint32_t spares;     /* standbys' places: WARMING, SPARE or STALE */
    uint32_t ready;      /* of those: SPARE */
    uint32_t stale;      /* of those: STALE */
    uint32_t losses;     /* kept workers in a row that died soon */
    int64_t rest_until;  /* the opener's pause after the last of them */
    uint32_t failures;   /* openings in a row that failed */
    int64_t pause_until; /* of the last failure */
    struct lwi_key_line line;
    struct lwi_key_idle_list idle;
    size_t identity_size;
    char identity[];
};

/* Reserved places that the key has not taken. */
static inline uint32_t
lwi_core_unmet(const struct lwi_core_key *key)
{
    return key->keep.reserved > key->places ? key->keep.reserved - key->places
                                            : 0;
}

/* ---- keys ---- */

/* NULL: it is not known. */
struct lwi_core_key *
lwi_core_find_key(const struct lwi_core *core, lw_span identity, uint64_t hash);

/* Found, or made; NULL: no memory. */
struct lwi_core_key *
lwi_core_get_key(struct lwi_core *core, lw_span identity, uint64_t hash,
                 int64_t now);

/* Forgets a key of which there is nothing to know. */
void
lwi_core_drop_unused(struct lwi_core *core, struct lwi_core_key *key,
                     int64_t now);

/* A key gains (+1) or loses (-1) a place. */
void
lwi_core_count_place(struct lwi_core *core, struct lwi_core_key *key, int by);

/* ---- places ---- */

uint32_t
lwi_core_number_of(const struct lwi_core *core, const struct lwi_place *place);

void
lwi_core_unlist_idle(struct lwi_core *core, struct lwi_place *place);

void
lwi_core_list_idle(struct lwi_core *core, struct lwi_place *place);

/* A place that is out goes over to another key. */
void
lwi_core_change_key(struct lwi_core *core, struct lwi_place *place,
                    struct lwi_core_key *key, int64_t now);

/* The place has no worker any more that counts for a key. Its memory counts
 * until it is gone. */
void
lwi_core_leave_key(struct lwi_core *core, struct lwi_place *place, int64_t now);

/* There is one. */
struct lwi_place *
lwi_core_find_empty(const struct lwi_core *core);

/* ---- what there is ---- */

/* True where a worker more, in place of `instead`, fits the budget. */
bool
lwi_core_fits_budget(const struct lwi_core *core,
                     const struct lwi_place *instead);

/* The same, where idle workers of other keys than this give way. */
bool
lwi_core_could_fit(const struct lwi_core *core, const struct lwi_core_key *key,
                   const struct lwi_place *instead);

/*
 * They give way, in ENDING and in the caller's list, until a worker more fits
 * in place of `instead`, or none is left that may.
 */
void
lwi_core_make_room(struct lwi_core *core, struct lwi_applicant *applicant,
                   const struct lwi_place *instead, int64_t now);

/* Places that are empty and not kept for another key. */
bool
lwi_core_has_empty(const struct lwi_core *core, const struct lwi_core_key *key);

/* Would it be let in, were it not for the memory that the others use? */
bool
lwi_core_is_over_budget(const struct lwi_core *core,
                        const struct lwi_applicant *applicant, int64_t now);

bool
lwi_core_may_grow(const struct lwi_core *core, const struct lwi_core_key *key,
                  int64_t now);

/* What there is for a caller, now. */
enum lwi_grant
lwi_core_offer(const struct lwi_core *core,
               const struct lwi_applicant *applicant, int64_t now,
               struct lwi_place **place);

/*
 * An idle worker to be given up for one of this key: the least recently used
 * of those that nobody keeps.
 */
struct lwi_place *
lwi_core_find_unkept(const struct lwi_core *core,
                     const struct lwi_core_key *key);

/* When the pause after so many failures in a row is over. */
int64_t
lwi_core_backoff_end(uint32_t failures, int64_t now);

/* The opening of a worker of the key failed: it pauses. */
void
lwi_core_pause(struct lwi_core_key *key, int64_t now);

/* ---- letting in ---- */

/* Its wait is over: for lwi_core_next_told. */
void
lwi_core_end_wait(struct lwi_core *core, struct lwi_applicant *applicant);

/* All who can be let in now. */
void
lwi_core_let_in(struct lwi_core *core, int64_t now);

/* An OPENING place, or one that was granted warm, holds nothing after all. */
void
lwi_core_empty_place(struct lwi_core *core, struct lwi_place *place,
                     int64_t now);

/* ---- core_warm.c ---- */

/* After a change of what the key has, or should have. */
void
lwi_core_note_short(struct lwi_core *core, struct lwi_core_key *key);

/* Idle workers of the key that live, as far as is known, or are about to. */
uint32_t
lwi_core_supply(const struct lwi_core *core, const struct lwi_core_key *key);

/* Who awaits the opener leaves. */
void
lwi_core_stop_awaiting(struct lwi_core *core, struct lwi_applicant *applicant,
                       int64_t now);

/* The pool is closed: who awaits the opener is refused. */
void
lwi_core_close_warming(struct lwi_core *core);

#endif

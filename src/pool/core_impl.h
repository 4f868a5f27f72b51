/*
 * core_impl.h - the inside of the core, for its own files.
 *
 *     core.c         keys, places, callers, what happens to them
 *     core_audit.c   the invariants
 *
 * What is here changes lists and counts in step; the rules use it.
 */
#ifndef LWI_POOL_CORE_IMPL_H
#define LWI_POOL_CORE_IMPL_H

#include "pool/core.h"

/* What is known of a key while it has places, callers, or a pause. */
struct lwi_core_key {
    struct lwi_core_key *next; /* in its bucket of the table */
    uint64_t hash;
    uint32_t places; /* OPENING, IDLE or LEASED */
    uint32_t reserved;
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
    return key->reserved > key->places ? key->reserved - key->places : 0;
}

/* ---- keys ---- */

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

/* Places that are empty and not kept for another key. */
bool
lwi_core_has_empty(const struct lwi_core *core, const struct lwi_core_key *key);

bool
lwi_core_may_grow(const struct lwi_core *core, const struct lwi_core_key *key,
                  int64_t now);

/* What there is for a caller, now. */
enum lwi_grant
lwi_core_offer(const struct lwi_core *core,
               const struct lwi_applicant *applicant, int64_t now,
               struct lwi_place **place);

/* ---- letting in ---- */

/* Its wait is over: for lwi_core_next_told. */
void
lwi_core_end_wait(struct lwi_core *core, struct lwi_applicant *applicant);

/* All who can be let in now. */
void
lwi_core_let_in(struct lwi_core *core, int64_t now);

#endif

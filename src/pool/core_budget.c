/*
 * core_budget.c - the memory that all workers may have together.
 *
 * What is refused is one worker more while the sum of the samples is at the
 * budget; how much it will need nobody knows. A sample that is missing makes no
 * claim: then everything fits. Before a caller is refused or has to wait, idle
 * workers of other keys give way, the least recently used first, as many as
 * it takes; those that their keys keep (reserved places) do not.
 */
#include <lean_worker/limits.h>

#include "pool/core_impl.h"

bool
lwi_core_total_rss(const struct lwi_core *core, uint64_t *sum_kib)
{
    bool complete = true;
    uint32_t i;

    *sum_kib = 0;
    for (i = 0; i < core->config.max_workers + core->config.max_standby; i++) {
        const struct lwi_place *place = &core->places[i];

        /* A worker that is being ended has been killed: it has none soon. */
        if (place->state == LWI_PLACE_EMPTY || place->state == LWI_PLACE_ENDING)
            continue;
        complete &= place->rss_known;
        if (place->rss_known) /* else it is one of an earlier worker */
            *sum_kib += place->rss_kib;
    }
    return complete;
}

/* True where no claim can be made; else *sum_kib is that of all others. */
static bool
is_unbounded(const struct lwi_core *core, const struct lwi_place *instead,
             uint64_t *sum_kib)
{
    if (core->config.budget_kib == LW_NO_LIMIT ||
        !lwi_core_total_rss(core, sum_kib))
        return true;
    if (instead != NULL)
        *sum_kib -= instead->rss_kib;
    return false;
}

bool
lwi_core_fits_budget(const struct lwi_core *core,
                     const struct lwi_place *instead)
{
    uint64_t sum_kib;

    return is_unbounded(core, instead, &sum_kib) ||
           sum_kib < core->config.budget_kib;
}

/* Idle workers of its key that would go before it, `instead` not counted. */
static uint32_t
before(const struct lwi_place *place, const struct lwi_place *instead)
{
    const struct lwi_place *other = place->idle.prev;
    uint32_t count = 0;

    for (; other != NULL; other = other->idle.prev)
        count += other->key == place->key && other != instead;
    return count;
}

/* May this idle worker give way as well, besides those before it? */
static bool
may_go(const struct lwi_place *place, const struct lwi_core_key *key,
       const struct lwi_place *instead)
{
    const struct lwi_core_key *own = place->key;
    uint32_t gone;

    if (place == instead || own == key)
        return false;
    if (own->keep.reserved == 0)
        return true;
    gone = before(place, instead) + (instead != NULL && instead->key == own);
    return own->places > own->keep.reserved + gone;
}

bool
lwi_core_could_fit(const struct lwi_core *core, const struct lwi_core_key *key,
                   const struct lwi_place *instead)
{
    const struct lwi_place *place = core->idle.first;
    uint64_t sum_kib;

    if (is_unbounded(core, instead, &sum_kib))
        return true;
    for (; place != NULL && sum_kib >= core->config.budget_kib;
         place = place->idle.next) {
        if (may_go(place, key, instead))
            sum_kib -= place->rss_kib;
    }
    return sum_kib < core->config.budget_kib;
}

/* In the order of lwi_core_could_fit, so that it comes out as that said. */
void
lwi_core_make_room(struct lwi_core *core, struct lwi_applicant *applicant,
                   const struct lwi_place *instead, int64_t now)
{
    struct lwi_place *place = core->idle.first, *next, *end = NULL;

    applicant->evicted = NULL;
    while (place != NULL && !lwi_core_fits_budget(core, instead)) {
        next = place->idle.next;
        if (may_go(place, applicant->key, instead)) {
            lwi_core_unlist_idle(core, place);
            place->state = LWI_PLACE_ENDING;
            lwi_core_leave_key(core, place, now);
            place->also = NULL;
            if (end != NULL)
                end->also = place;
            else
                applicant->evicted = place;
            end = place;
        }
        place = next;
    }
}

/* ---- samples ---- */

void
lwi_core_sampled(struct lwi_core *core, uint32_t number, bool known,
                 uint64_t rss_kib, int64_t now)
{
    struct lwi_place *place = &core->places[number];

    place->rss_known = known;
    place->rss_kib = known ? rss_kib : 0;
    place->sampled_at = now;
    lwi_core_let_in(core, now);
}

bool
lwi_core_wants_sample(const struct lwi_core *core, uint32_t number, int64_t now)
{
    const struct lwi_place *place = &core->places[number];

    if (place->state == LWI_PLACE_EMPTY || place->state == LWI_PLACE_ENDING)
        return false;
    if (core->config.samples_cheap && place->state != LWI_PLACE_IDLE)
        return true;
    return !place->rss_known ||
           now - place->sampled_at >= core->config.sample_age_ns;
}

bool
lwi_core_wants_samples_for(const struct lwi_core *core, lw_span identity,
                           uint64_t hash)
{
    const struct lwi_core_key *key;

    if (core->config.budget_kib == LW_NO_LIMIT)
        return false;
    key = lwi_core_find_key(core, identity, hash);
    return key == NULL || key->idle.count == 0;
}

bool
lwi_core_is_short_of_memory(const struct lwi_core *core, int64_t now)
{
    const struct lwi_applicant *applicant = core->line.first;

    while (applicant != NULL && !lwi_core_is_over_budget(core, applicant, now))
        applicant = applicant->line.next;
    return applicant != NULL;
}

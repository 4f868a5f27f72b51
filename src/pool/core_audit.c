/* core_audit.c - every invariant of the core, for tests. */
#include "pool/core_impl.h"

static void
audit_places(const struct lwi_core *core)
{
    uint32_t counts[LWI_PLACE_STALE + 1] = { 0 }, i;

    for (i = 0; i < core->config.max_workers; i++) {
        const struct lwi_place *place = &core->places[i];

        counts[place->state]++;
        LW_ASSERT((place->key == NULL) == (place->state == LWI_PLACE_EMPTY ||
                                           place->state == LWI_PLACE_ENDING));
    }
    LW_ASSERT(counts[LWI_PLACE_EMPTY] == core->empty);
    LW_ASSERT(counts[LWI_PLACE_IDLE] == core->idle.count);
    LW_ASSERT(counts[LWI_PLACE_LEASED] + counts[LWI_PLACE_OPENING] +
                  (core->heir != NULL) ==
              core->leased);
    LW_ASSERT(counts[LWI_PLACE_SPARE] + counts[LWI_PLACE_STALE] == 0);
    LW_ASSERT(counts[LWI_PLACE_WARMING] <= (core->warming != NULL));
}

static void
audit_standbys(const struct lwi_core *core)
{
    uint32_t i, taken = 0, end;

    end = core->config.max_workers + core->config.max_standby;
    for (i = core->config.max_workers; i < end; i++) {
        const struct lwi_place *place = &core->places[i];

        taken += place->state != LWI_PLACE_EMPTY;
        LW_ASSERT((place->key != NULL) == (place->state == LWI_PLACE_WARMING ||
                                           place->state == LWI_PLACE_SPARE ||
                                           place->state == LWI_PLACE_STALE));
        LW_ASSERT(place->state != LWI_PLACE_WARMING || place == core->warming);
    }
    LW_ASSERT(taken == core->standbys);
}

/* One opener, and at most one who awaits it, for whose key it works. */
static void
audit_opener(const struct lwi_core *core)
{
    const struct lwi_applicant *heir = core->heir;

    LW_ASSERT(core->warming == NULL ||
              core->warming->state == LWI_PLACE_WARMING);
    LW_ASSERT(!core->called_off || heir != NULL);
    LW_ASSERT(heir == NULL ||
              (core->warming != NULL && heir->awaiting && !heir->waiting &&
               heir->grant == LWI_GRANT_AWAIT &&
               heir->key == core->warming->key &&
               heir->place == lwi_core_number_of(core, core->warming)));
    LW_ASSERT(!core->closed || core->warming == NULL);
}

/* What is kept of a key, and what there is of it. */
static void
audit_warmth(const struct lwi_core *core, const struct lwi_core_key *key)
{
    uint32_t i, spares = 0, ready = 0, stale = 0, ailing = 0;
    uint32_t all = core->config.max_workers + core->config.max_standby;

    for (i = 0; i < all; i++) {
        const struct lwi_place *place = &core->places[i];

        if (place->key != key)
            continue;
        spares += i >= core->config.max_workers;
        ready += place->state == LWI_PLACE_SPARE;
        stale += place->state == LWI_PLACE_STALE;
        ailing += place->ailing;
        LW_ASSERT(!place->ailing || place->state == LWI_PLACE_IDLE);
    }
    LW_ASSERT(key->spares == spares && key->ready == ready);
    LW_ASSERT(key->stale == stale && key->ailing == ailing);
    LW_ASSERT(key->is_short ==
              (lwi_core_supply(core, key) < key->keep.min_idle ||
               spares != key->keep.standbys || stale > 0));
}

static void
audit_keys(const struct lwi_core *core)
{
    uint32_t taken = 0, missing = 0, reserved = 0, standbys = 0, i;
    size_t bucket, count = 0, idle = 0, waiting = 0;
    const struct lwi_core_key *key;

    for (bucket = 0; bucket < core->table_size; bucket++) {
        for (key = core->table[bucket]; key != NULL; key = key->next) {
            LW_ASSERT(key->places <= core->config.max_workers_per_key);
            LW_ASSERT(key->idle.count == 0 || key->line.count == 0);
            LW_ASSERT(key->places + key->line.count + key->spares +
                              key->keep.min_idle + key->keep.reserved +
                              key->keep.standbys >
                          0 ||
                      key->failures > 0);
            audit_warmth(core, key);
            reserved += key->keep.reserved;
            standbys += key->keep.standbys;
            taken += key->places;
            missing += lwi_core_unmet(key);
            idle += key->idle.count;
            waiting += key->line.count;
            count++;
        }
    }
    for (i = 0; i < core->config.max_workers; i++)
        taken -= core->places[i].key != NULL;
    LW_ASSERT(taken == 0 && missing == core->unmet);
    LW_ASSERT(count == core->key_count && idle == core->idle.count);
    LW_ASSERT(waiting == core->line.count);
    LW_ASSERT(reserved <= core->config.max_workers);
    LW_ASSERT(standbys <= core->config.max_standby);
}

/* In order, and nobody waits for what is there. */
static void
audit_line(const struct lwi_core *core, int64_t now)
{
    const struct lwi_applicant *applicant = core->line.first, *next;
    struct lwi_place *place;

    for (; applicant != NULL; applicant = next) {
        next = applicant->line.next;
        LW_ASSERT(applicant->waiting && !core->closed);
        LW_ASSERT(lwi_core_offer(core, applicant, now, &place) ==
                  LWI_GRANT_NONE);
        LW_ASSERT(next == NULL || next->priority < applicant->priority ||
                  (next->priority == applicant->priority &&
                   next->sequence > applicant->sequence));
    }
}

void
lwi_core_audit(const struct lwi_core *core, int64_t now)
{
    audit_places(core);
    audit_standbys(core);
    audit_opener(core);
    audit_keys(core);
    audit_line(core, now);
}

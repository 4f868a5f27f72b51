/* core_audit.c - every invariant of the core, for tests. */
#include "pool/core_impl.h"

static void
audit_places(const struct lwi_core *core)
{
    uint32_t counts[LWI_PLACE_ENDING + 1] = { 0 }, i;

    for (i = 0; i < core->config.max_workers; i++) {
        const struct lwi_place *place = &core->places[i];

        counts[place->state]++;
        LW_ASSERT((place->key == NULL) == (place->state == LWI_PLACE_EMPTY ||
                                           place->state == LWI_PLACE_ENDING));
    }
    LW_ASSERT(counts[LWI_PLACE_EMPTY] == core->empty);
    LW_ASSERT(counts[LWI_PLACE_IDLE] == core->idle.count);
    LW_ASSERT(counts[LWI_PLACE_LEASED] + counts[LWI_PLACE_OPENING] ==
              core->leased);
}

static void
audit_keys(const struct lwi_core *core)
{
    uint32_t taken = 0, missing = 0, i;
    size_t bucket, count = 0, idle = 0, waiting = 0;
    const struct lwi_core_key *key;

    for (bucket = 0; bucket < core->table_size; bucket++) {
        for (key = core->table[bucket]; key != NULL; key = key->next) {
            LW_ASSERT(key->places <= core->config.max_workers_per_key);
            LW_ASSERT(key->idle.count == 0 || key->line.count == 0);
            LW_ASSERT(key->places + key->line.count + key->reserved > 0 ||
                      key->failures > 0);
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
    audit_keys(core);
    audit_line(core, now);
}

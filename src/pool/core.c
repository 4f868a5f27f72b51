/* core.c - who gets which place of a pool, and when. */
#include <lean_worker/limits.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "pool/core_impl.h"

#define TABLE_FIRST 64u

/* ---- keys ---- */

static bool
is_key(const struct lwi_core_key *key, lw_span identity, uint64_t hash)
{
    return key->hash == hash && key->identity_size == identity.size &&
           memcmp(key->identity, identity.data, identity.size) == 0;
}

static struct lwi_core_key **
bucket_of(const struct lwi_core *core, uint64_t hash)
{
    return &core->table[hash & (core->table_size - 1)];
}

/* Twice the buckets. Where there is no memory the chains grow instead. */
static void
grow_table(struct lwi_core *core)
{
    struct lwi_core_key **old = core->table, *key, *next, **bucket;
    size_t old_size = core->table_size, i;
    struct lwi_core_key **table = lwi_alloc_array(
        core->allocator, old_size * 2, sizeof(struct lwi_core_key *));

    if (table == NULL)
        return;
    core->table = table;
    core->table_size = old_size * 2;
    for (i = 0; i < old_size; i++) {
        for (key = old[i]; key != NULL; key = next) {
            next = key->next;
            bucket = bucket_of(core, key->hash);
            key->next = *bucket;
            *bucket = key;
        }
    }
    lwi_free(core->allocator, old);
}

static void
drop_key(struct lwi_core *core, struct lwi_core_key *key)
{
    struct lwi_core_key **at = bucket_of(core, key->hash);

    while (*at != key)
        at = &(*at)->next;
    *at = key->next;
    core->key_count--;
    lwi_free(core->allocator, key);
}

static bool
is_kept(const struct lwi_core_key *key)
{
    return key->keep.min_idle > 0 || key->keep.reserved > 0 ||
           key->keep.standbys > 0;
}

/* Forgets a key of which there is nothing to know: ten thousand may come by. */
void
lwi_core_drop_unused(struct lwi_core *core, struct lwi_core_key *key,
                     int64_t now)
{
    if (key->places == 0 && key->line.count == 0 && key->spares == 0 &&
        !is_kept(key) && key->pause_until <= now)
        drop_key(core, key);
}

/* Keys that were kept for a pause which is over. */
static void
drop_paused(struct lwi_core *core, int64_t now)
{
    struct lwi_core_key *key, *next;
    size_t i;

    for (i = 0; i < core->table_size; i++) {
        for (key = core->table[i]; key != NULL; key = next) {
            next = key->next;
            if (key->failures > 0)
                lwi_core_drop_unused(core, key, now);
        }
    }
}

struct lwi_core_key *
lwi_core_find_key(const struct lwi_core *core, lw_span identity, uint64_t hash)
{
    struct lwi_core_key *key = *bucket_of(core, hash);

    while (key != NULL && !is_key(key, identity, hash))
        key = key->next;
    return key;
}

/* Found, or made; NULL: no memory. */
struct lwi_core_key *
lwi_core_get_key(struct lwi_core *core, lw_span identity, uint64_t hash,
                 int64_t now)
{
    struct lwi_core_key **bucket,
        *key = lwi_core_find_key(core, identity, hash);

    if (key != NULL)
        return key;
    key = lwi_alloc(core->allocator, sizeof(*key) + identity.size);
    if (key == NULL)
        return NULL;
    key->hash = hash;
    key->pause_until = key->rest_until = INT64_MIN;
    key->identity_size = identity.size;
    memcpy(key->identity, identity.data, identity.size);
    if (core->key_count >= core->table_size)
        drop_paused(core, now);
    if (core->key_count >= core->table_size)
        grow_table(core);
    bucket = bucket_of(core, hash);
    key->next = *bucket;
    *bucket = key;
    core->key_count++;
    return key;
}

/* A key gains (+1) or loses (-1) a place. */
void
lwi_core_count_place(struct lwi_core *core, struct lwi_core_key *key, int by)
{
    core->unmet -= lwi_core_unmet(key);
    key->places = (uint32_t)((int)key->places + by);
    core->unmet += lwi_core_unmet(key);
}

/* ---- places ---- */

uint32_t
lwi_core_number_of(const struct lwi_core *core, const struct lwi_place *place)
{
    return (uint32_t)(place - core->places);
}

void
lwi_core_unlist_idle(struct lwi_core *core, struct lwi_place *place)
{
    lwi_idle_list_remove(&core->idle, place);
    lwi_key_idle_list_remove(&place->key->idle, place);
    place->key->ailing -= place->ailing;
    place->ailing = false;
    lwi_core_note_short(core, place->key);
}

void
lwi_core_list_idle(struct lwi_core *core, struct lwi_place *place)
{
    struct lwi_key_idle_list *idle = &place->key->idle;

    place->state = LWI_PLACE_IDLE;
    lwi_idle_list_push_back(&core->idle, place);
    /* One that may be dead is the last to be given out. */
    lwi_key_idle_list_insert_before(idle, place,
                                    place->doubtful ? idle->first : NULL);
    lwi_core_note_short(core, place->key);
}

/* The place has no worker any more that counts for a key. */
void
lwi_core_leave_key(struct lwi_core *core, struct lwi_place *place, int64_t now)
{
    struct lwi_core_key *key = place->key;

    place->key = NULL;
    lwi_core_count_place(core, key, -1);
    lwi_core_note_short(core, key);
    lwi_core_drop_unused(core, key, now);
}

/* ---- what a caller could have ---- */

/* Places that are empty and not kept for another key. */
bool
lwi_core_has_empty(const struct lwi_core *core, const struct lwi_core_key *key)
{
    return core->empty > core->unmet - lwi_core_unmet(key);
}

/* May its idle worker be given up for one of another key? */
static bool
is_replaceable(const struct lwi_place *place, const struct lwi_core_key *key)
{
    return place->key != key && place->key->places > place->key->keep.reserved;
}

struct lwi_place *
lwi_core_find_unkept(const struct lwi_core *core,
                     const struct lwi_core_key *key)
{
    struct lwi_place *place = core->idle.first;

    while (place != NULL &&
           (!is_replaceable(place, key) ||
            place->key->idle.count <= place->key->keep.min_idle))
        place = place->idle.next;
    return place;
}

/* The worker that the opener is about, for no caller yet. */
static bool
is_spoken_for(const struct lwi_core *core)
{
    return core->warming == NULL || core->heir != NULL ||
           core->warming >= core->places + core->config.max_workers;
}

static bool
awaits_nobody(const struct lwi_core *core, const struct lwi_core_key *key)
{
    return !is_spoken_for(core) && core->warming->key == key;
}

/*
 * The place of another key that a caller of this one gets: of an idle worker
 * that nobody keeps, of one that is not open yet, of one that is kept. Within
 * those the least recently used.
 */
static struct lwi_place *
find_replaceable(const struct lwi_core *core, const struct lwi_core_key *key)
{
    struct lwi_place *place = lwi_core_find_unkept(core, key);

    if (place == NULL && !is_spoken_for(core) &&
        is_replaceable(core->warming, key))
        place = core->warming;
    if (place != NULL)
        return place;
    place = core->idle.first;
    while (place != NULL && !is_replaceable(place, key))
        place = place->idle.next;
    return place;
}

bool
lwi_core_may_grow(const struct lwi_core *core, const struct lwi_core_key *key,
                  int64_t now)
{
    return key->places < core->config.max_workers_per_key &&
           key->pause_until <= now;
}

/* ---- granting ---- */

/* The opener's place: it ends what it does there, or goes on, for the heir. */
static void
await_opener(struct lwi_core *core, struct lwi_applicant *applicant)
{
    core->heir = applicant;
    core->called_off = core->warming->key != applicant->key;
    applicant->awaiting = true;
}

void
lwi_core_change_key(struct lwi_core *core, struct lwi_place *place,
                    struct lwi_core_key *key, int64_t now)
{
    struct lwi_core_key *was = place->key;

    place->key = key;
    lwi_core_count_place(core, key, 1);
    if (was != NULL) {
        lwi_core_count_place(core, was, -1);
        lwi_core_note_short(core, was);
        lwi_core_drop_unused(core, was, now);
    }
    lwi_core_note_short(core, key);
}

static void
grant(struct lwi_core *core, struct lwi_applicant *applicant,
      enum lwi_grant what, struct lwi_place *place, int64_t now)
{
    applicant->evicted = NULL;
    if (what == LWI_GRANT_REPLACE)
        lwi_core_make_room(core, applicant, place, now);
    if (place->state == LWI_PLACE_IDLE)
        lwi_core_unlist_idle(core, place);
    if (place->state == LWI_PLACE_EMPTY)
        core->empty--;
    core->leased++;
    if (what == LWI_GRANT_AWAIT)
        await_opener(core, applicant);
    else
        place->state =
            what == LWI_GRANT_WARM ? LWI_PLACE_LEASED : LWI_PLACE_OPENING;
    applicant->grant = what;
    applicant->place = lwi_core_number_of(core, place);
    if (place->key != applicant->key) {
        place->rss_known = false;
        lwi_core_change_key(core, place, applicant->key, now);
    } else {
        lwi_core_note_short(core, place->key);
    }
}

struct lwi_place *
lwi_core_find_empty(const struct lwi_core *core)
{
    struct lwi_place *place = core->places;

    while (place->state != LWI_PLACE_EMPTY)
        place++;
    return place;
}

/* What there is for a caller, now. */
enum lwi_grant
lwi_core_offer(const struct lwi_core *core,
               const struct lwi_applicant *applicant, int64_t now,
               struct lwi_place **place)
{
    struct lwi_core_key *key = applicant->key;
    bool grows = lwi_core_may_grow(core, key, now);
    bool empty = grows && lwi_core_has_empty(core, key) &&
                 lwi_core_fits_budget(core, NULL);

    *place = key->idle.last; /* the warmest */
    if (*place != NULL)
        return LWI_GRANT_WARM;
    *place = core->warming;
    /* Its opening has begun already; a standby would be faster still. */
    if (awaits_nobody(core, key) && !(empty && key->ready > 0))
        return LWI_GRANT_AWAIT;
    if (empty) {
        *place = lwi_core_find_empty(core);
        return LWI_GRANT_OPEN;
    }
    *place = grows ? find_replaceable(core, key) : NULL;
    if (*place == NULL)
        return LWI_GRANT_NONE;
    if (*place == core->warming)
        return lwi_core_fits_budget(core, *place) ? LWI_GRANT_AWAIT
                                                  : LWI_GRANT_NONE;
    return lwi_core_could_fit(core, key, *place) ? LWI_GRANT_REPLACE
                                                 : LWI_GRANT_NONE;
}

/* Gives the caller what there is for it; false: nothing. */
static bool
try_grant(struct lwi_core *core, struct lwi_applicant *applicant, int64_t now)
{
    struct lwi_place *place;
    enum lwi_grant what = lwi_core_offer(core, applicant, now, &place);

    if (what == LWI_GRANT_NONE)
        return false;
    grant(core, applicant, what, place, now);
    return true;
}

/* ---- callers ---- */

static void
join_line(struct lwi_core *core, struct lwi_applicant *applicant)
{
    struct lwi_applicant *after = core->line.last, *key_after;

    while (after != NULL && after->priority < applicant->priority)
        after = after->line.prev;
    lwi_line_insert_before(&core->line, applicant,
                           after != NULL ? after->line.next : core->line.first);
    key_after = applicant->key->line.last;
    while (key_after != NULL && key_after->priority < applicant->priority)
        key_after = key_after->key_line.prev;
    lwi_key_line_insert_before(&applicant->key->line, applicant,
                               key_after != NULL ? key_after->key_line.next
                                                 : applicant->key->line.first);
    applicant->waiting = true;
}

static void
leave_line(struct lwi_core *core, struct lwi_applicant *applicant)
{
    lwi_line_remove(&core->line, applicant);
    lwi_key_line_remove(&applicant->key->line, applicant);
    applicant->waiting = false;
}

/* Its wait is over: for lwi_core_next_told. */
void
lwi_core_end_wait(struct lwi_core *core, struct lwi_applicant *applicant)
{
    leave_line(core, applicant);
    lwi_line_push_back(&core->told, applicant);
}

/*
 * All who can be let in now. One pass is enough: a grant takes room, and the
 * key that loses an idle worker by it has no callers that wait.
 */
void
lwi_core_let_in(struct lwi_core *core, int64_t now)
{
    struct lwi_applicant *applicant = core->line.first, *next;

    for (; applicant != NULL; applicant = next) {
        next = applicant->line.next;
        if (try_grant(core, applicant, now))
            lwi_core_end_wait(core, applicant);
    }
}

/* Would it be let in, were it not for the memory that the others use? */
bool
lwi_core_is_over_budget(const struct lwi_core *core,
                        const struct lwi_applicant *applicant, int64_t now)
{
    return lwi_core_may_grow(core, applicant->key, now) &&
           (lwi_core_has_empty(core, applicant->key) ||
            find_replaceable(core, applicant->key) != NULL);
}

enum lwi_admission
lwi_core_acquire(struct lwi_core *core, struct lwi_applicant *applicant,
                 int64_t now)
{
    enum lwi_admission result = LWI_ADMIT_WAITS;

    applicant->grant = LWI_GRANT_NONE;
    applicant->passed = 0;
    applicant->refused = applicant->waiting = false;
    applicant->awaiting = applicant->failed = false;
    if (core->closed)
        return LWI_ADMIT_CLOSED;
    lwi_core_let_in(core,
                    now); /* those whose pause has just ended came before */
    applicant->key =
        lwi_core_get_key(core, applicant->identity, applicant->hash, now);
    if (applicant->key == NULL)
        return LWI_ADMIT_NO_MEMORY;
    applicant->sequence = core->sequence++;
    if (try_grant(core, applicant, now))
        return LWI_ADMIT_GRANTED;
    /* The seed refuses at once, whether or not the caller would wait. */
    if (lwi_core_is_over_budget(core, applicant, now))
        result = LWI_ADMIT_MEMORY;
    else if (!applicant->may_wait)
        result = applicant->key->pause_until > now ? LWI_ADMIT_BACKOFF
                                                   : LWI_ADMIT_EXHAUSTED;
    if (result == LWI_ADMIT_WAITS)
        join_line(core, applicant);
    else
        lwi_core_drop_unused(core, applicant->key, now);
    return result;
}

bool
lwi_core_leave(struct lwi_core *core, struct lwi_applicant *applicant,
               int64_t now)
{
    if (applicant->awaiting) {
        lwi_core_stop_awaiting(core, applicant, now);
        return true;
    }
    if (!applicant->waiting)
        return false;
    leave_line(core, applicant);
    lwi_core_drop_unused(core, applicant->key, now);
    return true;
}

struct lwi_applicant *
lwi_core_next_told(struct lwi_core *core)
{
    return lwi_line_pop_front(&core->told);
}

int64_t
lwi_core_pause_end(const struct lwi_applicant *applicant, int64_t now)
{
    return applicant->key->pause_until > now ? applicant->key->pause_until
                                             : LWI_NEVER;
}

/* ---- what happened ---- */

void
lwi_core_empty_place(struct lwi_core *core, struct lwi_place *place,
                     int64_t now)
{
    core->leased--;
    core->empty++;
    place->state = LWI_PLACE_EMPTY;
    lwi_core_leave_key(core, place, now);
    lwi_core_let_in(core, now);
}

int64_t
lwi_core_backoff_end(uint32_t failures, int64_t now)
{
    uint64_t ms = lwi_backoff_ms(LWI_CORE_BACKOFF_FIRST_MS,
                                 LWI_CORE_BACKOFF_LAST_MS, failures);

    return now + (int64_t)ms * LWI_NS_PER_MS;
}

void
lwi_core_pause(struct lwi_core_key *key, int64_t now)
{
    key->failures++;
    key->pause_until = lwi_core_backoff_end(key->failures, now);
}

void
lwi_core_opened(struct lwi_core *core, uint32_t number, bool ok, int64_t now)
{
    struct lwi_place *place = &core->places[number];
    struct lwi_core_key *key = place->key;

    LW_ASSERT(place->state == LWI_PLACE_OPENING ||
              (!ok && place->state == LWI_PLACE_LEASED));
    if (ok) {
        place->state = LWI_PLACE_LEASED;
        key->failures = 0;
        key->pause_until = INT64_MIN;
        lwi_core_let_in(core,
                        now); /* others of the key, who sat out its pause */
        return;
    }
    lwi_core_pause(key, now);
    lwi_core_empty_place(core, place, now);
}

void
lwi_core_given_up(struct lwi_core *core, uint32_t number, int64_t now)
{
    struct lwi_place *place = &core->places[number];

    LW_ASSERT(place->state == LWI_PLACE_OPENING ||
              place->state == LWI_PLACE_LEASED);
    lwi_core_empty_place(core, place, now);
}

/*
 * The oldest caller of another key that this idle worker could make room for,
 * among those who came before `own` (NULL: among all).
 */
static struct lwi_applicant *
find_elder(const struct lwi_core *core, const struct lwi_place *place,
           const struct lwi_applicant *own, int64_t now)
{
    struct lwi_applicant *applicant = core->line.first;

    if (place->key->places <= place->key->keep.reserved)
        return NULL;
    for (; applicant != NULL && applicant != own;
         applicant = applicant->line.next) {
        if (applicant->key != place->key &&
            lwi_core_may_grow(core, applicant->key, now) &&
            lwi_core_could_fit(core, applicant->key, place))
            return applicant;
    }
    return NULL;
}

void
lwi_core_released(struct lwi_core *core, uint32_t number, bool keep,
                  int64_t now)
{
    struct lwi_place *place = &core->places[number];
    struct lwi_applicant *own, *elder;

    LW_ASSERT(place->state == LWI_PLACE_LEASED);
    core->leased--;
    if (!keep || core->closed) {
        place->state = LWI_PLACE_ENDING;
        lwi_core_leave_key(core, place, now);
        lwi_core_let_in(core, now); /* its key may have another one now */
        return;
    }
    lwi_core_list_idle(core, place);
    if (core->config.samples_cheap) /* it may have grown */
        place->sampled_at = now - core->config.sample_age_ns;
    own = place->key->line.first;
    elder = find_elder(core, place, own, now);
    if (elder != NULL && (own == NULL || elder->priority > own->priority ||
                          elder->passed >= LWI_CORE_BYPASS)) {
        grant(core, elder, LWI_GRANT_REPLACE, place, now);
        lwi_core_end_wait(core, elder);
        lwi_core_let_in(core, now);
    } else if (own != NULL) {
        if (elder != NULL)
            elder->passed++;
        grant(core, own, LWI_GRANT_WARM, place, now);
        lwi_core_end_wait(core, own);
    } else {
        lwi_core_let_in(core, now); /* its memory can give way from now on */
    }
}

bool
lwi_core_rekeyed(struct lwi_core *core, uint32_t number, lw_span identity,
                 uint64_t hash, int64_t now)
{
    struct lwi_place *place = &core->places[number];
    struct lwi_core_key *was = place->key;
    struct lwi_core_key *key = lwi_core_get_key(core, identity, hash, now);
    bool may;

    LW_ASSERT(place->state == LWI_PLACE_LEASED);
    if (key == NULL || key == was)
        return key != NULL;
    may = key->places < core->config.max_workers_per_key &&
          was->places > was->keep.reserved;
    if (may) {
        lwi_core_change_key(core, place, key, now);
        lwi_core_let_in(core, now); /* its old key may have another one now */
    } else {
        lwi_core_drop_unused(core, key, now);
    }
    return may;
}

void
lwi_core_lost(struct lwi_core *core, uint32_t number)
{
    struct lwi_place *place = &core->places[number];

    LW_ASSERT(place->state == LWI_PLACE_IDLE);
    lwi_core_unlist_idle(core, place);
    place->state = LWI_PLACE_ENDING;
    lwi_core_leave_key(core, place, INT64_MIN); /* no pause is over by it */
}

bool
lwi_core_give_way(struct lwi_core *core, uint32_t number, uint32_t *found)
{
    struct lwi_place *place =
        lwi_core_find_unkept(core, core->places[number].key);

    if (place == NULL)
        return false;
    *found = lwi_core_number_of(core, place);
    lwi_core_lost(core, *found);
    return true;
}

void
lwi_core_gone(struct lwi_core *core, uint32_t number, int64_t now)
{
    struct lwi_place *place = &core->places[number];

    LW_ASSERT(place->state == LWI_PLACE_ENDING);
    place->state = LWI_PLACE_EMPTY;
    place->rss_known = false;
    if (number < core->config.max_workers)
        core->empty++;
    else
        core->standbys--;
    lwi_core_let_in(core, now);
}

void
lwi_core_pass(struct lwi_core *core, int64_t now)
{
    lwi_core_let_in(core, now);
    drop_paused(core, now);
}

void
lwi_core_close(struct lwi_core *core)
{
    struct lwi_applicant *applicant;

    core->closed = true;
    lwi_core_close_warming(core);
    while ((applicant = core->line.first) != NULL) {
        applicant->refused = true;
        lwi_core_end_wait(core, applicant);
        lwi_core_drop_unused(core, applicant->key, INT64_MAX);
    }
}

/* ---- life ---- */

int
lwi_core_init(struct lwi_core *core, const lw_allocator *allocator,
              const struct lwi_core_config *config)
{
    memset(core, 0, sizeof(*core));
    core->allocator = allocator;
    core->config = *config;
    core->empty = config->max_workers;
    core->table_size = TABLE_FIRST;
    core->places =
        lwi_alloc_array(allocator, config->max_workers + config->max_standby,
                        sizeof(*core->places));
    core->table =
        lwi_alloc_array(allocator, TABLE_FIRST, sizeof(struct lwi_core_key *));
    return core->places != NULL && core->table != NULL ? LW_OK : LW_ENOMEM;
}

void
lwi_core_fini(struct lwi_core *core)
{
    size_t i;

    LW_ASSERT(core->line.count == 0);
    for (i = 0; core->table != NULL && i < core->table_size; i++) {
        while (core->table[i] != NULL)
            drop_key(core, core->table[i]);
    }
    lwi_free(core->allocator, core->table);
    lwi_free(core->allocator, core->places);
    core->table = NULL;
    core->places = NULL;
}

/* ---- looking ---- */

bool
lwi_core_oldest_idle(const struct lwi_core *core, uint32_t *place)
{
    if (core->idle.first == NULL)
        return false;
    *place = lwi_core_number_of(core, core->idle.first);
    return true;
}

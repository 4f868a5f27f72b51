/*
 * core_warm.c - what is kept of a key, and what the opener does about it.
 *
 * A key of which there is less than is kept is in one list, so that a pool
 * whose keys are warm has nothing to look for.
 */
#include "base/backoff.h"
#include "base/clock.h"
#include "pool/core_impl.h"

/* ---- what is missing ---- */

static bool
is_standby(const struct lwi_core *core, const struct lwi_place *place)
{
    return place >= core->places + core->config.max_workers;
}

uint32_t
lwi_core_supply(const struct lwi_core *core, const struct lwi_core_key *key)
{
    const struct lwi_place *warming = core->warming;
    bool coming = warming != NULL && core->heir == NULL &&
                  warming->key == key && !is_standby(core, warming);

    return (uint32_t)key->idle.count - key->ailing + coming;
}

static bool
is_short(const struct lwi_core *core, const struct lwi_core_key *key)
{
    return lwi_core_supply(core, key) < key->keep.min_idle ||
           key->spares != key->keep.standbys || key->stale > 0;
}

static void
unlist_short(struct lwi_core *core, struct lwi_core_key *key)
{
    if (key->short_of.prev != NULL)
        key->short_of.prev->short_of.next = key->short_of.next;
    else
        core->short_of = key->short_of.next;
    if (key->short_of.next != NULL)
        key->short_of.next->short_of.prev = key->short_of.prev;
    key->short_of.next = key->short_of.prev = NULL;
}

void
lwi_core_note_short(struct lwi_core *core, struct lwi_core_key *key)
{
    bool now = is_short(core, key);

    if (now == key->is_short)
        return;
    key->is_short = now;
    if (!now) {
        unlist_short(core, key);
        return;
    }
    key->short_of.next = core->short_of;
    if (core->short_of != NULL)
        core->short_of->short_of.prev = key;
    core->short_of = key;
}

/* ---- keeping ---- */

/* Of all keys but this one, with what it is to have. */
static bool
fits(const struct lwi_core *core, const struct lwi_core_key *but,
     const struct lwi_keep *keep)
{
    uint64_t reserved = keep->reserved, standbys = keep->standbys;
    const struct lwi_core_key *key;
    size_t i;

    for (i = 0; i < core->table_size; i++) {
        for (key = core->table[i]; key != NULL; key = key->next) {
            reserved += key != but ? key->keep.reserved : 0;
            standbys += key != but ? key->keep.standbys : 0;
        }
    }
    return reserved <= core->config.max_workers &&
           standbys <= core->config.max_standby;
}

int
lwi_core_keep(struct lwi_core *core, lw_span identity, uint64_t hash,
              const struct lwi_keep *keep, void *owner, int64_t now)
{
    struct lwi_core_key *key = lwi_core_get_key(core, identity, hash, now);
    bool done;

    if (key == NULL)
        return LW_ENOMEM;
    done = fits(core, key, keep);
    if (done) {
        core->unmet -= lwi_core_unmet(key);
        key->keep = *keep;
        key->owner = owner;
        core->unmet += lwi_core_unmet(key);
        key->rest_until = INT64_MIN;
        lwi_core_note_short(core, key);
    }
    lwi_core_drop_unused(core, key, now);
    lwi_core_let_in(core, now); /* there may be fewer reserved places */
    return done ? LW_OK : LW_EINVAL;
}

bool
lwi_core_is_warm(const struct lwi_core *core, lw_span identity, uint64_t hash)
{
    const struct lwi_core_key *key = lwi_core_find_key(core, identity, hash);

    return key == NULL ||
           (key->idle.count - key->ailing >= key->keep.min_idle &&
            key->ready >= key->keep.standbys);
}

/* ---- wishes ---- */

static int64_t
rests_until(const struct lwi_core_key *key)
{
    return key->pause_until > key->rest_until ? key->pause_until
                                              : key->rest_until;
}

/* One of an idle list that is known to be dead; there is one. */
static struct lwi_place *
find_ailing(const struct lwi_core_key *key)
{
    struct lwi_place *place = key->idle.first;

    while (!place->ailing)
        place = place->key_idle.next;
    return place;
}

/* A standby's place in this state, of this key; NULL: none. */
static struct lwi_place *
find_standby(const struct lwi_core *core, const struct lwi_core_key *key,
             enum lwi_place_state state)
{
    uint32_t i, end = core->config.max_workers + core->config.max_standby;

    for (i = core->config.max_workers; i < end; i++) {
        if (core->places[i].key == key && core->places[i].state == state)
            return &core->places[i];
    }
    return NULL;
}

/* Idle workers: a dead one anew, an empty place, one of a key nobody keeps. */
static enum lwi_wish
wish_idle(const struct lwi_core *core, const struct lwi_core_key *key,
          int64_t now, struct lwi_place **place)
{
    if (lwi_core_supply(core, key) >= key->keep.min_idle ||
        rests_until(key) > now)
        return LWI_WISH_NONE;
    if (key->ailing > 0) {
        *place = find_ailing(key);
        return LWI_WISH_REPAIR;
    }
    if (!lwi_core_may_grow(core, key, now))
        return LWI_WISH_NONE;
    if (lwi_core_has_empty(core, key) && lwi_core_fits_budget(core, NULL)) {
        *place = lwi_core_find_empty(core);
        return LWI_WISH_OPEN;
    }
    *place = lwi_core_find_unkept(core, key);
    return *place != NULL && lwi_core_fits_budget(core, *place)
               ? LWI_WISH_REPLACE
               : LWI_WISH_NONE;
}

/* Standbys: one too many ended, one that was taken made anew, another one. */
static enum lwi_wish
wish_standby(const struct lwi_core *core, const struct lwi_core_key *key,
             int64_t now, struct lwi_place **place)
{
    *place = find_standby(core, key, LWI_PLACE_STALE);
    if (key->spares > key->keep.standbys) {
        if (*place == NULL)
            *place = find_standby(core, key, LWI_PLACE_SPARE);
        return *place != NULL ? LWI_WISH_END : LWI_WISH_NONE;
    }
    if (rests_until(key) > now)
        return LWI_WISH_NONE;
    if (*place != NULL)
        return LWI_WISH_REPAIR;
    if (key->spares == key->keep.standbys ||
        core->standbys == core->config.max_standby ||
        !lwi_core_fits_budget(core, NULL))
        return LWI_WISH_NONE;
    *place = find_standby(core, NULL, LWI_PLACE_EMPTY);
    return LWI_WISH_OPEN;
}

/* Idle workers of all keys come before standbys. */
static enum lwi_wish
find_wish(const struct lwi_core *core, int64_t now, struct lwi_core_key **of,
          struct lwi_place **place)
{
    enum lwi_wish wish = LWI_WISH_NONE;

    if (core->closed)
        return LWI_WISH_NONE;
    for (*of = core->short_of; *of != NULL; *of = (*of)->short_of.next) {
        wish = wish_idle(core, *of, now, place);
        if (wish != LWI_WISH_NONE)
            return wish;
    }
    for (*of = core->short_of; *of != NULL; *of = (*of)->short_of.next) {
        wish = wish_standby(core, *of, now, place);
        if (wish != LWI_WISH_NONE)
            return wish;
    }
    return LWI_WISH_NONE;
}

bool
lwi_core_has_wish(const struct lwi_core *core, int64_t now)
{
    struct lwi_core_key *key;
    struct lwi_place *place;

    return core->short_of != NULL &&
           find_wish(core, now, &key, &place) != LWI_WISH_NONE;
}

int64_t
lwi_core_wish_at(const struct lwi_core *core, int64_t now)
{
    const struct lwi_core_key *key = core->short_of;
    int64_t at = LWI_NEVER;

    for (; key != NULL && !core->closed; key = key->short_of.next) {
        if (rests_until(key) > now && rests_until(key) < at)
            at = rests_until(key);
    }
    return at;
}

bool
lwi_core_wish_lacks_memory(const struct lwi_core *core)
{
    return core->short_of != NULL && !lwi_core_fits_budget(core, NULL);
}

/* ---- fulfilling them ---- */

/* A worker's place goes to the key, with or without what it holds. */
static void
take_place(struct lwi_core *core, struct lwi_core_key *key,
           struct lwi_place *place, int64_t now)
{
    if (place->state == LWI_PLACE_IDLE)
        lwi_core_unlist_idle(core, place);
    else
        core->empty--;
    if (place->key == key)
        return;
    place->rss_known = false;
    lwi_core_change_key(core, place, key, now);
}

static void
take_standby(struct lwi_core *core, struct lwi_core_key *key,
             struct lwi_place *place)
{
    if (place->state == LWI_PLACE_EMPTY) {
        place->key = key;
        place->rss_known = false;
        key->spares++;
        core->standbys++;
    }
    key->stale -= place->state == LWI_PLACE_STALE;
    key->ready -= place->state == LWI_PLACE_SPARE;
}

/* It counts for the key no more. */
static void
drop_standby(struct lwi_core *core, struct lwi_place *place,
             enum lwi_place_state to, int64_t now)
{
    struct lwi_core_key *key = place->key;

    place->state = to;
    place->key = NULL;
    place->rss_known = place->rss_known && to != LWI_PLACE_EMPTY;
    core->standbys -= to == LWI_PLACE_EMPTY;
    key->spares--;
    lwi_core_note_short(core, key);
    lwi_core_drop_unused(core, key, now);
}

enum lwi_wish
lwi_core_next_wish(struct lwi_core *core, int64_t now, uint32_t *number)
{
    struct lwi_core_key *key;
    struct lwi_place *place;
    enum lwi_wish wish = LWI_WISH_NONE;

    LW_ASSERT(core->warming == NULL);
    if (core->short_of != NULL)
        wish = find_wish(core, now, &key, &place);
    if (wish == LWI_WISH_NONE)
        return wish;
    *number = lwi_core_number_of(core, place);
    if (is_standby(core, place))
        take_standby(core, key, place);
    else
        take_place(core, key, place, now);
    if (wish == LWI_WISH_END) {
        drop_standby(core, place, LWI_PLACE_ENDING, now);
        return wish;
    }
    place->state = LWI_PLACE_WARMING;
    core->warming = place;
    lwi_core_note_short(core, key);
    lwi_core_let_in(core, now); /* whoever waits for a worker of the key */
    return wish;
}

void *
lwi_core_owner(const struct lwi_core *core, uint32_t place)
{
    return core->places[place].key->owner;
}

bool
lwi_core_is_called_off(const struct lwi_core *core, uint32_t place)
{
    return core->places[place].state != LWI_PLACE_WARMING || core->called_off;
}

/* Whoever awaited the opener learns what came of it. */
static void
tell_heir(struct lwi_core *core, enum lwi_grant what)
{
    struct lwi_applicant *heir = core->heir;

    core->heir = NULL;
    core->called_off = false;
    heir->grant = what;
    heir->awaiting = false;
    lwi_line_push_back(&core->told, heir);
}

static void
standby_warmed(struct lwi_core *core, struct lwi_place *place, bool ok,
               int64_t now)
{
    if (!ok) {
        drop_standby(core, place, LWI_PLACE_EMPTY, now);
        return;
    }
    place->state = LWI_PLACE_SPARE;
    place->key->ready++;
    lwi_core_note_short(core, place->key);
}

/* What nobody awaits. */
static void
worker_warmed(struct lwi_core *core, struct lwi_place *place, bool ok,
              int64_t now)
{
    if (ok) {
        place->doubtful = false;
        lwi_core_list_idle(core, place);
        return;
    }
    core->leased++; /* as if it had been opened for a caller */
    lwi_core_empty_place(core, place, now);
}

static void
heir_warmed(struct lwi_core *core, struct lwi_place *place, bool ok,
            int64_t now)
{
    if (core->called_off) {
        place->state = LWI_PLACE_OPENING;
        tell_heir(core, ok ? LWI_GRANT_REPLACE : LWI_GRANT_OPEN);
        return;
    }
    core->heir->failed = !ok;
    tell_heir(core, ok ? LWI_GRANT_WARM : LWI_GRANT_NONE);
    if (ok)
        place->state = LWI_PLACE_LEASED;
    else
        lwi_core_empty_place(core, place, now);
}

/* The opener waits before it opens another one of the key. */
static void
rest(struct lwi_core_key *key, int64_t now)
{
    key->losses++;
    key->rest_until = lwi_core_backoff_end(key->losses, now);
}

/* What it says of the place's key. */
static void
note_warmed(struct lwi_place *place, enum lwi_warmed how, int64_t now)
{
    switch (how) {
    case LWI_WARMED:
        place->key->failures = 0;
        place->key->pause_until = INT64_MIN;
        place->ready_at = now;
        break;
    case LWI_WARMED_FAILED:
        lwi_core_pause(place->key, now);
        break;
    case LWI_WARMED_TOO_SOON:
        rest(place->key, now);
        break;
    }
}

bool
lwi_core_warmed(struct lwi_core *core, uint32_t number, enum lwi_warmed how,
                int64_t now)
{
    struct lwi_place *place = &core->places[number];
    bool ok = how == LWI_WARMED;

    if (place->state == LWI_PLACE_ENDING)
        return false;
    LW_ASSERT(place == core->warming);
    core->warming = NULL;
    if (!core->called_off)
        note_warmed(place, how, now);
    if (is_standby(core, place))
        standby_warmed(core, place, ok, now);
    else if (core->heir != NULL)
        heir_warmed(core, place, ok, now);
    else
        worker_warmed(core, place, ok, now);
    lwi_core_let_in(core, now);
    return true;
}

/* ---- who awaits the opener ---- */

/* The opener's place is nobody's: the opener empties it. */
static void
give_up_place(struct lwi_core *core, int64_t now)
{
    struct lwi_place *place = core->warming;

    core->warming = NULL;
    if (is_standby(core, place)) {
        drop_standby(core, place, LWI_PLACE_ENDING, now);
        return;
    }
    place->state = LWI_PLACE_ENDING;
    lwi_core_leave_key(core, place, now);
}

void
lwi_core_stop_awaiting(struct lwi_core *core, struct lwi_applicant *applicant,
                       int64_t now)
{
    struct lwi_core_key *key = core->warming->key;
    bool called_off = core->called_off;

    applicant->awaiting = false;
    core->heir = NULL;
    core->called_off = false;
    core->leased--;
    if (called_off)
        give_up_place(core, now);
    else
        lwi_core_note_short(core, key);
    lwi_core_let_in(core, now);
}

void
lwi_core_close_warming(struct lwi_core *core)
{
    if (core->warming == NULL)
        return;
    if (core->heir != NULL) {
        core->heir->refused = true;
        core->leased--;
        tell_heir(core, LWI_GRANT_NONE);
    }
    give_up_place(core, INT64_MAX);
}

/* ---- what becomes of them ---- */

/* Workers that die as soon as they are open would be opened without end. */
static void
note_loss(struct lwi_core_key *key, const struct lwi_place *place, bool crashed,
          int64_t now)
{
    int64_t life = now - place->ready_at;

    if (crashed && life < (int64_t)LWI_CORE_BACKOFF_LAST_MS * LWI_NS_PER_MS)
        rest(key, now);
    else
        key->losses = 0;
}

void
lwi_core_ail(struct lwi_core *core, uint32_t number, bool crashed, int64_t now)
{
    struct lwi_place *place = &core->places[number];
    struct lwi_core_key *key = place->key;

    note_loss(key, place, crashed, now);
    if (is_standby(core, place)) {
        LW_ASSERT(place->state == LWI_PLACE_SPARE);
        place->state = LWI_PLACE_STALE;
        key->ready--;
        key->stale++;
    } else if (!place->ailing) {
        LW_ASSERT(place->state == LWI_PLACE_IDLE);
        place->ailing = true;
        key->ailing++;
        /* The last of its key to be given out. */
        lwi_key_idle_list_remove(&key->idle, place);
        lwi_key_idle_list_insert_before(&key->idle, place, key->idle.first);
    }
    lwi_core_note_short(core, key);
}

/* What is known of the memory goes with the worker. */
static void
move_sample(struct lwi_place *to, const struct lwi_place *from)
{
    to->rss_known = from->rss_known;
    to->rss_kib = from->rss_kib;
    to->sampled_at = from->sampled_at;
}

bool
lwi_core_take_spare(struct lwi_core *core, lw_span identity, uint64_t hash,
                    uint32_t into, uint32_t *number)
{
    struct lwi_core_key *key = lwi_core_find_key(core, identity, hash);
    struct lwi_place *spare, *place = &core->places[into], held = *place;

    if (key == NULL || key->ready == 0)
        return false;
    spare = find_standby(core, key, LWI_PLACE_SPARE);
    spare->state = LWI_PLACE_STALE;
    key->ready--;
    key->stale++;
    move_sample(place, spare);
    move_sample(spare, &held);
    lwi_core_note_short(core, key);
    *number = lwi_core_number_of(core, spare);
    return true;
}

/*
 * core_model_test.c - the pool's core against a model.
 *
 * The model is kept by this test from what it did and what it was told, and
 * knows the rules in their plainest form: it walks all places and all callers.
 * After each step core and model must be the same, each answer must be the one
 * that the model expects, and nobody may wait whom the model would let in.
 *
 * A schedule that fails prints its seed: LWT_SEED=… LWT_SCHEDULES=1 plays it
 * again.
 */
#include "pool/core.h"

#include <lean_worker/limits.h>

#include "base/clock.h"
#include "support/random.h"
#include "support/test.h"

enum {
    PLACES = 4,
    KEYS = 5,
    CALLERS = 12,
    STEPS = 60,
#ifdef __SANITIZE_THREAD__
    SCHEDULES = 10000, /* one thread: there is nothing more to find */
#else
    SCHEDULES = 100000,
#endif
    LIMIT_KIB = 1200 /* of samples below 1500 each */
};

#define MS LWI_NS_PER_MS
#define NONE UINT32_MAX

enum doing { AWAY, WAITING, OPENING, WORKING };

struct caller {
    struct lwi_applicant applicant;
    enum doing doing;
    size_t key;
    uint64_t came; /* the how many-th that waited */
};

struct key {
    uint32_t reserved;
    uint32_t failures;
    int64_t pause_until;
};

struct place {
    enum lwi_place_state state;
    size_t key;
    uint64_t idle_since; /* the how many-th that became idle */
    bool rss_known;
    uint64_t rss_kib;
};

static const char key_names[] = "ABCDE";
static struct lwi_core core;

static struct {
    uint32_t max, per_key;
    uint64_t budget_kib;
    int64_t now;
    uint64_t moments;
    struct place places[PLACES];
    struct key keys[KEYS];
    struct caller callers[CALLERS];
} model;

static struct {
    uint64_t seed; /* of the schedule that is played; 0: none */
    uint64_t grants[LWI_GRANT_REPLACE + 1];
    uint64_t answers[LWI_ADMIT_NO_MEMORY + 1];
    uint64_t evictions;
} seen;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("%s", #condition);                                        \
    } while (0)

/* ---- what the model knows ---- */

static uint32_t
count_state(enum lwi_place_state state)
{
    uint32_t count = 0, i;

    for (i = 0; i < model.max; i++)
        count += model.places[i].state == state;
    return count;
}

static bool
has_key(const struct place *place)
{
    return place->state != LWI_PLACE_EMPTY && place->state != LWI_PLACE_ENDING;
}

static uint32_t
count_key(size_t key)
{
    uint32_t count = 0, i;

    for (i = 0; i < model.max; i++)
        count += has_key(&model.places[i]) && model.places[i].key == key;
    return count;
}

static uint32_t
count_waiting(void)
{
    uint32_t count = 0;
    size_t i;

    for (i = 0; i < CALLERS; i++)
        count += model.callers[i].doing == WAITING;
    return count;
}

/* Empty places that are kept for others. */
static uint32_t
kept_from(size_t key)
{
    uint32_t count = 0, places;
    size_t i;

    for (i = 0; i < KEYS; i++) {
        places = count_key(i);
        if (i != key && model.keys[i].reserved > places)
            count += model.keys[i].reserved - places;
    }
    return count;
}

static bool
sum_rss(uint64_t *sum)
{
    bool complete = true;
    uint32_t i;

    *sum = 0;
    for (i = 0; i < model.max; i++) {
        if (!has_key(&model.places[i]))
            continue; /* one that is being ended has none soon */
        complete &= model.places[i].rss_known;
        *sum += model.places[i].rss_known ? model.places[i].rss_kib : 0;
    }
    return complete;
}

static bool
fits(uint32_t instead)
{
    uint64_t sum;

    if (model.budget_kib == LW_NO_LIMIT || !sum_rss(&sum))
        return true;
    if (instead != NONE)
        sum -= model.places[instead].rss_kib;
    return sum < model.budget_kib;
}

/*
 * The idle places that give way, the one idle longest first, until a worker
 * more for the key fits in place of `instead`. False where that does not do.
 */
static bool
make_room(size_t key, uint32_t instead, bool gives_way[PLACES])
{
    uint32_t left[KEYS], next, i;
    uint64_t sum;

    memset(gives_way, 0, PLACES * sizeof(*gives_way));
    if (fits(instead))
        return true;
    sum_rss(&sum);
    sum -= instead != NONE ? model.places[instead].rss_kib : 0;
    for (i = 0; i < KEYS; i++)
        left[i] = count_key((size_t)i);
    if (instead != NONE)
        left[model.places[instead].key]--;
    do {
        for (next = NONE, i = 0; i < model.max; i++) {
            const struct place *place = &model.places[i];

            if (place->state == LWI_PLACE_IDLE && i != instead &&
                !gives_way[i] && place->key != key &&
                left[place->key] > model.keys[place->key].reserved &&
                (next == NONE ||
                 place->idle_since < model.places[next].idle_since))
                next = i;
        }
        if (next == NONE)
            return false;
        gives_way[next] = true;
        left[model.places[next].key]--;
        sum -= model.places[next].rss_kib;
    } while (sum >= model.budget_kib);
    return true;
}

/* Of the idle places that `may` be taken the one idle longest, or shortest. */
static uint32_t
find_idle(bool (*may)(const struct place *place, size_t key), size_t key,
          bool longest)
{
    uint32_t found = NONE, i;

    for (i = 0; i < model.max; i++) {
        const struct place *place = &model.places[i];

        if (place->state != LWI_PLACE_IDLE || !may(place, key))
            continue;
        if (found == NONE ||
            (place->idle_since < model.places[found].idle_since) == longest)
            found = i;
    }
    return found;
}

static bool
is_own(const struct place *place, size_t key)
{
    return place->key == key;
}

static bool
is_replaceable(const struct place *place, size_t key)
{
    return place->key != key &&
           count_key(place->key) > model.keys[place->key].reserved;
}

static bool
may_grow(size_t key)
{
    return count_key(key) < model.per_key &&
           model.keys[key].pause_until <= model.now;
}

static bool
has_empty(size_t key)
{
    return count_state(LWI_PLACE_EMPTY) > kept_from(key);
}

static bool
is_used(size_t key)
{
    size_t i;

    for (i = 0; i < CALLERS; i++) {
        if (model.callers[i].doing == WAITING && model.callers[i].key == key)
            return true;
    }
    return count_key(key) > 0 || model.keys[key].reserved > 0;
}

/* How often a key has failed is known while it is used, or pauses. */
static void
forget(size_t key)
{
    if (is_used(key) || model.keys[key].pause_until > model.now)
        return;
    model.keys[key].failures = 0;
    model.keys[key].pause_until = INT64_MIN;
}

/* What there is for a caller of the key, and where; any empty place is NONE. */
static enum lwi_grant
offer(size_t key, uint32_t *place)
{
    bool gives_way[PLACES];

    *place = find_idle(is_own, key, false);
    if (*place != NONE)
        return LWI_GRANT_WARM;
    if (!may_grow(key))
        return LWI_GRANT_NONE;
    if (has_empty(key) && fits(NONE))
        return LWI_GRANT_OPEN;
    *place = find_idle(is_replaceable, key, true);
    return *place != NONE && make_room(key, *place, gives_way)
               ? LWI_GRANT_REPLACE
               : LWI_GRANT_NONE;
}

static enum lwi_admission
expect_answer(size_t key, bool may_wait)
{
    uint32_t place;

    if (offer(key, &place) != LWI_GRANT_NONE)
        return LWI_ADMIT_GRANTED;
    if (may_grow(key) &&
        (has_empty(key) || find_idle(is_replaceable, key, true) != NONE))
        return LWI_ADMIT_MEMORY;
    if (may_wait)
        return LWI_ADMIT_WAITS;
    return model.keys[key].pause_until > model.now ? LWI_ADMIT_BACKOFF
                                                   : LWI_ADMIT_EXHAUSTED;
}

/* ---- what happens to it ---- */

/* Those that the core has told it to end are those that the model would. */
static void
apply_evictions(const struct caller *caller)
{
    const struct lwi_applicant *got = &caller->applicant;
    const struct lwi_place *evicted = got->evicted;
    bool gives_way[PLACES];
    uint32_t i, number;

    CHECK(make_room(caller->key, got->place, gives_way));
    for (; evicted != NULL; evicted = evicted->also) {
        number = (uint32_t)(evicted - core.places);
        CHECK(gives_way[number]);
        gives_way[number] = false;
        model.places[number].state = LWI_PLACE_ENDING;
        forget(model.places[number].key);
        seen.evictions++;
    }
    for (i = 0; i < model.max; i++)
        CHECK(!gives_way[i]);
}

/* A caller has a place; `given`: the one that was just given back. */
static void
apply_grant(struct caller *caller, uint32_t given)
{
    const struct lwi_applicant *got = &caller->applicant;
    struct place *place = &model.places[got->place];
    size_t was = place->key;
    uint32_t wanted;

    if (given == NONE || got->place != given) {
        CHECK(offer(caller->key, &wanted) == got->grant);
        CHECK(wanted == NONE || wanted == got->place);
    }
    CHECK(place->state ==
          (got->grant == LWI_GRANT_OPEN ? LWI_PLACE_EMPTY : LWI_PLACE_IDLE));
    if (got->grant == LWI_GRANT_WARM)
        CHECK(place->key == caller->key);
    if (got->grant == LWI_GRANT_REPLACE) {
        CHECK(is_replaceable(place, caller->key));
        apply_evictions(caller);
    } else {
        CHECK(got->evicted == NULL);
    }
    if (got->grant != LWI_GRANT_WARM)
        place->rss_known = false;
    place->state =
        got->grant == LWI_GRANT_WARM ? LWI_PLACE_LEASED : LWI_PLACE_OPENING;
    place->key = caller->key;
    CHECK(count_key(caller->key) <= model.per_key);
    caller->doing = got->grant == LWI_GRANT_WARM ? WORKING : OPENING;
    forget(was);
    seen.grants[got->grant]++;
}

/* Nobody of its key who still waits was to come before. */
static void
check_turn(const struct caller *granted)
{
    size_t i;

    for (i = 0; i < CALLERS; i++) {
        const struct caller *other = &model.callers[i];

        if (other->doing == WAITING && other->key == granted->key)
            CHECK(other->applicant.priority < granted->applicant.priority ||
                  (other->applicant.priority == granted->applicant.priority &&
                   other->came > granted->came));
    }
}

static void
tell_all(uint32_t given)
{
    struct lwi_applicant *told;
    struct caller *caller;

    while ((told = lwi_core_next_told(&core)) != NULL) {
        for (caller = model.callers; &caller->applicant != told; caller++)
            CHECK(caller < &model.callers[CALLERS - 1]);
        CHECK(caller->doing == WAITING);
        caller->doing = AWAY;
        if (told->refused)
            continue;
        check_turn(caller);
        apply_grant(caller, given);
        given = NONE;
    }
}

/* Pairs of keys share a bucket. */
static uint64_t
hash_of(size_t key)
{
    return key / 2;
}

static void
come(struct caller *caller, struct lwt_random *random)
{
    bool may_wait = lwt_random_below(random, 4) != 0;
    enum lwi_admission expected, answer;

    caller->key = lwt_random_below(random, KEYS);
    caller->applicant = (struct lwi_applicant){
        .identity = { &key_names[caller->key], 1 },
        .hash = hash_of(caller->key),
        .priority = (uint32_t)lwt_random_below(random, 8) / 6,
        .may_wait = may_wait,
    };
    expected = expect_answer(caller->key, may_wait);
    answer = lwi_core_acquire(&core, &caller->applicant, model.now);
    CHECK(answer == expected);
    seen.answers[answer]++;
    if (answer == LWI_ADMIT_GRANTED)
        apply_grant(caller, NONE);
    if (answer == LWI_ADMIT_WAITS) {
        caller->doing = WAITING;
        caller->came = model.moments++;
    }
    forget(caller->key);
}

static void
end_opening(struct caller *caller, struct lwt_random *random)
{
    struct place *place = &model.places[caller->applicant.place];
    struct key *key = &model.keys[caller->key];
    size_t what = lwt_random_below(random, 8);
    uint64_t pause_ms = LWI_CORE_BACKOFF_FIRST_MS;

    caller->doing = what < 6 ? WORKING : AWAY;
    place->state = what < 6 ? LWI_PLACE_LEASED : LWI_PLACE_EMPTY;
    if (what < 6) {
        key->failures = 0;
        key->pause_until = INT64_MIN;
    } else if (what == 6) {
        key->failures++;
        pause_ms <<= key->failures < 10 ? key->failures - 1 : 10;
        if (pause_ms > LWI_CORE_BACKOFF_LAST_MS)
            pause_ms = LWI_CORE_BACKOFF_LAST_MS;
        key->pause_until = model.now + (int64_t)pause_ms * MS;
    }
    if (what < 7)
        lwi_core_opened(&core, caller->applicant.place, what < 6, model.now);
    else
        lwi_core_given_up(&core, caller->applicant.place, model.now);
    forget(caller->key);
    tell_all(NONE);
}

static void
give_back(struct caller *caller, bool keep)
{
    uint32_t number = caller->applicant.place;
    struct place *place = &model.places[number];

    caller->doing = AWAY;
    place->state = keep ? LWI_PLACE_IDLE : LWI_PLACE_ENDING;
    place->idle_since = model.moments++;
    forget(place->key);
    lwi_core_released(&core, number, keep, model.now);
    tell_all(number);
}

/* The worker of a lease serves another key from now on, where that may be. */
static void
rekey(struct caller *caller, size_t key)
{
    struct place *place = &model.places[caller->applicant.place];
    size_t was = caller->key;
    bool may = key == was || (count_key(key) < model.per_key &&
                              count_key(was) > model.keys[was].reserved);

    if (may)
        place->key = caller->key = key;
    CHECK(lwi_core_rekeyed(&core, caller->applicant.place,
                           (lw_span){ &key_names[key], 1 }, hash_of(key),
                           model.now) == may);
    forget(was);
    forget(key);
    tell_all(NONE);
}

static void
act(struct caller *caller, struct lwt_random *random)
{
    switch (caller->doing) {
    case AWAY:
        come(caller, random);
        break;
    case WAITING:
        if (lwt_random_below(random, 3) != 0)
            break;
        CHECK(lwi_core_leave(&core, &caller->applicant, model.now));
        caller->doing = AWAY;
        forget(caller->key);
        break;
    case OPENING:
        end_opening(caller, random);
        break;
    case WORKING:
        if (lwt_random_below(random, 4) == 0)
            rekey(caller, lwt_random_below(random, KEYS));
        else
            give_back(caller, lwt_random_below(random, 4) != 0);
        break;
    }
}

static void
gone(uint32_t number)
{
    model.places[number].state = LWI_PLACE_EMPTY;
    model.places[number].rss_known = false;
    lwi_core_gone(&core, number, model.now);
    tell_all(NONE);
}

static void
sampled(uint32_t number, bool known, uint64_t rss_kib)
{
    model.places[number].rss_known = known;
    model.places[number].rss_kib = known ? rss_kib : 0;
    lwi_core_sampled(&core, number, known, rss_kib, model.now);
    tell_all(NONE);
}

static void
pass(int64_t ms)
{
    size_t i;

    model.now += ms * MS;
    lwi_core_pass(&core, model.now);
    tell_all(NONE);
    for (i = 0; i < KEYS; i++)
        forget(i);
}

/* Something happens to a worker that nobody has, or is measured. */
static void
befall(struct lwt_random *random)
{
    uint32_t number = (uint32_t)lwt_random_below(random, model.max);
    struct place *place = &model.places[number];

    if (place->state == LWI_PLACE_ENDING && lwt_random_below(random, 2) == 0) {
        gone(number);
    } else if (place->state == LWI_PLACE_IDLE &&
               lwt_random_below(random, 3) == 0) {
        place->state = LWI_PLACE_ENDING;
        lwi_core_lost(&core, number);
        pass(0); /* another idle one may now be the next to give way */
    } else if (place->state != LWI_PLACE_EMPTY) {
        sampled(number, lwt_random_below(random, 16) != 0,
                lwt_random_below(random, 1500));
    }
}

/* ---- both are the same ---- */

/* Where several keys lose their last worker the order does not matter. */
static void
compare(void)
{
    uint64_t sum, core_sum;
    uint32_t i, place, oldest = NONE;
    size_t c;

    for (i = 0; i < model.max; i++) {
        CHECK(core.places[i].state == model.places[i].state);
        if (model.places[i].state == LWI_PLACE_IDLE &&
            (oldest == NONE ||
             model.places[i].idle_since < model.places[oldest].idle_since))
            oldest = i;
    }
    CHECK(core.empty == count_state(LWI_PLACE_EMPTY));
    CHECK(core.leased ==
          count_state(LWI_PLACE_LEASED) + count_state(LWI_PLACE_OPENING));
    CHECK(core.idle.count == count_state(LWI_PLACE_IDLE));
    CHECK(core.line.count == count_waiting());
    CHECK(lwi_core_total_rss(&core, &core_sum) == sum_rss(&sum));
    CHECK(core_sum == sum);
    CHECK(lwi_core_oldest_idle(&core, &place) == (oldest != NONE));
    CHECK(oldest == NONE || place == oldest);
    for (c = 0; c < CALLERS; c++)
        CHECK(model.callers[c].doing != WAITING ||
              offer(model.callers[c].key, &place) == LWI_GRANT_NONE);
}

static void
begin(struct lwt_random *random)
{
    struct lwi_core_config config = { .max_workers = 0 };
    struct lwi_keep keep = { .reserved = 0 };
    size_t i;

    memset(&model, 0, sizeof(model));
    model.max = 1 + (uint32_t)lwt_random_below(random, PLACES);
    model.per_key = 1 + (uint32_t)lwt_random_below(random, model.max);
    model.budget_kib =
        lwt_random_below(random, 2) == 0 ? LW_NO_LIMIT : LIMIT_KIB;
    for (i = 0; i < KEYS; i++)
        model.keys[i].pause_until = INT64_MIN;
    config.max_workers = model.max;
    config.max_workers_per_key = model.per_key;
    config.budget_kib = model.budget_kib;
    CHECK(lwi_core_init(&core, &lwi_system_allocator, &config) == LW_OK);
    if (lwt_random_below(random, 4) == 0) {
        model.keys[0].reserved = (uint32_t)lwt_random_below(random, model.max);
        keep.reserved = model.keys[0].reserved;
        CHECK(lwi_core_keep(&core, (lw_span){ "A", 1 }, 0, &keep, NULL, 0) ==
              LW_OK);
    }
}

/* Everybody goes home; nothing is left waiting, and no key is left over. */
static void
end(void)
{
    size_t rounds, i;
    uint32_t place;

    pass((int64_t)LWI_CORE_BACKOFF_LAST_MS);
    for (rounds = 0; rounds < 3 * CALLERS; rounds++) {
        for (i = 0; i < CALLERS; i++) {
            if (model.callers[i].doing == OPENING) {
                model.callers[i].doing = WORKING;
                place = model.callers[i].applicant.place;
                model.places[place].state = LWI_PLACE_LEASED;
                model.keys[model.callers[i].key] =
                    (struct key){ model.keys[model.callers[i].key].reserved, 0,
                                  INT64_MIN };
                lwi_core_opened(&core, place, true, model.now);
                tell_all(NONE);
            }
            if (model.callers[i].doing == WORKING)
                give_back(&model.callers[i], false);
        }
        for (place = 0; place < model.max; place++) {
            if (model.places[place].state == LWI_PLACE_ENDING)
                gone(place);
            if (model.places[place].state != LWI_PLACE_EMPTY)
                sampled(place, false, 0);
        }
    }
    compare();
    CHECK(core.line.count == 0 && core.leased == 0);
    CHECK(core.key_count - (model.keys[0].reserved > 0) <=
          count_state(LWI_PLACE_IDLE));
    lwi_core_close(&core);
    lwi_core_fini(&core);
}

static void
play(uint64_t seed)
{
    struct lwt_random random = { seed };
    size_t step;

    seen.seed = seed;
    begin(&random);
    for (step = 0; step < STEPS; step++) {
        if (lwt_random_below(&random, 2) == 0)
            befall(&random);
        else
            act(&model.callers[lwt_random_below(&random, CALLERS)], &random);
        compare();
        if (lwt_random_below(&random, 3) == 0)
            pass((int64_t)lwt_random_below(&random, 200));
        compare();
    }
    end();
    seen.seed = 0;
}

static void
core_and_model_are_the_same(void **state)
{
    const char *wanted = getenv("LWT_SCHEDULES");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 0) : SCHEDULES, i;
    uint64_t seed = lwt_random_init(0x5eed0063).state;

    (void)state;
    for (i = 0; i < count; i++, seed += UINT64_C(0x9e3779b97f4a7c15))
        play(seed != 0 ? seed : 1);
    if (count < SCHEDULES)
        return;
    /* The schedules are worth their name. */
    for (i = LWI_GRANT_WARM; i <= LWI_GRANT_REPLACE; i++)
        CHECK(seen.grants[i] > SCHEDULES / 100);
    for (i = LWI_ADMIT_GRANTED; i <= LWI_ADMIT_BACKOFF; i++)
        CHECK(seen.answers[i] > SCHEDULES / 100);
    CHECK(seen.evictions > SCHEDULES / 1000);
}

static int
tell_seed(void **state)
{
    (void)state;
    if (seen.seed != 0)
        print_message("LWT_SEED=%#llx LWT_SCHEDULES=1 plays it again\n",
                      (unsigned long long)seen.seed);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(core_and_model_are_the_same, tell_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

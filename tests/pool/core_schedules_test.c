/* The pool's core in random schedules: callers, an opener, deaths, time. */
#include "pool/core.h"

#include <lean_worker/limits.h>

#include "base/clock.h"
#include "support/random.h"
#include "support/test.h"

#define MS LWI_NS_PER_MS
#define KEYS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static struct lwi_core core;

/* A key is one letter; its hash puts pairs of letters into one bucket. */
static struct lwi_applicant
caller(char key, bool may_wait)
{
    struct lwi_applicant applicant = { .may_wait = may_wait };

    applicant.identity = (lw_span){ &KEYS[key - 'A'], 1 };
    applicant.hash = (uint64_t)(key - 'A') / 2;
    return applicant;
}

static void
begin(uint32_t max, uint32_t per_key, uint64_t budget, uint32_t standby)
{
    struct lwi_core_config config = { .max_workers = max,
                                      .max_workers_per_key = per_key,
                                      .budget_kib = budget,
                                      .max_standby = standby };

    assert_int_equal(lwi_core_init(&core, &lwi_system_allocator, &config),
                     LW_OK);
}

enum {
    CALLERS = 12,
    STEPS = 60,
#ifdef __SANITIZE_THREAD__
    SCHEDULES = 10000, /* one thread: there is nothing more to find */
#else
    SCHEDULES = 100000,
#endif
    LIMIT_KIB = 3000,
    KEYS_KEPT = 3,
    STANDBYS = 2
};

/* What a caller of the simulation is about to do. */
enum doing { AWAY, WAITING, AWAITING, OPENING, WORKING };

static struct {
    struct lwi_applicant applicant;
    enum doing doing;
} callers[CALLERS];

/* The pool's opener, and what is kept. */
static struct {
    enum lwi_wish wish; /* NONE: it has nothing in hand */
    uint32_t place;
    struct lwi_keep keep[KEYS_KEPT];
} opener;

static struct {
    uint64_t wakes;
    uint64_t waits;
    uint64_t rekeyed;
    uint64_t warmed;
    uint64_t awaited; /* an opening that came to its end with an heir */
    uint64_t called_off;
    uint64_t taken; /* standbys */
    uint64_t warm;  /* schedules that ended with all that was kept */
} seen;

/* Nobody of the same key who still waits was to come before. */
static void
check_order(const struct lwi_applicant *granted)
{
    size_t i;

    for (i = 0; i < CALLERS; i++) {
        const struct lwi_applicant *other = &callers[i].applicant;

        if (other->waiting && other->key == granted->key)
            assert_true(other->priority < granted->priority ||
                        (other->priority == granted->priority &&
                         other->sequence > granted->sequence));
    }
}

static enum doing
what_now(const struct lwi_applicant *applicant)
{
    if (applicant->refused || applicant->failed)
        return AWAY;
    switch (applicant->grant) {
    case LWI_GRANT_AWAIT:
        return AWAITING;
    case LWI_GRANT_WARM:
        return WORKING;
    case LWI_GRANT_OPEN:
    case LWI_GRANT_REPLACE:
        return OPENING;
    case LWI_GRANT_NONE:
        break;
    }
    fail();
    return AWAY;
}

static void
check_told(size_t i)
{
    const struct lwi_applicant *applicant = &callers[i].applicant;

    if (callers[i].doing == AWAITING) {
        assert_false(applicant->awaiting);
        seen.awaited++;
    } else {
        assert_int_equal(callers[i].doing, WAITING);
        assert_false(applicant->failed);
        if (!applicant->refused)
            check_order(applicant);
    }
}

/* The core knows of each caller that has a worker or a place, and no other. */
static void
check_model(void)
{
    uint32_t i, leased = 0, waiting = 0;

    for (i = 0; i < CALLERS; i++) {
        waiting += callers[i].doing == WAITING;
        leased += callers[i].doing == AWAITING || callers[i].doing == OPENING ||
                  callers[i].doing == WORKING;
        assert_int_equal(callers[i].doing == AWAITING,
                         core.heir == &callers[i].applicant);
    }
    assert_int_equal(core.leased, leased);
    assert_int_equal(core.line.count, waiting);
    if (core.warming != NULL)
        assert_ptr_equal(core.warming, &core.places[opener.place]);
}

/* Whoever has been granted goes on. */
static void
tell_all(int64_t now)
{
    struct lwi_applicant *applicant;
    size_t i;

    while ((applicant = lwi_core_next_told(&core)) != NULL) {
        for (i = 0; &callers[i].applicant != applicant; i++)
            assert_true(i < CALLERS);
        check_told(i);
        callers[i].doing = what_now(applicant);
        seen.wakes++;
    }
    lwi_core_audit(&core, now);
    check_model();
}

static void
come(size_t i, struct lwt_random *random, int64_t now)
{
    char key = (char)('A' + lwt_random_below(random, 5));

    callers[i].applicant = caller(key, lwt_random_below(random, 4) != 0);
    callers[i].applicant.priority = (uint32_t)lwt_random_below(random, 8) / 6;
    switch (lwi_core_acquire(&core, &callers[i].applicant, now)) {
    case LWI_ADMIT_GRANTED:
        callers[i].doing = what_now(&callers[i].applicant);
        break;
    case LWI_ADMIT_WAITS:
        callers[i].doing = WAITING;
        seen.waits++;
        break;
    case LWI_ADMIT_EXHAUSTED:
    case LWI_ADMIT_MEMORY:
    case LWI_ADMIT_BACKOFF:
    case LWI_ADMIT_CLOSED:
        break;
    case LWI_ADMIT_NO_MEMORY:
        fail();
    }
}

/* Its worker goes to another key, where that may have one more. */
static void
rekey(uint32_t place, struct lwt_random *random, int64_t now)
{
    struct lwi_applicant to =
        caller((char)('A' + lwt_random_below(random, 5)), false);
    const struct lwi_core_key *was = core.places[place].key;

    seen.rekeyed += lwi_core_rekeyed(&core, place, to.identity, to.hash, now) &&
                    core.places[place].key != was;
}

/* One caller does the next thing that it can do. */
static void
act(size_t i, struct lwt_random *random, int64_t now)
{
    uint32_t place = callers[i].applicant.place;

    switch (callers[i].doing) {
    case AWAY:
        come(i, random, now);
        break;
    case WAITING:
    case AWAITING:
        if (lwt_random_below(random, 3) == 0) {
            assert_true(lwi_core_leave(&core, &callers[i].applicant, now));
            callers[i].doing = AWAY;
        }
        break;
    case OPENING:
        callers[i].doing = lwt_random_below(random, 4) != 0 ? WORKING : AWAY;
        lwi_core_opened(&core, place, callers[i].doing == WORKING, now);
        break;
    case WORKING:
        if (lwt_random_below(random, 4) == 0) {
            rekey(place, random, now);
            break;
        }
        core.places[place].doubtful = lwt_random_below(random, 4) == 0;
        lwi_core_released(&core, place, lwt_random_below(random, 4) != 0, now);
        callers[i].doing = AWAY;
        break;
    }
}

/* ---- the opener ---- */

static void
finish(bool ok, int64_t now)
{
    enum lwi_wish wish = opener.wish;

    opener.wish = LWI_WISH_NONE;
    seen.warmed++;
    if (wish != LWI_WISH_END) {
        seen.called_off += lwi_core_is_called_off(&core, opener.place);
        if (lwi_core_warmed(&core, opener.place,
                            ok ? LWI_WARMED : LWI_WARMED_FAILED, now))
            return;
    }
    lwi_core_gone(&core, opener.place, now);
}

static void
serve(struct lwt_random *random, int64_t now)
{
    bool wishes;

    if (opener.wish != LWI_WISH_NONE) {
        finish(lwt_random_below(random, 4) != 0, now);
        return;
    }
    wishes = lwi_core_has_wish(&core, now);
    opener.wish = lwi_core_next_wish(&core, now, &opener.place);
    assert_int_equal(wishes, opener.wish != LWI_WISH_NONE);
    if (wishes && opener.wish != LWI_WISH_END)
        assert_ptr_equal(lwi_core_owner(&core, opener.place), &opener);
}

static lw_span
identity_of(size_t key)
{
    return (lw_span){ &KEYS[key], 1 };
}

static void
keep_something(struct lwt_random *random, int64_t now)
{
    size_t i = lwt_random_below(random, KEYS_KEPT), j, reserved = 0;
    struct lwi_keep keep = {
        .min_idle = (uint32_t)lwt_random_below(random, 3),
        .reserved = (uint32_t)lwt_random_below(random, 2),
        .standbys = (uint32_t)lwt_random_below(random, 2),
    };

    for (j = 0; j < KEYS_KEPT; j++)
        reserved += j != i ? opener.keep[j].reserved : 0;
    if (reserved + 1 >= core.config.max_workers)
        keep.reserved = 0; /* one is for everybody, or some wait for ever */
    if (lwi_core_keep(&core, identity_of(i), i / 2, &keep, &opener, now) ==
        LW_OK)
        opener.keep[i] = keep;
}

/* A caller whose worker is dead takes a standby's. */
static void
take_spare(struct lwt_random *random)
{
    size_t i = lwt_random_below(random, CALLERS);
    const struct lwi_applicant *applicant = &callers[i].applicant;
    uint32_t spare = 0;

    if (callers[i].doing != OPENING && callers[i].doing != WORKING)
        return;
    if (!lwi_core_take_spare(&core, applicant->identity, applicant->hash,
                             applicant->place, &spare))
        return;
    assert_true(spare >= core.config.max_workers);
    seen.taken++;
}

/* All that is kept is there, where there is room for it. */
static void
check_warm(int64_t now)
{
    uint32_t i, places = 0;
    bool fits = core.config.budget_kib == LW_NO_LIMIT;

    for (i = 0; opener.wish != LWI_WISH_NONE || lwi_core_has_wish(&core, now);
         i++) {
        assert_true(i < 100);
        if (opener.wish == LWI_WISH_NONE)
            opener.wish = lwi_core_next_wish(&core, now, &opener.place);
        else
            finish(true, now);
        tell_all(now);
    }
    for (i = 0; i < KEYS_KEPT; i++) {
        const struct lwi_keep *keep = &opener.keep[i];

        places +=
            keep->min_idle > keep->reserved ? keep->min_idle : keep->reserved;
        fits &= keep->min_idle <= core.config.max_workers_per_key;
    }
    if (!fits || places > core.config.max_workers)
        return;
    for (i = 0; i < KEYS_KEPT; i++)
        assert_true(lwi_core_is_warm(&core, identity_of(i), i / 2));
    seen.warm++;
}

/* Something happens to a worker that nobody has. */
static void
befall(struct lwt_random *random, int64_t now)
{
    uint32_t i = (uint32_t)lwt_random_below(
        random, core.config.max_workers + core.config.max_standby);

    if (core.places[i].state == LWI_PLACE_ENDING &&
        (opener.wish == LWI_WISH_NONE || opener.place != i))
        lwi_core_gone(&core, i, now);
    else if (core.places[i].state == LWI_PLACE_SPARE ||
             (core.places[i].state == LWI_PLACE_IDLE &&
              lwt_random_below(random, 3) == 0))
        lwi_core_ail(&core, i, lwt_random_below(random, 2) == 0, now);
    else if (core.places[i].state == LWI_PLACE_IDLE &&
             lwt_random_below(random, 3) == 0)
        lwi_core_lost(&core, i);
    else if (core.places[i].state != LWI_PLACE_EMPTY)
        lwi_core_sampled(&core, i, lwt_random_below(random, 3) != 0,
                         lwt_random_below(random, 1500), now);
}

/* Everybody goes home: nothing may be left waiting. */
static void
wind_up(int64_t now)
{
    size_t i, rounds;
    uint32_t place;

    for (rounds = 0; rounds < 3 * CALLERS; rounds++) {
        for (i = 0; i < CALLERS; i++) {
            if (opener.wish != LWI_WISH_NONE)
                finish(true, now);
            tell_all(now);
            place = callers[i].applicant.place;
            if (callers[i].doing == OPENING)
                lwi_core_opened(&core, place, true, now);
            if (callers[i].doing == OPENING || callers[i].doing == WORKING) {
                lwi_core_released(&core, place, true, now);
                callers[i].doing = AWAY;
            }
            tell_all(now);
        }
        for (place = 0; place < core.config.max_workers; place++) {
            if (core.places[place].state == LWI_PLACE_ENDING)
                lwi_core_gone(&core, place, now);
            lwi_core_sampled(&core, place, false, 0, now);
            tell_all(now);
        }
    }
    assert_int_equal(core.line.count, 0);
    assert_int_equal(core.leased, 0);
}

/* Closed in the middle of an opening, or with callers that await one. */
static void
close_all(bool warm, struct lwt_random *random, int64_t now)
{
    size_t i;

    for (i = 0; i < CALLERS / 2; i++) {
        act(i, random, now);
        if (warm)
            serve(random, now);
        tell_all(now);
    }
    lwi_core_close(&core);
    tell_all(now);
    assert_int_equal(core.line.count, 0);
    if (opener.wish != LWI_WISH_NONE)
        finish(true, now);
    assert_int_equal(lwi_core_next_wish(&core, now, &opener.place),
                     LWI_WISH_NONE);
    tell_all(now);
}

static void
schedule(struct lwt_random *random)
{
    uint32_t max = 1 + (uint32_t)lwt_random_below(random, 4);
    bool warm = lwt_random_below(random, 2) == 0;
    int64_t now = 0;
    size_t step;

    memset(callers, 0, sizeof(callers));
    memset(&opener, 0, sizeof(opener));
    begin(max, 1 + (uint32_t)lwt_random_below(random, max),
          lwt_random_below(random, 2) == 0 ? LW_NO_LIMIT : LIMIT_KIB,
          warm ? STANDBYS : 0);
    if (lwt_random_below(random, 4) == 0)
        keep_something(random, now);
    for (step = 0; step < STEPS; step++) {
        if (lwt_random_below(random, 4) == 0)
            befall(random, now);
        else if (warm && lwt_random_below(random, 3) == 0)
            serve(random, now);
        else if (warm && lwt_random_below(random, 12) == 0)
            keep_something(random, now);
        else if (warm && lwt_random_below(random, 4) == 0)
            take_spare(random);
        else
            act(lwt_random_below(random, CALLERS), random, now);
        tell_all(now);
        if (lwt_random_below(random, 3) == 0) {
            now += (int64_t)lwt_random_below(random, 200) * MS;
            lwi_core_pass(&core, now);
            tell_all(now);
        }
    }
    now += (int64_t)LWI_CORE_BACKOFF_LAST_MS * MS;
    lwi_core_pass(&core, now);
    tell_all(now);
    wind_up(now);
    if (warm)
        check_warm(now);
    close_all(warm, random, now);
    lwi_core_fini(&core);
}

static void
every_schedule_keeps_the_rules(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed0061);
    size_t i;

    (void)state;
    for (i = 0; i < SCHEDULES; i++)
        schedule(&random);
    /* The schedules are worth their name. */
    assert_true(seen.waits > SCHEDULES);
    assert_true(seen.wakes > SCHEDULES / 2);
    assert_true(seen.rekeyed > SCHEDULES / 3);
    assert_true(seen.warmed > SCHEDULES);
    assert_true(seen.awaited > SCHEDULES / 20);
    assert_true(seen.called_off > SCHEDULES / 100);
    assert_true(seen.taken > SCHEDULES / 50);
    assert_true(seen.warm > SCHEDULES / 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_keeps_the_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

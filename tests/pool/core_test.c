/* The pool's core: its rules one by one, then in random schedules. */
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
begin(uint32_t max, uint32_t per_key, uint64_t budget)
{
    struct lwi_core_config config = { max, per_key, budget };

    assert_int_equal(lwi_core_init(&core, &lwi_system_allocator, &config),
                     LW_OK);
}

static void
end(void)
{
    lwi_core_audit(&core, INT64_MAX);
    lwi_core_fini(&core);
}

/* A lease that is granted at once; opens its worker where it has to. */
static uint32_t
lease(char key, enum lwi_grant grant)
{
    struct lwi_applicant applicant = caller(key, false);

    assert_int_equal(lwi_core_acquire(&core, &applicant, 0), LWI_ADMIT_GRANTED);
    assert_int_equal(applicant.grant, grant);
    if (grant != LWI_GRANT_WARM)
        lwi_core_opened(&core, applicant.place, true, 0);
    lwi_core_audit(&core, 0);
    return applicant.place;
}

static void
await_told(struct lwi_applicant *applicant, enum lwi_grant grant)
{
    assert_ptr_equal(lwi_core_next_told(&core), applicant);
    assert_int_equal(applicant->grant, grant);
}

static void
nobody_told(void)
{
    assert_null(lwi_core_next_told(&core));
}

/* ---- the rules ---- */

static void
a_warm_worker_is_reused(void **state)
{
    uint32_t place;

    (void)state;
    begin(2, 2, LW_NO_LIMIT);
    place = lease('A', LWI_GRANT_OPEN);
    lwi_core_released(&core, place, true, 0);
    assert_int_equal(lease('A', LWI_GRANT_WARM), place);
    lwi_core_released(&core, place, true, 0);
    end();
}

static void
several_workers_serve_one_key_up_to_its_limit(void **state)
{
    struct lwi_applicant third = caller('A', false);

    (void)state;
    begin(3, 2, LW_NO_LIMIT);
    assert_int_not_equal(lease('A', LWI_GRANT_OPEN),
                         lease('A', LWI_GRANT_OPEN));
    assert_int_equal(lwi_core_acquire(&core, &third, 0), LWI_ADMIT_EXHAUSTED);
    lease('B', LWI_GRANT_OPEN);
    end();
}

static void
the_idle_worker_used_longest_ago_gives_way(void **state)
{
    uint32_t a, b;

    (void)state;
    begin(2, 2, LW_NO_LIMIT);
    a = lease('A', LWI_GRANT_OPEN);
    b = lease('B', LWI_GRANT_OPEN);
    lwi_core_released(&core, b, true, 1);
    lwi_core_released(&core, a, true, 2);
    assert_int_equal(lease('C', LWI_GRANT_REPLACE), b);
    assert_int_equal(lease('A', LWI_GRANT_WARM), a);
    end();
}

static void
callers_of_a_key_are_served_in_order(void **state)
{
    struct lwi_applicant first = caller('A', true), second = caller('A', true),
                         urgent = caller('A', true);
    uint32_t place;

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    urgent.priority = 1;
    place = lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &first, 0), LWI_ADMIT_WAITS);
    assert_int_equal(lwi_core_acquire(&core, &second, 0), LWI_ADMIT_WAITS);
    assert_int_equal(lwi_core_acquire(&core, &urgent, 0), LWI_ADMIT_WAITS);
    assert_int_equal(core.line.count, 3);
    lwi_core_released(&core, place, true, 0);
    await_told(&urgent, LWI_GRANT_WARM);
    lwi_core_released(&core, place, true, 0);
    await_told(&first, LWI_GRANT_WARM);
    nobody_told();
    assert_true(lwi_core_leave(&core, &second, 0));
    assert_false(lwi_core_leave(&core, &first, 0));
    end();
}

static void
a_caller_of_another_key_is_passed_only_so_often(void **state)
{
    struct lwi_applicant other = caller('B', true), own;
    uint32_t place, i;

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    place = lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &other, 0), LWI_ADMIT_WAITS);
    for (i = 0; i < LWI_CORE_BYPASS; i++) {
        own = caller('A', true);
        assert_int_equal(lwi_core_acquire(&core, &own, 0), LWI_ADMIT_WAITS);
        lwi_core_released(&core, place, true, 0);
        await_told(&own, LWI_GRANT_WARM);
        lwi_core_audit(&core, 0);
    }
    own = caller('A', true);
    assert_int_equal(lwi_core_acquire(&core, &own, 0), LWI_ADMIT_WAITS);
    lwi_core_released(&core, place, true, 0);
    await_told(&other, LWI_GRANT_REPLACE);
    lwi_core_opened(&core, place, true, 0);
    lwi_core_released(&core, place, true, 0);
    await_told(&own, LWI_GRANT_REPLACE);
    end();
}

static void
a_key_at_its_limit_does_not_block_another(void **state)
{
    struct lwi_applicant stuck = caller('A', true);

    (void)state;
    begin(2, 1, LW_NO_LIMIT);
    lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &stuck, 0), LWI_ADMIT_WAITS);
    lease('B', LWI_GRANT_OPEN);
    assert_true(lwi_core_leave(&core, &stuck, 0));
    end();
}

static void
a_dying_worker_keeps_its_place(void **state)
{
    struct lwi_applicant next = caller('B', true);
    uint32_t place;

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    place = lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_WAITS);
    lwi_core_released(&core, place, false, 0);
    nobody_told();
    lwi_core_gone(&core, place, 0);
    await_told(&next, LWI_GRANT_OPEN);
    lwi_core_opened(&core, place, true, 0);
    lwi_core_released(&core, place, true, 0);
    lwi_core_lost(&core, place);
    lwi_core_gone(&core, place, 0);
    end();
}

static void
a_key_that_does_not_open_pauses(void **state)
{
    struct lwi_applicant first = caller('A', false),
                         impatient = caller('A', false),
                         patient = caller('A', true);
    int64_t pause = (int64_t)LWI_CORE_BACKOFF_FIRST_MS * MS;

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    assert_int_equal(lwi_core_acquire(&core, &first, 0), LWI_ADMIT_GRANTED);
    lwi_core_opened(&core, first.place, false, 0);
    assert_int_equal(lwi_core_acquire(&core, &impatient, 1), LWI_ADMIT_BACKOFF);
    assert_int_equal(lwi_core_acquire(&core, &patient, 1), LWI_ADMIT_WAITS);
    assert_int_equal(lwi_core_pause_end(&patient, 1), pause);
    lwi_core_pass(&core, pause - 1);
    nobody_told();
    lwi_core_pass(&core, pause);
    await_told(&patient, LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_pause_end(&patient, pause), LWI_NEVER);
    lwi_core_opened(&core, patient.place, false, pause);
    assert_int_equal(lwi_core_acquire(&core, &patient, pause), LWI_ADMIT_WAITS);
    assert_int_equal(lwi_core_pause_end(&patient, pause), 3 * pause);
    assert_true(lwi_core_leave(&core, &patient, pause));
    assert_int_equal(core.key_count, 1);
    lwi_core_pass(&core, 3 * pause);
    assert_int_equal(core.key_count, 0);
    end();
}

static void
who_gives_an_opening_up_makes_nobody_pause(void **state)
{
    struct lwi_applicant first = caller('A', false), next = caller('A', true);

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    assert_int_equal(lwi_core_acquire(&core, &first, 0), LWI_ADMIT_GRANTED);
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_WAITS);
    lwi_core_given_up(&core, first.place, 0);
    await_told(&next, LWI_GRANT_OPEN);
    lwi_core_given_up(&core, next.place, 0);
    assert_int_equal(core.key_count, 0);
    end();
}

static void
the_budget_refuses_another_worker(void **state)
{
    struct lwi_applicant over = caller('B', true);
    uint32_t place;

    (void)state;
    begin(3, 3, 1000);
    place = lease('A', LWI_GRANT_OPEN);
    lease('C', LWI_GRANT_OPEN);
    lwi_core_sampled(&core, 0, true, 600, 0);
    /* A sample is missing: no claim is made. */
    lwi_core_released(&core, lease('B', LWI_GRANT_OPEN), false, 0);
    lwi_core_gone(&core, 2, 0);
    lwi_core_sampled(&core, 1, true, 400, 0);
    assert_int_equal(lwi_core_acquire(&core, &over, 0), LWI_ADMIT_MEMORY);
    /* One that is idle gives way, with its memory. */
    lwi_core_released(&core, place, true, 0);
    lease('B', LWI_GRANT_REPLACE);
    end();
}

static void
reserved_places_are_kept(void **state)
{
    struct lwi_applicant b = caller('B', false), a = caller('A', false);
    uint32_t place;

    (void)state;
    begin(2, 2, LW_NO_LIMIT);
    assert_true(lwi_core_reserve(&core, a.identity, a.hash, 1));
    assert_false(lwi_core_reserve(&core, b.identity, b.hash, 2));
    lease('B', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &b, 0), LWI_ADMIT_EXHAUSTED);
    place = lease('A', LWI_GRANT_OPEN);
    lwi_core_released(&core, place, true, 0);
    /* Nor is its idle worker replaced. */
    assert_int_equal(lwi_core_acquire(&core, &b, 0), LWI_ADMIT_EXHAUSTED);
    lease('A', LWI_GRANT_WARM);
    end();
}

static void
a_leased_place_moves_to_another_key(void **state)
{
    struct lwi_applicant a = caller('A', true), b = caller('B', false),
                         c = caller('C', false);
    uint32_t place;

    (void)state;
    begin(3, 1, LW_NO_LIMIT);
    place = lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &a, 0), LWI_ADMIT_WAITS);
    assert_true(lwi_core_rekeyed(&core, place, b.identity, b.hash, 0));
    /* Its old key may have another one now, the new one may not. */
    await_told(&a, LWI_GRANT_OPEN);
    lwi_core_opened(&core, a.place, true, 0);
    assert_int_equal(lwi_core_acquire(&core, &b, 0), LWI_ADMIT_EXHAUSTED);
    assert_false(lwi_core_rekeyed(&core, a.place, b.identity, b.hash, 0));
    assert_true(lwi_core_rekeyed(&core, a.place, a.identity, a.hash, 0));
    lwi_core_released(&core, place, true, 0);
    assert_int_equal(lease('B', LWI_GRANT_WARM), place);
    /* A place that is kept for a key stays with it. */
    assert_true(lwi_core_reserve(&core, b.identity, b.hash, 1));
    assert_false(lwi_core_rekeyed(&core, place, c.identity, c.hash, 0));
    assert_int_equal(core.key_count, 2);
    end();
}

static void
closing_refuses_all(void **state)
{
    struct lwi_applicant waits = caller('B', true), late = caller('A', true);
    uint32_t place;

    (void)state;
    begin(1, 1, LW_NO_LIMIT);
    place = lease('A', LWI_GRANT_OPEN);
    assert_int_equal(lwi_core_acquire(&core, &waits, 0), LWI_ADMIT_WAITS);
    lwi_core_close(&core);
    assert_ptr_equal(lwi_core_next_told(&core), &waits);
    assert_true(waits.refused);
    assert_int_equal(lwi_core_acquire(&core, &late, 0), LWI_ADMIT_CLOSED);
    lwi_core_released(&core, place, true, 0);
    assert_int_equal(core.places[place].state, LWI_PLACE_ENDING);
    lwi_core_gone(&core, place, 0);
    end();
}

/* ---- random schedules ---- */

enum { CALLERS = 12, STEPS = 60, SCHEDULES = 100000, LIMIT_KIB = 3000 };

/* What a caller of the simulation is about to do. */
enum doing { AWAY, WAITING, OPENING, WORKING };

static struct {
    struct lwi_applicant applicant;
    enum doing doing;
} callers[CALLERS];

static struct {
    uint64_t wakes;
    uint64_t waits;
    uint64_t rekeyed;
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

/* Whoever has been granted goes on. */
static void
tell_all(int64_t now)
{
    struct lwi_applicant *applicant;
    size_t i;

    while ((applicant = lwi_core_next_told(&core)) != NULL) {
        for (i = 0; &callers[i].applicant != applicant; i++)
            assert_true(i < CALLERS);
        assert_int_equal(callers[i].doing, WAITING);
        callers[i].doing = applicant->refused                   ? AWAY
                           : applicant->grant == LWI_GRANT_WARM ? WORKING
                                                                : OPENING;
        if (!applicant->refused)
            check_order(applicant);
        seen.wakes++;
    }
    lwi_core_audit(&core, now);
}

static void
come(size_t i, struct lwt_random *random, int64_t now)
{
    char key = (char)('A' + lwt_random_below(random, 5));

    callers[i].applicant = caller(key, lwt_random_below(random, 4) != 0);
    callers[i].applicant.priority = (uint32_t)lwt_random_below(random, 8) / 6;
    switch (lwi_core_acquire(&core, &callers[i].applicant, now)) {
    case LWI_ADMIT_GRANTED:
        callers[i].doing =
            callers[i].applicant.grant == LWI_GRANT_WARM ? WORKING : OPENING;
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
        lwi_core_released(&core, place, lwt_random_below(random, 4) != 0, now);
        callers[i].doing = AWAY;
        break;
    }
}

/* Something happens to a worker that nobody has. */
static void
befall(struct lwt_random *random, int64_t now)
{
    uint32_t i = (uint32_t)lwt_random_below(random, core.config.max_workers);

    if (core.places[i].state == LWI_PLACE_ENDING)
        lwi_core_gone(&core, i, now);
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

static void
schedule(struct lwt_random *random)
{
    uint32_t max = 1 + (uint32_t)lwt_random_below(random, 4);
    int64_t now = 0;
    size_t step;

    memset(callers, 0, sizeof(callers));
    begin(max, 1 + (uint32_t)lwt_random_below(random, max),
          lwt_random_below(random, 2) == 0 ? LW_NO_LIMIT : LIMIT_KIB);
    if (lwt_random_below(random, 4) == 0)
        lwi_core_reserve(&core, (lw_span){ "A", 1 }, 0,
                         (uint32_t)lwt_random_below(random, max));
    for (step = 0; step < STEPS; step++) {
        if (lwt_random_below(random, 4) == 0)
            befall(random, now);
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
    lwi_core_close(&core);
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
    assert_true(seen.rekeyed > SCHEDULES / 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warm_worker_is_reused),
        cmocka_unit_test(several_workers_serve_one_key_up_to_its_limit),
        cmocka_unit_test(the_idle_worker_used_longest_ago_gives_way),
        cmocka_unit_test(callers_of_a_key_are_served_in_order),
        cmocka_unit_test(a_caller_of_another_key_is_passed_only_so_often),
        cmocka_unit_test(a_key_at_its_limit_does_not_block_another),
        cmocka_unit_test(a_dying_worker_keeps_its_place),
        cmocka_unit_test(a_key_that_does_not_open_pauses),
        cmocka_unit_test(who_gives_an_opening_up_makes_nobody_pause),
        cmocka_unit_test(the_budget_refuses_another_worker),
        cmocka_unit_test(reserved_places_are_kept),
        cmocka_unit_test(a_leased_place_moves_to_another_key),
        cmocka_unit_test(closing_refuses_all),
        cmocka_unit_test(every_schedule_keeps_the_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

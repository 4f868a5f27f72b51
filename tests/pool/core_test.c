/* The pool's core: its rules one by one. */
#include "pool/core.h"

#include <lean_worker/limits.h>

#include "base/clock.h"
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
    struct lwi_core_config config = { .max_workers = max,
                                      .max_workers_per_key = per_key,
                                      .budget_kib = budget,
                                      .sample_age_ns = 100 * MS,
                                      .samples_cheap = true };

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

/* Not those of the key itself, nor those that somebody keeps. */
static void
idle_workers_give_way_where_the_system_has_no_more(void **state)
{
    struct lwi_keep keep = { .min_idle = 1 };
    uint32_t kept, spare, other, found = 9;

    (void)state;
    begin(4, 4, LW_NO_LIMIT);
    assert_int_equal(
        lwi_core_keep(&core, (lw_span){ "A", 1 }, 0, &keep, NULL, 0), LW_OK);
    kept = lease('A', LWI_GRANT_OPEN);
    spare = lease('A', LWI_GRANT_OPEN);
    other = lease('B', LWI_GRANT_OPEN);
    assert_false(lwi_core_give_way(&core, other, &found));
    lwi_core_released(&core, spare, true, 1);
    lwi_core_released(&core, kept, true, 2);
    assert_true(lwi_core_give_way(&core, other, &found));
    assert_int_equal(found, spare);
    assert_int_equal(core.places[spare].state, LWI_PLACE_ENDING);
    lwi_core_gone(&core, spare, 3);
    assert_false(lwi_core_give_way(&core, other, &found));
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

/* What the caller that was granted has to end first. */
static size_t
count_evicted(const struct lwi_applicant *applicant)
{
    const struct lwi_place *place = applicant->evicted;
    size_t count = 0;

    for (; place != NULL; place = place->also) {
        assert_int_equal(place->state, LWI_PLACE_ENDING);
        count++;
    }
    return count;
}

static void
end_evicted(const struct lwi_applicant *applicant)
{
    const struct lwi_place *place = applicant->evicted, *next;

    for (; place != NULL; place = next) {
        next = place->also;
        lwi_core_gone(&core, (uint32_t)(place - core.places), 0);
    }
}

/* One idle worker of 300 KiB of each of the keys. */
static void
fill(const char *keys)
{
    uint32_t place;

    for (; *keys != '\0'; keys++) {
        place = lease(*keys, LWI_GRANT_OPEN);
        lwi_core_released(&core, place, true, 0);
        lwi_core_sampled(&core, place, true, 300, 0);
    }
}

static void
as_many_idle_workers_give_way_as_it_takes(void **state)
{
    struct lwi_applicant next = caller('E', false);
    uint32_t place;

    (void)state;
    begin(6, 6, 1000);
    fill("ABCD"); /* 1200: the last came in at 900 */
    lwi_core_sampled(&core, 3, true, 500, 0);
    /* A alone would leave 1100, A and B 800. */
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_GRANTED);
    assert_int_equal(next.grant, LWI_GRANT_REPLACE);
    assert_int_equal(next.place, 0);
    assert_int_equal(count_evicted(&next), 1);
    assert_ptr_equal(next.evicted, &core.places[1]);
    lwi_core_audit(&core, 0);
    end_evicted(&next);
    lwi_core_opened(&core, next.place, true, 0);
    lwi_core_sampled(&core, next.place, true, 900, 0);
    /* C and D can go, and that does not do: nobody goes. */
    lwi_core_sampled(&core, next.place, true, 1000, 0);
    next = caller('F', false);
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_MEMORY);
    assert_int_equal(core.idle.count, 2);
    /* Not where a sample is missing. */
    lwi_core_sampled(&core, 2, false, 0, 0);
    place = lease('F', LWI_GRANT_OPEN);
    lwi_core_released(&core, place, true, 0);
    end();
}

static void
what_is_reserved_does_not_give_way_for_memory(void **state)
{
    struct lwi_applicant a = caller('A', false), next = caller('C', false);
    struct lwi_keep one = { .reserved = 1 };

    (void)state;
    begin(6, 6, 900);
    assert_int_equal(lwi_core_keep(&core, a.identity, a.hash, &one, NULL, 0),
                     LW_OK);
    lease('A', LWI_GRANT_OPEN);
    lwi_core_released(&core, lease('A', LWI_GRANT_OPEN), true, 0);
    lwi_core_released(&core, 0, true, 0);
    lease('B', LWI_GRANT_OPEN);
    lwi_core_sampled(&core, 0, true, 300, 0);
    lwi_core_sampled(&core, 1, true, 300, 0);
    lwi_core_sampled(&core, 2, true, 700, 0);
    /* One of A's could go: 1000 would be left. */
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_MEMORY);
    lwi_core_sampled(&core, 2, true, 500, 0);
    assert_int_equal(lwi_core_acquire(&core, &next, 0), LWI_ADMIT_GRANTED);
    assert_int_equal(count_evicted(&next), 0);
    assert_int_equal(core.idle.count, 1);
    end();
}

static void
a_sample_is_of_use_for_a_time(void **state)
{
    struct lwi_applicant a = caller('A', false);
    uint32_t place;

    (void)state;
    begin(2, 2, 1000);
    assert_true(lwi_core_wants_samples_for(&core, a.identity, a.hash));
    place = lease('A', LWI_GRANT_OPEN);
    assert_true(lwi_core_wants_samples_for(&core, a.identity, a.hash));
    lwi_core_sampled(&core, place, true, 300, 0);
    assert_true(lwi_core_wants_sample(&core, place, 0)); /* in use */
    lwi_core_released(&core, place, true, 0);
    assert_false(lwi_core_wants_samples_for(&core, a.identity, a.hash));
    assert_true(lwi_core_wants_sample(&core, place, 0)); /* it was */
    lwi_core_sampled(&core, place, true, 300, 5);
    assert_false(lwi_core_wants_sample(&core, place, 5 + 100 * MS - 1));
    assert_true(lwi_core_wants_sample(&core, place, 5 + 100 * MS));
    assert_false(lwi_core_wants_sample(&core, 1, 100 * MS)); /* empty */
    lwi_core_lost(&core, place);
    assert_false(lwi_core_wants_sample(&core, place, 100 * MS));
    lwi_core_gone(&core, place, 0);
    end();
}

static void
reserved_places_are_kept(void **state)
{
    struct lwi_applicant b = caller('B', false), a = caller('A', false);
    struct lwi_keep one = { .reserved = 1 }, two = { .reserved = 2 };
    uint32_t place;

    (void)state;
    begin(2, 2, LW_NO_LIMIT);
    assert_int_equal(lwi_core_keep(&core, a.identity, a.hash, &one, NULL, 0),
                     LW_OK);
    assert_int_equal(lwi_core_keep(&core, b.identity, b.hash, &two, NULL, 0),
                     LW_EINVAL);
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
    struct lwi_keep one = { .reserved = 1 };
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
    assert_int_equal(lwi_core_keep(&core, b.identity, b.hash, &one, NULL, 0),
                     LW_OK);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warm_worker_is_reused),
        cmocka_unit_test(several_workers_serve_one_key_up_to_its_limit),
        cmocka_unit_test(the_idle_worker_used_longest_ago_gives_way),
        cmocka_unit_test(idle_workers_give_way_where_the_system_has_no_more),
        cmocka_unit_test(callers_of_a_key_are_served_in_order),
        cmocka_unit_test(a_caller_of_another_key_is_passed_only_so_often),
        cmocka_unit_test(a_key_at_its_limit_does_not_block_another),
        cmocka_unit_test(a_dying_worker_keeps_its_place),
        cmocka_unit_test(a_key_that_does_not_open_pauses),
        cmocka_unit_test(who_gives_an_opening_up_makes_nobody_pause),
        cmocka_unit_test(the_budget_refuses_another_worker),
        cmocka_unit_test(as_many_idle_workers_give_way_as_it_takes),
        cmocka_unit_test(what_is_reserved_does_not_give_way_for_memory),
        cmocka_unit_test(a_sample_is_of_use_for_a_time),
        cmocka_unit_test(reserved_places_are_kept),
        cmocka_unit_test(a_leased_place_moves_to_another_key),
        cmocka_unit_test(closing_refuses_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

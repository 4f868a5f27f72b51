/* base_clock_test.c - deadlines on a clock that the test holds. */
#include "base/clock.h"

#include "support/test.h"

static int64_t
held_now(void *user)
{
    return *(int64_t *)user;
}

static void
a_deadline_is_now_plus_the_duration(void **state)
{
    int64_t now = 5;
    struct lwi_clock clock = { held_now, &now };

    (void)state;
    assert_int_equal(lwi_now(&clock), 5);
    assert_int_equal(lwi_deadline_after(&clock, 0), 5);
    assert_int_equal(lwi_deadline_after(&clock, 3), 3000005);
}

static void
a_duration_out_of_range_never_ends(void **state)
{
    int64_t now = 5;
    struct lwi_clock clock = { held_now, &now };
    uint64_t most = (uint64_t)(INT64_MAX - 5) / 1000000;

    (void)state;
    assert_true(lwi_deadline_after(&clock, most) < LWI_NEVER);
    assert_true(lwi_deadline_after(&clock, most + 1) == LWI_NEVER);
    assert_true(lwi_deadline_after(&clock, UINT64_MAX) == LWI_NEVER);
    now = INT64_MAX;
    assert_true(lwi_deadline_after(&clock, 1) == LWI_NEVER);
}

static void
what_is_left_shrinks_to_zero(void **state)
{
    int64_t now = 0;
    struct lwi_clock clock = { held_now, &now };
    struct timespec left;

    (void)state;
    assert_ptr_equal(lwi_time_left(&clock, INT64_C(2500000001), &left), &left);
    assert_int_equal(left.tv_sec, 2);
    assert_int_equal(left.tv_nsec, 500000001);
    now = INT64_C(2500000000);
    lwi_time_left(&clock, INT64_C(2500000001), &left);
    assert_int_equal(left.tv_sec, 0);
    assert_int_equal(left.tv_nsec, 1);
    now = INT64_C(9000000000);
    lwi_time_left(&clock, INT64_C(2500000001), &left);
    assert_int_equal(left.tv_sec, 0);
    assert_int_equal(left.tv_nsec, 0);
}

static void
never_is_no_timespec(void **state)
{
    int64_t now = 0;
    struct lwi_clock clock = { held_now, &now };
    struct timespec left;

    (void)state;
    assert_null(lwi_time_left(&clock, LWI_NEVER, &left));
}

static void
the_system_clock_does_not_go_back(void **state)
{
    int64_t before = lwi_now(&lwi_system_clock), after;
    int i;

    (void)state;
    assert_true(before > 0);
    for (i = 0; i < 1000; i++) {
        after = lwi_now(&lwi_system_clock);
        assert_true(after >= before);
        before = after;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_is_now_plus_the_duration),
        cmocka_unit_test(a_duration_out_of_range_never_ends),
        cmocka_unit_test(what_is_left_shrinks_to_zero),
        cmocka_unit_test(never_is_no_timespec),
        cmocka_unit_test(the_system_clock_does_not_go_back),
    };

    return LWT_RUN(tests);
}

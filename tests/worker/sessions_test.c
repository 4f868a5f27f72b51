/* sessions_test.c - the caller's numbers, and what they stand for. */
#include "worker/sessions.h"

#include "support/memory.h"
#include "support/test.h"
#include "worker/worker.h"

static lw_worker worker;

static int
start(void **state)
{
    (void)state;
    memset(&worker, 0, sizeof(worker));
    worker.generation = 1;
    lwi_sessions_init(&worker.sessions, &lwi_system_allocator);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    lwi_sessions_fini(&worker.sessions);
    return 0;
}

static uint32_t
add(uint32_t child_number, const char *body)
{
    uint32_t number = 0;

    assert_int_equal(lwi_sessions_add(&worker, child_number, body,
                                      body == NULL ? 0 : strlen(body), &number),
                     LW_OK);
    return number;
}

static const struct lwi_session_record *
find_in(uint32_t number, uint64_t generation)
{
    lw_session session = LW_SESSION_NONE;

    session.number = number;
    session.generation = generation;
    return lwi_sessions_find(&worker, &session);
}

static void
next_child(bool keep)
{
    lwi_sessions_child_ended(&worker, keep);
    worker.generation++;
}

static void
numbers_are_given_out_once(void **state)
{
    (void)state;
    assert_int_equal(add(1, "a"), 1);
    assert_int_equal(add(2, "b"), 2);
    next_child(false);
    assert_int_equal(add(1, "a"), 3);
    assert_null(find_in(1, 1));
    assert_int_equal(find_in(3, 2)->child_number, 1);
}

static void
a_session_found_open_keeps_its_number(void **state)
{
    (void)state;
    assert_int_equal(add(7, "a"), 1);
    assert_int_equal(add(8, "b"), 2);
    assert_int_equal(add(7, "a"), 1);
    assert_int_equal(worker.sessions.count, 2);
}

static void
a_policy_leaves_what_can_be_opened_again(void **state)
{
    uint32_t kept = add(1, "how"), lost = add(2, NULL);
    const struct lwi_session_record *record;

    (void)state;
    assert_true(lwi_sessions_live(&worker, find_in(kept, 1)));
    lwi_sessions_child_ended(&worker, true);
    assert_false(lwi_sessions_live(&worker, find_in(kept, 1)));
    worker.generation++;
    assert_null(find_in(lost, 1));
    record = find_in(kept, 1);
    assert_false(lwi_sessions_live(&worker, record));
    assert_memory_equal(record->body, "how", 3);
    assert_int_equal(record->size, 3);

    /* The next child's first session is not it. */
    assert_int_equal(add(1, "other"), 3);
    assert_true(lwi_sessions_reopened(&worker, kept, 2));
    record = find_in(kept, 1);
    assert_true(lwi_sessions_live(&worker, record));
    assert_int_equal(record->child_number, 2);
    assert_ptr_equal(find_in(kept, 2), record); /* as a reuse would return it */
    assert_int_equal(add(2, "how"), kept);
}

static void
anything_else_ends_them_all(void **state)
{
    uint32_t first = add(1, "a");

    (void)state;
    next_child(true);
    add(1, "b");
    next_child(false);
    assert_null(find_in(first, 1));
    assert_int_equal(worker.sessions.count, 0);
    assert_int_equal(worker.sessions.bytes, 0);
    assert_false(lwi_sessions_reopened(&worker, first, 1));
}

static void
a_value_that_was_never_given_out_is_none(void **state)
{
    uint32_t number;

    (void)state;
    worker.generation = 5;
    number = add(1, "a");
    assert_null(find_in(number, 4));
    assert_null(find_in(number, 6));
    assert_null(find_in(number + 1, 5));
    assert_null(find_in(0, 5));
    assert_non_null(find_in(number, 5));
}

static void
the_record_not_used_for_longest_goes_first(void **state)
{
    uint32_t i;

    (void)state;
    for (i = 1; i <= LWI_SESSIONS_MAX; i++)
        assert_int_equal(add(i, "x"), i);
    assert_non_null(find_in(1, 1)); /* used now */
    assert_int_equal(add(i, "x"), i);
    assert_int_equal(worker.sessions.count, LWI_SESSIONS_MAX);
    assert_non_null(find_in(1, 1));
    assert_null(find_in(2, 1));
    assert_non_null(find_in(3, 1));
    assert_int_equal(worker.sessions.bytes, LWI_SESSIONS_MAX);
}

static void
bodies_are_bounded_and_sessions_live_without(void **state)
{
    size_t half = LWI_SESSIONS_BYTES / 2;
    char *body = calloc(1, LWI_SESSIONS_BYTES + 1);
    uint32_t numbers[4];
    size_t i;

    (void)state;
    assert_non_null(body);
    for (i = 0; i < 3; i++)
        assert_int_equal(
            lwi_sessions_add(&worker, (uint32_t)i + 1, body, half, &numbers[i]),
            LW_OK);
    assert_int_equal(worker.sessions.bytes, LWI_SESSIONS_BYTES);
    assert_int_equal(
        lwi_sessions_add(&worker, 4, body, LWI_SESSIONS_BYTES + 1, &numbers[3]),
        LW_OK);
    free(body);
    for (i = 0; i < 4; i++)
        assert_true(lwi_sessions_live(&worker, find_in(numbers[i], 1)));
    next_child(true);
    assert_null(find_in(numbers[0], 1)); /* the oldest's bytes went */
    assert_non_null(find_in(numbers[1], 1));
    assert_non_null(find_in(numbers[2], 1));
    assert_null(find_in(numbers[3], 1)); /* too large to be kept */
}

static void
numbers_end_before_they_come_again(void **state)
{
    uint32_t number = 0;

    (void)state;
    worker.sessions.last = UINT32_MAX - 1;
    assert_int_equal(add(1, "a"), UINT32_MAX);
    assert_int_equal(lwi_sessions_add(&worker, 2, "b", 1, &number), LW_ELIMIT);
    assert_int_equal(add(1, "a"), UINT32_MAX);
}

static void
memory_may_end_anywhere(void **state)
{
    size_t n;
    bool failed = true;

    (void)state;
    for (n = 0; failed; n++) {
        struct lwt_memory memory;
        lw_allocator allocator = lwt_memory_init(&memory, n);
        uint32_t i, number;

        lwi_sessions_init(&worker.sessions, &allocator);
        for (i = 1; i <= 6; i++) {
            int rc = lwi_sessions_add(&worker, i, "body", 4, &number);

            assert_true(rc == LW_OK || rc == LW_ENOMEM);
            if (rc == LW_OK)
                assert_true(lwi_sessions_live(&worker, find_in(number, 1)));
        }
        lwi_sessions_child_ended(&worker, true);
        lwi_sessions_fini(&worker.sessions);
        lwt_memory_check_empty(&memory);
        failed = memory.failures > 0;
    }
    assert_true(n > 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(numbers_are_given_out_once),
        TEST(a_session_found_open_keeps_its_number),
        TEST(a_policy_leaves_what_can_be_opened_again),
        TEST(anything_else_ends_them_all),
        TEST(a_value_that_was_never_given_out_is_none),
        TEST(the_record_not_used_for_longest_goes_first),
        TEST(bodies_are_bounded_and_sessions_live_without),
        TEST(numbers_end_before_they_come_again),
        TEST(memory_may_end_anywhere),
    };

    return LWT_RUN(tests);
}

/* base_text_test.c - strings and numbers from outside. */
#include "base/text.h"

#include "support/test.h"

static void
a_copy_always_ends_in_nul(void **state)
{
    char to[4];

    (void)state;
    assert_true(lwi_text_copy(to, sizeof(to), ""));
    assert_string_equal(to, "");
    assert_true(lwi_text_copy(to, sizeof(to), "abc"));
    assert_string_equal(to, "abc");
    assert_false(lwi_text_copy(to, sizeof(to), "abcd"));
    assert_string_equal(to, "abc");
    assert_false(lwi_text_copy(to, 1, "a"));
    assert_string_equal(to, "");
    assert_true(lwi_text_copy(to, 1, ""));
}

static void
whole_numbers_in_range_are_read(void **state)
{
    uint64_t value = 7;

    (void)state;
    assert_true(lwi_parse_u64("0", 0, 0, &value));
    assert_int_equal(value, 0);
    assert_true(lwi_parse_u64("18446744073709551615", 0, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(lwi_parse_u64("007", 7, 7, &value));
    assert_int_equal(value, 7);
}

static void
anything_else_is_refused_and_changes_nothing(void **state)
{
    static const char *const wrong[] = {
        "",
        " ",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1x",
        "0x1",
        "1e3",
        "1.0",
        "18446744073709551616",
        "99999999999999999999999999",
    };
    uint64_t value = 7;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(wrong); i++)
        assert_false(lwi_parse_u64(wrong[i], 0, UINT64_MAX, &value));
    assert_false(lwi_parse_u64("4", 5, 9, &value));
    assert_false(lwi_parse_u64("10", 5, 9, &value));
    assert_int_equal(value, 7);
}

static void
beginnings_and_ends(void **state)
{
    (void)state;
    assert_true(lwi_text_starts("lean-4", "lean"));
    assert_true(lwi_text_starts("lean", "lean"));
    assert_true(lwi_text_starts("lean", ""));
    assert_false(lwi_text_starts("lea", "lean"));
    assert_true(lwi_text_ends("a.lean", ".lean"));
    assert_true(lwi_text_ends(".lean", ".lean"));
    assert_true(lwi_text_ends("a", ""));
    assert_false(lwi_text_ends("lean", ".lean"));
    assert_false(lwi_text_ends("", "x"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_always_ends_in_nul),
        cmocka_unit_test(whole_numbers_in_range_are_read),
        cmocka_unit_test(anything_else_is_refused_and_changes_nothing),
        cmocka_unit_test(beginnings_and_ends),
    };

    return LWT_RUN(tests);
}

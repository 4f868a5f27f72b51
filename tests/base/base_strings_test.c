/* base_strings_test.c - lists of strings. */
#include "base/strings.h"

#include <stdio.h>

#include "support/test.h"

static void
the_list_ends_in_null(void **state)
{
    struct lwi_strings strings = { 0 };
    char text[16];
    size_t i, n;

    (void)state;
    assert_null(strings.items);
    for (n = 0; n < 100; n++) {
        snprintf(text, sizeof(text), "s%zu", n);
        assert_int_equal(lwi_strings_add(&strings, text), LW_OK);
        assert_int_equal(strings.count, n + 1);
        assert_null(strings.items[n + 1]);
    }
    for (i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "s%zu", i);
        assert_string_equal(strings.items[i], text);
        assert_true(lwi_strings_have(&strings, text));
    }
    assert_false(lwi_strings_have(&strings, "s100"));
    lwi_strings_fini(&strings);
    assert_null(strings.items);
    lwi_strings_fini(&strings);
}

static void
a_string_can_be_taken_over(void **state)
{
    struct lwi_strings strings = { 0 };
    char *text = lwi_copy_text(&lwi_system_allocator, "mine");

    (void)state;
    assert_int_equal(lwi_strings_take(&strings, text), LW_OK);
    assert_ptr_equal(strings.items[0], text);
    assert_int_equal(lwi_strings_take(&strings, NULL), LW_ENOMEM);
    assert_int_equal(strings.count, 1);
    lwi_strings_fini(&strings);
}

static void
sorting_is_by_bytes(void **state)
{
    static const char *const given[] = { "b", "", "a", "B", "ab" };
    static const char *const sorted[] = { "", "B", "a", "ab", "b" };
    struct lwi_strings strings = { 0 };
    size_t i;

    (void)state;
    lwi_strings_sort(&strings);
    for (i = 0; i < LWI_COUNT(given); i++)
        assert_int_equal(lwi_strings_add(&strings, given[i]), LW_OK);
    lwi_strings_sort(&strings);
    for (i = 0; i < LWI_COUNT(sorted); i++)
        assert_string_equal(strings.items[i], sorted[i]);
    lwi_strings_free(strings.items);
    lwi_strings_free(NULL);
}

static void
an_empty_list_has_nothing(void **state)
{
    struct lwi_strings strings = { 0 };

    (void)state;
    assert_false(lwi_strings_have(&strings, ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_ends_in_null),
        cmocka_unit_test(a_string_can_be_taken_over),
        cmocka_unit_test(sorting_is_by_bytes),
        cmocka_unit_test(an_empty_list_has_nothing),
    };

    return LWT_RUN(tests);
}

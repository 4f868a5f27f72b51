/* base_options_test.c - option structs older and newer than the library. */
#include "base/options.h"

#include "support/test.h"

struct known {
    size_t struct_size;
    uint64_t a;
    uint64_t b;
};

struct newer {
    struct known known;
    uint64_t c;
};

static struct known
defaults(void)
{
    return (struct known){ sizeof(struct known), 1, 2 };
}

static void
the_same_version_is_copied(void **state)
{
    struct known to = defaults(), given = { sizeof(given), 10, 20 };

    (void)state;
    assert_true(lwi_options_read(&to, sizeof(to), &given));
    assert_int_equal(to.struct_size, sizeof(to));
    assert_int_equal(to.a, 10);
    assert_int_equal(to.b, 20);
}

static void
an_older_struct_leaves_the_later_defaults(void **state)
{
    struct known to = defaults();
    struct known given = { offsetof(struct known, b), 10, 99 };

    (void)state;
    assert_true(lwi_options_read(&to, sizeof(to), &given));
    assert_int_equal(to.struct_size, sizeof(to));
    assert_int_equal(to.a, 10);
    assert_int_equal(to.b, 2);
}

static void
a_newer_struct_must_not_ask_for_more(void **state)
{
    struct known to = defaults();
    struct newer given = { { sizeof(given), 10, 20 }, 0 };

    (void)state;
    assert_true(lwi_options_read(&to, sizeof(to), &given));
    assert_int_equal(to.b, 20);
    to = defaults();
    given.c = UINT64_C(1) << 63;
    assert_false(lwi_options_read(&to, sizeof(to), &given));
    assert_int_equal(to.a, 1);
}

static void
sizes_that_make_no_sense_are_refused(void **state)
{
    static const size_t sizes[] = { 0, 1, sizeof(size_t) - 1, 65537, SIZE_MAX };
    struct known to = defaults(), given = { 0, 10, 20 };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(sizes); i++) {
        given.struct_size = sizes[i];
        assert_false(lwi_options_read(&to, sizeof(to), &given));
        assert_int_equal(to.a, 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_version_is_copied),
        cmocka_unit_test(an_older_struct_leaves_the_later_defaults),
        cmocka_unit_test(a_newer_struct_must_not_ask_for_more),
        cmocka_unit_test(sizes_that_make_no_sense_are_refused),
    };

    return LWT_RUN(tests);
}

/* Session keys: equal, ordered, and nothing that matters is left out. */
#include "capability/key.h"

#include "support/test.h"

static lw_error err;

static lw_session_key *
make(const lw_session_key_spec *spec)
{
    lw_session_key *key = NULL;

    assert_int_equal(lw_session_key_create(&key, spec, &err), LW_OK);
    assert_non_null(key);
    return key;
}

static const char *const one_import[] = { "Lean", NULL };
static const char *const two_imports[] = { "Lean", "Init", NULL };
static const char *const joined_imports[] = { "LeanInit", NULL };
static const char *const more[] = { "option pp.all=true", NULL };

/* Two of each member that differ from each other and from the default. */
static void
vary(lw_session_key_spec *spec, unsigned member, unsigned value)
{
    static const char *const texts[] = { NULL, "a", "b" };

    switch (member) {
    case 0:
        spec->project_root = texts[value];
        break;
    case 1:
        spec->package = texts[value];
        break;
    case 2:
        spec->library = texts[value];
        break;
    case 3:
        spec->imports = value == 0   ? NULL
                        : value == 1 ? one_import
                                     : two_imports;
        break;
    case 4:
        spec->metadata.export_name = texts[value];
        break;
    case 5:
        spec->metadata.export_name = "m";
        spec->metadata.request = value == 0   ? (lw_span){ "", 0 }
                                 : value == 1 ? (lw_span){ "1", 1 }
                                              : (lw_span){ "2", 1 };
        break;
    case 6:
        spec->metadata.export_name = "m";
        spec->metadata.expected = value == 0   ? (lw_span){ "", 0 }
                                  : value == 1 ? (lw_span){ "{}", 2 }
                                               : (lw_span){ "[]", 2 };
        break;
    case 7:
        spec->toolchain = texts[value];
        break;
    case 8:
        spec->policy_class = value > 0 ? LW_POLICY_CUSTOM : LW_POLICY_DEFAULT;
        break;
    default:
        spec->more = value == 0 ? NULL : value == 1 ? more : two_imports;
        break;
    }
}

enum { MEMBERS = 10, VALUES = 3 };

static void
every_member_counts(void **state)
{
    unsigned member, i, j;

    (void)state;
    for (member = 0; member < MEMBERS; member++) {
        for (i = 0; i < VALUES; i++) {
            for (j = 0; j < VALUES; j++) {
                lw_session_key_spec a = LW_SESSION_KEY_SPEC_INIT;
                lw_session_key_spec b = LW_SESSION_KEY_SPEC_INIT;
                bool same = i == j || (member == 8 && i > 0 && j > 0);
                lw_session_key *x, *y;

                vary(&a, member, i);
                vary(&b, member, j);
                x = make(&a);
                y = make(&b);
                assert_int_equal(lw_session_key_compare(x, y) == 0, same);
                assert_int_equal(
                    lw_session_key_hash(x) == lw_session_key_hash(y), same);
                assert_int_equal(lw_session_key_compare(x, y) < 0,
                                 lw_session_key_compare(y, x) > 0);
                lw_session_key_destroy(x);
                lw_session_key_destroy(y);
            }
        }
    }
}

static void
check_differ(const lw_session_key_spec *a, const lw_session_key_spec *b)
{
    lw_session_key *x = make(a), *y = make(b);

    assert_int_not_equal(lw_session_key_compare(x, y), 0);
    lw_session_key_destroy(x);
    lw_session_key_destroy(y);
}

/* What one member has lost, the next has not gained. */
static void
members_do_not_run_together(void **state)
{
    lw_session_key_spec a = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key_spec b = LW_SESSION_KEY_SPEC_INIT;

    (void)state;
    a.project_root = "ab";
    b.project_root = "a";
    b.package = "b";
    check_differ(&a, &b);
    a = b = (lw_session_key_spec)LW_SESSION_KEY_SPEC_INIT;
    a.imports = two_imports;
    b.imports = joined_imports;
    check_differ(&a, &b);
    a = b = (lw_session_key_spec)LW_SESSION_KEY_SPEC_INIT;
    a.imports = one_import;
    b.more = one_import;
    check_differ(&a, &b);
}

static void
json_is_compared_as_a_value(void **state)
{
    lw_session_key_spec a = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key_spec b = LW_SESSION_KEY_SPEC_INIT;
    static const char x[] = "{ \"b\": [1, \"\\u0041\"], \"a\": null }";
    static const char y[] = "{\"a\":null,\"b\":[1,\"A\"]}";
    lw_session_key *first, *second;

    (void)state;
    a.metadata.export_name = b.metadata.export_name = "m";
    a.metadata.expected = (lw_span){ x, sizeof(x) - 1 };
    b.metadata.expected = (lw_span){ y, sizeof(y) - 1 };
    first = make(&a);
    second = make(&b);
    assert_int_equal(lw_session_key_compare(first, second), 0);
    lw_session_key_destroy(first);
    lw_session_key_destroy(second);
}

static void
parts_come_back(void **state)
{
    lw_session_key_spec spec = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key *key;

    (void)state;
    key = make(&spec);
    assert_string_equal(lw_session_key_get_project_root(key), "");
    assert_null(lw_session_key_get_imports(key)[0]);
    lw_session_key_destroy(key);
    spec.project_root = "/p";
    spec.package = "pack";
    spec.library = "Lib";
    spec.imports = two_imports;
    spec.toolchain = "4.28.0";
    spec.policy_class = LW_POLICY_CUSTOM;
    key = make(&spec);
    assert_string_equal(lw_session_key_get_project_root(key), "/p");
    assert_string_equal(lw_session_key_get_package(key), "pack");
    assert_string_equal(lw_session_key_get_library(key), "Lib");
    assert_string_equal(lw_session_key_get_toolchain(key), "4.28.0");
    assert_string_equal(lw_session_key_get_imports(key)[1], "Init");
    assert_null(lw_session_key_get_imports(key)[2]);
    assert_int_equal(lw_session_key_get_policy_class(key), LW_POLICY_CUSTOM);
    lw_session_key_destroy(key);
    lw_session_key_destroy(NULL);
}

static void
the_order_is_that_of_the_members(void **state)
{
    lw_session_key_spec a = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key_spec b = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key *x, *y;

    (void)state;
    a.project_root = "a";
    a.package = "z";
    b.project_root = "ab";
    b.package = "a";
    x = make(&a);
    y = make(&b);
    assert_true(lw_session_key_compare(x, y) < 0);
    lw_session_key_destroy(x);
    lw_session_key_destroy(y);
}

static void
wrong_specs_are_refused(void **state)
{
    lw_session_key_spec spec = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key *key = NULL;

    (void)state;
    assert_int_equal(lw_session_key_create(NULL, &spec, &err), LW_EINVAL);
    assert_int_equal(lw_session_key_create(&key, NULL, &err), LW_EINVAL);
    spec.package = "\xff";
    assert_int_equal(lw_session_key_create(&key, &spec, &err), LW_EINVAL);
    assert_non_null(strstr(err.message, "package"));
    spec.package = NULL;
    spec.metadata.export_name = "m";
    spec.metadata.request = (lw_span){ "{", 1 };
    assert_int_equal(lw_session_key_create(&key, &spec, &err), LW_EINVAL);
    assert_non_null(strstr(err.message, "metadata.request"));
    spec.metadata.request = (lw_span){ "", 0 };
    spec.metadata.match = (lw_metadata_match)4;
    assert_int_equal(lw_session_key_create(&key, &spec, &err), LW_EINVAL);
    spec.metadata.match = LW_METADATA_EXACT;
    spec.policy_class = (lw_policy_class)4;
    assert_int_equal(lw_session_key_create(&key, &spec, &err), LW_EINVAL);
    assert_null(key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_counts),
        cmocka_unit_test(members_do_not_run_together),
        cmocka_unit_test(json_is_compared_as_a_value),
        cmocka_unit_test(parts_come_back),
        cmocka_unit_test(the_order_is_that_of_the_members),
        cmocka_unit_test(wrong_specs_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* base_toml_test.c - the little of TOML that is read. */
#include "base/toml.h"

#include "support/test.h"

static const char settings[] =
    "# a comment\n"
    "version = \"12\"\n"
    "default_toolchain = \"leanprover/lean4:v4.28.0\"   # behind it\n"
    "telemetry = false\n"
    "literal = 'c:\\dir'\n"
    "escaped = \"a\\\"b\\\\c\\td\"\n"
    "\"quoted key\" = \"q\"\n"
    "multi = \"\"\"text\"\"\"\n"
    "\n"
    "[overrides]\n"
    "  \"/home/me/work\" = \"stable\"\n"
    "'/other dir' = \"nightly\"\r\n"
    "[[require]]\n"
    "name = \"in an array of tables\"\n"
    "[ spaced ]\n"
    "name = \"yes\"\n"
    "[a.b]\n"
    "name = \"dotted\"\n";

static const struct {
    const char *table, *key, *value; /* NULL: there is none */
} cases[] = {
    { "", "version", "12" },
    { "", "default_toolchain", "leanprover/lean4:v4.28.0" },
    { "", "telemetry", NULL },
    { "", "literal", "c:\\dir" },
    { "", "escaped", "a\"b\\c\td" },
    { "", "quoted key", "q" },
    { "", "multi", NULL },
    { "", "absent", NULL },
    { "", "name", NULL },
    { "overrides", "/home/me/work", "stable" },
    { "overrides", "/other dir", "nightly" },
    { "overrides", "version", NULL },
    { "require", "name", NULL },
    { "spaced", "name", "yes" },
    { "a", "name", NULL },
    { "b", "name", NULL },
    { "nowhere", "name", NULL },
};

static void
strings_are_found_in_their_table(void **state)
{
    char out[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        bool found = lwi_toml_string(settings, cases[i].table, cases[i].key,
                                     out, sizeof(out));

        if (found != (cases[i].value != NULL))
            fail_msg("[%s] %s: %s", cases[i].table, cases[i].key,
                     found ? out : "not found");
        if (found)
            assert_string_equal(out, cases[i].value);
    }
}

static void
a_value_that_does_not_fit_is_none(void **state)
{
    char out[4];

    (void)state;
    assert_true(lwi_toml_string("k = \"abc\"", "", "k", out, sizeof(out)));
    assert_string_equal(out, "abc");
    assert_false(lwi_toml_string("k = \"abcd\"", "", "k", out, sizeof(out)));
}

static void
broken_text_gives_nothing(void **state)
{
    static const char *const broken[] = {
        "",      "k",        "k =",          "k = ",        "k = \"",
        "k = '", "k = \"a",  "k = \"a\nb\"", "k = \"a\\",   "k = \"\\u00e9\"",
        "[",     "[k",       "[k = \"v\"",   "= \"v\"",     "k = [\"v\"]",
        "\"k",   "\"k = \"", "k : \"v\"",    "k.k = \"v\"", "[]\nk = \"v\"",
    };
    char out[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(broken); i++) {
        if (lwi_toml_string(broken[i], "", "k", out, sizeof(out)))
            fail_msg("%s gave %s", broken[i], out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_found_in_their_table),
        cmocka_unit_test(a_value_that_does_not_fit_is_none),
        cmocka_unit_test(broken_text_gives_nothing),
    };

    return LWT_RUN(tests);
}

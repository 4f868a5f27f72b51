/* What a package says of itself: read, refused, compared. */
#include <lean_worker/metadata.h>

#include "support/test.h"

static lw_error err;

static lw_span
span(const char *text)
{
    return (lw_span){ text, strlen(text) };
}

static lw_metadata *
parse(const char *text)
{
    lw_metadata *metadata = NULL;

    assert_int_equal(lw_metadata_parse(&metadata, span(text), &err), LW_OK);
    assert_non_null(metadata);
    return metadata;
}

static void
everything_is_read(void **state)
{
    lw_metadata *metadata =
        parse("{\"commands\":[{\"name\":\"stats\",\"version\":\"1\"},"
              "{\"version\":\"2\",\"name\":\"\\u00e9tat\",\"more\":[1]}],"
              "\"capabilities\":[{\"name\":\"rows\",\"version\":\"3\"}],"
              "\"lean_version\":\"4.28.0\",\"extra\":{\"b\":1,\"a\":[]}}");

    (void)state;
    assert_int_equal(metadata->command_count, 2);
    assert_string_equal(metadata->commands[0].name, "stats");
    assert_string_equal(metadata->commands[0].version, "1");
    assert_string_equal(metadata->commands[1].name, "\xc3\xa9tat");
    assert_int_equal(metadata->capability_count, 1);
    assert_string_equal(metadata->capabilities[0].version, "3");
    assert_string_equal(metadata->lean_version, "4.28.0");
    assert_string_equal(metadata->extra, "{\"a\":[],\"b\":1}");
    lw_metadata_destroy(metadata);
}

static void
nothing_has_to_be_there(void **state)
{
    lw_metadata *metadata = parse("{}");

    (void)state;
    assert_int_equal(metadata->command_count, 0);
    assert_int_equal(metadata->capability_count, 0);
    assert_string_equal(metadata->lean_version, "");
    assert_string_equal(metadata->extra, "null");
    lw_metadata_destroy(metadata);
    lw_metadata_destroy(NULL);
}

static void
what_is_wrong_is_named_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *place;
    } cases[] = {
        { "", "at \"\"" },
        { "[]", "at \"\"" },
        { "{} x", "at \"\"" },
        { "{\"a\":1,\"a\":2}", "at \"\"" },
        { "{\"commands\":{}}", "at \"/commands\"" },
        { "{\"commands\":[1]}", "at \"/commands/0\"" },
        { "{\"commands\":[{\"name\":\"a\",\"version\":\"1\"},{}]}",
          "at \"/commands/1/name\"" },
        { "{\"capabilities\":[{\"name\":\"a\",\"version\":1}]}",
          "at \"/capabilities/0/version\"" },
        { "{\"lean_version\":4}", "at \"/lean_version\"" },
        { "{\"lean_version\":\"\xff\"}", "at \"\"" },
        { "{\"lean_version\":\"a\\u0000b\"}", "at \"\"" },
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lw_metadata *metadata = NULL;

        assert_int_equal(
            lw_metadata_parse(&metadata, span(cases[i].text), &err),
            LW_EMETADATA);
        assert_null(metadata);
        if (strstr(err.message, cases[i].place) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
    assert_int_equal(lw_metadata_parse(NULL, span("{}"), &err), LW_EINVAL);
}

/* Nested deeper than any author means it. */
static void
a_deep_nest_is_refused(void **state)
{
    enum { DEPTH = 100000, CLOSED = 1000 };
    static char text[DEPTH + 16] = "{\"extra\":";
    lw_metadata *metadata = NULL;
    size_t start = strlen(text);

    (void)state;
    memset(text + start, '[', DEPTH);
    assert_int_equal(
        lw_metadata_parse(&metadata, (lw_span){ text, start + DEPTH }, &err),
        LW_EMETADATA);
    /* JSON that is whole as well: to write it again takes a stack, too. */
    memset(text + start + CLOSED, ']', CLOSED);
    text[start + 2 * CLOSED] = '}';
    assert_int_equal(
        lw_metadata_parse(&metadata, (lw_span){ text, start + 2 * CLOSED + 1 },
                          &err),
        LW_EMETADATA);
    assert_non_null(strstr(err.message, "nested too deeply"));
}

static void
compare(const char *actual, const char *expected, lw_metadata_match match,
        int rc, const char *word)
{
    lw_metadata *a = parse(actual), *b = parse(expected);

    assert_int_equal(lw_metadata_compare(a, b, match, &err), rc);
    if (rc != LW_OK && strstr(err.message, word) == NULL)
        fail_msg("%s", err.message);
    lw_metadata_destroy(a);
    lw_metadata_destroy(b);
}

#define ONE "{\"commands\":[{\"name\":\"a\",\"version\":\"1\"}]}"
#define TWO                                                                    \
    "{\"commands\":[{\"name\":\"b\",\"version\":\"1\"},"                       \
    "{\"version\":\"1\",\"name\":\"a\"}],\"lean_version\":\"4\"}"
#define NEWER "{\"commands\":[{\"name\":\"a\",\"version\":\"2\"}]}"

static void
what_is_expected_must_be_there(void **state)
{
    (void)state;
    compare(TWO, ONE, LW_METADATA_INCLUDES, LW_OK, "");
    compare(ONE, TWO, LW_METADATA_INCLUDES, LW_EMISMATCH, "`b`");
    compare(NEWER, ONE, LW_METADATA_INCLUDES, LW_EMISMATCH, "`1` was expected");
    compare(ONE, "{\"lean_version\":\"4\"}", LW_METADATA_INCLUDES, LW_EMISMATCH,
            "Lean `4`");
    compare(ONE, "{\"capabilities\":[{\"name\":\"a\",\"version\":\"1\"}]}",
            LW_METADATA_INCLUDES, LW_EMISMATCH, "capability `a`");
}

static void
exact_is_the_same_value_and_not_the_same_text(void **state)
{
    (void)state;
    compare(ONE,
            "{ \"commands\": [ {\"version\": \"\\u0031\", \"name\":\"a\"} ]}",
            LW_METADATA_EXACT, LW_OK, "");
    compare(ONE, TWO, LW_METADATA_EXACT, LW_EMISMATCH,
            "expected {\"commands\"");
    compare("{\"extra\":1}", "{\"extra\":1.0}", LW_METADATA_EXACT, LW_EMISMATCH,
            "1.0");
    compare("{\"unknown\":1}", "{}", LW_METADATA_EXACT, LW_EMISMATCH,
            "unknown");
}

static void
strangers_are_not_compared(void **state)
{
    lw_metadata *metadata = parse("{}");

    (void)state;
    assert_int_equal(
        lw_metadata_compare(metadata, NULL, LW_METADATA_EXACT, &err),
        LW_EINVAL);
    assert_int_equal(
        lw_metadata_compare(metadata, metadata, (lw_metadata_match)9, &err),
        LW_EINVAL);
    lw_metadata_destroy(metadata);
}

/* ---- doctor ---- */

static void
findings_are_read_in_order(void **state)
{
    lw_doctor_report *report = NULL;

    (void)state;
    assert_int_equal(
        lw_doctor_parse(
            &report,
            span("{\"diagnostics\":["
                 "{\"severity\":\"error\",\"code\":\"no_cache\","
                 "\"message\":\"build it\",\"details\":{\"b\":2,\"a\":1}},"
                 "{\"severity\":\"info\",\"code\":\"ok\",\"message\":\"\"}]}"),
            &err),
        LW_OK);
    assert_int_equal(report->finding_count, 2);
    assert_int_equal(report->errors, 1);
    assert_int_equal(report->warnings, 0);
    assert_int_equal(report->findings[0].severity, LW_DOCTOR_ERROR);
    assert_string_equal(report->findings[0].code, "no_cache");
    assert_string_equal(report->findings[0].details, "{\"a\":1,\"b\":2}");
    assert_string_equal(report->findings[1].details, "null");
    lw_doctor_report_destroy(report);
    lw_doctor_report_destroy(NULL);
}

static void
a_wrong_report_is_named_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *place;
    } cases[] = {
        { "null", "at \"\"" },
        { "{\"diagnostics\":1}", "at \"/diagnostics\"" },
        { "{\"diagnostics\":[{\"severity\":\"bad\",\"code\":\"a\","
          "\"message\":\"b\"}]}",
          "at \"/diagnostics/0/severity\"" },
        { "{\"diagnostics\":[{\"severity\":\"info\",\"code\":\"a\"}]}",
          "at \"/diagnostics/0/message\"" },
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lw_doctor_report *report = NULL;

        assert_int_equal(lw_doctor_parse(&report, span(cases[i].text), &err),
                         LW_EDOCTOR);
        assert_null(report);
        if (strstr(err.message, cases[i].place) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
    assert_string_equal(lw_doctor_severity_name(LW_DOCTOR_WARNING), "warning");
    assert_string_equal(lw_doctor_severity_name((lw_doctor_severity)7),
                        "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(nothing_has_to_be_there),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(a_deep_nest_is_refused),
        cmocka_unit_test(what_is_expected_must_be_there),
        cmocka_unit_test(exact_is_the_same_value_and_not_the_same_text),
        cmocka_unit_test(strangers_are_not_compared),
        cmocka_unit_test(findings_are_read_in_order),
        cmocka_unit_test(a_wrong_report_is_named_with_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

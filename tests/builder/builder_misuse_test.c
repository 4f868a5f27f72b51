/* builder_misuse_test.c - bounds of a report, specs that are refused, words. */
#include "builder/builder_support.h"

#include "builder/findings.h"

/* ---- bounds ---- */

/* More modules are missing than a report has room for. */
static void
a_report_is_bounded(void **state)
{
    static char text[64 * 1024];
    size_t used = 0, i;

    (void)state;
    for (i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "import Nope%zu\n", i);
    lwt_sandbox_file(&box, "p/A/B.lean", text);
    check();
    assert_true(report->truncated);
    assert_int_equal(report->finding_count, LW_BOOTSTRAP_FINDINGS_MAX);
    assert_int_equal(report->errors, 1001);
    for (i = 0; i < report->finding_count; i++)
        assert_int_equal(report->findings[i].severity, LW_BOOTSTRAP_ERROR);
}

static void
a_text_is_bounded_and_printable(void **state)
{
    static char name[10001];
    size_t i;

    (void)state;
    memset(name, '\x1b', sizeof(name) - 1);
    spec.library = name;
    check();
    expect(LW_BOOTSTRAP_UNKNOWN_TARGET, LW_BOOTSTRAP_ERROR, "????", "????");
    for (i = 0; i < report->finding_count; i++) {
        assert_true(strlen(report->findings[i].message) <=
                    LW_BOOTSTRAP_TEXT_MAX);
        assert_null(strchr(report->findings[i].subject, '\x1b'));
    }
}

/* ---- misuse ---- */

static void
a_spec_is_checked(void **state)
{
    const char *none[] = { NULL };
    lw_session_key *key = NULL;
    lw_builder_spec bad;

    (void)state;
    assert_int_equal(lw_builder_check(NULL, runtime, &spec, &err), LW_EINVAL);
    assert_int_equal(lw_builder_check(&report, runtime, NULL, &err), LW_EINVAL);
    assert_int_equal(lw_builder_make_key(NULL, &spec, &err), LW_EINVAL);
    assert_int_equal(lw_builder_make_key(&key, NULL, &err), LW_EINVAL);
    bad = spec;
    bad.struct_size = 3;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    bad = spec;
    bad.worker.struct_size = 3;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    bad = spec;
    bad.build_timeout_ms = 0;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    bad = spec;
    bad.output_limit = 0;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    bad = spec;
    bad.imports = none;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    bad = spec;
    bad.metadata.match = (lw_metadata_match)7;
    assert_int_equal(lw_builder_check(&report, runtime, &bad, &err), LW_EINVAL);
    assert_int_equal(lw_builder_check(&report, (lw_runtime *)&box, &spec, &err),
                     LW_EBADHANDLE);
    assert_null(report);
    assert_null(key);
}

static void
a_check_can_be_cancelled(void **state)
{
    lw_cancel *cancel = NULL;

    (void)state;
    assert_int_equal(lw_cancel_create(&cancel, &err), LW_OK);
    lw_cancel_set(cancel);
    spec.cancel = cancel;
    assert_int_equal(lw_builder_check(&report, runtime, &spec, &err),
                     LW_ECANCELLED);
    assert_null(report);
    lw_cancel_destroy(cancel);
}

/* Each code has a word and a sentence of its own, and each error a hint. */
static void
codes_have_words(void **state)
{
    static const lw_bootstrap_code codes[] = {
#define CODE(code, number, word, severity, stage, status, text) code,
        LW_BOOTSTRAP_MAP(CODE)
#undef CODE
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(codes); i++) {
        for (j = 0; j < i; j++) {
            assert_int_not_equal(codes[i], codes[j]);
            assert_string_not_equal(lw_bootstrap_code_name(codes[i]),
                                    lw_bootstrap_code_name(codes[j]));
        }
        assert_true(strlen(lw_bootstrap_code_text(codes[i])) > 10);
        if (codes[i] != LW_BOOTSTRAP_FOUND)
            assert_true(strlen(lwi_bootstrap_hint(codes[i])) > 10);
    }
    assert_string_equal(lw_bootstrap_code_name((lw_bootstrap_code)9999),
                        "unknown");
    assert_string_equal(lw_bootstrap_code_text((lw_bootstrap_code)9999),
                        "unknown");
    assert_string_equal(lw_bootstrap_severity_name((lw_bootstrap_severity)9999),
                        "unknown");
    assert_string_equal(lw_bootstrap_severity_name(LW_BOOTSTRAP_WARNING),
                        "warning");
    assert_string_equal(lw_builder_stage_name(LW_BUILDER_STAGE_DOCTOR),
                        "doctor");
    assert_string_equal(lw_builder_stage_name((lw_builder_stage)9999),
                        "unknown");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_report_is_bounded), CASE(a_text_is_bounded_and_printable),
        CASE(a_spec_is_checked),   CASE(a_check_can_be_cancelled),
        CASE(codes_have_words),
    };

    return LWT_RUN(tests);
}

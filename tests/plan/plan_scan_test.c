/* plan_scan_test.c - imports found without Lean, and surveys of projects. */
#include "plan/scan.h"
#include "base/buf.h"
#include "plan/plan_support.h"
#include "plan/survey.h"

/* ---- headers ---- */

/* "A B" of a text, "A ! 2:5 what" where there is a fault behind A. */
static void
expect_scan(const char *text, const char *wanted)
{
    lw_span all = { text, strlen(text) }, name;
    struct lwi_scan scan;
    struct lwi_buf found;
    uint32_t line, column;

    lwi_buf_init(&found, &lwi_system_allocator);
    lwi_scan_init(&scan, all);
    if (scan.is_module)
        lwi_buf_append_text(&found, "module ");
    if (scan.is_prelude)
        lwi_buf_append_text(&found, "prelude ");
    while (lwi_scan_next(&scan, &name))
        lwi_buf_printf(&found, "%.*s ", (int)name.size, name.data);
    if (scan.fault != NULL) {
        lwi_scan_place(all, scan.at, &line, &column);
        lwi_buf_printf(&found, "! %u:%u ", line, column);
    }
    if (strcmp(lwi_buf_peek_text(&found), wanted) != 0)
        fail_msg("\"%s\": \"%s\", not \"%s\"", text, lwi_buf_peek_text(&found),
                 wanted);
    lwi_buf_fini(&found);
}

static void
headers_are_scanned(void **state)
{
    static const struct {
        const char *text, *found;
    } cases[] = {
        { "", "" },
        { "import A", "A " },
        { "import A.B import C\ndef x := 1", "A.B C " },
        { "import A\nimport B\n", "A B " },
        { "\xef\xbb\xbfimport A\r\nimport B\r\n", "A B " },
        { "-- import X\nimport A -- import Y\nimport B", "A B " },
        { "/- import X /- nested -/ import Y -/ import A", "A " },
        { "import /- here too -/ A/- and here -/import B", "A B " },
        { "/-! a doc comment -/ import A", "" },
        { "/-- a doc comment -/ import A", "" },
        { "module\npublic import A\npublic meta import B\nmeta import all C",
          "module A B C " },
        { "module prelude\nimport A", "module prelude A " },
        { "prelude\nimport A", "prelude A " },
        { "import A\npublic section\nimport B", "A " },
        { "import A\ndef import := 1", "A " },
        { "imports A", "" },
        { "import «odd name».B", "«odd name».B " },
        { "import Größe.λ₁", "Größe.λ₁ " },
        { "import ../etc", "../etc " },
        { "import", "! 1:6 " },
        { "import A\nimport (B)", "A ! 2:7 " },
        { "-- ä\nimport A /- ö\n", "! 2:9 " },
        { "/- no end", "! 1:0 " },
        { "import «open\nend", "«open " },
    };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++)
        expect_scan(cases[i].text, cases[i].found);
}

/* Each cut of a text, and each byte of it replaced, ends without a crash. */
static void
spoiled_headers_end(void **state)
{
    static const char text[] = "module\n/- /- -/ -/ public import all A.«b c»\n"
                               "import B -- x\nmeta import C";
    static const char bytes[] = { '/', '-', '\n', ' ', '\xc2', 'i', '.' };
    char spoiled[sizeof(text)];
    struct lwi_scan scan;
    lw_span name;
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof(text) - 1; i++) {
        for (j = 0; j < sizeof(bytes); j++) {
            size_t size = j == 0 ? i : sizeof(text) - 1;
            char *copy;

            memcpy(spoiled, text, sizeof(text));
            spoiled[i] = bytes[j];
            copy = malloc(size + 1);
            assert_non_null(copy);
            memcpy(copy, spoiled, size);
            lwi_scan_init(&scan, (lw_span){ copy, size });
            while (lwi_scan_next(&scan, &name))
                assert_true(name.size > 0);
            free(copy);
        }
    }
}

/* ---- surveys ---- */

static void
survey(void)
{
    lw_error err = LW_ERROR_INIT;

    lw_plan_destroy(plan);
    plan = NULL;
    options.worker = NULL; /* it has no use for one */
    if (options.project == NULL &&
        lw_project_open(&options.project, lwt_sandbox_path(&box, "p"), &err) !=
            LW_OK)
        fail_msg("%s", err.message);
    if (lwi_plan_survey(&plan, &options, &err) != LW_OK)
        fail_msg("%s", err.message);
}

static void
a_survey_needs_no_lean(void **state)
{
    const lw_plan_module *top;

    (void)state;
    write_lakefile("globs = ['A.*']\n");
    lwt_sandbox_file(&box, "p/A.lean",
                     "import A.B\nimport Std\n"
                     "import LeanWorker\n");
    lwt_sandbox_file(&box, "p/A/B.lean", "def b := 1\n");
    survey();
    assert_int_equal(plan->problem_count, 0);
    assert_int_equal(plan->planned_count, 2);
    assert_int_equal(plan->batch_count, 0);
    top = module_of("A");
    assert_int_equal(top->import_count, 3);
    assert_string_equal(top->library, "A");
    assert_string_equal(module_of("LeanWorker")->path, "");
    assert_false(module_of("Std")->has_source);
}

static void
a_survey_finds_what_is_wrong(void **state)
{
    (void)state;
    write_lakefile("globs = ['A.*']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import A.B");
    lwt_sandbox_file(&box, "p/A/B.lean", "import A.C");
    lwt_sandbox_file(&box, "p/A/C.lean", "import A.B");
    lwt_sandbox_file(&box, "p/A/D.lean", "import Nowhere");
    lwt_sandbox_file(&box, "p/A/E.lean", "import\n");
    survey();
    expect_problem(LW_PLAN_CYCLE, "A.B", "A.C");
    expect_problem(LW_PLAN_BROKEN_IMPORT, "A", "A.B");
    expect_problem(LW_PLAN_MISSING, "A.D", "Nowhere");
    expect_problem(LW_PLAN_BAD_HEADER, "A.E", "name of a module");
}

/* What is the project's is still looked for. */
static void
a_survey_needs_no_toolchain(void **state)
{
    const lw_toolchain *kept = options.toolchain;

    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import Std\nimport A.B\n");
    options.toolchain = NULL;
    survey();
    options.toolchain = kept;
    assert_string_equal(module_of("Std")->path, "");
    assert_int_equal(plan->problem_count, 1);
    expect_problem(LW_PLAN_MISSING, "A", "A.B");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_scanned),
        cmocka_unit_test(spoiled_headers_end),
        cmocka_unit_test_setup_teardown(a_survey_needs_no_lean, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_survey_finds_what_is_wrong, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_survey_needs_no_toolchain, set_up,
                                        tear_down),
    };

    return LWT_RUN(tests);
}

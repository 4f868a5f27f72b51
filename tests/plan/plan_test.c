/* plan_test.c - plans of projects and libraries that are only files. */
#include "plan/plan_support.h"

#include "base/path.h"

/* ---- the toolchain's library ---- */

static void
a_library_is_planned_from_its_oleans(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "tc/lib/lean/._Init.olean", "junk");
    lwt_sandbox_file(&box, "tc/lib/lean/Init.olean.private", "junk");
    make_plan();
    assert_int_equal(plan->problem_count, 0);
    assert_int_equal(plan->planned_count, 3);
    expect_batches("Init.Prelude | Init | Std");
    assert_string_equal(module_of("Std")->library, "Std");
    assert_false(module_of("Std")->has_source);
    assert_true(module_of("Init.Prelude")->header->is_prelude);
    assert_string_equal(module_of("Std")->header->key.data, "public Init");
    assert_int_equal(plan->batches[2].session_modules, 2);
    assert_int_equal(plan->batches[2].session_bytes,
                     module_of("Init")->bytes +
                         module_of("Init.Prelude")->bytes);
}

static void
patterns_choose(void **state)
{
    static const struct {
        const char *pattern, *batches;
    } cases[] = {
        { "Init", "Init" },           { "Init.*", "Init.Prelude | Init" },
        { "Init.+", "Init.Prelude" }, { "*", "Init.Prelude | Init | Std" },
        { "«Std»", "Std" },
    };
    const char *modules[] = { NULL, NULL };
    size_t i;

    (void)state;
    options.modules = modules;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        modules[0] = cases[i].pattern;
        make_plan();
        expect_batches(cases[i].batches);
        assert_int_equal(plan->problem_count, 0);
    }
    modules[0] = "Nope.*";
    make_plan();
    expect_problem(LW_PLAN_MISSING, "", "Nope.*");
}

static void
odd_patterns_are_refused(void **state)
{
    static const char *const odd[] = { "",      "..",  "../A", "A.", ".*",
                                       "A.*.B", "A B", "/etc", "**" };
    const char *modules[] = { NULL, NULL };
    size_t i;

    (void)state;
    options.modules = modules;
    for (i = 0; i < LWI_COUNT(odd); i++) {
        lw_plan_destroy(plan);
        plan = NULL;
        modules[0] = odd[i];
        must_fail(LW_EINVAL, "no pattern of modules");
    }
}

static void
sessions_for_declarations_import_the_modules(void **state)
{
    (void)state;
    options.session = LW_PLAN_FOR_DECLARATIONS;
    make_plan();
    expect_batches("Init Init.Prelude | Std");
    assert_null(plan->batches[0].header);
    assert_string_equal(plan->batches[0].imports[0], "Init");
    assert_string_equal(plan->batches[0].imports[1], "Init.Prelude");
    assert_null(plan->batches[0].imports[2]);
    assert_int_equal(plan->batches[1].session_modules, 3);
}

static void
batches_have_bounds(void **state)
{
    (void)state;
    options.session = LW_PLAN_FOR_DECLARATIONS;
    write_olean("tc/lib/lean/Std/A.olean", "Init", NULL);
    write_olean("tc/lib/lean/Std/B.olean", "Init", NULL);
    write_olean("tc/lib/lean/Std/C.olean", "Init", NULL);
    options.batch_modules = 3;
    make_plan();
    expect_batches("Init Init.Prelude | Std Std.A Std.B | Std.C");
    options.batch_modules = LW_NO_LIMIT;
    options.batch_bytes = module_of("Init")->bytes +
                          module_of("Init.Prelude")->bytes +
                          2 * module_of("Std.A")->bytes;
    make_plan();
    expect_batches("Init Init.Prelude | Std Std.A | Std.B Std.C");
    assert_false(plan->batches[1].over_budget);
    options.batch_bytes = 1;
    make_plan();
    expect_batches("Init | Init.Prelude | Std | Std.A | Std.B | Std.C");
    assert_true(plan->batches[0].over_budget);
}

static void
an_olean_that_is_none_is_a_problem(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "tc/lib/lean/Bad.olean", "olean\002 but no more");
    write_olean("tc/lib/lean/User.olean", "Init", "Bad", NULL);
    write_olean("tc/lib/lean/Lost.olean", "Nowhere.At.All", NULL);
    write_olean("tc/lib/lean/Odd.olean", "Init", "..", NULL);
    make_plan();
    expect_problem(LW_PLAN_BAD_OLEAN, "Bad", "not an .olean");
    expect_problem(LW_PLAN_BROKEN_IMPORT, "User", "Bad");
    expect_problem(LW_PLAN_MISSING, "Lost", "Nowhere.At.All");
    expect_problem(LW_PLAN_BAD_OLEAN, "Odd", "module's name");
    expect_batches("Init.Prelude | Init | Std");
    assert_true(module_of("User")->broken);
    assert_string_equal(module_of("User")->fingerprint, "");
}

/* ---- projects ---- */

static void
make_project(void)
{
    write_lakefile("globs = ['A.*']\n[[lean_lib]]\nname = 'B'\n"
                   "srcDir = 'src'\nleanOptions = { autoImplicit = false }\n"
                   "[[lean_exe]]\nname = 'tool'\nroot = 'Main'\n");
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"version\": 7, \"packages\": [{\"type\": \"git\", "
                     "\"name\": \"dep\"}]}");
    lwt_sandbox_file(&box, "p/A.lean", "import A.One\nimport A.Two\n");
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/Two.lean", "import Dep\n");
    lwt_sandbox_file(&box, "p/A/odd name.lean", "import Dep\n");
    lwt_sandbox_file(&box, "p/Unused.lean", "import Nowhere\n");
    lwt_sandbox_file(&box, "p/src/B.lean", "import B.Deep.X\n");
    lwt_sandbox_file(&box, "p/src/B/Deep/X.lean", "import Std\n");
    lwt_sandbox_file(&box, "p/src/B/NotReached.lean", "import Std\n");
    lwt_sandbox_file(&box, "p/Main.lean", "import B\n");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/lakefile.toml",
                     "name = 'dep'\n[[lean_lib]]\nname = 'Dep'\n");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/Dep.lean", "import Dep.In\n");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/Dep/In.lean", "import Init\n");
}

static void
a_project_is_planned_as_lake_sees_it(void **state)
{
    (void)state;
    make_project();
    make_plan();
    assert_int_equal(plan->problem_count, 0);
    expect_batches("A | A.Two A.«odd name» | A.One | B | B.Deep.X | Main");
    assert_string_equal(module_of("B.Deep.X")->package, "p");
    assert_string_equal(module_of("B.Deep.X")->library, "B");
    assert_true(module_of("B.Deep.X")->has_source);
    assert_string_equal(module_of("Dep.In")->package, "dep");
    assert_false(module_of("Dep.In")->planned);
    assert_string_equal(module_of("Init")->package, "");
    assert_string_equal(plan->batches[3].options[0], "autoImplicit=false");
    assert_null(plan->batches[0].options[0]);
    assert_string_equal(lw_session_key_get_project_root(plan->batches[0].key),
                        plan->project);
    assert_string_equal(lw_session_key_get_library(plan->batches[3].key), "B");
}

static void
modules_of_packages_can_be_named(void **state)
{
    static const char *const modules[] = { "Dep.*", "B.NotReached", "Std",
                                           NULL };

    (void)state;
    make_project();
    options.modules = modules;
    make_plan();
    expect_batches("Std | Dep | Dep.In | B.NotReached");
}

static void
what_is_built_counts(void **state)
{
    lw_error err = LW_ERROR_INIT;

    (void)state;
    make_project();
    write_olean("p/.lake/build/lib/lean/B/Deep/X.olean", "Std", NULL);
    make_plan();
    assert_int_equal(module_of("B.Deep.X")->bytes, 0);
    if (lw_project_load(options.project, toolchain, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    make_plan();
    assert_true(module_of("B.Deep.X")->bytes > 0);
    assert_true(module_of("B.Deep.X")->has_source);
    assert_string_equal(plan->search_path[0],
                        lwt_sandbox_path(&box, "p/.lake/build/lib/lean"));
}

/* A package with a lakefile.lean, which nothing here can run. */
static void
compiled_packages_do(void **state)
{
    lw_error err = LW_ERROR_INIT;

    (void)state;
    make_project();
    assert_int_equal(
        remove(lwt_sandbox_path(&box, "p/.lake/packages/dep/lakefile.toml")),
        0);
    lwt_sandbox_file(&box, "p/.lake/packages/dep/lakefile.lean", "import Lake");
    make_plan();
    expect_problem(LW_PLAN_MISSING, "A.Two", "Dep");
    write_olean("p/.lake/packages/dep/.lake/build/lib/lean/Dep.olean", "Init",
                NULL);
    if (lw_project_load(options.project, toolchain, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    make_plan();
    assert_int_equal(plan->problem_count, 0);
    assert_false(module_of("Dep")->has_source);
}

/* ---- stability ---- */

static void
ids_and_fingerprints(char ids[8][2][17])
{
    size_t i;

    assert_int_equal(plan->batch_count, 6);
    for (i = 0; i < plan->batch_count; i++) {
        snprintf(ids[i][0], 17, "%s", plan->batches[i].id);
        snprintf(ids[i][1], 17, "%s", plan->batches[i].fingerprint);
    }
}

static void
what_changes_changes_what_rests_on_it(void **state)
{
    char before[8][2][17], after[8][2][17];
    size_t i;

    (void)state;
    make_project();
    make_plan();
    ids_and_fingerprints(before);
    make_plan();
    ids_and_fingerprints(after);
    assert_memory_equal(before, after, sizeof(before[0]) * 6);
    lwt_sandbox_file(&box, "p/src/B/Deep/X.lean", "import Std\n-- more\n");
    make_plan();
    ids_and_fingerprints(after);
    for (i = 0; i < 6; i++) {
        bool changed = strcmp(before[i][1], after[i][1]) != 0;

        assert_string_equal(before[i][0], after[i][0]);
        assert_int_equal(changed, i >= 3); /* B, B.Deep.X, Main */
    }
}

static void
a_changed_lakefile_or_toolchain_changes_fingerprints(void **state)
{
    char before[8][2][17], after[8][2][17];

    (void)state;
    make_project();
    make_plan();
    ids_and_fingerprints(before);
    write_lakefile("globs = ['A.*']\n[[lean_lib]]\nname = 'B'\n"
                   "srcDir = 'src'\nleanOptions = { autoImplicit = true }\n"
                   "[[lean_exe]]\nname = 'tool'\nroot = 'Main'\n");
    make_plan();
    ids_and_fingerprints(after);
    assert_string_equal(before[0][1], after[0][1]);
    assert_string_not_equal(before[3][1], after[3][1]);
    write_olean("tc/lib/lean/Init.olean", "Init.Prelude", "Init.Prelude", NULL);
    make_plan();
    ids_and_fingerprints(after);
    assert_string_equal(before[0][0], after[0][0]);
    assert_string_not_equal(before[0][1], after[0][1]);
}

/* ---- what is wrong ---- */

static void
rings_are_named_in_order(void **state)
{
    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import A.C\nimport A.Good\n");
    lwt_sandbox_file(&box, "p/A/C.lean", "import A.D\nimport A.B\n");
    lwt_sandbox_file(&box, "p/A/B.lean", "import A.C\n");
    lwt_sandbox_file(&box, "p/A/D.lean", "import A.E\n");
    lwt_sandbox_file(&box, "p/A/E.lean", "import A.C\n");
    lwt_sandbox_file(&box, "p/A/Good.lean", "import Init\n");
    make_plan();
    expect_problem(LW_PLAN_CYCLE, "A.B", "A.B imports A.C, which imports A.B");
    expect_problem(LW_PLAN_BROKEN_IMPORT, "A.C", "");
    expect_problem(LW_PLAN_BROKEN_IMPORT, "A.E", "");
    expect_problem(LW_PLAN_BROKEN_IMPORT, "A", "");
    assert_int_equal(plan->problem_count, 5);
    expect_batches("A.Good");
}

static void
a_module_may_not_import_itself(void **state)
{
    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import A\n");
    make_plan();
    expect_problem(LW_PLAN_CYCLE, "A", "A imports A");
    assert_int_equal(plan->problem_count, 1);
    expect_batches("");
}

static void
long_chains_and_rings_end(void **state)
{
    enum { LENGTH = 3000 };
    char name[64], text[64];
    int i;

    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import A.M0\n");
    for (i = 0; i < LENGTH; i++) {
        snprintf(name, sizeof(name), "p/A/M%d.lean", i);
        snprintf(text, sizeof(text), "import A.M%d\n", (i + 1) % LENGTH);
        lwt_sandbox_file(&box, name, text);
    }
    make_plan();
    expect_problem(LW_PLAN_CYCLE, "A.M0", "A.M0 imports …");
    assert_int_equal(plan->problem_count, LENGTH + 1);
    snprintf(name, sizeof(name), "p/A/M%d.lean", LENGTH - 1);
    lwt_sandbox_file(&box, name, "import Init\n");
    make_plan();
    assert_int_equal(plan->problem_count, 0);
    assert_int_equal(plan->planned_count, LENGTH + 1);
}

static void
two_files_of_one_module_are_a_problem(void **state)
{
    (void)state;
    write_lakefile("[[lean_lib]]\nname = 'other'\nsrcDir = 'src'\n"
                   "roots = ['A']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/src/A.lean", "import Init\n");
    make_plan();
    expect_problem(LW_PLAN_DUPLICATE, "A", "p/src/A.lean");
    expect_batches("");
}

static void
what_lies_nowhere_is_missing(void **state)
{
    (void)state;
    write_lakefile("roots = ['A', 'Gone']\n[[lean_lib]]\nname = 'N'\n"
                   "srcDir = 'no/such'\n");
    lwt_sandbox_file(&box, "p/A.lean", "import A.Gone\n");
    make_plan();
    expect_problem(LW_PLAN_MISSING, "Gone", "the library A has no module Gone");
    expect_problem(LW_PLAN_MISSING, "A", "imports A.Gone");
    expect_problem(LW_PLAN_MISSING, "", "the library N has no folder");
}

static void
links_must_stay_inside(void **state)
{
    (void)state;
    write_lakefile("globs = ['A.*']\n[[lean_lib]]\nname = 'O'\n"
                   "srcDir = '../elsewhere'\n");
    lwt_sandbox_file(&box, "elsewhere/Secret.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/Good.lean", "import Init\n");
    lwt_sandbox_link(&box, "../../elsewhere/Secret.lean", "p/A/Link.lean");
    lwt_sandbox_link(&box, "../../elsewhere", "p/A/Folder");
    lwt_sandbox_link(&box, "Good.lean", "p/A/Inside.lean");
    lwt_sandbox_link(&box, "nothing", "p/A/Broken.lean");
    lwt_sandbox_link(&box, "..", "p/A/Up");
    /* One name begins like the other, and that is all. */
    lwt_sandbox_file(&box, "p/A/Deep/X.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/Deeper/Y.lean", "import Init\n");
    lwt_sandbox_link(&box, "../Deep", "p/A/Deeper/Link");
    lwt_sandbox_file(&box, "p-other/Z.lean", "import Init\n");
    lwt_sandbox_link(&box, "../../p-other", "p/A/Other");
    make_plan();
    expect_problem(LW_PLAN_OUTSIDE, "A.Link", "outside of the package");
    expect_problem(LW_PLAN_OUTSIDE, "", "outside of the package");
    expect_problem(LW_PLAN_OUTSIDE, "", "the folder of the library O");
    expect_problem(LW_PLAN_UNREADABLE, "A.Broken", "");
    expect_problem(LW_PLAN_UNREADABLE, "", "leads back up");
    expect_batches("A.Deep.X A.Deeper.Link.X A.Deeper.Y A.Good A.Inside");
    assert_int_equal(plan->problem_count, 6);
}

static void
files_must_be_text(void **state)
{
    (void)state;
    write_lakefile("globs = ['A.+']\n");
    lwt_sandbox_bytes(&box, "p/A/Latin.lean", "-- \xe9\n", 5, 0644);
    lwt_sandbox_bytes(&box, "p/A/Nul.lean", "--\0\n", 4, 0644);
    lwt_sandbox_file(&box, "p/A/Secret.lean", "import Init\n");
    assert_int_equal(mkfifo(lwt_sandbox_path(&box, "p/A/Pipe.lean"), 0644), 0);
    chmod(lwt_sandbox_path(&box, "p/A/Secret.lean"), 0);
    make_plan();
    expect_problem(LW_PLAN_UNREADABLE, "A.Latin", "UTF-8");
    expect_problem(LW_PLAN_UNREADABLE, "A.Nul", "NUL");
    expect_problem(LW_PLAN_UNREADABLE, "A.Pipe", "");
    if (geteuid() != 0)
        expect_problem(LW_PLAN_UNREADABLE, "A.Secret", "ermission");
}

static void
names_must_be_names(void **state)
{
    (void)state;
    write_lakefile("globs = ['A.*', '../B', '*']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import A..B\n");
    lwt_sandbox_file(&box, "p/A/Bad\x01.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/B«ad».lean", "import Init\n");
    make_plan();
    expect_problem(LW_PLAN_BAD_NAME, "", "../B of the library A");
    expect_problem(LW_PLAN_BAD_NAME, "", "* of the library A");
    expect_problem(LW_PLAN_BAD_NAME, "", "B«ad»");
    expect_problem(LW_PLAN_BAD_NAME, "A", "A..B");
    assert_int_equal(plan->problem_count, 5);
    expect_batches("");
}

static void
lean_says_what_is_wrong_with_a_header(void **state)
{
    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\nimport\n");
    make_plan();
    expect_problem(LW_PLAN_BAD_HEADER, "A", "unexpected");
    assert_int_equal(plan->problems[0].line, 2);
    assert_int_equal(plan->problems[0].column, 6);
}

static void
a_plan_that_cannot_be_made_says_why(void **state)
{
    lw_cancel *cancel = NULL;
    lw_plan_options good;

    (void)state;
    write_lakefile("roots = 7\n");
    must_fail(LW_EPROJECT, "lakefile.toml, line 4");
    lwt_sandbox_file(&box, "p/lakefile.lean", "import Lake\n");
    must_fail(LW_EPROJECT, "lakefile.lean is a program");
    remove(lwt_sandbox_path(&box, "p/lakefile.lean"));
    remove(lwt_sandbox_path(&box, "p/lakefile.toml"));
    must_fail(LW_EPROJECT, "cannot read");
    write_lakefile("");
    lwt_sandbox_file(&box, "p/lake-manifest.json", "{");
    must_fail(LW_EPROJECT, "lake-manifest.json");
    remove(lwt_sandbox_path(&box, "p/lake-manifest.json"));
    assert_int_equal(lw_cancel_create(&cancel, NULL), LW_OK);
    lw_cancel_set(cancel);
    options.cancel = cancel;
    must_fail(LW_ECANCELLED, "cancelled");
    options.cancel = NULL;
    lw_cancel_destroy(cancel);
    good = options;
    options.toolchain = NULL;
    must_fail(LW_EINVAL, "toolchain");
    options = good;
    options.batch_modules = 0;
    must_fail(LW_EINVAL, "batch_modules");
    options = good;
    options.session = (lw_plan_session)7;
    must_fail(LW_EINVAL, "session");
    options = good;
    options.modules = (const char *const[]){ NULL };
    must_fail(LW_EINVAL, "modules");
    options = good;
    options.metadata.export_name = "E";
    options.metadata.expected = (lw_span){ "{", 1 };
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    must_fail(LW_EINVAL, "metadata");
    options = good;
    assert_int_equal(lw_plan_create(NULL, &options, NULL), LW_EINVAL);
    assert_int_equal(lw_plan_create(&plan, NULL, NULL), LW_EINVAL);
    lw_plan_destroy(NULL);
}

/* The toolchain's lean is a script that fails. */
static void
a_worker_that_does_not_start_ends_the_plan(void **state)
{
    lw_error err = LW_ERROR_INIT;

    (void)state;
    write_lakefile("");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    make_plan();
    lw_plan_destroy(plan);
    options.worker = NULL;
    assert_true(lw_plan_create(&plan, &options, &err) < 0);
    assert_null(plan);
    assert_true(err.status < 0);
}

static void
problems_have_words(void **state)
{
    (void)state;
    assert_string_equal(lw_plan_problem_name(LW_PLAN_CYCLE), "cycle");
    assert_string_equal(lw_plan_problem_name((lw_plan_problem_code)99),
                        "unknown");
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_library_is_planned_from_its_oleans),
        T(patterns_choose),
        T(odd_patterns_are_refused),
        T(sessions_for_declarations_import_the_modules),
        T(batches_have_bounds),
        T(an_olean_that_is_none_is_a_problem),
        T(a_project_is_planned_as_lake_sees_it),
        T(modules_of_packages_can_be_named),
        T(what_is_built_counts),
        T(compiled_packages_do),
        T(what_changes_changes_what_rests_on_it),
        T(a_changed_lakefile_or_toolchain_changes_fingerprints),
        T(rings_are_named_in_order),
        T(a_module_may_not_import_itself),
        T(long_chains_and_rings_end),
        T(two_files_of_one_module_are_a_problem),
        T(what_lies_nowhere_is_missing),
        T(links_must_stay_inside),
        T(files_must_be_text),
        T(names_must_be_names),
        T(lean_says_what_is_wrong_with_a_header),
        T(a_plan_that_cannot_be_made_says_why),
        T(a_worker_that_does_not_start_ends_the_plan),
        cmocka_unit_test(problems_have_words),
    };

    return LWT_RUN(tests);
}

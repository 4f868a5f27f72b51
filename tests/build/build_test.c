/* build_test.c - direct builds, with a script that plays lean. */
#include "build/build_support.h"

#include <pthread.h>
#include <sys/file.h>

#include <lean_worker/project.h>

#include "base/path.h"
#include "base/text.h"

/* ---- what is compiled when ---- */

static void
imports_come_first_and_once(void **state)
{
    (void)state;
    options.jobs = 1;
    write_modules();
    must_build();
    assert_int_equal(build->way, LW_BUILD_DIRECT);
    expect_compiled("A.One A.Two A ");
    assert_int_equal(build->built, 3);
    assert_int_equal(build->total, 3);
    assert_int_equal(build->failed, 0);
    must_build();
    expect_compiled("");
    assert_int_equal(build->fresh, 3);
    assert_int_equal(build->built, 0);
}

static void
what_changed_is_compiled_again(void **state)
{
    (void)state;
    options.jobs = 1;
    write_modules();
    must_build();
    expect_compiled("A.One A.Two A ");
    lwt_sandbox_file(&box, "p/A/Two.lean", "import Init\n-- new\n");
    must_build();
    expect_compiled("A.Two A ");
    assert_int_equal(build->fresh, 1);
    /* As it was: but the other is gone. */
    lwt_sandbox_file(&box, "p/A/Two.lean", "import Init\n");
    must_build();
    expect_compiled("A.Two A ");
}

static void
modules_that_were_damaged_are_compiled_again(void **state)
{
    char path[PATH_MAX];

    (void)state;
    options.jobs = 1;
    write_modules();
    must_build();
    expect_compiled("A.One A.Two A ");
    snprintf(path, sizeof(path), "%s/lib/A/One.olean", build->folder);
    assert_int_equal(truncate(path, 1), 0);
    must_build();
    expect_compiled("A.One ");
}

static void
sources_that_are_gone_leave_nothing(void **state)
{
    char path[PATH_MAX];

    (void)state;
    write_modules();
    must_build();
    snprintf(path, sizeof(path), "%s/lib/A/Two.olean", build->folder);
    assert_true(lwi_path_is_there(path));
    unlink(lwt_sandbox_path(&box, "p/A/Two.lean"));
    lwt_sandbox_file(&box, "p/A.lean", "import A.One\n");
    must_build();
    assert_false(lwi_path_is_there(path));
    assert_int_equal(build->failed, 0);
}

static void
sessions_find_what_was_built(void **state)
{
    lw_project *project = NULL;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    write_modules();
    must_build();
    if (lw_project_open(&project, options.project, &err) != LW_OK ||
        lw_project_load(project, options.toolchain, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    assert_string_equal(lw_project_get_search_path(project)[0],
                        build->search_path[0]);
    assert_string_equal(lw_project_get_warning(project), "");
    lw_project_destroy(project);
}

static void
targets_choose(void **state)
{
    static const char *const module[] = { "A.One", NULL };
    static const char *const library[] = { "B", NULL };
    static const char *const both[] = { "+A.Two", "B", NULL };
    static const char *const nothing[] = { "A.One", "Nope", NULL };
    static const char *const option[] = { "--old", NULL };

    (void)state;
    options.jobs = 1;
    write_lakefile("[[lean_lib]]\nname = 'B'\n");
    write_modules();
    lwt_sandbox_file(&box, "p/B.lean", "import A.One\n");
    options.targets = module;
    must_build();
    expect_compiled("A.One ");
    options.targets = library;
    must_build();
    expect_compiled("B ");
    options.targets = both;
    must_build();
    expect_compiled("A.Two ");
    options.targets = nothing;
    must_fail(LW_EINVAL, "module Nope", NULL);
    options.targets = option;
    must_fail(LW_EINVAL, "--old", NULL);
}

static void
default_targets_are_the_lakefiles(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\ndefaultTargets = ['B']\n[[lean_lib]]\n"
                     "name = 'A'\n[[lean_lib]]\nname = 'B'\n");
    write_modules();
    lwt_sandbox_file(&box, "p/B.lean", "import Init\n");
    must_build();
    expect_compiled("B ");
}

static void
packages_are_compiled_too(void **state)
{
    (void)state;
    options.jobs = 1;
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"packages\": [{\"type\": \"git\", \"name\": \"d\"}]}");
    lwt_sandbox_file(&box, "p/.lake/packages/d/lakefile.toml",
                     "name = 'd'\n[[lean_lib]]\nname = 'D'\n"
                     "leanOptions = {maxRecDepth = 7}\n");
    lwt_sandbox_file(&box, "p/.lake/packages/d/D.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A.lean", "import D\n");
    must_build();
    expect_compiled(".lake.packages.d.D A ");
    assert_int_equal(build->built, 2);
}

/* ---- what is wrong ---- */

static void
errors_have_places_and_stop_importers(void **state)
{
    (void)state;
    write_modules();
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n-- warn, error\n");
    must_build();
    assert_int_equal(build->failed, 2);
    assert_int_equal(build->failure_count, 2);
    assert_int_equal(build->built, 1);
    expect_failure("A", LW_BUILD_IMPORT_FAILED, 0, "it imports A.One");
    expect_failure("A.One", LW_BUILD_LEAN_ERROR, 3, "it is wrong");
    assert_int_equal(build->failures[1].column, 7);
    assert_int_equal(build->failures[1].diagnostic_count, 2);
    assert_int_equal(build->failures[1].diagnostics[0].severity,
                     LW_SEVERITY_WARNING);
}

static void
lean_that_dies_is_named(void **state)
{
    (void)state;
    write_modules();
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n-- die\n");
    lwt_sandbox_file(&box, "p/A/Two.lean", "import Init\n-- quiet\n");
    must_build();
    expect_failure("A.One", LW_BUILD_LEAN_ENDED, 0, "signal 11");
    expect_failure("A.One", LW_BUILD_LEAN_ENDED, 0, "last words");
    expect_failure("A.Two", LW_BUILD_LEAN_ENDED, 0, "exit code 0");
}

static void
lean_that_cannot_be_started_ends_the_build(void **state)
{
    (void)state;
    write_modules();
    lwt_sandbox_bytes(&box, "tc/bin/lean", "#!/no/such/shell\n", 17, 0755);
    must_fail(LW_ESPAWN, "lean", NULL);
}

static void
output_is_bounded(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n-- spill\n");
    options.output_limit = 1000;
    must_build();
    assert_true(build->output_truncated);
    assert_int_equal(build->failed, 0);
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n-- error\n");
    options.output_limit = 4;
    must_build();
    assert_true(build->output_truncated);
    assert_int_equal(build->failures[0].diagnostic_count, 0);
}

static void
bad_modules_are_named(void **state)
{
    (void)state;
    write_lakefile("globs = ['A.*']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/Ring.lean", "import A.Round\n");
    lwt_sandbox_file(&box, "p/A/Round.lean", "import A.Ring\n");
    lwt_sandbox_file(&box, "p/A/Lost.lean", "import Init\nimport Nowhere\n");
    lwt_sandbox_file(&box, "else.lean", "import Init\n");
    lwt_sandbox_link(&box, "../../else.lean", "p/A/Away.lean");
    lwt_sandbox_link(&box, "nothing.lean", "p/A/Gone.lean");
    lwt_sandbox_file(&box, "p/A/x\xc2\xab.lean", "import Init\n");
    must_build();
    expect_compiled("A ");
    expect_failure("A.Ring", LW_BUILD_BAD_MODULE, 0, "A.Round");
    expect_failure("A.Lost", LW_BUILD_BAD_MODULE, 2, "Nowhere");
    expect_failure("A.Away", LW_BUILD_BAD_MODULE, 0, "outside");
    expect_failure("A.Gone", LW_BUILD_BAD_MODULE, 0, "");
    expect_failure("", LW_BUILD_BAD_MODULE, 0, "name");
}

#define CHAIN 4000
#define SMALL_STACK ((size_t)256 * 1024)

static void *
build_it(void *user)
{
    lw_error err = LW_ERROR_INIT;

    (void)user;
    lw_build_project(&build, &options, &err);
    return NULL;
}

/* What fails takes a long chain along, and a stack need not be large. */
static void
long_chains_of_imports_fail_without_a_deep_stack(void **state)
{
    char path[64], text[64];
    pthread_attr_t attr;
    pthread_t thread;
    int i;

    (void)state;
    write_lakefile("globs = ['A.*']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/M0.lean", "import Init\n-- error\n");
    for (i = 1; i < CHAIN; i++) {
        snprintf(path, sizeof(path), "p/A/M%d.lean", i);
        snprintf(text, sizeof(text), "import A.M%d\n", i - 1);
        lwt_sandbox_file(&box, path, text);
    }
    assert_int_equal(pthread_attr_init(&attr), 0);
    assert_int_equal(pthread_attr_setstacksize(&attr, SMALL_STACK), 0);
    assert_int_equal(pthread_create(&thread, &attr, build_it, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attr);
    assert_non_null(build);
    assert_int_equal(build->failed, CHAIN);
    assert_int_equal(build->built, 1);
    expect_failure("A.M3999", LW_BUILD_IMPORT_FAILED, 0, "A.M3998");
}

/* LEAN_PATH is cut at colons. */
static void
odd_folders_have_plain_names_for_their_builds(void **state)
{
    char project[PATH_MAX];

    (void)state;
    snprintf(project, sizeof(project), "%s",
             lwt_sandbox_path(&box, "o:d\n \xc3\xa9"));
    lwt_sandbox_file(&box, "o:d\n \xc3\xa9/lakefile.toml",
                     "name = 'p'\n[[lean_lib]]\nname = 'A'\n");
    lwt_sandbox_file(&box, "o:d\n \xc3\xa9/A.lean", "import Init\n");
    options.project = project;
    must_build();
    assert_int_equal(build->built, 1);
    assert_non_null(strstr(build->folder, "/build/o_d____-"));
    options.build_folder = lwt_sandbox_path(&box, "a:b");
    must_fail(LW_EFILE, "colon", "a:b", NULL);
}

static void
two_files_of_one_module_fail(void **state)
{
    (void)state;
    write_lakefile("[[lean_lib]]\nname = 'B'\nsrcDir = 's'\nroots = ['A']\n");
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/s/A.lean", "import Init\n");
    must_build();
    expect_failure("A", LW_BUILD_BAD_MODULE, 0, "both");
    assert_int_equal(build->failures[0].problem, LW_PLAN_DUPLICATE);
    expect_compiled("");
}

static void
a_source_that_changes_meanwhile_is_not_believed(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n-- edit\n");
    must_build();
    expect_failure("A", LW_BUILD_CHANGED, 0, "build again");
    assert_int_equal(build->built, 0);
}

static void
a_project_that_cannot_be_used_is_an_error(void **state)
{
    char nowhere[PATH_MAX];
    const char *project = options.project;

    (void)state;
    snprintf(nowhere, sizeof(nowhere), "%s", lwt_sandbox_path(&box, "tc"));
    options.project = nowhere;
    must_fail(LW_EPROJECT, "lakefile", NULL);
    options.project = project;
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = 'p'\nx = \n");
    must_fail(LW_EPROJECT, "lakefile.toml, line 2", NULL);
    write_lakefile("");
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"packages\": [{\"type\": \"git\", \"name\": \"d\"}]}");
    must_fail(LW_EPROJECT, "not there (d)", NULL);
}

static void
a_folder_that_cannot_be_written_is_an_error(void **state)
{
    char path[PATH_MAX];

    (void)state;
    write_modules();
    snprintf(path, sizeof(path), "%s/below",
             lwt_sandbox_path(&box, "p/A.lean"));
    options.build_folder = path;
    must_fail(LW_EFILE, "below", NULL);
    options.build_folder = "relative";
    must_fail(LW_EINVAL, "absolute", NULL);
}

/* ---- options of the lakefile ---- */

static char *
read_arguments(void)
{
    static char text[65536];
    FILE *file = fopen(lwt_sandbox_path(&box, "arguments"), "r");
    size_t n;

    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    text[n] = '\0';
    fclose(file);
    unlink(lwt_sandbox_path(&box, "arguments"));
    return text;
}

static void
options_reach_the_compiler(void **state)
{
    const char *arguments;

    (void)state;
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\nmoreLeanArgs = ['-DwarningAsError=true']\n"
                     "leanOptions = {autoImplicit = false}\n"
                     "[[lean_lib]]\nname = 'A'\nbuildType = 'debug'\n"
                     "weakLeanArgs = ['-E', 'unused', '-q']\n"
                     "platformIndependent = true\nprecompileModules = true\n");
    must_build();
    arguments = read_arguments();
    assert_non_null(strstr(arguments, "-Dweak.debugAssertions=true "
                                      "-DautoImplicit=false "
                                      "-DwarningAsError=true -E unused -q "));
    assert_non_null(build->notes[0]);
    assert_non_null(strstr(build->notes[0], "precompileModules"));
    expect_compiled("A ");
    must_build();
    expect_compiled("");
    write_lakefile("leanOptions = {autoImplicit = false}\n");
    must_build();
    expect_compiled("A ");
}

static void
native_code_is_refused_with_its_line(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/A.lean", "import Init\n");
    write_lakefile("moreLeanArgs = ['--plugin=x.so']\n");
    must_fail(LW_EUNSUPPORTED, "lakefile.toml, line 4", "--plugin=x.so", NULL);
    write_lakefile("\nplugins = ['x']\n");
    must_fail(LW_EUNSUPPORTED, "line 5", "plugins", NULL);
    write_lakefile("moreLeanArgs = ['--run']\n");
    must_fail(LW_EPROJECT, "line 4", "moreLeanArgs", NULL);
    write_lakefile("buildType = 'fast'\n");
    must_fail(LW_EPROJECT, "line 4", "buildType", NULL);
    write_lakefile("precompileModules = 1\n");
    must_fail(LW_EPROJECT, "line 4", "precompileModules", NULL);
}

/* ---- others, and ends ---- */

/* The lock of the build folder, held by somebody else. */
static int
hold_lock(void)
{
    char path[PATH_MAX];
    int fd;

    write_modules();
    must_build();
    snprintf(path, sizeof(path), "%s/lock", build->folder);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, "4321\n", 5, 0), 5);
    return fd;
}

static void
two_builds_wait_for_each_other(void **state)
{
    int fd = hold_lock();

    (void)state;
    options.lock_timeout_ms = 0;
    must_fail(LW_EBUSY, "process 4321", NULL);
    options.lock_timeout_ms = LW_NO_LIMIT;
    options.timeout_ms = 100;
    must_fail(LW_ETIMEOUT, "another build", "process 4321", NULL);
    options.timeout_ms = LW_NO_LIMIT;
    assert_int_equal(lw_cancel_create(&options.cancel, NULL), LW_OK);
    lw_cancel_set(options.cancel);
    must_fail(LW_ECANCELLED, NULL);
    lw_cancel_destroy(options.cancel);
    options.cancel = NULL;
    close(fd);
    must_build();
    assert_int_equal(build->fresh, 3);
}

static int
end_it(const lw_build_progress *progress, void *user)
{
    (void)user;
    return progress->state == LW_BUILD_MODULE_STARTED ? -1 : 0;
}

static void
a_build_that_is_ended_leaves_nothing_half(void **state)
{
    char path[PATH_MAX];

    (void)state;
    write_modules();
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n-- hang\n");
    options.timeout_ms = 3000;
    must_fail(LW_ETIMEOUT, NULL);
    options.timeout_ms = LW_NO_LIMIT;
    options.progress = end_it;
    must_fail(LW_ESINK, NULL);
    options.progress = NULL;
    unlink(lwt_sandbox_path(&box, "log"));
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n");
    must_build();
    assert_int_equal(build->failed, 0);
    assert_int_equal(build->fresh + build->built, 3);
    snprintf(path, sizeof(path), "%s/lib/A/One.olean", build->folder);
    assert_true(lwi_path_is_there(path));
    snprintf(path, sizeof(path), "%s/tmp/1", build->folder);
    assert_false(lwi_path_is_there(path));
}

static void
options_must_make_sense(void **state)
{
    static const char *const none[] = { NULL };
    const lw_build_options good = options;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(lw_build_project(NULL, &options, &err), LW_EINVAL);
    assert_int_equal(lw_build_project(&build, NULL, &err), LW_EINVAL);
    options.struct_size = 3;
    must_fail(LW_EINVAL, NULL);
    options = good;
    options.toolchain = NULL;
    must_fail(LW_EINVAL, "toolchain", NULL);
    options = good;
    options.project = "";
    must_fail(LW_EINVAL, "project", NULL);
    options = good;
    options.targets = none;
    must_fail(LW_EINVAL, "targets", NULL);
    options = good;
    options.timeout_ms = 0;
    must_fail(LW_EINVAL, "timeout_ms", NULL);
    options = good;
}

static void
everything_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(lw_build_way_name(LW_BUILD_BY_LAKE), "lake");
    assert_string_equal(lw_build_way_name(LW_BUILD_DIRECT), "direct");
    assert_string_equal(lw_build_way_name((lw_build_way)9), "unknown");
    assert_string_equal(lw_build_failure_name(LW_BUILD_CHANGED), "changed");
    assert_string_equal(lw_build_failure_name((lw_build_failure_code)99),
                        "unknown");
    assert_string_equal(lw_build_state_name(LW_BUILD_OUTPUT), "output");
    assert_string_equal(lw_build_state_name((lw_build_state)99), "unknown");
    lw_build_destroy(NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(imports_come_first_and_once),
        T(what_changed_is_compiled_again),
        T(modules_that_were_damaged_are_compiled_again),
        T(sources_that_are_gone_leave_nothing),
        T(sessions_find_what_was_built),
        T(targets_choose),
        T(default_targets_are_the_lakefiles),
        T(packages_are_compiled_too),
        T(errors_have_places_and_stop_importers),
        T(lean_that_dies_is_named),
        T(lean_that_cannot_be_started_ends_the_build),
        T(output_is_bounded),
        T(bad_modules_are_named),
        T(long_chains_of_imports_fail_without_a_deep_stack),
        T(odd_folders_have_plain_names_for_their_builds),
        T(two_files_of_one_module_fail),
        T(a_source_that_changes_meanwhile_is_not_believed),
        T(a_project_that_cannot_be_used_is_an_error),
        T(a_folder_that_cannot_be_written_is_an_error),
        T(options_reach_the_compiler),
        T(native_code_is_refused_with_its_line),
        T(two_builds_wait_for_each_other),
        T(a_build_that_is_ended_leaves_nothing_half),
        T(options_must_make_sense),
        cmocka_unit_test(everything_has_a_word),
    };

    return LWT_RUN(tests);
}

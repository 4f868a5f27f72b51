/*
 * project_lake_test.c - a project's search path as lake tells it, with
 * scripts that play lake.
 */
#include <time.h>

#include "project/project_support.h"

static void
lake_decides_where_it_is_there(void **state)
{
    lw_project *project = make_project();

    (void)state;
    setenv("LEAN_PATH", "/of/the/caller", 1);
    setenv("ELAN_TOOLCHAIN", "other", 1);
    lwt_sandbox_folder(&box, "abs");
    lake("[ \"$*\" = 'env printenv LEAN_PATH' ] || exit 9\n"
         "[ -f lakefile.toml ] || exit 8\n"
         "[ -z \"$LEAN_PATH$ELAN_TOOLCHAIN\" ] || exit 7\n"
         "case $PATH in */with/bin:*) ;; *) exit 6 ;; esac\n"
         "echo 'info: something' >&2\n"
         "echo 'also on stdout'\n"
         "echo \"$PWD/../abs:./.lake/build/lib/lean::../gone\"");
    must_load(project, with_lake);
    unsetenv("LEAN_PATH");
    unsetenv("ELAN_TOOLCHAIN");
    expect_path(project, "abs", "p/.lake/build/lib/lean", "with/lib/lean",
                NULL);
    assert_non_null(strstr(lw_project_get_warning(project), "../gone"));
    assert_non_null(strstr(lw_project_get_reason(project), "lake env"));
    lw_project_destroy(project);
}

static void
lake_that_names_nothing_built_says_so(void **state)
{
    lw_project *project = make_project();

    (void)state;
    lake("echo ./nowhere:./else");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "not built",
              "Run `lake build`", NULL);
    lake("true");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "not built", NULL);
    lw_project_destroy(project);
}

static void
lake_can_be_left_out(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();

    (void)state;
    lake("exit 1");
    options.lake_timeout_ms = 0;
    assert_int_equal(lw_project_load(project, with_lake, &options, NULL),
                     LW_OK);
    assert_non_null(strstr(lw_project_get_reason(project), "build folders"));
    lw_project_destroy(project);
}

static void
lake_that_fails_is_quoted(void **state)
{
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lake("echo 'error: \x1b[31mno such target' >&2; exit 3");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "exit code 3",
              "no such target", NULL);
    assert_int_equal(lw_project_load(project, with_lake, NULL, &err),
                     LW_EPROJECT);
    assert_int_equal(err.exit_code, 3);
    assert_null(strchr(err.message, '\x1b'));
    lake("kill -SEGV $$");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "signal 11", NULL);
    lwt_sandbox_bytes(&box, "with/bin/lake", "#!/no/such/shell\n", 17, 0755);
    must_fail(project, with_lake, NULL, LW_ESPAWN, NULL);
    lw_project_destroy(project);
}

static void
lake_that_floods_is_ended(void **state)
{
    lw_project *project = make_project();

    (void)state;
    lake("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "more than", NULL);
    lw_project_destroy(project);
}

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Dead, though its new parent may not have collected it yet. */
static bool
is_dead(long pid)
{
    char name[64], text[256] = "";
    const char *state;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
    file = fopen(name, "re");
    if (file == NULL)
        return true;
    state = fgets(text, sizeof(text), file) == NULL ? NULL : strrchr(text, ')');
    fclose(file);
    return state == NULL || strchr("ZX", state[2]) != NULL;
}

/* The process whose id the file holds is gone, or on its way. */
static bool
is_gone(const char *name)
{
    const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
    char text[32] = "";
    FILE *file = fopen(lwt_sandbox_path(&box, name), "re");
    int tries = 200;
    long pid;

    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    pid = strtol(text, NULL, 10);
    assert_true(pid > 1);
    while (!is_dead(pid) && tries-- > 0)
        nanosleep(&moment, NULL);
    return is_dead(pid);
}

static void
lake_that_hangs_is_ended_with_its_children(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    int64_t start = now_ms();

    (void)state;
    lake("sleep 1000 & echo $! > child; trap '' TERM; sleep 1000");
    options.lake_timeout_ms = 400;
    must_fail(project, with_lake, &options, LW_ETIMEOUT, "0.4 s", NULL);
    assert_in_range(now_ms() - start, 400, 500000);
    assert_true(is_gone("p/child"));
    lw_project_destroy(project);
}

static void
lake_that_leaves_a_child_with_the_pipe_is_not_waited_for(void **state)
{
    lw_project *project = make_project();
    int64_t start = now_ms();

    (void)state;
    lake("sleep 1000 & echo $! > child; echo .lake/build/lib/lean");
    must_load(project, with_lake);
    expect_path(project, "p/.lake/build/lib/lean", "with/lib/lean", NULL);
    assert_true(now_ms() - start < 500000);
    assert_true(is_gone("p/child"));
    lw_project_destroy(project);
}

static void
cancel_ends_lake(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lake("sleep 1000");
    assert_int_equal(lw_cancel_create(&options.cancel, &err), LW_OK);
    lw_cancel_set(options.cancel);
    must_fail(project, with_lake, &options, LW_ECANCELLED, NULL);
    lw_cancel_destroy(options.cancel);
    lw_project_destroy(project);
}

static void
a_runtime_of_the_caller_is_used(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;
    int i;

    (void)state;
    lake("echo .lake/build/lib/lean");
    assert_int_equal(lw_runtime_create(&options.runtime, NULL, &err), LW_OK);
    options.lake_timeout_ms = LW_NO_LIMIT;
    for (i = 0; i < 3; i++)
        assert_int_equal(lw_project_load(project, with_lake, &options, &err),
                         LW_OK);
    lw_runtime_destroy(options.runtime);
    lw_project_destroy(project);
}

static void
no_descriptor_is_left_open(void **state)
{
    lw_project *project = make_project();
    int before, after;

    (void)state;
    lake("echo .lake/build/lib/lean");
    must_load(project, with_lake);
    before = dup(0);
    close(before);
    must_load(project, with_lake);
    must_load(project, plain);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
    lw_project_destroy(project);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(lake_decides_where_it_is_there),
        T(lake_that_names_nothing_built_says_so),
        T(lake_can_be_left_out),
        T(lake_that_fails_is_quoted),
        T(lake_that_floods_is_ended),
        T(lake_that_hangs_is_ended_with_its_children),
        T(lake_that_leaves_a_child_with_the_pipe_is_not_waited_for),
        T(cancel_ends_lake),
        T(a_runtime_of_the_caller_is_used),
        T(no_descriptor_is_left_open),
    };

    return LWT_RUN(tests);
}

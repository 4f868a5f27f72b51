/* build_lake_test.c - builds by lake, with a script that plays it. */
#include "build/build_support.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

static size_t outputs, modules;
static char last_line[256];

static int
count(const lw_build_progress *progress, void *user)
{
    (void)user;
    if (progress->state == LW_BUILD_OUTPUT) {
        outputs++;
        snprintf(last_line, sizeof(last_line), "%s", progress->line);
    } else {
        modules++;
    }
    return 0;
}

static int
refuse(const lw_build_progress *progress, void *user)
{
    (void)progress, (void)user;
    return -1;
}

static void
lake_is_asked_where_it_is_there(void **state)
{
    static const char *const targets[] = { "A", "+A.One", NULL };

    (void)state;
    lwt_sandbox_folder(&box, "p/.lake/build/lib/lean");
    lake("[ \"$1\" = env ] && { echo ./.lake/build/lib/lean; exit; }\n"
         "[ \"$*\" = 'build A +A.One' ] || exit 9\n"
         "[ -f lakefile.toml ] || exit 8\n"
         "[ -z \"$LEAN_PATH\" ] || exit 7\n"
         "echo '\xe2\x9c\x94 [1/3] Built A.One (1.2s)'\n"
         "echo '\xe2\x9a\xa0 [2/3] Replayed A.Two' >&2\n"
         "echo 'warning: A/Two.lean:1:2: careful' >&2\n"
         "echo 'Build completed successfully.'");
    setenv("LEAN_PATH", "/of/the/caller", 1);
    outputs = modules = 0;
    options.targets = targets;
    options.progress = count;
    must_build();
    unsetenv("LEAN_PATH");
    assert_int_equal(build->way, LW_BUILD_BY_LAKE);
    assert_int_equal(build->built, 1);
    assert_int_equal(build->total, 3);
    assert_int_equal(build->failed, 0);
    assert_int_equal(outputs, 4);
    assert_int_equal(modules, 1);
    assert_string_equal(last_line, "Build completed successfully.");
    assert_non_null(strstr(build->output, "careful"));
    assert_string_equal(build->search_path[0],
                        lwt_sandbox_path(&box, "p/.lake/build/lib/lean"));
}

static void
failed_modules_have_their_messages(void **state)
{
    (void)state;
    lake("echo '\xe2\x9c\x96 [2/3] Building A.One'\n"
         "echo 'trace: .> LEAN_PATH=…'\n"
         "echo 'warning: A/One.lean:1:0: unused'\n"
         "echo 'error: A/One.lean:3:7: unknown identifier'\n"
         "echo 'error: Lean exited with code 1'\n"
         "echo 'Some required builds logged failures:'\n"
         "echo '- A.One'\n"
         "exit 1");
    must_build();
    assert_int_equal(build->failed, 1);
    expect_failure("A.One", LW_BUILD_LEAN_ERROR, 3, "unknown identifier");
    assert_int_equal(build->failures[0].column, 7);
    assert_int_equal(build->failures[0].diagnostic_count, 3);
    assert_string_equal(build->failures[0].path,
                        lwt_sandbox_path(&box, "p/A/One.lean"));
}

static void
lake_that_names_no_module_is_quoted(void **state)
{
    (void)state;
    lake("echo 'error: unknown target `Nope`' >&2; exit 3");
    must_build();
    assert_int_equal(build->failed, 1);
    expect_failure("", LW_BUILD_LAKE_FAILED, 0, "exit code 3");
    expect_failure("", LW_BUILD_LAKE_FAILED, 0, "unknown target");
    lake("kill -SEGV $$");
    must_build();
    expect_failure("", LW_BUILD_LAKE_FAILED, 0, "signal 11");
}

static void
output_is_bounded(void **state)
{
    (void)state;
    lake("i=0; while [ $i -lt 200 ]; do echo \"line $i\"; i=$((i + 1)); done\n"
         "exit 1");
    options.output_limit = 100;
    must_build();
    assert_true(build->output_truncated);
    assert_int_equal(strlen(build->output), 100);
    assert_non_null(strstr(build->output, "line 199"));
}

/* Each line is small, and names a module that has failed. */
static void
failures_are_bounded(void **state)
{
    (void)state;
    lake("yes '\xe2\x9c\x96 [1/2] Building A' | head -n 400000\n"
         "exit 1");
    must_build();
    assert_true(build->output_truncated);
    assert_true(build->failed > 1000);
    assert_true(build->failed < 300000);
    expect_failure("A", LW_BUILD_LEAN_ERROR, 0, "no more");
}

/* The other end is open as long as one of the group lives. */
static void
what_lake_started_is_killed_too(void **state)
{
    struct pollfd end = { .events = POLLIN };

    (void)state;
    assert_int_equal(mkfifo(lwt_sandbox_path(&box, "fifo"), 0600), 0);
    end.fd =
        open(lwt_sandbox_path(&box, "fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(end.fd >= 0);
    lake("exec 3>../fifo; sleep 600 & echo something; wait");
    options.progress = refuse;
    must_fail(LW_ESINK, NULL);
    assert_int_equal(poll(&end, 1, 60000), 1);
    assert_true(end.revents & POLLHUP);
    close(end.fd);
}

static void
lake_is_killed_with_its_group(void **state)
{
    (void)state;
    lake("sleep 600 & sleep 600");
    options.timeout_ms = 300;
    must_fail(LW_ETIMEOUT, NULL);
    options.timeout_ms = LW_NO_LIMIT;
    assert_int_equal(lw_cancel_create(&options.cancel, NULL), LW_OK);
    lw_cancel_set(options.cancel);
    must_fail(LW_ECANCELLED, NULL);
    lw_cancel_destroy(options.cancel);
    options.cancel = NULL;
    lake("echo something; sleep 600");
    options.progress = refuse;
    must_fail(LW_ESINK, NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(lake_is_asked_where_it_is_there),
        T(failed_modules_have_their_messages),
        T(lake_that_names_no_module_is_quoted),
        T(output_is_bounded),
        T(failures_are_bounded),
        T(what_lake_started_is_killed_too),
        T(lake_is_killed_with_its_group),
    };

    return LWT_RUN(tests);
}

/*
 * check_engine_test.c - lw_check_files on the fake worker: what each kind of
 * end means for a file and for its neighbours.
 */
#include "check/engine_support.h"

#include <signal.h>

#include "check/limits.h"

/* ---- verdicts ---- */

static void
test_lean_has_the_say(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("import Init\ntheorem t : True := trivial\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
    assert_int_equal(seen.attempts, 1);
    assert_false(seen.reused);
    assert_string_equal(seen.kind, "");
    assert_int_equal(run_one("").verdict, LW_VERDICT_OK);
    assert_int_equal(run_one("-- fake: sorry\n").verdict, LW_VERDICT_SORRY);
    seen = run_one("-- fake: sorry\n-- fake: diag error 3:24 no\\nnever\n");
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    assert_int_equal(seen.line, 3);
    assert_int_equal(seen.column, 24);
    assert_string_equal(seen.message, "no\nnever");
    seen = run_one("-- fake: diag warning 1:0 mind\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
    assert_int_equal(seen.diagnostics, 1);
}

static void
test_bad_headers(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: header-error 2:7 unexpected token\n");
    assert_int_equal(seen.verdict, LW_VERDICT_BAD_HEADER);
    assert_int_equal(seen.line, 2);
    assert_int_equal(seen.column, 7);
    assert_string_equal(seen.message, "unexpected token");
    seen = run_one("import Missing\n");
    assert_int_equal(seen.verdict, LW_VERDICT_BAD_HEADER);
    assert_int_equal(seen.line, 1);
    /* Whole, with its lines. */
    expect_text(seen.message, "'Missing'\n\nNo directory");
}

static void
test_a_worker_that_dies(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: progress 7 theorem foo\n-- fake: exit 0\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "ended_itself");
    assert_string_equal(seen.command, "theorem foo");
    assert_int_equal(seen.exit_code, 0);
    assert_int_equal(seen.attempts, 1);
    seen = run_one("-- fake: stderr last words\n-- fake: exit 3\n");
    assert_int_equal(seen.exit_code, 3);
    expect_text(seen.stderr_tail, "last words");
    seen = run_one("-- fake: signal 11\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "signal");
    assert_int_equal(seen.exit_signal, SIGSEGV);
    seen = run_one("-- fake: stderr INTERNAL PANIC: out of memory\n"
                   "-- fake: exit 1\n");
    assert_int_equal(seen.verdict, LW_VERDICT_MEMORY);
    seen = run_one("-- fake: stderr RangeError: Maximum call stack size "
                   "exceeded\n-- fake: exit 1\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "deep_recursion");
    seen = run_one("import Crash\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.command, "its imports");
}

static void
test_errors_that_came_count_whatever_the_answer_says(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: diag error 2:1 wrong\n-- fake: deny\n");
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    assert_int_equal(seen.diagnostics, 1);
}

static void
test_a_worker_that_lies(void **state)
{
    static const char *const lies[] = { "forge", "oversized", "half", "rubbish",
                                        "goodbye" };
    struct seen seen;
    char text[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(lies); i++) {
        snprintf(text, sizeof(text), "-- fake: %s\n", lies[i]);
        seen = run_one(text);
        assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
        assert_int_equal(seen.attempts, 1);
    }
    seen = run_one("-- fake: forge\n");
    assert_string_equal(seen.kind, "protocol");
    expect_text(seen.sentence, "does not belong to the request");
}

static void
test_timeouts(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->options.timeout_ms = 200;
    add(run, "wait.lean", "-- fake: progress 4 theorem slow\n-- fake: wait\n");
    add(run, "after.lean", "");
    add(run, "hang.lean", "-- fake: hang\n");
    add(run, "last.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "wait.lean")->verdict, LW_VERDICT_TIMEOUT);
    assert_string_equal(find(run, "wait.lean")->command, "theorem slow");
    assert_int_equal(find(run, "wait.lean")->attempts, 1);
    assert_int_equal(find(run, "hang.lean")->verdict, LW_VERDICT_TIMEOUT);
    assert_int_equal(find(run, "hang.lean")->exit_signal, SIGKILL);
    /* Its worker had served others, but time is time. */
    assert_int_equal(find(run, "hang.lean")->attempts, 1);
    assert_int_equal(find(run, "after.lean")->verdict, LW_VERDICT_OK);
    assert_true(find(run, "after.lean")->reused);
    assert_int_equal(find(run, "last.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(run->totals.workers_lost, 1);
    assert_true(run->ticks > 0);
    run_fini(run);
}

/* ---- neighbours ---- */

static void
test_an_earlier_file_cannot_decide(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "-- fake: poison\n");
    add(run, "b.lean", ""); /* killed by a, in its process */
    add(run, "c.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->attempts, 2);
    assert_int_equal(find(run, "c.lean")->attempts, 1);
    assert_int_equal(run->totals.workers_started, 2);
    run_fini(run);
}

/* No file can do anything to another, so none is tried twice. */
static void
test_each_file_has_a_process_of_its_own(void **state)
{
    struct run *run = run_init();
    unsigned starts = count_log("start"), opens = count_log("open");

    (void)state;
    run->options.isolate = true;
    add(run, "a.lean", "import A\n-- fake: poison\n");
    add(run, "b.lean", "import A\n");
    add(run, "c.lean", "import A\n-- fake: exit 5\n");
    add(run, "d.lean", "import B\n");
    add(run, "e.lean", "import A\n-- fake: diag error 1:0 once\n");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "a.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->attempts, 1);
    assert_int_equal(find(run, "c.lean")->verdict, LW_VERDICT_CRASHED);
    assert_int_equal(find(run, "c.lean")->attempts, 1);
    assert_int_equal(find(run, "d.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "e.lean")->verdict, LW_VERDICT_ERROR);
    assert_true(count_log("start") - starts >= 5);
    assert_int_equal(count_log("open") - opens, 5);
    assert_non_null(strstr(find(run, "b.lean")->not_forked, "a command"));
    run_fini(run);
}

static void
test_its_own_death_counts_when_alone(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "");
    add(run, "b.lean", "-- fake: diag error 1:0 once\n-- fake: exit 5\n");
    add(run, "c.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_CRASHED);
    assert_int_equal(find(run, "b.lean")->attempts, 2);
    /* The messages of the first try are not told twice. */
    assert_int_equal(find(run, "b.lean")->diagnostics, 1);
    assert_int_equal(find(run, "c.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(run->totals.workers_started, 3);
    run_fini(run);
}

static void
test_second_answers_hurt_nobody(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "-- fake: twice\n");
    add(run, "b.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "a.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    run_fini(run);
}

static void
test_headers_share_sessions(void **state)
{
    struct run *run = run_init();
    char name[32], text[64];
    unsigned i;

    (void)state;
    run->options.jobs = 2;
    for (i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "f%02u.lean", i);
        snprintf(text, sizeof(text), "import H%u\n", i % 3);
        add(run, name, text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK], 60);
    assert_true(count_log(" open ") <= 6);
    assert_int_equal(count_log(" check "), 60);
    assert_int_equal(count_log(" start"), run->totals.workers_started);
    run_fini(run);
}

static void
test_a_worker_has_enough(void **state)
{
    struct run *run = run_init();
    char name[32], text[64];
    unsigned i;

    (void)state;
    for (i = 0; i < LWI_SESSIONS_MAX + 1; i++) {
        snprintf(name, sizeof(name), "s%02u.lean", i);
        snprintf(text, sizeof(text), "import H%u\n", i);
        add(run, name, text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(run->totals.workers_lost, 0);
    run_fini(run);

    run = run_init();
    add(run, "a.lean", "-- fake: heap 4000000\n");
    add(run, "b.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    run_fini(run);
}

/* ---- files that cannot be read ---- */

static void
test_what_cannot_be_read(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->paths[run->files++] = strdup("/nowhere/a.lean");
    run->paths[run->files++] = strdup(folder);
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_ERROR], 2);
    expect_text(find(run, "a.lean")->message, "No such file");
    assert_int_equal(find(run, "a.lean")->attempts, 0);
    /* No worker was needed for that. */
    assert_int_equal(run->totals.workers_started, 0);
    run_fini(run);
}

/* ---- bounds ---- */

static void
test_much_to_say(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: diags 10000\n");
    assert_int_equal(seen.diagnostics, 10000);
    assert_false(seen.truncated);
    seen = run_one("-- fake: lines 10000\n");
    assert_int_equal(seen.diagnostics, 1);
    seen = run_one("-- fake: bytes 20000000\n");
    assert_int_equal(seen.message_size, 20000000);
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    seen = run_one("-- fake: bytes 60000000\n-- fake: bytes 60000000\n");
    assert_true(seen.truncated);
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    seen = run_one("-- fake: diags 100001\n");
    assert_true(seen.truncated);
    assert_int_equal(seen.diagnostics, LWI_DIAGNOSTIC_COUNT);
    seen = run_one("-- fake: stderr-flood 5000000\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
}

static void
test_a_large_file(void **state)
{
    struct run *run = run_init();
    static char text[600001];

    (void)state;
    memset(text, '\n', sizeof(text) - 1);
    memcpy(text, "import A\n-- fake: sorry\n", 24);
    add(run, "large.lean", text); /* not kept: read again for each stage */
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->seen[0].verdict, LW_VERDICT_SORRY);
    run_fini(run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lean_has_the_say),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_a_worker_that_dies),
        cmocka_unit_test(test_errors_that_came_count_whatever_the_answer_says),
        cmocka_unit_test(test_a_worker_that_lies),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_an_earlier_file_cannot_decide),
        cmocka_unit_test(test_each_file_has_a_process_of_its_own),
        cmocka_unit_test(test_its_own_death_counts_when_alone),
        cmocka_unit_test(test_second_answers_hurt_nobody),
        cmocka_unit_test(test_headers_share_sessions),
        cmocka_unit_test(test_a_worker_has_enough),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_much_to_say),
        cmocka_unit_test(test_a_large_file),
    };

    return cmocka_run_group_tests(tests, engine_setup, engine_teardown);
}

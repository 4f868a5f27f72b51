/*
 * check_run_test.c - lw_check_files on the fake worker: runs that end early,
 * lose their workers or their memory.
 */
#include "check/engine_support.h"

#include <pthread.h>

/* ---- the run ---- */

static void
test_no_worker_at_all(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->options.jobs = 3;
    run->command[3] = "--start";
    run->command[4] = "exit";
    add(run, "a.lean", "");
    add(run, "b.lean", "");
    run->paths[run->files++] = strdup("/nowhere/c.lean");
    assert_true(go(run) < 0);
    assert_true(run->err.status < 0);
    assert_string_not_equal(run->err.message, "");
    assert_true(run->count <= 1); /* the one that needs no worker */
    run_fini(run);

    run = run_init();
    run->command[0] = "/nowhere/worker";
    add(run, "a.lean", "");
    assert_int_equal(go(run), LW_ESPAWN);
    assert_int_equal(run->count, 0);
    run_fini(run);
}

static void
test_workers_run_out(void **state)
{
    struct run *run = run_init();
    char starts[64];

    (void)state;
    snprintf(starts, sizeof(starts), "%s/starts", folder);
    run->command[3] = "--starts";
    run->command[4] = starts;
    run->command[5] = "1";
    add(run, "a.lean", "");
    add(run, "b.lean", "-- fake: exit 1\n");
    add(run, "c.lean", "");
    assert_true(go(run) < 0);
    assert_int_equal(run->count, 3);
    assert_int_equal(find(run, "a.lean")->verdict, LW_VERDICT_OK);
    /* No second try was possible: the first one counts. */
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_CRASHED);
    assert_int_equal(find(run, "c.lean")->verdict, LW_VERDICT_CANCELLED);
    assert_string_equal(find(run, "c.lean")->kind, "no_worker");
    run_fini(run);
}

static void
test_one_slot_without_a_worker(void **state)
{
    struct run *run = run_init();
    char starts[64], name[32];
    unsigned i;

    (void)state;
    snprintf(starts, sizeof(starts), "%s/starts", folder);
    run->options.jobs = 2;
    run->command[3] = "--starts";
    run->command[4] = starts;
    run->command[5] = "1";
    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "f%02u.lean", i);
        add(run, name, "-- fake: sleep 20\n");
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK], 20);
    assert_int_equal(run->totals.workers_started, 1);
    run_fini(run);
}

static void
test_cancel(void **state)
{
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    assert_int_equal(lw_cancel_create(&run->options.cancel, NULL), LW_OK);
    run->options.jobs = 2;
    run->options.timeout_ms = LW_NO_LIMIT;
    run->cancel_at = 1;
    add(run, "first.lean", "");
    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "h%02u.lean", i);
        add(run, name, i < 2 ? "-- fake: hang\n" : "");
    }
    assert_int_equal(go(run), LW_ECANCELLED);
    assert_int_equal(run->count, 101);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK] +
                         run->totals.verdicts[LW_VERDICT_CANCELLED],
                     101);
    assert_true(run->totals.verdicts[LW_VERDICT_CANCELLED] > 0);
    lw_cancel_destroy(run->options.cancel);
    run_fini(run);
}

static void
test_cancelled_before(void **state)
{
    struct run *run = run_init();

    (void)state;
    assert_int_equal(lw_cancel_create(&run->options.cancel, NULL), LW_OK);
    lw_cancel_set(run->options.cancel);
    add(run, "a.lean", "-- fake: hang\n");
    assert_int_equal(go(run), LW_ECANCELLED);
    assert_int_equal(run->count, 1);
    assert_int_equal(run->seen[0].verdict, LW_VERDICT_CANCELLED);
    lw_cancel_destroy(run->options.cancel);
    run_fini(run);
}

static void
test_report_fails(void **state)
{
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    run->options.jobs = 2;
    run->fail_at = 3;
    for (i = 0; i < 50; i++) {
        snprintf(name, sizeof(name), "r%02u.lean", i);
        add(run, name, i > 40 ? "-- fake: hang\n" : "");
    }
    assert_int_equal(go(run), LW_ESINK);
    assert_int_equal(run->count, 3);
    run_fini(run);
}

static void
test_arguments(void **state)
{
    struct run *run = run_init();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(go(run), LW_OK); /* no file: nothing to do */
    run->options.timeout_ms = 0;
    assert_int_equal(go(run), LW_EINVAL);
    run->options.timeout_ms = 1;
    run->options.command = NULL;
    assert_int_equal(go(run), LW_EINVAL);
    assert_int_equal(lw_check_files(runtime, NULL, 0, NULL, NULL, &err),
                     LW_EINVAL);
    assert_int_equal(lw_check_files(NULL, NULL, 0, &run->options, NULL, &err),
                     LW_EBADHANDLE);
    assert_true(lw_check_default_jobs(NULL) >= 1);
    assert_string_equal(lw_verdict_name(LW_VERDICT_BAD_HEADER), "bad_header");
    run_fini(run);
}

/* A thousand files of all kinds, several workers: each is reported once. */
static void
test_everything_together(void **state)
{
    static const struct {
        const char *text;
        lw_verdict verdict;
    } kinds[] = {
        { "import A\n", LW_VERDICT_OK },
        { "import B\n", LW_VERDICT_OK },
        { "import A\n-- fake: sorry\n", LW_VERDICT_SORRY },
        { "import C\n-- fake: diag error 1:0 x\n", LW_VERDICT_ERROR },
        { "import Missing\n", LW_VERDICT_BAD_HEADER },
        { "import B\n-- fake: exit 1\n", LW_VERDICT_CRASHED },
        { "import A\n-- fake: poison\n", LW_VERDICT_OK },
        { "import D\n-- fake: forge\n", LW_VERDICT_CRASHED },
        { "-- fake: sleep 1\n", LW_VERDICT_OK },
    };
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    run->options.jobs = 4;
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "x%03u.lean", i);
        add(run, name, kinds[i * 7 % LWI_COUNT(kinds)].text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->count, 300);
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "x%03u.lean", i);
        assert_int_equal(find(run, name)->verdict,
                         kinds[i * 7 % LWI_COUNT(kinds)].verdict);
    }
    run_fini(run);
}

/* ---- no memory ---- */

/* Fails one call; the library's threads share it. */
static struct {
    pthread_mutex_t lock;
    size_t calls;
    size_t fail_at;
    size_t live;
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *
scarce_resize(void *block, size_t size, void *user)
{
    void *moved = NULL;

    (void)user;
    pthread_mutex_lock(&memory.lock);
    if (size == 0) {
        free(block);
        memory.live--;
    } else if (memory.calls++ != memory.fail_at) {
        moved = realloc(block, size);
        memory.live += block == NULL;
    }
    pthread_mutex_unlock(&memory.lock);
    return moved;
}

/* The run ends in one way or the other, and nothing is lost. */
static bool
run_with_failure(size_t fail_at)
{
    static const lw_allocator allocator = { scarce_resize, NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *usual = runtime;
    struct run *run = run_init();
    int rc;

    memory.calls = memory.live = 0;
    memory.fail_at = fail_at;
    options.allocator = &allocator;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    if (lw_runtime_create(&runtime, &options, NULL) == LW_OK) {
        add(run, "a.lean", "import A\n-- fake: diag error 1:0 x\n");
        add(run, "b.lean", "import B\n-- fake: exit 1\n");
        add(run, "c.lean", "import Missing\n");
        rc = go(run);
        if (rc == LW_OK)
            assert_int_equal(run->count, 3);
        else
            assert_true(run->err.status < 0);
        lw_runtime_destroy(runtime);
    }
    runtime = usual;
    run_fini(run);
    assert_int_equal(memory.live, 0);
    return memory.calls <= fail_at;
}

static void
test_no_memory(void **state)
{
    size_t fail_at;

    (void)state;
    for (fail_at = 0; !run_with_failure(fail_at); fail_at++)
        ;
    assert_true(fail_at > 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_worker_at_all),
        cmocka_unit_test(test_workers_run_out),
        cmocka_unit_test(test_one_slot_without_a_worker),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancelled_before),
        cmocka_unit_test(test_report_fails),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_everything_together),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, engine_setup, engine_teardown);
}

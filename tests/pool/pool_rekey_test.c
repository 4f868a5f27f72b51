/* Leases that are given another session, or given back without a worker. */
#include <errno.h>
#include <signal.h>

#include "pool/lease.h"
#include "support/test.h"

static struct {
    char log[64];
    lw_runtime *runtime;
    lw_pool *pool;
    lw_error err;
} at;

/* The fake worker: without a session, or with one that imports a module. */
static lw_capability *
make(const char *import, const char *variable)
{
    const char *command[] = { LW_BUILD_DIR "/tests/fake_worker", "--log",
                              at.log, NULL };
    const char *imports[] = { import, NULL };
    const char *environment[] = { variable, NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability *capability = NULL;

    spec.worker.command = command;
    spec.worker.environment = environment;
    session.imports = imports;
    if (import != NULL)
        spec.session = &session;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    return capability;
}

static int
setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    int fd;

    (void)state;
    memset(&at, 0, sizeof(at));
    snprintf(at.log, sizeof(at.log), "/tmp/lw-rekey-test-XXXXXX");
    fd = mkstemp(at.log);
    assert_true(fd >= 0);
    close(fd);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_runtime_destroy(at.runtime);
    unlink(at.log);
    return 0;
}

static void
begin(uint32_t max_workers, uint32_t per_key)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    config.max_workers_per_key = per_key;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
}

static lw_lease *
acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;

    if (lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err) != LW_OK)
        fail_msg("%s", at.err.message);
    return lease;
}

static int
rekey(lw_lease *lease, lw_capability *capability)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    options.timeout_ms = 60000;
    return lwi_lease_rekey(lease, capability, &options, &at.err);
}

static int
pid_of(const lw_lease *lease)
{
    return lw_worker_get_pid(lwi_lease_peek_worker(lease));
}

static unsigned
count_log(const char *word)
{
    char line[600];
    FILE *file = fopen(at.log, "re");
    unsigned count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        count += strstr(line, word) != NULL;
    fclose(file);
    return count;
}

static bool
rests_on_sorry(lw_lease *lease)
{
    static const char text[] = "-- fake: sorry\n";
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_check_result result = { 0 };

    spec.source = (lw_span){ text, sizeof(text) - 1 };
    assert_int_equal(lw_lease_check(lease, &result, &spec, NULL, NULL, &at.err),
                     LW_OK);
    return result.has_sorry;
}

/* ---- tests ---- */

static void
one_process_serves_whoever_needs_it_first(void **state)
{
    lw_capability *blank = make(NULL, NULL), *a = make("A", NULL);
    lw_lease *lease;
    int pid;

    (void)state;
    begin(1, 0);
    lease = acquire(blank);
    pid = pid_of(lease);
    assert_int_equal(lw_lease_get_session(lease).number, 0);
    assert_int_equal(rekey(lease, a), LW_OK);
    assert_int_not_equal(lw_lease_get_session(lease).number, 0);
    assert_int_equal(lw_session_key_compare(lw_lease_get_key(lease),
                                            lw_capability_get_key(a)),
                     0);
    assert_true(rests_on_sorry(lease));
    lw_lease_release(lease);
    /* The pool knows what it has open. */
    lease = acquire(a);
    assert_int_equal(pid_of(lease), pid);
    assert_true(rests_on_sorry(lease));
    lw_lease_release(lease);
    assert_int_equal(count_log(" start"), 1);
    assert_int_equal(count_log(" open "), 1);
    /* And that it has none without a session any more. */
    lease = acquire(blank);
    assert_int_not_equal(pid_of(lease), pid);
    lw_lease_release(lease);
    lw_capability_destroy(a);
    lw_capability_destroy(blank);
}

static void
imports_that_fail_cost_no_worker(void **state)
{
    lw_capability *blank = make(NULL, NULL), *a = make("A", NULL),
                  *missing = make("Missing", NULL);
    lw_lease *lease;
    int pid;

    (void)state;
    begin(1, 0);
    lease = acquire(blank);
    pid = pid_of(lease);
    assert_int_equal(rekey(lease, missing), LW_EHEADER);
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_OK);
    assert_true(lw_worker_get_failure(lwi_lease_peek_worker(lease)).size > 0);
    assert_int_equal(rekey(lease, a), LW_OK);
    assert_true(rests_on_sorry(lease));
    assert_int_equal(pid_of(lease), pid);
    lw_lease_release(lease);
    lw_capability_destroy(missing);
    lw_capability_destroy(a);
    lw_capability_destroy(blank);
}

static void
a_failed_import_is_tried_anew_by_the_next(void **state)
{
    lw_capability *blank = make(NULL, NULL), *missing = make("Missing", NULL);
    lw_lease *lease = NULL;

    (void)state;
    begin(1, 0);
    lease = acquire(blank);
    assert_int_equal(rekey(lease, missing), LW_EHEADER);
    lw_lease_release(lease);
    /* Its place has the key, and no session: that is not taken for warm. */
    assert_int_equal(lw_pool_acquire(&lease, at.pool, missing, NULL, &at.err),
                     LW_EHEADER);
    assert_null(lease);
    assert_int_equal(count_log(" start"), 1);
    lw_capability_destroy(missing);
    lw_capability_destroy(blank);
}

static void
a_child_that_dies_of_its_imports_can_be_looked_at(void **state)
{
    lw_capability *blank = make(NULL, NULL), *crash = make("Crash", NULL);
    lw_exit_report report = { .struct_size = sizeof(report) };
    lw_lease *lease;

    (void)state;
    begin(1, 0);
    lease = acquire(blank);
    assert_true(lw_status_lost_lease(rekey(lease, crash)));
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_ELEASE);
    assert_int_equal(
        lw_worker_get_exit_report(lwi_lease_peek_worker(lease), &report, NULL),
        LW_OK);
    lwi_lease_discard(lease);
    lease = acquire(blank);
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_OK);
    lw_lease_release(lease);
    lw_capability_destroy(crash);
    lw_capability_destroy(blank);
}

static void
not_every_lease_can_be_given_another_session(void **state)
{
    lw_capability *blank = make(NULL, NULL), *a = make("A", NULL),
                  *b = make("B", NULL), *other = make("B", "X=1");
    lw_lease *first, *second;

    (void)state;
    begin(2, 1);
    first = acquire(blank);
    assert_int_equal(rekey(first, other), LW_EINVAL); /* another environment */
    assert_int_equal(rekey(first, NULL), LW_EBADHANDLE);
    assert_int_equal(rekey(first, a), LW_OK);
    assert_int_equal(rekey(first, b), LW_EINVAL); /* it has one */
    assert_true(rests_on_sorry(first));
    second = acquire(blank);
    assert_int_equal(rekey(second, a), LW_EEXHAUSTED); /* one for each key */
    assert_int_equal(lw_lease_check_valid(second, NULL), LW_OK);
    assert_int_equal(rekey(second, b), LW_OK);
    lw_lease_release(second);
    lw_lease_release(first);
    lw_capability_destroy(other);
    lw_capability_destroy(b);
    lw_capability_destroy(a);
    lw_capability_destroy(blank);
}

static void
what_is_discarded_is_gone(void **state)
{
    lw_pool_snapshot snapshot = { .struct_size = sizeof(snapshot) };
    lw_capability *blank = make(NULL, NULL);
    lw_lease *lease;
    int pid;

    (void)state;
    begin(1, 0);
    lease = acquire(blank);
    pid = pid_of(lease);
    lwi_lease_discard(lease);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    assert_int_equal(lw_pool_get_snapshot(at.pool, &snapshot, NULL), LW_OK);
    assert_int_equal(snapshot.workers, 0);
    lease = acquire(blank);
    assert_int_not_equal(pid_of(lease), pid);
    lw_lease_release(lease);
    lw_capability_destroy(blank);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            one_process_serves_whoever_needs_it_first, setup, teardown),
        cmocka_unit_test_setup_teardown(imports_that_fail_cost_no_worker, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_failed_import_is_tried_anew_by_the_next, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_child_that_dies_of_its_imports_can_be_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(
            not_every_lease_can_be_given_another_session, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_discarded_is_gone, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

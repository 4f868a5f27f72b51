/* The turns of a lease: which limits end it, and what a sink may do to it. */
#include <lean_worker/pool.h>

#include "support/test.h"

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *capability;
    lw_error err;
} at;

static int
setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.capability);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static void
begin(const lw_pool_config *config, const lw_restart_policy *policy)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "A", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;

    spec.worker.command = command;
    spec.worker.policy = policy;
    assert_int_equal(lw_capability_create(&at.capability, &spec, &at.err),
                     LW_OK);
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, config, &at.err),
                     LW_OK);
}

static lw_lease *
acquire(void)
{
    lw_lease *lease = NULL;

    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, at.capability, NULL, &at.err), LW_OK);
    return lease;
}

static int
run(lw_lease *lease, const char *name,
    int (*sink)(const lw_row *row, void *user))
{
    lw_sinks sinks = LW_SINKS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    sinks.row = sink;
    sinks.user = lease;
    spec.name = name;
    rc = lw_lease_run(lease, &reply, &spec, &sinks, NULL, &at.err);
    lw_reply_destroy(reply);
    return rc;
}

static void
use_once(void)
{
    lw_lease *lease = acquire();

    assert_int_equal(run(lease, "who", NULL), LW_OK);
    lw_lease_release(lease);
}

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    return shot;
}

/* ---- limits ---- */

/* What it took to open the worker is none of the caller's requests. */
static void
one_request_is_one_request(void **state)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_lease *lease;

    (void)state;
    policy.max_requests = 1;
    begin(NULL, &policy);
    lease = acquire();
    assert_int_equal(run(lease, "who", NULL), LW_OK);
    assert_int_equal(run(lease, "who", NULL), LW_ELEASE);
    assert_non_null(strstr(at.err.message, "max_requests"));
    lw_lease_release(lease);
    use_once();
    use_once();
    assert_int_equal(snapshot().worker_restarts, 2);
    assert_int_equal(snapshot().max_request_restarts, 2);
}

/* What the pool's limits decide is counted once, whoever finds it due. */
static void
a_limit_of_the_pool_is_counted_once(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease;

    (void)state;
    config.worker_rss_ceiling_kib = 1;
    begin(&config, NULL);
    lease = acquire();
    assert_int_equal(run(lease, "who", NULL), LW_OK);
    assert_int_equal(run(lease, "who", NULL), LW_ELEASE);
    assert_non_null(strstr(at.err.message, "rss_ceiling"));
    lw_lease_release(lease);
    assert_int_equal(snapshot().worker_restarts, 1);
    assert_int_equal(snapshot().rss_restarts, 1);
    assert_int_equal(snapshot().policy_restarts, 1);
    use_once();
    use_once();
    assert_int_equal(snapshot().worker_restarts, 2);
    assert_int_equal(snapshot().policy_restarts, 2);
}

static void
a_refusal_says_how_full_the_pool_is(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease, *other;

    (void)state;
    config.max_workers = 3;
    config.max_workers_per_key = 1;
    begin(&config, NULL);
    lease = acquire();
    assert_int_equal(
        lw_pool_acquire(&other, at.pool, at.capability, NULL, &at.err),
        LW_EEXHAUSTED);
    assert_non_null(strstr(at.err.message, "1 of 3 places are taken"));
    assert_non_null(strstr(at.err.message, "a key has at most 1"));
    lw_lease_release(lease);
}

/* ---- from a sink ---- */

static int
try_the_lease(const lw_row *row, void *user)
{
    lw_lease *lease = user;

    (void)row;
    assert_int_equal(run(lease, "who", NULL), LW_EBUSY);
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_EBUSY);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_OK);
    return 0;
}

static int
release_the_lease(const lw_row *row, void *user)
{
    lw_lease *other;

    (void)row;
    lw_lease_release(user);
    assert_int_equal(
        lw_pool_acquire(&other, at.pool, at.capability, NULL, &at.err),
        LW_EEXHAUSTED);
    return 0;
}

static void
a_lease_is_busy_in_a_sink_of_its_own(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(NULL, NULL);
    lease = acquire();
    assert_int_equal(run(lease, "rows", try_the_lease), LW_OK);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_OK);
    assert_int_equal(run(lease, "who", NULL), LW_OK);
    lw_lease_release(lease);
    assert_int_equal(snapshot().worker_restarts, 0);
}

static void
a_release_in_a_sink_waits_for_the_requests_end(void **state)
{
    (void)state;
    begin(NULL, NULL);
    assert_int_equal(run(acquire(), "rows", release_the_lease), LW_OK);
    assert_int_equal(snapshot().warm_leases, 1);
    use_once();
    assert_int_equal(snapshot().worker_restarts, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_request_is_one_request),
        CASE(a_limit_of_the_pool_is_counted_once),
        CASE(a_refusal_says_how_full_the_pool_is),
        CASE(a_lease_is_busy_in_a_sink_of_its_own),
        CASE(a_release_in_a_sink_waits_for_the_requests_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pool_limits_test.c - what bounds a pool: restarts, memory, time, leases.
 *
 * On real processes and the system's clock, which a test can set forward.
 */
#include <lean_worker/pool.h>

#include <stdatomic.h>

#include "base/clock.h"
#include "proc/runtime.h"
#include "support/test.h"

#define MS LWI_NS_PER_MS

/* ---- a clock that can be set forward ---- */

static atomic_llong ahead_ns;

static int64_t
read_time(void *user)
{
    (void)user;
    return lwi_now(&lwi_system_clock) + atomic_load(&ahead_ns);
}

static const struct lwi_clock shifted_clock = { read_time, NULL };

/* ---- a pool ---- */

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_error err;
} at;

static int
setup(void **state)
{
    static const struct lwi_runtime_hooks hooks = { .clock = &shifted_clock };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    atomic_store(&ahead_ns, 0);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lwi_runtime_create(&at.runtime, &options, &hooks, &at.err),
                     LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static void
begin(const lw_pool_config *config)
{
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, config, &at.err),
                     LW_OK);
}

static void
begin_with(uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    begin(&config);
}

/* Of pool_helper with a name of its own. policy NULL: the default. */
static lw_capability *
make_capability(const char *name, const lw_restart_policy *policy)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", name, NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    spec.worker.command = command;
    spec.worker.policy = policy;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    return capability;
}

static lw_lease *
acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
    return lease;
}

/* What an acquisition says; the lease goes back at once. */
static int
try_acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err);

    lw_lease_release(lease);
    return rc;
}

static int
run(lw_lease *lease, const char *name)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = name;
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, &at.err);
    lw_reply_destroy(reply);
    return rc;
}

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    return shot;
}

/* ---- restarts ---- */

enum { RESTARTS = 3 };

static lw_capability *
make_fragile(const char *name)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;

    policy.max_restarts = RESTARTS;
    policy.restart_window_ms = 60000;
    return make_capability(name, &policy);
}

/* One more child, that dies in its request. */
static void
crash(lw_capability *capability)
{
    lw_lease *lease = acquire(capability);

    assert_int_equal(run(lease, "quits"), LW_ECHILDEXITED);
    lw_lease_release(lease);
}

static void
check_refused(lw_capability *capability)
{
    int i;

    for (i = 0; i < 3; i++) { /* again and again, and always with the time */
        assert_int_equal(try_acquire(capability), LW_ERESTARTS);
        assert_non_null(strstr(at.err.message, "replaced 3 times in 60000 ms"));
        assert_non_null(strstr(at.err.message, "it died (died)"));
        assert_non_null(strstr(at.err.message, "the next start is allowed in"));
    }
}

static void
restarts_are_limited_beyond_one_worker(void **state)
{
    lw_capability *fragile, *sound;
    int i;

    (void)state;
    begin_with(2);
    fragile = make_fragile("A");
    sound = make_capability("B", NULL);
    for (i = 0; i <= RESTARTS; i++) /* the first is no restart */
        crash(fragile);
    check_refused(fragile);
    assert_int_equal(try_acquire(sound), LW_OK);
    atomic_fetch_add(&ahead_ns, 60000 * MS);
    for (i = 0; i <= RESTARTS; i++)
        assert_int_equal(try_acquire(fragile), LW_OK);
    assert_int_equal(snapshot().workers, 2);
    lw_capability_destroy(fragile);
    lw_capability_destroy(sound);
}

/* Where its dead worker gave way to another key each time. */
static void
restarts_are_limited_whoever_comes_between(void **state)
{
    lw_capability *fragile, *sound;
    int i;

    (void)state;
    begin_with(1);
    fragile = make_fragile("A");
    sound = make_capability("B", NULL);
    for (i = 0; i <= RESTARTS; i++) {
        crash(fragile);
        assert_int_equal(try_acquire(sound), LW_OK);
    }
    check_refused(fragile);
    assert_int_equal(try_acquire(sound), LW_OK);
    atomic_fetch_add(&ahead_ns, 60000 * MS);
    assert_int_equal(try_acquire(fragile), LW_OK);
    lw_capability_destroy(fragile);
    lw_capability_destroy(sound);
}

/* The limit is one of each worker: many that die at once are no loop. */
static void
restarts_are_allowed_to_each_worker(void **state)
{
    enum { WORKERS = 2 * RESTARTS };
    lw_lease *leases[WORKERS];
    lw_capability *fragile;
    int i;

    (void)state;
    begin_with(WORKERS);
    fragile = make_fragile("A");
    for (i = 0; i < WORKERS; i++)
        leases[i] = acquire(fragile);
    for (i = 0; i < WORKERS; i++)
        assert_int_equal(run(leases[i], "quits"), LW_ECHILDEXITED);
    for (i = 0; i < WORKERS; i++)
        lw_lease_release(leases[i]);
    for (i = 0; i < WORKERS; i++)
        leases[i] = acquire(fragile);
    assert_int_equal(snapshot().worker_restarts, WORKERS);
    for (i = 0; i < WORKERS; i++)
        lw_lease_release(leases[i]);
    lw_capability_destroy(fragile);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(restarts_are_limited_beyond_one_worker),
        CASE(restarts_are_limited_whoever_comes_between),
        CASE(restarts_are_allowed_to_each_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

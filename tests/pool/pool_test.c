/* The pool on real processes: leases, admission, what ends a lease. */
#include <lean_worker/pool.h>

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "support/test.h"

enum { KEYS = 6 };

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *keys[KEYS];
    lw_error err;
} at;

static lw_capability *
make_capability(const char *name, const lw_metadata_expectation *metadata)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", name, NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    spec.worker.command = command;
    spec.worker.cancel_grace_ms = 5000;
    if (metadata != NULL)
        spec.metadata = *metadata;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    return capability;
}

static int
setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    char name[2] = "A";
    size_t i;

    (void)state;
    memset(&at, 0, sizeof(at));
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    for (i = 0; i < KEYS; i++, name[0]++)
        at.keys[i] = make_capability(name, NULL);
    return 0;
}

static int
teardown(void **state)
{
    size_t i;

    (void)state;
    lw_pool_destroy(at.pool);
    for (i = 0; i < KEYS; i++)
        lw_capability_destroy(at.keys[i]);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static void
begin(uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
}

static lw_lease *
acquire(size_t key)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, at.pool, at.keys[key], NULL, &at.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
    assert_non_null(lease);
    return lease;
}

static int
try_acquire(size_t key, uint64_t wait_ms, lw_cancel *cancel)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease = NULL;
    int rc;

    options.wait_ms = wait_ms;
    options.cancel = cancel;
    rc = lw_pool_acquire(&lease, at.pool, at.keys[key], &options, &at.err);
    assert_int_equal(rc == LW_OK, lease != NULL);
    lw_lease_release(lease);
    return rc;
}

static int
run_for(lw_lease *lease, const char *name, uint64_t timeout_ms,
        lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    options.timeout_ms = timeout_ms;
    options.cancel = cancel;
    spec.name = name;
    rc = lw_lease_run(lease, &reply, &spec, NULL, &options, &at.err);
    lw_reply_destroy(reply);
    return rc;
}

/* The worker of the right key answers. */
static void
check_who(lw_lease *lease, size_t key)
{
    char name[2] = { (char)('A' + (int)key), '\0' };
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "who";
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, &at.err);
    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
    assert_string_equal(lw_reply_get_facts(reply)->response.data, name);
    lw_reply_destroy(reply);
}

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    return shot;
}

static void
await_queue(uint32_t depth)
{
    while (snapshot().queue_depth != depth)
        sched_yield();
}

/* ---- leases ---- */

static void
a_warm_worker_serves_again(void **state)
{
    lw_pool_snapshot shot;
    lw_lease *lease;

    (void)state;
    begin(2);
    lease = acquire(0);
    check_who(lease, 0);
    shot = snapshot();
    assert_int_equal(shot.workers, 1);
    assert_int_equal(shot.active_workers, 1);
    assert_int_equal(shot.warm_leases, 0);
    assert_true(shot.has_total_child_rss && shot.total_child_rss_kib > 0);
    lw_lease_release(lease);
    shot = snapshot();
    assert_int_equal(shot.active_workers, 0);
    assert_int_equal(shot.warm_leases, 1);
    lease = acquire(0);
    check_who(lease, 0);
    lw_lease_release(lease);
    shot = snapshot();
    assert_int_equal(shot.workers, 1);
    assert_int_equal(shot.leases, 2);
    assert_int_equal(shot.worker_restarts, 0);
    assert_int_equal(shot.stream_successes, 2);
}

static void
leases_of_one_key_have_workers_of_their_own(void **state)
{
    lw_lease *first, *second;

    (void)state;
    begin(2);
    first = acquire(0);
    second = acquire(0);
    check_who(first, 0);
    check_who(second, 0);
    assert_int_equal(snapshot().workers, 2);
    assert_int_equal(try_acquire(0, 0, NULL), LW_EEXHAUSTED);
    assert_int_equal(try_acquire(1, 0, NULL), LW_EEXHAUSTED);
    lw_lease_release(first);
    lw_lease_release(second);
}

static void
an_idle_worker_gives_way_to_another_key(void **state)
{
    size_t key;

    (void)state;
    begin(2);
    for (key = 0; key < KEYS; key++) {
        lw_lease *lease = acquire(key);

        check_who(lease, key);
        lw_lease_release(lease);
    }
    assert_int_equal(snapshot().workers, 2);
    assert_int_equal(snapshot().evictions, KEYS - 2);
    assert_int_equal(snapshot().stream_successes, KEYS);
}

/* ---- what ends a lease ---- */

static void
check_lost(lw_lease *lease, const char *reason)
{
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_ELEASE);
    if (strstr(at.err.message, reason) == NULL)
        fail_msg("%s", at.err.message);
    assert_int_equal(run_for(lease, "who", 0, NULL), LW_ELEASE);
    assert_non_null(strstr(at.err.message, reason));
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_ELEASE);
    assert_int_equal(lw_lease_set_request_timeout(lease, 1, &at.err),
                     LW_ELEASE);
    lw_lease_release(lease);
}

static void
check_next(size_t key)
{
    lw_lease *lease = acquire(key);

    check_who(lease, key);
    lw_lease_release(lease);
}

static void
a_child_that_ends_takes_the_lease_along(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    assert_int_equal(run_for(lease, "quits", 0, NULL), LW_ECHILDEXITED);
    check_lost(lease, "LW_ECHILDEXITED");
    check_next(0);
    assert_int_equal(snapshot().worker_restarts, 1);
    assert_int_equal(snapshot().last_restart_reason.kind, LW_RESTART_DIED);
}

static void
a_timeout_takes_the_lease_along(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    assert_int_equal(run_for(lease, "waits", 1, NULL), LW_ETIMEOUT);
    check_lost(lease, "LW_ETIMEOUT");
    /* The child gave in: the worker is warm, and nothing was restarted. */
    check_next(0);
    assert_int_equal(snapshot().worker_restarts, 0);
}

static void *
cancel_it(void *cancel)
{
    while (snapshot().requests == 0)
        sched_yield();
    lw_cancel_set(cancel);
    return NULL;
}

static void
a_cancel_takes_the_lease_along(void **state)
{
    lw_cancel *cancel = NULL;
    pthread_t thread;
    lw_lease *lease;

    (void)state;
    begin(1);
    assert_int_equal(lw_cancel_create(&cancel, &at.err), LW_OK);
    lease = acquire(0);
    pthread_create(&thread, NULL, cancel_it, cancel);
    assert_int_equal(run_for(lease, "waits", 0, cancel), LW_ECANCELLED);
    pthread_join(thread, NULL);
    check_lost(lease, "LW_ECANCELLED");
    check_next(0);
    lw_cancel_destroy(cancel);
}

static void
an_error_of_the_export_leaves_it_as_it_is(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    assert_true(run_for(lease, "fails", 0, NULL) < 0);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_OK);
    check_who(lease, 0);
    lw_lease_release(lease);
}

static void
a_cycle_ends_the_lease_and_keeps_the_worker(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    check_who(lease, 0);
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_OK);
    check_lost(lease, "cycled");
    check_next(0);
    assert_int_equal(snapshot().worker_restarts, 1);
}

static void
a_timeout_of_its_own_ends_with_the_lease(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    assert_int_equal(lw_lease_set_request_timeout(lease, 0, &at.err),
                     LW_EINVAL);
    assert_int_equal(lw_lease_set_request_timeout(lease, 1, &at.err), LW_OK);
    assert_int_equal(run_for(lease, "waits", 0, NULL), LW_ETIMEOUT);
    lw_lease_release(lease);
    check_next(0);
}

static void
a_due_limit_replaces_the_worker_first(void **state)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "Z", NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_lease *lease = NULL;

    (void)state;
    begin(1);
    policy.max_requests = 2;
    spec.worker.command = command;
    spec.worker.policy = &policy;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    assert_int_equal(
        lw_session_key_get_policy_class(lw_capability_get_key(capability)),
        LW_POLICY_CUSTOM);
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err), LW_OK);
    while (lw_lease_check_valid(lease, &at.err) == LW_OK &&
           snapshot().stream_successes < 10)
        run_for(lease, "who", 0, NULL);
    check_lost(lease, "max_requests");
    assert_int_equal(snapshot().max_request_restarts, 1);
    /* Due before it is given out: replaced, and the lease is good. */
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err), LW_OK);
    assert_int_equal(run_for(lease, "who", 0, NULL), LW_OK);
    lw_lease_release(lease);
    lw_capability_destroy(capability);
}

/* ---- admission ---- */

struct wait {
    pthread_t thread;
    size_t key;
    uint64_t wait_ms;
    lw_cancel *cancel;
    int rc;
};

static void *
wait_for_lease(void *argument)
{
    struct wait *wait = argument;
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease = NULL;

    options.wait_ms = wait->wait_ms;
    options.cancel = wait->cancel;
    wait->rc =
        lw_pool_acquire(&lease, at.pool, at.keys[wait->key], &options, NULL);
    lw_lease_release(lease);
    return NULL;
}

static void
start_wait(struct wait *wait)
{
    pthread_create(&wait->thread, NULL, wait_for_lease, wait);
    await_queue(1);
}

static void
who_waits_is_woken_by_a_release(void **state)
{
    struct wait same = { .key = 0, .wait_ms = LW_NO_LIMIT };
    struct wait other = { .key = 1, .wait_ms = LW_NO_LIMIT };
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    start_wait(&same);
    lw_lease_release(lease);
    pthread_join(same.thread, NULL);
    assert_int_equal(same.rc, LW_OK);
    lease = acquire(0);
    start_wait(&other);
    lw_lease_release(lease);
    pthread_join(other.thread, NULL);
    assert_int_equal(other.rc, LW_OK);
    assert_int_equal(snapshot().queue_depth, 0);
    assert_int_equal(snapshot().evictions, 1);
}

static void
a_wait_ends_in_time(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    assert_int_equal(try_acquire(0, 1, NULL), LW_EQUEUETIMEOUT);
    assert_int_equal(snapshot().queue_timeouts, 1);
    assert_int_equal(snapshot().queue_depth, 0);
    lw_lease_release(lease);
}

static void
a_wait_can_be_cancelled(void **state)
{
    struct wait wait = { .key = 0, .wait_ms = LW_NO_LIMIT };
    lw_lease *lease;

    (void)state;
    begin(1);
    assert_int_equal(lw_cancel_create(&wait.cancel, &at.err), LW_OK);
    lease = acquire(0);
    start_wait(&wait);
    lw_cancel_set(wait.cancel);
    pthread_join(wait.thread, NULL);
    assert_int_equal(wait.rc, LW_ECANCELLED);
    assert_int_equal(try_acquire(0, 0, wait.cancel), LW_ECANCELLED);
    lw_lease_release(lease);
    lw_cancel_destroy(wait.cancel);
}

static void
closing_ends_the_waits_and_leaves_the_leases(void **state)
{
    struct wait wait = { .key = 0, .wait_ms = LW_NO_LIMIT };
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(0);
    start_wait(&wait);
    lw_pool_close(at.pool);
    pthread_join(wait.thread, NULL);
    assert_int_equal(wait.rc, LW_ECLOSED);
    assert_int_equal(try_acquire(0, 0, NULL), LW_ECLOSED);
    check_who(lease, 0);
    lw_lease_release(lease);
}

static void
the_last_lease_frees_a_destroyed_pool(void **state)
{
    lw_lease *first, *second;

    (void)state;
    begin(3);
    check_next(2);
    first = acquire(0);
    second = acquire(1);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    check_who(first, 0);
    lw_lease_release(first);
    check_who(second, 1);
    lw_lease_release(second);
}

static void
the_budget_refuses(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease;

    (void)state;
    config.max_workers = 4;
    config.max_total_rss_kib = 1;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
    lease = acquire(0);
    assert_int_equal(try_acquire(1, 0, NULL), LW_EMEMBUDGET);
    assert_int_equal(snapshot().memory_budget_rejections, 1);
    lw_lease_release(lease);
    /* The idle one gives way, with its memory. */
    check_next(1);
}

/* A worker whose child is dead has no memory, and that is known. */
static void
a_dead_worker_does_not_lift_the_budget(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease;

    (void)state;
    config.max_workers = 4;
    config.max_total_rss_kib = 1;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
    lease = acquire(0);
    assert_int_equal(run_for(lease, "quits", 0, NULL), LW_ECHILDEXITED);
    lw_lease_release(lease);
    assert_true(snapshot().has_total_child_rss);
    assert_int_equal(snapshot().total_child_rss_kib, 0);
    lease = acquire(1);
    assert_int_equal(try_acquire(2, 0, NULL), LW_EMEMBUDGET);
    assert_true(snapshot().total_child_rss_kib > 0);
    assert_int_equal(snapshot().rss_samples_unavailable, 0);
    lw_lease_release(lease);
}

/* ---- opening ---- */

static void
a_worker_that_does_not_open_is_the_callers_error(void **state)
{
    const char *command[] = { "/nowhere/worker", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_lease *lease = NULL;

    (void)state;
    begin(1);
    spec.worker.command = command;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err), LW_ESPAWN);
    assert_null(lease);
    assert_int_equal(snapshot().failed_openings, 1);
    assert_int_equal(snapshot().workers, 0);
    /* It pauses, and others do not. */
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err),
        LW_EEXHAUSTED);
    check_next(0);
    lw_capability_destroy(capability);
}

/* Those who wait for a key that pauses are let in when the pause is over. */
static void
nobody_waits_for_ever_for_a_key_that_does_not_open(void **state)
{
    const char *command[] = { "/nowhere/worker", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    struct wait waits[3];
    lw_lease *lease;
    size_t i;

    (void)state;
    begin(1);
    spec.worker.command = command;
    lw_capability_destroy(at.keys[0]);
    assert_int_equal(lw_capability_create(&at.keys[0], &spec, &at.err), LW_OK);
    lease = acquire(1);
    for (i = 0; i < 3; i++) {
        waits[i] = (struct wait){ .key = 0, .wait_ms = LW_NO_LIMIT };
        pthread_create(&waits[i].thread, NULL, wait_for_lease, &waits[i]);
    }
    await_queue(3);
    lw_lease_release(lease);
    for (i = 0; i < 3; i++) {
        pthread_join(waits[i].thread, NULL);
        assert_int_equal(waits[i].rc, LW_ESPAWN);
    }
    assert_int_equal(snapshot().failed_openings, 3);
}

/* A pause that is over is nothing to wait for: no thread spins behind it. */
static void
who_waits_behind_a_pause_sleeps(void **state)
{
    const char *command[] = { "/nowhere/worker", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    struct timespec before, after;
    int64_t used_ns;
    lw_lease *lease;

    (void)state;
    begin(1);
    spec.worker.command = command;
    lw_capability_destroy(at.keys[0]);
    assert_int_equal(lw_capability_create(&at.keys[0], &spec, &at.err), LW_OK);
    assert_int_equal(try_acquire(0, 0, NULL), LW_ESPAWN);
    lease = acquire(1);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    assert_int_equal(try_acquire(0, 1000, NULL), LW_EQUEUETIMEOUT);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    used_ns = (int64_t)(after.tv_sec - before.tv_sec) * 1000000000 +
              (after.tv_nsec - before.tv_nsec);
    assert_true(used_ns < 100000000);
    lw_lease_release(lease);
}

static void *
cancel_opening(void *cancel)
{
    while (snapshot().active_workers == 0)
        sched_yield();
    lw_cancel_set(cancel);
    return NULL;
}

/* The caller's own wish says nothing of the key. */
static void
a_cancelled_opening_makes_nobody_pause(void **state)
{
    const char *command[] = { "/bin/sleep", "1000", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_cancel *cancel = NULL;
    pthread_t thread;
    int i;

    (void)state;
    begin(1);
    spec.worker.command = command;
    lw_capability_destroy(at.keys[0]);
    assert_int_equal(lw_capability_create(&at.keys[0], &spec, &at.err), LW_OK);
    for (i = 0; i < 2; i++) {
        assert_int_equal(lw_cancel_create(&cancel, &at.err), LW_OK);
        pthread_create(&thread, NULL, cancel_opening, cancel);
        assert_int_equal(try_acquire(0, 0, cancel), LW_ECANCELLED);
        pthread_join(thread, NULL);
        lw_cancel_destroy(cancel);
    }
    assert_int_equal(snapshot().workers, 0);
}

static void
metadata_must_be_as_expected(void **state)
{
    static const char right[] =
        "{\"commands\": [{\"version\":\"M\", \"name\":\"who\"}]}";
    static const char wrong[] =
        "{\"commands\": [{\"version\":\"N\", \"name\":\"who\"}]}";
    lw_metadata_expectation expected = { .export_name = "metadata",
                                         .match = LW_METADATA_EXACT };
    lw_capability *good, *bad;
    lw_lease *lease = NULL;

    (void)state;
    begin(1);
    expected.expected = (lw_span){ right, sizeof(right) - 1 };
    good = make_capability("M", &expected);
    expected.expected = (lw_span){ wrong, sizeof(wrong) - 1 };
    bad = make_capability("M", &expected);
    assert_int_equal(lw_pool_acquire(&lease, at.pool, good, NULL, &at.err),
                     LW_OK);
    lw_lease_release(lease);
    assert_int_equal(lw_pool_acquire(&lease, at.pool, bad, NULL, &at.err),
                     LW_EMISMATCH);
    assert_non_null(strstr(at.err.message, "\"N\""));
    lw_capability_destroy(good);
    lw_capability_destroy(bad);
}

static void
wrong_arguments_are_refused(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_request *request = NULL;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_lease *lease = NULL;
    lw_pool *pool = NULL;

    (void)state;
    config.max_workers = 0;
    assert_int_equal(lw_pool_create(&pool, at.runtime, &config, &at.err),
                     LW_EINVAL);
    config.max_workers = 1;
    config.max_workers_per_key = 2;
    assert_int_equal(lw_pool_create(&pool, at.runtime, &config, &at.err),
                     LW_EINVAL);
    config = (lw_pool_config)LW_POOL_CONFIG_INIT;
    config.idle_cycle_ms = LW_TIMEOUT_MAX_MS + 1;
    assert_int_equal(lw_pool_create(&pool, at.runtime, &config, &at.err),
                     LW_EINVAL);
    assert_int_equal(lw_pool_create(NULL, at.runtime, NULL, &at.err),
                     LW_EINVAL);
    begin(1);
    assert_int_equal(lw_pool_acquire(NULL, at.pool, at.keys[0], NULL, &at.err),
                     LW_EINVAL);
    assert_int_equal(lw_pool_acquire(&lease, NULL, at.keys[0], NULL, &at.err),
                     LW_EBADHANDLE);
    assert_int_equal(lw_pool_acquire(&lease, at.pool, NULL, NULL, &at.err),
                     LW_EBADHANDLE);
    lease = acquire(0);
    options.request = &request;
    assert_int_equal(
        lw_lease_run(lease, &reply, &spec, NULL, &options, &at.err), LW_EINVAL);
    assert_int_equal(lw_lease_run(lease, &reply, NULL, NULL, NULL, &at.err),
                     LW_EINVAL);
    lw_lease_release(lease);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_EBADHANDLE);
    assert_int_equal(run_for(lease, "who", 0, NULL), LW_EBADHANDLE);
    lw_lease_release(NULL);
    lw_pool_destroy(NULL);
    lw_pool_close(NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_warm_worker_serves_again),
        CASE(leases_of_one_key_have_workers_of_their_own),
        CASE(an_idle_worker_gives_way_to_another_key),
        CASE(a_child_that_ends_takes_the_lease_along),
        CASE(a_timeout_takes_the_lease_along),
        CASE(a_cancel_takes_the_lease_along),
        CASE(an_error_of_the_export_leaves_it_as_it_is),
        CASE(a_cycle_ends_the_lease_and_keeps_the_worker),
        CASE(a_timeout_of_its_own_ends_with_the_lease),
        CASE(a_due_limit_replaces_the_worker_first),
        CASE(who_waits_is_woken_by_a_release),
        CASE(a_wait_ends_in_time),
        CASE(a_wait_can_be_cancelled),
        CASE(closing_ends_the_waits_and_leaves_the_leases),
        CASE(the_last_lease_frees_a_destroyed_pool),
        CASE(the_budget_refuses),
        CASE(a_dead_worker_does_not_lift_the_budget),
        CASE(a_worker_that_does_not_open_is_the_callers_error),
        CASE(nobody_waits_for_ever_for_a_key_that_does_not_open),
        CASE(who_waits_behind_a_pause_sleeps),
        CASE(a_cancelled_opening_makes_nobody_pause),
        CASE(metadata_must_be_as_expected),
        CASE(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pool_crowd_test.c - many threads on few workers: leases are taken, used,
 * lost and given back at random, while others look, and the pool closes in the
 * end. Under ThreadSanitizer this is the test of the pool's locks.
 */
#include <lean_worker/pool.h>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include "support/random.h"
#include "support/test.h"

enum { THREADS = 16, WORKERS = 8, KEYS = 6, ROUNDS = 40 };

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *keys[KEYS];
    uint64_t seed;
    _Atomic unsigned served;
    _Atomic unsigned lost;
    _Atomic unsigned refused;
    _Atomic unsigned surprises; /* results that make no sense */
} at;

/* The answer is the key's own name: no caller has another's worker. */
static int
ask_who(lw_lease *lease, size_t key)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "who";
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL);
    if (rc == LW_OK &&
        lw_reply_get_facts(reply)->response.data[0] != 'A' + (char)key)
        at.surprises++;
    at.served += rc == LW_OK;
    lw_reply_destroy(reply);
    return rc;
}

static int
lose_it(lw_lease *lease, struct lwt_random *random)
{
    static const char *const ways[] = { "quits", "waits" };
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    if (lwt_random_below(random, 4) == 0) {
        (void)lw_lease_cycle(lease, NULL);
        return LW_ELEASE; /* whether or not it came up again */
    }
    spec.name = ways[lwt_random_below(random, 2)];
    options.timeout_ms = 1;
    rc = lw_lease_run(lease, &reply, &spec, NULL, &options, NULL);
    lw_reply_destroy(reply);
    if (!lw_status_lost_lease(rc))
        at.surprises++;
    return rc;
}

static void
use(lw_lease *lease, size_t key, struct lwt_random *random)
{
    size_t requests = lwt_random_below(random, 5);
    int rc = LW_OK;

    while (rc == LW_OK && requests-- > 0)
        rc = ask_who(lease, key);
    if (rc == LW_OK && lwt_random_below(random, 8) == 0)
        rc = lose_it(lease, random);
    at.lost += rc != LW_OK;
    if (rc != LW_OK && lw_lease_check_valid(lease, NULL) != LW_ELEASE)
        at.surprises++;
}

static bool
is_refusal(int rc)
{
    return rc == LW_EQUEUETIMEOUT || rc == LW_EEXHAUSTED || rc == LW_ECLOSED ||
           rc == LW_ECANCELLED || rc == LW_ERESTARTS;
}

static void *
caller(void *argument)
{
    struct lwt_random random = { at.seed + (size_t)argument * 2654435761u };
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease;
    size_t key, i;
    int rc;

    for (i = 0; i < ROUNDS; i++) {
        key = lwt_random_below(&random, KEYS);
        options.priority = (uint32_t)lwt_random_below(&random, 2);
        options.wait_ms = lwt_random_below(&random, 8) == 0 ? 1 : LW_NO_LIMIT;
        rc = lw_pool_acquire(&lease, at.pool, at.keys[key], &options, NULL);
        if (rc != LW_OK) {
            at.refused++;
            if (!is_refusal(rc))
                at.surprises++;
            continue;
        }
        use(lease, key, &random);
        lw_lease_release(lease);
    }
    return NULL;
}

/* What it sees is always possible. */
static void *
onlooker(void *argument)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };
    uint64_t leases = 0;
    const _Atomic bool *done = argument;

    while (!*done) {
        lw_pool_get_snapshot(at.pool, &shot, NULL);
        if (shot.workers > WORKERS ||
            shot.active_workers + shot.warm_leases > shot.workers ||
            shot.queue_depth > THREADS || shot.leases < leases)
            at.surprises++;
        leases = shot.leases;
    }
    return NULL;
}

static void
make_keys(void)
{
    char name[2] = "A";
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", name, NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    size_t i;

    policy.max_restarts = 0; /* the test is here to restart them */
    policy.max_requests = 50;
    spec.worker.command = command;
    spec.worker.policy = &policy;
    for (i = 0; i < KEYS; i++, name[0]++)
        assert_int_equal(lw_capability_create(&at.keys[i], &spec, NULL), LW_OK);
}

static void
a_crowd_is_served(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };
    pthread_t threads[THREADS], looker;
    _Atomic bool done = false;
    size_t i;

    (void)state;
    at.seed = lwt_random_init(0x5eed0062).state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, NULL), LW_OK);
    make_keys();
    config.max_workers = WORKERS;
    config.max_workers_per_key = 3;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, NULL),
                     LW_OK);
    pthread_create(&looker, NULL, onlooker, &done);
    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, caller, (void *)i);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    done = true;
    pthread_join(looker, NULL);
    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, NULL), LW_OK);
    print_message("%u served, %u leases lost, %u refused, %llu restarts, "
                  "%llu evictions\n",
                  at.served, at.lost, at.refused,
                  (unsigned long long)shot.worker_restarts,
                  (unsigned long long)shot.evictions);
    assert_int_equal(at.surprises, 0);
    assert_int_equal(shot.leases + at.refused, THREADS * ROUNDS);
    assert_int_equal(shot.active_workers, 0);
    assert_int_equal(shot.queue_depth, 0);
    assert_true(at.served > THREADS * ROUNDS / 2);
    lw_pool_destroy(at.pool);
    for (i = 0; i < KEYS; i++)
        lw_capability_destroy(at.keys[i]);
    lw_runtime_destroy(at.runtime);
}

/* ---- a start that takes its time ---- */

static void *
acquire_slow(void *rc)
{
    lw_lease *lease = NULL;

    *(int *)rc = lw_pool_acquire(&lease, at.pool, at.keys[0], NULL, NULL);
    lw_lease_release(lease);
    return NULL;
}

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, NULL), LW_OK);
    return shot;
}

/* The slow one has the lock of nothing: others go on meanwhile. */
static void
a_slow_start_holds_up_nobody_else(void **state)
{
    char fifo[] = "/tmp/lw-pool-test-XXXXXX";
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "A", fifo,
                              NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_lease *lease = NULL;
    pthread_t slow;
    int rc = LW_EBUSY, fd;

    (void)state;
    close(mkstemp(fifo));
    unlink(fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, NULL), LW_OK);
    config.max_workers = 2;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, NULL),
                     LW_OK);
    spec.worker.command = command;
    assert_int_equal(lw_capability_create(&at.keys[0], &spec, NULL), LW_OK);
    command[1] = "B";
    command[2] = NULL;
    assert_int_equal(lw_capability_create(&at.keys[1], &spec, NULL), LW_OK);
    pthread_create(&slow, NULL, acquire_slow, &rc);
    while (snapshot().active_workers != 1)
        sched_yield();
    assert_int_equal(lw_pool_acquire(&lease, at.pool, at.keys[1], NULL, NULL),
                     LW_OK);
    assert_int_equal(ask_who(lease, 1), LW_OK);
    lw_lease_release(lease);
    assert_int_equal(snapshot().leases, 1);
    fd = open(fifo, O_WRONLY | O_CLOEXEC); /* now it may come up */
    pthread_join(slow, NULL);
    close(fd);
    unlink(fifo);
    assert_int_equal(rc, LW_OK);
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.keys[0]);
    lw_capability_destroy(at.keys[1]);
    lw_runtime_destroy(at.runtime);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_start_holds_up_nobody_else),
        cmocka_unit_test(a_crowd_is_served),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

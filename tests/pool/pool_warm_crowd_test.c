/* Warmth in a crowd: callers lose workers while what is kept changes. */
#include <lean_worker/pool_warm.h>

#include <pthread.h>

#include "pool/pool.h"
#include "support/random.h"
#include "support/test.h"

enum { THREADS = 4, KEYS = 3, TURNS = 40, CHANGES = 60 };

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *keys[KEYS];
    _Atomic unsigned answers;
} at;

static lw_capability *
make(size_t key)
{
    char name[2] = { (char)('A' + (int)key), '\0' };
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", name, NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    policy.max_restarts = 0; /* they are lost on purpose */
    spec.worker.command = command;
    spec.worker.policy = &policy;
    assert_int_equal(lw_capability_create(&capability, &spec, NULL), LW_OK);
    return capability;
}

static void
use(lw_lease *lease, struct lwt_random *random)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;

    switch (lwt_random_below(random, 4)) {
    case 0:
        spec.name = "quits";
        lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL);
        break;
    case 1:
        lw_lease_cycle(lease, NULL);
        break;
    default:
        spec.name = "who";
        if (lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL) == LW_OK)
            at.answers++;
    }
    lw_reply_destroy(reply);
}

static void *
call(void *seed)
{
    struct lwt_random random = lwt_random_init(*(uint64_t *)seed);
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease;
    int i;

    options.wait_ms = LW_NO_LIMIT;
    for (i = 0; i < TURNS; i++) {
        lease = NULL;
        if (lw_pool_acquire(&lease, at.pool,
                            at.keys[lwt_random_below(&random, KEYS)], &options,
                            NULL) == LW_OK)
            use(lease, &random);
        lw_lease_release(lease);
    }
    return NULL;
}

static void
keep_something(struct lwt_random *random)
{
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;

    keep.min_idle = (uint32_t)lwt_random_below(random, 3);
    keep.standbys = (uint32_t)lwt_random_below(random, 2);
    keep.bare_standbys = (uint32_t)lwt_random_below(random, 2);
    lw_pool_keep(at.pool, at.keys[lwt_random_below(random, KEYS)], &keep, NULL);
    lw_pool_wait_warm(at.pool, NULL, lwt_random_below(random, 3), NULL, NULL);
}

static void
begin(void)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    size_t i;

    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, NULL), LW_OK);
    for (i = 0; i < KEYS; i++)
        at.keys[i] = make(i);
    config.max_workers = 3;
    config.max_standby = 2;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, NULL),
                     LW_OK);
}

static void
audit(void)
{
    int64_t now;

    pthread_mutex_lock(&at.pool->lock);
    now = lwi_now(at.pool->clock);
    lwi_core_pass(&at.pool->core, now);
    lwi_pool_tell(at.pool);
    lwi_core_audit(&at.pool->core, now);
    pthread_mutex_unlock(&at.pool->lock);
}

static void
a_crowd_does_not_confuse_the_opener(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed3a73);
    uint64_t seeds[THREADS] = { 11, 22, 33, 44 };
    pthread_t threads[THREADS];
    size_t i;

    (void)state;
    begin();
    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, call, &seeds[i]);
    for (i = 0; i < CHANGES; i++) {
        keep_something(&random);
        audit();
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(at.answers > 0);
    keep_something(&random);
    lw_pool_destroy(at.pool); /* in the middle of it */
    for (i = 0; i < KEYS; i++)
        lw_capability_destroy(at.keys[i]);
    lw_runtime_destroy(at.runtime);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_does_not_confuse_the_opener),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

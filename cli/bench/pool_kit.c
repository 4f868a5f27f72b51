/* pool_kit.c - pools of echo children. */
#include "bench/pool_kit.h"

#include <stdio.h>

#include "base/base.h"

lw_capability *
bench_make_key(const struct bench_place *place, unsigned number)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    struct bench_command command;
    lw_capability *key = NULL;
    char setting[32];
    const char *environment[] = { setting, NULL };

    bench_command_init(&command, place, "serve");
    snprintf(setting, sizeof(setting), "LEAN_WORKER_BENCH_KEY=%u", number);
    policy.max_restarts = 0; /* children are killed here */
    spec.worker.command = command.words;
    spec.worker.environment = environment;
    spec.worker.policy = &policy;
    bench_need(lw_capability_create(&key, &spec, &err), "capability", &err);
    return key;
}

lw_pool *
bench_make_pool(const struct bench_place *place, lw_pool_config config)
{
    lw_error err = LW_ERROR_INIT;
    lw_pool *pool = NULL;

    config.admission_wait_ms = LW_NO_LIMIT;
    bench_need(lw_pool_create(&pool, place->runtime, &config, &err), "pool",
               &err);
    return pool;
}

lw_pool *
bench_make_plain_pool(const struct bench_place *place, uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    return bench_make_pool(place, config);
}

lw_lease *
bench_acquire(lw_pool *pool, lw_capability *key)
{
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;

    bench_need(lw_pool_acquire(&lease, pool, key, NULL, &err), "acquire", &err);
    return lease;
}

void
bench_warm_up(lw_pool *pool, lw_capability *key, unsigned count)
{
    lw_lease *leases[BENCH_WARM_MAX];
    unsigned i;

    for (i = 0; i < count; i++)
        leases[i] = bench_acquire(pool, key);
    for (i = 0; i < count; i++)
        lw_lease_release(leases[i]);
}

double
bench_turns(lw_pool *pool, lw_capability *key)
{
    double start_us = bench_now_us();
    int i;

    for (i = 0; i < BENCH_TURNS; i++)
        lw_lease_release(bench_acquire(pool, key));
    return (bench_now_us() - start_us) / BENCH_TURNS;
}

void
bench_lease_ask(lw_lease *lease, const char *name, char *answer, size_t size)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;
    lw_span response;

    spec.name = name;
    bench_need(lw_lease_run(lease, &reply, &spec, NULL, NULL, &err), name,
               &err);
    response = lw_reply_get_facts(reply)->response;
    if (answer != NULL)
        snprintf(answer, size, "%.*s", (int)response.size, response.data);
    lw_reply_destroy(reply);
}

bool
bench_answers(lw_pool *pool, lw_capability *key)
{
    lw_lease *lease = bench_acquire(pool, key);
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "echo";
    spec.session = lw_lease_get_session(lease);
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, &err);
    lw_reply_destroy(reply);
    lw_lease_release(lease);
    if (!lw_status_lost_lease(rc))
        bench_need(rc, "echo", &err);
    return rc == LW_OK;
}

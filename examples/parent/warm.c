/*
 * warm.c - a pool that has a worker ready before anybody asks, and another one
 * in reserve for when that is lost.
 *
 *     warm build/examples/count
 *
 * Nobody waits for a cold start: neither the first caller, nor the one after a
 * worker was killed.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static int
complain(const lw_error *err)
{
    fprintf(stderr, "%s: %s\n", lw_status_name(err->status), err->message);
    return 1;
}

/* One request; with `cycle`, the worker is given up before. */
static int
ask(lw_pool *pool, lw_capability *capability, int cycle, lw_error *err)
{
    lw_run_spec count = LW_RUN_SPEC_INIT;
    lw_lease *lease = NULL;
    lw_reply *reply = NULL;
    int rc = lw_pool_acquire(&lease, pool, capability, NULL, err);

    count.name = "count";
    count.request.data = "3";
    count.request.size = 1;
    if (rc == LW_OK && cycle)
        rc = lw_lease_cycle(lease, err);
    else if (rc == LW_OK)
        rc = lw_lease_run(lease, &reply, &count, NULL, NULL, err);
    lw_reply_destroy(reply);
    lw_lease_release(lease);
    return rc;
}

static int
keep_warm(lw_pool *pool, lw_capability *capability, lw_error *err)
{
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    int rc;

    keep.min_idle = 1; /* for the next caller */
    keep.standbys = 1; /* for whoever loses a worker */
    rc = lw_pool_keep(pool, capability, &keep, err);
    if (rc == LW_OK)
        rc = lw_pool_wait_warm(pool, capability, 60000, NULL, err);
    return rc;
}

static void
tell(lw_pool *pool)
{
    lw_pool_snapshot shot;

    memset(&shot, 0, sizeof(shot));
    shot.struct_size = sizeof(shot);
    if (lw_pool_get_snapshot(pool, &shot, NULL) == LW_OK)
        printf("%llu workers opened ahead, %llu taken from standby\n",
               (unsigned long long)shot.background_openings,
               (unsigned long long)shot.standby_takeovers);
}

int
main(int argc, char **argv)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    const char *command[2] = { NULL, NULL };
    lw_capability *capability = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_runtime *runtime = NULL;
    lw_pool *pool = NULL;
    int rc;

    if (argc != 2) {
        fprintf(stderr, "usage: warm WORKER\n");
        return 2;
    }
    command[0] = argv[1];
    spec.worker.command = command;
    config.max_workers = 2;
    config.max_standby = 1;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_capability_create(&capability, &spec, &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, runtime, &config, &err);
    if (rc == LW_OK)
        rc = keep_warm(pool, capability, &err);
    if (rc == LW_OK)
        rc = ask(pool, capability, 0, &err);
    if (rc == LW_OK)
        rc = ask(pool, capability, 1, &err); /* the standby takes over */
    if (rc == LW_OK)
        rc = ask(pool, capability, 0, &err);
    if (rc == LW_OK)
        rc = lw_pool_wait_warm(pool, NULL, 60000, NULL, &err);
    if (rc == LW_OK)
        tell(pool);
    lw_pool_destroy(pool);
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    return rc == LW_OK ? 0 : complain(&err);
}

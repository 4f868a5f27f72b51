/* pool_support.c - a pool on real processes for one test. */
#include "pool/pool_support.h"

#include <sched.h>
#include <signal.h>

#include "proc/runtime.h"

struct stand stand;

static int64_t
now_ns(void *user)
{
    (void)user;
    return lwi_now(&lwi_system_clock) + stand.passed_ns;
}

static const struct lwi_clock stand_clock = { now_ns, NULL };

int
stand_setup(void **state)
{
    static const struct lwi_runtime_hooks hooks = { .clock = &stand_clock };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    memset(&stand, 0, sizeof(stand));
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(
        lwi_runtime_create(&stand.runtime, &options, &hooks, &stand.err),
        LW_OK);
    return 0;
}

int
stand_teardown(void **state)
{
    (void)state;
    lw_pool_destroy(stand.pool);
    while (stand.key_count > 0)
        lw_capability_destroy(stand.keys[--stand.key_count]);
    lw_runtime_destroy(stand.runtime);
    return 0;
}

void
stand_begin(const lw_pool_config *config)
{
    assert_int_equal(
        lw_pool_create(&stand.pool, stand.runtime, config, &stand.err), LW_OK);
}

void
stand_begin_plain(uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    stand_begin(&config);
}

/* ---- keys ---- */

lw_capability_spec *
stand_spec(const char *name)
{
    static const char *command[4];
    static lw_restart_policy policy;
    static lw_capability_spec spec;

    command[0] = LW_BUILD_DIR "/tests/semantics_helper";
    command[1] = name;
    command[2] = command[3] = NULL;
    policy = (lw_restart_policy)LW_RESTART_POLICY_INIT;
    policy.max_restarts = 0; /* tests are here to restart them */
    spec = (lw_capability_spec)LW_CAPABILITY_SPEC_INIT;
    spec.worker.command = command;
    spec.worker.policy = &policy;
    spec.worker.startup_timeout_ms = LW_TIMEOUT_MAX_MS;
    spec.worker.cancel_grace_ms = LW_TIMEOUT_MAX_MS;
    return &spec;
}

lw_capability *
stand_key_of(const lw_capability_spec *spec)
{
    lw_capability **key = &stand.keys[stand.key_count++];

    assert_true(stand.key_count <= STAND_KEYS);
    assert_int_equal(lw_capability_create(key, spec, &stand.err), LW_OK);
    return *key;
}

lw_capability *
stand_key(const char *name)
{
    return stand_key_of(stand_spec(name));
}

/* ---- leases ---- */

lw_lease *
stand_acquire(lw_capability *key)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, stand.pool, key, NULL, &stand.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), stand.err.message);
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_OK);
    return lease;
}

int
stand_try(lw_capability *key, uint64_t wait_ms, lw_cancel *cancel)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease = NULL;
    int rc;

    options.wait_ms = wait_ms;
    options.cancel = cancel;
    rc = lw_pool_acquire(&lease, stand.pool, key, &options, &stand.err);
    assert_int_equal(rc == LW_OK, lease != NULL);
    lw_lease_release(lease);
    return rc;
}

int
stand_run_for(lw_lease *lease, const char *name, uint64_t timeout_ms,
              lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    options.timeout_ms = timeout_ms;
    options.cancel = cancel;
    spec.name = name;
    rc = lw_lease_run(lease, &reply, &spec, NULL, &options, &stand.err);
    lw_reply_destroy(reply);
    return rc;
}

int
stand_run(lw_lease *lease, const char *name)
{
    return stand_run_for(lease, name, 0, NULL);
}

int
stand_run_rows(lw_lease *lease, const char *name, const char *request,
               const lw_sinks *sinks, lw_reply_facts *sum)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    const lw_reply_facts *facts;
    lw_reply *reply = NULL;
    int rc;

    spec.name = name;
    spec.request = (lw_span){ request, strlen(request) };
    rc = lw_lease_run(lease, &reply, &spec, sinks, NULL, &stand.err);
    facts = lw_reply_get_facts(reply);
    if (facts != NULL) {
        sum->rows += facts->rows;
        sum->row_bytes += facts->row_bytes;
        sum->elapsed_us += facts->elapsed_us;
        sum->backpressure_waits += facts->backpressure_waits;
    }
    lw_reply_destroy(reply);
    return rc;
}

/* What an export of the helper says, which must work. */
static void
ask(lw_lease *lease, const char *what, char *answer, size_t size)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = what;
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, &stand.err);
    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), stand.err.message);
    snprintf(answer, size, "%s", lw_reply_get_facts(reply)->response.data);
    lw_reply_destroy(reply);
}

int
stand_pid(lw_lease *lease)
{
    char text[32];

    ask(lease, "pid", text, sizeof(text));
    return (int)strtol(text, NULL, 10);
}

int
stand_use(lw_capability *key)
{
    lw_lease *lease = stand_acquire(key);
    int pid = stand_pid(lease);

    lw_lease_release(lease);
    return pid;
}

/* A dead process that is not buried yet still has its number. */
void
stand_kill_idle(int pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (kill(pid, 0) == 0)
        sched_yield();
}

lw_pool_snapshot
stand_look(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(stand.pool, &shot, &stand.err),
                     LW_OK);
    return shot;
}

void
stand_pass(int64_t ms)
{
    stand.passed_ns += ms * LWI_NS_PER_MS;
}

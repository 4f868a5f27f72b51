/*
 * pool_limits_test.c - what bounds a pool: restarts, memory, time, leases.
 *
 * On real processes and the system's clock, which a test can set forward.
 */
#include <lean_worker/pool.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "pool/pool.h"
#include "proc/runtime_impl.h"
#include "support/test.h"
#include "worker/worker.h"

#define MS LWI_NS_PER_MS

/* ---- a clock that can be set forward ---- */

static atomic_llong ahead_ns;
static atomic_llong frozen_ns; /* not 0: it stands at that */

static int64_t
read_time(void *user)
{
    int64_t frozen = atomic_load(&frozen_ns);

    (void)user;
    return (frozen != 0 ? frozen : lwi_now(&lwi_system_clock)) +
           atomic_load(&ahead_ns);
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
    atomic_store(&frozen_ns, 0);
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

/* ---- a limit that is due at a request ---- */

static int samples;

static int
take_sample(struct lwi_child *child, enum lwi_memory_detail detail,
            struct lwi_memory *out)
{
    samples++;
    return lwi_child_get_memory(child, detail, out);
}

/* One sample for one request, and none where no limit wants it. */
static void
the_policy_is_asked_once_for_a_request(void **state)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability *capability;
    lw_lease *lease;

    (void)state;
    atomic_store(&frozen_ns, lwi_now(&lwi_system_clock)); /* no timer runs */
    begin_with(1);
    policy.max_rss_kib = LW_NO_LIMIT - 1;
    capability = make_capability("A", &policy);
    lease = acquire(capability);
    assert_int_equal(run(lease, "who"), LW_OK);
    at.pool->seats[0].worker->policy.sample = take_sample;
    samples = 0;
    assert_int_equal(run(lease, "who"), LW_OK);
    assert_int_equal(samples, 1);
    lw_lease_release(lease);
    lw_capability_destroy(capability);
}

/* The next child takes for ever to come up, and the request has a time. */
static void
a_due_replacement_has_the_time_of_the_request(void **state)
{
    char fifo[] = "/tmp/lw-pool-test-XXXXXX";
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "A", fifo,
                              NULL };
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_run_spec who = LW_RUN_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_reply *reply = NULL;
    lw_lease *lease;
    int fd;

    (void)state;
    close(mkstemp(fifo));
    unlink(fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    fd = open(fifo, O_RDWR | O_CLOEXEC);
    policy.max_requests = 1;
    spec.worker.command = command;
    spec.worker.policy = &policy;
    spec.worker.startup_timeout_ms = LW_TIMEOUT_MAX_MS;
    begin_with(1);
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    lease = acquire(capability);
    assert_int_equal(run(lease, "who"), LW_OK);
    close(fd); /* none comes up from here on */
    options.timeout_ms = 50;
    who.name = "who";
    assert_int_equal(lw_lease_run(lease, &reply, &who, NULL, &options, &at.err),
                     LW_ELEASE);
    assert_non_null(strstr(at.err.message, "max_requests"));
    lw_lease_release(lease);
    lw_capability_destroy(capability);
    unlink(fifo);
}

/* The child is gone: no other one is started for a lease that is not its. */
static void
a_request_starts_no_other_child(void **state)
{
    lw_capability *capability;
    lw_worker *worker;
    lw_lease *lease;

    (void)state;
    begin_with(1);
    capability = make_capability("A", NULL);
    lease = acquire(capability);
    worker = at.pool->seats[0].worker;
    assert_int_equal(kill(lw_worker_get_pid(worker), SIGKILL), 0);
    while (lw_worker_get_state(worker) != LW_WORKER_DEAD)
        sched_yield();
    assert_int_equal(run(lease, "who"), LW_ELEASE);
    assert_non_null(strstr(at.err.message, "the worker process ended"));
    assert_int_equal(lw_worker_get_generation(worker), 1);
    lw_lease_release(lease);
    assert_int_equal(try_acquire(capability), LW_OK);
    lw_capability_destroy(capability);
}

/* What the timer did is what the request would have done. */
static void
an_idle_limit_is_the_same_by_timer_and_by_request(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_capability *capability;
    lw_worker *worker;
    lw_lease *lease;

    (void)state;
    config.idle_cycle_ms = 60000;
    begin(&config);
    capability = make_capability("A", NULL);
    lease = acquire(capability);
    worker = at.pool->seats[0].worker;
    atomic_fetch_add(&ahead_ns, 60000 * MS);
    lwi_runtime_wake(at.runtime);
    while (lw_worker_get_state(worker) == LW_WORKER_IDLE)
        sched_yield();
    assert_int_equal(run(lease, "who"), LW_ELEASE);
    assert_non_null(strstr(at.err.message, "(idle: "));
    lw_lease_release(lease);
    assert_int_equal(snapshot().idle_restarts, 1);
    lw_capability_destroy(capability);
}

/* ---- handles ---- */

/* The worker has been given to others since: they are not disturbed. */
static void
a_lease_that_was_released_is_not_anothers(void **state)
{
    lw_capability *capability;
    lw_lease *stale[LWI_LEASE_RECORDS - 1], *lease;
    size_t i;

    (void)state;
    begin_with(1);
    capability = make_capability("A", NULL);
    for (i = 0; i < LWI_COUNT(stale); i++) {
        stale[i] = acquire(capability);
        lw_lease_release(stale[i]);
    }
    lease = acquire(capability);
    for (i = 0; i < LWI_COUNT(stale); i++) {
        assert_int_equal(run(stale[i], "who"), LW_EBADHANDLE);
        assert_int_equal(lw_lease_check_valid(stale[i], NULL), LW_EBADHANDLE);
        assert_int_equal(lw_lease_cycle(stale[i], NULL), LW_EBADHANDLE);
        assert_null(lw_lease_get_key(stale[i]));
        lw_lease_release(stale[i]);
    }
    assert_int_equal(snapshot().active_workers, 1);
    assert_int_equal(run(lease, "who"), LW_OK);
    lw_lease_release(lease);
    lw_capability_destroy(capability);
}

/* ---- memory ---- */

#define BLOCK_KIB UINT64_C(32768) /* of "grows" */

static void
begin_bounded(uint32_t max_workers, uint64_t budget_kib,
              lw_memory_measure measure)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    config.max_total_rss_kib = budget_kib;
    config.budget_measure = measure;
    begin(&config);
}

static void
grow(lw_lease *lease, size_t blocks)
{
    for (; blocks > 0; blocks--)
        assert_int_equal(run(lease, "grows"), LW_OK);
}

/* A sanitizer has memory of its own for each block. */
static uint64_t
measure_block(uint64_t alone_kib, lw_lease *lease)
{
    struct lwi_memory memory;

    grow(lease, 1);
    assert_int_equal(lwi_child_get_memory(at.pool->seats[0].worker->child,
                                          LWI_MEMORY_RSS, &memory),
                     LW_OK);
    assert_true(memory.rss_kib > alone_kib);
    return memory.rss_kib - alone_kib;
}

static uint64_t block_kib; /* as measured */

/* What a worker uses that nothing was asked of. */
static struct lwi_memory
measure_one(void)
{
    lw_capability *capability = make_capability("A", NULL);
    struct lwi_memory memory;
    lw_lease *lease;

    begin_with(1);
    lease = acquire(capability);
    assert_int_equal(lwi_child_get_memory(at.pool->seats[0].worker->child,
                                          LWI_MEMORY_FULL, &memory),
                     LW_OK);
    block_kib = measure_block(memory.rss_kib, lease);
    lw_lease_release(lease);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    lw_capability_destroy(capability);
    return memory;
}

/* Three idle workers use too much, and one of them is not enough. */
static void
idle_workers_give_way_until_the_next_fits(void **state)
{
    uint64_t alone_kib = measure_one().rss_kib;
    lw_capability *keys[4];
    char name[2] = "A";
    lw_lease *lease;
    size_t i;

    (void)state;
    begin_bounded(4, block_kib * 5 / 2 + 2 * alone_kib, LW_MEASURE_RSS);
    for (i = 0; i < 4; i++, name[0]++)
        keys[i] = make_capability(name, NULL);
    for (i = 0; i < 3; i++) {
        lease = acquire(keys[i]);
        grow(lease, i == 2 ? 3 : 1);
        lw_lease_release(lease);
    }
    assert_int_equal(snapshot().workers, 3);
    assert_int_equal(try_acquire(keys[3]), LW_OK);
    assert_true(snapshot().evictions >= 2);
    assert_int_equal(snapshot().memory_budget_rejections, 0);
    for (i = 0; i < 4; i++)
        lw_capability_destroy(keys[i]);
}

static void *
wait_for_memory(void *capability)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease = NULL;
    static int rc;

    options.wait_ms = 60000;
    rc = lw_pool_acquire(&lease, at.pool, capability, &options, NULL);
    lw_lease_release(lease);
    return &rc;
}

/* The memory comes free in a worker that is in use, which nobody is told. */
static void
who_waits_for_memory_sees_it_come_free(void **state)
{
    uint64_t alone_kib = measure_one().rss_kib;
    lw_capability *keys[3];
    lw_lease *first, *second;
    pthread_t thread;
    void *rc;
    size_t i;

    (void)state;
    begin_bounded(2, block_kib * 3 + alone_kib, LW_MEASURE_RSS);
    for (i = 0; i < 3; i++)
        keys[i] = make_capability("A\0B\0C" + 2 * i, NULL);
    first = acquire(keys[0]);
    second = acquire(keys[1]);
    grow(first, 4);
    pthread_create(&thread, NULL, wait_for_memory, keys[2]);
    while (snapshot().queue_depth == 0)
        sched_yield();
    lw_lease_release(second); /* a place, and no memory */
    assert_int_equal(snapshot().queue_depth, 1);
    assert_int_equal(run(first, "shrinks"), LW_OK);
    pthread_join(thread, &rc);
    assert_int_equal(*(int *)rc, LW_OK);
    lw_lease_release(first);
    for (i = 0; i < 3; i++)
        lw_capability_destroy(keys[i]);
}

/* Resident memory refuses where proportional memory does not. */
static void
the_budget_counts_what_is_configured(void **state)
{
    struct lwi_memory one = measure_one();
    lw_capability *a = make_capability("A", NULL);
    lw_capability *b = make_capability("B", NULL);
    uint64_t between_kib = (one.rss_kib + one.pss_kib) / 2;
    lw_memory_measure measure;
    lw_lease *lease;

    (void)state;
    assert_true(one.has_pss);
    assert_true(one.private_kib <= one.pss_kib && one.pss_kib < one.rss_kib);
    for (measure = LW_MEASURE_RSS; measure <= LW_MEASURE_PRIVATE; measure++) {
        begin_bounded(2, between_kib, measure);
        lease = acquire(a);
        assert_int_equal(try_acquire(b),
                         measure == LW_MEASURE_RSS ? LW_EMEMBUDGET : LW_OK);
        lw_lease_release(lease);
        lw_pool_destroy(at.pool);
        begin_bounded(2, 1, measure); /* more than that each needs */
        lease = acquire(a);
        assert_int_equal(try_acquire(b), LW_EMEMBUDGET);
        lw_lease_release(lease);
        lw_pool_destroy(at.pool);
        at.pool = NULL;
    }
    lw_capability_destroy(a);
    lw_capability_destroy(b);
}

static int
open_no_rollup(const char *path, int flags)
{
    if (strstr(path, "/smaps_rollup") == NULL)
        return lwi_real_sys.open(path, flags);
    errno = EACCES;
    return -1;
}

/* Some kernels and sandboxes do not tell: then there is no budget. */
static void
memory_that_cannot_be_read_makes_no_claim(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    struct lwi_sys sys = lwi_real_sys;
    struct lwi_runtime_hooks hooks = { .sys = &sys };
    lw_capability *a = make_capability("A", NULL);
    lw_capability *b = make_capability("B", NULL);
    lw_lease *lease;

    (void)state;
    lw_runtime_destroy(at.runtime);
    sys.open = open_no_rollup;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lwi_runtime_create(&at.runtime, &options, &hooks, &at.err),
                     LW_OK);
    begin_bounded(2, 1, LW_MEASURE_PSS);
    lease = acquire(a);
    assert_int_equal(try_acquire(b), LW_OK);
    assert_true(snapshot().rss_samples_unavailable > 0);
    lw_lease_release(lease);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    lw_runtime_destroy(at.runtime);
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    lw_capability_destroy(a);
    lw_capability_destroy(b);
}

/* ---- what an idle worker does ---- */

/* Time passes until its child is not idle any more, with nobody's call. */
static void
await_end_of(lw_worker *worker, lw_worker_state last)
{
    while (lw_worker_get_state(worker) != last) {
        atomic_fetch_add(&ahead_ns, (int64_t)LW_IDLE_RSS_INTERVAL_MS / 4 * MS);
        lwi_runtime_wake(at.runtime);
        sched_yield();
    }
}

static lw_worker *
lease_and_run(lw_capability *capability, const char *name)
{
    lw_lease *lease = acquire(capability);

    if (name != NULL)
        assert_int_equal(run(lease, name), LW_OK);
    lw_lease_release(lease);
    return at.pool->seats[0].worker;
}

static bool
was_below(lw_worker *worker)
{
    bool was;

    pthread_mutex_lock(&worker->policy.lock);
    was = worker->policy.child.was_below;
    pthread_mutex_unlock(&worker->policy.lock);
    return was;
}

static void
begin_with_ceiling(uint64_t alone_kib)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.worker_rss_ceiling_kib = alone_kib + 2 * BLOCK_KIB;
    begin(&config);
}

static void
check_swollen(lw_capability *capability)
{
    lw_pool_snapshot shot;

    await_end_of(at.pool->seats[0].worker, LW_WORKER_DEAD);
    assert_int_equal(try_acquire(capability), LW_OK);
    shot = snapshot();
    assert_int_equal(shot.rss_restarts, 1);
    assert_int_equal(shot.policy_restarts, 1);
    assert_int_equal(shot.last_restart_reason.kind, LW_RESTART_RSS_CEILING);
}

static void
an_idle_worker_that_swells_is_ended(void **state)
{
    uint64_t alone_kib = measure_one().rss_kib;
    lw_capability *capability = make_capability("A", NULL);

    (void)state;
    begin_with_ceiling(alone_kib);
    lease_and_run(capability, "swells");
    check_swollen(capability);
    lw_capability_destroy(capability);
}

/* Also one that was asked for nothing, since it was smaller before. */
static void
a_worker_that_swells_unasked_is_ended(void **state)
{
    char fifo[] = "/tmp/lw-pool-test-XXXXXX";
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "A", fifo,
                              "grows", NULL };
    uint64_t alone_kib = measure_one().rss_kib;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_worker *worker;
    int fd;

    (void)state;
    close(mkstemp(fifo));
    unlink(fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    spec.worker.command = command;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    begin_with_ceiling(alone_kib);
    worker = lease_and_run(capability, NULL);
    while (!was_below(worker)) {
        atomic_fetch_add(&ahead_ns, (int64_t)LW_IDLE_RSS_INTERVAL_MS * MS);
        lwi_runtime_wake(at.runtime);
        sched_yield();
    }
    assert_int_equal(lw_worker_get_state(worker), LW_WORKER_IDLE);
    fd = open(fifo, O_WRONLY | O_CLOEXEC);
    await_end_of(worker, LW_WORKER_DEAD);
    close(fd);
    assert_int_equal(try_acquire(capability), LW_OK);
    assert_int_equal(snapshot().last_restart_reason.kind,
                     LW_RESTART_RSS_CEILING);
    lw_capability_destroy(capability);
    unlink(fifo);
}

/* It does not listen: the idle limit ends it all the same. */
static void
an_idle_worker_that_spins_is_ended(void **state)
{
    lw_capability *capability = make_capability("A", NULL);
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_worker *worker;

    (void)state;
    config.idle_cycle_ms = 60000;
    begin(&config);
    worker = lease_and_run(capability, "spins");
    await_end_of(worker, LW_WORKER_DEAD);
    assert_int_equal(try_acquire(capability), LW_OK);
    assert_int_equal(snapshot().idle_restarts, 1);
    lw_capability_destroy(capability);
}

/* Nothing configured, nothing wakes up. */
static void
without_limits_nothing_looks(void **state)
{
    lw_capability *capability = make_capability("A", NULL);
    lw_worker *worker;

    (void)state;
    begin_with(1);
    worker = lease_and_run(capability, "who");
    assert_false(worker->idle.started);
    lw_capability_destroy(capability);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(restarts_are_limited_beyond_one_worker),
        CASE(restarts_are_limited_whoever_comes_between),
        CASE(restarts_are_allowed_to_each_worker),
        CASE(the_policy_is_asked_once_for_a_request),
        CASE(a_due_replacement_has_the_time_of_the_request),
        CASE(a_request_starts_no_other_child),
        CASE(an_idle_limit_is_the_same_by_timer_and_by_request),
        CASE(a_lease_that_was_released_is_not_anothers),
        CASE(idle_workers_give_way_until_the_next_fits),
        CASE(who_waits_for_memory_sees_it_come_free),
        CASE(the_budget_counts_what_is_configured),
        CASE(memory_that_cannot_be_read_makes_no_claim),
        CASE(an_idle_worker_that_swells_is_ended),
        CASE(a_worker_that_swells_unasked_is_ended),
        CASE(an_idle_worker_that_spins_is_ended),
        CASE(without_limits_nothing_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * policy_live_test.c - policies on real time and real children: a timer that
 * ends a child while requests come, and threads that look on.
 */
#include <pthread.h>

#include <lean_worker/worker.h>

#include "support/test.h"

#define ROUNDS 300

static struct {
    lw_runtime *runtime;
    lw_worker *worker;
    _Atomic bool over;
} at;

static int
start(const lw_restart_policy *policy)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;

    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    config.command = command;
    config.policy = policy;
    if (lw_runtime_create(&at.runtime, &options, NULL) != LW_OK)
        return -1;
    return lw_worker_start(&at.worker, at.runtime, &config, NULL, NULL);
}

static void
stop(void)
{
    lw_worker_destroy(at.worker);
    lw_runtime_destroy(at.runtime);
}

static void
ping(void)
{
    lw_error err = LW_ERROR_INIT;

    if (lw_worker_ping(at.worker, (lw_span){ "x", 1 }, NULL, &err) != LW_OK)
        fail_msg("%s: %s", lw_status_name(err.status), err.message);
}

static lw_worker_stats
stats(void)
{
    lw_worker_stats now = { .struct_size = sizeof(now) };

    assert_int_equal(lw_worker_get_stats(at.worker, &now, NULL), LW_OK);
    return now;
}

/* What any thread may do at any time; NULL where nothing fell. */
static void *
look_on(void *unused)
{
    lw_worker_stats last = { .struct_size = sizeof(last) }, now = last;
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };
    uint64_t cpu_ms;

    (void)unused;
    while (!at.over) {
        if (lw_worker_get_stats(at.worker, &now, NULL) != LW_OK ||
            now.requests < last.requests || now.starts < last.starts ||
            now.exits < last.exits || now.restarts < last.restarts ||
            now.starts - now.exits > 1)
            return "the counters are wrong";
        last = now;
        if (lw_worker_get_lifecycle(at.worker, &life, NULL) != LW_OK)
            return "there is no lifecycle";
        lw_worker_get_cpu_ms(at.worker, &cpu_ms, NULL);
        lw_worker_get_state(at.worker);
    }
    return NULL;
}

static void
a_worker_is_looked_at_while_it_works(void **state)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    pthread_t thread;
    void *fault;
    int i;

    (void)state;
    policy.max_requests = 10;
    policy.max_restarts = 0;
    policy.max_rss_kib = LW_NO_LIMIT - 1;
    assert_int_equal(start(&policy), LW_OK);
    at.over = false;
    assert_int_equal(pthread_create(&thread, NULL, look_on, NULL), 0);
    for (i = 0; i < ROUNDS; i++)
        ping();
    at.over = true;
    pthread_join(thread, &fault);
    if (fault != NULL)
        fail_msg("%s", (const char *)fault);
    assert_int_equal(stats().requests, ROUNDS);
    assert_int_equal(stats().restarts_by[LW_RESTART_MAX_REQUESTS],
                     ROUNDS / 10 - 1);
    stop();
}

/*
 * The timer fires at any moment of a request. Whoever comes first: nobody is
 * told that the worker is busy, and no request is lost.
 */
static void
a_request_may_meet_the_timer(void **state)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    uint64_t wait;
    int i;

    (void)state;
    policy.idle_ms = 1;
    policy.max_restarts = 0;
    assert_int_equal(start(&policy), LW_OK);
    for (i = 0; i < ROUNDS; i++) {
        lw_worker_lifecycle life = { .struct_size = sizeof(life) };

        ping();
        /* Around the limit, from the one side or the other. */
        for (wait = 0; wait < (uint64_t)(i % 40); wait++)
            lw_worker_get_lifecycle(at.worker, &life, NULL);
        do
            lw_worker_get_lifecycle(at.worker, &life, NULL);
        while (i % 2 == 0 && !life.restart_due);
    }
    assert_int_equal(stats().requests, ROUNDS);
    assert_int_equal(stats().restarts, stats().restarts_by[LW_RESTART_IDLE]);
    assert_true(stats().restarts >= ROUNDS / 2 - 1);
    stop();
}

static void
a_worker_may_be_destroyed_at_its_limit(void **state)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    int i;

    (void)state;
    policy.idle_ms = 1;
    for (i = 0; i < ROUNDS / 10; i++) {
        lw_worker_lifecycle life = { .struct_size = sizeof(life) };

        assert_int_equal(start(&policy), LW_OK);
        while (!life.restart_due)
            lw_worker_get_lifecycle(at.worker, &life, NULL);
        stop();
    }
}

/* kill, and the request right behind it: it gets another child. */
static void
a_request_after_a_kill_works(void **state)
{
    int i;

    (void)state;
    assert_int_equal(start(NULL), LW_OK);
    for (i = 0; i < ROUNDS / 3; i++) {
        lw_worker_lifecycle life = { .struct_size = sizeof(life) };

        ping();
        lw_worker_kill(at.worker);
        assert_int_equal(lw_worker_get_lifecycle(at.worker, &life, NULL),
                         LW_OK);
        assert_true(life.restart_due);
        assert_int_equal(life.due.kind, LW_RESTART_EXPLICIT);
        assert_int_not_equal(lw_worker_get_state(at.worker), LW_WORKER_IDLE);
    }
    ping();
    assert_int_equal(stats().restarts_by[LW_RESTART_EXPLICIT], ROUNDS / 3);
    stop();
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_is_looked_at_while_it_works),
        cmocka_unit_test(a_request_may_meet_the_timer),
        cmocka_unit_test(a_worker_may_be_destroyed_at_its_limit),
        cmocka_unit_test(a_request_after_a_kill_works),
    };

    return LWT_RUN(tests);
}

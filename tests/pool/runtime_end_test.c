/*
 * runtime_end_test.c - a program that destroys its runtime before what stands
 * on it. Against the order that it should keep: the processes are gone, and
 * what is left can be asked, refuses, and can be destroyed.
 */
#include <signal.h>
#include <unistd.h>

#include <lean_worker/export.h>
#include <lean_worker/pool_control.h>
#include <lean_worker/pool_warm.h>
#include <lean_worker/worker.h>

#include "pool/pool_support.h"

/* ---- workers ---- */

static lw_worker *
start_worker(void)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;

    config.command = command;
    assert_int_equal(
        lw_worker_start(&worker, stand.runtime, &config, NULL, &stand.err),
        LW_OK);
    return worker;
}

static void
assert_refuses(lw_worker *worker)
{
    static const lw_span text = { "x", 1 };

    assert_int_equal(lw_worker_ping(worker, text, NULL, &stand.err),
                     LW_EBADHANDLE);
    assert_non_null(strstr(stand.err.message, "has been destroyed"));
    assert_int_equal(lw_worker_cycle(worker, NULL, &stand.err), LW_EBADHANDLE);
    assert_int_equal(lw_worker_get_state(worker), LW_WORKER_DEAD);
    lw_worker_kill(worker);
}

static void
an_idle_worker_is_left(void **state)
{
    lw_worker *worker = start_worker();
    int pid = lw_worker_get_pid(worker);

    (void)state;
    lw_runtime_destroy(stand.runtime);
    assert_int_equal(kill(pid, 0), -1);
    assert_refuses(worker);
    lw_runtime_destroy(stand.runtime); /* it is kept by the worker */
    lw_worker_destroy(worker);
    stand.runtime = NULL;
}

static void
a_request_in_steps_is_left(void **state)
{
    lw_worker *worker = start_worker();
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_request *request = NULL;
    lw_reply *reply = NULL;

    (void)state;
    spec.name = "waits";
    options.request = &request;
    assert_int_equal(
        lw_worker_run(worker, &reply, &spec, NULL, &options, &stand.err),
        LW_OK);
    assert_int_equal(lw_request_step(request, &stand.err), LW_MORE);
    lw_runtime_destroy(stand.runtime);
    stand.runtime = NULL;
    assert_true(lw_request_step(request, &stand.err) < 0);
    lw_request_destroy(request);
    assert_refuses(worker);
    lw_worker_destroy(worker);
}

/* Its caller has gone on; nobody is there any more who would end it. */
static void
a_request_that_is_being_settled_is_left(void **state)
{
    lw_worker *worker = start_worker();
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;

    (void)state;
    spec.name = "waits";
    options.timeout_ms = 1;
    assert_int_equal(
        lw_worker_run(worker, &reply, &spec, NULL, &options, &stand.err),
        LW_ETIMEOUT);
    lw_runtime_destroy(stand.runtime);
    stand.runtime = NULL;
    assert_refuses(worker);
    lw_worker_destroy(worker);
}

/* ---- pools ---- */

static _Atomic unsigned events;

static void
count_event(const lw_pool_event *event, void *user)
{
    (void)event;
    (void)user;
    events++;
}

/* A lease out, an idle worker, standbys, events and a control socket. */
static void
a_pool_with_all_that_it_can_have_is_left(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_capability *a, *b;
    lw_lease *lease, *none = NULL;

    (void)state;
    config.max_workers = 3;
    config.max_standby = 2;
    config.idle_cycle_ms = 60 * 1000;
    config.event = count_event;
    stand_begin(&config);
    a = stand_key("a");
    b = stand_key("b");
    assert_int_equal(lw_pool_open_control(stand.pool,
                                          LW_BUILD_DIR "/runtime_end.sock",
                                          &stand.err),
                     LW_OK);
    keep.min_idle = keep.standbys = keep.bare_standbys = 1;
    assert_int_equal(lw_pool_keep(stand.pool, b, &keep, &stand.err), LW_OK);
    lease = stand_acquire(a);
    lw_lease_release(stand_acquire(b));
    lw_runtime_destroy(stand.runtime);
    stand.runtime = NULL;
    assert_true(stand_run(lease, "echo") < 0);
    assert_true(lw_pool_acquire(&none, stand.pool, b, NULL, &stand.err) < 0);
    assert_null(none);
    lw_lease_release(lease);
    lw_pool_destroy(stand.pool);
    stand.pool = NULL;
    assert_true(events > 0);
    assert_int_equal(access(LW_BUILD_DIR "/runtime_end.sock", F_OK), -1);
}

/* The last lease buries the pool, and with it what is kept of the runtime. */
static void
a_lease_outlives_both(void **state)
{
    lw_lease *lease;

    (void)state;
    stand_begin_plain(1);
    lease = stand_acquire(stand_key("a"));
    lw_runtime_destroy(stand.runtime);
    stand.runtime = NULL;
    lw_pool_destroy(stand.pool);
    stand.pool = NULL;
    assert_true(stand_run(lease, "echo") < 0);
    lw_lease_release(lease);
}

#define WITH_STAND(test)                                                       \
    cmocka_unit_test_setup_teardown(test, stand_setup, stand_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STAND(an_idle_worker_is_left),
        WITH_STAND(a_request_in_steps_is_left),
        WITH_STAND(a_request_that_is_being_settled_is_left),
        WITH_STAND(a_pool_with_all_that_it_can_have_is_left),
        WITH_STAND(a_lease_outlives_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

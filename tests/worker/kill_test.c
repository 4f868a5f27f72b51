/* lw_worker_kill while a request waits for the end of somebody else's child. */
#include <lean_worker/worker.h>

#include <poll.h>

#include "support/test.h"

static lw_error err;

static lw_request *
begin(lw_worker *worker)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_request *request = NULL;

    options.request = &request;
    assert_int_equal(
        lw_worker_ping(worker, (lw_span){ "x", 1 }, &options, &err), LW_OK);
    return request;
}

static int
finish(lw_request *request)
{
    int rc = LW_OK;

    while (rc >= LW_OK && (rc = lw_request_step(request, &err)) == LW_MORE) {
        struct pollfd news = { lw_request_get_fd(request), POLLIN, 0 };

        assert_int_equal(poll(&news, 1, 60000), 1);
    }
    lw_request_destroy(request);
    return rc;
}

/*
 * The first request is dropped while its child starts, so that child is killed
 * for a cancel. The second waits for its end, and nobody has cancelled it.
 */
static void
a_kill_is_no_cancel_of_the_request_before(void **state)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_request *request;
    int i;

    (void)state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&runtime, &options, &err), LW_OK);
    config.command = command;
    assert_int_equal(lw_worker_start(&worker, runtime, &config, NULL, &err),
                     LW_OK);
    for (i = 0; i < 20; i++) {
        assert_int_equal(lw_worker_shutdown(worker, 5000, NULL, &err), LW_OK);
        lw_request_destroy(begin(worker));
        request = begin(worker);
        lw_worker_kill(worker);
        assert_int_equal(finish(request), LW_ECHILDCRASHED);
        assert_int_equal(finish(begin(worker)), LW_OK);
    }
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

/*
 * A first kill takes the child of nobody's request; the request that comes
 * waits for its burial, and a second kill is meant for that one.
 */
static void
a_second_kill_is_not_taken_for_the_first(void **state)
{
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_request *request;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    int i;

    (void)state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&runtime, &options, &err), LW_OK);
    policy.max_restarts = 0;
    config.command = command;
    config.policy = &policy;
    assert_int_equal(lw_worker_start(&worker, runtime, &config, NULL, &err),
                     LW_OK);
    for (i = 0; i < 20; i++) {
        lw_worker_kill(worker);
        request = begin(worker);
        lw_worker_kill(worker);
        assert_int_equal(finish(request), LW_ECHILDCRASHED);
        assert_int_equal(finish(begin(worker)), LW_OK);
    }
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_is_no_cancel_of_the_request_before),
        cmocka_unit_test(a_second_kill_is_not_taken_for_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

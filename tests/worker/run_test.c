/*
 * run_test.c - exports of an application's worker: lw_child_run_stdio on one
 * side, lw_worker_run on the other, a real process between them.
 */
#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "support/test.h"

static uint32_t ring_bytes; /* all tests are run with and without */

static struct {
    lw_runtime *runtime;
    lw_worker *worker;
    size_t rows;
    size_t fail_at; /* the row that the sink refuses; 0 none */
    size_t notices;
    size_t progress;
} run;

static int
setup(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    memset(&run, 0, sizeof(run));
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    config.command = command;
    config.cancel_grace_ms = 5000;
    config.ring_bytes = ring_bytes;
    if (lw_runtime_create(&run.runtime, &options, &err) != LW_OK ||
        lw_worker_start(&run.worker, run.runtime, &config, NULL, &err) !=
            LW_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_worker_destroy(run.worker);
    lw_runtime_destroy(run.runtime);
    return 0;
}

static int
on_row(const lw_row *row, void *user)
{
    char wanted[32];

    (void)user;
    run.rows++;
    if (run.rows == run.fail_at)
        return -1;
    snprintf(wanted, sizeof(wanted), "row %zu", (run.rows - 1) / 2);
    assert_int_equal(row->sequence, (run.rows - 1) / 2);
    assert_int_equal(row->payload.size, strlen(wanted));
    assert_memory_equal(row->payload.data, wanted, strlen(wanted));
    assert_memory_equal(row->stream.data, run.rows % 2 == 1 ? "even" : "odd",
                        row->stream.size);
    return 0;
}

static int
on_notice(const lw_notice *notice, void *user)
{
    (void)user;
    run.notices++;
    assert_memory_equal(notice->code.data, "half", notice->code.size);
    assert_memory_equal(notice->message.data, "way", notice->message.size);
    return 0;
}

static int
on_progress(const lw_progress *progress, void *user)
{
    (void)user;
    run.progress++;
    assert_int_equal(progress->current, 1);
    assert_int_equal(progress->total, 2);
    return 0;
}

static int
call(const char *name, lw_span request, lw_reply **reply, lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    spec.name = name;
    spec.request = request;
    sinks.row = on_row;
    sinks.notice = on_notice;
    sinks.progress = on_progress;
    options.timeout_ms = strcmp(name, "waits") == 0 ? 50 : 20000;
    return lw_worker_run(run.worker, reply, &spec, &sinks, &options, err);
}

static void
check_alive(void)
{
    lw_error err = LW_ERROR_INIT;

    /* The ping waits for what the last call may have left. */
    assert_int_equal(
        lw_worker_ping(run.worker, (lw_span){ "x", 1 }, NULL, &err), LW_OK);
    assert_int_equal(lw_worker_get_state(run.worker), LW_WORKER_IDLE);
    assert_int_equal(lw_worker_get_generation(run.worker), 1);
}

static void
any_bytes_come_back(void **state)
{
    static char bytes[300000];
    static const size_t sizes[] = { 0, 1, 256, 65536, sizeof(bytes) };
    lw_error err = LW_ERROR_INIT;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7);
    for (i = 0; i < LWI_COUNT(sizes); i++) {
        lw_reply *reply = NULL;
        const lw_reply_facts *facts;

        assert_int_equal(
            call("echo", (lw_span){ bytes, sizes[i] }, &reply, &err), LW_OK);
        facts = lw_reply_get_facts(reply);
        assert_int_equal(facts->response.size, sizes[i]);
        assert_memory_equal(facts->response.data, bytes, sizes[i]);
        assert_int_equal(facts->response.data[sizes[i]], '\0');
        assert_int_equal(facts->rows, 0);
        lw_reply_destroy(reply);
    }
    check_alive();
}

static void
rows_come_in_order(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(call("rows", (lw_span){ "", 0 }, &reply, &err), LW_OK);
    assert_int_equal(run.rows, 200);
    assert_int_equal(run.notices, 1);
    assert_int_equal(run.progress, 1);
    assert_int_equal(lw_reply_get_facts(reply)->rows, 200);
    assert_int_equal(lw_reply_get_facts(reply)->row_bytes, 20 * 5 + 180 * 6);
    lw_reply_destroy(reply);
    check_alive();
}

/* The rows behind the refused one were sent, and are not the child's fault. */
static void
a_sink_that_fails_costs_the_request_only(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    run.fail_at = 3;
    assert_int_equal(call("rows", (lw_span){ "", 0 }, &reply, &err), LW_ESINK);
    assert_null(reply);
    assert_int_equal(run.rows, 3);
    check_alive();
}

static void
failures_are_told_apart(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(call("fails", (lw_span){ "", 0 }, &reply, &err),
                     LW_EEXPORTFAILED);
    assert_string_equal(err.message, "it does not want to");
    assert_int_equal(call("says_nothing", (lw_span){ "", 0 }, &reply, &err),
                     LW_EEXPORTFAILED);
    assert_int_equal(call("nowhere", (lw_span){ "", 0 }, &reply, &err),
                     LW_EEXPORT);
    assert_string_equal(err.message, "this worker has no export `nowhere`");
    assert_null(reply);
    assert_null(lw_reply_get_facts(NULL));
    lw_reply_destroy(NULL);
    check_alive();
}

static void
a_deadline_that_the_child_heeds_costs_the_request_only(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(call("waits", (lw_span){ "", 0 }, &reply, &err),
                     LW_ETIMEOUT);
    check_alive();
}

/* Exit code 0 half-way is an end without a goodbye. */
static void
an_export_that_ends_the_process_is_noticed(void **state)
{
    lw_exit_report report = { .struct_size = sizeof(report) };
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(call("ends", (lw_span){ "", 0 }, &reply, &err),
                     LW_ECHILDEXITED);
    assert_int_equal(lw_worker_get_state(run.worker), LW_WORKER_DEAD);
    assert_int_equal(lw_worker_get_exit_report(run.worker, &report, &err),
                     LW_OK);
    assert_int_equal(report.exit_code, 0);
    assert_string_equal(report.cause, "ended_itself");
    assert_int_equal(lw_worker_cycle(run.worker, NULL, &err), LW_OK);
    assert_int_equal(lw_worker_get_generation(run.worker), 2);
}

#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORKER(any_bytes_come_back),
        WITH_WORKER(rows_come_in_order),
        WITH_WORKER(a_sink_that_fails_costs_the_request_only),
        WITH_WORKER(failures_are_told_apart),
        WITH_WORKER(a_deadline_that_the_child_heeds_costs_the_request_only),
        WITH_WORKER(an_export_that_ends_the_process_is_noticed),
    };

    static const uint32_t sizes[] = { 0, 64 * 1024, LW_RING_DEFAULT_BYTES };
    int failed = 0;
    size_t i;

    for (i = 0; i < LWI_COUNT(sizes); i++) {
        ring_bytes = sizes[i];
        failed += LWT_RUN(tests);
    }
    return failed;
}

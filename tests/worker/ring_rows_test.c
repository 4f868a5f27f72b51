/*
 * ring_rows_test.c - the same rows through the pipe and through rings of
 * several sizes, from a real child: nothing that a caller sees differs.
 */
#include <sys/resource.h>

#include "support/test.h"
#include "worker/worker.h"

static lw_runtime *runtime;
static lw_error err = LW_ERROR_INIT;

static struct {
    size_t size;
    uint64_t rows;
    uint64_t notices;
    uint64_t stop_at; /* the row that is one too many */
    lw_cancel *cancel;
    uint64_t cancel_at;
} seen;

static int
on_row(const lw_row *row, void *user)
{
    size_t i;

    (void)user;
    assert_int_equal(row->sequence, seen.rows);
    assert_int_equal(row->payload.size, seen.size);
    for (i = 0; i < seen.size; i++) {
        if (row->payload.data[i] != (char)(i * 31 + seen.rows))
            fail_msg("row %lu, byte %zu", (unsigned long)seen.rows, i);
    }
    seen.rows++;
    if (seen.rows == seen.cancel_at)
        lw_cancel_set(seen.cancel);
    return seen.rows == seen.stop_at ? -1 : 0;
}

/* Before the hundredth row, and not elsewhere. */
static int
on_notice(const lw_notice *notice, void *user)
{
    (void)notice;
    (void)user;
    assert_int_equal(seen.rows % 100, 99);
    seen.notices++;
    return 0;
}

static lw_worker *
start_any(uint32_t ring_bytes)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;

    config.command = command;
    config.ring_bytes = ring_bytes;
    config.cancel_grace_ms = 60000;
    assert_int_equal(lw_worker_start(&worker, runtime, &config, NULL, &err),
                     LW_OK);
    return worker;
}

static lw_worker *
start(uint32_t ring_bytes)
{
    lw_worker *worker = start_any(ring_bytes);

    assert_int_equal(worker->channel.ring >= 0, ring_bytes > 0);
    return worker;
}

static int
ask(lw_worker *worker, size_t count, size_t size, lw_reply **reply)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    char text[64];

    snprintf(text, sizeof(text), "%zu %zu", count, size);
    seen.size = size;
    seen.rows = seen.notices = 0;
    spec.name = "bulk";
    spec.request = (lw_span){ text, strlen(text) };
    sinks.row = on_row;
    sinks.notice = on_notice;
    options.cancel = seen.cancel;
    options.timeout_ms = 120000;
    return lw_worker_run(worker, reply, &spec, &sinks, &options, &err);
}

static void
rows_are_the_same(void **state)
{
    static const uint32_t rings[] = { 0, 64 * 1024, 100001,
                                      LW_RING_DEFAULT_BYTES };
    static const size_t cases[][2] = {
        { 3000, 0 },    { 9000, 100 },  { 3000, 1024 }, { 600, 16384 },
        { 250, 65520 }, { 40, 262144 }, { 3, 3000000 }, { 0, 5000000 },
    };
    const lw_reply_facts *facts;
    lw_reply *reply;
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(rings); i++) {
        lw_worker *worker = start(rings[i]);

        for (j = 0; j < LWI_COUNT(cases); j++) {
            assert_int_equal(ask(worker, cases[j][0], cases[j][1], &reply),
                             LW_OK);
            facts = lw_reply_get_facts(reply);
            assert_int_equal(facts->rows, cases[j][0]);
            assert_int_equal(seen.rows, cases[j][0]);
            assert_int_equal(seen.notices, cases[j][0] / 100);
            assert_int_equal(facts->response.size, cases[j][1]);
            /* A large answer takes the memory that it came in along. */
            assert_int_equal(worker->channel.bulk.capacity > 0,
                             rings[i] > 0 && cases[j][1] < 256 * 1024);
            lw_reply_destroy(reply);
        }
        assert_int_equal(lw_worker_get_generation(worker), 1);
        lw_worker_destroy(worker);
    }
}

/* The child is held up by the full ring; it gives in, and is warm. */
static void
a_sink_that_has_enough_costs_the_request_only(void **state)
{
    lw_worker *worker = start(LW_RING_DEFAULT_BYTES);
    lw_reply *reply = NULL;

    (void)state;
    seen.stop_at = 20;
    assert_int_equal(ask(worker, 100000, 16384, &reply), LW_ESINK);
    assert_int_equal(seen.rows, 20);
    seen.stop_at = 0;
    assert_int_equal(ask(worker, 100, 16384, &reply), LW_OK);
    lw_reply_destroy(reply);
    assert_int_equal(lw_worker_get_generation(worker), 1);
    lw_worker_destroy(worker);
}

static void
a_cancel_reaches_it(void **state)
{
    lw_worker *worker = start(LW_RING_DEFAULT_BYTES);
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(lw_cancel_create(&seen.cancel, &err), LW_OK);
    seen.cancel_at = 300;
    assert_int_equal(ask(worker, 1000000, 16384, &reply), LW_ECANCELLED);
    lw_cancel_destroy(seen.cancel);
    seen.cancel = NULL;
    seen.cancel_at = 0;
    assert_int_equal(ask(worker, 100, 16384, &reply), LW_OK);
    lw_reply_destroy(reply);
    assert_int_equal(lw_worker_get_generation(worker), 1);
    lw_worker_destroy(worker);
}

/* What one request has written does not stand in the way of the next. */
static void
many_requests_share_it(void **state)
{
    lw_worker *worker = start(64 * 1024);
    lw_reply *reply;
    size_t i;

    (void)state;
    for (i = 0; i < 300; i++) {
        assert_int_equal(ask(worker, i % 7, 20000 + 97 * i, &reply), LW_OK);
        lw_reply_destroy(reply);
    }
    assert_int_equal(lw_worker_get_generation(worker), 1);
    lw_worker_destroy(worker);
}

/* It would end this process by SIGXFSZ where the ring is made all the same. */
static void
a_limit_on_files_leaves_the_pipe(void **state)
{
    struct rlimit limit, small;
    lw_worker *worker;
    lw_reply *reply;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = LW_RING_DEFAULT_BYTES - 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    worker = start_any(LW_RING_DEFAULT_BYTES);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(worker->channel.ring, -1);
    assert_int_equal(ask(worker, 10, 100000, &reply), LW_OK);
    lw_reply_destroy(reply);
    lw_worker_destroy(worker);
}

static void
its_size_is_checked(void **state)
{
    static const uint32_t wrong[] = { 1, 65535, 64 * 1024 * 1024 + 1,
                                      UINT32_MAX };
    static const char *const command[] = { "/nowhere", NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker;
    size_t i;

    (void)state;
    config.command = command;
    for (i = 0; i < LWI_COUNT(wrong); i++) {
        config.ring_bytes = wrong[i];
        assert_int_equal(lw_worker_start(&worker, runtime, &config, NULL, &err),
                         LW_EINVAL);
        assert_non_null(strstr(err.message, "ring_bytes"));
    }
}

static int
setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    return lw_runtime_create(&runtime, &options, &err);
}

static int
teardown(void **state)
{
    (void)state;
    lw_runtime_destroy(runtime);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_same),
        cmocka_unit_test(a_sink_that_has_enough_costs_the_request_only),
        cmocka_unit_test(a_cancel_reaches_it),
        cmocka_unit_test(many_requests_share_it),
        cmocka_unit_test(a_limit_on_files_leaves_the_pipe),
        cmocka_unit_test(its_size_is_checked),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

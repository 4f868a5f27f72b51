/*
 * worker_misuse_test.c - callers that do what they should not: several threads
 * on one worker, sessions of a child that is gone, NULL, results read late.
 */
#include <pthread.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "support/test.h"
#include "worker/worker.h"

#define THREADS 4
#define ROUNDS 150
#define PAYLOAD 20000

static struct {
    lw_runtime *runtime;
    lw_worker *worker;
} at;

static int
setup(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    config.command = command;
    if (lw_runtime_create(&at.runtime, &options, &err) != LW_OK ||
        lw_worker_start(&at.worker, at.runtime, &config, NULL, &err) != LW_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_worker_destroy(at.worker);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static int
run(const char *name, lw_span request, lw_reply **reply, lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;

    spec.name = name;
    spec.request = request;
    return lw_worker_run(at.worker, reply, &spec, NULL, NULL, err);
}

/* ---- several threads ---- */

/* Waits for its turn by trying: LW_EBUSY is what the others get. */
static void *
echo_again_and_again(void *arg)
{
    char sent[PAYLOAD];
    uintptr_t wrong = 0;
    int i;

    memset(sent, *(const char *)arg, sizeof(sent));
    for (i = 0; i < ROUNDS; i++) {
        lw_error err = LW_ERROR_INIT;
        lw_reply *reply = NULL;
        int rc;

        do
            rc = run("echo", (lw_span){ sent, sizeof(sent) }, &reply, &err);
        while (rc == LW_EBUSY);
        wrong += rc != LW_OK ||
                 lw_reply_get_facts(reply)->response.size != sizeof(sent) ||
                 memcmp(lw_reply_get_facts(reply)->response.data, sent,
                        sizeof(sent)) != 0;
        lw_reply_destroy(reply);
    }
    return (void *)wrong;
}

static void
an_answer_belongs_to_the_thread_that_asked(void **state)
{
    static char marks[THREADS];
    pthread_t threads[THREADS];
    void *wrong;
    int i;

    (void)state;
    for (i = 0; i < THREADS; i++) {
        marks[i] = (char)('a' + i);
        assert_int_equal(
            pthread_create(&threads[i], NULL, echo_again_and_again, &marks[i]),
            0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
}

static void *
cycle_and_look(void *arg)
{
    uintptr_t wrong = 0;
    int i;

    (void)arg;
    for (i = 0; i < 15; i++) {
        lw_exit_report report = { .struct_size = sizeof(report) };
        lw_error err = LW_ERROR_INIT;
        uint64_t rss_kib;
        int rc = lw_worker_cycle(at.worker, NULL, &err);

        wrong += rc != LW_OK && rc != LW_EBUSY;
        rc = lw_worker_ping(at.worker, (lw_span){ "x", 1 }, NULL, &err);
        wrong += rc != LW_OK && rc != LW_EBUSY && rc != LW_ECLOSED;
        lw_worker_get_exit_report(at.worker, &report, &err);
        lw_worker_get_rss_kib(at.worker, &rss_kib, &err);
        wrong += lw_worker_get_generation(at.worker) == 0;
    }
    return (void *)wrong;
}

static void
cycles_at_the_same_time_are_busy_not_fatal(void **state)
{
    pthread_t threads[THREADS];
    void *wrong;
    int i;

    (void)state;
    for (i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, cycle_and_look, NULL), 0);
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
}

/* ---- late ---- */

static void
a_failure_is_forgotten_with_its_child(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    assert_int_equal(run("fails", (lw_span){ "", 0 }, &reply, &err),
                     LW_EEXPORTFAILED);
    assert_int_equal(lw_worker_get_failure(at.worker).size, 19);
    lw_worker_kill(at.worker);
    while (lw_worker_get_state(at.worker) != LW_WORKER_DEAD)
        ;
    /* The next request finds it dead, and its buffers go. */
    assert_int_equal(lw_worker_ping(at.worker, (lw_span){ "x", 1 }, NULL, &err),
                     LW_OK);
    assert_int_equal(lw_worker_get_failure(at.worker).size, 0);
    assert_int_equal(lw_worker_get_generation(at.worker), 2);
}

static void
a_session_ends_with_its_child(void **state)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    (void)state;
    spec.name = "echo";
    /* One that this child opened, as far as the worker knows. */
    spec.session.generation = 1;
    assert_int_equal(
        lwi_sessions_add(at.worker, 1, NULL, 0, &spec.session.number), LW_OK);
    assert_int_equal(lw_worker_run(at.worker, &reply, &spec, NULL, NULL, &err),
                     LW_OK);
    lw_reply_destroy(reply);
    assert_int_equal(lw_worker_cycle(at.worker, NULL, &err), LW_OK);
    assert_int_equal(lw_worker_run(at.worker, &reply, &spec, NULL, NULL, &err),
                     LW_ESESSION);
    assert_null(reply);
}

/* ---- NULL and other versions ---- */

static void
null_is_an_error(void **state)
{
    static const lw_span text = { "x", 1 };
    lw_session_spec open = LW_SESSION_SPEC_INIT;
    lw_check_spec check = LW_CHECK_SPEC_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_worker *w = at.worker;
    lw_check_result result;
    lw_session session;
    lw_header *header;
    lw_reply *reply;

    (void)state;
    spec.name = "echo";
    assert_int_equal(lw_worker_start(NULL, at.runtime, &config, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(lw_worker_parse_header(w, NULL, "", text, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(
        lw_worker_parse_header(NULL, &header, "", text, NULL, NULL),
        LW_EBADHANDLE);
    assert_int_equal(lw_worker_open_session(w, NULL, &open, NULL, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(
        lw_worker_open_session(w, &session, NULL, NULL, NULL, NULL), LW_EINVAL);
    assert_int_equal(lw_worker_check(w, NULL, &check, NULL, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(lw_worker_check(w, &result, NULL, NULL, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(lw_worker_run(w, NULL, &spec, NULL, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(lw_worker_run(w, &reply, NULL, NULL, NULL, NULL),
                     LW_EINVAL);
    assert_int_equal(lw_worker_get_exit_report(w, NULL, NULL), LW_EINVAL);
    assert_int_equal(lw_worker_get_rss_kib(w, NULL, NULL), LW_EINVAL);
    assert_int_equal(lw_worker_get_state(w), LW_WORKER_IDLE);
}

/* A caller of an earlier version has less room for it. */
static void
an_exit_report_has_a_size(void **state)
{
    lw_exit_report report = { .struct_size = sizeof(report) - 8 };

    (void)state;
    lw_worker_kill(at.worker);
    while (lw_worker_get_state(at.worker) != LW_WORKER_DEAD)
        ;
    assert_int_equal(lw_worker_get_exit_report(at.worker, &report, NULL),
                     LW_EINVAL);
    report.struct_size = sizeof(report);
    assert_int_equal(lw_worker_get_exit_report(at.worker, &report, NULL),
                     LW_OK);
    assert_int_equal(report.exit_signal, 9);
}

/* ---- the other side ---- */

static size_t notices;

static int
on_notice(const lw_notice *notice, void *user)
{
    (void)notice;
    (void)user;
    notices++;
    return 0;
}

static void
a_handler_that_errs_costs_its_request_only(void **state)
{
    static const char *const names[] = { "late", "odd_text", "no_stream" };
    static const int statuses[] = { LW_OK, LW_EEXPORTFAILED, LW_EEXPORTFAILED };
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    size_t i;

    (void)state;
    sinks.notice = on_notice;
    for (i = 0; i < LWI_COUNT(names); i++) {
        lw_reply *reply = NULL;

        spec.name = names[i];
        assert_int_equal(
            lw_worker_run(at.worker, &reply, &spec, &sinks, NULL, &err),
            statuses[i]);
        lw_reply_destroy(reply);
        assert_int_equal(
            lw_worker_ping(at.worker, (lw_span){ "x", 1 }, NULL, &err), LW_OK);
    }
    assert_int_equal(notices, 0);
    assert_int_equal(lw_worker_get_generation(at.worker), 1);
}

/* It goes into JSON: cut, but never inside a character. */
static void
a_long_version_stays_text(void **state)
{
    char version[201];
    lw_error err = LW_ERROR_INIT;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(version) - 1; i += 2)
        memcpy(version + i, "\xc3\xa9", 3);
    setenv("RUN_HELPER_LEAN", version, 1);
    assert_int_equal(lw_worker_cycle(at.worker, NULL, &err), LW_OK);
    unsetenv("RUN_HELPER_LEAN");
    assert_int_equal(strlen(lw_worker_get_lean_version(at.worker)), 126);
}

/* One host is used; none is looked for, and two are one too many. */
static void
the_host_is_one(void **state)
{
    static const char *const command[] = { "/bin/true", NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *w = NULL;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(lw_runtime_create(&runtime, NULL, NULL), LW_OK);
    assert_int_equal(setenv("LEAN_WORKER_TOOLCHAIN", "/nowhere", 1), 0);
    assert_int_equal(lw_worker_start(&w, runtime, &config, NULL, &err),
                     LW_ETOOLCHAIN);
    assert_non_null(strstr(err.message, "/nowhere"));
    assert_int_equal(unsetenv("LEAN_WORKER_TOOLCHAIN"), 0);
    config.command = command;
    config.toolchain = (const lw_toolchain *)(const void *)command;
    assert_int_equal(lw_worker_start(&w, runtime, &config, NULL, &err),
                     LW_EINVAL);
    assert_non_null(strstr(err.message, "only one of toolchain and command"));
    assert_null(w);
    lw_runtime_destroy(runtime);
}

#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORKER(an_answer_belongs_to_the_thread_that_asked),
        WITH_WORKER(cycles_at_the_same_time_are_busy_not_fatal),
        WITH_WORKER(a_failure_is_forgotten_with_its_child),
        WITH_WORKER(a_session_ends_with_its_child),
        WITH_WORKER(null_is_an_error),
        WITH_WORKER(an_exit_report_has_a_size),
        WITH_WORKER(a_handler_that_errs_costs_its_request_only),
        WITH_WORKER(a_long_version_stays_text),
        cmocka_unit_test(the_host_is_one),
    };

    return LWT_RUN(tests);
}

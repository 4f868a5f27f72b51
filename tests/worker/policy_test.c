/*
 * policy_test.c - when a child has to be replaced, how often it may be, and
 * what was counted; on a clock and samples of the test, without a process.
 */
#include "worker/policy.h"

#include "support/memory.h"
#include "support/test.h"
#include "worker/worker.h"

#define MS LWI_NS_PER_MS

/* ---- a worker without a process ---- */

static int64_t time_ns;

static int64_t
read_time(void *user)
{
    (void)user;
    return time_ns;
}

static const struct lwi_clock test_clock = { read_time, NULL };

/* What the next sample says; counted. */
static uint64_t rss_kib, pss_kib;
static int rss_samples, pss_samples;

static int
take_sample(struct lwi_child *child, enum lwi_memory_detail detail,
            struct lwi_memory *out)
{
    (void)child;
    *out = (struct lwi_memory){ .rss_kib = rss_kib, .pss_kib = pss_kib };
    out->has_pss = detail == LWI_MEMORY_FULL;
    rss_samples += detail == LWI_MEMORY_RSS;
    pss_samples += detail == LWI_MEMORY_FULL;
    return rss_kib == 0 ? LW_ESYSTEM : LW_OK;
}

static lw_worker
make(const lw_restart_policy *limits)
{
    lw_worker worker;

    time_ns = 1000 * MS;
    rss_kib = pss_kib = 0;
    rss_samples = pss_samples = 0;
    memset(&worker, 0, sizeof(worker));
    assert_int_equal(lwi_policy_init(&worker.policy, limits, &test_clock,
                                     &lwi_system_allocator),
                     LW_OK);
    worker.policy.sample = take_sample;
    worker.child = (struct lwi_child *)&time_ns; /* never looked into */
    return worker;
}

static void
serve(lw_worker *worker)
{
    lwi_policy_request_sent(worker);
    lwi_policy_request_ended(worker);
}

static void
open_session(lw_worker *worker, uint64_t kib)
{
    lw_session session = LW_SESSION_NONE;

    serve(worker);
    session.heap_before_kib = 100;
    session.heap_after_kib = 100 + kib;
    lwi_policy_session_opened(worker, &session);
}

static void
end(lw_worker *worker, lw_restart_kind kind)
{
    lw_restart_reason why = { kind, 1, 2, "test" };

    lwi_policy_child_ended(worker, &why);
}

static void
check_due(lw_worker *worker, lw_restart_kind kind, uint64_t current,
          uint64_t limit)
{
    lw_restart_reason why = { LW_RESTART_NONE, 0, 0, "" };
    lw_worker_lifecycle lifecycle = { 0 };
    bool due = lwi_policy_due(worker, &why);

    assert_int_equal(due, kind != LW_RESTART_NONE);
    assert_int_equal(why.kind, kind);
    assert_int_equal(why.current, current);
    assert_int_equal(why.limit, limit);
    assert_string_equal(why.operation, "");
    lwi_policy_read_lifecycle(worker, NULL, 0, &lifecycle);
    assert_int_equal(lifecycle.restart_due, due);
    assert_int_equal(lifecycle.due.kind, kind);
    assert_int_equal(lifecycle.due.current, current);
}

#define NOT_DUE(worker) check_due(worker, LW_RESTART_NONE, 0, 0)

/* ---- due ---- */

static void
without_limits_nothing_is_due_or_sampled(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    int i;

    (void)state;
    lwi_policy_started(&worker, NULL);
    for (i = 0; i < 1000; i++)
        open_session(&worker, 1000000);
    time_ns += (int64_t)LW_TIMEOUT_MAX_MS * MS;
    NOT_DUE(&worker);
    assert_int_equal(rss_samples + pss_samples, 0);
    lwi_policy_fini(&worker.policy);
}

static void
requests_are_counted_for_one_child(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;

    (void)state;
    limits.max_requests = 2;
    worker = make(&limits);
    lwi_policy_started(&worker, NULL);
    NOT_DUE(&worker);
    serve(&worker);
    NOT_DUE(&worker);
    serve(&worker);
    check_due(&worker, LW_RESTART_MAX_REQUESTS, 2, 2);
    end(&worker, LW_RESTART_MAX_REQUESTS);
    lwi_policy_started(&worker, NULL);
    NOT_DUE(&worker);
    lwi_policy_fini(&worker.policy);
}

static void
sessions_opened_again_replace_nothing(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_session session = LW_SESSION_NONE;
    lw_worker_lifecycle lifecycle = { 0 };
    lw_worker worker;

    (void)state;
    limits.max_imports = 1;
    limits.max_import_kib = 500;
    worker = make(&limits);
    session.heap_after_kib = 500;
    lwi_policy_started(&worker, NULL);
    lwi_policy_session_reopened(&worker, &session);
    serve(&worker);
    NOT_DUE(&worker);
    session.reused = true;
    lwi_policy_session_opened(&worker, &session);
    NOT_DUE(&worker);
    lwi_policy_read_lifecycle(&worker, NULL, 0, &lifecycle);
    assert_int_equal(lifecycle.child_imports, 1);
    assert_int_equal(lifecycle.child_import_kib, 500);
    open_session(&worker, 0);
    check_due(&worker, LW_RESTART_IMPORT_BYTES, 500, 500);
    lwi_policy_fini(&worker.policy);
}

static void
imports_are_limited_in_number_and_size(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;

    (void)state;
    limits.max_imports = 2;
    limits.max_import_kib = 1000;
    worker = make(&limits);
    lwi_policy_started(&worker, NULL);
    open_session(&worker, 499);
    NOT_DUE(&worker);
    open_session(&worker, 500);
    check_due(&worker, LW_RESTART_MAX_IMPORTS, 2, 2);
    open_session(&worker, 1);
    check_due(&worker, LW_RESTART_IMPORT_BYTES, 1000, 1000);
    lwi_policy_fini(&worker.policy);
}

static void
a_heap_that_shrank_counts_as_nothing(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_session session = LW_SESSION_NONE;
    lw_worker_lifecycle lifecycle = { 0 };
    lw_worker worker = make(&limits);

    (void)state;
    session.heap_before_kib = 10;
    lwi_policy_started(&worker, NULL);
    lwi_policy_session_opened(&worker, &session);
    lwi_policy_read_lifecycle(&worker, NULL, 0, &lifecycle);
    assert_int_equal(lifecycle.child_import_kib, 0);
    lwi_policy_fini(&worker.policy);
}

static void
what_a_child_claims_does_not_overflow(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_session session = LW_SESSION_NONE;
    lw_worker worker;

    (void)state;
    limits.max_import_kib = UINT64_MAX - 1;
    worker = make(&limits);
    session.heap_after_kib = UINT64_C(1) << 63;
    lwi_policy_started(&worker, NULL);
    lwi_policy_session_opened(&worker, &session);
    lwi_policy_session_opened(&worker, &session);
    check_due(&worker, LW_RESTART_IMPORT_BYTES, UINT64_MAX, UINT64_MAX - 1);
    lwi_policy_fini(&worker.policy);
}

static void
resident_memory_is_sampled_before_a_request(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;

    (void)state;
    limits.max_rss_kib = 1000;
    worker = make(&limits);
    rss_kib = 5000;
    lwi_policy_started(&worker, NULL);
    NOT_DUE(&worker); /* a fresh one would be no smaller */
    assert_int_equal(rss_samples, 0);
    serve(&worker);
    rss_kib = 999;
    NOT_DUE(&worker);
    rss_kib = 1000;
    time_ns += (int64_t)LW_RSS_MAX_AGE_MS * MS - 1;
    NOT_DUE(&worker); /* nothing was asked of it since */
    assert_int_equal(rss_samples, 1);
    time_ns++;
    check_due(&worker, LW_RESTART_RSS_CEILING, 1000, 1000);
    assert_int_equal(rss_samples, 2);
    serve(&worker);
    rss_kib = 1001;
    check_due(&worker, LW_RESTART_RSS_CEILING, 1001, 1000);
    assert_int_equal(rss_samples, 3);
    serve(&worker);
    rss_kib = 0; /* no sample: the last one is what is known */
    check_due(&worker, LW_RESTART_RSS_CEILING, 1001, 1000);
    assert_int_equal(rss_samples, 4);
    assert_int_equal(pss_samples, 0);
    lwi_policy_fini(&worker.policy);
}

static void
proportional_memory_is_sampled_seldom(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;

    (void)state;
    limits.max_pss_kib = 1000;
    worker = make(&limits);
    rss_kib = 5000;
    pss_kib = 10;
    lwi_policy_started(&worker, NULL);
    serve(&worker);
    NOT_DUE(&worker);
    pss_kib = 1000;
    time_ns += (int64_t)LW_PSS_MAX_AGE_MS * MS - 1;
    NOT_DUE(&worker);
    assert_int_equal(pss_samples, 1);
    time_ns++;
    check_due(&worker, LW_RESTART_PSS_CEILING, 1000, 1000);
    assert_int_equal(pss_samples, 2);
    assert_int_equal(rss_samples, 0);
    lwi_policy_fini(&worker.policy);
}

static void
a_sample_that_fails_is_not_tried_at_each_request(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;
    int i;

    (void)state;
    limits.max_pss_kib = 1000;
    worker = make(&limits);
    lwi_policy_started(&worker, NULL);
    for (i = 0; i < 10; i++) {
        serve(&worker);
        NOT_DUE(&worker);
    }
    assert_int_equal(pss_samples, 1);
    lwi_policy_fini(&worker.policy);
}

static void
idle_time_runs_from_the_end_of_a_request(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_restart_reason why;
    lw_worker worker;

    (void)state;
    limits.idle_ms = 50;
    worker = make(&limits);
    assert_int_equal(lwi_policy_idle_due(&worker, &why), LWI_NEVER);
    lwi_policy_started(&worker, NULL);
    time_ns += 49 * MS;
    NOT_DUE(&worker);
    lwi_policy_request_sent(&worker);
    time_ns += 100 * MS;
    NOT_DUE(&worker);
    assert_int_equal(lwi_policy_idle_due(&worker, &why), LWI_NEVER);
    lwi_policy_request_ended(&worker);
    assert_int_equal(lwi_policy_idle_due(&worker, &why), time_ns + 50 * MS);
    time_ns += 50 * MS;
    check_due(&worker, LW_RESTART_IDLE, 50, 50);
    assert_int_equal(lwi_policy_idle_due(&worker, &why), time_ns);
    assert_int_equal(why.kind, LW_RESTART_IDLE);
    assert_int_equal(why.current, 50);
    end(&worker, LW_RESTART_IDLE);
    assert_int_equal(lwi_policy_idle_due(&worker, &why), LWI_NEVER);
    lwi_policy_fini(&worker.policy);
}

static void
the_first_limit_of_the_order_is_the_reason(void **state)
{
    static const lw_restart_kind order[] = {
        LW_RESTART_IMPORT_BYTES, LW_RESTART_MAX_IMPORTS,
        LW_RESTART_MAX_REQUESTS, LW_RESTART_RSS_CEILING,
        LW_RESTART_PSS_CEILING,  LW_RESTART_IDLE,
    };
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    uint64_t *members[] = { &limits.max_import_kib, &limits.max_imports,
                            &limits.max_requests,   &limits.max_rss_kib,
                            &limits.max_pss_kib,    &limits.idle_ms };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(members); i++)
        *members[i] = 1;
    for (i = 0; i < LWI_COUNT(order); i++) {
        lw_worker worker = make(&limits);
        lw_restart_reason why = { LW_RESTART_NONE, 0, 0, "" };

        rss_kib = pss_kib = 7;
        lwi_policy_started(&worker, NULL);
        open_session(&worker, 7);
        time_ns += 7 * MS;
        assert_true(lwi_policy_due(&worker, &why));
        assert_int_equal(why.kind, order[i]);
        *members[i] = LW_NO_LIMIT;
        lwi_policy_fini(&worker.policy);
    }
}

/* ---- may start ---- */

/* One more child, whose end has the reason. */
static void
go_through(lw_worker *worker, lw_restart_kind kind)
{
    lw_error err = LW_ERROR_INIT;

    assert_int_equal(lwi_policy_may_start(worker, NULL, "test", &err), LW_OK);
    lwi_policy_started(worker, NULL);
    end(worker, kind);
}

static void
restarts_are_limited_within_the_window(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker worker;
    int i;

    (void)state;
    limits.max_restarts = 3;
    limits.restart_window_ms = 1000;
    worker = make(&limits);
    for (i = 0; i < 4; i++) { /* the first is no restart */
        go_through(&worker, LW_RESTART_DIED);
        time_ns += 10 * MS;
    }
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "check a file", &err),
                     LW_ERESTARTS);
    assert_string_equal(err.operation, "check a file");
    assert_string_equal(
        err.message,
        "the worker's child was replaced 3 times in 1000 ms, and has to be "
        "again because it died (died); the next start is allowed in 970 ms");
    time_ns += 970 * MS - 1;
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL),
                     LW_ERESTARTS);
    time_ns++;
    go_through(&worker, LW_RESTART_TIMEOUT);
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL),
                     LW_ERESTARTS);
    time_ns += 1000 * MS;
    for (i = 0; i < 3; i++)
        go_through(&worker, LW_RESTART_TIMEOUT);
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL),
                     LW_ERESTARTS);
    lwi_policy_fini(&worker.policy);
}

static void
explicit_restarts_are_not_limited(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_restart_reason ask = { LW_RESTART_EXPLICIT, 0, 0, "" };
    lw_worker_stats stats;
    lw_worker worker;
    int i;

    (void)state;
    limits.max_restarts = 1;
    worker = make(&limits);
    for (i = 0; i < 10; i++)
        go_through(&worker, LW_RESTART_EXPLICIT);
    go_through(&worker, LW_RESTART_DIED);
    go_through(&worker, LW_RESTART_DIED);
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL),
                     LW_ERESTARTS);
    assert_int_equal(lwi_policy_may_start(&worker, &ask, "test", NULL), LW_OK);
    lwi_policy_started(&worker, &ask);
    lwi_policy_read_stats(&worker, &stats);
    assert_int_equal(stats.restarts, 12);
    assert_int_equal(stats.restarts_by[LW_RESTART_EXPLICIT], 11);
    assert_int_equal(stats.restarts_by[LW_RESTART_DIED], 1);
    assert_int_equal(stats.last_restart.kind, LW_RESTART_EXPLICIT);
    lwi_policy_fini(&worker.policy);
}

static void
no_limit_of_restarts_is_none(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker;
    int i;

    (void)state;
    limits.max_restarts = 0;
    worker = make(&limits);
    for (i = 0; i < 5000; i++)
        go_through(&worker, LW_RESTART_DIED);
    lwi_policy_fini(&worker.policy);
}

static void
failed_starts_back_off(void **state)
{
    static const uint64_t waits[] = { 100,  200,  400,  800, 1600,
                                      3200, 5000, 5000, 5000 };
    lw_restart_reason ask = { LW_RESTART_EXPLICIT, 0, 0, "" };
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    lw_error err = LW_ERROR_INIT;
    lw_worker_stats stats;
    size_t i;

    (void)state;
    go_through(&worker, LW_RESTART_DIED);
    for (i = 0; i < LWI_COUNT(waits); i++) {
        assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL),
                         LW_OK);
        lwi_policy_start_failed(&worker);
        time_ns += (int64_t)waits[i] * MS - 1;
        assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", &err),
                         LW_ERESTARTS);
        assert_non_null(strstr(err.message, "allowed in 1 ms"));
        assert_int_equal(lwi_policy_may_start(&worker, &ask, "test", NULL),
                         LW_OK);
        time_ns++;
    }
    assert_string_equal(err.message, "the last 9 starts of the worker's child "
                                     "failed; the next is allowed in 1 ms");
    lwi_policy_started(&worker, NULL);
    end(&worker, LW_RESTART_DIED);
    assert_int_equal(lwi_policy_may_start(&worker, NULL, "test", NULL), LW_OK);
    lwi_policy_read_stats(&worker, &stats);
    assert_int_equal(stats.failed_starts, 9);
    assert_int_equal(stats.starts, 2);
    assert_int_equal(stats.restarts, 1); /* failed ones replaced nothing */
    lwi_policy_fini(&worker.policy);
}

static void
only_a_policy_keeps_sessions(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    int kind;

    (void)state;
    for (kind = 0; kind < LW_RESTART_KIND_COUNT; kind++) {
        lw_restart_reason why = { (lw_restart_kind)kind, 0, 0, "" };
        bool policy = (kind >= LW_RESTART_MAX_REQUESTS &&
                       kind <= LW_RESTART_PSS_CEILING) ||
                      kind == LW_RESTART_IDLE;

        worker.policy.limits.keep_sessions = true;
        assert_int_equal(lwi_policy_keeps_sessions(&worker, &why), policy);
        worker.policy.limits.keep_sessions = false;
        assert_false(lwi_policy_keeps_sessions(&worker, &why));
    }
    lwi_policy_fini(&worker.policy);
}

static void
each_cause_of_death_is_a_reason(void **state)
{
#define OTHER(name, word, status, sentence) [name] = LW_RESTART_DIED,
    lw_restart_kind wanted[] = { LWI_DEATH_MAP(OTHER) };
#undef OTHER
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    size_t cause;

    (void)state;
    wanted[LWI_DEATH_MEMORY_LIMIT] = LW_RESTART_RSS_HARD_LIMIT;
    wanted[LWI_DEATH_STOPPED] = LW_RESTART_EXPLICIT;
    wanted[LWI_DEATH_PROTOCOL] = LW_RESTART_PROTOCOL;
    wanted[LWI_DEATH_TIMEOUT] = LW_RESTART_TIMEOUT;
    wanted[LWI_DEATH_CANCELLED] = LW_RESTART_CANCELLED;
    worker.config.rss_limit_kib = 500;
    rss_kib = 600;
    for (cause = 0; cause < LWI_COUNT(wanted); cause++) {
        lw_restart_reason why = lwi_policy_death_reason(
            &worker, (enum lwi_death_cause)cause, "test");
        bool limit = cause == LWI_DEATH_MEMORY_LIMIT;

        assert_int_equal(why.kind, wanted[cause]);
        assert_int_equal(why.current, limit ? 600 : 0);
        assert_int_equal(why.limit, limit ? 500 : 0);
        assert_string_equal(why.operation, "test");
    }
    lwi_policy_fini(&worker.policy);
}

/* ---- counters ---- */

static void
an_end_is_counted_once_with_its_first_reason(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    lw_worker_lifecycle lifecycle = { 0 };
    lw_restart_reason death = { LW_RESTART_PROTOCOL, 0, 0, "" };
    lw_worker_stats stats;

    (void)state;
    assert_false(
        lwi_policy_child_is_gone(&worker, NULL)); /* there was none yet */
    lwi_policy_started(&worker, NULL);
    assert_false(lwi_policy_child_is_gone(&worker, NULL));
    serve(&worker);
    lwi_policy_read_lifecycle(&worker, &death, 77, &lifecycle);
    assert_true(lifecycle.restart_due); /* nobody has told of it yet */
    assert_int_equal(lifecycle.due.kind, LW_RESTART_PROTOCOL);
    assert_int_equal(lifecycle.child_requests, 0);
    assert_int_equal(lifecycle.rss_kib, 0);
    end(&worker, LW_RESTART_TIMEOUT);
    assert_true(lwi_policy_child_is_gone(&worker, NULL));
    end(&worker, LW_RESTART_DIED);
    lwi_policy_read_lifecycle(&worker, &death, 77, &lifecycle);
    assert_true(lifecycle.restart_due);
    assert_int_equal(lifecycle.due.kind, LW_RESTART_TIMEOUT);
    assert_int_equal(lifecycle.rss_kib, 0);
    assert_int_equal(lifecycle.age_ms, 0);
    lwi_policy_started(&worker, NULL);
    lwi_policy_read_stats(&worker, &stats);
    assert_int_equal(stats.exits, 1);
    assert_int_equal(stats.restarts_by[LW_RESTART_TIMEOUT], 1);
    assert_int_equal(stats.last_restart.kind, LW_RESTART_TIMEOUT);
    assert_string_equal(stats.last_restart.operation, "test");
    lwi_policy_fini(&worker.policy);
}

static void
streams_are_added_up(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    lw_worker_stats stats;

    (void)state;
    lwi_policy_stream_ended(&worker, true, 10, 100, 5, 2);
    lwi_policy_stream_ended(&worker, false, 1, 10, 5, 0);
    lwi_policy_stream_ended(&worker, false, 0, 0, 5, 1);
    lwi_policy_cancel_acknowledged(&worker);
    lwi_policy_read_stats(&worker, &stats);
    assert_int_equal(stats.streams, 3);
    assert_int_equal(stats.streams_ok, 1);
    assert_int_equal(stats.streams_failed, 2);
    assert_int_equal(stats.rows, 11);
    assert_int_equal(stats.row_bytes, 110);
    assert_int_equal(stats.stream_us, 15);
    assert_int_equal(stats.backpressure_waits, 3);
    assert_int_equal(stats.backpressure_failures, 1);
    assert_int_equal(stats.cancels_acknowledged, 1);
    lwi_policy_fini(&worker.policy);
}

static void
the_lifecycle_is_of_the_present_child(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    lw_worker worker = make(&limits);
    lw_worker_lifecycle lifecycle = { 0 };

    (void)state;
    lwi_policy_started(&worker, NULL);
    open_session(&worker, 5);
    time_ns += 30 * MS;
    lwi_policy_read_lifecycle(&worker, NULL, 77, &lifecycle);
    assert_int_equal(lifecycle.child_requests, 1);
    assert_int_equal(lifecycle.child_imports, 1);
    assert_int_equal(lifecycle.child_import_kib, 5);
    assert_int_equal(lifecycle.max_import_kib, LW_NO_LIMIT);
    assert_int_equal(lifecycle.rss_kib, 77);
    assert_int_equal(lifecycle.idle_ms, 30);
    assert_int_equal(lifecycle.age_ms, 30);
    assert_int_equal(lifecycle.restarts_in_window, 0);
    assert_false(lifecycle.restart_due);
    end(&worker, LW_RESTART_DIED);
    lwi_policy_started(&worker, NULL);
    lwi_policy_read_lifecycle(&worker, NULL, 0, &lifecycle);
    assert_int_equal(lifecycle.child_requests, 0);
    assert_int_equal(lifecycle.child_imports, 0);
    assert_int_equal(lifecycle.rss_kib, 0);
    assert_int_equal(lifecycle.restarts_in_window, 1);
    time_ns += 60000 * MS;
    lwi_policy_read_lifecycle(&worker, NULL, 0, &lifecycle);
    assert_int_equal(lifecycle.restarts_in_window, 0);
    lwi_policy_fini(&worker.policy);
}

/* ---- limits that make no sense ---- */

static void
check_fault(const lw_restart_policy *limits, const char *member)
{
    const char *fault = lwi_policy_fault(limits);

    assert_non_null(fault);
    assert_non_null(strstr(fault, member));
}

#define FAULT(member, value)                                                   \
    do {                                                                       \
        lw_restart_policy limits_ = LW_RESTART_POLICY_INIT;                    \
        limits_.member = (value);                                              \
        check_fault(&limits_, "policy." #member " ");                          \
    } while (0)

static void
a_fault_names_its_member(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;

    (void)state;
    assert_null(lwi_policy_fault(&limits));
    FAULT(max_requests, 0);
    FAULT(max_imports, 0);
    FAULT(max_import_kib, 0);
    FAULT(max_rss_kib, 0);
    FAULT(max_pss_kib, 0);
    FAULT(idle_ms, 0);
    FAULT(idle_ms, LW_TIMEOUT_MAX_MS + 1);
    FAULT(max_restarts, LW_RESTARTS_MAX + 1);
    FAULT(restart_window_ms, 0);
    FAULT(restart_window_ms, LW_NO_LIMIT);
    limits.struct_size--;
    check_fault(&limits, "LW_RESTART_POLICY_INIT");
}

static void
memory_may_end_at_the_beginning(void **state)
{
    lw_restart_policy limits = LW_RESTART_POLICY_INIT;
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, 0);
    struct lwi_policy policy = { .clock = NULL };

    (void)state;
    lwi_policy_fini(&policy); /* a zeroed one */
    assert_int_equal(lwi_policy_init(&policy, &limits, &test_clock, &allocator),
                     LW_ENOMEM);
    lwi_policy_fini(&policy);
    lwt_memory_check_empty(&memory);
}

static void
kinds_have_their_words(void **state)
{
    (void)state;
    assert_string_equal(lw_restart_kind_name(LW_RESTART_NONE), "none");
    assert_string_equal(lw_restart_kind_name(LW_RESTART_IDLE), "idle");
    assert_string_equal(lw_restart_kind_name(LW_RESTART_DIED), "died");
    assert_string_equal(lw_restart_kind_name(LW_RESTART_STALE), "stale");
    assert_string_equal(lw_restart_kind_name(LW_RESTART_KIND_COUNT), "unknown");
    assert_string_equal(lw_restart_kind_name((lw_restart_kind)99), "unknown");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_nothing_is_due_or_sampled),
        cmocka_unit_test(requests_are_counted_for_one_child),
        cmocka_unit_test(sessions_opened_again_replace_nothing),
        cmocka_unit_test(imports_are_limited_in_number_and_size),
        cmocka_unit_test(a_heap_that_shrank_counts_as_nothing),
        cmocka_unit_test(what_a_child_claims_does_not_overflow),
        cmocka_unit_test(resident_memory_is_sampled_before_a_request),
        cmocka_unit_test(proportional_memory_is_sampled_seldom),
        cmocka_unit_test(a_sample_that_fails_is_not_tried_at_each_request),
        cmocka_unit_test(idle_time_runs_from_the_end_of_a_request),
        cmocka_unit_test(the_first_limit_of_the_order_is_the_reason),
        cmocka_unit_test(restarts_are_limited_within_the_window),
        cmocka_unit_test(explicit_restarts_are_not_limited),
        cmocka_unit_test(no_limit_of_restarts_is_none),
        cmocka_unit_test(failed_starts_back_off),
        cmocka_unit_test(only_a_policy_keeps_sessions),
        cmocka_unit_test(each_cause_of_death_is_a_reason),
        cmocka_unit_test(an_end_is_counted_once_with_its_first_reason),
        cmocka_unit_test(streams_are_added_up),
        cmocka_unit_test(the_lifecycle_is_of_the_present_child),
        cmocka_unit_test(a_fault_names_its_member),
        cmocka_unit_test(memory_may_end_at_the_beginning),
        cmocka_unit_test(kinds_have_their_words),
    };

    return LWT_RUN(tests);
}

/*
 * semantics_test.c - what the seed fixes of a pool, rule by rule.
 *
 * Each rule of the table "Pool semantics" in docs/mission.md is a row here, by
 * its own words, and each row is one there: the last test sees to it.
 */
#include "pool/pool_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/file.h"

#define HOUR (INT64_C(3600) * 1000)

/* The lease is lost, for this reason, whatever is tried on it; given back. */
static void
check_lost(lw_lease *lease, const char *reason)
{
    assert_int_equal(lw_lease_check_valid(lease, &stand.err), LW_ELEASE);
    if (strstr(stand.err.message, reason) == NULL)
        fail_msg("%s", stand.err.message);
    assert_int_equal(stand_run(lease, "who"), LW_ELEASE);
    assert_non_null(strstr(stand.err.message, reason));
    assert_int_equal(lw_lease_cycle(lease, &stand.err), LW_ELEASE);
    assert_non_null(strstr(stand.err.message, reason));
    lw_lease_release(lease);
}

/* A pool of one worker, and a lease on it whose key is a capability of spec. */
static lw_lease *
lease_of(const lw_capability_spec *spec)
{
    stand_begin_plain(1);
    return stand_acquire(stand_key_of(spec));
}

static lw_lease *
a_lease(void)
{
    return lease_of(stand_spec("A"));
}

/* ---- granting ---- */

static void
granted_on_a_key(void)
{
    lw_capability *a, *same, *b;
    lw_lease *lease;
    int pid;

    a = stand_key("A");
    same = stand_key("A");
    b = stand_key("B");
    stand_begin_plain(2);
    lease = stand_acquire(a);
    assert_int_equal(lw_session_key_compare(lw_lease_get_key(lease),
                                            lw_capability_get_key(same)),
                     0);
    pid = stand_pid(lease);
    lw_lease_release(lease);
    assert_int_equal(stand_use(same), pid);
    assert_int_not_equal(stand_use(b), pid);
}

static void
warm_is_reused(void)
{
    lw_capability *key = stand_key("A");
    int pid, i;

    stand_begin_plain(3);
    pid = stand_use(key);
    for (i = 0; i < 3; i++)
        assert_int_equal(stand_use(key), pid);
    assert_int_equal(stand_look().workers, 1);
    assert_int_equal(stand_look().worker_restarts, 0);
}

static void
dead_is_replaced(void)
{
    lw_capability *key = stand_key("A");
    int pid;

    stand_begin_plain(1);
    pid = stand_use(key);
    stand_kill_idle(pid);
    assert_int_not_equal(stand_use(key), pid);
    assert_int_equal(stand_look().worker_restarts, 1);
    assert_int_equal(stand_look().last_restart_reason.kind, LW_RESTART_DIED);
}

/* ---- policy ---- */

static void
begin_limited(uint64_t ceiling_kib, uint64_t idle_ms)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.worker_rss_ceiling_kib = ceiling_kib;
    config.idle_cycle_ms = idle_ms;
    stand_begin(&config);
}

static void
ceiling_then_idle(void)
{
    lw_capability *key = stand_key("A");
    lw_lease *lease;

    begin_limited(1, (uint64_t)HOUR);
    stand_use(key);
    stand_pass(HOUR);
    lease = stand_acquire(key);
    assert_int_equal(stand_look().last_restart_reason.kind,
                     LW_RESTART_RSS_CEILING);
    assert_int_equal(stand_look().rss_restarts, 1);
    assert_int_equal(stand_look().idle_restarts, 0);
    assert_int_equal(stand_run(lease, "who"), LW_OK);
    stand_pass(HOUR);
    assert_int_equal(stand_run(lease, "who"), LW_ELEASE);
    check_lost(lease, "rss_ceiling");
    assert_int_equal(stand_look().rss_restarts, 2);
    assert_int_equal(stand_look().idle_restarts, 0);
}

static void
due_before_assignment(void)
{
    lw_capability *key = stand_key("A");
    lw_lease *lease;
    int pid;

    begin_limited(LW_NO_LIMIT, (uint64_t)HOUR);
    pid = stand_use(key);
    stand_pass(HOUR);
    lease = stand_acquire(key);
    assert_int_not_equal(stand_pid(lease), pid);
    lw_lease_release(lease);
    assert_int_equal(stand_look().workers, 1);
    assert_int_equal(stand_look().idle_restarts, 1);
    assert_int_equal(stand_look().policy_restarts, 1);
}

static void
due_before_a_request(void)
{
    lw_capability *key = stand_key("A");
    lw_lease *lease;
    int pid;

    begin_limited(LW_NO_LIMIT, (uint64_t)HOUR);
    lease = stand_acquire(key);
    pid = stand_pid(lease);
    stand_pass(HOUR);
    assert_int_equal(stand_run(lease, "who"), LW_ELEASE);
    assert_non_null(strstr(stand.err.message, "idle"));
    check_lost(lease, "idle");
    assert_int_not_equal(stand_use(key), pid);
    assert_int_equal(stand_look().idle_restarts, 1);
}

/* The same where the idle timer was there before the request. */
static void
due_and_ended_before_a_request(void)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_capability *key = stand_key("A");
    lw_lease *lease;
    int pid;

    config.max_workers = 2;
    config.idle_cycle_ms = (uint64_t)HOUR;
    stand_begin(&config);
    lease = stand_acquire(key);
    pid = stand_pid(lease);
    stand_pass(HOUR);
    lw_lease_release(stand_acquire(stand_key("B"))); /* the thread wakes */
    while (kill(pid, 0) == 0)
        sched_yield();
    assert_int_equal(stand_run(lease, "who"), LW_ELEASE);
    check_lost(lease, "idle");
    assert_int_not_equal(stand_use(key), pid);
    assert_int_equal(stand_look().idle_restarts, 1);
}

static void
idle_since_the_last_request(void)
{
    lw_capability *key = stand_key("A");
    lw_lease *lease;
    int pid, i;

    begin_limited(LW_NO_LIMIT, (uint64_t)HOUR);
    pid = stand_use(key);
    for (i = 0; i < 3; i++) {
        stand_pass(HOUR * 2 / 3);
        assert_int_equal(stand_use(key), pid);
    }
    /* A lease without a request is none. */
    stand_pass(HOUR * 2 / 3);
    lease = stand_acquire(key);
    lw_lease_release(lease);
    assert_int_equal(stand_look().idle_restarts, 0);
    stand_pass(HOUR / 3 + 1);
    assert_int_not_equal(stand_use(key), pid);
    assert_int_equal(stand_look().idle_restarts, 1);
}

/* ---- a lease's own ---- */

static void
cycle_keeps_the_child(void)
{
    lw_capability *key = stand_key("A");
    lw_lease *lease;
    int before, pid;

    stand_begin_plain(1);
    lease = stand_acquire(key);
    before = stand_pid(lease);
    assert_int_equal(lw_lease_cycle(lease, &stand.err), LW_OK);
    check_lost(lease, "cycled");
    pid = stand_use(key);
    assert_int_not_equal(pid, before);
    assert_int_equal(stand_use(key), pid);
    assert_int_equal(stand_look().worker_restarts, 1);
    assert_int_equal(stand_look().last_restart_reason.kind,
                     LW_RESTART_EXPLICIT);
}

static void
snapshot_of_a_lease(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) }, all;
    lw_lease *a, *b;
    int i;

    stand_begin_plain(2);
    a = stand_acquire(stand_key("A"));
    b = stand_acquire(stand_key("B"));
    for (i = 0; i < 3; i++)
        stand_run(a, "who");
    stand_run(b, "who");
    all = stand_look();
    assert_int_equal(lw_lease_get_snapshot(a, &shot, NULL), LW_OK);
    assert_int_equal(shot.workers, 1);
    assert_int_equal(shot.active_workers, 1);
    assert_int_equal(shot.stream_successes, 3);
    assert_true(shot.requests < all.requests);
    assert_int_equal(lw_lease_get_snapshot(b, &shot, NULL), LW_OK);
    assert_int_equal(shot.stream_successes, 1);
    assert_int_equal(all.stream_successes, 4);
    lw_lease_release(a);
    lw_lease_release(b);
}

static void
metadata_is_structure(void)
{
    static const char json[] =
        " { \"commands\" : [ { \"version\":\"A\", \"name\" : \"who\" } ] } ",
                      other[] =
                          "{\"commands\":[{\"name\":\"who\",\"version\":\"A\"}]"
                          "}";
    lw_capability_spec *spec = stand_spec("A");
    lw_capability *key;

    spec->metadata = (lw_metadata_expectation){ .export_name = "metadata",
                                                .match = LW_METADATA_EXACT };
    spec->metadata.expected = (lw_span){ json, sizeof(json) - 1 };
    key = stand_key_of(spec);
    stand_begin_plain(1);
    assert_true(stand_use(key) > 0);
    /* Nor does the text tell keys apart. */
    spec->metadata.expected = (lw_span){ other, sizeof(other) - 1 };
    assert_int_equal(
        lw_session_key_compare(lw_capability_get_key(key),
                               lw_capability_get_key(stand_key_of(spec))),
        0);
}

/* ---- what ends a lease ---- */

static void
cancelled_ends_it(void)
{
    lw_lease *lease = a_lease();
    lw_cancel *cancel = NULL;

    assert_int_equal(lw_cancel_create(&cancel, NULL), LW_OK);
    lw_cancel_set(cancel);
    assert_int_equal(stand_run_for(lease, "who", 0, cancel), LW_ECANCELLED);
    check_lost(lease, "LW_ECANCELLED");
    lw_cancel_destroy(cancel);
}

static void
timed_out_ends_it(void)
{
    lw_lease *lease = a_lease();

    assert_int_equal(stand_run_for(lease, "waits", 1, NULL), LW_ETIMEOUT);
    check_lost(lease, "LW_ETIMEOUT");
}

static void
exited_ends_it(void)
{
    lw_lease *lease = a_lease();

    assert_int_equal(stand_run(lease, "quits"), LW_ECHILDEXITED);
    check_lost(lease, "LW_ECHILDEXITED");
}

static void
aborted_ends_it(void)
{
    lw_lease *lease = a_lease();

    assert_int_equal(stand_run(lease, "aborts"), LW_ECHILDCRASHED);
    check_lost(lease, "LW_ECHILDCRASHED");
    lease = stand_acquire(stand.keys[0]);
    assert_int_equal(stand_run(lease, "panics"), LW_ECHILDPANIC);
    check_lost(lease, "LW_ECHILDPANIC");
}

/* The fresh child of a cycle is another than what was expected. */
static void
mismatch_ends_it(void)
{
    static const char json[] =
        "{\"commands\":[{\"name\":\"who\",\"version\":\"A\"}]}";
    char path[] = "/tmp/lw-semantics-XXXXXX";
    const char *command[] = { LW_BUILD_DIR "/tests/semantics_helper", "A", path,
                              NULL };
    lw_capability_spec *spec = stand_spec("A");
    lw_lease *lease;

    close(mkstemp(path));
    unlink(path);
    spec->worker.command = command;
    spec->metadata = (lw_metadata_expectation){ .export_name = "metadata" };
    spec->metadata.expected = (lw_span){ json, sizeof(json) - 1 };
    lease = lease_of(spec);
    assert_int_equal(stand_run(lease, "who"), LW_OK);
    assert_int_equal(lw_lease_cycle(lease, &stand.err), LW_EMISMATCH);
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_ELEASE);
    lw_lease_release(lease);
    unlink(path);
    assert_true(lw_status_lost_lease(LW_EMISMATCH));
}

static void
first_reason_stays(void)
{
    lw_lease *lease = a_lease();
    lw_cancel *cancel = NULL;

    assert_int_equal(lw_cancel_create(&cancel, NULL), LW_OK);
    lw_cancel_set(cancel);
    assert_int_equal(stand_run_for(lease, "waits", 1, NULL), LW_ETIMEOUT);
    assert_int_equal(stand_run_for(lease, "who", 0, cancel), LW_ELEASE);
    assert_int_equal(stand_run(lease, "quits"), LW_ELEASE);
    assert_int_equal(lw_lease_set_request_timeout(lease, 1, &stand.err),
                     LW_ELEASE);
    check_lost(lease, "LW_ETIMEOUT");
    lw_cancel_destroy(cancel);
}

static int
refuse_row(const lw_row *row, void *user)
{
    (void)row;
    (void)user;
    return -1;
}

/* A capability without a session: nothing is lost by asking for one. */
static void
no_session_leaves_it(void)
{
    lw_lease *lease = stand_acquire(stand_key("B"));
    lw_elab_result *elab = NULL;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    int pid = stand_pid(lease);

    spec.source = (lw_span){ "1", 1 };
    assert_int_equal(
        lw_lease_elaborate(lease, &elab, &spec, NULL, NULL, &stand.err),
        LW_ESESSION);
    assert_non_null(strstr(stand.err.message, "session of its capability"));
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_OK);
    assert_int_equal(stand_pid(lease), pid);
    lw_lease_release(lease);
}

static void
others_leave_it(void)
{
    static const lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability_spec *opened = stand_spec("A");
    lw_elab_result *elab = NULL;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_reply_facts sum = { .rows = 0 };
    lw_lease *lease;
    int pid;

    opened->session = &session;
    lease = lease_of(opened);
    pid = stand_pid(lease);
    sinks.row = refuse_row;
    spec.source = (lw_span){ "1", 1 };
    assert_int_equal(stand_run(lease, "fails"), LW_EEXPORTFAILED);
    assert_int_equal(stand_run(lease, "nothing"), LW_EEXPORT);
    assert_int_equal(stand_run(lease, NULL), LW_EINVAL);
    assert_int_equal(
        lw_lease_elaborate(lease, &elab, &spec, NULL, NULL, &stand.err),
        LW_EUNSUPPORTED);
    assert_int_equal(stand_run_rows(lease, "rows", "3 1 0", &sinks, &sum),
                     LW_ESINK);
    assert_int_equal(lw_lease_check_valid(lease, NULL), LW_OK);
    assert_int_equal(stand_pid(lease), pid);
    lw_lease_release(lease);
    no_session_leaves_it();
}

static void
lost_sync_is_a_death(void)
{
    lw_lease *lease = a_lease();
    int pid = stand_pid(lease);

    assert_int_equal(stand_run(lease, "breaks"), LW_EPROTO);
    check_lost(lease, "LW_EPROTO");
    assert_int_not_equal(stand_use(stand.keys[0]), pid);
    assert_int_equal(stand_look().last_restart_reason.kind,
                     LW_RESTART_PROTOCOL);
}

/* ---- admission ---- */

static void
exhausted_at_once(void)
{
    lw_lease *lease = a_lease();

    assert_int_equal(stand_try(stand.keys[0], 0, NULL), LW_EEXHAUSTED);
    assert_int_equal(stand_try(stand_key("B"), 0, NULL), LW_EEXHAUSTED);
    assert_int_equal(stand_look().queue_timeouts, 0);
    lw_lease_release(lease);
}

static void *
wait_for_it(void *rc)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_lease *lease = NULL;

    options.wait_ms = (uint64_t)HOUR;
    *(int *)rc =
        lw_pool_acquire(&lease, stand.pool, stand.keys[0], &options, NULL);
    lw_lease_release(lease);
    return NULL;
}

static void
waits_then_queue_timeout(void)
{
    lw_lease *lease = a_lease();
    pthread_t thread;
    int64_t begin_ns = lwi_now(&lwi_system_clock);
    int rc = LW_EBUSY;

    assert_int_equal(stand_try(stand.keys[0], 20, NULL), LW_EQUEUETIMEOUT);
    assert_true(lwi_now(&lwi_system_clock) - begin_ns >= 20 * LWI_NS_PER_MS);
    assert_int_equal(stand_look().queue_timeouts, 1);
    /* Who waits long enough has it. */
    pthread_create(&thread, NULL, wait_for_it, &rc);
    while (stand_look().queue_depth != 1)
        sched_yield();
    lw_lease_release(lease);
    pthread_join(thread, NULL);
    assert_int_equal(rc, LW_OK);
}

/* ---- memory ---- */

static void
begin_budget(uint64_t kib)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = 4;
    config.max_total_rss_kib = kib;
    stand_begin(&config);
}

static void
budget_refuses(void)
{
    lw_capability *a = stand_key("A"), *b = stand_key("B");
    lw_lease *lease;

    begin_budget(1);
    lease = stand_acquire(a);
    assert_int_equal(stand_try(b, 0, NULL), LW_EMEMBUDGET);
    assert_int_equal(stand_try(b, (uint64_t)HOUR, NULL), LW_EMEMBUDGET);
    assert_int_equal(stand_look().memory_budget_rejections, 2);
    lw_lease_release(lease);
    /* One that is there already is no new one. */
    assert_int_equal(stand_try(a, 0, NULL), LW_OK);
}

static void *
acquire_slow(void *rc)
{
    lw_lease *lease = NULL;

    *(int *)rc = lw_pool_acquire(&lease, stand.pool, stand.keys[0], NULL, NULL);
    lw_lease_release(lease);
    return NULL;
}

/* While a worker is opened there is no sample of it. */
static void
missing_sample_is_no_claim(void)
{
    char fifo[] = "/tmp/lw-semantics-XXXXXX";
    const char *command[] = { LW_BUILD_DIR "/tests/pool_helper", "A", fifo,
                              NULL };
    lw_capability_spec *spec = stand_spec("A");
    pthread_t slow;
    int rc = LW_EBUSY, fd;

    close(mkstemp(fifo));
    unlink(fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    spec->worker.command = command;
    stand_key_of(spec);
    stand_key("B");
    begin_budget(1);
    pthread_create(&slow, NULL, acquire_slow, &rc);
    while (stand_look().active_workers != 1)
        sched_yield();
    assert_int_equal(stand_try(stand.keys[1], 0, NULL), LW_OK);
    assert_int_equal(stand_look().memory_budget_rejections, 0);
    assert_false(stand_look().has_total_child_rss);
    assert_true(stand_look().rss_samples_unavailable > 0);
    fd = open(fifo, O_WRONLY | O_CLOEXEC);
    pthread_join(slow, NULL);
    close(fd);
    unlink(fifo);
    assert_int_equal(rc, LW_OK);
}

/* ---- for good ---- */

static int
release_in_sink(const lw_row *row, void *lease)
{
    (void)row;
    lw_lease_release(lease);
    return -1;
}

static void
release_is_never_lost(void)
{
    static const char *const ways[] = { "quits",  "aborts", "panics",
                                        "breaks", "fails",  "who" };
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply_facts sum = { .rows = 0 };
    lw_lease *lease = a_lease();
    size_t i;

    lw_lease_release(lease);
    for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        lease = stand_acquire(stand.keys[0]);
        stand_run(lease, ways[i]);
        lw_lease_release(lease);
    }
    lease = stand_acquire(stand.keys[0]);
    stand_run_for(lease, "waits", 1, NULL);
    lw_lease_release(lease);
    lease = stand_acquire(stand.keys[0]);
    sinks.row = release_in_sink;
    sinks.user = lease;
    assert_int_equal(stand_run_rows(lease, "rows", "9 1 0", &sinks, &sum),
                     LW_ESINK);
    lease = stand_acquire(stand.keys[0]);
    assert_int_equal(stand_look().active_workers, 1);
    lw_pool_close(stand.pool);
    lw_lease_release(lease);
    assert_int_equal(stand_look().active_workers, 0);
}

static void
counters_never_fall(void)
{
    lw_capability *keys[3] = { stand_key("A"), stand_key("B"), stand_key("C") };
    lw_pool_snapshot before = { .requests = 0 }, now;
    lw_reply_facts sum = { .rows = 0 };
    lw_lease *lease;
    size_t i;

    stand_begin_plain(1);
    for (i = 0; i < 9; i++, before = now) {
        lease = stand_acquire(keys[i % 3]);
        stand_run_rows(lease, "rows", "3 5 1", NULL, &sum);
        if (i % 4 == 3)
            stand_run(lease, "quits");
        lw_lease_release(lease);
        now = stand_look();
        assert_int_equal(now.data_rows_delivered, 3 * (i + 1));
        assert_int_equal(now.leases, i + 1);
        assert_true(now.requests > before.requests);
        assert_true(now.stream_requests > before.stream_requests);
        assert_true(now.data_row_payload_bytes > before.data_row_payload_bytes);
        assert_true(now.backpressure_waits > before.backpressure_waits);
        assert_true(now.worker_restarts >= before.worker_restarts);
        assert_true(now.stream_elapsed_us >= before.stream_elapsed_us);
    }
    assert_int_equal(now.evictions, 8);
}

/* ---- the rules ---- */

static const struct rule {
    const char *sentence; /* as it stands in docs/mission.md */
    void (*check)(void);
} rules[] = {
    { "a lease is granted on a session key", granted_on_a_key },
    { "a warm compatible worker is reused", warm_is_reused },
    { "a dead one is replaced before the lease is handed out",
      dead_is_replaced },
    { "RSS ceiling, then idle limit, are enforced before assignment and "
      "before each request on a lease",
      ceiling_then_idle },
    { "before assignment a due policy cycles the worker and the lease is still "
      "granted",
      due_before_assignment },
    { "before a request on a lease a due policy cycles it and invalidates the "
      "lease, with the reason",
      due_before_a_request },
    { "the reason is the same where the idle timer came first",
      due_and_ended_before_a_request },
    { "idle time counts from the last request", idle_since_the_last_request },
    { "an explicit cycle invalidates the lease and keeps the restarted child "
      "for later ones",
      cycle_keeps_the_child },
    { "a lease's snapshot covers its own worker only", snapshot_of_a_lease },
    { "metadata expectations compare as JSON structure, not as text",
      metadata_is_structure },
    { "cancelled invalidates the lease", cancelled_ends_it },
    { "timed out invalidates the lease", timed_out_ends_it },
    { "child exited invalidates the lease", exited_ends_it },
    { "child panicked or aborted invalidates the lease", aborted_ends_it },
    { "metadata mismatch invalidates the lease", mismatch_ends_it },
    { "later calls on it fail with the first reason", first_reason_stays },
    { "other errors leave it valid", others_leave_it },
    { "lost protocol sync is a death of the child", lost_sync_is_a_death },
    { "a full pool is exhausted at once where the admission wait is zero",
      exhausted_at_once },
    { "else the wait is at most that long, then queue timeout",
      waits_then_queue_timeout },
    { "the total RSS budget refuses a new distinct worker when every sample is "
      "known and the sum reaches the limit",
      budget_refuses },
    { "where a sample is missing it makes no claim, and that is counted",
      missing_sample_is_no_claim },
    { "releasing a lease is never lost, whatever happened during it",
      release_is_never_lost },
    { "counters are totals of the pool's life and never fall",
      counters_never_fall },
};

enum { RULES = sizeof(rules) / sizeof(*rules) };

static void
check_rule(void **state)
{
    const struct rule *rule = *state;

    rule->check();
}

/* cmocka gives each test its own initial state: the rule. */
static int
setup(void **state)
{
    void *rule = *state;
    int rc = stand_setup(state);

    *state = rule;
    return rc;
}

/* The first cell of a line of the table, or an empty one. */
static lw_span
first_cell(lw_span line)
{
    const char *end;

    if (line.size < 3 || memcmp(line.data, "| ", 2) != 0 || line.data[2] == '-')
        return (lw_span){ "", 0 };
    line.data += 2;
    line.size -= 2;
    end = memmem(line.data, line.size, " |", 2);
    return end == NULL ? (lw_span){ "", 0 }
                       : (lw_span){ line.data, (size_t)(end - line.data) };
}

static bool
has_row(lw_span sentence)
{
    size_t i;

    for (i = 0; i < RULES; i++) {
        if (strlen(rules[i].sentence) == sentence.size &&
            memcmp(rules[i].sentence, sentence.data, sentence.size) == 0)
            return true;
    }
    return false;
}

static void
no_rule_is_without_a_row(void **state)
{
    struct lwi_buf text;
    const char *at, *end;
    size_t found = 0;

    (void)state;
    lwi_buf_init(&text, &lwi_system_allocator);
    assert_int_equal(
        lwi_file_read(&text, LW_SOURCE_DIR "/docs/mission.md", 1u << 20),
        LW_OK);
    assert_int_equal(lwi_buf_append(&text, "", 1), LW_OK);
    at = strstr(text.data, "\n## Pool semantics\n");
    assert_non_null(at);
    for (at += 19; strncmp(at, "## ", 3) != 0; at = end + 1) {
        lw_span cell;

        end = strchr(at, '\n');
        cell = first_cell((lw_span){ at, (size_t)(end - at) });
        if (cell.size == 0 || memcmp(cell.data, "rule", 4) == 0)
            continue;
        found++;
        if (!has_row(cell))
            fail_msg("no row: %.*s", (int)cell.size, cell.data);
    }
    assert_int_equal(found, RULES);
    lwi_buf_fini(&text);
}

int
main(void)
{
    struct CMUnitTest tests[RULES + 1];
    size_t i;

    for (i = 0; i < RULES; i++)
        tests[i] = (struct CMUnitTest){ rules[i].sentence, check_rule, setup,
                                        stand_teardown, (void *)&rules[i] };
    tests[RULES] =
        (struct CMUnitTest){ "no rule is without a row",
                             no_rule_is_without_a_row, NULL, NULL, NULL };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pool_model_test.c - the snapshot of a pool against a model.
 *
 * One thread does at random what can be done to a pool on real processes, and
 * keeps books of its own by the definitions of the snapshot's members. After
 * each step both must be the same, in every member but memory and time, which
 * have tests of their own. LWT_SEED=… plays a run again.
 */
#include "pool/pool_support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "pool/pool.h"
#include "support/random.h"

enum { PLACES = 3, KEYS = 4, STEPS = 1500, MAX_REQUESTS = 3 };

/* One passes in a step where time does: far more than the test takes. */
#define TICK_MS (INT64_C(20) * 60 * 1000)
#define IDLE_MS (4 * TICK_MS)
#define TIMEOUT_MS (TICK_MS / 2)

static struct place {
    lw_lease *lease; /* NULL: idle, or empty */
    bool taken;
    bool valid;           /* the lease */
    size_t key;           /* 0: a ping opens it; 1: a session; 2: few requests;
                             3: it does not open */
    uint64_t order;       /* the how many-th that became idle */
    lw_restart_kind gone; /* why its child is gone; NONE: it lives */
    uint64_t requests;    /* of its child's callers */
    int64_t idle_ms;      /* when its last request ended */
    int pid;
} places[PLACES];

static struct {
    lw_pool_snapshot shot; /* what is to be */
    int64_t now_ms;
    uint64_t order;
    struct lwt_random random;
    char fifo[32];
    lw_cancel *cancel;
} model;

/* ---- what the model knows ---- */

static bool
is_due(const struct place *place, lw_restart_kind *why)
{
    *why = LW_RESTART_NONE;
    if (place->key == 2 && place->requests >= MAX_REQUESTS)
        *why = LW_RESTART_MAX_REQUESTS;
    else if (model.now_ms - place->idle_ms >= IDLE_MS)
        *why = LW_RESTART_IDLE;
    return *why != LW_RESTART_NONE;
}

/* Its opening is a request of the pool's own. */
static void
note_opened(struct place *place)
{
    model.shot.requests++;
    model.shot.imports += place->key == 1;
    place->gone = LW_RESTART_NONE;
    place->requests = 0;
    place->idle_ms = model.now_ms;
    place->pid = 0;
}

static void
note_restart(struct place *place, lw_restart_kind why)
{
    lw_pool_snapshot *shot = &model.shot;

    shot->worker_restarts++;
    shot->max_request_restarts += why == LW_RESTART_MAX_REQUESTS;
    shot->idle_restarts += why == LW_RESTART_IDLE;
    shot->cancelled_restarts += why == LW_RESTART_CANCELLED;
    shot->timeout_restarts += why == LW_RESTART_TIMEOUT;
    shot->policy_restarts += why == LW_RESTART_IDLE;
    shot->last_restart_reason.kind = why;
    note_opened(place);
}

/* Replaced where it has to be; false: it was not. */
static bool
renew(struct place *place)
{
    lw_restart_kind why = place->gone;

    if (why == LW_RESTART_NONE && !is_due(place, &why))
        return false;
    note_restart(place, why);
    return true;
}

static struct place *
find_idle(bool own, size_t key)
{
    struct place *found = NULL;
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (!places[i].taken || places[i].lease != NULL ||
            (places[i].key == key) != own)
            continue;
        if (found == NULL || (places[i].order > found->order) == own)
            found = &places[i];
    }
    return found;
}

static struct place *
find_empty(void)
{
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (!places[i].taken)
            return &places[i];
    }
    return NULL;
}

/* ---- time ---- */

/* Not where two limits would be due: which came first is anybody's guess. */
static bool
may_pass(void)
{
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (places[i].taken && places[i].key == 2 &&
            places[i].requests >= MAX_REQUESTS)
            return false;
    }
    return true;
}

static void
pass_time(void)
{
    if (!may_pass())
        return;
    stand_pass(TICK_MS);
    model.now_ms += TICK_MS;
}

/* ---- leases ---- */

/*
 * The model's place of a lease that was just granted. Which of several idle
 * workers it is is the core's affair, which has a model of its own: here it
 * must be one that may be taken.
 */
static struct place *
take_place(const lw_lease *lease, size_t key)
{
    struct place *place = &places[lease->place];
    bool own = find_idle(true, key) != NULL, empty = find_empty() != NULL;

    assert_null(place->lease);
    if (own) {
        assert_true(place->taken && place->key == key);
        renew(place);
        return place;
    }
    assert_int_equal(empty, !place->taken);
    model.shot.evictions += place->taken;
    *place = (struct place){ .taken = true, .key = key };
    note_opened(place);
    return place;
}

static void
acquire(size_t key)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    bool possible = find_idle(true, key) != NULL ||
                    find_idle(false, key) != NULL || find_empty() != NULL;
    struct place *place;
    lw_lease *lease = NULL;
    int rc;

    options.wait_ms = lwt_random_below(&model.random, 2);
    rc = lw_pool_acquire(&lease, stand.pool, stand.keys[key], &options,
                         &stand.err);
    if (!possible) {
        assert_int_equal(rc, options.wait_ms > 0 ? LW_EQUEUETIMEOUT
                                                 : LW_EEXHAUSTED);
        model.shot.queue_timeouts += options.wait_ms > 0;
        return;
    }
    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), stand.err.message);
    place = take_place(lease, key);
    model.shot.leases++;
    place->lease = lease;
    place->valid = true;
}

/* The worker that made room in vain is gone. */
static void
note_evicted(void)
{
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (stand.pool->core.places[i].state != LWI_PLACE_EMPTY ||
            !places[i].taken)
            continue;
        assert_null(places[i].lease);
        places[i].taken = false;
        model.shot.evictions++;
    }
}

/* The program is not there. Its pause ends with the tick. */
static void
acquire_nothing(void)
{
    if (!may_pass() || (find_empty() == NULL && find_idle(false, 3) == NULL))
        return;
    assert_int_equal(stand_try(stand.keys[3], 0, NULL), LW_ESPAWN);
    note_evicted();
    model.shot.failed_openings++;
    pass_time();
}

static void
give_back(struct place *place)
{
    lw_lease_release(place->lease);
    place->lease = NULL;
    place->order = ++model.order;
}

static void
cycle(struct place *place)
{
    int rc = lw_lease_cycle(place->lease, &stand.err);

    assert_int_equal(rc, place->valid ? LW_OK : LW_ELEASE);
    if (place->valid)
        note_restart(place, LW_RESTART_EXPLICIT);
    place->valid = false;
}

/* ---- requests ---- */

/*     export        what it gives        of a child that then is gone for */
#define REQUESTS(X)                                                            \
    X("who", LW_OK, LW_RESTART_NONE)                                           \
    X("rows", LW_OK, LW_RESTART_NONE)                                          \
    X("fails", LW_EEXPORTFAILED, LW_RESTART_NONE)                              \
    X("quits", LW_ECHILDEXITED, LW_RESTART_DIED)                               \
    X("aborts", LW_ECHILDCRASHED, LW_RESTART_DIED)                             \
    X("breaks", LW_EPROTO, LW_RESTART_PROTOCOL)                                \
    X("row_hangs", LW_ECANCELLED, LW_RESTART_CANCELLED)                        \
    X("row_hangs", LW_ETIMEOUT, LW_RESTART_TIMEOUT)                            \
    X("flood", LW_ETIMEOUT, LW_RESTART_TIMEOUT)

static const struct request {
    const char *name;
    int status;
    lw_restart_kind gone;
} requests[] = {
#define REQUEST(name, status, gone) { name, status, gone },
    REQUESTS(REQUEST)
};

enum { REQUEST_KINDS = sizeof(requests) / sizeof(*requests) };

/* Time passes, or a cancel comes, in the first row: surely in the request. */
static int
take_row(const lw_row *row, void *user)
{
    const struct request *request = user;
    int fd;

    model.shot.data_rows_delivered++;
    model.shot.data_row_payload_bytes += row->payload.size;
    if (row->sequence > 0 || request->gone == LW_RESTART_NONE)
        return 0;
    if (strcmp(request->name, "flood") == 0) {
        fd = open(model.fifo, O_RDONLY | O_CLOEXEC); /* its pipe is full */
        assert_true(fd >= 0);
        close(fd);
    }
    if (request->gone == LW_RESTART_CANCELLED)
        lw_cancel_set(model.cancel);
    else
        stand_pass(TICK_MS);
    return 0;
}

static int
make_request(lw_lease *lease, const struct request *request, const char *text)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;
    int rc;

    if (request->gone == LW_RESTART_CANCELLED)
        assert_int_equal(lw_cancel_create(&model.cancel, NULL), LW_OK);
    options.cancel = model.cancel;
    options.timeout_ms = (uint64_t)TIMEOUT_MS;
    spec.name = request->name;
    spec.request = (lw_span){ text, strlen(text) };
    sinks.row = take_row;
    sinks.user = (void *)(uintptr_t)request;
    rc = lw_lease_run(lease, &reply, &spec, &sinks, &options, &stand.err);
    lw_reply_destroy(reply);
    lw_cancel_destroy(model.cancel);
    model.cancel = NULL;
    return rc;
}

static void
note_request(struct place *place, const struct request *request)
{
    lw_pool_snapshot *shot = &model.shot;

    if (request->status == LW_ETIMEOUT)
        model.now_ms += TICK_MS;
    shot->requests++;
    shot->stream_requests++;
    shot->stream_successes += request->status == LW_OK;
    shot->stream_failures += request->status != LW_OK;
    place->requests++;
    place->idle_ms = model.now_ms;
    place->gone = request->gone;
    place->valid = request->gone == LW_RESTART_NONE;
}

/*
 * A run that was stopped while its pipe was full has failed for that. How full
 * it is just then is the kernel's to say: it counts once, in both, or not.
 */
static void
note_flood(void)
{
    lw_pool_snapshot now = stand_look();
    uint64_t more =
        now.backpressure_failures - model.shot.backpressure_failures;

    assert_in_range(more, 0, 1);
    model.shot.backpressure_failures += more;
    model.shot.backpressure_waits += more;
}

static void
ask(struct place *place, const struct request *request)
{
    size_t waits = lwt_random_below(&model.random, 3);
    char text[64];
    int rc;

    snprintf(text, sizeof(text), "%zu %zu %zu",
             lwt_random_below(&model.random, 40),
             lwt_random_below(&model.random, 90), waits);
    rc = make_request(place->lease, request,
                      strcmp(request->name, "flood") == 0 ? model.fifo : text);
    if (!place->valid || renew(place)) {
        assert_int_equal(rc, LW_ELEASE);
        place->valid = false;
        return;
    }
    if (rc != request->status)
        fail_msg("%s: %s: %s", request->name, lw_status_name(rc),
                 stand.err.message);
    note_request(place, request);
    if (strcmp(request->name, "rows") == 0)
        model.shot.backpressure_waits += waits;
    if (strcmp(request->name, "flood") == 0)
        note_flood();
}

/* ---- what else happens ---- */

/* From outside, while nobody has it. */
static void
kill_idle(struct place *place)
{
    if (place->gone != LW_RESTART_NONE || place->pid == 0)
        return;
    if (model.now_ms - place->idle_ms >= IDLE_MS)
        return; /* it may be ending already, for that */
    stand_kill_idle(place->pid);
    place->gone = LW_RESTART_DIED;
}

static void
learn_pid(struct place *place)
{
    static const struct request pid = { "pid", LW_OK, LW_RESTART_NONE };
    lw_restart_kind why;

    if (!place->valid || is_due(place, &why))
        return;
    place->pid = stand_pid(place->lease);
    note_request(place, &pid);
}

static void
use_lease(struct place *place)
{
    size_t what = lwt_random_below(&model.random, 12);

    /* On a lease that is lost there is little to try. */
    if (!place->valid && what > 2)
        what = 3;
    switch (what) {
    case 0:
        cycle(place);
        break;
    case 3:
        give_back(place);
        break;
    case 1:
    case 2:
    case 4:
    case 5:
    case 6:
        ask(place, &requests[lwt_random_below(&model.random, REQUEST_KINDS)]);
        break;
    default:
        ask(place, &requests[lwt_random_below(&model.random, 3)]);
        break;
    }
}

static void
step(void)
{
    struct place *place = &places[lwt_random_below(&model.random, PLACES)];

    if (lwt_random_below(&model.random, 3) == 0)
        acquire(lwt_random_below(&model.random, 3));
    else if (lwt_random_below(&model.random, 5) == 0)
        pass_time();
    else if (lwt_random_below(&model.random, 20) == 0)
        acquire_nothing();
    else if (place->lease != NULL)
        use_lease(place);
    else if (place->taken)
        kill_idle(place);
}

/* ---- both are the same ---- */

static void
count_places(void)
{
    lw_pool_snapshot *shot = &model.shot;
    size_t i;

    shot->max_workers = PLACES;
    shot->workers = shot->active_workers = 0;
    for (i = 0; i < PLACES; i++) {
        shot->workers += places[i].taken;
        shot->active_workers += places[i].taken && places[i].lease != NULL;
    }
}

/* One whose idle time is over may have been ended for that, or not yet. */
static void
check_warm(uint32_t warm)
{
    uint32_t least = 0, most = 0;
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (!places[i].taken || places[i].lease != NULL ||
            places[i].gone != LW_RESTART_NONE)
            continue;
        least += model.now_ms - places[i].idle_ms < IDLE_MS;
        most++;
    }
    assert_in_range(warm, least, most);
}

/*
 * The seed's members and some of ours, and whether a run of this test meets
 * them. Memory has tests of its own, time only grows, and for warm leases see
 * below. A lease opens no session besides the one that belongs to it, so that
 * no limit of these comes to be due.
 */
static const struct member {
    const char *name;
    bool met;
} members[] = {
    { "max_workers", true },
    { "workers", false },
    { "active_workers", false },
    { "queue_depth", false },
    { "requests", true },
    { "imports", true },
    { "worker_restarts", true },
    { "max_request_restarts", true },
    { "max_import_restarts", false },
    { "rss_restarts", false },
    { "idle_restarts", true },
    { "cancelled_restarts", true },
    { "timeout_restarts", true },
    { "policy_restarts", true },
    { "queue_timeouts", true },
    { "memory_budget_rejections", false },
    { "stream_requests", true },
    { "stream_successes", true },
    { "stream_failures", true },
    { "data_rows_delivered", true },
    { "data_row_payload_bytes", true },
    { "backpressure_waits", true },
    { "backpressure_failures", true },
    { "leases", true },
    { "evictions", true },
    { "failed_openings", true },
};

enum { MEMBERS = sizeof(members) / sizeof(*members) };

/* Members of `now` beside the model's; gives how many there were. */
static size_t
compare_members(size_t at, const lw_pool_snapshot *now, bool all_met)
{
    size_t found = 0, i;

#define SAME(type, name_, kind, unit, help)                                    \
    for (i = 0; i < MEMBERS; i++) {                                            \
        if (strcmp(members[i].name, #name_) != 0)                              \
            continue;                                                          \
        found++;                                                               \
        if (now->name_ != model.shot.name_)                                    \
            fail_msg("step %zu: %s is %llu, not %llu", at, #name_,             \
                     (unsigned long long)now->name_,                           \
                     (unsigned long long)model.shot.name_);                    \
        if (all_met && members[i].met && now->name_ == 0)                      \
            fail_msg("%s stayed 0", #name_);                                   \
    }
    LW_POOL_COUNTER_MAP(SAME)
#undef SAME
    return found;
}

static void
compare(size_t at)
{
    static uint64_t elapsed_us;
    lw_pool_snapshot now = stand_look();

    count_places();
    assert_int_equal(compare_members(at, &now, at == STEPS), MEMBERS);
    assert_int_equal(now.last_restart_reason.kind,
                     model.shot.last_restart_reason.kind);
    check_warm(now.warm_leases);
    assert_true(at == 0 || now.stream_elapsed_us >= elapsed_us);
    elapsed_us = now.stream_elapsed_us;
}

/* ---- */

static void
begin(void)
{
    static const lw_session_spec session = LW_SESSION_SPEC_INIT;
    static const char *nowhere[] = { "/nowhere/worker", NULL };
    static const char *const names[KEYS] = { "A", "B", "C", "D" };
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_restart_policy policy;
    size_t i;

    for (i = 0; i < KEYS; i++) {
        lw_capability_spec *spec = stand_spec(names[i]);

        spec->worker.cancel_grace_ms = 0; /* what hangs is killed at once */
        policy = *spec->worker.policy;
        policy.max_requests = i == 2 ? MAX_REQUESTS : LW_NO_LIMIT;
        spec->worker.policy = &policy;
        spec->session = i == 1 ? &session : NULL;
        if (i == 3)
            spec->worker.command = nowhere;
        stand_key_of(spec);
    }
    config.max_workers = PLACES;
    config.idle_cycle_ms = (uint64_t)IDLE_MS;
    stand_begin(&config);
    snprintf(model.fifo, sizeof(model.fifo), "/tmp/lw-model-XXXXXX");
    close(mkstemp(model.fifo));
    unlink(model.fifo);
    assert_int_equal(mkfifo(model.fifo, 0600), 0);
}

static void
the_snapshot_is_what_the_books_say(void **state)
{
    size_t i;

    (void)state;
    model.random = lwt_random_init(0x5eed0064);
    begin();
    compare(0);
    for (i = 1; i <= STEPS; i++) {
        struct place *place = &places[lwt_random_below(&model.random, PLACES)];

        step();
        compare(i);
        if (place->lease != NULL && place->pid == 0)
            learn_pid(place);
        compare(i);
    }
    for (i = 0; i < PLACES; i++)
        lw_lease_release(places[i].lease);
    unlink(model.fifo);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_snapshot_is_what_the_books_say,
                                        stand_setup, stand_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

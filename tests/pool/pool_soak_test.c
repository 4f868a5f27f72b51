/*
 * pool_soak_test.c - everything that can be done to a pool, by many threads at
 * once, at random.
 *
 * The callers acquire, ask, cancel, time out, lose workers, cycle, give back
 * from a sink, look, and change what is kept. A helper of theirs, the hand,
 * does what has to come from another thread: it cancels, and it kills by
 * pidfd, so that no other process is ever hit. In the end the pool is closed
 * with leases out. Each thread keeps books; the pool's figures and its events
 * must say the same, and nothing may be left.
 *
 * LWT_SEED=… draws the same again; LW_POOL_SOAK_ROUNDS=… takes longer.
 */
#include <lean_worker/pool.h>
#include <lean_worker/pool_warm.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "pool/pool.h"
#include "support/random.h"
#include "support/test.h"

enum { THREADS = 16, WORKERS = 8, STANDBYS = 3, KEYS = 6, NOWHERE = KEYS };
enum { ROUNDS = 100, PATIENCE_MS = 600000 };

/* What all threads did. */
struct books {
    _Atomic uint64_t leases, queue_timeouts, failed_openings;
    _Atomic uint64_t runs_ok, runs_failed, rows;
    _Atomic uint64_t lost, refused, kills, cancels;
};

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *keys[KEYS + 1]; /* the last one does not open */
    uint64_t seed;
    size_t rounds;
    struct books books;
    _Atomic uint64_t events[LW_POOL_EVENT_MOVED + 1];
    _Atomic uint64_t events_lost;
    _Atomic unsigned finished;  /* threads */
    _Atomic unsigned surprises; /* results that make no sense */
} at;

static void
surprise(const char *what, int rc, const lw_error *err)
{
    at.surprises++;
    fprintf(stderr, "surprise: %s: %s: %s\n", what, lw_status_name(rc),
            err != NULL ? err->message : "");
}

/* ---- the hand: what others do, on a thread of its own ---- */

struct deed {
    lw_cancel *cancel; /* NULL: none */
    int pidfd;         /* -1: none */
    bool done;
    struct deed *next;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct deed *first;
    bool over;
} hand = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, false };

static void *
lend_hand(void *nothing)
{
    struct deed *deed;

    pthread_mutex_lock(&hand.lock);
    for (;;) {
        while (hand.first == NULL && !hand.over)
            pthread_cond_wait(&hand.changed, &hand.lock);
        deed = hand.first;
        if (deed == NULL)
            break;
        hand.first = deed->next;
        pthread_mutex_unlock(&hand.lock);
        if (deed->cancel != NULL)
            lw_cancel_set(deed->cancel);
        if (deed->pidfd >= 0)
            syscall(SYS_pidfd_send_signal, deed->pidfd, SIGKILL, NULL, 0);
        pthread_mutex_lock(&hand.lock);
        deed->done = true;
        pthread_cond_broadcast(&hand.changed);
    }
    pthread_mutex_unlock(&hand.lock);
    return nothing;
}

static void
ask_hand(struct deed *deed, lw_cancel *cancel, int pidfd)
{
    *deed = (struct deed){ .cancel = cancel, .pidfd = pidfd };
    pthread_mutex_lock(&hand.lock);
    deed->next = hand.first;
    hand.first = deed;
    pthread_cond_broadcast(&hand.changed);
    pthread_mutex_unlock(&hand.lock);
}

static void
await_hand(struct deed *deed)
{
    pthread_mutex_lock(&hand.lock);
    while (!deed->done)
        pthread_cond_wait(&hand.changed, &hand.lock);
    pthread_mutex_unlock(&hand.lock);
}

/* ---- requests ---- */

/* For one run. */
struct turn {
    lw_lease *lease;
    size_t key;
    bool forget; /* give the lease back in the first row */
    bool forgot;
    uint64_t rows;
};

static int
take_row(const lw_row *row, void *user)
{
    struct turn *turn = user;

    (void)row;
    turn->rows++;
    if (turn->forget && !turn->forgot) {
        lw_lease_release(turn->lease);
        turn->forgot = true;
    }
    return 0;
}

/* The answer is the key's own name: no caller has another's worker. */
static void
check_answer(const struct turn *turn, const char *name, lw_span answer)
{
    if ((strcmp(name, "who") == 0 || strcmp(name, "rows") == 0) &&
        (answer.size != 1 || answer.data[0] != 'A' + (char)turn->key))
        surprise("another's answer", LW_OK, NULL);
}

static int
run(struct turn *turn, const char *name, const lw_request_options *options,
    lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = name;
    spec.request = (lw_span){ "7 20 1", 6 };
    sinks.row = take_row;
    sinks.user = turn;
    turn->rows = 0;
    rc = lw_lease_run(turn->lease, &reply, &spec, &sinks, options, err);
    if (rc == LW_OK)
        check_answer(turn, name, lw_reply_get_facts(reply)->response);
    lw_reply_destroy(reply);
    at.books.rows += turn->rows;
    at.books.runs_ok += rc == LW_OK;
    at.books.runs_failed += rc != LW_OK && rc != LW_ELEASE;
    if (!turn->forgot && lw_status_lost_lease(rc) &&
        lw_lease_check_valid(turn->lease, NULL) != LW_ELEASE)
        surprise("a lost lease is good", rc, err);
    return rc;
}

/* A descriptor of the child; -1: it is gone. */
static int
open_child(struct turn *turn)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc, pidfd = -1;
    char text[32];

    spec.name = "pid";
    rc = lw_lease_run(turn->lease, &reply, &spec, NULL, NULL, NULL);
    at.books.runs_ok += rc == LW_OK;
    at.books.runs_failed += rc != LW_OK && rc != LW_ELEASE;
    if (rc == LW_OK) {
        snprintf(text, sizeof(text), "%s",
                 lw_reply_get_facts(reply)->response.data);
        pidfd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(text, NULL, 10), 0);
    }
    lw_reply_destroy(reply);
    return pidfd;
}

/* Another kills the child in the middle of a request, or when it has it not. */
static int
be_killed(struct turn *turn, bool at_once)
{
    lw_error err = LW_ERROR_INIT;
    int pidfd = open_child(turn), rc = LW_OK;
    struct deed deed;

    if (pidfd < 0)
        return LW_ELEASE;
    at.books.kills++;
    if (!at_once) {
        lw_lease_release(turn->lease);
        turn->forgot = true;
    }
    ask_hand(&deed, NULL, pidfd);
    if (at_once) {
        rc = run(turn, "hangs", NULL, &err);
        if (rc != LW_ECHILDCRASHED && rc != LW_ELEASE)
            surprise("killed", rc, &err);
    }
    await_hand(&deed);
    close(pidfd);
    return rc;
}

static int
be_cancelled(struct turn *turn, const char *name)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    struct deed deed;
    int rc;

    if (lw_cancel_create(&options.cancel, &err) != LW_OK) {
        surprise("a token", err.status, &err);
        return LW_OK;
    }
    at.books.cancels++;
    ask_hand(&deed, options.cancel, -1);
    rc = run(turn, name, &options, &err);
    if (rc != LW_ECANCELLED && !lw_status_lost_lease(rc))
        surprise("cancelled", rc, &err);
    await_hand(&deed);
    lw_cancel_destroy(options.cancel);
    return rc;
}

/* An end that is known beforehand, if nobody killed the child before. */
static int
end_as(struct turn *turn, const char *name, uint64_t timeout_ms, int wanted)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    options.timeout_ms = timeout_ms;
    rc = run(turn, name, &options, &err);
    if (rc != wanted && !lw_status_lost_lease(rc))
        surprise(name, rc, &err);
    return rc;
}

static int
look_at_lease(const struct turn *turn)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    if (lw_lease_get_snapshot(turn->lease, &shot, NULL) != LW_OK ||
        shot.workers > 1 || lw_lease_get_key(turn->lease) == NULL ||
        lw_lease_set_request_timeout(turn->lease, PATIENCE_MS, NULL) != LW_OK)
        surprise("a look at a lease", LW_OK, NULL);
    return LW_OK;
}

static int
cycle(const struct turn *turn)
{
    lw_error err = LW_ERROR_INIT;
    int rc = lw_lease_cycle(turn->lease, &err);

    if (lw_lease_check_valid(turn->lease, NULL) != LW_ELEASE)
        surprise("a cycled lease is good", rc, &err);
    return LW_ELEASE;
}

/* One thing with a lease that is good; not LW_OK: it may be so no more. */
static int
use(struct turn *turn, struct lwt_random *random)
{
    switch (lwt_random_below(random, 24)) {
    case 0:
        return cycle(turn);
    case 1:
        return be_killed(turn, true);
    case 2:
        return be_killed(turn, false);
    case 3:
        return be_cancelled(turn, "waits");
    case 4:
        return be_cancelled(turn, "hangs");
    case 5:
        return end_as(turn, "row_waits", 1, LW_ETIMEOUT);
    case 6:
        return end_as(turn, "hangs", 1, LW_ETIMEOUT);
    case 7:
        return end_as(turn, "quits", 0, LW_ECHILDEXITED);
    case 8:
        return end_as(turn, "breaks", 0, LW_EPROTO);
    case 9:
        turn->forget = true;
        return end_as(turn, "rows", 0, LW_OK);
    case 10:
        return end_as(turn, "fails", 0, LW_EEXPORTFAILED);
    case 11:
    case 12:
        return look_at_lease(turn);
    case 13:
    case 14:
        return end_as(turn, "rows", 0, LW_OK);
    default:
        return end_as(turn, "who", 0, LW_OK);
    }
}

static void
use_and_release(lw_lease *lease, size_t key, struct lwt_random *random)
{
    struct turn turn = { .lease = lease, .key = key };
    size_t requests = lwt_random_below(random, 6);

    while (requests-- > 0 && !turn.forgot && !turn.forget) {
        if (use(&turn, random) != LW_OK)
            break;
    }
    if (turn.forgot)
        return;
    at.books.lost += lw_lease_check_valid(lease, NULL) != LW_OK;
    lw_lease_release(lease);
}

/* ---- what a caller does ---- */

static void
note_refusal(int rc, size_t key, const lw_error *err)
{
    at.books.refused++;
    at.books.queue_timeouts += rc == LW_EQUEUETIMEOUT;
    at.books.failed_openings += rc == LW_ESPAWN;
    if (rc != LW_EQUEUETIMEOUT && rc != LW_EEXHAUSTED && rc != LW_ECLOSED &&
        rc != LW_ECANCELLED && (rc != LW_ESPAWN || key != NOWHERE))
        surprise("acquire", rc, err);
}

/* False: the pool is closed. */
static bool
come(struct lwt_random *random)
{
    static const uint64_t waits[] = { 0,           1,           20,
                                      LW_NO_LIMIT, LW_NO_LIMIT, LW_NO_LIMIT,
                                      LW_NO_LIMIT, LW_NO_LIMIT };
    size_t key = lwt_random_below(random, 40) == 0
                     ? NOWHERE
                     : lwt_random_below(random, KEYS);
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    bool cancelled = lwt_random_below(random, 8) == 0;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;
    struct deed deed;
    int rc;

    options.priority = (uint32_t)lwt_random_below(random, 3);
    options.wait_ms = waits[lwt_random_below(random, 8)];
    if (cancelled && lw_cancel_create(&options.cancel, NULL) == LW_OK)
        ask_hand(&deed, options.cancel, -1);
    rc = lw_pool_acquire(&lease, at.pool, at.keys[key], &options, &err);
    at.books.leases += rc == LW_OK;
    if (rc == LW_OK)
        use_and_release(lease, key, random);
    else
        note_refusal(rc, key, &err);
    if (options.cancel != NULL)
        await_hand(&deed);
    lw_cancel_destroy(options.cancel);
    return rc != LW_ECLOSED;
}

static void
keep(struct lwt_random *random)
{
    lw_capability *key = at.keys[lwt_random_below(random, KEYS)];
    lw_keep_spec spec = LW_KEEP_SPEC_INIT;
    int rc;

    spec.min_idle = (uint32_t)lwt_random_below(random, 3);
    spec.reserved = (uint32_t)lwt_random_below(random, 2);
    spec.standbys = (uint32_t)lwt_random_below(random, 2);
    spec.bare_standbys = (uint32_t)lwt_random_below(random, 2);
    rc = lw_pool_keep(at.pool, key,
                      lwt_random_below(random, 3) == 0 ? NULL : &spec, NULL);
    if (rc != LW_OK && rc != LW_EINVAL && rc != LW_ECLOSED)
        surprise("keep", rc, NULL);
    if (lwt_random_below(random, 4) == 0)
        lw_pool_wait_warm(at.pool, key, lwt_random_below(random, 3), NULL,
                          NULL);
}

/* What is seen is always possible. */
static void
look(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };
    int64_t now;

    lw_pool_get_snapshot(at.pool, &shot, NULL);
    if (shot.workers > WORKERS || shot.standbys > STANDBYS ||
        shot.active_workers + shot.warm_leases > shot.workers ||
        shot.ready_standbys > shot.standbys || shot.queue_depth > THREADS)
        surprise("a snapshot", LW_OK, NULL);
    pthread_mutex_lock(&at.pool->lock);
    now = lwi_now(at.pool->clock);
    lwi_core_pass(&at.pool->core, now);
    lwi_pool_tell(at.pool);
    lwi_core_audit(&at.pool->core, now);
    pthread_mutex_unlock(&at.pool->lock);
}

static void *
call(void *argument)
{
    struct lwt_random random = { at.seed + (size_t)argument * 2654435761u };
    bool open = true;
    size_t i;

    for (i = 0; open && i < at.rounds; i++) {
        switch (lwt_random_below(&random, 8)) {
        case 0:
            keep(&random);
            break;
        case 1:
            look();
            break;
        default:
            open = come(&random);
        }
    }
    at.finished++;
    return NULL;
}

/* ---- the whole ---- */

static void
note_event(const lw_pool_event *event, void *user)
{
    (void)user;
    at.events[event->kind]++;
    at.events_lost += event->lost;
}

static _Atomic long blocks;

static void *
resize(void *block, size_t size, void *user)
{
    void *result;

    (void)user;
    if (size == 0) {
        blocks -= block != NULL;
        free(block);
        return NULL;
    }
    result = realloc(block, size);
    blocks += block == NULL && result != NULL;
    return result;
}

/*
 * One gives a worker few requests, one has a session, two let it be idle for
 * moments only, and one opens none.
 */
static void
make_keys(void)
{
    static const lw_session_spec session = LW_SESSION_SPEC_INIT;
    char name[2] = "A";
    const char *command[] = { LW_BUILD_DIR "/tests/semantics_helper", name,
                              NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    size_t i;

    policy.max_restarts = 0; /* the test is here to restart them */
    spec.worker.command = command;
    spec.worker.policy = &policy;
    spec.worker.startup_timeout_ms = PATIENCE_MS;
    spec.worker.request_timeout_ms = PATIENCE_MS;
    spec.worker.cancel_grace_ms = 5;
    for (i = 0; i <= KEYS; i++, name[0]++) {
        policy.max_requests = i == 1 ? 7 : LW_NO_LIMIT;
        policy.idle_ms = i == 3 || i == 4 ? 30 : LW_NO_LIMIT;
        spec.session = i == 2 ? &session : NULL;
        if (i == NOWHERE)
            command[0] = "/nowhere/worker";
        assert_int_equal(lw_capability_create(&at.keys[i], &spec, NULL), LW_OK);
    }
}

static void
begin(void)
{
    static const lw_allocator allocator = { resize, NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    const char *rounds = getenv("LW_POOL_SOAK_ROUNDS");

    at.rounds = rounds != NULL ? strtoul(rounds, NULL, 0) : ROUNDS;
    at.seed = lwt_random_init(0x5eed50a6).state;
    options.allocator = &allocator;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, NULL), LW_OK);
    make_keys();
    config.max_workers = WORKERS;
    config.max_workers_per_key = 3;
    config.max_standby = STANDBYS;
    config.event = note_event;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, NULL),
                     LW_OK);
}

/* While the threads are at it, with at least one lease out: this one. */
static lw_lease *
close_in_the_middle(void)
{
    lw_lease *lease = NULL, *none = NULL;
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    uint64_t enough = (uint64_t)THREADS * at.rounds / 2;

    options.wait_ms = LW_NO_LIMIT;
    options.priority = 9;
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, at.keys[0], &options, NULL), LW_OK);
    at.books.leases++;
    while (at.books.leases + at.books.refused < enough &&
           at.finished < THREADS) {
        look();
        usleep(1000);
    }
    lw_pool_close(at.pool);
    assert_int_equal(
        lw_pool_acquire(&none, at.pool, at.keys[0], &options, NULL),
        LW_ECLOSED);
    return lease;
}

/* With one lease out: the figures are what the threads did. */
static void
check_figures(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, NULL), LW_OK);
    print_message("%llu leases, %llu lost, %llu refused, %llu runs, %llu "
                  "failed, %llu kills, %llu restarts, %llu evictions, %llu "
                  "take-overs\n",
                  (unsigned long long)shot.leases,
                  (unsigned long long)at.books.lost,
                  (unsigned long long)at.books.refused,
                  (unsigned long long)at.books.runs_ok,
                  (unsigned long long)at.books.runs_failed,
                  (unsigned long long)at.books.kills,
                  (unsigned long long)shot.worker_restarts,
                  (unsigned long long)shot.evictions,
                  (unsigned long long)shot.standby_takeovers);
    assert_int_equal(shot.active_workers, 1);
    assert_int_equal(shot.queue_depth, 0);
    assert_int_equal(shot.leases, at.books.leases);
    assert_int_equal(shot.queue_timeouts, at.books.queue_timeouts);
    assert_true(shot.failed_openings >= at.books.failed_openings);
    assert_int_equal(shot.stream_successes, at.books.runs_ok);
    assert_int_equal(shot.stream_failures, at.books.runs_failed);
    assert_int_equal(shot.stream_requests,
                     at.books.runs_ok + at.books.runs_failed);
    assert_int_equal(shot.data_rows_delivered, at.books.rows);
    assert_true(shot.max_request_restarts + shot.cancelled_restarts +
                    shot.timeout_restarts + shot.idle_restarts <=
                shot.worker_restarts);
}

static void
check_events(void)
{
    assert_int_equal(at.events_lost, 0);
    assert_int_equal(at.events[LW_POOL_EVENT_LEASED], at.books.leases);
    assert_int_equal(at.events[LW_POOL_EVENT_RELEASED], at.books.leases);
    assert_int_equal(at.events[LW_POOL_EVENT_BORN],
                     at.events[LW_POOL_EVENT_DIED]);
    assert_true(at.events[LW_POOL_EVENT_READY] <=
                at.events[LW_POOL_EVENT_BORN] + at.events[LW_POOL_EVENT_MOVED]);
}

static size_t
count_entries(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void *
do_nothing(void *argument)
{
    return argument;
}

static void
nothing_is_left(size_t fds, size_t threads)
{
    /* A joined thread may stand in /proc for a moment longer. */
    while (count_entries("/proc/self/task") > threads)
        usleep(1000);
    assert_int_equal(count_entries("/proc/self/fd"), fds);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(blocks, 0);
}

/* A lease stays good after the close, unless another thread's kill hit it. */
static void
still_works(struct turn *turn)
{
    int rc = run(turn, "who", NULL, NULL);

    assert_true(rc == LW_OK || lw_status_lost_lease(rc));
    if (rc != LW_OK)
        assert_int_equal(lw_lease_check_valid(turn->lease, NULL), LW_ELEASE);
}

static void
everything_at_once(void **state)
{
    pthread_t threads[THREADS], helper;
    size_t i, fds, tasks;
    struct turn turn = { .key = 0 };

    (void)state;
    /* ThreadSanitizer starts a thread of its own with the first. */
    pthread_create(&helper, NULL, do_nothing, NULL);
    pthread_join(helper, NULL);
    fds = count_entries("/proc/self/fd");
    tasks = count_entries("/proc/self/task");
    begin();
    pthread_create(&helper, NULL, lend_hand, NULL);
    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, call, (void *)i);
    turn.lease = close_in_the_middle();
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_lock(&hand.lock);
    hand.over = true;
    pthread_cond_broadcast(&hand.changed);
    pthread_mutex_unlock(&hand.lock);
    pthread_join(helper, NULL);
    still_works(&turn);
    check_figures();
    lw_pool_destroy(at.pool); /* that lease keeps it */
    still_works(&turn);
    lw_lease_release(turn.lease);
    for (i = 0; i <= KEYS; i++)
        lw_capability_destroy(at.keys[i]);
    lw_runtime_destroy(at.runtime);
    assert_int_equal(at.surprises, 0);
    check_events();
    nothing_is_left(fds, tasks);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pool_lean_helper.c - a pool on real Lean, whose workers are killed.
 *
 *     pool_lean_helper TOOLCHAIN
 *
 * Six threads, two for each of three keys with different imports, share two
 * workers. Each of them makes a few requests, each on a lease of its own:
 *
 *     turn 0   asks what only its own imports know; the first thread of a key
 *              has another thread's worker killed before, whatever that does
 *     turn 1   says something, and then goes on for ever: whoever hears it has
 *              the process killed, so that the request ends in no other way
 *     turn 2   as turn 0, and nobody is killed
 *
 * A request succeeds with the right answer, or fails with an error that costs
 * the lease and is made again on a fresh one. Nothing depends on speed.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <lean_worker/lean_worker.h>

#include "pool/lease.h"

enum {
    KEYS = 3,
    THREADS = 6,
    TURNS = 3,
    WORKERS = 2,
    TRIES = 1 + KEYS + THREADS, /* a kill costs at most one try */
};

/* Modules, and what is known in a session that imports them. */
static const struct {
    const char *import;
    const char *known;
} keys[KEYS] = {
    { "Init", "List.map_map" },
    { "Std.Data.HashMap", "Std.HashMap" },
    { "Std.Data.ByteSlice", "ByteSlice" },
};

static struct {
    lw_pool *pool;
    lw_capability *capabilities[KEYS];
    pthread_mutex_t lock;
    int pids[THREADS]; /* of the worker that a thread has a lease of; 0: none,
                          or it was killed */
    pthread_cond_t changed;
    int active; /* threads */
    int killed; /* in all */
    atomic_int answered;
    atomic_int leases;
    atomic_int lost;  /* leases, by an error that says so */
    atomic_int wrong; /* anything else that went wrong */
} at = { .lock = PTHREAD_MUTEX_INITIALIZER,
         .changed = PTHREAD_COND_INITIALIZER,
         .active = THREADS };

/* What the pool said. One thread calls, and has ended before it is read. */
static uint64_t events[16];

static int passed, failed;

static void
check(bool right, const char *what)
{
    printf("%s %s\n", right ? "ok" : "not ok", what);
    passed += right;
    failed += !right;
}

static void
complain(size_t thread, const char *what, const lw_error *err)
{
    atomic_fetch_add(&at.wrong, 1);
    fprintf(stderr, "thread %zu: %s: %s (%s)\n", thread, what, err->message,
            lw_status_name(err->status));
}

static void
take_event(const lw_pool_event *event, void *user)
{
    (void)user;
    events[event->kind]++;
}

/* ---- kills ---- */

/*
 * A worker's process number is noted while a lease is out, and until it is
 * killed: nobody replaces its child then, so it is no other process's.
 */
static void
note_worker(size_t thread, int pid)
{
    pthread_mutex_lock(&at.lock);
    at.pids[thread] = pid;
    pthread_cond_broadcast(&at.changed);
    pthread_mutex_unlock(&at.lock);
}

/* With the lock. */
static bool
kill_noted(size_t thread)
{
    int pid = at.pids[thread];

    at.pids[thread] = 0;
    if (pid <= 0 || kill(pid, SIGKILL) != 0)
        return false;
    at.killed++;
    return true;
}

static void
kill_worker_of(size_t thread)
{
    pthread_mutex_lock(&at.lock);
    kill_noted(thread);
    pthread_mutex_unlock(&at.lock);
}

/* The first that another thread has; waits for one, while there are others. */
static void
kill_another(size_t thread)
{
    bool done = false;
    size_t i;

    pthread_mutex_lock(&at.lock);
    while (!done && at.active > 1) {
        for (i = 1; !done && i < THREADS; i++)
            done = kill_noted((thread + i) % THREADS);
        if (!done)
            pthread_cond_wait(&at.changed, &at.lock);
    }
    pthread_mutex_unlock(&at.lock);
}

static void
retire(void)
{
    pthread_mutex_lock(&at.lock);
    at.active--;
    pthread_cond_broadcast(&at.changed);
    pthread_mutex_unlock(&at.lock);
}

/* ---- requests ---- */

static int
kill_once_it_talks(const lw_diagnostic *diagnostic, void *user)
{
    (void)diagnostic;
    kill_worker_of(*(size_t *)user);
    return 0;
}

/* Is the name known in the lease's session? Negative: the request failed. */
static int
knows(lw_lease *lease, const char *name, lw_error *err)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    char text[128];
    int rc, known = 0;

    snprintf(text, sizeof(text), "#check @%s\nexample : 2 + 2 = 4 := rfl\n",
             name);
    spec.source = (lw_span){ text, strlen(text) };
    rc = lw_lease_elaborate(lease, &result, &spec, NULL, NULL, err);
    if (rc == LW_OK)
        known = result->success && result->errors == 0;
    lw_elab_result_destroy(result);
    return rc == LW_OK ? known : rc;
}

/* Its own names, and nobody else's. */
static int
ask(lw_lease *lease, size_t key, bool *right, lw_error *err)
{
    size_t i;
    int known;

    *right = true;
    for (i = 0; i < KEYS; i++) {
        known = knows(lease, keys[i].known, err);
        if (known < 0)
            return known;
        /* Init is in all of them. */
        *right = *right && (known == (i == key || i == 0));
    }
    return LW_OK;
}

static int
go_on_for_ever(lw_lease *lease, size_t thread, lw_error *err)
{
    static const char text[] = "#check Nat\n"
                               "def spin : IO Unit := do\n"
                               "  repeat\n"
                               "    IO.sleep 10\n"
                               "#eval spin\n";
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_elab_result *result = NULL;
    int rc;

    spec.source = (lw_span){ text, sizeof(text) - 1 };
    sinks.diagnostic = kill_once_it_talks;
    sinks.user = &thread;
    options.timeout_ms = LW_NO_LIMIT;
    rc = lw_lease_elaborate(lease, &result, &spec, &sinks, &options, err);
    lw_elab_result_destroy(result);
    return rc;
}

/* ---- threads ---- */

static lw_lease *
acquire(size_t thread)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;

    options.wait_ms = LW_NO_LIMIT;
    if (lw_pool_acquire(&lease, at.pool, at.capabilities[thread % KEYS],
                        &options, &err) != LW_OK) {
        complain(thread, "no lease", &err);
        return NULL;
    }
    atomic_fetch_add(&at.leases, 1);
    note_worker(thread, lw_worker_get_pid(lwi_lease_peek_worker(lease)));
    return lease;
}

/* The typed error of a lost lease, and nothing else. */
static bool
is_lost(const lw_lease *lease, int rc)
{
    return (rc == LW_ELEASE || lw_status_lost_lease(rc)) &&
           lw_lease_check_valid(lease, NULL) == LW_ELEASE;
}

/* One request on a lease of its own. True: it is done. */
static bool
try_turn(size_t thread, int turn, bool kills)
{
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = acquire(thread);
    bool right = true;
    int rc;

    if (lease == NULL)
        return true;
    if (kills)
        kill_another(thread);
    rc = turn == 1 ? go_on_for_ever(lease, thread, &err)
                   : ask(lease, thread % KEYS, &right, &err);
    if (rc != LW_OK && !is_lost(lease, rc))
        complain(thread, "not the error of a lost lease", &err);
    if (rc == LW_OK && (!right || turn == 1))
        complain(thread, "a wrong answer", &err);
    atomic_fetch_add(&at.lost, rc != LW_OK);
    atomic_fetch_add(&at.answered, rc == LW_OK);
    note_worker(thread, 0);
    lw_lease_release(lease);
    return rc == LW_OK || turn == 1;
}

static void *
work(void *arg)
{
    size_t thread = *(size_t *)arg;
    int turn, tries;

    for (turn = 0; turn < TURNS; turn++) {
        for (tries = 0; tries < TRIES; tries++) {
            if (try_turn(thread, turn, turn + tries == 0 && thread < KEYS))
                break;
        }
    }
    retire();
    return NULL;
}

static void
run_threads(void)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS], i;

    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            threads[i] = pthread_self();
    }
    for (i = 0; i < THREADS; i++) {
        if (!pthread_equal(threads[i], pthread_self()))
            pthread_join(threads[i], NULL);
    }
}

/* ---- what is left ---- */

static int
count_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = 0;

    while (dir != NULL && readdir(dir) != NULL)
        count++;
    if (dir != NULL)
        closedir(dir);
    return count;
}

/* A thread that was joined may be seen for a moment longer. */
static bool
is_alone(void)
{
    static const struct timespec moment = { 0, 1000000 };
    int i;

    for (i = 0; i < 60000 && count_entries("/proc/self/task") > 3; i++)
        nanosleep(&moment, NULL);
    return count_entries("/proc/self/task") == 3; /* with . and .. */
}

static void
check_snapshot(const lw_pool_snapshot *s)
{
    check(s->workers <= WORKERS && s->active_workers == 0 &&
              s->queue_depth == 0,
          "all leases are back, and nobody waits");
    check(s->leases == (uint64_t)at.leases, "each lease was counted");
    check(s->failed_openings == 0 && s->queue_timeouts == 0 &&
              s->memory_budget_rejections == 0,
          "nobody was refused");
    /* Each import is one of a new child, and no child has two. */
    check(s->imports >= KEYS && s->imports <= s->leases,
          "a session is opened for a lease, or found open");
}

static void
check_events(const lw_pool_snapshot *s)
{
    check(events[LW_POOL_EVENT_LEASED] == s->leases &&
              events[LW_POOL_EVENT_RELEASED] == s->leases,
          "each lease was told of, and its release");
    check(events[LW_POOL_EVENT_BORN] == events[LW_POOL_EVENT_DIED],
          "each process was told of, and its end");
    check(events[LW_POOL_EVENT_EVICTED] == s->evictions,
          "each eviction was told of");
    check(events[LW_POOL_EVENT_READY] == s->imports &&
              events[LW_POOL_EVENT_BORN] == s->imports,
          "each process has opened one session");
    check(events[LW_POOL_EVENT_DIED] >= (uint64_t)at.killed,
          "each kill has cost one process");
}

/* ---- the whole ---- */

static int
make_capability(lw_capability **out, const lw_toolchain *toolchain, size_t key,
                lw_error *err)
{
    static lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    const char *imports[] = { keys[key].import, NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;

    policy.max_restarts = 0; /* all these deaths are wanted */
    spec.worker.policy = &policy;
    spec.worker.toolchain = toolchain;
    spec.worker.startup_timeout_ms = 300000; /* the machine may be loaded */
    spec.worker.request_timeout_ms = 300000;
    session.imports = imports;
    spec.session = &session;
    return lw_capability_create(out, &spec, err);
}

static int
begin(lw_runtime *runtime, const lw_toolchain *toolchain, lw_error *err)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    int rc;
    size_t i;

    config.max_workers = WORKERS;
    config.event = take_event;
    rc = lw_pool_create(&at.pool, runtime, &config, err);
    for (i = 0; i < KEYS && rc == LW_OK; i++)
        rc = make_capability(&at.capabilities[i], toolchain, i, err);
    return rc;
}

static void
end(void)
{
    size_t i;

    lw_pool_destroy(at.pool);
    for (i = 0; i < KEYS; i++)
        lw_capability_destroy(at.capabilities[i]);
}

static void
run_pool(lw_runtime *runtime, const lw_toolchain *toolchain)
{
    lw_pool_snapshot snapshot = { .struct_size = sizeof(snapshot) };
    lw_error err = LW_ERROR_INIT;

    if (begin(runtime, toolchain, &err) != LW_OK) {
        check(false, err.message);
        return;
    }
    run_threads();
    check(at.wrong == 0, "a right answer, or the error of a lost lease");
    check(at.answered == THREADS * (TURNS - 1), "every request was answered");
    check(at.lost >= THREADS, "workers were killed in the middle of requests");
    check(at.killed >= at.lost, "no lease was lost for another reason");
    check(at.leases == at.answered + at.lost, "no lease was lost twice");
    check(lw_pool_get_snapshot(at.pool, &snapshot, &err) == LW_OK, "snapshot");
    check_snapshot(&snapshot);
    end();
    check_events(&snapshot);
    printf("%d leases, %d lost, %d kills, %lu processes, %lu evictions\n",
           at.leases, at.lost, at.killed,
           (unsigned long)events[LW_POOL_EVENT_BORN],
           (unsigned long)events[LW_POOL_EVENT_EVICTED]);
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;
    int fds;

    if (argc != 2) {
        fprintf(stderr, "usage: pool_lean_helper TOOLCHAIN\n");
        return 2;
    }
    fds = count_entries("/proc/self/fd");
    request.toolchain = argv[1];
    if (lw_toolchain_find(&toolchain, &request, &err) == LW_OK &&
        lw_runtime_create(&runtime, NULL, &err) == LW_OK)
        run_pool(runtime, toolchain);
    else
        check(false, err.message);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    check(count_entries("/proc/self/fd") == fds, "no descriptor is left");
    check(is_alone(), "no thread is left");
    check(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
          "no process is left");
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

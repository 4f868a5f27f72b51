/* Warmth: workers before anybody asks, standbys, and the opener's manners. */
#include <lean_worker/pool_warm.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/lease.h"
#include "support/test.h"

#define A_MINUTE_MS UINT64_C(60000)
#define A_MOMENT_MS UINT64_C(500) /* in which nothing must happen */

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *a; /* comes up at once */
    lw_capability *b;
    lw_capability *slow; /* comes up when somebody opens the FIFO */
    lw_capability *none; /* cannot be started */
    char folder[64];
    char fifo[96];
    lw_error err;
} at;

static lw_capability *
make(const char *const *command, const char *package)
{
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    spec.worker.command = command;
    spec.worker.cancel_grace_ms = A_MINUTE_MS;
    spec.worker.startup_timeout_ms = 60 * A_MINUTE_MS; /* a test ends before */
    spec.package = package;
    assert_int_equal(lw_capability_create(&capability, &spec, &at.err), LW_OK);
    return capability;
}

static int
setup(void **state)
{
    static const char helper[] = LW_BUILD_DIR "/tests/pool_helper";
    const char *a[] = { helper, "A", NULL }, *b[] = { helper, "B", NULL };
    const char *slow[] = { helper, "S", at.fifo, NULL };
    const char *none[] = { "/nowhere/worker", NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    snprintf(at.folder, sizeof(at.folder), "/tmp/lw-warm-XXXXXX");
    assert_non_null(mkdtemp(at.folder));
    snprintf(at.fifo, sizeof(at.fifo), "%s/go", at.folder);
    assert_int_equal(mkfifo(at.fifo, 0600), 0);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    at.a = make(a, NULL);
    at.b = make(b, NULL);
    at.slow = make(slow, NULL);
    at.none = make(none, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.a);
    lw_capability_destroy(at.b);
    lw_capability_destroy(at.slow);
    lw_capability_destroy(at.none);
    lw_runtime_destroy(at.runtime);
    unlink(at.fifo);
    rmdir(at.folder);
    return 0;
}

static void
begin(uint32_t workers, uint32_t standbys)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = workers;
    config.max_standby = standbys;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
}

static int
keep(lw_capability *capability, uint32_t idle, uint32_t reserved,
     uint32_t standbys, uint32_t bare)
{
    lw_keep_spec spec = LW_KEEP_SPEC_INIT;

    spec.min_idle = idle;
    spec.reserved = reserved;
    spec.standbys = standbys;
    spec.bare_standbys = bare;
    return lw_pool_keep(at.pool, capability, &spec, &at.err);
}

static void
await_warm(void)
{
    int rc = lw_pool_wait_warm(at.pool, NULL, A_MINUTE_MS, NULL, &at.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
}

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    return shot;
}

/* The test's own time limit is the bound. */
#define AWAIT(condition)                                                       \
    while (!(condition))                                                       \
    sched_yield()

static lw_lease *
acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
    return lease;
}

static int
try_acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err);

    lw_lease_release(lease);
    return rc;
}

static int
run(lw_lease *lease, const char *name, lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    options.cancel = cancel;
    spec.name = name;
    rc = lw_lease_run(lease, &reply, &spec, NULL, &options, &at.err);
    lw_reply_destroy(reply);
    return rc;
}

static void
use(lw_capability *capability)
{
    lw_lease *lease = acquire(capability);

    assert_int_equal(run(lease, "who", NULL), LW_OK);
    lw_lease_release(lease);
}

/* Its worker is gone, and the place is free for the next lease. */
static void
lose(lw_capability *capability)
{
    lw_lease *lease = acquire(capability);

    assert_int_equal(run(lease, "quits", NULL), LW_ECHILDEXITED);
    lw_lease_release(lease);
}

/* ---- idle workers ---- */

static void
workers_are_there_before_anybody_asks(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(2, 0);
    assert_int_equal(keep(at.a, 2, 0, 0, 0), LW_OK);
    await_warm();
    assert_int_equal(snapshot().warm_leases, 2);
    assert_int_equal(snapshot().background_openings, 2);
    lease = acquire(at.a);
    assert_int_equal(run(lease, "who", NULL), LW_OK);
    assert_int_equal(snapshot().time_to_ready.count, 2);
    lw_lease_release(lease);
    await_warm();
}

static void
fewer_than_wanted_are_made_up_for(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(2, 0);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    await_warm();
    lease = acquire(at.a);
    await_warm();
    assert_int_equal(snapshot().warm_leases, 1);
    assert_int_equal(snapshot().active_workers, 1);
    lw_lease_release(lease);
}

static void
an_idle_worker_that_nobody_keeps_gives_way(void **state)
{
    (void)state;
    begin(1, 0);
    use(at.b);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    await_warm();
    assert_int_equal(snapshot().evictions, 1);
    assert_int_equal(snapshot().background_openings, 1);
}

static void
a_dead_idle_worker_is_followed_by_another(void **state)
{
    lw_lease *lease;
    int pid;

    (void)state;
    begin(1, 0);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    await_warm();
    lease = acquire(at.a);
    pid = lw_worker_get_pid(lwi_lease_peek_worker(lease));
    lw_lease_release(lease);
    assert_int_equal(kill(pid, SIGKILL), 0);
    AWAIT(snapshot().deaths == 1 && snapshot().background_openings == 2);
    await_warm();
    assert_int_equal(snapshot().worker_restarts, 1);
}

static void
a_worker_at_its_idle_limit_is_followed_by_another(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    (void)state;
    config.idle_cycle_ms = 20;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    AWAIT(snapshot().idle_restarts >= 3);
}

static void
an_end_of_keeping_is_an_end(void **state)
{
    (void)state;
    begin(1, 1);
    assert_int_equal(keep(at.a, 1, 0, 1, 0), LW_OK);
    await_warm();
    assert_int_equal(snapshot().standbys, 1);
    assert_int_equal(lw_pool_keep(at.pool, at.a, NULL, &at.err), LW_OK);
    AWAIT(snapshot().standbys == 0);
    lose(at.a);
    assert_int_equal(snapshot().background_openings, 2);
    assert_int_equal(snapshot().standby_takeovers, 0);
    /* Nothing is kept: there is nothing to wait for. */
    await_warm();
}

/* Without anybody's call there is no other sample than the opener's own. */
static void
what_is_kept_stays_within_the_budget(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    (void)state;
    config.max_workers = 3;
    config.max_standby = 1;
    config.max_total_rss_kib = 1; /* any worker has more */
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    await_warm();
    assert_int_equal(keep(at.a, 3, 0, 1, 0), LW_OK);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, at.a, A_MOMENT_MS, NULL, &at.err),
        LW_ETIMEOUT);
    assert_int_equal(snapshot().workers, 1);
    assert_int_equal(snapshot().standbys, 0);
}

/* With and without a session: of both together no more than there may be. */
static void
what_is_kept_is_replaced_as_a_whole(void **state)
{
    (void)state;
    begin(1, 2);
    assert_int_equal(keep(at.a, 0, 0, 2, 0), LW_OK);
    assert_int_equal(keep(at.a, 0, 0, 0, 2), LW_OK);
    assert_int_equal(keep(at.a, 0, 0, 2, 0), LW_OK);
    assert_int_equal(keep(at.a, 0, 0, 1, 2), LW_EINVAL);
    assert_int_equal(keep(at.b, 0, 0, 1, 0), LW_EINVAL); /* it has both */
    await_warm();
    assert_int_equal(snapshot().ready_standbys, 2);
    assert_int_equal(keep(at.a, 0, 0, 1, 1), LW_OK);
    assert_int_equal(keep(at.a, 0, 0, 0, 0), LW_OK);
    assert_int_equal(keep(at.b, 0, 0, 2, 0), LW_OK);
}

static void
reserved_places_are_for_their_key(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(2, 0);
    assert_int_equal(keep(at.a, 0, 1, 0, 0), LW_OK);
    assert_int_equal(keep(at.b, 0, 2, 0, 0), LW_EINVAL);
    lease = acquire(at.b);
    assert_int_equal(try_acquire(at.b), LW_EEXHAUSTED);
    use(at.a);
    lw_lease_release(lease);
}

/* ---- the opener's manners ---- */

struct call {
    pthread_t thread;
    lw_capability *capability;
    lw_cancel *cancel;
    bool waits; /* for a place, as long as it takes */
    int rc;
    lw_status status; /* of its error */
};

static void *
acquire_in_thread(void *argument)
{
    struct call *call = argument;
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;

    options.cancel = call->cancel;
    if (call->waits)
        options.wait_ms = LW_NO_LIMIT;
    call->rc =
        lw_pool_acquire(&lease, at.pool, call->capability, &options, &err);
    call->status = err.status;
    lw_lease_release(lease);
    return NULL;
}

/* A caller that waits for the worker which the opener is about. */
static void
await_opener(struct call *call)
{
    assert_int_equal(keep(call->capability, 1, 0, 0, 0), LW_OK);
    AWAIT(snapshot().workers == 1);
    assert_int_equal(snapshot().active_workers, 0);
    pthread_create(&call->thread, NULL, acquire_in_thread, call);
    AWAIT(snapshot().active_workers == 1);
    assert_int_equal(snapshot().queue_depth, 0);
}

static void
a_caller_gets_the_worker_that_is_being_opened(void **state)
{
    struct call call = { .capability = at.slow };
    int fifo;

    (void)state;
    begin(2, 0);
    await_opener(&call);
    fifo = open(at.fifo, O_WRONLY); /* returns when the helper has come up */
    pthread_join(call.thread, NULL);
    assert_int_equal(call.rc, LW_OK);
    close(fifo);
    assert_true(snapshot().background_openings >= 1);
    assert_int_equal(snapshot().leases, 1);
}

static void
a_caller_who_awaits_it_can_be_cancelled(void **state)
{
    struct call call = { .capability = at.slow };
    int fifo;

    (void)state;
    begin(1, 0);
    assert_int_equal(lw_cancel_create(&call.cancel, &at.err), LW_OK);
    await_opener(&call);
    lw_cancel_set(call.cancel);
    pthread_join(call.thread, NULL);
    assert_int_equal(call.rc, LW_ECANCELLED);
    lw_cancel_destroy(call.cancel);
    /* The opening goes on. */
    fifo = open(at.fifo, O_WRONLY);
    await_warm();
    assert_int_equal(snapshot().background_openings, 1);
    close(fifo);
}

/* Who comes next, of another key, need not wait for the end of the opening. */
static void
one_who_leaves_it_makes_way_at_once(void **state)
{
    struct call call = { .capability = at.slow };
    struct call next = { .capability = at.a, .waits = true };

    (void)state;
    begin(1, 0);
    assert_int_equal(lw_cancel_create(&call.cancel, &at.err), LW_OK);
    await_opener(&call);
    pthread_create(&next.thread, NULL, acquire_in_thread, &next);
    AWAIT(snapshot().queue_depth == 1);
    lw_cancel_set(call.cancel);
    pthread_join(call.thread, NULL);
    AWAIT(snapshot().leases == 1);
    pthread_join(next.thread, NULL);
    assert_int_equal(next.rc, LW_OK);
    lw_cancel_destroy(call.cancel);
}

static void
a_caller_who_awaits_it_gets_its_error(void **state)
{
    char script[160];
    const char *command[] = { "/bin/sh", "-c", script, NULL };
    struct call call = { .rc = LW_OK };
    int fifo;

    (void)state;
    begin(1, 0);
    snprintf(script, sizeof(script), "read x < %s; exit 7", at.fifo);
    call.capability = make(command, NULL);
    await_opener(&call);
    fifo = open(at.fifo, O_WRONLY);
    close(fifo);
    pthread_join(call.thread, NULL);
    assert_int_equal(call.rc, LW_ECHILDEXITED);
    assert_int_equal(call.status, LW_ECHILDEXITED);
    assert_int_equal(lw_pool_keep(at.pool, call.capability, NULL, &at.err),
                     LW_OK);
    lw_capability_destroy(call.capability);
}

static void
a_caller_of_another_key_comes_first(void **state)
{
    (void)state;
    begin(1, 0);
    assert_int_equal(keep(at.slow, 1, 0, 0, 0), LW_OK);
    AWAIT(snapshot().workers == 1);
    use(at.b);
    assert_int_equal(snapshot().background_openings, 0);
    assert_int_equal(snapshot().failed_openings, 0);
}

static void
an_opening_that_fails_is_told_and_tried_again(void **state)
{
    (void)state;
    begin(1, 0);
    assert_int_equal(keep(at.none, 1, 0, 0, 0), LW_OK);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, at.none, A_MINUTE_MS, NULL, &at.err),
        LW_ESPAWN);
    assert_non_null(strstr(at.err.message, "/nowhere/worker"));
    AWAIT(snapshot().failed_openings >= 3);
    /* Others are not touched by it. */
    assert_int_equal(
        lw_pool_wait_warm(at.pool, at.a, A_MINUTE_MS, NULL, &at.err), LW_OK);
    assert_int_equal(keep(at.none, 0, 0, 0, 0), LW_OK);
    use(at.a);
}

static void
destroying_does_not_wait_for_an_opening(void **state)
{
    struct call call = { .capability = at.slow };

    (void)state;
    begin(1, 0);
    await_opener(&call);
    lw_pool_close(at.pool);
    pthread_join(call.thread, NULL);
    assert_int_equal(call.rc, LW_ECLOSED);
    assert_int_equal(lw_pool_wait_warm(at.pool, NULL, 0, NULL, &at.err),
                     LW_ECLOSED);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_ECLOSED);
    lw_pool_destroy(at.pool); /* nobody ever opens the FIFO */
    at.pool = NULL;
}

static void
a_wait_has_an_end(void **state)
{
    lw_cancel *cancel = NULL;

    (void)state;
    begin(1, 0);
    assert_int_equal(keep(at.slow, 1, 0, 0, 0), LW_OK);
    assert_int_equal(lw_pool_wait_warm(at.pool, NULL, 1, NULL, &at.err),
                     LW_ETIMEOUT);
    assert_int_equal(lw_cancel_create(&cancel, &at.err), LW_OK);
    lw_cancel_set(cancel);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, NULL, A_MINUTE_MS, cancel, &at.err),
        LW_ECANCELLED);
    lw_cancel_destroy(cancel);
}

/* ---- standbys ---- */

static void
a_standby_takes_over_from_the_dead(void **state)
{
    lw_pool_snapshot shot;

    (void)state;
    begin(1, 1);
    assert_int_equal(keep(at.a, 0, 0, 1, 0), LW_OK);
    await_warm();
    shot = snapshot();
    assert_int_equal(shot.workers, 0);
    assert_int_equal(shot.standbys, 1);
    assert_int_equal(shot.ready_standbys, 1);
    assert_true(shot.has_total_child_rss && shot.total_child_rss_kib > 0);
    lose(at.a); /* the first lease has the first standby */
    await_warm();
    use(at.a);
    await_warm();
    assert_int_equal(snapshot().standby_takeovers, 2);
    assert_int_equal(snapshot().time_to_ready.count,
                     snapshot().background_openings);
    assert_int_equal(snapshot().worker_restarts, 1);
}

static void
a_standby_takes_over_in_a_cycle(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1, 1);
    use(at.a);
    assert_int_equal(keep(at.a, 0, 0, 1, 0), LW_OK);
    await_warm();
    lease = acquire(at.a);
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_OK);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_ELEASE);
    lw_lease_release(lease);
    assert_int_equal(snapshot().standby_takeovers, 1);
    use(at.a);
    await_warm();
    assert_int_equal(snapshot().worker_restarts, 1);
    assert_int_equal(snapshot().last_restart_reason.kind, LW_RESTART_EXPLICIT);
}

static void *
cancel_it(void *cancel)
{
    AWAIT(snapshot().requests > 0 && snapshot().active_workers == 1);
    lw_cancel_set(cancel);
    return NULL;
}

/* The child gives in: it is a standby from then on, as warm as before. */
static void
a_cancelled_worker_goes_back_warm(void **state)
{
    lw_cancel *cancel = NULL;
    pthread_t thread;
    lw_lease *lease;

    (void)state;
    begin(1, 1);
    use(at.a);
    assert_int_equal(keep(at.a, 0, 0, 1, 0), LW_OK);
    await_warm();
    assert_int_equal(lw_cancel_create(&cancel, &at.err), LW_OK);
    lease = acquire(at.a);
    pthread_create(&thread, NULL, cancel_it, cancel);
    assert_int_equal(run(lease, "waits", cancel), LW_ECANCELLED);
    pthread_join(thread, NULL);
    lw_lease_release(lease);
    use(at.a);
    await_warm();
    assert_int_equal(snapshot().deaths, 0);
    assert_int_equal(snapshot().worker_restarts, 0);
    assert_int_equal(snapshot().warm_leases, 1);
    assert_int_equal(snapshot().ready_standbys, 1);
    lw_cancel_destroy(cancel);
}

/* One that is dead itself is no help, and is replaced. */
static void
a_dead_standby_does_not_take_over(void **state)
{
    lw_lease *lease;
    int pid;

    (void)state;
    begin(1, 1);
    assert_int_equal(keep(at.a, 0, 0, 1, 0), LW_OK);
    await_warm();
    lease = acquire(at.a);
    await_warm();
    pthread_mutex_lock(&at.pool->lock);
    pid = lw_worker_get_pid(at.pool->seats[1].worker);
    pthread_mutex_unlock(&at.pool->lock);
    assert_int_equal(kill(pid, SIGKILL), 0);
    AWAIT(snapshot().worker_restarts == 1);
    assert_int_equal(run(lease, "who", NULL), LW_OK);
    lw_lease_release(lease);
    await_warm();
}

/* A worker that is started alike; its session and metadata come after. */
static void
a_bare_standby_serves_each_key_that_starts_alike(void **state)
{
    static const char helper[] = LW_BUILD_DIR "/tests/pool_helper";
    const char *command[] = { helper, "A", NULL };
    lw_capability *other = make(command, "other");

    (void)state;
    begin(2, 1);
    assert_int_equal(keep(other, 0, 0, 0, 1), LW_OK);
    await_warm();
    use(other);
    assert_int_equal(snapshot().standby_takeovers, 1);
    await_warm();
    use(at.a);
    assert_int_equal(snapshot().standby_takeovers, 2);
    await_warm();
    use(at.b); /* another command: not for it */
    assert_int_equal(snapshot().standby_takeovers, 2);
    assert_int_equal(keep(other, 0, 0, 0, 0), LW_OK);
    AWAIT(snapshot().standbys == 0);
    lw_capability_destroy(other);
}

/* ---- a copy of the program ---- */

/* Nobody in it calls off what its parent opens, or waits for that. */
static void
a_forked_copy_ends_at_once(void **state)
{
    struct call call = { .capability = at.slow };
    int fifo, status;
    pid_t copy;

    (void)state;
    begin(1, 0);
    await_opener(&call);
    copy = (fork)();
    assert_true(copy >= 0);
    if (copy == 0) {
        lw_pool_close(at.pool);
        lw_pool_destroy(at.pool);
        _exit(0);
    }
    assert_int_equal(waitpid(copy, &status, 0), copy);
    assert_int_equal(status, 0);
    fifo = open(at.fifo, O_WRONLY);
    pthread_join(call.thread, NULL);
    assert_int_equal(call.rc, LW_OK);
    close(fifo);
}

/* ---- the rest ---- */

static size_t
count_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void
a_pool_that_keeps_nothing_has_no_thread(void **state)
{
    size_t before = count_threads();

    (void)state;
    begin(1, 1);
    use(at.a);
    assert_int_equal(keep(at.a, 0, 0, 0, 0), LW_OK);
    assert_int_equal(count_threads(), before);
    assert_int_equal(keep(at.a, 1, 0, 0, 0), LW_OK);
    assert_int_equal(count_threads(), before + 1);
}

static void
wrong_arguments_are_refused(void **state)
{
    lw_keep_spec spec = LW_KEEP_SPEC_INIT;

    (void)state;
    begin(2, 1);
    assert_int_equal(keep(at.a, 3, 0, 0, 0), LW_EINVAL);
    assert_int_equal(keep(at.a, 0, 3, 0, 0), LW_EINVAL);
    assert_int_equal(keep(at.a, 0, 0, 2, 0), LW_EINVAL);
    assert_int_equal(keep(at.a, 0, 0, 1, 1), LW_EINVAL);
    assert_int_equal(snapshot().standbys, 0);
    spec.struct_size = 1;
    assert_int_equal(lw_pool_keep(at.pool, at.a, &spec, &at.err), LW_EINVAL);
    assert_int_equal(lw_pool_keep(NULL, at.a, NULL, &at.err), LW_EBADHANDLE);
    assert_int_equal(lw_pool_keep(at.pool, NULL, NULL, &at.err), LW_EBADHANDLE);
    assert_int_equal(lw_pool_wait_warm(NULL, NULL, 0, NULL, &at.err),
                     LW_EBADHANDLE);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, NULL, LW_TIMEOUT_MAX_MS + 1, NULL, &at.err),
        LW_EINVAL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(workers_are_there_before_anybody_asks),
        CASE(fewer_than_wanted_are_made_up_for),
        CASE(an_idle_worker_that_nobody_keeps_gives_way),
        CASE(a_dead_idle_worker_is_followed_by_another),
        CASE(a_worker_at_its_idle_limit_is_followed_by_another),
        CASE(an_end_of_keeping_is_an_end),
        CASE(what_is_kept_stays_within_the_budget),
        CASE(what_is_kept_is_replaced_as_a_whole),
        CASE(reserved_places_are_for_their_key),
        CASE(a_caller_gets_the_worker_that_is_being_opened),
        CASE(a_caller_who_awaits_it_can_be_cancelled),
        CASE(one_who_leaves_it_makes_way_at_once),
        CASE(a_caller_who_awaits_it_gets_its_error),
        CASE(a_caller_of_another_key_comes_first),
        CASE(an_opening_that_fails_is_told_and_tried_again),
        CASE(destroying_does_not_wait_for_an_opening),
        CASE(a_wait_has_an_end),
        CASE(a_standby_takes_over_from_the_dead),
        CASE(a_standby_takes_over_in_a_cycle),
        CASE(a_cancelled_worker_goes_back_warm),
        CASE(a_dead_standby_does_not_take_over),
        CASE(a_bare_standby_serves_each_key_that_starts_alike),
        CASE(a_forked_copy_ends_at_once),
        CASE(a_pool_that_keeps_nothing_has_no_thread),
        CASE(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

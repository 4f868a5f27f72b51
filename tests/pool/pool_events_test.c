/* What a pool tells its callback, in which order, and what that may do. */
#include <pthread.h>
#include <signal.h>

#include <lean_worker/pool_control.h>
#include <lean_worker/pool_warm.h>

#include "pool/pool.h"
#include "support/test.h"

#define PATIENCE_S 60 /* for what must come; it ends the wait at once */
#define SEEN_MAX 256
#define WORDS 4096

/* What a test keeps of an event. */
struct seen {
    lw_pool_event_kind kind;
    uint64_t sequence, lost, generation, duration_us;
    uint32_t place, from;
    int pid, exit_code, exit_signal;
    lw_restart_kind reason;
    char package[16], cause[32];
    char words[WORDS];
};

static struct {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *a, *b;
    lw_error err;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct seen seen[SEEN_MAX]; /* the first ones */
    size_t count;
    bool shut;    /* the callback waits until it is not */
    bool waiting; /* it does */
    void (*act)(const lw_pool_event *event);
} at;

/* There is memory for everything but events. */
static _Atomic bool starving;

static void *
resize(void *block, size_t size, void *user)
{
    (void)user;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return starving && size == sizeof(struct lwi_pool_event)
               ? NULL
               : realloc(block, size);
}

static int
setup(void **state)
{
    static const lw_allocator allocator = { resize, NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    pthread_mutex_init(&at.lock, NULL);
    pthread_cond_init(&at.changed, NULL);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    options.allocator = &allocator;
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.a);
    lw_capability_destroy(at.b);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static void
keep(const lw_pool_event *event, struct seen *to)
{
    *to = (struct seen){
        .kind = event->kind,
        .sequence = event->sequence,
        .lost = event->lost,
        .generation = event->generation,
        .duration_us = event->duration_us,
        .place = event->place,
        .from = event->from,
        .pid = event->pid,
        .reason = event->reason.kind,
    };
    snprintf(to->package, sizeof(to->package), "%s",
             lw_session_key_get_package(event->key));
    if (event->end == NULL)
        return;
    to->exit_code = event->end->exit_code;
    to->exit_signal = event->end->exit_signal;
    snprintf(to->cause, sizeof(to->cause), "%s", event->end->cause);
    snprintf(to->words, sizeof(to->words), "%.*s",
             (int)event->end->stderr_tail.size, event->end->stderr_tail.data);
}

static void
on_event(const lw_pool_event *event, void *user)
{
    assert_ptr_equal(user, &at);
    pthread_mutex_lock(&at.lock);
    at.waiting = at.shut;
    pthread_cond_broadcast(&at.changed);
    while (at.shut)
        pthread_cond_wait(&at.changed, &at.lock);
    at.waiting = false;
    pthread_mutex_unlock(&at.lock);
    if (at.act != NULL)
        at.act(event);
    pthread_mutex_lock(&at.lock);
    if (at.count < SEEN_MAX)
        keep(event, &at.seen[at.count]);
    at.count++;
    pthread_cond_broadcast(&at.changed);
    pthread_mutex_unlock(&at.lock);
}

static lw_capability *
capability(const char *const *command, const char *package)
{
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *made = NULL;

    spec.worker.command = command;
    spec.package = package;
    assert_int_equal(lw_capability_create(&made, &spec, &at.err), LW_OK);
    return made;
}

static void
begin_with(uint32_t max_workers, uint32_t max_standby)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/pool_helper",
                                           "A", NULL };
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    config.max_standby = max_standby;
    config.event = on_event;
    config.event_user = &at;
    at.a = capability(command, "a");
    at.b = capability(command, "b");
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
}

static void
begin(uint32_t max_workers)
{
    begin_with(max_workers, 0);
}

static lw_lease *
acquire(lw_capability *capability)
{
    lw_lease *lease = NULL;

    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, capability, NULL, &at.err), LW_OK);
    return lease;
}

static struct timespec
patience(void)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    return end;
}

/* Waits for so many. */
static void
await(size_t count)
{
    struct timespec end = patience();
    size_t seen;
    int rc = 0;

    pthread_mutex_lock(&at.lock);
    while (at.count < count && rc == 0)
        rc = pthread_cond_timedwait(&at.changed, &at.lock, &end);
    seen = at.count;
    pthread_mutex_unlock(&at.lock); /* a failure does not come back here */
    if (seen < count)
        fail_msg("%zu events of %zu", seen, count);
}

static void
set_open(void)
{
    pthread_mutex_lock(&at.lock);
    at.shut = false;
    pthread_cond_broadcast(&at.changed);
    pthread_mutex_unlock(&at.lock);
}

/* The callback waits in the next event, which comes. */
static void
set_shut(void)
{
    struct timespec end = patience();

    pthread_mutex_lock(&at.lock);
    at.shut = true;
    pthread_mutex_unlock(&at.lock);
    lw_lease_release(acquire(at.a)); /* something to wait with */
    pthread_mutex_lock(&at.lock);
    while (!at.waiting)
        if (pthread_cond_timedwait(&at.changed, &at.lock, &end) != 0)
            fail_msg("the callback does not come");
    pthread_mutex_unlock(&at.lock);
}

static void
assert_kinds(size_t first, const char *words)
{
    char said[1024] = "";
    size_t i, length = 0;

    for (i = first; i < at.count && i < SEEN_MAX; i++)
        length += (size_t)snprintf(said + length, sizeof(said) - length, "%s%s",
                                   i > first ? " " : "",
                                   lw_pool_event_kind_name(at.seen[i].kind));
    assert_string_equal(said, words);
}

/* ---- what comes ---- */

static lw_pool_snapshot
snapshot(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    return shot;
}

static void
a_life_comes_in_order(void **state)
{
    lw_lease *lease;
    size_t i;

    (void)state;
    begin(1);
    lease = acquire(at.a);
    lw_lease_release(lease);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    /* All has been given when destroy returns. */
    assert_kinds(0, "born ready leased released died");
    for (i = 0; i < at.count; i++) {
        assert_int_equal(at.seen[i].sequence, i + 1);
        assert_int_equal(at.seen[i].lost, 0);
        assert_int_equal(at.seen[i].generation, 1);
        assert_int_equal(at.seen[i].place, 0);
        assert_int_equal(at.seen[i].pid, at.seen[0].pid);
        assert_string_equal(at.seen[i].package, "a");
    }
    assert_true(at.seen[0].pid > 0);
    assert_true(at.seen[1].duration_us > 0);
    assert_true(at.seen[4].duration_us > 0);
    assert_int_equal(at.seen[4].reason, LW_RESTART_EXPLICIT);
}

static void
a_death_while_idle_is_told_without_a_call(void **state)
{
    (void)state;
    begin(1);
    lw_lease_release(acquire(at.a));
    await(4);
    assert_int_equal(snapshot().warm_leases, 1);
    assert_int_equal(kill(at.seen[0].pid, SIGKILL), 0);
    await(5);
    assert_int_equal(snapshot().warm_leases, 0);
    assert_int_equal(snapshot().workers, 1);
    assert_kinds(0, "born ready leased released died");
    assert_int_equal(at.seen[4].exit_signal, SIGKILL);
    assert_int_equal(at.seen[4].reason, LW_RESTART_DIED);
    assert_string_equal(at.seen[4].cause, "killed");
    /* And once. The next one is another. */
    lw_lease_release(acquire(at.a));
    await(9);
    assert_kinds(5, "born ready leased released");
    assert_int_equal(at.seen[5].generation, 2);
    assert_int_not_equal(at.seen[5].pid, at.seen[0].pid);
}

static void
a_death_in_a_request_is_told(void **state)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(at.a);
    spec.name = "quits";
    assert_int_equal(lw_lease_run(lease, &reply, &spec, NULL, NULL, &at.err),
                     LW_ECHILDEXITED);
    lw_reply_destroy(reply);
    await(4); /* though nobody gives the lease back */
    assert_kinds(0, "born ready leased died");
    assert_int_equal(at.seen[3].exit_code, 3);
    lw_lease_release(lease);
    await(5);
    assert_int_equal(at.seen[4].pid, 0);
}

/* Never ready: born, and dead, with what it said. */
static void
a_start_that_fails_is_told_with_its_last_words(void **state)
{
    static const char *const command[] = {
        "/bin/sh", "-c",
        "i=0; while [ $i -lt 4000 ]; do echo line; i=$((i + 1)); done >&2;"
        "echo oh dear >&2; exit 7",
        NULL
    };
    lw_lease *lease = NULL;

    (void)state;
    begin(1);
    lw_capability_destroy(at.a);
    at.a = capability(command, "sh");
    assert_int_not_equal(lw_pool_acquire(&lease, at.pool, at.a, NULL, &at.err),
                         LW_OK);
    await(2);
    assert_kinds(0, "born died");
    assert_int_equal(at.seen[1].exit_code, 7);
    assert_int_equal(strlen(at.seen[1].words), 2048);
    assert_non_null(strstr(at.seen[1].words, "line\noh dear\n"));
}

static void
a_cycle_is_told_with_its_reason(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    lease = acquire(at.a);
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_OK);
    lw_lease_release(lease);
    await(8);
    assert_kinds(0, "born ready leased cycled died born ready released");
    assert_int_equal(at.seen[3].reason, LW_RESTART_EXPLICIT);
    assert_int_equal(at.seen[4].reason, LW_RESTART_EXPLICIT);
    assert_int_equal(at.seen[4].generation, 1);
    assert_int_equal(at.seen[5].generation, 2);
}

static void
an_eviction_is_told_with_the_key_that_went(void **state)
{
    (void)state;
    begin(1);
    lw_lease_release(acquire(at.a));
    lw_lease_release(acquire(at.b));
    await(10);
    assert_kinds(0, "born ready leased released evicted died born ready leased "
                    "released");
    assert_string_equal(at.seen[4].package, "a");
    assert_string_equal(at.seen[5].package, "a");
    assert_string_equal(at.seen[6].package, "b");
}

/* The standby of the key is what the caller gets; another is made ready. */
static void
a_standby_that_takes_over_is_followed(void **state)
{
    lw_keep_spec spec = LW_KEEP_SPEC_INIT;
    char said[128] = "";
    size_t i, length = 0;

    (void)state;
    begin_with(1, 1);
    spec.standbys = 1;
    assert_int_equal(lw_pool_keep(at.pool, at.a, &spec, &at.err), LW_OK);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, at.a, PATIENCE_S * 1000, NULL, &at.err),
        LW_OK);
    await(2);
    assert_kinds(0, "born ready");
    assert_int_equal(at.seen[0].place, 1);
    lw_lease_release(acquire(at.a));
    await(7);
    for (i = 2; i < at.count; i++) {
        if (at.seen[i].place != 0)
            continue;
        length += (size_t)snprintf(said + length, sizeof(said) - length, " %s",
                                   lw_pool_event_kind_name(at.seen[i].kind));
        assert_int_equal(at.seen[i].pid, at.seen[0].pid);
        assert_int_equal(at.seen[i].generation, 1);
        assert_int_equal(at.seen[i].from,
                         at.seen[i].kind == LW_POOL_EVENT_MOVED ? 1 : 0);
    }
    assert_string_equal(said, " moved leased released");
}

/* ---- what the callback may do ---- */

/* Nothing in the pool waits for it, and it is told all in the end. */
/* Its observer was called for the place where it had been before. */
static void
a_death_is_told_of_the_place_where_it_is(void **state)
{
    lw_exit_report end = { .struct_size = sizeof(end), .cause = "killed" };
    struct lwi_note note = { .kind = LWI_NOTE_DIED, .end = &end };
    lw_lease *first, *second;

    (void)state;
    begin(2);
    first = acquire(at.a);
    second = acquire(at.b);
    await(6);
    note.pid = at.seen[3].pid;
    note.reason.operation = "";
    lwi_events_note(&note, &at.pool->seats[0]);
    await(7);
    assert_kinds(0, "born ready leased born ready leased died");
    assert_int_equal(at.seen[6].place, 1);
    assert_int_equal(at.seen[6].pid, at.seen[3].pid);
    assert_string_equal(at.seen[6].package, "b");
    lw_lease_release(first);
    lw_lease_release(second);
}

static void
a_slow_callback_holds_up_nobody(void **state)
{
    size_t i, before;

    (void)state;
    begin(1);
    set_shut();
    before = at.count + 4;
    for (i = 0; i < 100; i++)
        lw_lease_release(acquire(at.a));
    assert_int_equal(snapshot().leases, 101);
    set_open();
    await(before + 200);
    for (i = 1; i < at.count; i++)
        assert_int_equal(at.seen[i].sequence, at.seen[i - 1].sequence + 1);
}

/* Leases and releases are left out then, lives and deaths are not. */
static void
a_callback_that_hangs_costs_no_more_than_so_much(void **state)
{
    uint64_t lost;
    size_t i, end;

    (void)state;
    begin(1);
    set_shut();
    for (i = 0; i < LW_POOL_EVENTS_MAX; i++)
        lw_lease_release(acquire(at.a));
    lost = snapshot().events_lost;
    assert_true(lost >= LW_POOL_EVENTS_MAX);
    assert_true(lost < LW_POOL_EVENTS_MAX + 8);
    lw_lease_release(acquire(at.b)); /* another two are lost */
    lost = snapshot().events_lost;
    end = 4 + 2 * (size_t)LW_POOL_EVENTS_MAX + 6 - (size_t)lost;
    set_open();
    await(end);
    assert_int_equal(at.count, end);
    assert_int_equal(snapshot().evictions, 1);
}

static void
events_without_memory_are_counted(void **state)
{
    (void)state;
    begin(1);
    lw_lease_release(acquire(at.a));
    starving = true;
    lw_lease_release(acquire(at.a));
    starving = false;
    lw_lease_release(acquire(at.a));
    await(6);
    assert_kinds(0, "born ready leased released leased released");
    assert_int_equal(at.seen[4].lost, 2);
    assert_int_equal(at.seen[4].sequence, 5);
    assert_int_equal(at.seen[5].lost, 0);
    assert_int_equal(snapshot().events_lost, 2);
}

static void
look_around(const lw_pool_event *event)
{
    (void)event;
    assert_true(snapshot().struct_size > 0);
    lw_lease_release(NULL);
}

static void
the_callback_may_look_at_the_pool(void **state)
{
    (void)state;
    at.act = look_around;
    begin(1);
    lw_lease_release(acquire(at.a));
    await(4);
}

static lw_lease *held;

static void
release_it(const lw_pool_event *event)
{
    if (event->kind == LW_POOL_EVENT_LEASED)
        lw_lease_release(held);
}

static void
the_callback_may_release_a_lease(void **state)
{
    (void)state;
    begin(1);
    pthread_mutex_lock(&at.lock);
    at.shut = true; /* until the lease is known here */
    at.act = release_it;
    pthread_mutex_unlock(&at.lock);
    held = acquire(at.a);
    set_open();
    await(4);
    assert_kinds(0, "born ready leased released");
}

static void
destroy_it(const lw_pool_event *event)
{
    if (event->kind == LW_POOL_EVENT_RELEASED) {
        lw_pool_destroy(at.pool);
        at.pool = NULL;
    }
}

/* It is done behind the callback, which is told of the rest. */
static _Atomic int paths_seen, paths_gone;

static void
look_for_the_socket(const lw_pool_event *event)
{
    const char *path;
    int i;

    for (i = 0; event->kind == LW_POOL_EVENT_DIED && i < 1000; i++) {
        path = lw_pool_get_control_path(at.pool);
        if (path != NULL && access(path, F_OK) == 0)
            paths_seen++;
        else
            paths_gone++;
    }
}

/* Also while another thread destroys the pool. */
static void
the_callback_may_ask_where_the_socket_is(void **state)
{
    char path[64];

    (void)state;
    paths_seen = paths_gone = 0;
    snprintf(path, sizeof(path), "/tmp/lw-events-%ld.sock", (long)getpid());
    begin(1);
    assert_int_equal(lw_pool_open_control(at.pool, path, &at.err), LW_OK);
    at.act = look_for_the_socket;
    lw_lease_release(acquire(at.a));
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    assert_int_equal(paths_gone, 0);
    assert_int_equal(paths_seen, 1000);
    assert_int_equal(access(path, F_OK), -1);
}

static void
the_callback_may_destroy_the_pool(void **state)
{
    (void)state;
    at.act = destroy_it;
    begin(2);
    lw_lease_release(acquire(at.a));
    await(5);
    assert_kinds(0, "born ready leased released died");
}

static void
destroy_it_always(const lw_pool_event *event)
{
    (void)event;
    lw_pool_destroy(at.pool);
}

/* Once is as good as often, as long as there is a pool. */
static void
the_callback_may_insist(void **state)
{
    (void)state;
    begin(1);
    pthread_mutex_lock(&at.lock);
    at.shut = true;
    at.act = destroy_it_always;
    pthread_mutex_unlock(&at.lock);
    lw_lease_release(acquire(at.a));
    set_open();
    await(5);
    assert_kinds(0, "born ready leased released died");
    at.pool = NULL;
}

static void
destroy_it_early(const lw_pool_event *event)
{
    if (event->kind == LW_POOL_EVENT_READY) {
        lw_pool_destroy(at.pool);
        at.pool = NULL;
    }
}

/* With a lease out the pool lives until that comes back. */
static void
the_callback_may_destroy_a_pool_in_use(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(1);
    pthread_mutex_lock(&at.lock);
    at.shut = true;
    at.act = destroy_it_early;
    pthread_mutex_unlock(&at.lock);
    lease = acquire(at.a);
    set_open();
    await(3);
    assert_int_equal(lw_lease_check_valid(lease, &at.err), LW_OK);
    lw_lease_release(lease);
    await(5);
    assert_kinds(0, "born ready leased released died");
}

/* ---- without a callback ---- */

static void
deaths_are_counted_without_a_callback(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/pool_helper",
                                           "A", NULL };
    lw_lease *lease;

    (void)state;
    at.a = capability(command, "a");
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, NULL, &at.err),
                     LW_OK);
    lease = acquire(at.a);
    assert_int_equal(lw_lease_cycle(lease, &at.err), LW_OK);
    lw_lease_release(lease);
    assert_int_equal(snapshot().deaths, 1);
    assert_int_equal(snapshot().time_to_ready.count, 2);
    assert_int_equal(snapshot().admission_wait.count, 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_life_comes_in_order),
        CASE(a_death_while_idle_is_told_without_a_call),
        CASE(a_death_in_a_request_is_told),
        CASE(a_start_that_fails_is_told_with_its_last_words),
        CASE(a_cycle_is_told_with_its_reason),
        CASE(an_eviction_is_told_with_the_key_that_went),
        CASE(a_standby_that_takes_over_is_followed),
        CASE(a_death_is_told_of_the_place_where_it_is),
        CASE(a_slow_callback_holds_up_nobody),
        CASE(a_callback_that_hangs_costs_no_more_than_so_much),
        CASE(events_without_memory_are_counted),
        CASE(the_callback_may_look_at_the_pool),
        CASE(the_callback_may_release_a_lease),
        CASE(the_callback_may_ask_where_the_socket_is),
        CASE(the_callback_may_destroy_the_pool),
        CASE(the_callback_may_insist),
        CASE(the_callback_may_destroy_a_pool_in_use),
        CASE(deaths_are_counted_without_a_callback),
    };

    return cmocka_run_group_tests_name("pool_events", tests, NULL, NULL);
}

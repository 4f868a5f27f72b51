/* proc_watch_test.c - what the housekeeping thread looks after for others. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "proc/proc_support.h"
#include "proc/watch.h"

/* A watch, and a descriptor that tells how often its callback has run. */
struct seen {
    struct lwi_watch watch;
    lw_runtime *runtime;
    int ran;  /* an eventfd */
    int fd;   /* that is watched: the read end of a pipe */
    int feed; /* its write end */
    bool stops_itself;
    pthread_t thread;
};

static void
count_run(void *user)
{
    struct seen *seen = user;
    uint64_t one = 1;
    char c;

    while (read(seen->fd, &c, 1) == 1)
        ;
    seen->thread = pthread_self();
    if (seen->stops_itself)
        lwi_watch_stop(&seen->watch);
    CHECK(write(seen->ran, &one, sizeof(one)) == sizeof(one));
}

static void
open_seen(struct seen *seen, lw_runtime *runtime)
{
    int fds[2];

    memset(seen, 0, sizeof(*seen));
    CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
    seen->fd = fds[0];
    seen->feed = fds[1];
    seen->ran = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CHECK(seen->ran >= 0);
    seen->runtime = runtime;
    lwi_watch_init(&seen->watch, runtime, count_run, seen);
}

static void
close_seen(struct seen *seen)
{
    lwi_watch_stop(&seen->watch);
    close(seen->fd);
    close(seen->feed);
    close(seen->ran);
}

static void
feed(const struct seen *seen)
{
    CHECK(write(seen->feed, "x", 1) == 1);
}

static bool
ran(const struct seen *seen)
{
    uint64_t count;

    return readable_within(seen->ran, 10000) &&
           read(seen->ran, &count, sizeof(count)) == sizeof(count);
}

static bool
has_run(const struct seen *seen)
{
    uint64_t count;

    return read(seen->ran, &count, sizeof(count)) == sizeof(count);
}

TEST(a_readable_descriptor_calls_each_time)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct seen seen;

    open_seen(&seen, runtime);
    lwi_watch_set(&seen.watch, seen.fd, LWI_NEVER);
    feed(&seen);
    CHECK(ran(&seen));
    CHECK(!pthread_equal(seen.thread, pthread_self()));
    feed(&seen);
    CHECK(ran(&seen));
    close_seen(&seen);
    lw_runtime_destroy(runtime);
}

TEST(a_time_calls_once_and_not_before_it_is_due)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct seen seen, later;
    int64_t due = in_ms(20);

    open_seen(&seen, runtime);
    open_seen(&later, runtime);
    lwi_watch_set(&seen.watch, -1, due);
    CHECK(ran(&seen));
    CHECK(lwi_now(&lwi_system_clock) >= due);
    /* The thread has gone round again when another one is served. */
    lwi_watch_set(&later.watch, -1, in_ms(1));
    CHECK(ran(&later));
    CHECK(!has_run(&seen));
    close_seen(&later);
    close_seen(&seen);
    lw_runtime_destroy(runtime);
}

TEST(nothing_wakes_up_for_a_time_that_is_moved_away)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct seen seen, other;
    uint64_t turns;
    int i;

    open_seen(&seen, runtime);
    open_seen(&other, runtime);
    lwi_watch_set(&seen.watch, -1, in_ms(3600000));
    lwi_watch_set(&other.watch, other.fd, LWI_NEVER);
    feed(&other);
    CHECK(ran(&other));
    turns = lwi_runtime_turns(runtime);
    for (i = 1; i <= 1000; i++)
        lwi_watch_set(&seen.watch, -1, in_ms(3600000 + (uint64_t)i));
    feed(&other);
    CHECK(ran(&other));
    /* A few for the feeding, and for wake-ups that were on their way. */
    CHECK(lwi_runtime_turns(runtime) <= turns + 10);
    CHECK(!has_run(&seen));
    close_seen(&other);
    close_seen(&seen);
    lw_runtime_destroy(runtime);
}

TEST(a_stopped_watch_is_silent)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct seen seen, other;

    open_seen(&seen, runtime);
    open_seen(&other, runtime);
    lwi_watch_set(&seen.watch, seen.fd, in_ms(30));
    lwi_watch_stop(&seen.watch);
    lwi_watch_stop(&seen.watch);
    (void)has_run(&seen); /* where it took 30 ms to stop it */
    feed(&seen);
    lwi_watch_set(&other.watch, -1, in_ms(50));
    CHECK(ran(&other));
    CHECK(!has_run(&seen));
    close_seen(&other);
    close_seen(&seen);
    lw_runtime_destroy(runtime);
}

TEST(a_callback_may_stop_its_own_watch)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct seen seen;

    open_seen(&seen, runtime);
    seen.stops_itself = true;
    lwi_watch_set(&seen.watch, seen.fd, LWI_NEVER);
    feed(&seen);
    CHECK(ran(&seen));
    CHECK(seen.watch.in == NULL);
    close_seen(&seen);
    lw_runtime_destroy(runtime);
}

/* ---- stop waits for what runs ---- */

struct gate {
    struct lwi_watch watch;
    int entered; /* eventfds */
    int leave;
    int passed; /* the callback's own */
    atomic_bool left;
};

static void
pass_gate(void *user)
{
    struct gate *gate = user;
    uint64_t one = 1;

    if (gate->passed++ > 0)
        return; /* the gate was opened, and passed, before stop was called */
    CHECK(write(gate->entered, &one, sizeof(one)) == sizeof(one));
    CHECK(read(gate->leave, &one, sizeof(one)) == sizeof(one));
    /* It is still set when stop already waits: that must not matter. */
    lwi_watch_set(&gate->watch, -1, in_ms(0));
    atomic_store(&gate->left, true);
}

static void *
open_gate(void *user)
{
    struct gate *gate = user;
    uint64_t one = 1;

    CHECK(write(gate->leave, &one, sizeof(one)) == sizeof(one));
    return NULL;
}

TEST(stop_waits_for_a_callback_that_runs)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct gate gate = { .entered = eventfd(0, EFD_CLOEXEC),
                         .leave = eventfd(0, EFD_CLOEXEC) };
    pthread_t thread;

    lwi_watch_init(&gate.watch, runtime, pass_gate, &gate);
    lwi_watch_set(&gate.watch, -1, in_ms(0));
    CHECK(readable_within(gate.entered, 10000));
    CHECK(pthread_create(&thread, NULL, open_gate, &gate) == 0);
    lwi_watch_stop(&gate.watch);
    CHECK(atomic_load(&gate.left));
    CHECK(gate.watch.in == NULL);
    pthread_join(thread, NULL);
    close(gate.entered);
    close(gate.leave);
    lw_runtime_destroy(runtime);
}

/* ---- many, and without room ---- */

#define MANY 100

TEST(many_watches_are_all_served)
{
    static struct seen seen[MANY];
    lw_runtime *runtime = start_runtime(NULL);
    size_t i;

    for (i = 0; i < MANY; i++) {
        open_seen(&seen[i], runtime);
        lwi_watch_set(&seen[i].watch, seen[i].fd, LWI_NEVER);
        feed(&seen[i]);
    }
    for (i = 0; i < MANY; i++)
        CHECK(ran(&seen[i]));
    for (i = 0; i < MANY; i++)
        close_seen(&seen[i]);
    lw_runtime_destroy(runtime);
}

/* All memory but that of the runtime itself is refused. */
static void *
refusing_resize(void *block, size_t size, void *user)
{
    atomic_bool *refuse = user;

    if (size == 0) {
        free(block);
        return NULL;
    }
    return atomic_load(refuse) ? NULL : realloc(block, size);
}

TEST(without_memory_watches_are_looked_at_by_time)
{
    static struct seen seen[MANY];
    atomic_bool refuse = false;
    lw_allocator allocator = { refusing_resize, &refuse };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    size_t i;

    options.allocator = &allocator;
    CHECK_INT(lw_runtime_create(&runtime, &options, NULL), LW_OK);
    atomic_store(&refuse, true);
    for (i = 0; i < MANY; i++) {
        open_seen(&seen[i], runtime);
        lwi_watch_set(&seen[i].watch, seen[i].fd, LWI_NEVER);
        feed(&seen[i]);
    }
    for (i = 0; i < MANY; i++)
        CHECK(ran(&seen[i]));
    for (i = 0; i < MANY; i++)
        close_seen(&seen[i]);
    lw_runtime_destroy(runtime);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_readable_descriptor_calls_each_time),
        cmocka_unit_test(a_time_calls_once_and_not_before_it_is_due),
        cmocka_unit_test(nothing_wakes_up_for_a_time_that_is_moved_away),
        cmocka_unit_test(a_stopped_watch_is_silent),
        cmocka_unit_test(a_callback_may_stop_its_own_watch),
        cmocka_unit_test(stop_waits_for_a_callback_that_runs),
        cmocka_unit_test(many_watches_are_all_served),
        cmocka_unit_test(without_memory_watches_are_looked_at_by_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

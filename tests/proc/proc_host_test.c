/*
 * proc_host_test.c - programs that are hard to live in.
 *
 * They ignore SIGCHLD, reap what is not theirs, close what they do not know,
 * run out of descriptors and memory, fork, and use many threads.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "proc/child_impl.h"
#include "proc/identity.h"
#include "proc/launcher_wire.h"
#include "proc/proc_support.h"
#include "support/memory.h"

/* ---- SIGCHLD and reaping ---- */

static struct lwi_obituary
killed(lw_runtime *runtime, struct lwi_child **child)
{
    *child = start_helper(runtime, true, WORDS("hold"));
    CHECK_INT(strcmp(read_line(*child), "ready"), 0);
    lwi_child_kill(*child, LWI_KILL_CANCELLED);
    return bury(*child);
}

static void
sigchld_ignored(const struct lwi_runtime_hooks *hooks)
{
    lw_runtime *runtime;
    struct lwi_child *child;
    struct lwi_obituary obituary;

    signal(SIGCHLD, SIG_IGN);
    runtime = start_runtime(hooks);
    obituary = killed(runtime, &child);
    CHECK_INT(obituary.exit_kind, LWI_EXIT_UNKNOWN);
    CHECK_INT(obituary.exit_code, -1);
    CHECK(!obituary.has_usage);
    CHECK_INT(lwi_obituary_cause(&obituary, false), LWI_DEATH_CANCELLED);
    lwi_child_release(child);
    child = start_helper(runtime, true, WORDS("exit", "3"));
    obituary = bury(child);
    CHECK_INT(lwi_obituary_cause(&obituary, false), LWI_DEATH_UNKNOWN);
    CHECK_INT(lwi_obituary_cause(&obituary, true), LWI_DEATH_ORDERLY);
    lwi_child_release(child);
    child = start_helper(runtime, true, WORDS("hold"));
    lw_runtime_destroy(runtime);
    CHECK_INT(lwi_child_wait_buried(child, 0), LW_OK);
    lwi_child_release(child);
}

TEST(sigchld_may_be_ignored)
{
    sigchld_ignored(NULL);
}

static void
reaped_by_host(const struct lwi_runtime_hooks *hooks)
{
    lw_runtime *runtime = start_runtime(hooks);
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));
    struct lwi_obituary obituary;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    /* A race that the program wins as often as not; both ends are clean. */
    kill(lwi_child_get_pid(child), SIGKILL);
    while (waitpid(lwi_child_get_pid(child), NULL, 0) < 0 && errno == EINTR)
        continue;
    obituary = bury(child);
    CHECK(obituary.exit_kind == LWI_EXIT_UNKNOWN ||
          obituary.exit_signal == SIGKILL);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(the_program_may_reap_first)
{
    reaped_by_host(NULL);
}

/* A loop such as some servers have: it reaps the warden as well. */
static void *
reap_everything(void *stop)
{
    while (!__atomic_load_n((int *)stop, __ATOMIC_SEQ_CST))
        waitpid(-1, NULL, WNOHANG);
    return NULL;
}

TEST(the_program_may_reap_everything_always)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child;
    pthread_t thread;
    int stop = 0, i;

    CHECK_INT(pthread_create(&thread, NULL, reap_everything, &stop), 0);
    for (i = 0; i < 20; i++) {
        killed(runtime, &child);
        lwi_child_release(child);
        if (i == 10)
            kill(lwi_runtime_warden_pid(runtime), SIGKILL);
    }
    lw_runtime_destroy(runtime);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
}

/* ---- a kernel without pidfds ---- */

static int
no_pidfd(pid_t pid)
{
    (void)pid;
    errno = ENOSYS;
    return -1;
}

static int
no_pidfd_signal(int pidfd, int number)
{
    (void)pidfd;
    (void)number;
    errno = ENOSYS;
    return -1;
}

static struct lwi_runtime_hooks
without_pidfd(void)
{
    static struct lwi_sys sys;

    sys = lwi_real_sys;
    sys.pidfd_open = no_pidfd;
    sys.pidfd_signal = no_pidfd_signal;
    return (struct lwi_runtime_hooks){ .sys = &sys };
}

TEST(pidfds_are_not_needed)
{
    struct lwi_runtime_hooks hooks = without_pidfd();
    lw_runtime *runtime = start_runtime(&hooks);
    struct lwi_child *child = start_helper(runtime, true, WORDS("exit", "9"));
    struct lwi_obituary obituary;

    CHECK(readable_within(lwi_child_get_fds(child).death, 10000));
    obituary = bury(child);
    CHECK_INT(obituary.exit_code, 9);
    lwi_child_release(child);
    obituary = killed(runtime, &child);
    CHECK_INT(obituary.exit_signal, SIGKILL);
    CHECK(readable_within(lwi_child_get_fds(child).death, 0));
    lwi_child_release(child);
    child = start_helper(runtime, true, WORDS("deaf"));
    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    lwi_child_terminate(child, 50);
    CHECK_INT(bury(child).exit_signal, SIGKILL);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(pidfds_are_not_needed_with_sigchld_ignored)
{
    struct lwi_runtime_hooks hooks = without_pidfd();

    sigchld_ignored(&hooks);
}

TEST(pidfds_are_not_needed_where_the_program_reaps)
{
    struct lwi_runtime_hooks hooks = without_pidfd();

    reaped_by_host(&hooks);
}

/* ---- when a child started ---- */

TEST(a_start_has_a_tick_to_either_side)
{
    CHECK(lwi_same_start(7, 7) && lwi_same_start(7, 8) && lwi_same_start(8, 7));
    CHECK(!lwi_same_start(7, 9) && !lwi_same_start(9, 7));
    CHECK(!lwi_same_start(0, UINT64_MAX));
}

/* The clock is believed where it is right, and then only within a tick. */
TEST(a_start_is_told_by_the_clock_or_by_proc)
{
    struct lwi_warden warden = { .clock_tells = false };
    uint64_t now = lwi_boot_ticks(), started = lwi_start_ticks(getpid());

    CHECK(started > 0 && started <= now);
    CHECK_INT(lwi_warden_start_of(&warden, getpid(), now), started);
    warden.clock_tells = true;
    CHECK_INT(lwi_warden_start_of(&warden, getpid(), now - 2), started);
    do /* as often as a tick ends in between */
        now = lwi_boot_ticks();
    while (lwi_warden_start_of(&warden, 0, now) != now);
}

/* A spawn that does not end with the tick in which it began. */
static int
slow_spawn(pid_t *pid, const char *path,
           const posix_spawn_file_actions_t *actions,
           const posix_spawnattr_t *attr, char *const argv[],
           char *const envp[])
{
    uint64_t before = lwi_boot_ticks();
    int rc = lwi_real_sys.spawn(pid, path, actions, attr, argv, envp);

    while (lwi_boot_ticks() == before)
        continue;
    return rc;
}

static void
starts_are_known(const struct lwi_runtime_hooks *hooks, uint64_t within)
{
    lw_runtime *runtime = start_runtime(hooks);
    struct lwi_child *child;
    uint64_t read;
    int i;

    for (i = 0; i < 10; i++) {
        child = start_helper(runtime, i % 2 == 0, WORDS("hold"));
        read = lwi_start_ticks(child->pid);
        CHECK(read > 0 && child->ward.start_ticks + within >= read &&
              child->ward.start_ticks <= read + within);
        lwi_child_release(child);
    }
    lw_runtime_destroy(runtime);
}

TEST(the_start_of_every_child_is_known)
{
    starts_are_known(NULL, 1);
}

TEST(a_start_that_takes_long_is_read)
{
    struct lwi_sys sys = lwi_real_sys;
    const struct lwi_runtime_hooks hooks = { .sys = &sys };

    sys.spawn = slow_spawn;
    starts_are_known(&hooks, 0);
}

/* ---- limits of the program ---- */

enum { MANY = 200 };

TEST(running_out_of_descriptors_is_an_error_that_names_it)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = helper_spec(true, WORDS("hold"));
    struct lwi_child *children[MANY] = { NULL };
    struct rlimit limit = { 100, 100 };
    lw_error err = LW_ERROR_INIT;
    size_t count = 0, i;
    int rc = LW_OK;

    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (rc == LW_OK && count < MANY) {
        rc = lwi_child_spawn(&children[count], runtime, &spec, &err);
        count += rc == LW_OK;
    }
    CHECK_INT(rc, LW_ELIMIT);
    CHECK(strstr(err.message, "RLIMIT_NOFILE") != NULL);
    CHECK(count >= 10);
    CHECK_INT(lwi_runtime_live_children(runtime), count);
    for (i = 0; i < 3; i++) {
        lwi_child_kill(children[i], LWI_KILL_POLICY);
        bury(children[i]);
        lwi_child_release(children[i]); /* its pipes are closed now */
    }
    CHECK_INT(lwi_child_spawn(&children[0], runtime, &spec, &err), LW_OK);
    lwi_child_release(children[0]);
    for (i = 3; i < count; i++)
        lwi_child_release(children[i]);
    lw_runtime_destroy(runtime);
}

/* Of a program whose limits of descriptors are these. */
static int
spawn_below(rlim_t soft, rlim_t hard, lw_error *err)
{
    struct rlimit limit = { soft, hard };
    struct lwi_child_spec spec = helper_spec(true, WORDS("exit", "0"));
    struct lwi_child *child = NULL;
    lw_runtime *runtime = start_runtime(NULL);
    int rc;

    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    rc = lwi_child_spawn(&child, runtime, &spec, err);
    CHECK((rc == LW_OK) == (child != NULL));
    if (child != NULL)
        CHECK_INT(bury(child).exit_code, 0);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
    return rc;
}

TEST(a_child_that_could_open_too_little_is_refused)
{
    lw_error err = LW_ERROR_INIT;

    CHECK_INT(spawn_below(30, LWI_LAUNCH_DESCRIPTORS - 1, &err), LW_ELIMIT);
    CHECK(strstr(err.message, "and may have 47 (RLIMIT_NOFILE") != NULL);
}

TEST(a_soft_limit_is_raised_as_far_as_needed)
{
    CHECK_INT(spawn_below(30, LWI_LAUNCH_DESCRIPTORS, NULL), LW_OK);
}

/* ---- every call fails once ---- */

static int calls_left;
static int failing_with;

static bool
fails_now(void)
{
    return __atomic_fetch_sub(&calls_left, 1, __ATOMIC_SEQ_CST) == 0;
}

#define FAILING(type, name, parameters, arguments)                             \
    static type failing_##name parameters                                      \
    {                                                                          \
        if (fails_now()) {                                                     \
            errno = failing_with;                                              \
            return -1;                                                         \
        }                                                                      \
        return lwi_real_sys.name arguments;                                    \
    }

FAILING(int, pipe, (int fds[2]), (fds))
FAILING(int, socket_pair, (int fds[2]), (fds))
FAILING(int, event_fd, (void), ())
FAILING(int, dup_above, (int fd, int minimum), (fd, minimum))
FAILING(int, set_nonblocking, (int fd), (fd))
FAILING(int, open, (const char *path, int flags), (path, flags))
FAILING(int, pidfd_open, (pid_t pid), (pid))
FAILING(ssize_t, send, (int fd, const void *data, size_t size),
        (fd, data, size))

static int
failing_spawn(pid_t *pid, const char *path,
              const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t *attr, char *const argv[],
              char *const env[])
{
    return fails_now()
               ? failing_with
               : lwi_real_sys.spawn(pid, path, actions, attr, argv, env);
}

static int
failing_thread_create(pthread_t *thread, void *(*run)(void *), void *arg)
{
    return fails_now() ? failing_with
                       : lwi_real_sys.thread_create(thread, run, arg);
}

static struct lwi_sys failing_sys;

static void
set_failing_sys(void)
{
    failing_sys = lwi_real_sys;
    failing_sys.pipe = failing_pipe;
    failing_sys.socket_pair = failing_socket_pair;
    failing_sys.event_fd = failing_event_fd;
    failing_sys.dup_above = failing_dup_above;
    failing_sys.set_nonblocking = failing_set_nonblocking;
    failing_sys.open = failing_open;
    failing_sys.pidfd_open = failing_pidfd_open;
    failing_sys.send = failing_send;
    failing_sys.spawn = failing_spawn;
    failing_sys.thread_create = failing_thread_create;
}

/* True where everything worked. */
static bool
create_and_spawn(const lw_runtime_options *options,
                 const struct lwi_runtime_hooks *hooks)
{
    struct lwi_child_spec spec = helper_spec(true, WORDS("exit", "0"));
    struct lwi_child *child = NULL;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc = lwi_runtime_create(&runtime, options, hooks, &err);

    if (rc == LW_OK)
        rc = lwi_child_spawn(&child, runtime, &spec, &err);
    if (rc == LW_OK) {
        bury(child);
    } else {
        CHECK(child == NULL);
        CHECK_INT(err.status, rc);
        CHECK(err.message[0] != '\0');
    }
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
    return rc == LW_OK;
}

static void
every_call_fails_once(int number)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    struct lwi_runtime_hooks hooks = { .sys = &failing_sys };
    size_t fds = count_fds();
    int i, failures = 0;

    set_failing_sys();
    options.launcher_path = LAUNCHER;
    failing_with = number;
    for (i = 0; i < 40; i++) {
        calls_left = i;
        failures += !create_and_spawn(&options, &hooks);
        CHECK_INT(count_fds(), fds);
        CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    }
    CHECK(failures >= 10);
    CHECK(calls_left > 0); /* so all were tried */
}

TEST(every_system_call_may_fail)
{
    every_call_fails_once(EMFILE);
    every_call_fails_once(ENOMEM);
    every_call_fails_once(EPERM);
}

/* Its own thread and ours allocate: one at a time. */
struct locked_memory {
    pthread_mutex_t lock;
    struct lwt_memory memory;
};

static void *
locked_resize(void *block, size_t size, void *user)
{
    struct locked_memory *locked = user;
    void *result;

    pthread_mutex_lock(&locked->lock);
    result = lwt_memory_resize(block, size, &locked->memory);
    pthread_mutex_unlock(&locked->lock);
    return result;
}

TEST(every_allocation_may_fail)
{
    static struct locked_memory locked = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    const lw_allocator allocator = { locked_resize, &locked };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    size_t i, fds = count_fds();
    bool worked = false;

    options.allocator = &allocator;
    options.launcher_path = LAUNCHER;
    for (i = 0; i < 100 && !worked; i++) {
        locked.memory = (struct lwt_memory){ .fail_at = i };
        worked = create_and_spawn(&options, NULL);
        CHECK_INT(locked.memory.live_blocks, 0);
        CHECK_INT(count_fds(), fds);
        CHECK(worked == (locked.memory.failures == 0));
    }
    CHECK(worked && i > 4);
}

/* ---- closed descriptors ---- */

/* As a program does that turns itself into a daemon, too late. */
static void
close_from_3(void)
{
    syscall(SYS_close_range, 3u, ~0u, 0u);
}

TEST(closing_our_descriptors_ends_in_errors)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = helper_spec(true, WORDS("hold"));
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));
    struct lwi_child *other = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    close_from_3();
    rc = lwi_child_spawn(&other, runtime, &spec, &err);
    CHECK(rc != LW_OK && other == NULL && err.message[0] != '\0');
    lwi_child_kill(child, LWI_KILL_POLICY);
    CHECK_INT(bury(child).exit_signal, SIGKILL);
    lw_runtime_destroy(runtime);
    lwi_child_release(child);
}

TEST(an_idle_runtime_survives_it_too)
{
    lw_runtime *runtime = start_runtime(NULL);

    close_from_3();
    lw_runtime_destroy(runtime);
}

/* Nor may our pipes become the program's stdout. */
TEST(the_program_may_have_no_stdio)
{
    int saved[3], i;
    lw_runtime *runtime;
    struct lwi_child *child;
    struct lwi_child_fds fds;

    for (i = 0; i < 3; i++) {
        saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
        close(i);
    }
    runtime = start_runtime(NULL);
    child = start_helper(runtime, true, WORDS("echo"));
    fds = lwi_child_get_fds(child);
    CHECK(fds.request > 2 && fds.response > 2 && fds.cancel > 2);
    CHECK(fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0);
    CHECK_INT(write(fds.request, "hello\n", 6), 6);
    CHECK_INT(strcmp(read_line(child), "hello"), 0);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
    for (i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
}

/* ---- fork ---- */

TEST(a_forked_copy_is_inert)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));
    struct lwi_child_spec spec = helper_spec(true, WORDS("hold"));
    struct lwi_child *other = NULL;
    int status;
    pid_t copy;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    copy = (fork)();
    if (copy == 0) {
        alarm(100);
        if (lwi_child_spawn(&other, runtime, &spec, NULL) != LW_EBADHANDLE ||
            lwi_child_wait_buried(child, LWI_NEVER) != LW_EBADHANDLE)
            _exit(1);
        lwi_child_kill(child, LWI_KILL_POLICY);
        lwi_child_terminate(child, 0);
        lwi_child_release(child);
        lw_runtime_destroy(runtime);
        _exit(0);
    }
    CHECK_INT(waitpid(copy, &status, 0), copy);
    CHECK_INT(status, 0);
    CHECK_INT(lwi_child_wait_buried(child, 0), LW_ETIMEOUT);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

/* ---- runtimes ---- */

TEST(destroying_a_runtime_ends_its_children)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *held = start_helper(runtime, true, WORDS("deaf"));
    struct lwi_child *child;
    struct lwi_obituary obituary;
    int watched[5], i;

    CHECK_INT(strcmp(read_line(held), "ready"), 0);
    for (i = 0; i < 5; i++) {
        child = start_helper(runtime, i % 2 == 0, WORDS("hold"));
        watched[i] = watch_process(lwi_child_get_pid(child));
        lwi_child_release(child);
    }
    lw_runtime_destroy(runtime);
    for (i = 0; i < 5; i++)
        wait_gone(watched[i]);
    CHECK(lwi_child_get_obituary(held, &obituary));
    CHECK_INT(obituary.kill_reason, LWI_KILL_RUNTIME_ENDING);
    CHECK_INT(lwi_child_wait_buried(held, 0), LW_OK);
    lwi_child_kill(held, LWI_KILL_POLICY);
    lwi_child_release(held);
}

TEST(two_runtimes_do_not_know_each_other)
{
    lw_runtime *one = start_runtime(NULL), *two = start_runtime(NULL);
    struct lwi_child *a = start_helper(one, true, WORDS("hold"));
    struct lwi_child *b = start_helper(two, true, WORDS("hold"));

    CHECK_INT(strcmp(read_line(b), "ready"), 0);
    CHECK(lwi_runtime_warden_pid(one) != lwi_runtime_warden_pid(two));
    lwi_child_release(a);
    lw_runtime_destroy(one);
    CHECK_INT(lwi_child_wait_buried(b, in_ms(50)), LW_ETIMEOUT);
    lwi_child_release(b);
    lw_runtime_destroy(two);
}

/* A program that others inherit pipes from may wait for their end. */
TEST(nobody_holds_what_the_program_lets_be_inherited)
{
    struct pollfd end = { .events = POLLIN };
    lw_runtime *runtime;
    struct lwi_child *child;
    int pipes[2];

    CHECK_INT(pipe(pipes), 0); /* not O_CLOEXEC */
    runtime = start_runtime(NULL);
    child = start_helper(runtime, true, WORDS("hold"));
    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    close(pipes[1]);
    end.fd = pipes[0];
    CHECK_INT(poll(&end, 1, 10000), 1);
    CHECK(end.revents & POLLHUP);
    close(pipes[0]);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(an_idle_runtime_sleeps)
{
    const struct timespec some = { 0, 300000000 };
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));
    uint64_t turns;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    nanosleep(&some, NULL); /* what is measured is that nothing happens */
    turns = lwi_runtime_turns(runtime);
    nanosleep(&some, NULL);
    CHECK_INT(lwi_runtime_turns(runtime), turns);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

/* ---- threads ---- */

enum { THREADS = 8, ROUNDS = 25 };

static void *
spawn_and_end(void *argument)
{
    lw_runtime *runtime = argument;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        struct lwi_child *child =
            start_helper(runtime, i % 3 != 0,
                         i % 2 == 0 ? WORDS("hold") : WORDS("exit", "4"));

        if (i % 2 == 0)
            lwi_child_kill(child, LWI_KILL_TIMEOUT);
        if (i % 5 != 0)
            bury(child);
        lwi_child_release(child);
    }
    return NULL;
}

TEST(eight_threads_spawn_at_once)
{
    lw_runtime *runtime = start_runtime(NULL);
    pthread_t threads[THREADS];
    size_t i;

    for (i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, spawn_and_end, runtime), 0);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    lw_runtime_destroy(runtime);
}

struct crowd {
    struct lwi_child *child;
    int started;
};

static void *
end_it(void *argument)
{
    struct crowd *crowd = argument;

    if (__atomic_fetch_add(&crowd->started, 1, __ATOMIC_SEQ_CST) % 2 == 0)
        lwi_child_kill(crowd->child, LWI_KILL_CANCELLED);
    else
        lwi_child_terminate(crowd->child, 1);
    bury(crowd->child);
    lwi_child_release(crowd->child);
    return NULL;
}

/* Caller and housekeeping thread race for the same burial. */
TEST(a_child_is_buried_once_by_many)
{
    lw_runtime *runtime = start_runtime(NULL);
    pthread_t threads[THREADS];
    struct crowd crowd;
    size_t i;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        crowd.started = 0;
        crowd.child = start_helper(runtime, true, WORDS("deaf"));
        for (i = 0; i < THREADS; i++) {
            lwi_child_retain(crowd.child);
            CHECK_INT(pthread_create(&threads[i], NULL, end_it, &crowd), 0);
        }
        lwi_child_release(crowd.child);
        for (i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    CHECK_INT(lwi_runtime_live_children(runtime), 0);
    lw_runtime_destroy(runtime);
}

/* ---- options ---- */

TEST(options_of_another_version)
{
    struct {
        lw_runtime_options options;
        size_t later;
    } longer = { LW_RUNTIME_OPTIONS_INIT, 0 };
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;

    longer.options.struct_size = sizeof(longer);
    CHECK_INT(lw_runtime_create(&runtime, &longer.options, &err), LW_OK);
    lw_runtime_destroy(runtime);
    longer.later = 1;
    CHECK_INT(lw_runtime_create(&runtime, &longer.options, &err), LW_EINVAL);
    longer.options.struct_size = 0;
    CHECK_INT(lw_runtime_create(&runtime, &longer.options, &err), LW_EINVAL);
    CHECK(runtime == NULL);
    CHECK_INT(lw_runtime_create(NULL, NULL, &err), LW_EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigchld_may_be_ignored),
        cmocka_unit_test(the_program_may_reap_first),
        cmocka_unit_test(the_program_may_reap_everything_always),
        cmocka_unit_test(pidfds_are_not_needed),
        cmocka_unit_test(pidfds_are_not_needed_with_sigchld_ignored),
        cmocka_unit_test(pidfds_are_not_needed_where_the_program_reaps),
        cmocka_unit_test(a_start_has_a_tick_to_either_side),
        cmocka_unit_test(a_start_is_told_by_the_clock_or_by_proc),
        cmocka_unit_test(the_start_of_every_child_is_known),
        cmocka_unit_test(a_start_that_takes_long_is_read),
        cmocka_unit_test(running_out_of_descriptors_is_an_error_that_names_it),
        cmocka_unit_test(a_child_that_could_open_too_little_is_refused),
        cmocka_unit_test(a_soft_limit_is_raised_as_far_as_needed),
        cmocka_unit_test(every_system_call_may_fail),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(closing_our_descriptors_ends_in_errors),
        cmocka_unit_test(an_idle_runtime_survives_it_too),
        cmocka_unit_test(the_program_may_have_no_stdio),
        cmocka_unit_test(a_forked_copy_is_inert),
        cmocka_unit_test(destroying_a_runtime_ends_its_children),
        cmocka_unit_test(two_runtimes_do_not_know_each_other),
        cmocka_unit_test(nobody_holds_what_the_program_lets_be_inherited),
        cmocka_unit_test(an_idle_runtime_sleeps),
        cmocka_unit_test(eight_threads_spawn_at_once),
        cmocka_unit_test(a_child_is_buried_once_by_many),
        cmocka_unit_test(options_of_another_version),
    };

    return LWT_RUN(tests);
}

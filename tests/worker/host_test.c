/*
 * host_test.c - the program is a host, and the library a guest in it.
 *
 * Through the public calls alone: whatever the program does with its signals,
 * its descriptors, its threads, its user and its copies, requests end as they
 * should, and the program keeps what is its own. Each test is a process of its
 * own (support/isolated.h), which looks for what is left.
 */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "support/isolated.h"

#define LAUNCHER LW_BUILD_DIR "/lean-worker-child"
#define HELPER LW_BUILD_DIR "/tests/run_helper"
#define BOUND_MS 100000

/* Where the death may be known already, and another child waits in its place.
 */
#define SOON_MS 500

/* ---- workers ---- */

static lw_runtime *
start_runtime(void)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;

    options.launcher_path = LAUNCHER;
    if (lw_runtime_create(&runtime, &options, &err) != LW_OK)
        fprintf(stderr, "%s\n", err.message);
    CHECK(runtime != NULL);
    return runtime;
}

static int
try_worker(lw_worker **worker, lw_runtime *runtime, lw_error *err)
{
    static const char *const command[] = { HELPER, NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;

    config.command = command;
    config.cancel_grace_ms = BOUND_MS;
    return lw_worker_start(worker, runtime, &config, NULL, err);
}

static lw_worker *
start_worker(lw_runtime *runtime)
{
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;

    if (try_worker(&worker, runtime, &err) != LW_OK)
        fprintf(stderr, "%s\n", err.message);
    CHECK(worker != NULL);
    return worker;
}

static int
ping(lw_worker *worker)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;

    options.timeout_ms = BOUND_MS;
    return lw_worker_ping(worker, (lw_span){ "ping", 4 }, &options, &err);
}

static int
run(lw_worker *worker, const char *name, lw_span request, uint64_t timeout_ms,
    lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;
    int rc;

    options.timeout_ms = timeout_ms;
    options.cancel = cancel;
    spec.name = name;
    spec.request = request;
    rc = lw_worker_run(worker, &reply, &spec, NULL, &options, &err);
    lw_reply_destroy(reply);
    return rc;
}

static void
cycle(lw_worker *worker)
{
    lw_error err = LW_ERROR_INIT;

    CHECK_INT(lw_worker_cycle(worker, NULL, &err), LW_OK);
    CHECK_INT(ping(worker), LW_OK);
}

/* A request in another thread that lasts until its token is set. */
struct waiting {
    lw_worker *worker;
    lw_cancel *cancel;
    pthread_t thread;
    int rc;
};

static void *
wait_for_cancel(void *argument)
{
    struct waiting *waiting = argument;

    waiting->rc = run(waiting->worker, "waits", (lw_span){ "", 0 }, LW_NO_LIMIT,
                      waiting->cancel);
    return NULL;
}

static void
wait_busy(lw_worker *worker)
{
    while (lw_worker_get_state(worker) != LW_WORKER_BUSY)
        sched_yield();
}

static void
begin_waiting(struct waiting *waiting, lw_worker *worker)
{
    waiting->worker = worker;
    CHECK_INT(lw_cancel_create(&waiting->cancel, NULL), LW_OK);
    CHECK_INT(pthread_create(&waiting->thread, NULL, wait_for_cancel, waiting),
              0);
    wait_busy(worker);
}

static int
end_waiting(struct waiting *waiting)
{
    lw_cancel_set(waiting->cancel);
    pthread_join(waiting->thread, NULL);
    lw_cancel_destroy(waiting->cancel);
    return waiting->rc;
}

/* ---- SIGPIPE ---- */

/* How full the pipe is that a stopped child of run_helper reads from. */
static int
unread_bytes(pid_t pid)
{
    char path[64];
    int fd, count = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd/100", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    CHECK(fd >= 0);
    CHECK_INT(ioctl(fd, FIONREAD, &count), 0);
    close(fd);
    return count;
}

static void *
kill_while_it_is_written_to(void *argument)
{
    pid_t pid = *(const pid_t *)argument;

    while (unread_bytes(pid) < 65536)
        sched_yield();
    kill(pid, SIGKILL);
    return NULL;
}

TEST(sigpipe_does_not_come_when_a_worker_dies_during_a_large_write)
{
    static char large[4 * 1024 * 1024];
    lw_runtime *runtime = start_runtime();
    lw_worker *worker = start_worker(runtime);
    pid_t pid = lw_worker_get_pid(worker);
    pthread_t thread;
    int rc;

    signal(SIGPIPE, SIG_DFL);
    CHECK_INT(kill(pid, SIGSTOP), 0);
    CHECK_INT(pthread_create(&thread, NULL, kill_while_it_is_written_to, &pid),
              0);
    rc = run(worker, "echo", (lw_span){ large, sizeof(large) }, BOUND_MS, NULL);
    CHECK(lw_status_lost_worker(rc));
    pthread_join(thread, NULL);
    cycle(worker);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

/* ---- SIGCHLD ---- */

/* All that depends on how a child's end is learnt. */
static void
live_and_die(void)
{
    lw_runtime *runtime = start_runtime();
    lw_worker *worker = start_worker(runtime);
    struct waiting waiting;
    int i;

    CHECK_INT(ping(worker), LW_OK);
    CHECK_INT(run(worker, "waits", (lw_span){ "", 0 }, 10, NULL), LW_ETIMEOUT);
    begin_waiting(&waiting, worker);
    CHECK_INT(end_waiting(&waiting), LW_ECANCELLED);
    for (i = 0; i < 5; i++) {
        CHECK(lw_status_lost_worker(
            run(worker, "ends", (lw_span){ "", 0 }, BOUND_MS, NULL)));
        cycle(worker);
        kill(lw_worker_get_pid(worker), SIGKILL);
        CHECK(lw_status_lost_worker(
            run(worker, "waits", (lw_span){ "", 0 }, SOON_MS, NULL)));
        cycle(worker);
    }
    lw_worker_kill(worker);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

TEST(sigchld_may_be_ignored)
{
    signal(SIGCHLD, SIG_IGN);
    live_and_die();
}

static volatile sig_atomic_t reaped;

static void
reap_everything(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        reaped = 1;
    errno = saved;
}

/* Without SA_RESTART: what it interrupts fails with EINTR. */
TEST(a_handler_of_sigchld_may_reap_everything)
{
    struct sigaction action = { .sa_handler = reap_everything };

    CHECK_INT(sigaction(SIGCHLD, &action, NULL), 0);
    while (!reaped) /* a race with us, which it must win once to count */
        live_and_die();
}

/* ---- descriptors ---- */

enum { MANY = 40 };

static void
limit_descriptors(rlim_t count)
{
    struct rlimit limit = { count, count };

    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Starts workers until no more is possible; what there is goes on. */
static void
run_out_of_descriptors(size_t at_least)
{
    lw_runtime *runtime = start_runtime();
    lw_worker *workers[MANY] = { NULL };
    lw_error err = LW_ERROR_INIT;
    size_t count = 0, before, i;
    int rc = LW_OK;

    while (rc == LW_OK && count < MANY) {
        before = count_fds();
        rc = try_worker(&workers[count], runtime, &err);
        count += rc == LW_OK;
    }
    CHECK_INT(rc, LW_ELIMIT);
    CHECK(strstr(err.message, "RLIMIT_NOFILE") != NULL);
    CHECK_INT(count_fds(), before);
    CHECK(count >= at_least);
    for (i = 0; i < count; i++)
        CHECK_INT(ping(workers[i]), LW_OK);
    lw_worker_destroy(workers[0]);
    workers[0] = start_worker(runtime);
    for (i = 0; i < count; i++) {
        CHECK_INT(ping(workers[i]), LW_OK);
        lw_worker_destroy(workers[i]);
    }
    lw_runtime_destroy(runtime);
}

TEST(sixty_four_descriptors_are_a_limit_that_is_named)
{
    limit_descriptors(64);
    run_out_of_descriptors(4);
}

/* Opens /dev/null; the lowest number that is left, and the highest. */
static void
open_many(int *fds, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        CHECK(fds[i] >= 0);
    }
}

static void
close_many(const int *fds, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        close(fds[i]);
}

TEST(a_thousand_descriptors_that_are_almost_used_up)
{
    static int fds[940];

    limit_descriptors(1024);
    open_many(fds, LWI_COUNT(fds));
    run_out_of_descriptors(4);
    close_many(fds, LWI_COUNT(fds));
}

/* Beyond what select could watch. */
TEST(descriptors_may_have_numbers_above_1024)
{
    static int fds[1100];
    struct rlimit limit;
    lw_runtime *runtime;
    lw_worker *worker;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(limit.rlim_max >= 2048);
    limit_descriptors(2048);
    open_many(fds, LWI_COUNT(fds));
    runtime = start_runtime();
    worker = start_worker(runtime);
    CHECK_INT(ping(worker), LW_OK);
    CHECK_INT(run(worker, "waits", (lw_span){ "", 0 }, 10, NULL), LW_ETIMEOUT);
    cycle(worker);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    close_many(fds, LWI_COUNT(fds));
}

/* ---- fork ---- */

/* In the copy: what every call gives. 0 where all is as it should be. */
static int
try_copy(lw_runtime *runtime, lw_worker *worker)
{
    lw_worker *other = NULL;
    lw_error err = LW_ERROR_INIT;
    uint64_t rss_kib;
    lw_exit_report report = { .struct_size = sizeof(report) };

    alarm(BOUND_MS / 1000);
    if (ping(worker) != LW_EBADHANDLE)
        return 1;
    if (run(worker, "echo", (lw_span){ "", 0 }, BOUND_MS, NULL) !=
        LW_EBADHANDLE)
        return 2;
    if (lw_worker_cycle(worker, NULL, &err) != LW_EBADHANDLE)
        return 3;
    if (try_worker(&other, runtime, &err) != LW_EBADHANDLE || other != NULL)
        return 4;
    if (lw_worker_get_rss_kib(worker, &rss_kib, &err) != LW_EBADHANDLE)
        return 5;
    if (lw_worker_get_exit_report(worker, &report, &err) != LW_EBADHANDLE)
        return 6;
    if (lw_worker_get_state(worker) != LW_WORKER_DEAD ||
        lw_worker_get_pid(worker) != 0)
        return 7;
    lw_worker_kill(worker);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return 0;
}

static void
check_copy(int (*body)(lw_runtime *runtime, lw_worker *worker),
           lw_runtime *runtime, lw_worker *worker)
{
    int status;
    pid_t copy = (fork)();

    CHECK(copy >= 0);
    if (copy == 0)
        _exit(body(runtime, worker));
    CHECK_INT(waitpid(copy, &status, 0), copy);
    CHECK_INT(status, 0);
}

TEST(a_forked_copy_is_inert_and_harms_nobody)
{
    lw_runtime *runtime = start_runtime();
    lw_worker *worker = start_worker(runtime);
    struct waiting waiting;
    int i;

    check_copy(try_copy, runtime, worker);
    begin_waiting(&waiting, worker);
    for (i = 0; i < 10; i++) {
        check_copy(try_copy, runtime, worker);
        CHECK_INT(lw_worker_get_state(worker), LW_WORKER_BUSY);
    }
    CHECK_INT(end_waiting(&waiting), LW_ECANCELLED);
    CHECK_INT(ping(worker), LW_OK);
    CHECK_INT(lw_worker_get_generation(worker), 1);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

#ifndef __SANITIZE_THREAD__ /* which has no threads in a copy */
static int
start_anew(lw_runtime *runtime, lw_worker *worker)
{
    alarm(BOUND_MS / 1000);
    (void)runtime;
    (void)worker;
    runtime = start_runtime();
    worker = start_worker(runtime);
    if (ping(worker) != LW_OK)
        return 1;
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return 0;
}

TEST(a_forked_copy_may_have_a_runtime_of_its_own)
{
    lw_runtime *runtime = start_runtime();
    lw_worker *worker = start_worker(runtime);
    struct waiting waiting;

    begin_waiting(&waiting, worker);
    check_copy(start_anew, runtime, worker);
    CHECK_INT(end_waiting(&waiting), LW_ECANCELLED);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}
#endif

/* ---- runtimes ---- */

TEST(two_runtimes_have_workers_side_by_side)
{
    lw_runtime *one = start_runtime(), *two = start_runtime();
    lw_worker *a = start_worker(one), *b = start_worker(two);
    struct waiting waiting;

    CHECK_INT(ping(a), LW_OK);
    begin_waiting(&waiting, b);
    lw_worker_destroy(a);
    lw_runtime_destroy(one);
    CHECK_INT(lw_worker_get_state(b), LW_WORKER_BUSY);
    CHECK_INT(end_waiting(&waiting), LW_ECANCELLED);
    CHECK_INT(ping(b), LW_OK);
    CHECK_INT(lw_worker_get_generation(b), 1);
    lw_worker_destroy(b);
    lw_runtime_destroy(two);
}

/* ---- threads and signals ---- */

/* The signals that a process blocks, as the system lists them. */
static unsigned long long
blocked_signals(pid_t pid)
{
    unsigned long long set = ~0ull;
    char path[64], line[256];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    CHECK(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "SigBlk:", 7) == 0)
            set = strtoull(line + 7, NULL, 16);
    }
    fclose(file);
    return set;
}

static void *
work_with_all_blocked(void *runtime)
{
    sigset_t all;
    lw_worker *worker;

    sigfillset(&all);
    CHECK_INT(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
    worker = start_worker(runtime);
    CHECK_INT(ping(worker), LW_OK);
    CHECK_INT(blocked_signals(lw_worker_get_pid(worker)), 0);
    CHECK_INT(run(worker, "waits", (lw_span){ "", 0 }, 10, NULL), LW_ETIMEOUT);
    kill(lw_worker_get_pid(worker), SIGTERM);
    CHECK(lw_status_lost_worker(
        run(worker, "waits", (lw_span){ "", 0 }, SOON_MS, NULL)));
    lw_worker_destroy(worker);
    return NULL;
}

static volatile sig_atomic_t handled;
static volatile pid_t handled_by;

static void
note_thread(int number)
{
    (void)number;
    handled_by = (pid_t)syscall(SYS_gettid);
    handled++;
}

/* A child would inherit the mask; a handler runs where it is not blocked. */
TEST(a_thread_may_block_all_signals)
{
    struct sigaction action = { .sa_handler = note_thread };
    lw_runtime *runtime = start_runtime();
    lw_worker *worker = start_worker(runtime);
    pthread_t thread;
    int i;

    CHECK_INT(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_INT(pthread_create(&thread, NULL, work_with_all_blocked, runtime), 0);
    for (i = 0; i < 50; i++) {
        kill(getpid(), SIGUSR1);
        CHECK_INT(ping(worker), LW_OK);
        CHECK_INT(handled, i + 1);
        CHECK_INT(handled_by, getpid());
    }
    pthread_join(thread, NULL);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

/* ---- another user ---- */

#define NOBODY 65534u

/* Not root any more, in a process that was: not dumpable, and no powers. */
TEST(the_program_may_have_given_up_its_powers)
{
    if (geteuid() == 0) {
        CHECK_INT(setgroups(0, NULL), 0);
        CHECK_INT(setresgid(NOBODY, NOBODY, NOBODY), 0);
        CHECK_INT(setresuid(NOBODY, NOBODY, NOBODY), 0);
    }
    if (access(HELPER, X_OK) != 0) {
        fprintf(stderr, "not tested: only root can enter %s\n", HELPER);
        return;
    }
    live_and_die();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            sigpipe_does_not_come_when_a_worker_dies_during_a_large_write),
        cmocka_unit_test(sigchld_may_be_ignored),
        cmocka_unit_test(a_handler_of_sigchld_may_reap_everything),
        cmocka_unit_test(sixty_four_descriptors_are_a_limit_that_is_named),
        cmocka_unit_test(a_thousand_descriptors_that_are_almost_used_up),
        cmocka_unit_test(descriptors_may_have_numbers_above_1024),
        cmocka_unit_test(a_forked_copy_is_inert_and_harms_nobody),
#ifndef __SANITIZE_THREAD__
        cmocka_unit_test(a_forked_copy_may_have_a_runtime_of_its_own),
#endif
        cmocka_unit_test(two_runtimes_have_workers_side_by_side),
        cmocka_unit_test(a_thread_may_block_all_signals),
        cmocka_unit_test(the_program_may_have_given_up_its_powers),
    };

    return LWT_RUN(tests);
}

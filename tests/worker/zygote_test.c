/*
 * zygote_test.c - the library's side of a fork server, against a scripted one
 * (fake/fake_zygote.c) that may lie, stop and die at any point.
 *
 * Each test is a process of its own, which looks for what is left of
 * descriptors, threads and children.
 */
#include <lean_worker/export.h>
#include <lean_worker/zygote.h>

#include <pthread.h>

#include "support/isolated.h"
#include "worker/zygote.h"

#define PATIENCE_MS UINT64_C(100000)
#define PROGRAM LW_BUILD_DIR "/tests/fake_zygote"

static lw_runtime *runtime;
static lw_zygote *zygote;
static lw_error err;
static lw_worker_config config;
static lw_zygote_config forks;
static const char *command[5];
static char once[64];

/* ---- a fork server, and workers of it ---- */

static int
create(void)
{
    return lwi_zygote_create(&zygote, runtime, &forks, true, &err);
}

static void
prepare(const char *mode, const char *good_forks, bool only_once)
{
    static const lw_worker_config defaults = LW_WORKER_CONFIG_INIT;
    static const lw_zygote_config no_sessions = LW_ZYGOTE_CONFIG_INIT;
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    CHECK_INT(lw_runtime_create(&runtime, &options, &err), LW_OK);
    snprintf(once, sizeof(once), "/tmp/lw-zygote-test-%ld", (long)getpid());
    command[0] = PROGRAM;
    command[1] = mode;
    command[2] = good_forks;
    command[3] = only_once ? once : NULL;
    config = defaults;
    config.command = command;
    config.startup_timeout_ms = PATIENCE_MS;
    config.request_timeout_ms = PATIENCE_MS;
    forks = no_sessions;
    forks.worker = &config;
}

static void
begin(const char *mode, const char *good_forks, bool only_once)
{
    prepare(mode, good_forks, only_once);
    CHECK_INT(create(), LW_OK);
    config.fork_server = zygote;
}

static void
finish(void)
{
    lw_zygote_destroy(zygote);
    lw_runtime_destroy(runtime);
    unlink(once);
}

static lw_worker *
start(void)
{
    lw_worker *worker = NULL;

    if (lw_worker_start(&worker, runtime, &config, NULL, &err) != LW_OK)
        fprintf(stderr, "%s\n", err.message);
    CHECK(worker != NULL);
    return worker;
}

static lw_worker_metadata
metadata_of(lw_worker *worker)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };

    CHECK_INT(lw_worker_get_metadata(worker, &metadata, &err), LW_OK);
    return metadata;
}

static void
ping(lw_worker *worker)
{
    lw_span payload = { "well", 4 };

    CHECK_INT(lw_worker_ping(worker, payload, NULL, &err), LW_OK);
}

/* It works, and was forked; or was not, for a reason with this in it. */
static void
expect_worker(lw_worker *worker, const char *why_not)
{
    lw_worker_metadata metadata = metadata_of(worker);

    ping(worker);
    CHECK_INT(metadata.forked, why_not == NULL);
    if (why_not == NULL ? metadata.not_forked[0] != '\0'
                        : strstr(metadata.not_forked, why_not) == NULL) {
        fprintf(stderr, "it says: %s\n", metadata.not_forked);
        CHECK(false);
    }
}

static void
expect_start(const char *why_not)
{
    lw_worker *worker = start();

    expect_worker(worker, why_not);
    lw_worker_destroy(worker);
}

static lw_zygote_report
report(void)
{
    lw_zygote_report seen = { .struct_size = sizeof(seen) };

    CHECK_INT(lw_zygote_get_report(zygote, &seen, &err), LW_OK);
    return seen;
}

static void
expect_ready(void)
{
    if (lw_zygote_wait(zygote, PATIENCE_MS, NULL, &err) != LW_OK) {
        fprintf(stderr, "%s\n", err.message);
        CHECK(false);
    }
}

static void
expect_given_up(const char *why)
{
    CHECK_INT(lw_zygote_wait(zygote, PATIENCE_MS, NULL, &err), LW_EUNSUPPORTED);
    if (strstr(err.message, why) == NULL) {
        fprintf(stderr, "it says: %s\n", err.message);
        CHECK(false);
    }
    CHECK_INT(report().state, LW_ZYGOTE_GIVEN_UP);
    CHECK_INT(report().pid, 0);
    expect_start(why);
}

static int
run(lw_worker *worker, const char *script)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "any";
    spec.request = (lw_span){ script, strlen(script) };
    rc = lw_worker_run(worker, &reply, &spec, NULL, NULL, &err);
    lw_reply_destroy(reply);
    return rc;
}

static lw_exit_report
exit_of(lw_worker *worker)
{
    lw_exit_report seen = { .struct_size = sizeof(seen) };

    CHECK_INT(lw_worker_get_exit_report(worker, &seen, &err), LW_OK);
    return seen;
}

/* ---- a good one ---- */

TEST(workers_are_forked)
{
    lw_worker *workers[8];
    size_t i;

    begin("good", "0", false);
    expect_ready();
    for (i = 0; i < LWI_COUNT(workers); i++)
        workers[i] = start();
    for (i = 0; i < LWI_COUNT(workers); i++)
        expect_worker(workers[i], NULL);
    CHECK_INT(report().state, LW_ZYGOTE_READY);
    CHECK_INT(report().starts, 1);
    CHECK_INT(report().forks, LWI_COUNT(workers));
    CHECK_INT(report().fallbacks, 0);
    CHECK(report().pid > 0);
    for (i = 0; i < LWI_COUNT(workers); i++)
        lw_worker_destroy(workers[i]);
    finish();
}

TEST(their_ends_are_told)
{
    lw_worker *worker;

    begin("good", "0", false);
    expect_ready();
    worker = start();
    CHECK_INT(run(worker, "-- fake: stderr last words\n-- fake: exit 3\n"),
              LW_ECHILDEXITED);
    CHECK_INT(exit_of(worker).exit_code, 3);
    CHECK_INT(exit_of(worker).exit_signal, 0);
    CHECK(strcmp(exit_of(worker).cause, "ended_itself") == 0);
    CHECK(exit_of(worker).stderr_bytes > 0);
    CHECK_INT(run(worker, "-- fake: signal 9\n"), LW_ECHILDCRASHED);
    CHECK_INT(exit_of(worker).exit_signal, SIGKILL);
    CHECK(strcmp(exit_of(worker).cause, "killed") == 0);
    ping(worker);
    lw_worker_kill(worker);
    ping(worker); /* on the next fork */
    CHECK_INT(metadata_of(worker).forked, true);
    CHECK_INT(lw_worker_shutdown(worker, PATIENCE_MS, NULL, &err), LW_OK);
    CHECK(strcmp(exit_of(worker).cause, "orderly") == 0);
    CHECK_INT(report().forks, 4);
    lw_worker_destroy(worker);
    finish();
}

TEST(a_fork_for_each_request)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker *worker;
    int i, last = 0;

    begin("good", "0", false);
    expect_ready();
    policy.max_requests = 1;
    policy.max_restarts = 0;
    config.policy = &policy;
    worker = start();
    for (i = 0; i < 20; i++) {
        ping(worker);
        CHECK(lw_worker_get_pid(worker) != last);
        last = lw_worker_get_pid(worker);
        CHECK_INT(metadata_of(worker).forked, true);
    }
    CHECK_INT(report().forks, 20);
    lw_worker_destroy(worker);
    finish();
}

static int
kill_zygote(const lw_notice *notice, void *user)
{
    (void)notice;
    (void)user;
    CHECK(kill(report().pid, SIGKILL) == 0);
    return 0;
}

/* In the middle of a request, so that it is that child's. */
static int
run_and_kill_zygote(lw_worker *worker)
{
    static const char script[] = "-- fake: mirror\n-- fake: hang\n";
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;

    spec.name = "any";
    spec.request = (lw_span){ script, sizeof(script) - 1 };
    sinks.notice = kill_zygote;
    return lw_worker_run(worker, &reply, &spec, &sinks, NULL, &err);
}

TEST(a_dead_one_takes_its_forks_along_and_is_replaced)
{
    lw_worker *worker;

    begin("good", "0", false);
    expect_ready();
    worker = start();
    CHECK_INT(run_and_kill_zygote(worker), LW_ECHILDCRASHED);
    CHECK(strcmp(exit_of(worker).cause, "fork_server") == 0 ||
          strcmp(exit_of(worker).cause, "killed") == 0);
    while (report().starts < 2) /* with a bound: expect_ready */
        expect_ready();
    expect_ready();
    ping(worker);
    CHECK_INT(metadata_of(worker).forked, true);
    lw_worker_destroy(worker);
    finish();
}

TEST(a_worker_may_outlive_it)
{
    lw_worker *worker;

    begin("good", "0", false);
    expect_ready();
    worker = start();
    lw_zygote_destroy(zygote);
    CHECK(lw_worker_ping(worker, (lw_span){ "x", 1 }, NULL, &err) ==
              LW_ECHILDCRASHED ||
          !metadata_of(worker).forked);
    ping(worker);
    expect_worker(worker, "destroyed");
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
}

/* Dead, whether or not anybody has collected it. */
static bool
is_gone(int pid)
{
    char path[64], text[512], *at;
    bool gone = true;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return true;
    at = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
    if (at != NULL)
        gone = at[2] == 'Z' || at[2] == 'X';
    fclose(file);
    return gone;
}

/* A program that is about to be killed; tells who its children are. */
static _Noreturn void
be_a_program(int out)
{
    int pids[2];

    begin("good", "0", false);
    expect_ready();
    pids[0] = report().pid;
    pids[1] = lw_worker_get_pid(start());
    CHECK(write(out, pids, sizeof(pids)) == (ssize_t)sizeof(pids));
    for (;;)
        pause();
}

TEST(all_end_with_the_program)
{
    int ends[2], pids[2], status;
    pid_t program;

    CHECK(pipe(ends) == 0);
    program = (fork)();
    CHECK(program >= 0);
    if (program == 0)
        be_a_program(ends[1]);
    CHECK(read(ends[0], pids, sizeof(pids)) == (ssize_t)sizeof(pids));
    CHECK(!is_gone(pids[0]) && !is_gone(pids[1]));
    CHECK(kill(program, SIGKILL) == 0);
    CHECK(waitpid(program, &status, 0) == program);
    while (!is_gone(pids[0]) || !is_gone(pids[1]))
        usleep(1000); /* bounded by the test's own time */
    close(ends[0]);
    close(ends[1]);
}

TEST(workers_before_it_is_ready_are_plain)
{
    begin("mute", "0", false);
    expect_start("not ready");
    CHECK_INT(lw_zygote_wait(zygote, 0, NULL, &err), LW_ETIMEOUT);
    CHECK_INT(report().state, LW_ZYGOTE_STARTING);
    CHECK_INT(report().fallbacks, 1);
    finish(); /* though it never says a word */
}

TEST(a_worker_of_another_config_is_plain)
{
    static const char *const environment[] = { "LW_TEST=other", NULL };

    begin("good", "0", false);
    expect_ready();
    config.environment = environment;
    expect_start("another host, environment or folder");
    config.environment = NULL;
    config.working_directory = "/";
    expect_start("another host, environment or folder");
    config.working_directory = NULL;
    expect_start(NULL);
    finish();
}

TEST(a_command_has_no_fork_server)
{
    lw_zygote *other = NULL;

    begin("good", "0", false);
    config.fork_server = NULL;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_OK);
    CHECK_INT(lw_zygote_wait(other, PATIENCE_MS, NULL, &err), LW_EUNSUPPORTED);
    CHECK(strstr(err.message, "command") != NULL);
    lw_zygote_destroy(other);
    finish();
}

TEST(wrong_calls_are_refused)
{
    static const char *const bad[] = { "no name", NULL };
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_zygote_report seen = { .struct_size = 1 };
    lw_zygote *other = NULL;
    lw_cancel *cancel = NULL;

    begin("mute", "0", false);
    CHECK_INT(lw_zygote_get_report(zygote, &seen, &err), LW_EINVAL);
    CHECK_INT(lw_zygote_get_report(zygote, NULL, &err), LW_EINVAL);
    CHECK_INT(lw_zygote_wait(zygote, LW_TIMEOUT_MAX_MS + 1, NULL, &err),
              LW_EINVAL);
    CHECK_INT(lw_zygote_wait(NULL, 0, NULL, &err), LW_EBADHANDLE);
    CHECK_INT(lw_zygote_create(&other, runtime, NULL, &err), LW_EINVAL);
    CHECK_INT(lw_zygote_create(NULL, runtime, &forks, &err), LW_EINVAL);
    CHECK_INT(lw_zygote_create(&other, NULL, &forks, &err), LW_EBADHANDLE);
    forks.session_count = 1;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    forks.sessions = &session;
    session.struct_size = 1;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    session.struct_size = sizeof(session);
    session.imports = bad;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    session.imports = NULL;
    forks.preload_timeout_ms = 0;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    forks.preload_timeout_ms = LW_NO_LIMIT;
    forks.session_count = LW_ZYGOTE_SESSIONS_MAX + 1;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    forks.worker = NULL;
    CHECK_INT(lw_zygote_create(&other, runtime, &forks, &err), LW_EINVAL);
    CHECK(other == NULL);
    CHECK_INT(lw_cancel_create(&cancel, &err), LW_OK);
    lw_cancel_set(cancel);
    CHECK_INT(lw_zygote_wait(zygote, PATIENCE_MS, cancel, &err), LW_ECANCELLED);
    lw_cancel_destroy(cancel);
    lw_zygote_destroy(NULL);
    finish();
}

/* ---- those that cannot be ---- */

TEST(one_that_ends_is_given_up)
{
    begin("end", "0", false);
    expect_given_up("no fork server today");
    finish();
}

TEST(one_that_is_not_quiet_is_given_up)
{
    begin("noisy", "0", false);
    expect_given_up("not quiet");
    finish();
}

TEST(one_that_talks_rubbish_is_given_up)
{
    begin("word", "0", false);
    expect_given_up("unknown");
    finish();
    begin("long", "0", false);
    expect_given_up("unknown");
    finish();
}

/* Of the probe. */
static void
give_up_at_probe(const char *mode, const char *why)
{
    begin(mode, "0", false);
    expect_given_up(why);
    finish();
}

TEST(one_whose_first_fork_is_none_is_given_up)
{
    give_up_at_probe("none", "no fork of it");
    give_up_at_probe("self", "no fork of it");
    give_up_at_probe("die", "ended");
    give_up_at_probe("reserved", "not permitted");
}

TEST(one_whose_first_fork_does_not_speak_is_given_up)
{
    prepare("hang", "0", false);
    config.startup_timeout_ms = 300; /* is to pass */
    CHECK_INT(create(), LW_OK);
    CHECK_INT(lw_zygote_wait(zygote, PATIENCE_MS, NULL, &err), LW_EUNSUPPORTED);
    finish();
}

/* ---- those that turn ---- */

/* The third fork goes wrong: its worker is plain, later ones are forked. */
static void
turn(const char *mode, const char *why, uint64_t bound_ms)
{
    lw_worker *before;

    begin(mode, "2", true);
    expect_ready();
    before = start();
    expect_worker(before, NULL);
    lwi_zygote_set_fork_bound(zygote, bound_ms);
    expect_start(why);
    lwi_zygote_set_fork_bound(zygote, PATIENCE_MS);
    expect_worker(before, NULL); /* it lives on */
    while (report().starts < 2)
        expect_ready();
    expect_ready();
    expect_start(NULL);
    lw_worker_destroy(before);
    finish();
}

TEST(what_it_hands_over_is_looked_at)
{
    turn("none", "no fork of it", PATIENCE_MS);
    turn("pipe", "no fork of it", PATIENCE_MS);
    turn("self", "no fork of it", PATIENCE_MS);
    turn("parent", "no fork of it", PATIENCE_MS);
    turn("two", "no fork of it", PATIENCE_MS);
    turn("packet", "no fork of it", PATIENCE_MS);
    turn("babble", "no fork of it", PATIENCE_MS);
    turn("close", "refused", PATIENCE_MS);
    turn("reserved", "not permitted", PATIENCE_MS);
}

TEST(one_that_does_not_answer_is_waited_for_no_longer_than_the_bound)
{
    turn("silent", "did not answer within 300 ms", 300);
}

/* Without the bound: it would be more than the test's own time. */
TEST(one_that_is_stopped_is_found_so)
{
    turn("stop", "it was stopped", LW_TIMEOUT_MAX_MS);
}

/* ---- what is opened before it forks ---- */

static const char *const imports[] = { "Wanted", NULL };

static void
begin_with_session(const char *mode, lw_session_spec *session, bool only_once)
{
    *session = (lw_session_spec)LW_SESSION_SPEC_INIT;
    session->imports = imports;
    prepare(mode, "0", only_once);
    forks.sessions = session;
    forks.session_count = 1;
    CHECK_INT(create(), LW_OK);
    config.fork_server = zygote;
}

TEST(it_is_told_what_to_open)
{
    lw_session session = LW_SESSION_NONE;
    lw_session_spec spec;
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    lw_worker *worker;

    begin_with_session("good", &spec, false);
    expect_ready();
    CHECK_INT(report().sessions, 1);
    CHECK_INT(report().status, LW_OK);
    CHECK(report().ready_us > 0);
    worker = start();
    CHECK_INT(lw_worker_open_session(worker, &session, &spec, NULL, NULL, &err),
              LW_OK);
    CHECK(session.preloaded);
    CHECK_INT(lw_worker_get_stats(worker, &stats, &err), LW_OK);
    CHECK_INT(stats.imports, 0);
    CHECK_INT(stats.sessions_preloaded, 1);
    spec.imports = NULL; /* what it has not is opened as ever */
    CHECK_INT(lw_worker_open_session(worker, &session, &spec, NULL, NULL, &err),
              LW_OK);
    CHECK(!session.preloaded);
    CHECK_INT(lw_worker_get_stats(worker, &stats, &err), LW_OK);
    CHECK_INT(stats.imports, 1);
    CHECK_INT(stats.sessions_preloaded, 1);
    lw_worker_destroy(worker);
    finish();
}

static void
give_up_with_session(const char *mode, lw_status status, const char *why)
{
    lw_session_spec spec;

    begin_with_session(mode, &spec, false);
    expect_given_up(why);
    CHECK_INT(report().status, status);
    CHECK_INT(report().starts, 0);
    CHECK_INT(report().sessions, 0);
    finish();
}

TEST(a_session_that_cannot_be_opened_is_a_reason)
{
    give_up_with_session("import", LW_EHEADER,
                         "unknown module prefix 'Wanted'");
    give_up_with_session("option", LW_EWORKER, "unknown option");
    give_up_with_session("panic", LW_ECHILDEXITED, "ended before it was ready");
    give_up_with_session("noisy", LW_EUNSUPPORTED, "not quiet");
}

/* That says nothing of its sessions: the next one may open them. */
TEST(one_that_is_stopped_before_it_is_ready_is_replaced)
{
    lw_session_spec session;

    begin_with_session("halt", &session, true);
    expect_ready();
    expect_start(NULL);
    finish();
}

TEST(a_session_that_takes_too_long_is_given_up_at_once)
{
    lw_session_spec spec;

    begin_with_session("good", &spec, false);
    lw_zygote_destroy(zygote);
    command[1] = "mute";
    config.fork_server = NULL;
    config.startup_timeout_ms = 100;
    forks.preload_timeout_ms = 100;
    CHECK_INT(create(), LW_OK);
    CHECK_INT(lw_zygote_wait(zygote, PATIENCE_MS, NULL, &err), LW_EUNSUPPORTED);
    CHECK_INT(report().status, LW_ETIMEOUT);
    finish();
}

/* ---- one that others hold ---- */

TEST(a_retired_one_ends_with_its_last_fork)
{
    lw_worker *worker;
    int pid;

    begin("good", "0", false);
    expect_ready();
    worker = start();
    pid = report().pid;
    lwi_zygote_retire(zygote);
    CHECK(!is_gone(pid));
    ping(worker);
    lw_worker_kill(worker);
    ping(worker); /* without it */
    CHECK(strstr(metadata_of(worker).not_forked, "destroyed") != NULL);
    while (!is_gone(pid))
        usleep(1000); /* bounded by the test's own time */
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    begin("good", "0", false);
    expect_ready();
    pid = report().pid;
    lwi_zygote_retire(zygote);
    while (!is_gone(pid))
        usleep(1000);
    lw_runtime_destroy(runtime);
}

TEST(one_that_dies_when_it_is_asked_is_replaced)
{
    begin("die", "1", true);
    expect_ready();
    expect_start("ended");
    while (report().starts < 2)
        expect_ready();
    expect_start(NULL);
    finish();
}

/* The process is as good as before. */
TEST(a_limit_of_the_system_is_no_fault_of_its)
{
    begin("limit", "1", false);
    expect_ready();
    expect_start("RLIMIT_NPROC");
    expect_start("RLIMIT_NPROC");
    CHECK_INT(report().starts, 1);
    CHECK_INT(report().state, LW_ZYGOTE_READY);
    finish();
}

/* ---- ends that are not told as they should be ---- */

static void
end_with(const char *mode, const char *cause, int code)
{
    lw_worker *worker;

    begin(mode, "1", false);
    expect_ready();
    worker = start();
    CHECK_INT(run(worker, "-- fake: exit 3\n") < 0, true);
    if (strcmp(exit_of(worker).cause, cause) != 0)
        fprintf(stderr, "%s: %s\n", mode, exit_of(worker).cause);
    CHECK(strcmp(exit_of(worker).cause, cause) == 0);
    CHECK_INT(exit_of(worker).exit_code, code);
    ping(worker);
    lw_worker_destroy(worker);
    finish();
}

TEST(an_end_is_told_or_not)
{
    end_with("untold", "fork_server", -1);
    end_with("lie", "fork_server", -1);
    end_with("mangled", "fork_server", -1);
    end_with("ahead", "ended_itself", 7); /* believed, once it has ended */
}

/* ---- many at once ---- */

#define THREADS 8

static void *
churn(void *user)
{
    int i;

    (void)user;
    for (i = 0; i < 12; i++) {
        lw_error error = LW_ERROR_INIT;
        lw_worker *worker = NULL;

        CHECK_INT(lw_worker_start(&worker, runtime, &config, NULL, &error),
                  LW_OK);
        if (i % 3 == 0)
            lw_worker_kill(worker);
        else
            CHECK_INT(lw_worker_ping(worker, (lw_span){ "x", 1 }, NULL, &error),
                      LW_OK);
        lw_worker_destroy(worker);
    }
    return NULL;
}

TEST(threads_fork_and_kill_at_once)
{
    pthread_t threads[THREADS];
    size_t i;

    begin("good", "0", false);
    expect_ready();
    for (i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, churn, NULL), 0);
    for (i = 0; i < THREADS; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    CHECK_INT(report().forks + report().fallbacks, THREADS * 12);
    finish();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_are_forked),
        cmocka_unit_test(their_ends_are_told),
        cmocka_unit_test(a_fork_for_each_request),
        cmocka_unit_test(a_dead_one_takes_its_forks_along_and_is_replaced),
        cmocka_unit_test(a_worker_may_outlive_it),
        cmocka_unit_test(all_end_with_the_program),
        cmocka_unit_test(workers_before_it_is_ready_are_plain),
        cmocka_unit_test(a_worker_of_another_config_is_plain),
        cmocka_unit_test(a_command_has_no_fork_server),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(one_that_ends_is_given_up),
        cmocka_unit_test(one_that_is_not_quiet_is_given_up),
        cmocka_unit_test(one_that_talks_rubbish_is_given_up),
        cmocka_unit_test(one_whose_first_fork_is_none_is_given_up),
        cmocka_unit_test(one_whose_first_fork_does_not_speak_is_given_up),
        cmocka_unit_test(what_it_hands_over_is_looked_at),
        cmocka_unit_test(
            one_that_does_not_answer_is_waited_for_no_longer_than_the_bound),
        cmocka_unit_test(one_that_is_stopped_is_found_so),
        cmocka_unit_test(it_is_told_what_to_open),
        cmocka_unit_test(a_session_that_cannot_be_opened_is_a_reason),
        cmocka_unit_test(one_that_is_stopped_before_it_is_ready_is_replaced),
        cmocka_unit_test(a_session_that_takes_too_long_is_given_up_at_once),
        cmocka_unit_test(a_retired_one_ends_with_its_last_fork),
        cmocka_unit_test(one_that_dies_when_it_is_asked_is_replaced),
        cmocka_unit_test(a_limit_of_the_system_is_no_fault_of_its),
        cmocka_unit_test(an_end_is_told_or_not),
        cmocka_unit_test(threads_fork_and_kill_at_once),
    };

    return LWT_RUN(tests);
}

/* proc_child_test.c - a child's life and death, every way that is planned. */
#include <fcntl.h>
#include <sys/wait.h>

#include "proc/proc_support.h"

/* ---- the ways to end ---- */

static void
ends_with(bool launch, const char *const *words, enum lwi_exit_kind kind,
          int number, enum lwi_death_cause cause)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, launch, words);
    struct lwi_obituary obituary = bury(child);

    CHECK_INT(obituary.exit_kind, kind);
    CHECK_INT(kind == LWI_EXIT_CODE ? obituary.exit_code : obituary.exit_signal,
              number);
    CHECK_INT(lwi_obituary_cause(&obituary, false), cause);
    CHECK_INT(obituary.kill_reason, LWI_KILL_NONE);
    CHECK(obituary.has_usage && obituary.lifetime_ns > 0);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(exit_codes_are_told)
{
    ends_with(true, WORDS("exit", "0"), LWI_EXIT_CODE, 0,
              LWI_DEATH_ENDED_ITSELF);
    ends_with(true, WORDS("exit", "7"), LWI_EXIT_CODE, 7,
              LWI_DEATH_ENDED_ITSELF);
    ends_with(false, WORDS("exit", "255"), LWI_EXIT_CODE, 255,
              LWI_DEATH_ENDED_ITSELF);
}

TEST(signals_are_told)
{
    ends_with(true, WORDS("raise", "11"), LWI_EXIT_SIGNAL, SIGSEGV,
              LWI_DEATH_SIGNAL);
    ends_with(false, WORDS("raise", "9"), LWI_EXIT_SIGNAL, SIGKILL,
              LWI_DEATH_KILLED);
    ends_with(true, WORDS("raise", "15"), LWI_EXIT_SIGNAL, SIGTERM,
              LWI_DEATH_SIGNAL);
}

TEST(last_words_are_told)
{
    ends_with(true,
              WORDS("say", "INTERNAL PANIC: out of memory\n", "exit", "1"),
              LWI_EXIT_CODE, 1, LWI_DEATH_OUT_OF_MEMORY);
    ends_with(true,
              WORDS("say", "Stack overflow detected. Aborting.\n", "abort"),
              LWI_EXIT_SIGNAL, SIGABRT, LWI_DEATH_DEEP_RECURSION);
    ends_with(true,
              WORDS("say", "INTERNAL PANIC: out of memory\n", "exit", "3"),
              LWI_EXIT_CODE, 3, LWI_DEATH_ENDED_ITSELF);
}

static void
ends_by_limit(struct lwi_child_spec spec, int number,
              enum lwi_death_cause cause)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = NULL;
    struct lwi_obituary obituary;

    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_OK);
    obituary = bury(child);
    CHECK_INT(obituary.exit_signal, number);
    CHECK_INT(lwi_obituary_cause(&obituary, false), cause);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(limits_end_it)
{
    struct lwi_child_spec spec = helper_spec(true, WORDS("spin"));

    spec.cpu_limit_s = 1;
    ends_by_limit(spec, SIGXCPU, LWI_DEATH_CPU_LIMIT);
    spec = helper_spec(true, WORDS("write-file"));
    spec.file_limit_kib = 1024;
    ends_by_limit(spec, SIGXFSZ, LWI_DEATH_FILE_LIMIT);
    spec = helper_spec(true, WORDS("grow", "64", "hold"));
    spec.rss_limit_kib = 32 * 1024;
    ends_by_limit(spec, SIGKILL, LWI_DEATH_MEMORY_LIMIT);
}

/* ---- being killed ---- */

static void
killed_for(const char *const *words, enum lwi_kill_reason reason,
           enum lwi_death_cause cause)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, words);
    struct lwi_obituary obituary;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    lwi_child_kill(child, reason);
    lwi_child_kill(child, LWI_KILL_POLICY); /* the first reason stays */
    obituary = bury(child);
    CHECK_INT(obituary.exit_signal, SIGKILL);
    CHECK_INT(obituary.kill_reason, reason);
    CHECK_INT(lwi_obituary_cause(&obituary, false), cause);
    lwi_child_kill(child, LWI_KILL_TIMEOUT); /* of a buried one: nothing */
    lwi_child_terminate(child, 10);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(kills_have_reasons)
{
    killed_for(WORDS("hold"), LWI_KILL_TIMEOUT, LWI_DEATH_TIMEOUT);
    killed_for(WORDS("deaf"), LWI_KILL_CANCELLED, LWI_DEATH_CANCELLED);
}

TEST(a_stopped_child_is_killed)
{
    killed_for(WORDS("stop"), LWI_KILL_PROTOCOL, LWI_DEATH_PROTOCOL);
}

TEST(a_kill_after_death_is_no_reason)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("exit", "3"));
    struct lwi_obituary obituary;

    CHECK(readable_within(lwi_child_get_fds(child).death, 10000));
    lwi_child_kill(child, LWI_KILL_TIMEOUT);
    obituary = bury(child);
    CHECK_INT(obituary.exit_code, 3);
    CHECK_INT(obituary.kill_reason, LWI_KILL_NONE);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

static struct lwi_obituary
terminated(lw_runtime *runtime, struct lwi_child **child,
           const char *const *words, bool wait_ready, uint64_t grace_ms)
{
    *child = start_helper(runtime, true, words);
    if (wait_ready)
        CHECK_INT(strcmp(read_line(*child), "ready"), 0);
    lwi_child_terminate(*child, grace_ms);
    return bury(*child);
}

TEST(the_polite_end_has_three_steps)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_obituary obituary;
    struct lwi_child *child;

    obituary = terminated(runtime, &child, WORDS("echo"), false, 10000);
    CHECK_INT(obituary.exit_code, 0);
    CHECK_INT(obituary.kill_reason, LWI_KILL_NONE);
    CHECK_INT(write(lwi_child_get_fds(child).request, "x", 1), 1);
    lwi_child_release(child);

    obituary = terminated(runtime, &child, WORDS("hold"), true, 100);
    CHECK_INT(obituary.exit_signal, SIGTERM);
    CHECK_INT(obituary.kill_reason, LWI_KILL_SHUTDOWN);
    CHECK_INT(lwi_obituary_cause(&obituary, false), LWI_DEATH_STOPPED);
    CHECK_INT(lwi_obituary_cause(&obituary, true), LWI_DEATH_ORDERLY);
    lwi_child_release(child);

    obituary = terminated(runtime, &child, WORDS("deaf"), true, 100);
    CHECK_INT(obituary.exit_signal, SIGKILL);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(wait_buried_has_a_bound)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));
    struct lwi_obituary obituary;

    CHECK_INT(lwi_child_wait_buried(child, 0), LW_ETIMEOUT);
    CHECK_INT(lwi_child_wait_buried(child, in_ms(20)), LW_ETIMEOUT);
    CHECK(!lwi_child_get_obituary(child, &obituary));
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

/* ---- grandchildren ---- */

/* One that holds all pipes must not hold up the burial. */
static void
grandchild_keeps_pipes(bool own_session)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child =
        start_helper(runtime, true, WORDS("keep", own_session ? "1" : "0"));
    struct lwi_obituary obituary;
    pid_t grandchild = (pid_t)strtol(read_line(child), NULL, 10);
    int watched = watch_process(grandchild);

    obituary = bury(child);
    CHECK_INT(obituary.exit_code, 0);
    if (own_session) {
        CHECK(!readable_within(watched, 0)); /* it escaped: by design */
        kill(grandchild, SIGKILL);
    }
    wait_gone(watched);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(a_grandchild_that_keeps_pipes_dies_with_the_group)
{
    grandchild_keeps_pipes(false);
}

TEST(a_grandchild_that_left_the_group_does_not_block)
{
    grandchild_keeps_pipes(true);
}

/* ---- what it writes ---- */

TEST(responses_stay_readable_after_death)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("echo"));
    struct lwi_child_fds fds = lwi_child_get_fds(child);

    CHECK_INT(write(fds.request, "last\n", 5), 5);
    CHECK_INT(strcmp(read_line(child), "last"), 0);
    CHECK_INT(write(fds.request, "words\n", 6), 6);
    lwi_child_terminate(child, 10000);
    bury(child);
    CHECK_INT(strcmp(read_line(child), "words"), 0);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(cancel_has_its_own_pipe)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("wait-cancel"));
    struct lwi_obituary obituary;

    CHECK_INT(strcmp(read_line(child), "ready"), 0);
    CHECK_INT(write(lwi_child_get_fds(child).cancel, "c", 1), 1);
    obituary = bury(child);
    CHECK_INT(obituary.exit_code, 0);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(writing_to_the_dead_raises_nothing)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("exit", "0"));
    struct lwi_child_fds fds = lwi_child_get_fds(child);
    static char data[65536];
    ssize_t n;

    bury(child);
    do
        n = write(fds.request, data, sizeof(data));
    while (n > 0);
    CHECK(n < 0 && errno == EAGAIN);
    CHECK_INT(write(fds.cancel, "c", 1), 1);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(a_flood_on_stderr_is_bounded)
{
    enum { BYTES = 50 * 1000 * 1000 };
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child =
        start_helper(runtime, true, WORDS("flood", "50000000"));
    struct lwi_obituary obituary = bury(child);

    CHECK_INT(obituary.exit_code, 0);
    CHECK_INT(obituary.stderr_bytes, BYTES);
    CHECK_INT(obituary.stderr_head.size, LWI_STDERR_HEAD_BYTES);
    CHECK_INT(obituary.stderr_tail.size, LWI_STDERR_TAIL_DEFAULT);
    CHECK(memcmp(obituary.stderr_head.data, "abcdefg", 7) == 0);
    CHECK_INT(obituary.stderr_tail.data[LWI_STDERR_TAIL_DEFAULT - 1],
              'a' + (BYTES - 1) % 65536 % 26);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

/* ---- how it is started ---- */

TEST(the_launcher_sets_it_up)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = helper_spec(true, WORDS("report"));
    const char *env[] = { "LWT_ONE=1", "LWT_TWO", NULL };
    struct lwi_child *child = NULL;
    sigset_t blocked;
    int leaked = open("/dev/null", O_RDONLY); /* not close-on-exec */

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGPIPE, SIG_IGN);
    setenv("LWT_TWO", "inherited", 1);
    spec.env = env;
    spec.cwd = "/proc";
    spec.cpu_limit_s = 100;
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_OK);
    CHECK_INT(strcmp(read_line(child), "fds 0 1 2 10 11 12"), 0);
    CHECK_INT(strcmp(read_line(child), "odd signals 0"), 0);
    CHECK_INT(strcmp(read_line(child), "leads its group 1"), 0);
    CHECK_INT(strcmp(read_line(child), "parent death signal 9"), 0);
    CHECK_INT(strcmp(read_line(child), "core 0 0"), 0);
    CHECK_INT(strcmp(read_line(child), "cpu 100 102"), 0);
    CHECK_INT(strncmp(read_line(child), "file ", 5), 0);
    CHECK_INT(strcmp(read_line(child), "1000"), 0);
    CHECK_INT(strcmp(read_line(child), "input /dev/null"), 0);
    CHECK_INT(strcmp(read_line(child), "/proc"), 0);
    CHECK_INT(strcmp(read_line(child), "1"), 0);
    CHECK_INT(strcmp(read_line(child), "unset"), 0);
    bury(child);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
    close(leaked);
}

TEST(directly_it_has_the_pipes_on_0_to_3)
{
    lw_runtime *runtime = start_runtime(NULL);
    int leaked = open("/dev/null", O_RDONLY);
    struct lwi_child *child = start_helper(runtime, false, WORDS("report"));

    CHECK_INT(strcmp(read_line(child), "fds 0 1 2 3"), 0);
    CHECK_INT(strcmp(read_line(child), "odd signals 0"), 0);
    CHECK_INT(strcmp(read_line(child), "leads its group 1"), 0);
    bury(child);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
    close(leaked);
}

static void
does_not_start(bool launch, const char *program, const char *cwd, int status,
               int number)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    struct lwi_child *child = NULL;
    lw_error err = LW_ERROR_INIT;
    const char *argv[] = { program, NULL };

    spec.argv = argv;
    spec.launch = launch;
    spec.cwd = cwd;
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, &err), status);
    CHECK_INT(err.status, status);
    CHECK_INT(err.system_errno, number);
    CHECK(child == NULL);
    CHECK(strstr(err.message, cwd != NULL ? cwd : program) != NULL);
    CHECK_INT(lwi_runtime_live_children(runtime), 0);
    lw_runtime_destroy(runtime);
}

TEST(a_failed_exec_is_not_a_death)
{
    does_not_start(true, "/nonexistent/program", NULL, LW_ESPAWN, ENOENT);
    does_not_start(false, "/nonexistent/program", NULL, LW_ESPAWN, ENOENT);
    does_not_start(true, "/etc/passwd", NULL, LW_ESPAWN, EACCES);
    does_not_start(false, "/etc/passwd", NULL, LW_ESPAWN, EACCES);
    does_not_start(true, "/bin/true", "/nonexistent", LW_ESPAWN, ENOENT);
    does_not_start(true, "/bin/true", "/etc/passwd", LW_ESPAWN, ENOTDIR);
}

static void
bad_launcher(const char *path, int status, const char *text)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    struct lwi_child_spec spec = helper_spec(true, WORDS("exit", "0"));
    struct lwi_child *child = NULL;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;

    options.launcher_path = path;
    CHECK_INT(lw_runtime_create(&runtime, &options, &err), LW_OK);
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, &err), status);
    CHECK(strstr(err.message, text) != NULL);
    lw_runtime_destroy(runtime);
}

TEST(a_bad_launcher_is_named)
{
    bad_launcher("/nonexistent", LW_ECHILDPATH, "/nonexistent (not there)");
    bad_launcher("/etc/passwd", LW_ECHILDPATH, "not executable");
    bad_launcher("/bin/true", LW_ESPAWN, "/bin/true ended before it ran");
}

TEST(bad_specs_are_refused)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    struct lwi_child *child = NULL;
    const char *nothing[] = { NULL };

    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_EINVAL);
    spec.argv = nothing;
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_EINVAL);
    spec = helper_spec(false, WORDS("exit", "0"));
    spec.cpu_limit_s = 1;
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_EINVAL);
    CHECK_INT(lwi_child_spawn(&child, NULL, &spec, NULL), LW_EBADHANDLE);
    lw_runtime_destroy(runtime);
    lw_runtime_destroy(NULL);
    lwi_child_release(NULL);
}

/* ---- memory ---- */

TEST(memory_is_sampled)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child =
        start_helper(runtime, true, WORDS("grow", "64", "hold"));
    struct lwi_memory memory;
    struct lwi_obituary obituary;

    CHECK_INT(lwi_child_get_memory(child, LWI_MEMORY_LAST, &memory),
              LW_ESYSTEM);
    CHECK_INT(strcmp(read_line(child), "grown 1"), 0);
    CHECK_INT(lwi_child_get_memory(child, LWI_MEMORY_RSS, &memory), LW_OK);
    CHECK(memory.rss_kib >= 60 * 1024 && !memory.has_pss);
    CHECK_INT(lwi_child_get_memory(child, LWI_MEMORY_FULL, &memory), LW_OK);
    CHECK(memory.has_pss && memory.pss_kib >= 60 * 1024);
    CHECK(memory.private_kib >= 60 * 1024);
    lwi_child_kill(child, LWI_KILL_POLICY);
    obituary = bury(child);
    CHECK(obituary.max_rss_kib == 0 || obituary.max_rss_kib >= 60 * 1024);
    CHECK_INT(lwi_child_get_memory(child, LWI_MEMORY_RSS, &memory), LW_ESYSTEM);
    CHECK_INT(lwi_child_get_memory(child, LWI_MEMORY_LAST, &memory), LW_OK);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(processor_time_is_told_while_it_lives)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("spin", "0"));
    uint64_t cpu_ms = 0, before;

    CHECK_INT(lwi_child_get_cpu_ms(child, &cpu_ms), LW_OK);
    before = cpu_ms;
    while (cpu_ms < before + 30)
        CHECK_INT(lwi_child_get_cpu_ms(child, &cpu_ms), LW_OK);
    lwi_child_kill(child, LWI_KILL_POLICY);
    bury(child);
    CHECK_INT(lwi_child_get_cpu_ms(child, &cpu_ms), LW_ESYSTEM);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

TEST(a_memory_limit_can_come_later)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child =
        start_helper(runtime, true, WORDS("grow", "64", "hold"));

    CHECK_INT(strcmp(read_line(child), "grown 1"), 0);
    lwi_child_set_rss_limit(child, 1024 * 1024);
    lwi_child_set_rss_limit(child, 32 * 1024);
    CHECK_INT(bury(child).kill_reason, LWI_KILL_MEMORY_LIMIT);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

/* ---- handles ---- */

static void
count_burial(void *user)
{
    __atomic_fetch_add((int *)user, 1, __ATOMIC_SEQ_CST);
}

TEST(burials_are_announced_once)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child_spec spec = helper_spec(true, WORDS("hold"));
    struct lwi_child *child = NULL;
    int watched, buried = 0;

    spec.on_buried = count_burial;
    spec.on_buried_user = &buried;
    CHECK_INT(lwi_child_spawn(&child, runtime, &spec, NULL), LW_OK);
    watched = watch_process(lwi_child_get_pid(child));
    lwi_child_release(child); /* nobody holds it: it is ended */
    wait_gone(watched);
    lw_runtime_destroy(runtime);
    CHECK_INT(buried, 1);
}

TEST(handles_are_counted)
{
    lw_runtime *runtime = start_runtime(NULL);
    struct lwi_child *child = start_helper(runtime, true, WORDS("hold"));

    lwi_child_retain(child);
    lwi_child_release(child);
    CHECK_INT(lwi_child_wait_buried(child, 0), LW_ETIMEOUT);
    CHECK_INT(lwi_runtime_live_children(runtime), 1);
    lwi_child_release(child);
    lw_runtime_destroy(runtime);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_told),
        cmocka_unit_test(signals_are_told),
        cmocka_unit_test(last_words_are_told),
        cmocka_unit_test(limits_end_it),
        cmocka_unit_test(kills_have_reasons),
        cmocka_unit_test(a_stopped_child_is_killed),
        cmocka_unit_test(a_kill_after_death_is_no_reason),
        cmocka_unit_test(the_polite_end_has_three_steps),
        cmocka_unit_test(wait_buried_has_a_bound),
        cmocka_unit_test(a_grandchild_that_keeps_pipes_dies_with_the_group),
        cmocka_unit_test(a_grandchild_that_left_the_group_does_not_block),
        cmocka_unit_test(responses_stay_readable_after_death),
        cmocka_unit_test(cancel_has_its_own_pipe),
        cmocka_unit_test(writing_to_the_dead_raises_nothing),
        cmocka_unit_test(a_flood_on_stderr_is_bounded),
        cmocka_unit_test(the_launcher_sets_it_up),
        cmocka_unit_test(directly_it_has_the_pipes_on_0_to_3),
        cmocka_unit_test(a_failed_exec_is_not_a_death),
        cmocka_unit_test(a_bad_launcher_is_named),
        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(memory_is_sampled),
        cmocka_unit_test(processor_time_is_told_while_it_lives),
        cmocka_unit_test(a_memory_limit_can_come_later),
        cmocka_unit_test(burials_are_announced_once),
        cmocka_unit_test(handles_are_counted),
    };

    return LWT_RUN(tests);
}

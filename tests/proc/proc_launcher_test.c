/*
 * proc_launcher_test.c - lean-worker-child from its command line: what it
 * refuses, and what the command that it becomes finds.
 */
#include "proc/launcher_wire.h"
#include "support/program.h"

#define LAUNCHER LW_BUILD_DIR "/lean-worker-child"
#define ARGV(...) ((const char *const[]){ LAUNCHER, __VA_ARGS__, NULL })

static struct lwt_ran ran;

static int
launch(const char *const *argv)
{
    struct lwt_program program = { .argv = argv, .input = { "", 0 } };

    lwt_run_program(&ran, &program);
    return lwt_exit_code(&ran);
}

/* stdout is stderr in what the launcher becomes: the protocol is elsewhere. */
static void
assert_says(const char *text)
{
    if (strstr(ran.err, text) == NULL && strstr(ran.out, text) == NULL)
        fail_msg("not said: %s; but: %s%s", text, ran.err, ran.out);
}

static void
it_explains_itself(void **state)
{
    (void)state;
    assert_int_equal(launch(ARGV("--help")), 0);
    assert_says("not meant to be run by hand");
    assert_int_equal(launch(ARGV("--")), 2);
    assert_says("usage:");
    assert_int_equal(launch(ARGV("--warden", "--", "true")), 2);
    assert_int_equal(launch(ARGV("--warden")), 2); /* whose? */
}

static void
what_it_does_not_know_is_refused(void **state)
{
    static const char *const wrong[] = {
        "--nope",
        "--wire=0",
        "--wire=",
        "--parent=",
        "--parent=12x",
        "--parent=-1",
        "--parent=99999999999999999999",
        "--thread=2147483648",
        "--status-fd=10", /* it would be overwritten */
        "--keep-fd=11",
        "--limit-cpu=x",
        "--limit-file=18446744073709551615",
        "--limit-soul=1",
        "--host=",
        "command",
    };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(wrong); i++) {
        assert_int_equal(launch(ARGV(wrong[i], "--", "true")), 2);
        assert_says(wrong[i]);
    }
}

static void
only_so_many_descriptors_are_kept(void **state)
{
    const char *argv[40] = { LAUNCHER };
    int i;

    (void)state;
    for (i = 1; i <= 33; i++)
        argv[i] = "--keep-fd=40";
    argv[34] = "--";
    argv[35] = "true";
    assert_int_equal(launch(argv), 2);
    argv[33] = "--wire=" LWI_WIRE_VERSION;
    assert_int_equal(launch(argv), 0);
}

static void
a_command_that_cannot_run_is_told_as_env_does(void **state)
{
    (void)state;
    assert_int_equal(launch(ARGV("--", "/nowhere/program")), 127);
    assert_says("/nowhere/program: the program could not be executed");
    assert_int_equal(launch(ARGV("--", "/etc/passwd")), 126);
}

static void
a_library_that_is_no_host_is_told(void **state)
{
    (void)state;
    assert_int_equal(launch(ARGV("--host=/nowhere/lean.so", "--", "lean")),
                     125);
    assert_says("Lean's library: /nowhere/lean.so: cannot open");
    assert_int_equal(launch(ARGV("--host=libm.so.6", "--", "lean")), 125);
    assert_says("lean_main");
}

static void
the_command_has_the_protocol_and_what_is_kept_and_no_more(void **state)
{
    static const char list[] = "for i in 10 11 12 13 20 21 30; do "
                               "[ -e /proc/$$/fd/$i ] && echo has $i; done; "
                               "echo in $LW_CHILD_FDS; cat; exit 5";
    const char *argv[] = { LAUNCHER, "--keep-fd=20", "--", "/bin/sh",
                           "-c",     list,           NULL };
    struct lwt_program program = { .argv = argv,
                                   .input = { "request", 7 },
                                   .extra = 20 };

    (void)state;
    lwt_run_program(&ran, &program);
    assert_int_equal(lwt_exit_code(&ran), 5);
    /* And nothing on stdin: `cat` has not printed the request. */
    assert_string_equal(ran.err,
                        "has 10\nhas 11\nhas 12\nhas 20\nin 10,11,12\n");
    assert_int_equal(ran.out_size, 0);
    program.extra = 21;
    lwt_run_program(&ran, &program);
    assert_string_equal(ran.err, "has 10\nhas 11\nhas 12\nin 10,11,12\n");
}

static void
without_a_stderr_there_is_one_that_goes_nowhere(void **state)
{
    const char *argv[] = {
        LAUNCHER, "--", "/bin/sh", "-c", "echo lost >&2 && echo lost && exit 6",
        NULL
    };
    struct lwt_program program = { .argv = argv,
                                   .input = { "", 0 },
                                   .without_stderr = true };

    (void)state;
    lwt_run_program(&ran, &program);
    assert_int_equal(lwt_exit_code(&ran), 6);
    assert_int_equal(ran.out_size, 0);
}

static void
descriptors_that_are_missing_are_told(void **state)
{
    const char *argv[] = { LAUNCHER, "--", "true", NULL };
    struct lwt_program program = { .argv = argv,
                                   .input = { "", 0 },
                                   .without_cancel = true };

    (void)state;
    lwt_run_program(&ran, &program);
    assert_int_equal(lwt_exit_code(&ran), 125);
    assert_says("its descriptors could not be set up");
}

/* A sanitizer in the launcher itself takes terabytes of addresses. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMIT_MEMORY "--limit-cpu=7", "--limit-cpu=7"
#define ASK_MEMORY "echo 1000000; echo 2000000"
#else
#define LIMIT_MEMORY "--limit-data=1000000", "--limit-address=2000000"
#define ASK_MEMORY "ulimit -d; ulimit -v"
#endif

static void
limits_are_those_of_the_command(void **state)
{
    (void)state;
    assert_int_equal(
        launch(ARGV("--limit-core=0", "--limit-cpu=7", LIMIT_MEMORY,
                    "--limit-file=512", "--", "/bin/sh", "-c",
                    "ulimit -c; ulimit -t; " ASK_MEMORY "; ulimit -f")),
        0);
    /* The shell counts files in blocks of 512 bytes. */
    assert_string_equal(ran.err, "0\n7\n1000000\n2000000\n1024\n");
    assert_int_equal(launch(ARGV("--limit-file=1", "--", "/bin/sh", "-c",
                                 "ulimit -f 1000000")),
                     2);
}

static void
who_is_not_its_parent_cannot_have_it(void **state)
{
    (void)state;
    assert_int_equal(launch(ARGV("--parent=1", "--", "true")), 125);
    assert_says("it could not be tied to this process");
}

/* ---- the warden ---- */

static int
ward(const void *records, size_t size)
{
    char parent[32];
    const char *argv[] = { LAUNCHER, "--warden", parent, NULL };
    struct lwt_program program = { .argv = argv, .input = { records, size } };

    /* Not our number: so the parent is gone for it, once it has read all. */
    snprintf(parent, sizeof(parent), "--parent=%d", 0x7ffffffe);
    lwt_run_program(&ran, &program);
    return lwt_exit_code(&ran);
}

static void
put_record(unsigned char *to, uint32_t operation, uint32_t group)
{
    lwi_launch_put_u32(to, operation);
    lwi_launch_put_u32(to + 4, group);
    lwi_launch_put_u64(to + 8, 1); /* nobody's start */
}

static void
a_warden_takes_records_and_nothing_else(void **state)
{
    static unsigned char records[200 * LWI_LIFELINE_SIZE];
    uint32_t i;

    (void)state;
    for (i = 0; i < 100; i++) {
        put_record(records + i * LWI_LIFELINE_SIZE, LWI_LIFELINE_ADD, 1000 + i);
        put_record(records + (100 + i) * LWI_LIFELINE_SIZE, LWI_LIFELINE_REMOVE,
                   1050 + i); /* half are not there */
    }
    assert_int_equal(ward(records, sizeof(records)), 0);
    assert_int_equal(ward(records, 0), 0);
    assert_int_equal(ward(records, 5), 0); /* the parent died half-way */
    put_record(records, 7, 1000);
    assert_int_equal(ward(records, LWI_LIFELINE_SIZE), 125);
    /* kill(-1) and kill(0) would be everybody, and itself. */
    for (i = 0; i < 2; i++) {
        put_record(records, LWI_LIFELINE_ADD, i);
        assert_int_equal(ward(records, LWI_LIFELINE_SIZE), 125);
    }
    put_record(records, LWI_LIFELINE_ADD, 0x80000000u);
    assert_int_equal(ward(records, LWI_LIFELINE_SIZE), 125);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_explains_itself),
        cmocka_unit_test(what_it_does_not_know_is_refused),
        cmocka_unit_test(only_so_many_descriptors_are_kept),
        cmocka_unit_test(a_command_that_cannot_run_is_told_as_env_does),
        cmocka_unit_test(a_library_that_is_no_host_is_told),
        cmocka_unit_test(
            the_command_has_the_protocol_and_what_is_kept_and_no_more),
        cmocka_unit_test(without_a_stderr_there_is_one_that_goes_nowhere),
        cmocka_unit_test(descriptors_that_are_missing_are_told),
        cmocka_unit_test(limits_are_those_of_the_command),
        cmocka_unit_test(who_is_not_its_parent_cannot_have_it),
        cmocka_unit_test(a_warden_takes_records_and_nothing_else),
    };

    return LWT_RUN(tests);
}

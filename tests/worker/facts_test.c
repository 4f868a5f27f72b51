/* facts_test.c - what a worker tells of itself, and how it refuses to. */
#include <lean_worker/worker.h>

#include "proto/wire.h"
#include "support/test.h"

static struct {
    lw_runtime *runtime;
    lw_worker *worker;
} at;

static int
start(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    config.command = command;
    if (lw_runtime_create(&at.runtime, &options, &err) != LW_OK ||
        lw_worker_start(&at.worker, at.runtime, &config, NULL, &err) != LW_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    lw_worker_destroy(at.worker);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static void
a_struct_without_its_size_is_refused(void **state)
{
    lw_worker_stats stats = { .struct_size = sizeof(stats) - 1 };
    lw_worker_lifecycle lifecycle = { .struct_size = 0 };
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) + 1 };
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(lw_worker_get_stats(at.worker, &stats, &err), LW_EINVAL);
    assert_int_equal(lw_worker_get_stats(at.worker, NULL, &err), LW_EINVAL);
    assert_int_equal(lw_worker_get_lifecycle(at.worker, &lifecycle, &err),
                     LW_EINVAL);
    assert_int_equal(lw_worker_get_lifecycle(at.worker, NULL, &err), LW_EINVAL);
    assert_int_equal(lw_worker_get_metadata(at.worker, &metadata, &err),
                     LW_EINVAL);
    assert_int_equal(lw_worker_get_metadata(at.worker, NULL, &err), LW_EINVAL);
    assert_int_equal(lw_worker_get_cpu_ms(at.worker, NULL, &err), LW_EINVAL);
}

static void
no_worker_tells_nothing(void **state)
{
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    lw_worker_lifecycle lifecycle = { .struct_size = sizeof(lifecycle) };
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    uint64_t cpu_ms;

    (void)state;
    assert_int_equal(lw_worker_get_stats(NULL, &stats, NULL), LW_EBADHANDLE);
    assert_int_equal(lw_worker_get_lifecycle(NULL, &lifecycle, NULL),
                     LW_EBADHANDLE);
    assert_int_equal(lw_worker_get_metadata(NULL, &metadata, NULL),
                     LW_EBADHANDLE);
    assert_int_equal(lw_worker_get_cpu_ms(NULL, &cpu_ms, NULL), LW_EBADHANDLE);
}

static void
the_handshake_is_told(void **state)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };

    (void)state;
    assert_int_equal(lw_worker_get_metadata(at.worker, &metadata, NULL), LW_OK);
    assert_in_range(metadata.protocol_version, LWI_PROTOCOL_MIN,
                    LWI_PROTOCOL_MAX);
    assert_string_not_equal(metadata.worker_version, "");
    assert_string_equal(metadata.lean_version, "");
    assert_string_equal(metadata.lean_githash, "");
    assert_string_equal(metadata.fingerprint, ""); /* no toolchain */
}

static void
processor_time_is_of_the_present_child(void **state)
{
    uint64_t cpu_ms = UINT64_MAX;

    (void)state;
    assert_int_equal(lw_worker_get_cpu_ms(at.worker, &cpu_ms, NULL), LW_OK);
    assert_in_range(cpu_ms, 0, 60000);
    lw_worker_kill(at.worker);
    while (lw_worker_get_state(at.worker) != LW_WORKER_DEAD)
        continue;
    assert_int_equal(lw_worker_get_cpu_ms(at.worker, &cpu_ms, NULL),
                     LW_ESYSTEM);
}

static void
a_policy_that_makes_no_sense_is_refused(void **state)
{
    static const char *const command[] = { "/bin/true", NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = at.worker;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    config.command = command;
    config.policy = &policy;
    policy.max_imports = 0;
    assert_int_equal(lw_worker_start(&worker, at.runtime, &config, NULL, &err),
                     LW_EINVAL);
    assert_null(worker);
    assert_non_null(strstr(err.message, "policy.max_imports"));
    policy.max_imports = 1;
    config.expected_lean = "";
    assert_int_equal(lw_worker_start(&worker, at.runtime, &config, NULL, &err),
                     LW_EINVAL);
    assert_non_null(strstr(err.message, "expected_lean"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_struct_without_its_size_is_refused),
        TEST(no_worker_tells_nothing),
        TEST(the_handshake_is_told),
        TEST(processor_time_is_of_the_present_child),
        TEST(a_policy_that_makes_no_sense_is_refused),
    };

    return LWT_RUN(tests);
}

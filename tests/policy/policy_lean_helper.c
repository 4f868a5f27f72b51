/*
 * policy_lean_helper.c - policies on real Lean: one session, checked again and
 * again while its child is replaced under it.
 *
 *     policy_lean_helper TOOLCHAIN
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static int passed, failed;

static void
check(bool right, const char *name)
{
    printf("%s %s\n", right ? "ok" : "not ok", name);
    fflush(stdout);
    passed += right;
    failed += !right;
}

static bool
ok(int status, const lw_error *err)
{
    if (status != LW_OK)
        printf("    %s: %s\n", lw_status_name(status), err->message);
    return status == LW_OK;
}

static lw_worker_stats
stats(lw_worker *worker)
{
    lw_worker_stats now = { .struct_size = sizeof(now) };

    lw_worker_get_stats(worker, &now, NULL);
    return now;
}

static bool
check_theorem(lw_worker *worker, const lw_session *session)
{
    const char *source = "theorem t : 1 + 1 = 2 := rfl\n";
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_check_result result = { 0 };
    lw_error err = LW_ERROR_INIT;

    options.timeout_ms = LW_STARTUP_TIMEOUT_DEFAULT_MS;
    spec.session = *session;
    spec.label = "policy.lean";
    spec.source = (lw_span){ source, strlen(source) };
    return ok(lw_worker_check(worker, &result, &spec, NULL, &options, &err),
              &err) &&
           result.errors == 0 && result.commands > 0;
}

/* Two requests for each child: the opening and a check, then two checks. */
static void
sessions_outlive_their_child(lw_worker *worker)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_session session = LW_SESSION_NONE;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };
    bool all = true;
    int i;

    options.timeout_ms = LW_STARTUP_TIMEOUT_DEFAULT_MS;
    check(ok(lw_worker_open_session(worker, &session, &spec, NULL, &options,
                                    &err),
             &err),
          "a_session_is_opened");
    for (i = 0; i < 5; i++)
        all = check_theorem(worker, &session) && all;
    check(all, "five_checks_in_one_session_are_right");
    check(stats(worker).restarts == 2 &&
              stats(worker).restarts_by[LW_RESTART_MAX_REQUESTS] == 2,
          "its_child_was_replaced_twice");
    check(stats(worker).sessions_reopened == 2, "it_was_opened_again_twice");
    check(stats(worker).requests == 6 && stats(worker).imports == 3,
          "opening_again_is_no_request_of_the_caller");
    check(lw_worker_get_lifecycle(worker, &life, NULL) == LW_OK &&
              life.restart_due && life.due.kind == LW_RESTART_MAX_REQUESTS &&
              life.generation == 3 && life.child_imports == 1 &&
              life.child_import_kib < 4 * 1024 * 1024,
          "the_lifecycle_is_of_the_third_child");
}

static void
real_lean_is_described(lw_worker *worker)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    uint64_t cpu_ms = 0;

    check(lw_worker_get_metadata(worker, &metadata, NULL) == LW_OK &&
              metadata.lean_version[0] == '4' &&
              strlen(metadata.fingerprint) == 16 &&
              metadata.worker_version[0] != '\0' &&
              metadata.platform[0] != '\0',
          "metadata_names_lean_and_its_toolchain");
    check(lw_worker_get_cpu_ms(worker, &cpu_ms, NULL) == LW_OK && cpu_ms > 100,
          "processor_time_is_measured");
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    policy.max_requests = 2;
    config.toolchain = toolchain;
    config.policy = &policy;
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    check(ok(rc, &err), "lean_starts");
    if (rc == LW_OK) {
        sessions_outlive_their_child(worker);
        real_lean_is_described(worker);
    }
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

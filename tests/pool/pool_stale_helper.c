/*
 * pool_stale_helper.c - a library that is built again under a pool, on real
 * Lean.
 *
 *     pool_stale_helper TOOLCHAIN FOLDER
 *
 * FOLDER has 1.olean and 2.olean: the module Tiny, with `tiny_1` or `tiny_2`.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define LONG_MS UINT64_C(600000) /* a cold start on a loaded machine */

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

/* Tiny is what was built as N.olean from now on, with a time of its own. */
static bool
install(const char *folder, int number)
{
    char from[4096], to[4096];

    snprintf(from, sizeof(from), "%s/%d.olean", folder, number);
    snprintf(to, sizeof(to), "%s/Tiny.olean", folder);
    return rename(from, to) == 0;
}

static lw_capability *
make(const lw_toolchain *toolchain, const char *folder)
{
    static const char *const imports[] = { "Tiny", NULL };
    const char *const *own = lw_toolchain_get_search_path(toolchain);
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability *capability = NULL;
    const char *path[16] = { folder };
    lw_error err = LW_ERROR_INIT;
    size_t count = 1;

    for (; own != NULL && *own != NULL && count < 15; own++)
        path[count++] = *own;
    session.imports = imports;
    session.search_path = path;
    spec.session = &session;
    spec.worker.toolchain = toolchain;
    spec.worker.startup_timeout_ms = LONG_MS;
    spec.worker.request_timeout_ms = LONG_MS;
    check(ok(lw_capability_create(&capability, &spec, &err), &err),
          "a_capability_is_made");
    return capability;
}

/* Whether Lean finds the `tiny_` of the number; its child in *generation, or 0.
 */
static bool
is_tiny(lw_pool *pool, lw_capability *capability, int number,
        uint64_t *generation)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_elab_result *result = NULL;
    lw_lease *lease = NULL;
    char source[64];
    bool right;

    *generation = 0;
    if (!ok(lw_pool_acquire(&lease, pool, capability, NULL, &err), &err))
        return false;
    *generation = lw_lease_get_session(lease).generation;
    spec.source.data = source;
    spec.source.size =
        (size_t)snprintf(source, sizeof(source), "#check tiny_%d", number);
    right =
        ok(lw_lease_elaborate(lease, &result, &spec, NULL, NULL, &err), &err) &&
        result->success;
    lw_elab_result_destroy(result);
    lw_lease_release(lease);
    return right;
}

static void
built_again(lw_pool *pool, lw_capability *capability, const char *folder)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };
    uint64_t generation = 0;

    check(install(folder, 1) && is_tiny(pool, capability, 1, &generation) &&
              generation == 1,
          "the_library_is_imported");
    check(is_tiny(pool, capability, 1, &generation) && generation == 1,
          "its_worker_is_warm");
    check(install(folder, 2), "it_is_built_again");
    while (generation == 1) /* within LW_OLEAN_MAX_AGE_MS */
        is_tiny(pool, capability, 2, &generation);
    check(is_tiny(pool, capability, 2, &generation) && generation == 2,
          "the_new_one_is_served");
    check(lw_pool_get_snapshot(pool, &shot, NULL) == LW_OK &&
              shot.worker_restarts == 1 &&
              shot.last_restart_reason.kind == LW_RESTART_STALE,
          "and_the_pool_says_why");
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *toolchain = NULL;
    lw_capability *capability = NULL;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_pool *pool = NULL;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, runtime, NULL, &err);
    check(ok(rc, &err), "a_pool_is_made");
    if (rc == LW_OK && argc > 2) {
        capability = make(toolchain, argv[2]);
        if (capability != NULL)
            built_again(pool, capability, argv[2]);
    }
    lw_pool_destroy(pool);
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

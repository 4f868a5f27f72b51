/*
 * pool_oleans_test.c - a library that is built again is never served stale.
 *
 * Files as Lean writes them, and a worker without Lean that opens any session.
 */
#include <lean_worker/pool_warm.h>

#include <stdatomic.h>

#include "base/clock.h"
#include "proc/runtime.h"
#include "support/olean.h"
#include "support/sandbox.h"

#define MS LWI_NS_PER_MS

static atomic_llong ahead_ns;

static int64_t
read_time(void *user)
{
    (void)user;
    return lwi_now(&lwi_system_clock) + atomic_load(&ahead_ns);
}

static const struct lwi_clock shifted_clock = { read_time, NULL };

static struct {
    struct lwt_sandbox box;
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *capability;
    lw_error err;
} at;

/* ---- a library ---- */

/* A compiled module that imports another one; NULL: nothing of the library. */
static void
build(const char *file, const char *import)
{
    static struct lwt_olean olean;
    const char *path = lwt_sandbox_path(&at.box, file);
    char fresh[PATH_MAX + 8];
    FILE *out;

    olean = (struct lwt_olean)LWT_OLEAN_INIT;
    lwt_olean_add(&olean, "Init", LWT_EXPORTED);
    if (import != NULL)
        lwt_olean_add(&olean, import, LWT_EXPORTED);
    lwt_olean_finish(&olean, true);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    out = fopen(fresh, "we");
    assert_non_null(out);
    assert_int_equal(fwrite(olean.bytes, 1, olean.size, out), olean.size);
    fclose(out);
    assert_int_equal(rename(fresh, path), 0); /* so it has another inode */
}

static int
setup(void **state)
{
    static const struct lwi_runtime_hooks hooks = { .clock = &shifted_clock };
    static const char *const command[] = { LW_BUILD_DIR "/tests/fake_session",
                                           NULL };
    static const char *const imports[] = { "My.Top", NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    const char *search_path[3] = { NULL };

    (void)state;
    memset(&at, 0, sizeof(at));
    atomic_store(&ahead_ns, 0);
    lwt_sandbox_open(&at.box);
    lwt_sandbox_folder(&at.box, "first/My");
    lwt_sandbox_folder(&at.box, "second/My");
    build("second/My/Top.olean", "My.Middle");
    build("second/My/Middle.olean", "My.Deep");
    build("second/My/Deep.olean", NULL);
    build("second/My/Other.olean", NULL);
    search_path[0] = lwt_sandbox_path(&at.box, "first");
    search_path[1] = lwt_sandbox_path(&at.box, "second");
    session.imports = imports;
    session.search_path = search_path;
    spec.session = &session;
    spec.worker.command = command;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lwi_runtime_create(&at.runtime, &options, &hooks, &at.err),
                     LW_OK);
    assert_int_equal(lw_capability_create(&at.capability, &spec, &at.err),
                     LW_OK);
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, NULL, &at.err),
                     LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.capability);
    lw_runtime_destroy(at.runtime);
    lwt_sandbox_close(&at.box);
    return 0;
}

/* ---- what a lease finds ---- */

/* The session's child, by its generation. */
static uint64_t
lease(void)
{
    lw_lease *got = NULL;
    lw_session session;
    int rc = lw_pool_acquire(&got, at.pool, at.capability, NULL, &at.err);

    if (rc != LW_OK)
        fail_msg("%s: %s", lw_status_name(rc), at.err.message);
    session = lw_lease_get_session(got);
    assert_int_not_equal(session.number, 0);
    lw_lease_release(got);
    return session.generation;
}

static void
wait_for_age(void)
{
    atomic_fetch_add(&ahead_ns, (int64_t)LW_OLEAN_MAX_AGE_MS * MS);
}

static void
check_replaced(uint64_t before)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    wait_for_age();
    assert_int_equal(lease(), before + 1);
    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    assert_int_equal(shot.worker_restarts, before);
    assert_int_equal(shot.last_restart_reason.kind, LW_RESTART_STALE);
    assert_string_equal(lw_restart_kind_name(LW_RESTART_STALE), "stale");
    wait_for_age();
    assert_int_equal(lease(), before + 1); /* once */
}

static void
a_module_that_was_built_again_is_noticed(void **state)
{
    (void)state;
    assert_int_equal(lease(), 1);
    wait_for_age();
    assert_int_equal(lease(), 1);
    build("second/My/Top.olean", "My.Middle");
    check_replaced(1);
}

static void
so_is_what_it_imports(void **state)
{
    (void)state;
    assert_int_equal(lease(), 1);
    build("second/My/Deep.olean", NULL);
    check_replaced(1);
    /* The import is another one now. */
    build("second/My/Top.olean", "My.Other");
    check_replaced(2);
    build("second/My/Other.olean", NULL);
    check_replaced(3);
    build("second/My/Deep.olean", NULL);
    wait_for_age();
    assert_int_equal(lease(), 4); /* nobody imports it any more */
}

static void
so_is_one_that_hides_another(void **state)
{
    (void)state;
    assert_int_equal(lease(), 1);
    build("first/My/Top.olean", NULL);
    check_replaced(1);
    assert_int_equal(remove(lwt_sandbox_path(&at.box, "first/My/Top.olean")),
                     0);
    check_replaced(2);
}

/* A standby has opened its session before anybody asked: is it still true? */
static void
so_is_one_that_a_standby_has_imported(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    (void)state;
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    config.max_standby = keep.standbys = 1;
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, &config, &at.err),
                     LW_OK);
    assert_int_equal(lw_pool_keep(at.pool, at.capability, &keep, &at.err),
                     LW_OK);
    assert_int_equal(
        lw_pool_wait_warm(at.pool, NULL, LW_NO_LIMIT, NULL, &at.err), LW_OK);
    build("second/My/Top.olean", "My.Middle");
    wait_for_age();
    assert_int_equal(lease(), 2);
    assert_int_equal(lw_pool_get_snapshot(at.pool, &shot, &at.err), LW_OK);
    assert_int_equal(shot.standby_takeovers, 1);
    assert_int_equal(shot.last_restart_reason.kind, LW_RESTART_STALE);
}

/* As often as it likes: a build is no crash. */
static void
builds_are_not_limited_as_restarts_are(void **state)
{
    uint64_t i;

    (void)state;
    assert_int_equal(lease(), 1);
    for (i = 2; i < 40; i++) {
        build("second/My/Top.olean", "My.Middle");
        wait_for_age();
        assert_int_equal(lease(), i);
    }
}

/* What is in a file is not believed, nor that it is one. */
static void
whatever_lies_there_is_no_harm(void **state)
{
    FILE *out;

    (void)state;
    out = fopen(lwt_sandbox_path(&at.box, "second/My/Top.olean"), "we");
    assert_non_null(out);
    fputs("olean? not at all", out);
    fclose(out);
    remove(lwt_sandbox_path(&at.box, "second/My/Middle.olean"));
    assert_int_equal(lease(), 1);
    remove(lwt_sandbox_path(&at.box, "second/My/Top.olean"));
    assert_int_equal(
        mkfifo(lwt_sandbox_path(&at.box, "second/My/Top.olean"), 0600), 0);
    check_replaced(1);
    build("second/My/Top.olean", "My.Top"); /* imports itself */
    check_replaced(2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_module_that_was_built_again_is_noticed),
        CASE(so_is_what_it_imports),
        CASE(so_is_one_that_hides_another),
        CASE(so_is_one_that_a_standby_has_imported),
        CASE(builds_are_not_limited_as_restarts_are),
        CASE(whatever_lies_there_is_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

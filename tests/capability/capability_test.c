/* Capabilities: what is refused, and which sources have keys of their own. */
#include <lean_worker/capability.h>

#include "base/base.h"
#include "support/test.h"

static lw_error err;

static int
make(lw_capability **out, lw_span text)
{
    lw_source source = { "M", NULL, text };
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    static const char *const command[] = { "/bin/true", NULL };

    spec.worker.command = command;
    session.sources = &source;
    session.source_count = 1;
    spec.session = &session;
    return lw_capability_create(out, &spec, &err);
}

static void
other_sources_are_other_keys(void **state)
{
    lw_capability *one = NULL, *same = NULL, *other = NULL;

    (void)state;
    assert_int_equal(make(&one, (lw_span){ "def a := 1", 10 }), LW_OK);
    assert_int_equal(make(&same, (lw_span){ "def a := 1", 10 }), LW_OK);
    assert_int_equal(make(&other, (lw_span){ "def a := 12", 11 }), LW_OK);
    assert_int_equal(lw_session_key_compare(lw_capability_get_key(one),
                                            lw_capability_get_key(same)),
                     0);
    assert_int_not_equal(lw_session_key_compare(lw_capability_get_key(one),
                                                lw_capability_get_key(other)),
                         0);
    lw_capability_destroy(one);
    lw_capability_destroy(same);
    lw_capability_destroy(other);
}

/* Behind a NUL two sources could differ, and be taken for one. */
static void
a_source_is_text(void **state)
{
    lw_capability *capability = NULL;

    (void)state;
    assert_int_equal(make(&capability, (lw_span){ "a\0b", 3 }), LW_EINVAL);
    assert_non_null(strstr(err.message, "session.sources[0].text has a NUL"));
    assert_int_equal(make(&capability, (lw_span){ NULL, 3 }), LW_EINVAL);
    assert_non_null(strstr(err.message, "is NULL"));
    assert_null(capability);
}

/* Where no host is named it is looked for, and that names what was wrong. */
static void
a_host_that_is_not_named_is_found(void **state)
{
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    (void)state;
    assert_int_equal(setenv("LEAN_WORKER_TOOLCHAIN", "/nowhere", 1), 0);
    assert_int_equal(lw_capability_create(&capability, &spec, &err),
                     LW_ETOOLCHAIN);
    assert_non_null(strstr(err.message, "/nowhere"));
    assert_null(capability);
    assert_int_equal(unsetenv("LEAN_WORKER_TOOLCHAIN"), 0);
}

/* One with the policy, or where that is NULL with none. */
static lw_capability *
make_with(lw_worker_config worker, const lw_restart_policy *policy)
{
    static const char *const command[] = { "/bin/true", NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *capability = NULL;

    spec.worker = worker;
    spec.worker.command = command;
    spec.worker.policy = policy;
    assert_int_equal(lw_capability_create(&capability, &spec, &err), LW_OK);
    return capability;
}

static void
check_same(lw_capability *one, lw_capability *other, bool same)
{
    assert_int_equal(lw_session_key_compare(lw_capability_get_key(one),
                                            lw_capability_get_key(other)) == 0,
                     same);
    lw_capability_destroy(other);
}

/* What one caller's worker does the other's would not. */
static void
other_limits_are_other_keys(void **state)
{
    static const lw_worker_config plain = LW_WORKER_CONFIG_INIT;
    static const lw_restart_policy defaults = LW_RESTART_POLICY_INIT;
    lw_restart_policy policies[9];
    lw_worker_config worker = plain;
    lw_capability *one = make_with(plain, &defaults);
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(policies); i++)
        policies[i] = defaults;
    policies[0].max_requests = 7;
    policies[1].max_imports = 7;
    policies[2].max_import_kib = 7;
    policies[3].max_rss_kib = 7;
    policies[4].max_pss_kib = 7;
    policies[5].idle_ms = 7;
    policies[6].max_restarts = 7;
    policies[7].restart_window_ms = 7;
    policies[8].keep_sessions = false;
    for (i = 0; i < LWI_COUNT(policies); i++)
        check_same(one, make_with(plain, &policies[i]), false);
    check_same(one, make_with(plain, &defaults), true);
    check_same(one, make_with(plain, NULL), false); /* another class */
    worker.startup_timeout_ms++;
    check_same(one, make_with(worker, &defaults), false);
    worker = plain;
    worker.cancel_grace_ms++;
    check_same(one, make_with(worker, &defaults), false);
    /* That is the lease's own. */
    worker = plain;
    worker.request_timeout_ms++;
    check_same(one, make_with(worker, &defaults), true);
    lw_capability_destroy(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_sources_are_other_keys),
        cmocka_unit_test(other_limits_are_other_keys),
        cmocka_unit_test(a_source_is_text),
        cmocka_unit_test(a_host_that_is_not_named_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

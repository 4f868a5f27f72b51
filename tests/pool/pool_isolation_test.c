/* pool_isolation_test.c - who may share a process: lw_pool_config.isolation. */
#include <lean_worker/pool_warm.h>

#include "pool/pool_support.h"

#define MORE_THAN_A_LIMIT 40 /* of restarts in a minute, which is 16 */

static void
begin(lw_isolation isolation)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.isolation = isolation;
    stand_begin(&config);
}

/* Of the process that answers, by its own word. */
static int
ask_pid(lw_lease *lease)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int pid;

    spec.name = "pid";
    assert_int_equal(lw_lease_run(lease, &reply, &spec, NULL, NULL, &stand.err),
                     LW_OK);
    pid = (int)strtol(lw_reply_get_facts(reply)->response.data, NULL, 10);
    lw_reply_destroy(reply);
    return pid;
}

static void
leases_share_where_nothing_is_said(void **state)
{
    lw_lease *lease;
    int first;

    (void)state;
    begin(LW_ISOLATE_NONE);
    lease = stand_acquire(stand_key("a"));
    first = ask_pid(lease);
    lw_lease_release(lease);
    lease = stand_acquire(stand.keys[0]);
    assert_int_equal(ask_pid(lease), first);
    lw_lease_release(lease);
}

static void
a_lease_has_a_process_of_its_own(void **state)
{
    lw_capability *key;
    lw_lease *lease;
    int i, last = 0, pid;

    (void)state;
    begin(LW_ISOLATE_LEASE);
    key = stand_key("a");
    for (i = 0; i < MORE_THAN_A_LIMIT; i++) {
        lease = stand_acquire(key);
        pid = ask_pid(lease);
        assert_int_not_equal(pid, last);
        assert_int_equal(ask_pid(lease), pid);
        lw_lease_release(lease);
        last = pid;
    }
}

static void
a_lease_that_asks_nothing_costs_no_process(void **state)
{
    lw_capability *key;
    lw_lease *lease;
    int i;

    (void)state;
    begin(LW_ISOLATE_LEASE);
    key = stand_key("a");
    for (i = 0; i < 3; i++)
        lw_lease_release(stand_acquire(key));
    lease = stand_acquire(key);
    ask_pid(lease);
    assert_int_equal(stand_look().worker_restarts, 0);
    lw_lease_release(lease);
}

static void
a_request_has_a_process_of_its_own(void **state)
{
    lw_lease *lease;
    int i, last = 0, pid;

    (void)state;
    begin(LW_ISOLATE_REQUEST);
    lease = stand_acquire(stand_key("a"));
    for (i = 0; i < MORE_THAN_A_LIMIT; i++) {
        pid = ask_pid(lease);
        assert_int_not_equal(pid, last);
        assert_int_equal(lw_lease_check_valid(lease, &stand.err), LW_OK);
        last = pid;
    }
    lw_lease_release(lease);
}

/* The next one of the same lease has a child again; a death ends it, as ever.
 */
static void
an_end_of_the_child_is_the_lease_s(void **state)
{
    lw_lease *lease;

    (void)state;
    begin(LW_ISOLATE_REQUEST);
    lease = stand_acquire(stand_key("a"));
    ask_pid(lease);
    assert_int_equal(stand_run(lease, "quits"), LW_ECHILDEXITED);
    assert_int_equal(stand_run(lease, "who"), LW_ELEASE);
    lw_lease_release(lease);
    lease = stand_acquire(stand.keys[0]);
    ask_pid(lease);
    lw_lease_release(lease);
}

/* Spare ones: opened before anybody asks, one for each lease. */
static void
spare_ones_are_made_up_for(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_capability *key;
    lw_lease *lease;
    int i, last = 0, pid;

    (void)state;
    config.isolation = LW_ISOLATE_LEASE;
    config.max_workers = 3;
    keep.min_idle = 3;
    stand_begin(&config);
    key = stand_key("a");
    assert_int_equal(lw_pool_keep(stand.pool, key, &keep, &stand.err), LW_OK);
    for (i = 0; i < 10; i++) {
        assert_int_equal(
            lw_pool_wait_warm(stand.pool, key, 100000, NULL, &stand.err),
            LW_OK);
        lease = stand_acquire(key);
        pid = ask_pid(lease);
        assert_int_not_equal(pid, last);
        lw_lease_release(lease);
        last = pid;
    }
}

static void
another_value_is_refused(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_pool *pool = NULL;

    (void)state;
    begin(LW_ISOLATE_NONE);
    config.isolation = (lw_isolation)3;
    assert_int_equal(lw_pool_create(&pool, stand.runtime, &config, &stand.err),
                     LW_EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)
        TEST(leases_share_where_nothing_is_said),
        TEST(a_lease_has_a_process_of_its_own),
        TEST(a_lease_that_asks_nothing_costs_no_process),
        TEST(a_request_has_a_process_of_its_own),
        TEST(an_end_of_the_child_is_the_lease_s),
        TEST(spare_ones_are_made_up_for),
        TEST(another_value_is_refused),
    };

    return LWT_RUN(tests);
}

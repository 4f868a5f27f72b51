/*
 * ask_memory_test.c - each request with each of its allocations failing in
 * turn: LW_ENOMEM, or it did not matter; and nothing is left behind.
 */
#include "worker/ask_support.h"

#define FAKE "-- fake: "

static const struct {
    enum lwt_ask what;
    const char *text;
} requests[] = {
    { ASK_PING, "payload" },
    { ASK_HEADER, "import A\nimport B\n" },
    { ASK_SESSION, "def x := 1" },
    { ASK_CHECK, FAKE "diag error 1:1 x" },
    { ASK_COMMANDS, FAKE "diags 300" },
    { ASK_TERM, FAKE "diag info 1:1 x" },
    { ASK_KERNEL, FAKE "diags 3\n" FAKE "set status 1\n" FAKE "set axioms a" },
    { ASK_LIST, FAKE "declare 1a 2b" },
    { ASK_LIST_NAMES, "" },
    { ASK_DESCRIBE, "Nat" },
    { ASK_INFER, "x" },
    { ASK_DEF_EQ, "x" },
    { ASK_RUN, FAKE "stream 1 a\n" FAKE "stream 2 b\n" FAKE "row 2 0 x" },
};

static bool
has_result_to_own(enum lwt_ask what)
{
    return what != ASK_CHECK && what != ASK_LIST && what != ASK_SESSION;
}

/* Fails allocation after allocation of one request, until none is left. */
static void
fail_each(enum lwt_ask what, const char *text)
{
    size_t n, refused = 0;

    for (n = 0; n < 200; n++) {
        size_t before = lwt.memory.failures;
        int rc;

        lwt.memory.fail_at = lwt.memory.calls + n;
        rc = lwt_ask(what, text);
        lwt.memory.fail_at = LWT_NO_FAILURE;
        if (lwt.memory.failures == before) {
            assert_int_equal(rc, LW_OK);
            break;
        }
        if (rc != LW_OK && rc != LW_ENOMEM)
            fail_msg("%s, allocation %zu: %s (%s)", lwt_ask_names[what], n,
                     lw_status_name((lw_status)rc), lwt.error.message);
        refused += rc == LW_ENOMEM;
        if (lw_worker_get_state(lwt.worker) != LW_WORKER_IDLE)
            lwt_ask_restart();
        assert_int_equal(lwt_ask(what, text), LW_OK);
    }
    assert_true(n < 200);
    assert_true(refused > 0 || !has_result_to_own(what));
}

static void
any_allocation_may_fail(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(requests); i++)
        fail_each(requests[i].what, requests[i].text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_allocation_may_fail, lwt_ask_setup,
                                        lwt_ask_teardown),
        cmocka_unit_test_setup_teardown(any_allocation_may_fail,
                                        lwt_ask_setup_steps, lwt_ask_teardown),
    };

    return LWT_RUN(tests);
}

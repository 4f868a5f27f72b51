/*
 * lies_test.c - a child that says what cannot be true: each lie is LW_EPROTO,
 * and the worker dies of it. What merely could be true is let through.
 */
#include "worker/ask_support.h"

#define FAKE "-- fake: "

static const struct {
    enum lwt_ask what;
    const char *text;
    int status;
} lies[] = {
    { ASK_PING, FAKE "set payload other", LW_EPROTO },
    { ASK_PING, FAKE "set payload ", LW_EPROTO },

    { ASK_HEADER, FAKE "header-set is_module 2", LW_EPROTO },
    { ASK_HEADER, FAKE "header-set is_prelude 7", LW_EPROTO },
    { ASK_HEADER, FAKE "header-set body_offset 100000", LW_EPROTO },
    { ASK_HEADER, FAKE "header-set error a\\xff", LW_EPROTO },

    { ASK_SESSION, FAKE "set session 0", LW_EPROTO },
    { ASK_SESSION, FAKE "set reused 2", LW_EPROTO },
    { ASK_SESSION, FAKE "row 1 0 x", LW_EPROTO },
    { ASK_SESSION, FAKE "declare 1x", LW_EPROTO },

    { ASK_CHECK, FAKE "row 1 0 x", LW_EPROTO },
    { ASK_CHECK, FAKE "stream 1 x", LW_EPROTO },
    { ASK_CHECK, FAKE "declare 1x", LW_EPROTO },
    { ASK_CHECK, FAKE "diag error 1:1 \\xc3", LW_EPROTO },
    { ASK_CHECK, FAKE "set cancelled 1", LW_EWORKER },

    { ASK_COMMANDS, FAKE "diag error 1:1 no\n" FAKE "deny", LW_EPROTO },
    { ASK_COMMANDS, FAKE "diag warning 1:1 no\n" FAKE "set warnings 0",
      LW_EPROTO },
    { ASK_COMMANDS, FAKE "set type Nat", LW_EPROTO },
    { ASK_COMMANDS, FAKE "set value 1", LW_EPROTO },
    { ASK_COMMANDS, FAKE "set has_sorry 2", LW_EPROTO },
    { ASK_COMMANDS, FAKE "set cancelled 2", LW_EPROTO },
    { ASK_COMMANDS, FAKE "set truncated 2", LW_EPROTO },
    { ASK_COMMANDS, FAKE "set cancelled 1", LW_EWORKER },
    { ASK_COMMANDS, FAKE "row 1 0 x", LW_EPROTO },
    { ASK_COMMANDS, FAKE "declare 1x", LW_EPROTO },
    { ASK_COMMANDS, FAKE "forge", LW_EPROTO },
    { ASK_COMMANDS, FAKE "oversized", LW_EPROTO },
    { ASK_COMMANDS, FAKE "rubbish", LW_EPROTO },
    { ASK_COMMANDS, FAKE "goodbye", LW_EPROTO },
    { ASK_COMMANDS, FAKE "half", LW_ECHILDEXITED },
    { ASK_COMMANDS, FAKE "exit 3", LW_ECHILDEXITED },
    { ASK_COMMANDS, FAKE "signal 11", LW_ECHILDCRASHED },
    { ASK_TERM, FAKE "set type a\\xff", LW_EPROTO },
    { ASK_TERM, FAKE "set value a\\xff", LW_EPROTO },
    { ASK_TERM, FAKE "kind \\xff\n" FAKE "diag info 1:1 x", LW_EPROTO },

    { ASK_KERNEL, FAKE "set status 4", LW_EPROTO },
    { ASK_KERNEL, FAKE "set declarations 0", LW_EPROTO },
    { ASK_KERNEL, FAKE "set errors 1", LW_EPROTO },
    { ASK_KERNEL, FAKE "diag error 1:1 no", LW_EPROTO },
    { ASK_KERNEL, FAKE "diag error 1:1 no\n" FAKE "set status 1\n" FAKE "deny",
      LW_EPROTO },
    { ASK_KERNEL, FAKE "set has_sorry 2", LW_EPROTO },
    { ASK_KERNEL, FAKE "set truncated 2", LW_EPROTO },
    { ASK_KERNEL, FAKE "set cancelled 2", LW_EPROTO },
    { ASK_KERNEL, FAKE "set cancelled 1", LW_EWORKER },
    { ASK_KERNEL, FAKE "set axioms \\xff", LW_EPROTO },
    { ASK_KERNEL, FAKE "set summary \\xff", LW_EPROTO },
    { ASK_KERNEL, FAKE "stream 1 x", LW_EPROTO },

    { ASK_LIST, FAKE "declare 9x", LW_EPROTO },
    { ASK_LIST, FAKE "declare xx", LW_EPROTO },
    { ASK_LIST, FAKE "declare 1", LW_EPROTO },
    { ASK_LIST, FAKE "declare 1a 2b 9c", LW_EPROTO },
    { ASK_LIST, FAKE "declare 0gone", LW_EPROTO },
    { ASK_LIST, FAKE "declare 1a\n" FAKE "set count 2", LW_EPROTO },
    { ASK_LIST, FAKE "declare 1a\n" FAKE "set count 0", LW_EPROTO },
    { ASK_LIST, FAKE "set count 1", LW_EPROTO },
    { ASK_LIST, FAKE "set limited 1", LW_EPROTO },
    { ASK_LIST, FAKE "set limited 2", LW_EPROTO },
    { ASK_LIST, FAKE "set cancelled 2", LW_EPROTO },
    { ASK_LIST, FAKE "set cancelled 1", LW_EWORKER },
    { ASK_LIST, FAKE "row 1 0 x", LW_EPROTO },
    { ASK_LIST_NAMES, FAKE "declare 1a", LW_EPROTO },
    { ASK_LIST_NAMES, FAKE "declare 1a 1b 1c", LW_EPROTO },
    { ASK_LIST_NAMES, FAKE "declare 1a 1b\n" FAKE "declare 1c", LW_EPROTO },

    { ASK_DESCRIBE, FAKE "set kind 9", LW_EPROTO },
    { ASK_DESCRIBE, FAKE "set kind 0", LW_EPROTO },
    { ASK_DESCRIBE, FAKE "set truncated 2", LW_EPROTO },
    { ASK_DESCRIBE, FAKE "set doc \\xff", LW_EPROTO },
    { ASK_DESCRIBE, FAKE "progress 1 x", LW_EPROTO },
    { ASK_DESCRIBE, "Missing\n" FAKE "set doc x", LW_EPROTO },
    { ASK_DESCRIBE, "Missing\n" FAKE "set type x", LW_EPROTO },
    { ASK_DESCRIBE, "Missing\n" FAKE "set line 1", LW_EPROTO },
    { ASK_DESCRIBE, "Missing\n" FAKE "set module x", LW_EPROTO },

    { ASK_INFER, FAKE "set outcome 3", LW_EPROTO },
    { ASK_INFER, FAKE "set equal 1", LW_EPROTO },
    { ASK_INFER, FAKE "set truncated 2", LW_EPROTO },
    { ASK_INFER, FAKE "set cancelled 2", LW_EPROTO },
    { ASK_INFER, FAKE "set cancelled 1", LW_EWORKER },
    { ASK_INFER, FAKE "set text \\xff", LW_EPROTO },
    { ASK_INFER, FAKE "diag error 1:1 x", LW_EPROTO },
    { ASK_DEF_EQ, FAKE "set equal 2", LW_EPROTO },
    { ASK_DEF_EQ, FAKE "set outcome 1", LW_EPROTO },

    { ASK_RUN, FAKE "set rows 1", LW_EPROTO },
    { ASK_RUN, FAKE "row 1 0 x", LW_EPROTO },
    { ASK_RUN, FAKE "row 0 0 x", LW_EPROTO },
    { ASK_RUN, FAKE "stream 2 x", LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "stream 1 y", LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "stream 2 x", LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "row 1 1 x", LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "row 1 0 x\n" FAKE "row 1 0 x",
      LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "row 1 0 x\n" FAKE "row 1 2 x",
      LW_EPROTO },
    { ASK_RUN, FAKE "stream 1 x\n" FAKE "row 1 0 x\n" FAKE "set rows 2",
      LW_EPROTO },
    { ASK_RUN, FAKE "declare 1x", LW_EPROTO },
};

static bool
is_dead_of(int status)
{
    return status != LW_EWORKER;
}

static void
a_lie_costs_the_worker(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(lies); i++) {
        int rc = lwt_ask(lies[i].what, lies[i].text);

        if (rc != lies[i].status || lwt.error.status != rc)
            fail_msg("%s, %s: %s (%s)", lwt_ask_names[lies[i].what],
                     lies[i].text, lw_status_name((lw_status)rc),
                     lwt.error.message);
        if (!is_dead_of(lies[i].status)) {
            assert_int_equal(lw_worker_get_state(lwt.worker), LW_WORKER_IDLE);
            continue;
        }
        assert_int_equal(lw_worker_get_state(lwt.worker), LW_WORKER_DEAD);
        lwt_ask_restart();
    }
}

/* Rare, and true: nobody may be killed for it. */
static void
what_could_be_true_is_let_through(void **state)
{
    static const struct {
        enum lwt_ask what;
        const char *text;
    } truths[] = {
        { ASK_PING, "" },
        { ASK_HEADER, "" },
        { ASK_SESSION, "" },
        { ASK_CHECK, FAKE "diag error 1:1 x\n" FAKE "set errors 5" },
        { ASK_COMMANDS, FAKE "diag error 1:1 x\n" FAKE "set errors 5" },
        { ASK_COMMANDS, FAKE "set warnings 5" },
        { ASK_COMMANDS, FAKE "diag error 0:0 " },
        { ASK_TERM, FAKE "set errors 1\n" FAKE "set type " },
        { ASK_KERNEL, FAKE "set status 1\n" FAKE "set errors 1" },
        { ASK_KERNEL, FAKE "set status 2\n" FAKE "set declarations 0" },
        { ASK_KERNEL, FAKE "set status 3\n" FAKE "set declarations 0" },
        { ASK_LIST, FAKE "set count 0" },
        { ASK_LIST_NAMES, "" },
        { ASK_LIST_NAMES, FAKE "declare 0x 8y" },
        { ASK_DESCRIBE, "Missing" },
        { ASK_DESCRIBE, FAKE "set line 0\n" FAKE "set end_line 0" },
        { ASK_DESCRIBE, FAKE "set end_line 1" },
        { ASK_INFER, FAKE "set outcome 2" },
        { ASK_DEF_EQ, FAKE "set equal 0\n" FAKE "set outcome 1" },
        { ASK_RUN, FAKE "stream 1 \n" FAKE "row 1 0 " },
        { ASK_RUN, FAKE "stream 1 x\n" FAKE "stream 2 y" },
    };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(truths); i++) {
        if (lwt_ask(truths[i].what, truths[i].text) != LW_OK)
            fail_msg("%s, %s: %s", lwt_ask_names[truths[i].what],
                     truths[i].text, lwt.error.message);
    }
    assert_int_equal(lw_worker_get_generation(lwt.worker), 1);
}

/* FAILED is an answer to everything, and costs nothing. */
static void
failures_have_statuses(void **state)
{
    static const struct {
        const char *text;
        int status;
    } failures[] = {
        { FAKE "fail 1 went wrong", LW_EWORKER },
        { FAKE "fail 2 went wrong", LW_EHEADER },
        { FAKE "fail 4 went wrong", LW_EUNSUPPORTED },
        { FAKE "fail 5 went wrong", LW_EWORKER },
        { FAKE "fail 7 went wrong", LW_EEXPORT },
        { FAKE "fail 8 went wrong", LW_EEXPORTFAILED },
        { FAKE "fail 99 went wrong", LW_EWORKER },
    };
    size_t i;
    int what;

    (void)state;
    for (what = 0; what < ASK_COUNT; what++) {
        for (i = 0; i < LWI_COUNT(failures) && what != ASK_HEADER; i++) {
            assert_int_equal(lwt_ask((enum lwt_ask)what, failures[i].text),
                             failures[i].status);
            assert_string_equal(lwt.error.message, "went wrong");
        }
    }
    assert_int_equal(lw_worker_get_generation(lwt.worker), 1);
}

#define WITH_WORKER(test)                                                      \
    cmocka_unit_test_setup_teardown(test, lwt_ask_setup, lwt_ask_teardown)

#define IN_STEPS(test)                                                         \
    cmocka_unit_test_setup_teardown(test, lwt_ask_setup_steps, lwt_ask_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORKER(a_lie_costs_the_worker),
        WITH_WORKER(what_could_be_true_is_let_through),
        WITH_WORKER(failures_have_statuses),
        IN_STEPS(a_lie_costs_the_worker),
        IN_STEPS(what_could_be_true_is_let_through),
        IN_STEPS(failures_have_statuses),
    };

    return LWT_RUN(tests);
}

/*
 * machine_test.c - the outcome of every event in every state, written down a
 * second time: who changes the table changes this one too, on purpose.
 */
#include "worker/machine.h"

#include "support/test.h"

/* Where an event is impossible. */
#define NO LWI_STATE_COUNT

#define NONE LWI_STATE_NONE
#define SPWN LWI_STATE_SPAWNING
#define GREE LWI_STATE_GREETING
#define LOAD LWI_STATE_LOADING
#define IDLE LWI_STATE_IDLE
#define BUSY LWI_STATE_BUSY
#define STOP LWI_STATE_STOPPING
#define ENDG LWI_STATE_ENDING
#define DEAD LWI_STATE_DEAD

/* clang-format off */
static const enum lwi_state wanted[LWI_STATE_COUNT][LWI_EVENT_COUNT] = {
    /*         START SPWND NOTSP HELLO READY REQST ANSWR STOP  FAIL  FINSH BURIED */
    /* NONE */ { SPWN, NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO },
    /* SPWN */ { NO,   GREE, NONE, NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO },
    /* GREE */ { NO,   NO,   NO,   LOAD, NO,   NO,   NO,   NO,   ENDG, NO,   NO },
    /* LOAD */ { NO,   NO,   NO,   NO,   IDLE, NO,   NO,   NO,   ENDG, NO,   NO },
    /* IDLE */ { NO,   NO,   NO,   NO,   NO,   BUSY, NO,   NO,   ENDG, ENDG, NO },
    /* BUSY */ { NO,   NO,   NO,   NO,   NO,   NO,   IDLE, STOP, ENDG, NO,   NO },
    /* STOP */ { NO,   NO,   NO,   NO,   NO,   NO,   IDLE, NO,   ENDG, NO,   NO },
    /* ENDG */ { NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO, DEAD },
    /* DEAD */ { SPWN, NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO },
};
/* clang-format on */

static void
every_cell_is_as_stated(void **state)
{
    int from, event;

    (void)state;
    for (from = 0; from < LWI_STATE_COUNT; from++) {
        for (event = 0; event < LWI_EVENT_COUNT; event++) {
            enum lwi_state to = NO;
            bool possible = lwi_machine_next((enum lwi_state)from,
                                             (enum lwi_event)event, &to);

            if (to != wanted[from][event] ||
                possible != (wanted[from][event] != NO))
                fail_msg("%s in %s leads to %s",
                         lwi_event_name((enum lwi_event)event),
                         lwi_state_name((enum lwi_state)from),
                         to == NO ? "nothing" : lwi_state_name(to));
        }
    }
}

/* The states that events can lead to from one, itself included. */
static void
reach(enum lwi_state from, bool seen[LWI_STATE_COUNT])
{
    int event;

    seen[from] = true;
    for (event = 0; event < LWI_EVENT_COUNT; event++) {
        enum lwi_state to;

        if (lwi_machine_next(from, (enum lwi_event)event, &to) && !seen[to])
            reach(to, seen);
    }
}

static void
every_state_can_be_reached(void **state)
{
    bool seen[LWI_STATE_COUNT] = { false };
    int i;

    (void)state;
    reach(LWI_STATE_NONE, seen);
    for (i = 0; i < LWI_STATE_COUNT; i++) {
        if (!seen[i])
            fail_msg("%s is never reached", lwi_state_name((enum lwi_state)i));
    }
}

/* From wherever it is, a worker can be brought back to work. */
static void
no_state_is_a_trap(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < LWI_STATE_COUNT; i++) {
        bool seen[LWI_STATE_COUNT] = { false };

        reach((enum lwi_state)i, seen);
        if (!seen[LWI_STATE_IDLE])
            fail_msg("no way leads from %s to IDLE",
                     lwi_state_name((enum lwi_state)i));
    }
}

/* The child may die or misbehave whenever it is there and not yet ending. */
static void
a_live_child_can_always_fail(void **state)
{
    static const enum lwi_state live[] = { GREE, LOAD, IDLE, BUSY, STOP };
    enum lwi_state to;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(live); i++) {
        assert_true(lwi_machine_next(live[i], LWI_EVENT_FAIL, &to));
        assert_int_equal(to, LWI_STATE_ENDING);
    }
}

static void
names_are_distinct(void **state)
{
    int i, j;

    (void)state;
    for (i = 0; i < LWI_STATE_COUNT; i++) {
        assert_true(strlen(lwi_state_what((enum lwi_state)i)) > 0);
        for (j = 0; j < i; j++)
            assert_string_not_equal(lwi_state_name((enum lwi_state)i),
                                    lwi_state_name((enum lwi_state)j));
    }
    for (i = 0; i < LWI_EVENT_COUNT; i++) {
        for (j = 0; j < i; j++)
            assert_string_not_equal(lwi_event_name((enum lwi_event)i),
                                    lwi_event_name((enum lwi_event)j));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_as_stated),
        cmocka_unit_test(every_state_can_be_reached),
        cmocka_unit_test(no_state_is_a_trap),
        cmocka_unit_test(a_live_child_can_always_fail),
        cmocka_unit_test(names_are_distinct),
    };

    return LWT_RUN(tests);
}

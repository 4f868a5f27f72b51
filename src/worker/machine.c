/* machine.c - the life of a worker as a table. */
#include "worker/machine.h"

/* 0 is "impossible", so that a cell that nobody wrote is one. */
#define TO(symbol) (LWI_STATE_##symbol + 1)

/* clang-format off */
static const uint8_t table[LWI_STATE_COUNT][LWI_EVENT_COUNT] = {
    [LWI_STATE_NONE] = {
        [LWI_EVENT_START] = TO(SPAWNING),
    },
    [LWI_STATE_SPAWNING] = {
        [LWI_EVENT_SPAWNED] = TO(GREETING),
        [LWI_EVENT_NOT_SPAWNED] = TO(NONE),
    },
    [LWI_STATE_GREETING] = {
        [LWI_EVENT_HELLO] = TO(LOADING),
        [LWI_EVENT_FAIL] = TO(ENDING),
    },
    [LWI_STATE_LOADING] = {
        [LWI_EVENT_READY] = TO(IDLE),
        [LWI_EVENT_FAIL] = TO(ENDING),
    },
    [LWI_STATE_IDLE] = {
        [LWI_EVENT_REQUEST] = TO(BUSY),
        [LWI_EVENT_FAIL] = TO(ENDING),
        [LWI_EVENT_FINISH] = TO(ENDING),
    },
    [LWI_STATE_BUSY] = {
        [LWI_EVENT_ANSWER] = TO(IDLE),
        [LWI_EVENT_STOP] = TO(STOPPING),
        [LWI_EVENT_FAIL] = TO(ENDING),
    },
    [LWI_STATE_STOPPING] = {
        [LWI_EVENT_ANSWER] = TO(IDLE),
        [LWI_EVENT_FAIL] = TO(ENDING),
    },
    [LWI_STATE_ENDING] = {
        [LWI_EVENT_BURIED] = TO(DEAD),
    },
    [LWI_STATE_DEAD] = {
        [LWI_EVENT_START] = TO(SPAWNING),
    },
};
/* clang-format on */

bool
lwi_machine_next(enum lwi_state from, enum lwi_event event, enum lwi_state *to)
{
    uint8_t cell;

    LW_ASSERT(from < LWI_STATE_COUNT && event < LWI_EVENT_COUNT);
    cell = table[from][event];
    if (cell == 0)
        return false;
    *to = (enum lwi_state)(cell - 1);
    return true;
}

const char *
lwi_state_name(enum lwi_state state)
{
    static const char *const names[] = {
#define NAME(symbol, what) #symbol,
        LWI_STATES(NAME)
#undef NAME
    };
    LW_ASSERT(state < LWI_STATE_COUNT);
    return names[state];
}

const char *
lwi_state_what(enum lwi_state state)
{
    static const char *const texts[] = {
#define TEXT(symbol, what) what,
        LWI_STATES(TEXT)
#undef TEXT
    };
    LW_ASSERT(state < LWI_STATE_COUNT);
    return texts[state];
}

const char *
lwi_event_name(enum lwi_event event)
{
    static const char *const names[] = {
#define NAME(symbol, what) #symbol,
        LWI_EVENTS(NAME)
#undef NAME
    };
    LW_ASSERT(event < LWI_EVENT_COUNT);
    return names[event];
}

/*
 * machine.h - the life of a worker's child as a table.
 *
 * Pure: no process, no lock, no time. lwi_machine_next is the only function
 * that knows which event leads where; worker.c calls it in one place. Whose
 * turn it is to act, a call's or the housekeeping thread's, is no matter of
 * this table: see worker.h.
 */
#ifndef LWI_MACHINE_H
#define LWI_MACHINE_H

#include "base/base.h"

/*    symbol     what is true in it */
#define LWI_STATES(STATE)                                                      \
    STATE(NONE, "there is no child")                                           \
    STATE(SPAWNING, "a process is being made")                                 \
    STATE(GREETING, "the process runs; its HELLO is awaited")                  \
    STATE(LOADING, "versions are agreed; its READY is awaited")                \
    STATE(IDLE, "ready for a request")                                         \
    STATE(BUSY, "a request is in progress")                                    \
    STATE(STOPPING, "a request was given up; its end is being settled")        \
    STATE(ENDING, "the child must go; its burial is awaited")                  \
    STATE(DEAD, "the child is buried")

/*    symbol        what happened */
#define LWI_EVENTS(EVENT)                                                      \
    EVENT(START, "the caller wants a child")                                   \
    EVENT(SPAWNED, "the process was made")                                     \
    EVENT(NOT_SPAWNED, "the process could not be made")                        \
    EVENT(HELLO, "a HELLO that fits came")                                     \
    EVENT(READY, "READY came")                                                 \
    EVENT(REQUEST, "the caller has a request")                                 \
    EVENT(ANSWER, "the answer to the request came")                            \
    EVENT(STOP, "deadline, cancel or sink: the child was asked to stop")       \
    EVENT(FAIL, "death, breach, a passed deadline: the child must go")         \
    EVENT(FINISH, "the caller wants the child to end")                         \
    EVENT(BURIED, "the process is gone and its end is known")

enum lwi_state {
#define LWI_STATE_ENUM_(symbol, what) LWI_STATE_##symbol,
    LWI_STATES(LWI_STATE_ENUM_)
#undef LWI_STATE_ENUM_
        LWI_STATE_COUNT
};

enum lwi_event {
#define LWI_EVENT_ENUM_(symbol, what) LWI_EVENT_##symbol,
    LWI_EVENTS(LWI_EVENT_ENUM_)
#undef LWI_EVENT_ENUM_
        LWI_EVENT_COUNT
};

/* Where the event leads; false where it cannot happen in that state. */
bool
lwi_machine_next(enum lwi_state from, enum lwi_event event, enum lwi_state *to);

/* Symbols and sentences of the tables above. Static. */
const char *
lwi_state_name(enum lwi_state state);
const char *
lwi_state_what(enum lwi_state state);
const char *
lwi_event_name(enum lwi_event event);

#endif

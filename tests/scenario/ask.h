/*
 * ask.h - requests of a session that a scenario makes by their name alone.
 */
#ifndef SCENARIO_ASK_H
#define SCENARIO_ASK_H

#include <stdbool.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

/* What all of them are made with. */
struct scenario_ask {
    lw_worker *worker;
    lw_session session;
    lw_span source; /* whatever it is about */
    const lw_sinks *sinks;
    const lw_request_options *options;
    lw_error *err;
};

/*
 * "elaborate", "kernel", "declarations", "describe", "term" or "run". The
 * result is kept here until ask_end.
 */
int
ask_begin(const char *word, const struct scenario_ask *ask);

/*
 * Destroys the result. False where it is there and should not be, or the other
 * way round.
 */
bool
ask_end(int rc);

#endif

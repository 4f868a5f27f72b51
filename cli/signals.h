/*
 * signals.h - Ctrl-C and its like end a run in an orderly way.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <lean_worker/cancel.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP set the token, and a second of them
 * ends the program at once; the system then ends its workers. What the caller
 * of the program had set to be ignored stays ignored.
 */
void
signals_start(lw_cancel *cancel);

/* The first signal that came, or 0. */
int
signals_seen(void);

#endif

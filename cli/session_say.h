/*
 * session_say.h - what a session says besides answers; for session.c.
 */
#ifndef CLI_SESSION_SAY_H
#define CLI_SESSION_SAY_H

#include "session.h"

/* Sinks while the session is opened: messages are about its sources. */
lw_sinks
session_source_sinks(struct session *session);

#endif

/*
 * top_ask.h - one question to a control socket.
 *
 * What answers is another program of this user, which may be stopped, broken,
 * or no pool at all: an answer is waited for a while, its size is bounded, and
 * its form is checked by whoever reads a member.
 */
#ifndef CLI_TOP_ASK_H
#define CLI_TOP_ASK_H

#include <jansson.h>
#include <stdint.h>

/* An object, the caller's; NULL with errno, EPROTO where it is no JSON. */
json_t *
top_ask(const char *path, const char *word, int patience_ms);

/* A member that is a whole number, at least 0; 0 where it is not. */
uint64_t
top_number(const json_t *object, const char *name);

/* A member that is a text; "" where it is not. Borrowed. */
const char *
top_text(const json_t *object, const char *name);

#endif

/*
 * json_text.h - small JSON documents on stdout.
 */
#ifndef CLI_JSON_TEXT_H
#define CLI_JSON_TEXT_H

#include <jansson.h>

/*
 * A string from outside. JSON holds Unicode only, and a path may hold any
 * byte: what is not UTF-8 becomes U+FFFD. NULL where there is no memory.
 */
json_t *
json_text(const char *text);

/* Prints a document, and a newline. Takes it over; NULL: out of memory, which
 * is said on stderr. Gives `code`, or 2. */
int
json_print(json_t *document, int code);

#endif

/*
 * json_text.h - JSON on stdout: values, documents, lines.
 */
#ifndef CLI_JSON_TEXT_H
#define CLI_JSON_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include <lean_worker/sinks.h>

/*
 * A string from outside. JSON holds Unicode only, and a path may hold any
 * byte: what is not UTF-8 becomes U+FFFD, byte by byte. NULL where there is
 * no memory, as for all of these.
 */
json_t *
json_text(const char *text);
json_t *
json_span(lw_span bytes);

/* Two digits for each byte. */
json_t *
json_hexadecimal(lw_span bytes);

/* To the microsecond; more digits are noise. */
json_t *
json_milliseconds(double ms);

/* The value where `known` is not 0, else null: for places that Lean gives. */
json_t *
json_known(uint32_t known, uint32_t value);

/* {"severity": …, "line": …, "message": …}, as docs/checking.md says. */
json_t *
json_diagnostic(const lw_diagnostic *diagnostic);

/* Prints a document, and a newline. Takes it over; NULL: out of memory, which
 * is said on stderr. Gives `code`, or 2. */
int
json_print(json_t *document, int code);

/* The same on one line, and flushed. False where it could not be written. */
bool
json_put_line(FILE *to, json_t *object);

#endif

/*
 * human.h - what people are shown: numbers, long texts, messages of Lean.
 *
 * All of it is bounded, says what it left out, and is safe on a terminal.
 */
#ifndef CLI_HUMAN_H
#define CLI_HUMAN_H

#include <lean_worker/sinks.h>

#include "term.h"

/* "9,950": a number of things that a person is to grasp. Gives the room. */
const char *
human_count(char *room, size_t size, uint64_t number);

/* In ten columns: "   1.5 ms", "    12.3 s". */
void
human_put_time(FILE *to, double ms);

/* Lines behind the first are indented. Gives how many it took. */
size_t
human_put_lines(const struct term *term, lw_span text, int indent, size_t max);

/* "… 9,970 more lines; --output jsonl has all" */
void
human_put_more(const struct term *term, int indent, uint64_t count,
               const char *unit);

/* "3:24 error: …", its further lines indented as the first. */
void
human_put_diagnostic(const struct term *term, const lw_diagnostic *d,
                     int indent);

/* The embedded Lean has only the exported half of its library: whether a
 * message comes from that, and what to say of it at the end. */
bool
human_speaks_of_missing_half(lw_span message);

void
human_put_missing_half(FILE *to);

/* The last lines that a worker wrote, where they may help. */
void
human_put_stderr(const struct term *term, int indent, lw_span text);

#endif

/*
 * control_line.h - what a client of a control socket says: a word and a
 * newline, a few bytes each.
 *
 * Pure: no descriptor, no memory but its own. Any bytes may come.
 */
#ifndef LWI_POOL_CONTROL_LINE_H
#define LWI_POOL_CONTROL_LINE_H

#include "base/base.h"

/*    symbol     word         what is answered */
#define LWI_CONTROL_MAP(X)                                                     \
    X(ABOUT, "about", "what serves here, and which protocol it speaks")        \
    X(SNAPSHOT, "snapshot", "the pool's counters")                             \
    X(WORKERS, "workers", "each place that is taken")                          \
    X(ALL, "all", "both of them")                                              \
    X(METRICS, "metrics", "the counters in the text format of Prometheus")

enum lwi_control_word {
    LWI_CONTROL_NONE, /* no whole line has come */
#define LWI_CONTROL_ENUM_(symbol, word, text) LWI_CONTROL_##symbol,
    LWI_CONTROL_MAP(LWI_CONTROL_ENUM_)
#undef LWI_CONTROL_ENUM_
        LWI_CONTROL_UNKNOWN, /* a line that is no word of ours */
    LWI_CONTROL_TOO_LONG,    /* no line of ours is so long: hang up */
};

#define LWI_CONTROL_LINE 64u /* bytes that may wait, newlines included */

struct lwi_control_line {
    size_t size;
    char bytes[LWI_CONTROL_LINE];
};

/* Where the next bytes go, and how many may; 0: it is full. */
char *
lwi_control_line_room(struct lwi_control_line *line, size_t *room);

/* Takes the first line out. A carriage return before the newline is no part
 * of it. */
enum lwi_control_word
lwi_control_line_take(struct lwi_control_line *line);

#endif

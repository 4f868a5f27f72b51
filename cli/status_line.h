/*
 * status_line.h - the line at the bottom of a screen while something lasts.
 *
 * Only on a terminal that can redraw. Who prints anything else there hides it
 * first.
 */
#ifndef CLI_STATUS_LINE_H
#define CLI_STATUS_LINE_H

#include "term.h"

struct status_line {
    struct term *term; /* NULL: there is none to draw on */
    bool shown;
    double started; /* seconds, as status_line_now gives them */
    double drawn;   /* last time */
};

/* Draws on the first of the two that is a terminal; either may be NULL. */
void
status_line_init(struct status_line *line, struct term *first,
                 struct term *second);

/* Whether there is a screen, and a while since the last drawing. */
bool
status_line_is_due(const struct status_line *line);

/* Draws now; the text has been cut to the screen's columns. */
void
status_line_show(struct status_line *line, const char *text);

void
status_line_hide(struct status_line *line);

/* Seconds from an unspecified start. */
double
status_line_now(void);

#endif

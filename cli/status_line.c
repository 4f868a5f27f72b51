/* status_line.c - the line at the bottom of a screen. */
#include "status_line.h"

#include <string.h>

#include "base/clock.h"
#include "base/path.h"

/* Seconds between two drawings while lines are printed above it. */
#define PAUSE 0.05

double
status_line_now(void)
{
    return (double)lwi_now(&lwi_system_clock) / 1e9;
}

/* It takes control sequences, and a little room. */
static bool
can_redraw(const struct term *term)
{
    const char *name = lwi_environment("TERM");

    return term->columns >= 20 && (name == NULL || strcmp(name, "dumb") != 0);
}

void
status_line_init(struct status_line *line, struct term *first,
                 struct term *second)
{
    *line = (struct status_line){ .started = status_line_now() };
    if (first != NULL && first->is_terminal)
        line->term = first;
    else if (second != NULL && second->is_terminal)
        line->term = second;
    if (line->term != NULL && !can_redraw(line->term))
        line->term = NULL;
}

bool
status_line_is_due(const struct status_line *line)
{
    return line->term != NULL && status_line_now() - line->drawn >= PAUSE;
}

void
status_line_show(struct status_line *line, const char *text)
{
    if (line->term == NULL)
        return;
    /* One write, and no clearing before it: that would flicker. */
    fprintf(line->term->file, "\r%s%s%s\x1b[K",
            term_style_on(line->term, TERM_DIM), text,
            term_style_off(line->term));
    fflush(line->term->file);
    line->shown = true;
    line->drawn = status_line_now();
}

void
status_line_hide(struct status_line *line)
{
    if (!line->shown)
        return;
    fputs("\r\x1b[K", line->term->file);
    line->shown = false;
    if (line->term->file == stderr)
        fflush(stderr); /* before stdout writes on the same screen */
}

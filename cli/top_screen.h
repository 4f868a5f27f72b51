/*
 * top_screen.h - the whole screen of a terminal, and giving it back as it was.
 *
 * One at a time in a program. However it ends, by a key, by a signal that can
 * be caught, or suspended by Ctrl-Z, the terminal gets back its lines, its
 * cursor and its settings.
 */
#ifndef CLI_TOP_SCREEN_H
#define CLI_TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum top_wake {
    TOP_WAKE_TIME,   /* the time is over */
    TOP_WAKE_REDRAW, /* another size, or it was suspended */
    TOP_WAKE_QUIT,   /* by a key, or a signal: top_screen_signal says which */
};

/* Takes the screen of stdout, and the keys of stdin. False with errno. */
bool
top_screen_open(void);

/* Puts a frame on it, lines that end in \n; they fit in the screen. */
void
top_screen_show(const char *frame, size_t size);

/* Rows of the screen, now. */
int
top_screen_rows(void);

enum top_wake
top_screen_wait(uint64_t ms);

/* Gives it back. */
void
top_screen_close(void);

/* The signal that ended it, or 0. */
int
top_screen_signal(void);

#endif

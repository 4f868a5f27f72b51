/*
 * term.h - what is known of the terminal, and printing that is safe on it.
 *
 * Text from outside (paths, messages of Lean, names in files) may hold
 * control characters, and a terminal obeys them: whatever did not come from
 * this program is printed with term_put_text or term_put_line.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "opt.h"

enum term_color_mode {
    TERM_COLOR_AUTO, /* on a terminal, unless NO_COLOR or TERM=dumb say no */
    TERM_COLOR_ALWAYS,
    TERM_COLOR_NEVER,
};

/* "auto", "always", "never": words for OPT_WORD in the order of the enum. */
extern const char *const term_color_words[];

#define TERM_OPT_COLOR(out)                                                    \
    OPT_WORD(0, "color", term_color_words, out, "auto",                        \
             "Whether to use colours.")

struct term {
    FILE *file;
    bool is_terminal;
    bool color;
    bool utf8;        /* of the locale, or nothing is said of one: else our
                         own symbols have an ASCII form */
    bool escape_wide; /* a terminal that is not for UTF-8: whatever is not
                         ASCII in a text from outside is escaped as well */
    int columns;      /* width; 0 where it is no terminal */
};

/* Looks at a stream, the locale and the environment. */
void
term_init(struct term *term, FILE *file, enum term_color_mode mode);

/* Asks for the width again, after SIGWINCH; costs one ioctl. */
void
term_update_width(struct term *term);

enum term_style {
    TERM_PLAIN,
    TERM_BOLD,
    TERM_DIM,
    TERM_GREEN,
    TERM_YELLOW,
    TERM_RED,
    TERM_CYAN,
};

/* "" where the terminal has no colour. Static. */
const char *
term_style_on(const struct term *term, enum term_style style);
const char *
term_style_off(const struct term *term);

/* One of two forms of a symbol of ours. */
const char *
term_symbol(const struct term *term, const char *utf8, const char *ascii);

/*
 * Prints bytes from outside. Newlines and tabs are kept; a carriage return
 * before a newline is dropped; every other control character, C1 ones and
 * those that change the direction of text included, is shown as an escape:
 * \x1b, \u202e. What is not UTF-8 is shown byte by byte: \xff.
 */
void
term_put_text(const struct term *term, const char *data, size_t size);

/* The same for what must stay on one line: \n and \t are shown as well. */
void
term_put_line(const struct term *term, const char *text);
void
term_put_bytes_line(const struct term *term, const char *data, size_t size);

/*
 * Columns that a text takes when term_put_line prints it, at least nearly:
 * wide characters count twice, marks that combine not at all.
 */
int
term_text_width(const struct term *term, const char *text);

/*
 * Ends the output of a program: flushes stdout and notices what went wrong on
 * the way (a full disk). Gives `code`, or 2 with a message on stderr. A reader
 * that went away (`| head`) is no error: the process ends quietly by SIGPIPE.
 */
int
term_finish(int code);

#endif

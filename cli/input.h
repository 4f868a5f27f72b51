/*
 * input.h - a text that a command was given: as an operand, in a file, or on
 * standard input. What Lean gets is UTF-8 without NUL bytes, so that is looked
 * at here, and what is wrong is said with the operand's name.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "check/source.h"
#include "opt.h"

struct input {
    const char *label; /* file name for messages; "" where it was an operand */
    const char *path;  /* NULL: not from a file */
    lw_span text;      /* borrowed from argv, or from below */
    struct lwi_source source;
};

/* All give 0, or 2 with a message on stderr. */

/* An argument that is to be UTF-8; what: "--type", "TERM". */
int
input_check_argument(const struct opt_page *page, const char *what,
                     const char *text);

/* A file; one that is too large, no regular file or no text is refused. */
int
input_from_file(struct input *input, const struct opt_page *page,
                const char *path);

/* Standard input to its end. */
int
input_from_stdin(struct input *input, const struct opt_page *page);

/* The operand itself. */
int
input_from_operand(struct input *input, const struct opt_page *page,
                   const char *what, const char *operand);

void
input_fini(struct input *input);

#endif

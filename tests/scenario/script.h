/*
 * script.h - the scenario language: reading it.
 *
 * A scenario has one line per step; words are separated by blanks; a word in
 * "quotes" may hold blanks and the escapes \n \t \\ \" \xHH; # begins a
 * comment. Steps stand in parts:
 *
 *     child {            what the child does; the Nth child the parent starts
 *         send HELLO     plays the Nth part, the last part plays on
 *         …
 *     }
 *     parent {
 *         start
 *         ping "abc" -> LW_OK
 *     }
 *
 * docs/testing.md lists the steps. Pure: text in, steps or an error out.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include <lean_worker/span.h>

#define SCRIPT_MAX_WORDS 24
#define SCRIPT_MAX_STEPS 200
#define SCRIPT_MAX_PARTS 8

struct script_step {
    int line;
    size_t count;
    lw_span words[SCRIPT_MAX_WORDS]; /* each with a NUL behind it */
};

struct script_part {
    bool parent;
    size_t count;
    struct script_step *steps; /* NULL while there is none */
};

struct script {
    const char *path; /* for messages; borrowed */
    size_t count;
    struct script_part parts[SCRIPT_MAX_PARTS];
    char *text;      /* what the words point into */
    char error[256]; /* "FILE:LINE: what" after a failure */
};

/* Takes a copy of the text. False with script->error filled in. */
bool
script_parse(struct script *script, const char *path, const char *text,
             size_t size);

void
script_fini(struct script *script);

/* The Nth child part, counted from 0; past the end the last. NULL: none. */
const struct script_part *
script_child(const struct script *script, size_t n);

const struct script_part *
script_parent(const struct script *script);

/* The first word. */
const char *
step_verb(const struct script_step *step);

/* The nth word, or NULL. */
const char *
step_word(const struct script_step *step, size_t n);

/* The value of NAME=VALUE among the words, or NULL. */
const char *
step_value(const struct script_step *step, const char *name);

/* The same with its length, for values with NUL bytes. */
bool
step_span(const struct script_step *step, const char *name, lw_span *value);

/* A number by name; `otherwise` where it is not given. */
unsigned long long
step_number(const struct script_step *step, const char *name,
            unsigned long long otherwise);

#endif

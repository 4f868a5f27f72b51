/* script.c - the scenario language: reading it. */
#include "scenario/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct script *script;
    const char *at;
    const char *end;
    char *to; /* where the next word is stored; never overtakes `at` */
    int line;
};

static bool
fail(struct reader *reader, const char *what)
{
    snprintf(reader->script->error, sizeof(reader->script->error), "%s:%d: %s",
             reader->script->path, reader->line, what);
    return false;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* The character that an escape stands for; at is behind the backslash. */
static bool
read_escape(struct reader *reader, char *out)
{
    static const char names[] = "nt\\\"", values[] = "\n\t\\\"";
    const char *found;

    if (reader->at == reader->end)
        return fail(reader, "the file ends in an escape");
    if (*reader->at == 'x') {
        if (reader->end - reader->at < 3 || hex_digit(reader->at[1]) < 0 ||
            hex_digit(reader->at[2]) < 0)
            return fail(reader, "\\x needs two digits 0-9 a-f");
        *out = (char)(hex_digit(reader->at[1]) * 16 + hex_digit(reader->at[2]));
        reader->at += 3;
        return true;
    }
    found = memchr(names, *reader->at, sizeof(names) - 1);
    if (found == NULL)
        return fail(reader,
                    "unknown escape; there are \\n \\t \\\\ \\\" \\xHH");
    *out = values[found - names];
    reader->at++;
    return true;
}

static bool
ends_word(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* A word may be quoted in part: label="a b". */
static bool
read_word(struct reader *reader, lw_span *word)
{
    bool quoted = false;
    char c;

    word->data = reader->to;
    while (reader->at < reader->end && (quoted || !ends_word(*reader->at))) {
        c = *reader->at++;
        if (c == '\n')
            return fail(reader, "the line ends inside quotes");
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (c == '\\' && quoted && !read_escape(reader, &c))
            return false;
        *reader->to++ = c;
    }
    if (quoted)
        return fail(reader, "the file ends inside quotes");
    word->size = (size_t)(reader->to - word->data);
    *reader->to++ = '\0';
    return true;
}

static void
skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end &&
           (*reader->at == ' ' || *reader->at == '\t'))
        reader->at++;
    if (reader->at < reader->end && *reader->at == '#') {
        while (reader->at < reader->end && *reader->at != '\n')
            reader->at++;
    }
}

/* One line's words; an empty line gives none. */
static bool
read_line(struct reader *reader, struct script_step *step)
{
    *step = (struct script_step){ .line = reader->line };
    for (;;) {
        skip_blanks(reader);
        if (reader->at == reader->end)
            return true;
        if (*reader->at == '\n') {
            reader->at++;
            return true;
        }
        if (step->count == SCRIPT_MAX_WORDS)
            return fail(reader, "too many words in a line");
        if (!read_word(reader, &step->words[step->count]))
            return false;
        step->count++;
    }
}

static bool
is_only(const struct script_step *step, const char *first, const char *second)
{
    size_t count = second == NULL ? 1 : 2;

    return step->count == count && strcmp(step->words[0].data, first) == 0 &&
           (second == NULL || strcmp(step->words[1].data, second) == 0);
}

static bool
open_part(struct reader *reader, const struct script_step *step,
          struct script_part **part)
{
    struct script *script = reader->script;
    bool parent = is_only(step, "parent", "{");

    if (!parent && !is_only(step, "child", "{"))
        return fail(reader, "`child {` or `parent {` is wanted here");
    if (script->count == SCRIPT_MAX_PARTS)
        return fail(reader, "too many parts");
    if (parent && script_parent(script) != NULL)
        return fail(reader, "there is a parent already");
    *part = &script->parts[script->count++];
    (*part)->parent = parent;
    return true;
}

/* The room doubles whenever the count reaches a power of two. */
static bool
add_step(struct reader *reader, struct script_part *part,
         const struct script_step *step)
{
    struct script_step *steps = part->steps;

    if (part->count == SCRIPT_MAX_STEPS)
        return fail(reader, "too many steps in a part");
    if ((part->count & (part->count - 1)) == 0) {
        size_t room = part->count == 0 ? 1 : part->count * 2;

        steps = realloc(steps, room * sizeof(*steps));
        if (steps == NULL)
            return fail(reader, "out of memory");
        part->steps = steps;
    }
    steps[part->count++] = *step;
    return true;
}

static bool
read_parts(struct reader *reader)
{
    struct script_part *part = NULL;
    struct script_step step;

    for (; reader->at < reader->end; reader->line++) {
        if (!read_line(reader, &step))
            return false;
        if (step.count == 0)
            continue;
        if (part == NULL) {
            if (!open_part(reader, &step, &part))
                return false;
        } else if (is_only(&step, "}", NULL)) {
            part = NULL;
        } else if (!add_step(reader, part, &step)) {
            return false;
        }
    }
    if (part != NULL)
        return fail(reader, "the file ends inside a part");
    if (script_parent(reader->script) == NULL)
        return fail(reader, "there is no parent part");
    return true;
}

bool
script_parse(struct script *script, const char *path, const char *text,
             size_t size)
{
    struct reader reader = { .script = script, .at = text, .line = 1 };

    *script = (struct script){ .path = path };
    /* A word takes at most its own length and a NUL for the blank. */
    script->text = malloc(size + 2);
    if (script->text == NULL)
        return fail(&reader, "out of memory");
    reader.end = text + size;
    reader.to = script->text;
    return read_parts(&reader);
}

void
script_fini(struct script *script)
{
    size_t i;

    for (i = 0; i < script->count; i++)
        free(script->parts[i].steps);
    free(script->text);
    script->text = NULL;
    script->count = 0;
}

const struct script_part *
script_child(const struct script *script, size_t n)
{
    const struct script_part *found = NULL;
    size_t i, seen = 0;

    for (i = 0; i < script->count && seen <= n; i++) {
        if (!script->parts[i].parent) {
            found = &script->parts[i];
            seen++;
        }
    }
    return found;
}

const struct script_part *
script_parent(const struct script *script)
{
    size_t i;

    for (i = 0; i < script->count; i++) {
        if (script->parts[i].parent)
            return &script->parts[i];
    }
    return NULL;
}

const char *
step_verb(const struct script_step *step)
{
    return step->words[0].data;
}

const char *
step_word(const struct script_step *step, size_t n)
{
    return n < step->count ? step->words[n].data : NULL;
}

bool
step_span(const struct script_step *step, const char *name, lw_span *value)
{
    size_t length = strlen(name), i;

    for (i = 1; i < step->count; i++) {
        const lw_span *word = &step->words[i];

        if (word->size > length && word->data[length] == '=' &&
            memcmp(word->data, name, length) == 0) {
            value->data = word->data + length + 1;
            value->size = word->size - length - 1;
            return true;
        }
    }
    return false;
}

const char *
step_value(const struct script_step *step, const char *name)
{
    lw_span value;

    return step_span(step, name, &value) ? value.data : NULL;
}

unsigned long long
step_number(const struct script_step *step, const char *name,
            unsigned long long otherwise)
{
    const char *value = step_value(step, name);

    return value == NULL ? otherwise : strtoull(value, NULL, 0);
}

/* human.c - what people are shown: numbers, long texts, messages of Lean. */
#include "human.h"

#include <string.h>

#include "proto/utf8.h"

/* What is shown of one text; JSON has it all. */
#define MESSAGE_LINES_MAX 30u
#define MESSAGE_BYTES_MAX (16u * 1024u)
#define STDERR_LINES_MAX 3u

/* ---- numbers ---- */

const char *
human_count(char *room, size_t size, uint64_t number)
{
    char digits[32];
    size_t length, i, at = 0;

    snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    length = strlen(digits);
    for (i = 0; i < length && at + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            room[at++] = ',';
        room[at++] = digits[i];
    }
    room[at] = '\0';
    return room;
}

void
human_put_time(FILE *to, double ms)
{
    if (ms < 9.95)
        fprintf(to, "%6.1f ms", ms);
    else if (ms < 999.5)
        fprintf(to, "%6.0f ms", ms);
    else
        fprintf(to, "%7.1f s", ms / 1000.0);
}

/* ---- what Lean said ---- */

struct severity_look {
    const char *word;
    enum term_style style;
};

static struct severity_look
look_of(lw_severity severity)
{
    switch (severity) {
    case LW_SEVERITY_INFO:
        return (struct severity_look){ "info", TERM_CYAN };
    case LW_SEVERITY_WARNING:
        return (struct severity_look){ "warning", TERM_YELLOW };
    case LW_SEVERITY_ERROR:
        break;
    }
    return (struct severity_look){ "error", TERM_RED };
}

/* The start of a message that is shown, in whole code points. */
static lw_span
shown_part(lw_span message)
{
    if (message.size > MESSAGE_BYTES_MAX)
        message.size = lwi_utf8_valid_prefix(message.data, MESSAGE_BYTES_MAX);
    while (message.size > 0 && message.data[message.size - 1] == '\n')
        message.size--;
    return message;
}

static size_t
count_lines(lw_span text)
{
    size_t lines = 1, i;

    for (i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    return lines;
}

size_t
human_put_lines(const struct term *term, lw_span text, int indent, size_t max)
{
    size_t lines = 0, length;
    const char *end;

    while (lines < max) {
        end = memchr(text.data, '\n', text.size);
        length = end == NULL ? text.size : (size_t)(end - text.data);
        if (lines > 0 && length > 0)
            fprintf(term->file, "%*s", indent, "");
        term_put_text(term, text.data, length);
        putc('\n', term->file);
        lines++;
        if (end == NULL)
            break;
        text.data += length + 1;
        text.size -= length + 1;
    }
    return lines;
}

void
human_put_more(const struct term *term, int indent, uint64_t count,
               const char *unit)
{
    char room[40];

    fprintf(term->file, "%*s%s%s %s more %s; --output jsonl has all%s\n",
            indent, "", term_style_on(term, TERM_DIM),
            term_symbol(term, "…", "..."),
            human_count(room, sizeof(room), count), unit, term_style_off(term));
}

static void
put_message(const struct term *term, int indent, lw_span message)
{
    lw_span shown = shown_part(message);
    size_t lines = human_put_lines(term, shown, indent, MESSAGE_LINES_MAX);
    size_t all = count_lines(message);

    if (lines == MESSAGE_LINES_MAX && all > lines)
        human_put_more(term, indent, all - lines, "lines");
    else if (message.size > shown.size + 64)
        human_put_more(term, indent, message.size - shown.size, "bytes");
}

/* Errors that have a page in Lean's manual: "error(lean.unknownIdentifier)". */
static void
put_name(const struct term *term, lw_span kind)
{
    static const char mark[] = "._namedError";
    size_t tail = sizeof(mark) - 1;

    if (kind.size <= tail ||
        memcmp(kind.data + kind.size - tail, mark, tail) != 0)
        return;
    putc('(', term->file);
    term_put_text(term, kind.data, kind.size - tail);
    putc(')', term->file);
}

void
human_put_diagnostic(const struct term *term, const lw_diagnostic *d,
                     int indent)
{
    struct severity_look look = look_of(d->severity);

    fprintf(term->file, "%*s", indent, "");
    if (d->line > 0)
        fprintf(term->file, "%u:%u ", d->line, d->column);
    fprintf(term->file, "%s%s", term_style_on(term, look.style), look.word);
    put_name(term, d->kind);
    fprintf(term->file, ":%s ", term_style_off(term));
    put_message(term, indent, d->message);
}

/* The embedded Lean has only the exported half of its library. */
bool
human_speaks_of_missing_half(lw_span message)
{
    static const char *const words[] = { "_redArg", "_private." };
    size_t i;

    message = shown_part(message);
    if (memmem(message.data, message.size, "Unknown constant", 16) == NULL)
        return false;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        message = shown_part(message);
        if (memmem(message.data, message.size, words[i], strlen(words[i])) !=
            NULL)
            return true;
    }
    return false;
}

void
human_put_missing_half(FILE *to)
{
    fputs("\nThe embedded Lean has only the exported half of its "
          "library; \"Unknown constant …\"\nwith _redArg or _private is "
          "an error of that half, not of your file. A full Lean\n"
          "(elan, or conda install -c conda-forge lean4) does not have "
          "it.\n",
          to);
}

/* ---- what a worker wrote ---- */

void
human_put_stderr(const struct term *term, int indent, lw_span text)
{
    size_t lines = 0, start;

    while (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    for (start = text.size; start > 0; start--) {
        if (text.data[start - 1] == '\n' && ++lines == STDERR_LINES_MAX)
            break;
    }
    text.data += start;
    text.size -= start;
    if (text.size == 0)
        return;
    fprintf(term->file, "%*s%s", indent, "", term_style_on(term, TERM_DIM));
    human_put_lines(term, shown_part(text), indent, STDERR_LINES_MAX);
    fputs(term_style_off(term), term->file);
}

/*
 * term_text.c - printing text from outside.
 *
 * What is passed on is what a terminal shows as glyphs, and nothing that it
 * obeys: no escape sequence, no C1 control (a terminal may take U+009B for
 * the start of one), nothing that turns the direction of a line around.
 */
#include <string.h>

#include "proto/utf8.h"
#include "term.h"

struct range {
    unsigned first, last;
};

static bool
is_in(const struct range *ranges, size_t count, unsigned c)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

#define IS_IN(ranges, c) is_in(ranges, sizeof(ranges) / sizeof((ranges)[0]), c)

/* Shown as escapes; newline and tab are decided elsewhere. */
static bool
is_unsafe(unsigned c)
{
    static const struct range ranges[] = {
        { 0x0000, 0x001f },   /* C0 */
        { 0x007f, 0x009f },   /* DEL, C1 */
        { 0x061c, 0x061c },   /* Arabic letter mark */
        { 0x200e, 0x200f },   /* direction marks */
        { 0x2028, 0x202e },   /* line ends, embeddings, overrides */
        { 0x2066, 0x2069 },   /* isolates */
        { 0xfeff, 0xfeff },   /* byte order mark */
        { 0xfff9, 0xfffb },   /* annotations */
        { 0xe0000, 0xe007f }, /* tags */
    };

    return IS_IN(ranges, c);
}

/* The character at p, which is well-formed, and its length. */
static unsigned
decode(const unsigned char *p, size_t *length)
{
    if (p[0] < 0x80) {
        *length = 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *length = 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] < 0xf0) {
        *length = 3;
        return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    }
    *length = 4;
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
           (p[3] & 0x3fu);
}

/* ---- printing ---- */

static void
put_escape(const struct term *term, unsigned c, bool is_byte)
{
    if (is_byte || c < 0x80)
        fprintf(term->file, "\\x%02x", c);
    else if (c <= 0xffff)
        fprintf(term->file, "\\u%04x", c);
    else
        fprintf(term->file, "\\U%08x", c);
}

/* Whether the character can be passed on as it is. */
static bool
passes(const struct term *term, unsigned c, bool one_line)
{
    if (c == '\n' || c == '\t')
        return !one_line;
    return !is_unsafe(c) && (c < 0x80 || !term->escape_wide);
}

static void
put_special(const struct term *term, unsigned c)
{
    if (c == '\n')
        fputs("\\n", term->file);
    else if (c == '\t')
        fputs("\\t", term->file);
    else
        put_escape(term, c, false);
}

/* Well-formed text, in runs as long as possible. */
static void
put_valid(const struct term *term, const char *data, size_t size, bool one_line)
{
    size_t start = 0, at = 0, length = 0;
    unsigned c;

    for (; at < size; at += length) {
        c = decode((const unsigned char *)data + at, &length);
        if (passes(term, c, one_line))
            continue;
        fwrite(data + start, 1, at - start, term->file);
        start = at + length;
        if (c != '\r' || start >= size || data[start] != '\n' || one_line)
            put_special(term, c);
    }
    fwrite(data + start, 1, size - start, term->file);
}

static void
put(const struct term *term, const char *data, size_t size, bool one_line)
{
    size_t at = 0, valid;

    while (at < size) {
        valid = lwi_utf8_valid_prefix(data + at, size - at);
        put_valid(term, data + at, valid, one_line);
        at += valid;
        if (at < size)
            put_escape(term, (unsigned char)data[at++], true);
    }
}

void
term_put_text(const struct term *term, const char *data, size_t size)
{
    put(term, data, size, false);
}

void
term_put_bytes_line(const struct term *term, const char *data, size_t size)
{
    put(term, data, size, true);
}

void
term_put_line(const struct term *term, const char *text)
{
    put(term, text, strlen(text), true);
}

/* ---- measuring ---- */

/* The blocks that matter; a table of all of Unicode is not worth its size. */
static int
glyph_width(unsigned c)
{
    static const struct range marks[] = {
        { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
        { 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x1ab0, 0x1aff },
        { 0x1dc0, 0x1dff }, { 0x200b, 0x200d }, { 0x20d0, 0x20ff },
        { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
    };
    static const struct range wide[] = {
        { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
        { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },
        { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
        { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
    };

    if (c < 0x300)
        return 1;
    return IS_IN(marks, c) ? 0 : IS_IN(wide, c) ? 2 : 1;
}

static int
escape_width(unsigned c)
{
    if (c == '\n' || c == '\t')
        return 2;
    return c < 0x80 ? 4 : c <= 0xffff ? 6 : 10;
}

int
term_text_width(const struct term *term, const char *text)
{
    size_t size = strlen(text), at = 0, valid, length;
    int width = 0;
    unsigned c;

    while (at < size) {
        valid = at + lwi_utf8_valid_prefix(text + at, size - at);
        for (; at < valid; at += length) {
            c = decode((const unsigned char *)text + at, &length);
            width += passes(term, c, true) ? glyph_width(c) : escape_width(c);
        }
        if (at < size) {
            width += 4; /* a byte that is no text */
            at++;
        }
    }
    return width;
}

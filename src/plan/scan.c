/* scan.c - the imports of a source, found without Lean. */
#include "plan/scan.h"

/* ---- words ---- */

static void
skip(struct lwi_scan *scan, size_t size)
{
    scan->left.data += size;
    scan->left.size -= size;
}

static bool
starts(const struct lwi_scan *scan, const char *text)
{
    size_t size = strlen(text);

    return scan->left.size >= size && memcmp(scan->left.data, text, size) == 0;
}

static void
skip_line(struct lwi_scan *scan)
{
    const char *end = memchr(scan->left.data, '\n', scan->left.size);

    skip(scan, end == NULL ? scan->left.size : (size_t)(end - scan->left.data));
}

/* Comments of this kind nest. */
static void
skip_block(struct lwi_scan *scan)
{
    const char *start = scan->left.data;
    size_t depth = 0;

    do {
        if (starts(scan, "/-")) {
            depth++;
            skip(scan, 2);
        } else if (starts(scan, "-/")) {
            depth--;
            skip(scan, 2);
        } else if (scan->left.size > 0) {
            skip(scan, 1);
        } else {
            scan->fault = "this comment has no end";
            scan->at = start;
            return;
        }
    } while (depth > 0);
}

/* A comment that documents something is the body's first command. */
static bool
is_comment(const struct lwi_scan *scan)
{
    return starts(scan, "/-") && !starts(scan, "/--") && !starts(scan, "/-!");
}

static void
skip_blanks(struct lwi_scan *scan)
{
    while (scan->fault == NULL && scan->left.size > 0) {
        if (strchr(" \t\r\n", scan->left.data[0]) != NULL)
            skip(scan, 1);
        else if (starts(scan, "--"))
            skip_line(scan);
        else if (is_comment(scan))
            skip_block(scan);
        else
            return;
    }
}

/* Bytes that a name may go on with; other alphabets are not looked into. */
static bool
is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 ||
           (c != '\0' && strchr("_'!?./\\", c) != NULL);
}

static size_t
word_size(const struct lwi_scan *scan)
{
    static const char open[] = "\u00ab", close[] = "\u00bb";
    const char *text = scan->left.data;
    size_t size = scan->left.size, at = 0;
    bool quoted = false;

    while (at < size && (quoted ? text[at] != '\n' : is_of_name(text[at])) &&
           (quoted || size - at < 2 || memcmp(text + at, "/-", 2) != 0)) {
        if (size - at >= 2 && memcmp(text + at, quoted ? close : open, 2) == 0)
            quoted = !quoted;
        at++;
    }
    return at;
}

/* Takes the word where it is the next. */
static bool
take_word(struct lwi_scan *scan, const char *word)
{
    if (scan->fault != NULL || word_size(scan) != strlen(word) ||
        !starts(scan, word))
        return false;
    skip(scan, strlen(word));
    skip_blanks(scan);
    return true;
}

/* ---- the header ---- */

void
lwi_scan_init(struct lwi_scan *scan, lw_span text)
{
    static const char mark[] = "\xef\xbb\xbf";

    *scan = (struct lwi_scan){ .left = text };
    if (starts(scan, mark))
        skip(scan, 3);
    skip_blanks(scan);
    scan->is_module = take_word(scan, "module");
    scan->is_prelude = take_word(scan, "prelude");
}

bool
lwi_scan_next(struct lwi_scan *scan, lw_span *name)
{
    if (scan->fault != NULL)
        return false;
    /* "public" and "meta" may belong to the body: then no import follows. */
    take_word(scan, "public");
    take_word(scan, "meta");
    if (!take_word(scan, "import")) {
        scan->left.size = 0;
        return false;
    }
    take_word(scan, "all");
    if (scan->fault != NULL)
        return false;
    name->data = scan->left.data;
    name->size = word_size(scan);
    if (name->size == 0) {
        scan->fault = "the name of a module is wanted here";
        scan->at = scan->left.data;
        return false;
    }
    skip(scan, name->size);
    skip_blanks(scan);
    return scan->fault == NULL;
}

void
lwi_scan_place(lw_span text, const char *at, uint32_t *line, uint32_t *column)
{
    const char *p;

    *line = 1;
    *column = 0;
    for (p = text.data; p < at; p++) {
        if (*p == '\n') {
            ++*line;
            *column = 0;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

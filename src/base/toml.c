/* toml.c - the little of TOML that this library reads: strings. */
#include "base/toml.h"

static const char *
skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

static const char *
skip_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at == '\n' ? at + 1 : at;
}

/* The character that an escape in a "string" stands for, 0 for the others. */
static char
unescape(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

/* """ and ''' begin strings of several lines, which nobody needs here. */
static bool
is_one_line(const char *at)
{
    return (*at == '"' || *at == '\'') && (at[1] != *at || at[2] != *at);
}

/*
 * Reads "basic", 'literal' or bare_key text. NULL where it is none of them,
 * does not end on its line or does not fit; else what follows it.
 */
static const char *
read_text(const char *at, char *out, size_t size)
{
    static const char bare[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    char quote = '\0', c;
    size_t used = 0;

    if (*at == '"' || *at == '\'')
        quote = *at;
    if (quote != '\0')
        at++;
    for (;; at++) {
        c = *at;
        if (quote != '\0' ? c == quote : c == '\0' || !strchr(bare, c))
            break;
        if (c == '\0' || c == '\n' || used + 1 >= size)
            return NULL;
        if (c == '\\' && quote == '"' && (c = unescape(*++at)) == '\0')
            return NULL;
        out[used++] = c;
    }
    out[used] = '\0';
    if (quote == '\0')
        return used > 0 ? at : NULL;
    return at + 1;
}

/* True where `at` begins the header `[table]`. */
static bool
is_header_of(const char *at, const char *table)
{
    char name[256];

    if (at[1] == '[')
        return false; /* an array of tables */
    at = read_text(skip_blanks(at + 1), name, sizeof(name));
    return at != NULL && *skip_blanks(at) == ']' && strcmp(name, table) == 0;
}

bool
lwi_toml_string(const char *text, const char *table, const char *key, char *out,
                size_t size)
{
    bool inside = table[0] == '\0';
    char name[4096];
    const char *at;

    for (; *text != '\0'; text = skip_line(text)) {
        at = skip_blanks(text);
        if (*at == '[') {
            inside = is_header_of(at, table);
            continue;
        }
        if (!inside)
            continue;
        at = read_text(at, name, sizeof(name));
        if (at == NULL || strcmp(name, key) != 0)
            continue;
        at = skip_blanks(at);
        if (*at != '=')
            continue;
        at = skip_blanks(at + 1);
        return is_one_line(at) && read_text(at, out, size) != NULL;
    }
    return false;
}

/* name.c - names of modules, and the files that they stand for. */
#include "plan/name.h"

#include "base/utf8.h"

#define OPEN "\xc2\xab"
#define CLOSE "\xc2\xbb"
#define GUILLEMET 2 /* bytes of either */

struct range {
    uint32_t first, last;
};

/* What Lean has for letters besides those of ASCII, in all its versions. */
static const struct range letters[] = {
    { 0x391, 0x39f },   { 0x3a1, 0x3a2 },     { 0x3a4, 0x3a9 },
    { 0x3b1, 0x3ba },   { 0x3bc, 0x3fb },     { 0x1f00, 0x1ffe },
    { 0x2100, 0x214f }, { 0x1d49c, 0x1d59f },
};
/* And what newer ones have. */
static const struct range newer_letters[] = {
    { 0xc0, 0xd6 },
    { 0xd8, 0xf6 },
    { 0xf8, 0x17f },
};
static const struct range subscripts[] = {
    { 0x2080, 0x2089 },
    { 0x2090, 0x209c },
    { 0x1d62, 0x1d6a },
    { 0x2c7c, 0x2c7c },
};

static bool
is_in(const struct range *ranges, size_t count, uint32_t c)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

static bool
is_first(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           is_in(letters, LWI_COUNT(letters), c);
}

static bool
is_rest(uint32_t c)
{
    return is_first(c) || (c >= '0' && c <= '9') || c == '\'' || c == '!' ||
           c == '?' || is_in(subscripts, LWI_COUNT(subscripts), c);
}

static bool
is_newer(uint32_t c)
{
    return is_in(newer_letters, LWI_COUNT(newer_letters), c);
}

/* The character at p, and its bytes; 0 bytes where there is none. */
static size_t
decode(const char *p, size_t left, uint32_t *c)
{
    const unsigned char *byte = (const unsigned char *)p;
    size_t size = lwi_utf8_sequence(byte, left), i;
    static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

    *c = size == 0 ? 0 : byte[0] & masks[size];
    for (i = 1; i < size; i++)
        *c = *c << 6 | (byte[i] & 0x3fu);
    return size;
}

/* Whether it may be a part, and whether it needs no guillemets. */
static bool
judge_part(const char *part, size_t size, bool *plain)
{
    size_t at = 0, step;
    uint32_t c;

    *plain = true;
    if (size == 0 || (size == 1 && part[0] == '.') ||
        (size == 2 && memcmp(part, "..", 2) == 0))
        return false;
    while (at < size) {
        step = decode(part + at, size - at, &c);
        if (step == 0 || c < ' ' || (c >= 0x7f && c < 0xa0) || c == '/' ||
            c == 0xab || c == 0xbb)
            return false;
        *plain = *plain && (at == 0 ? is_first(c) : is_rest(c));
        at += step;
    }
    return true;
}

int
lwi_name_add(struct lwi_buf *name, const char *part, size_t size)
{
    size_t before = name->size;
    bool plain;
    int rc = LW_OK;

    if (!judge_part(part, size, &plain) ||
        before + size + 1 + 2 * GUILLEMET > LWI_NAME_MAX)
        return LW_EINVAL;
    if (before > 0)
        rc = lwi_buf_append_text(name, ".");
    if (rc == LW_OK && !plain)
        rc = lwi_buf_append_text(name, OPEN);
    if (rc == LW_OK)
        rc = lwi_buf_append(name, part, size);
    if (rc == LW_OK && !plain)
        rc = lwi_buf_append_text(name, CLOSE);
    if (rc != LW_OK)
        name->size = before;
    return rc;
}

/* Bytes of the part at text as it is written without guillemets; 0: none. */
static size_t
plain_part(const char *text, size_t left)
{
    size_t at = 0, step;
    uint32_t c;

    while (at < left && text[at] != '.') {
        step = decode(text + at, left - at, &c);
        if (step == 0 || !(is_newer(c) || (at == 0 ? is_first(c) : is_rest(c))))
            return 0;
        at += step;
    }
    return at;
}

/* Bytes up to the closing guillemet; left, where there is none. */
static size_t
find_close(const char *text, size_t left)
{
    size_t at;

    for (at = 0; at + GUILLEMET <= left; at++) {
        if (memcmp(text + at, CLOSE, GUILLEMET) == 0)
            return at;
    }
    return left;
}

/* Cuts the next part off; false where there is none. */
static bool
next_part(const char **text, size_t *left, lw_span *part)
{
    bool quoted = *left >= GUILLEMET && memcmp(*text, OPEN, GUILLEMET) == 0;
    const char *begin = *text + (quoted ? GUILLEMET : 0);
    size_t room = *left - (quoted ? GUILLEMET : 0), used;

    used = quoted ? find_close(begin, room) : plain_part(begin, room);
    if (used == 0 || (quoted && used == room))
        return false;
    *part = (lw_span){ begin, used };
    used += quoted ? 2 * GUILLEMET : 0;
    *text += used;
    *left -= used;
    return true;
}

static int
add_part(struct lwi_buf *name, struct lwi_buf *path, lw_span part, bool first)
{
    bool plain;
    int rc = LW_OK;

    if (!judge_part(part.data, part.size, &plain))
        return LW_EINVAL;
    if (name != NULL)
        rc = lwi_name_add(name, part.data, part.size);
    if (path != NULL && rc == LW_OK && !first)
        rc = lwi_buf_append_text(path, "/");
    if (path != NULL && rc == LW_OK)
        rc = lwi_buf_append(path, part.data, part.size);
    return rc;
}

int
lwi_name_read(struct lwi_buf *name, struct lwi_buf *path, const char *text,
              size_t size)
{
    size_t name_before = name != NULL ? name->size : 0;
    size_t path_before = path != NULL ? path->size : 0;
    size_t parts = 0;
    lw_span part;
    int rc = size == 0 || size > LWI_NAME_MAX ? LW_EINVAL : LW_OK;

    while (rc == LW_OK) {
        if (++parts > LWI_NAME_PARTS_MAX || !next_part(&text, &size, &part))
            rc = LW_EINVAL;
        if (rc == LW_OK)
            rc = add_part(name, path, part, parts == 1);
        if (rc != LW_OK || size == 0)
            break;
        if (*text != '.')
            rc = LW_EINVAL;
        text++;
        size--;
    }
    if (rc != LW_OK && name != NULL)
        name->size = name_before;
    if (rc != LW_OK && path != NULL)
        path->size = path_before;
    return rc;
}

bool
lwi_name_is_within(const char *name, const char *above)
{
    size_t size = strlen(above);

    return strncmp(name, above, size) == 0 &&
           (name[size] == '\0' || name[size] == '.');
}

/* elan_name.c - how toolchains are named. */
#include "toolchain/elan_name.h"

#include <stdio.h>

#include "base/text.h"

#define DEFAULT_ORIGIN "leanprover/lean4"
#define NIGHTLY "nightly"
#define LONGEST                                                                \
    200 /* leaves room for what parsing puts in front and behind               \
         */

#define LETTERS                                                                \
    "abcdefghijklmnopqrstuvwxyz"                                               \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                               \
    "0123456789-_"

/* OWNER/REPOSITORY, each of letters, neither empty. */
static bool
is_origin(const char *text)
{
    size_t owner = strspn(text, LETTERS);
    size_t repository;

    if (owner == 0 || text[owner] != '/')
        return false;
    repository = strspn(text + owner + 1, LETTERS);
    return repository > 0 && text[owner + 1 + repository] == '\0';
}

/* One component of a path, and never "." or ".." or an option. */
static bool
is_release(const char *text)
{
    return text[0] != '\0' && text[0] != '.' && text[0] != '-' &&
           text[strspn(text, LETTERS ".+")] == '\0';
}

static bool
split(struct lwi_elan_name *out, const char *text)
{
    const char *colon = strchr(text, ':');

    out->has_origin = colon != NULL;
    if (colon == NULL) {
        lwi_text_copy(out->origin, sizeof(out->origin), DEFAULT_ORIGIN);
        return lwi_text_copy(out->release, sizeof(out->release), text);
    }
    lwi_text_copy(out->origin, sizeof(out->origin), text);
    out->origin[colon - text] = '\0';
    return lwi_text_copy(out->release, sizeof(out->release), colon + 1);
}

bool
lwi_elan_name_parse(struct lwi_elan_name *out, const char *text)
{
    char given[LWI_ELAN_NAME_SIZE];

    *out = (struct lwi_elan_name){ 0 };
    if (strlen(text) > LONGEST ||
        !lwi_text_copy(out->text, sizeof(out->text), text) ||
        !split(out, text) || !is_origin(out->origin) ||
        !is_release(out->release))
        return false;
    if (lwi_text_starts(out->release, NIGHTLY) &&
        !lwi_text_ends(out->origin, "-" NIGHTLY)) {
        lwi_text_copy(given, sizeof(given), out->origin);
        snprintf(out->origin, sizeof(out->origin), "%.240s-" NIGHTLY, given);
    }
    if (out->release[0] >= '0' && out->release[0] <= '9') {
        lwi_text_copy(given, sizeof(given), out->release);
        snprintf(out->release, sizeof(out->release), "v%.250s", given);
    }
    out->is_channel = strcmp(out->release, "stable") == 0 ||
                      strcmp(out->release, "beta") == 0 ||
                      strcmp(out->release, NIGHTLY) == 0;
    return true;
}

/* Trims [*from, *to) of blanks, and of a comment that follows one. */
static void
trim(const char **from, const char **to)
{
    const char *at;

    while (*from < *to && (**from == ' ' || **from == '\t'))
        (*from)++;
    for (at = *from; at < *to; at++) {
        if (*at == '#' && (at == *from || at[-1] == ' ' || at[-1] == '\t'))
            *to = at;
    }
    while (*to > *from &&
           ((*to)[-1] == ' ' || (*to)[-1] == '\t' || (*to)[-1] == '\r'))
        (*to)--;
}

const char *
lwi_elan_name_read(struct lwi_elan_name *out, const char *data, size_t size)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors write it */
    const char *at = data, *end = data + size, *from, *to;
    char line[LWI_ELAN_NAME_SIZE];

    if (memchr(data, '\0', size) != NULL)
        return "holds NUL bytes";
    if (size >= sizeof(mark) - 1 && memcmp(at, mark, sizeof(mark) - 1) == 0)
        at += sizeof(mark) - 1;
    while (at < end) {
        from = at;
        to = memchr(at, '\n', (size_t)(end - at));
        to = to == NULL ? end : to;
        at = to < end ? to + 1 : end;
        trim(&from, &to);
        if (from == to)
            continue;
        if ((size_t)(to - from) >= sizeof(line))
            return "holds a line that is too long for a name";
        memcpy(line, from, (size_t)(to - from));
        line[to - from] = '\0';
        return lwi_elan_name_parse(out, line)
                   ? NULL
                   : "does not hold the name of a toolchain";
    }
    return "is empty";
}

void
lwi_elan_name_folder(const struct lwi_elan_name *name, char *out)
{
    const char *slash = strchr(name->origin, '/');

    LW_ASSERT(slash != NULL);
    snprintf(out, LWI_ELAN_FOLDER_SIZE, "%.*s--%s---%s",
             (int)(slash - name->origin), name->origin, slash + 1,
             name->release);
}

/* vA.B.C and what follows it; false where it is another kind of name. */
static bool
read_version(const char *release, uint64_t number[3], const char **rest)
{
    char digits[20];
    size_t length;
    int i;

    if (*release != 'v')
        return false;
    for (i = 0; i < 3; i++) {
        release++;
        length = strspn(release, "0123456789");
        if (length == 0 || length >= sizeof(digits))
            return false;
        memcpy(digits, release, length);
        digits[length] = '\0';
        if (!lwi_parse_u64(digits, 0, UINT64_MAX, &number[i]))
            return false;
        release += length;
        if (i < 2 && *release != '.')
            return false;
    }
    *rest = release;
    return true;
}

bool
lwi_elan_name_follows(const struct lwi_elan_name *channel, const char *release)
{
    uint64_t number[3];
    const char *rest;

    if (strcmp(channel->release, NIGHTLY) == 0)
        return lwi_text_starts(release, NIGHTLY "-");
    if (!read_version(release, number, &rest))
        return false;
    return *rest == '\0' || (strcmp(channel->release, "beta") == 0 &&
                             lwi_text_starts(rest, "-rc"));
}

int
lwi_elan_release_compare(const char *a, const char *b)
{
    uint64_t left[3], right[3];
    const char *rest_a, *rest_b;
    int i;

    if (!read_version(a, left, &rest_a) || !read_version(b, right, &rest_b))
        return strcmp(a, b); /* a date sorts as text */
    for (i = 0; i < 3; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    /* A candidate is older than its release. */
    if ((*rest_a == '\0') != (*rest_b == '\0'))
        return *rest_a == '\0' ? 1 : -1;
    return strverscmp(rest_a, rest_b);
}

void
lwi_elan_release_version(const char *release, char *out)
{
    uint64_t number[3];
    const char *rest;

    if (read_version(release, number, &rest))
        lwi_text_copy(out, LWI_ELAN_NAME_SIZE, release + 1);
    else if (lwi_text_starts(release, NIGHTLY "-"))
        lwi_text_copy(out, LWI_ELAN_NAME_SIZE, release);
    else
        out[0] = '\0';
}

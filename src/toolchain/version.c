/* version.c - Lean's version from its own header file. */
#include "toolchain/version.h"

#include <stdio.h>

#include "base/text.h"

/* Copies what a `#define NAME …` says; false where there is none. */
static bool
read_define(const char *text, const char *name, char *out, size_t size)
{
    size_t length = strlen(name), kept;
    const char *at;

    for (at = text; (at = strstr(at, "#define ")) != NULL;) {
        at += strlen("#define ");
        if (strncmp(at, name, length) != 0 ||
            (at[length] != ' ' && at[length] != '\t'))
            continue;
        at += length + strspn(at + length, " \t\"");
        kept = strcspn(at, " \t\"\r\n");
        if (kept >= size)
            return false;
        memcpy(out, at, kept);
        out[kept] = '\0';
        return true;
    }
    return false;
}

/* What is not made of these is not printed as a version. */
static bool
is_plain(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789.-_+")] == '\0';
}

bool
lwi_version_read(const char *text, char out[LWI_VERSION_SIZE])
{
    static const char *const parts[] = { "LEAN_VERSION_MAJOR",
                                         "LEAN_VERSION_MINOR",
                                         "LEAN_VERSION_PATCH" };
    uint64_t number[3];
    char value[64];
    bool release;
    size_t i;

    for (i = 0; i < LWI_COUNT(parts); i++) {
        if (!read_define(text, parts[i], value, sizeof(value)) ||
            !lwi_parse_u64(value, 0, 1000000, &number[i]))
            return false;
    }
    release =
        read_define(text, "LEAN_VERSION_IS_RELEASE", value, sizeof(value)) &&
        strcmp(value, "1") == 0;
    if (!read_define(text, "LEAN_SPECIAL_VERSION_DESC", value, sizeof(value)) ||
        !is_plain(value))
        value[0] = '\0';
    if (value[0] == '\0' && !release)
        lwi_text_copy(value, sizeof(value), "pre");
    snprintf(out, LWI_VERSION_SIZE, "%u.%u.%u%s%s", (unsigned)number[0],
             (unsigned)number[1], (unsigned)number[2],
             value[0] == '\0' ? "" : "-", value);
    return true;
}

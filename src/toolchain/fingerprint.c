/* fingerprint.c - is this the same Lean with the same library as then? */
#include "toolchain/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/path.h"

/*
 * Below the prefix. What a kind of toolchain does not have counts as missing.
 * A build writes all of them, so one of them would do; they are few.
 */
static const char *const files[] = {
    "",
    "bin/lean",
    "bin/node",
    "toolchain.json",
    "lib/lean",
    "lib/lean/libleanshared.so",
    "lib/lean/libInit_shared.so",
    "lib/lean/Init.olean",
    "lib/lean/Std.olean",
    "lib/lean/Lean.olean",
    "lib/embedded/lean.wasm",
};

/* FNV-1a of 64 bits, byte by byte. */
static void
add_bytes(uint64_t *hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t i;

    for (i = 0; i < size; i++)
        *hash = (*hash ^ bytes[i]) * UINT64_C(1099511628211);
}

/* With its NUL: "a" and "bc" differ from "ab" and "c". */
static void
add_text(uint64_t *hash, const char *text)
{
    add_bytes(hash, text, strlen(text) + 1);
}

static void
add_number(uint64_t *hash, uint64_t number)
{
    add_bytes(hash, &number, sizeof(number));
}

static void
add_file(uint64_t *hash, const char *prefix, const char *name)
{
    char path[4096];
    struct stat about;
    int length = snprintf(path, sizeof(path), "%s/%s", prefix, name);

    add_text(hash, name);
    if (length < 0 || (size_t)length >= sizeof(path) || stat(path, &about) != 0)
        return;
    add_number(hash, (uint64_t)about.st_size);
    add_number(hash, (uint64_t)about.st_mtim.tv_sec);
    add_number(hash, (uint64_t)about.st_mtim.tv_nsec);
    add_number(hash, (uint64_t)about.st_dev);
    add_number(hash, (uint64_t)about.st_ino);
}

void
lwi_toolchain_fingerprint(const lw_toolchain *toolchain,
                          char to[LWI_FINGERPRINT_SIZE])
{
    uint64_t hash = UINT64_C(14695981039346656037);
    const char *prefix;
    size_t i;

    to[0] = '\0';
    if (toolchain == NULL)
        return;
    prefix = lw_toolchain_get_prefix(toolchain);
    add_text(&hash, lw_toolchain_kind_name(lw_toolchain_get_kind(toolchain)));
    add_text(&hash, lw_toolchain_get_version(toolchain));
    add_text(&hash, prefix);
    for (i = 0; i < LWI_COUNT(files); i++)
        add_file(&hash, prefix, files[i]);
    snprintf(to, LWI_FINGERPRINT_SIZE, "%016" PRIx64, hash);
}

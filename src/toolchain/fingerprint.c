/* fingerprint.c - is this the same Lean with the same library as then? */
#include "toolchain/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/fnv.h"

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

uint64_t
lwi_fingerprint_file(uint64_t hash, const char *prefix, const char *name)
{
    char path[4096];
    struct stat about;
    int length = snprintf(path, sizeof(path), "%s/%s", prefix, name);

    hash = lwi_fnv_text(hash, name);
    if (length < 0 || (size_t)length >= sizeof(path) || stat(path, &about) != 0)
        return hash;
    hash = lwi_fnv_number(hash, (uint64_t)about.st_size);
    hash = lwi_fnv_number(hash, (uint64_t)about.st_mtim.tv_sec);
    hash = lwi_fnv_number(hash, (uint64_t)about.st_mtim.tv_nsec);
    hash = lwi_fnv_number(hash, (uint64_t)about.st_dev);
    return lwi_fnv_number(hash, (uint64_t)about.st_ino);
}

void
lwi_toolchain_fingerprint(const lw_toolchain *toolchain,
                          char to[LWI_FINGERPRINT_SIZE])
{
    uint64_t hash = LWI_FNV_INIT;
    const char *prefix;
    size_t i;

    to[0] = '\0';
    if (toolchain == NULL)
        return;
    prefix = lw_toolchain_get_prefix(toolchain);
    hash = lwi_fnv_text(
        hash, lw_toolchain_kind_name(lw_toolchain_get_kind(toolchain)));
    hash = lwi_fnv_text(hash, lw_toolchain_get_version(toolchain));
    hash = lwi_fnv_text(hash, prefix);
    for (i = 0; i < LWI_COUNT(files); i++)
        hash = lwi_fingerprint_file(hash, prefix, files[i]);
    snprintf(to, LWI_FINGERPRINT_SIZE, "%016" PRIx64, hash);
}

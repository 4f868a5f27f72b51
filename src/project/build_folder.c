/* build_folder.c - where this library keeps compiled modules. */
#include "project/build_folder.h"

#include <inttypes.h>

#include "base/cache_folder.h"
#include "base/fnv.h"
#include "base/path.h"
#include "toolchain/fingerprint.h"

#define PLAIN_SIZE 65
#define PLAIN_LETTERS                                                          \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* A colon would cut LEAN_PATH, and what is cut at the end need be no text: the
 * name is for people, the hash tells folders apart. */
static void
make_plain(char plain[PLAIN_SIZE], const char *name)
{
    size_t i;

    for (i = 0; i + 1 < PLAIN_SIZE && name[i] != '\0'; i++) {
        bool fine = strchr(PLAIN_LETTERS, name[i]) != NULL;

        plain[i] = fine ? name[i] : '_';
    }
    plain[i] = '\0';
}

char *
lwi_build_folder(const char *project, const lw_toolchain *toolchain)
{
    char *cache = lwi_cache_folder("build"), *folder;
    char print[LWI_FINGERPRINT_SIZE], name[PLAIN_SIZE];

    if (cache == NULL)
        return NULL;
    lwi_toolchain_fingerprint(toolchain, print);
    make_plain(name, lwi_path_name(project));
    folder = lwi_path_printf(
        "%s/%s-%016" PRIx64 "-%s", cache, name,
        lwi_fnv_bytes(LWI_FNV_INIT, project, strlen(project)), print);
    lwi_free(&lwi_system_allocator, cache);
    return folder;
}

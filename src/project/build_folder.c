/* build_folder.c - where this library keeps compiled modules. */
#include "project/build_folder.h"

#include <inttypes.h>

#include "base/path.h"
#include "toolchain/fingerprint.h"

#define PLAIN_SIZE 65
#define PLAIN_LETTERS                                                          \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static uint64_t
hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

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
    const char *cache = lwi_environment("XDG_CACHE_HOME");
    const char *home = lwi_environment("HOME");
    char print[LWI_FINGERPRINT_SIZE], name[PLAIN_SIZE];

    /* As the specification has it, one that is not absolute does not count. */
    if (cache != NULL && cache[0] != '/')
        cache = NULL;
    if (cache == NULL && (home == NULL || home[0] != '/')) {
        errno = ENOENT;
        return NULL;
    }
    lwi_toolchain_fingerprint(toolchain, print);
    make_plain(name, lwi_path_name(project));
    return lwi_path_printf("%s%s/lean-worker/build/%s-%016" PRIx64 "-%s",
                           cache != NULL ? cache : home,
                           cache != NULL ? "" : "/.cache", name,
                           hash_of(project), print);
}

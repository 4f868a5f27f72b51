/* share.c - where the library's own data files are. */
#include "toolchain/share.h"

#include "base/error.h"
#include "base/home.h"
#include "base/path.h"
#include "base/strings.h"

#ifndef LW_SHARE_DIR
#define LW_SHARE_DIR "/usr/local/share/lean-worker"
#endif
/* The same as seen from the folder of the library. */
#ifndef LW_SHARE_FROM_LIB
#define LW_SHARE_FROM_LIB "../share/lean-worker"
#endif
/* And from that of the launcher. */
#ifndef LW_SHARE_FROM_LIBEXEC
#define LW_SHARE_FROM_LIBEXEC "../share/lean-worker"
#endif

/* Beside the library, where it is one of its own. */
static int
add_library_place(struct lwi_strings *places)
{
    char *home = lwi_home_folder();
    int rc = LW_OK;

    if (home != NULL)
        rc = lwi_strings_take(places, lwi_path_join(home, LW_SHARE_FROM_LIB));
    lwi_free(&lwi_system_allocator, home);
    return rc;
}

/*
 * Beside the launcher that the environment names, installed or as built. A
 * program that was linked statically knows of no other place.
 */
static int
add_launcher_places(struct lwi_strings *places)
{
    const char *given = lwi_environment("LEAN_WORKER_CHILD");
    char *folder = given != NULL ? lwi_path_resolve(given) : NULL;
    int rc =
        given != NULL && folder == NULL && errno == ENOMEM ? LW_ENOMEM : LW_OK;

    if (folder != NULL && lwi_path_to_parent(folder)) {
        rc = lwi_strings_take(places,
                              lwi_path_join(folder, LW_SHARE_FROM_LIBEXEC));
        if (rc == LW_OK)
            rc = lwi_strings_take(places,
                                  lwi_path_join(folder, "share/lean-worker"));
    }
    lwi_free(&lwi_system_allocator, folder);
    return rc;
}

/* The folders to look in, best first. */
static int
list_places(struct lwi_strings *places)
{
    const char *given = lwi_environment("LEAN_WORKER_SHARE");
    char *self;
    int rc = LW_OK;

    if (given != NULL)
        return lwi_strings_add(places, given);
    self = lwi_path_resolve("/proc/self/exe");
    if (self == NULL && errno == ENOMEM)
        return LW_ENOMEM;
    if (self != NULL && lwi_path_to_parent(self)) {
        rc = lwi_strings_take(places, lwi_path_join(self, "share/lean-worker"));
        if (rc == LW_OK && lwi_path_to_parent(self))
            rc = lwi_strings_take(places,
                                  lwi_path_join(self, "share/lean-worker"));
    }
    lwi_free(&lwi_system_allocator, self);
    if (rc == LW_OK)
        rc = add_library_place(places);
    if (rc == LW_OK)
        rc = add_launcher_places(places);
    return rc == LW_OK ? lwi_strings_add(places, LW_SHARE_DIR) : rc;
}

static int
fail_missing(const struct lwi_strings *places, const char *name, lw_error *err)
{
    char *list = lwi_path_printf("%s", places->items[0]), *longer;
    size_t i;
    int rc;

    for (i = 1; list != NULL && i < places->count; i++) {
        longer = lwi_path_printf("%s, %s", list, places->items[i]);
        lwi_free(&lwi_system_allocator, list);
        list = longer;
    }
    rc = list == NULL ? LW_ENOMEM
                      : lwi_fail(err, LW_ECHILDPATH, "find data file",
                                 "lean-worker's file %s is not in %s; set "
                                 "LEAN_WORKER_SHARE to the folder that has it",
                                 name, list);
    lwi_free(&lwi_system_allocator, list);
    return rc;
}

/* *found stays NULL where the folder does not have the file. */
static int
look_in(const char *folder, const char *name, char **found)
{
    char *path = lwi_path_join(folder, name);
    int rc = path == NULL ? LW_ENOMEM : LW_OK;

    if (rc == LW_OK && lwi_path_is_file(path)) {
        *found = lwi_path_resolve(path);
        if (*found == NULL && errno == ENOMEM)
            rc = LW_ENOMEM;
    }
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

int
lwi_share_file(char **out, const char *name, lw_error *err)
{
    struct lwi_strings places = { 0 };
    int rc = list_places(&places);
    size_t i;

    *out = NULL;
    for (i = 0; rc == LW_OK && *out == NULL && i < places.count; i++)
        rc = look_in(places.items[i], name, out);
    if (rc == LW_OK && *out == NULL)
        rc = fail_missing(&places, name, err);
    if (rc == LW_ENOMEM)
        lwi_fail(err, LW_ENOMEM, "find data file", "out of memory");
    lwi_strings_fini(&places);
    return rc;
}

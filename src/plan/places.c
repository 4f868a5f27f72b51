/*
 * places.c - where modules lie: the sources of the libraries of a project and
 * of its packages, and folders of compiled modules.
 */
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "plan/build.h"
#include "plan/name.h"
#include "project/lakefile.h"
#include "project/packages.h"

/* ---- globs ---- */

bool
lwi_plan_read_glob(struct lwi_plan_build *b, struct lwi_glob *glob,
                   const char *text)
{
    size_t size = strlen(text);
    struct lwi_buf name, file;
    int rc = LW_OK;

    *glob = (struct lwi_glob){ .name = "", .file = "", .itself = true };
    glob->below = strcmp(text, "*") == 0;
    if (glob->below)
        return true;
    if (size > 2 && (lwi_text_ends(text, ".*") || lwi_text_ends(text, ".+"))) {
        glob->itself = text[size - 1] == '*';
        glob->below = true;
        size -= 2;
    }
    lwi_buf_init(&name, &lwi_system_allocator);
    lwi_buf_init(&file, &lwi_system_allocator);
    rc = lwi_name_read(&name, &file, text, size);
    if (rc == LW_OK) {
        glob->name = lwi_plan_text(b, lwi_buf_peek_text(&name));
        glob->file = lwi_plan_text(b, lwi_buf_peek_text(&file));
    } else if (rc == LW_ENOMEM) {
        lwi_plan_no_memory(b);
    }
    lwi_buf_fini(&name);
    lwi_buf_fini(&file);
    return rc != LW_EINVAL;
}

bool
lwi_glob_has(const struct lwi_glob *glob, const char *name)
{
    if (glob->name[0] == '\0')
        return true;
    if (strcmp(glob->name, name) == 0)
        return glob->itself;
    return glob->below && lwi_name_is_within(name, glob->name);
}

/*
 * Roots and globs of a library as they stand in its lakefile. Lake takes a
 * library's name for a root, whatever characters it has.
 */
static struct lwi_glob *
read_globs(struct lwi_plan_build *b, const struct lwi_place *place,
           const struct lwi_strings *texts, const char *lakefile, size_t *count)
{
    struct lwi_glob *globs =
        lwi_plan_alloc(b, texts->count, sizeof(struct lwi_glob));
    struct lwi_buf quoted;
    size_t i;

    *count = 0;
    lwi_buf_init(&quoted, &lwi_system_allocator);
    for (i = 0; globs != NULL && i < texts->count; i++) {
        const char *text = texts->items[i];

        quoted.size = 0;
        if (strcmp(text, place->library) == 0 && strchr(text, '.') == NULL &&
            lwi_name_read(NULL, NULL, text, strlen(text)) == LW_EINVAL &&
            lwi_name_add(&quoted, text, strlen(text)) == LW_OK)
            text = lwi_buf_peek_text(&quoted);
        if (strcmp(text, "*") != 0 &&
            lwi_plan_read_glob(b, &globs[*count], text))
            ++*count;
        else
            lwi_plan_problem(b, LW_PLAN_BAD_NAME, NULL, lakefile,
                             "%s of the library %s is no name of a module",
                             texts->items[i], place->library);
    }
    lwi_buf_fini(&quoted);
    return globs;
}

/* ---- places ---- */

static struct lwi_place *
add_place(struct lwi_plan_build *b)
{
    struct lwi_place *place = lwi_plan_alloc(b, 1, sizeof(*place));
    void *items = b->places;

    if (place == NULL ||
        !lwi_plan_grow(b, &items, b->place_count, &b->place_room,
                       sizeof(struct lwi_place *)))
        return NULL;
    b->places = items;
    b->places[b->place_count++] = place;
    *place = (struct lwi_place){
        .package = "", .library = "", .root = "", .folder = ""
    };
    return place;
}

static void
add_compiled(struct lwi_plan_build *b, const char *folder, bool of_toolchain)
{
    struct lwi_place *place = add_place(b);

    if (place == NULL)
        return;
    place->folder = lwi_plan_text(b, folder);
    place->compiled = true;
    place->of_toolchain = of_toolchain;
    place->wanted = b->options.project == NULL;
}

/* The toolchain's folders, and before them what the project has built. */
static void
add_search_path(struct lwi_plan_build *b)
{
    const char *const *own = lw_toolchain_get_search_path(b->options.toolchain);
    const char *const *path = lw_project_get_search_path(b->options.project);
    const char *const *at, *const *other;

    b->search_path = lwi_arena_texts(&b->arena, path != NULL ? path : own);
    for (at = path; at != NULL && *at != NULL; at++) {
        for (other = own; *other != NULL && strcmp(*other, *at) != 0;)
            other++;
        if (*other == NULL)
            add_compiled(b, *at, false);
    }
    for (at = own; *at != NULL; at++)
        add_compiled(b, *at, true);
}

/* ---- packages ---- */

/* The real folder of a library; NULL where it is a problem. */
static char *
resolve_folder(struct lwi_plan_build *b, const char *root,
               const struct lwi_lake_library *library)
{
    char *path = lwi_path_join(root, library->folder);
    char *real = path == NULL ? NULL : lwi_path_resolve(path);

    if (path == NULL || (real == NULL && errno == ENOMEM)) {
        lwi_plan_no_memory(b);
    } else if (real == NULL || !lwi_path_is_folder(real)) {
        lwi_plan_problem(b,
                         errno == ENOENT || real != NULL ? LW_PLAN_MISSING
                                                         : LW_PLAN_UNREADABLE,
                         NULL, path,
                         "the library %s has no folder that can be read",
                         library->name);
    } else if (!lwi_plan_is_inside(real, root)) {
        lwi_plan_problem(b, LW_PLAN_OUTSIDE, NULL, real,
                         "the folder of the library %s lies outside of its "
                         "package %s",
                         library->name, root);
    } else {
        lwi_free(&lwi_system_allocator, path);
        return real;
    }
    lwi_free(&lwi_system_allocator, path);
    lwi_free(&lwi_system_allocator, real);
    return NULL;
}

static void
add_library(struct lwi_plan_build *b, const char *root, const char *package,
            const struct lwi_lake_library *library, bool wanted)
{
    char *folder = resolve_folder(b, root, library);
    struct lwi_place *place = folder == NULL ? NULL : add_place(b);
    size_t i;

    if (place != NULL) {
        place->package = lwi_plan_text(b, package);
        place->library = lwi_plan_text(b, library->name);
        place->root = lwi_plan_text(b, root);
        place->folder = lwi_plan_text(b, folder);
        place->wanted = wanted;
        place->options = lwi_arena_texts(
            &b->arena, (const char *const *)library->flags.options.items);
    }
    if (place != NULL && b->rc == LW_OK) {
        place->roots =
            read_globs(b, place, &library->roots, root, &place->root_count);
        place->globs =
            read_globs(b, place, &library->globs, root, &place->glob_count);
        for (i = 0; !library->is_program && i < place->root_count; i++)
            place->roots[i].below = true;
    }
    lwi_free(&lwi_system_allocator, folder);
}

/*
 * The project's own lakefile must be understood. One of a package that it
 * depends on need not be: its modules may be found compiled.
 */
static void
add_package(struct lwi_plan_build *b, const char *folder, const char *lake,
            bool is_own)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    struct lwi_lakefile lakefile;
    lw_error err = LW_ERROR_INIT;
    char *root = lwi_path_resolve(folder);
    size_t i;
    int rc;

    if (root == NULL)
        return; /* of a manifest, and not there: its imports are missing */
    how.runtime = b->runtime;
    how.cancel = b->options.cancel;
    rc = lwi_lakefile_read(&lakefile, root, lake, &how, is_own ? b->err : &err);
    if (rc != LW_OK && (is_own || rc != LW_EPROJECT)) {
        b->rc = rc;
        if (!is_own && b->err != NULL)
            *b->err = err;
    }
    for (i = 0; rc == LW_OK && b->rc == LW_OK && i < lakefile.count; i++)
        add_library(b, root, lakefile.package, &lakefile.libraries[i], is_own);
    lwi_lakefile_fini(&lakefile);
    lwi_free(&lwi_system_allocator, root);
}

static void
add_packages(struct lwi_plan_build *b, const char *lake)
{
    const char *project = lw_project_get_folder(b->options.project);
    struct lwi_packages packages = { { 0 }, { 0 } };
    size_t i;

    add_package(b, project, lake, true);
    if (b->rc == LW_OK)
        b->rc = lwi_packages_read(&packages, project, b->err);
    for (i = 0; b->rc == LW_OK && i < packages.folders.count; i++)
        add_package(b, packages.folders.items[i], lake, false);
    lwi_packages_fini(&packages);
}

void
lwi_plan_find_places(struct lwi_plan_build *b)
{
    const char *prefix = lw_toolchain_get_prefix(b->options.toolchain);
    char *lake;

    if (b->options.project != NULL) {
        lake = lwi_path_join(prefix, "bin/lake");
        if (lake == NULL)
            lwi_plan_no_memory(b);
        else
            add_packages(b, lwi_path_is_file(lake) && access(lake, X_OK) == 0
                                ? lake
                                : NULL);
        lwi_free(&lwi_system_allocator, lake);
    }
    if (lwi_plan_goes_on(b))
        add_search_path(b);
}

/* look_project.c - the folder, its lakefile, its packages. */
#include "base/error.h"
#include "base/path.h"
#include "builder/builder.h"
#include "project/packages.h"

#define SHOWN_NAMES 8

/* ---- the folder ---- */

static bool
has(const char *folder, const char *name, bool *unreadable)
{
    char *path = lwi_path_join(folder, name);
    bool there = path != NULL && lwi_path_is_file(path);

    *unreadable = there && access(path, R_OK) != 0;
    lwi_free(&lwi_system_allocator, path);
    return there;
}

/* A project above may be what was meant. */
static void
hint_at_project_above(struct lwi_builder *b)
{
    lw_project *above = NULL;

    if (lw_project_find(&above, b->root, NULL) == LW_OK && above != NULL)
        lwi_find_hint(&b->findings, "the project around it is %s",
                      lw_project_get_folder(above));
    lw_project_destroy(above);
}

static void
look_for_lakefile(struct lwi_builder *b)
{
    static const char *const names[] = { "lakefile.lean", "lakefile.toml" };
    bool there = false, unreadable = false;
    lw_error err = LW_ERROR_INIT;
    size_t i;

    for (i = 0; i < LWI_COUNT(names) && !there; i++) {
        there = has(b->root, names[i], &unreadable);
        if (unreadable)
            lwi_find(&b->findings, LW_BOOTSTRAP_UNREADABLE, b->root,
                     "cannot read %s/%s: %s", b->root, names[i],
                     strerror(EACCES));
    }
    if (!there) {
        lwi_find(&b->findings, LW_BOOTSTRAP_NO_LAKEFILE, b->root,
                 "%s has neither lakefile.lean nor lakefile.toml", b->root);
        hint_at_project_above(b);
    } else if (!unreadable &&
               lw_project_open(&b->project, b->root, &err) != LW_OK) {
        lwi_find(&b->findings, LW_BOOTSTRAP_UNREADABLE, b->root, "%s",
                 err.message);
    }
}

static void
fail_root(struct lwi_builder *b)
{
    bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;

    if (errno == ENOMEM)
        lwi_builder_no_memory(b);
    else
        lwi_find(&b->findings,
                 gone ? LW_BOOTSTRAP_ROOT_MISSING : LW_BOOTSTRAP_UNREADABLE,
                 b->spec.project_root, "%s: %s", b->spec.project_root,
                 strerror(errno));
}

void
lwi_look_root(struct lwi_builder *b)
{
    const char *asked = b->spec.project_root;
    char *real;

    if (asked == NULL) {
        if (b->spec.worker.command == NULL && b->spec.imports == NULL)
            lwi_find(&b->findings, LW_BOOTSTRAP_ROOT_MISSING, "",
                     "no folder of a project is named, nor anything to "
                     "import");
        return;
    }
    real = asked[0] == '\0' ? NULL : lwi_path_resolve(asked);
    if (asked[0] == '\0')
        errno = ENOENT;
    if (real == NULL) {
        fail_root(b);
        return;
    }
    if (!lwi_path_is_folder(real)) {
        lwi_find(&b->findings, LW_BOOTSTRAP_ROOT_MISSING, asked,
                 "%s is no folder", real);
    } else if (access(real, R_OK | X_OK) != 0) {
        lwi_find(&b->findings, LW_BOOTSTRAP_UNREADABLE, asked,
                 "cannot look into %s: %s", real, strerror(errno));
    } else {
        b->root = lwi_arena_text(&b->arena, real);
        if (b->root != NULL)
            look_for_lakefile(b);
    }
    lwi_free(&lwi_system_allocator, real);
}

/* ---- the lakefile ---- */

/* The line in "FILE, line 12: …"; 0: none. */
static uint32_t
line_of(const char *message)
{
    const char *at = strstr(message, ", line ");
    unsigned long line = at == NULL ? 0 : strtoul(at + 7, NULL, 10);

    return line <= UINT32_MAX ? (uint32_t)line : 0;
}

/* The toolchain's lake; NULL where it has none. The caller's. */
static char *
find_lake(struct lwi_builder *b)
{
    char *lake;

    if (b->toolchain == NULL)
        return NULL;
    lake = lwi_path_join(lw_toolchain_get_prefix(b->toolchain), "bin/lake");
    if (lake == NULL)
        lwi_builder_no_memory(b);
    if (lake != NULL && lwi_path_is_file(lake) && access(lake, X_OK) == 0)
        return lake;
    lwi_free(&lwi_system_allocator, lake);
    return NULL;
}

/* "A, B and 3 more"; in the arena. */
static const char *
list_libraries(struct lwi_builder *b)
{
    struct lwi_buf buf;
    const char *list;
    size_t i, shown = 0;
    int rc = LW_OK;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (i = 0; rc == LW_OK && i < b->lakefile.count; i++) {
        if (b->lakefile.libraries[i].is_program)
            continue;
        if (shown < SHOWN_NAMES)
            rc = lwi_buf_printf(&buf, "%s%s", shown > 0 ? ", " : "",
                                b->lakefile.libraries[i].name);
        shown++;
    }
    if (rc == LW_OK && shown > SHOWN_NAMES)
        rc = lwi_buf_printf(&buf, " and %zu more", shown - SHOWN_NAMES);
    list = rc == LW_OK
               ? lwi_arena_text(&b->arena,
                                shown == 0 ? "none" : lwi_buf_peek_text(&buf))
               : NULL;
    lwi_buf_fini(&buf);
    return list != NULL ? list : "";
}

static bool
is_default(const struct lwi_builder *b, const char *name)
{
    const struct lwi_strings *defaults = &b->lakefile.default_targets;
    size_t i;

    for (i = 0; i < defaults->count; i++) {
        if (strcmp(defaults->items[i], name) == 0)
            return true;
    }
    return false;
}

/* The only one among the defaultTargets; NULL where they do not decide. */
static const struct lwi_lake_library *
find_default(const struct lwi_builder *b)
{
    const struct lwi_lake_library *found = NULL;
    size_t i;

    for (i = 0; i < b->lakefile.count; i++) {
        const struct lwi_lake_library *library = &b->lakefile.libraries[i];

        if (library->is_program || !is_default(b, library->name))
            continue;
        if (found != NULL)
            return NULL;
        found = library;
    }
    return found;
}

static void
choose_library(struct lwi_builder *b)
{
    const char *asked = b->spec.library;
    size_t i, count = 0;

    for (i = 0; i < b->lakefile.count; i++) {
        const struct lwi_lake_library *library = &b->lakefile.libraries[i];

        if (library->is_program)
            continue;
        count++;
        if (asked == NULL || strcmp(asked, library->name) == 0)
            b->library = library;
    }
    if (asked == NULL && count > 1)
        b->library = b->spec.imports == NULL ? find_default(b) : NULL;
    if (b->library != NULL || (asked == NULL && b->spec.imports != NULL))
        return;
    if (asked != NULL)
        lwi_find(&b->findings, LW_BOOTSTRAP_UNKNOWN_TARGET, asked,
                 "the lakefile has no library %s; it has: %s", asked,
                 list_libraries(b));
    else if (count == 0)
        lwi_find(&b->findings, LW_BOOTSTRAP_UNKNOWN_TARGET, b->lakefile.package,
                 "the lakefile has no library");
    else
        lwi_find(&b->findings, LW_BOOTSTRAP_UNKNOWN_TARGET, b->lakefile.package,
                 "no library is named, and the lakefile has several: %s",
                 list_libraries(b));
}

static void
look_at_names(struct lwi_builder *b)
{
    const char *asked = b->spec.package;

    if (asked != NULL && strcmp(asked, b->lakefile.package) != 0)
        lwi_find(&b->findings, LW_BOOTSTRAP_WRONG_PACKAGE, asked,
                 "the package %s was asked for; the lakefile is of %s", asked,
                 b->lakefile.package);
    choose_library(b);
}

/* A program that lake must run, and no lake, is a finding of its own. */
static void
read_lakefile(struct lwi_builder *b, const char *lake)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    how.runtime = b->runtime;
    how.cancel = b->spec.cancel;
    rc = lwi_lakefile_read(&b->lakefile, b->root, lake, &how, &err);
    b->has_lakefile = rc == LW_OK;
    if (rc == LW_OK) {
        lwi_find(&b->findings, LW_BOOTSTRAP_FOUND, b->root, "the package %s",
                 b->lakefile.package);
        look_at_names(b);
    } else if (rc == LW_ENOMEM || rc == LW_ECANCELLED) {
        b->rc = rc;
        if (b->err != NULL)
            *b->err = err;
    } else {
        lwi_find(&b->findings, LW_BOOTSTRAP_BROKEN_LAKEFILE, b->root, "%s",
                 err.message);
        if (line_of(err.message) > 0)
            lwi_find_place(&b->findings,
                           lwi_path_has(b->root, "lakefile.lean")
                               ? "lakefile.lean"
                               : "lakefile.toml",
                           line_of(err.message), 0);
        if (lake == NULL && lwi_path_has(b->root, "lakefile.lean"))
            lwi_find_hint(&b->findings,
                          "write a lakefile.toml: `lake translate-config "
                          "toml`, where there is a lake; or use a toolchain "
                          "that has lake");
    }
}

void
lwi_look_lakefile(struct lwi_builder *b)
{
    char *lake;

    /* Without a Lean nobody can run lakefile.lean: that is said already. */
    if (b->project == NULL ||
        (b->toolchain == NULL && b->spec.worker.command == NULL &&
         lwi_path_has(b->root, "lakefile.lean")))
        return;
    lake = find_lake(b);
    if (b->rc == LW_OK)
        read_lakefile(b, lake);
    lwi_free(&lwi_system_allocator, lake);
}

/* ---- packages ---- */

void
lwi_look_packages(struct lwi_builder *b)
{
    struct lwi_packages packages = { { 0 }, { 0 } };
    lw_error err = LW_ERROR_INIT;
    size_t i;
    int rc;

    if (b->project == NULL)
        return;
    rc = lwi_packages_read(&packages, b->root, &err);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        lwi_find(&b->findings, LW_BOOTSTRAP_BROKEN_LAKEFILE, b->root, "%s",
                 err.message);
    for (i = 0; rc == LW_OK && i < packages.folders.count; i++) {
        if (!lwi_path_is_folder(packages.folders.items[i]))
            lwi_find(&b->findings, LW_BOOTSTRAP_MISSING_DEPENDENCY,
                     packages.names.items[i],
                     "the package %s of the manifest is not in %s",
                     packages.names.items[i], packages.folders.items[i]);
    }
    lwi_packages_fini(&packages);
}

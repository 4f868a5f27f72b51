/*
 * file_options.c - which options of Lean the build of a project gives to a
 * file: its package's lakefile, and in it the library that has the module.
 */
#include "base/error.h"
#include "base/options.h"
#include "base/path.h"
#include "base/text.h"
#include "project/lakefile.h"
#include "project/packages.h"
#include "project/project.h"

#define DOING "find a file's options"

struct package {
    char *root; /* without links */
    bool is_read;
    struct lwi_lakefile lakefile;
};

struct lwi_project_lakefiles {
    struct package *packages; /* the project's own first */
    size_t count;
};

struct question {
    lw_project *project;
    const lw_toolchain *toolchain;
    lw_project_options how;
    lw_error *err;
};

static int
out_of_memory(lw_error *err)
{
    return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
}

/* ---- packages ---- */

void
lwi_project_forget_lakefiles(struct lwi_project_lakefiles *lakefiles)
{
    size_t i;

    if (lakefiles == NULL)
        return;
    for (i = 0; i < lakefiles->count; i++) {
        lwi_free(&lwi_system_allocator, lakefiles->packages[i].root);
        lwi_lakefile_fini(&lakefiles->packages[i].lakefile);
    }
    lwi_free(&lwi_system_allocator, lakefiles->packages);
    lwi_free(&lwi_system_allocator, lakefiles);
}

/* A package that is not there has no files. */
static int
add_package(struct lwi_project_lakefiles *to, const char *folder)
{
    char *root = lwi_path_resolve(folder);

    if (root == NULL)
        return errno == ENOMEM ? LW_ENOMEM : LW_OK;
    to->packages[to->count++].root = root;
    return LW_OK;
}

static int
list_packages(struct question *q)
{
    struct lwi_packages packages;
    struct lwi_project_lakefiles *list;
    size_t i;
    int rc = LW_OK;

    if (q->project->lakefiles != NULL)
        return LW_OK;
    rc = lwi_packages_read(&packages, q->project->folder, q->err);
    if (rc != LW_OK)
        return rc;
    list = lwi_alloc(&lwi_system_allocator, sizeof(*list));
    if (list != NULL)
        list->packages =
            lwi_alloc_array(&lwi_system_allocator, packages.folders.count + 1,
                            sizeof(*list->packages));
    if (list == NULL || list->packages == NULL)
        rc = LW_ENOMEM;
    if (rc == LW_OK)
        rc = add_package(list, q->project->folder);
    for (i = 0; rc == LW_OK && i < packages.folders.count; i++)
        rc = add_package(list, packages.folders.items[i]);
    lwi_packages_fini(&packages);
    if (rc == LW_OK)
        q->project->lakefiles = list;
    else
        lwi_project_forget_lakefiles(list);
    return rc == LW_OK ? LW_OK : out_of_memory(q->err);
}

static bool
is_inside(const char *inner, const char *outer)
{
    size_t size = strlen(outer);

    return strncmp(inner, outer, size) == 0 &&
           (inner[size] == '\0' || inner[size] == '/');
}

/* The innermost that the path is in; NULL where it is in none. */
static struct package *
package_of(const struct question *q, const char *path)
{
    const struct lwi_project_lakefiles *list = q->project->lakefiles;
    struct package *found = NULL;
    size_t i;

    for (i = 0; i < list->count; i++) {
        struct package *package = &list->packages[i];

        if (is_inside(path, package->root) &&
            (found == NULL || strlen(package->root) > strlen(found->root)))
            found = package;
    }
    return found;
}

static int
read_lakefile(const struct question *q, struct package *package)
{
    const char *prefix = lw_toolchain_get_prefix(q->toolchain);
    char *lake;
    bool has_lake;
    int rc;

    if (package->is_read)
        return LW_OK;
    lake = lwi_path_join(prefix, "bin/lake");
    if (lake == NULL)
        return out_of_memory(q->err);
    has_lake = q->how.lake_timeout_ms > 0 && lwi_path_is_file(lake) &&
               access(lake, X_OK) == 0;
    rc = lwi_lakefile_read(&package->lakefile, package->root,
                           has_lake ? lake : NULL, &q->how, q->err);
    package->is_read = rc == LW_OK;
    if (rc == LW_EPROJECT && !has_lake &&
        lwi_path_has(package->root, "lakefile.lean")) {
        rc = LW_EUNSUPPORTED;
        if (q->err != NULL)
            q->err->status = LW_EUNSUPPORTED;
    }
    lwi_free(&lwi_system_allocator, lake);
    return rc;
}

/* ---- libraries ---- */

/*
 * A root or a glob against a path without ending, as "A/B": dots are slashes,
 * guillemets hold a part together. `below`: what lies in it counts as well.
 */
static bool
matches(const char *glob, const char *path, bool below)
{
    bool quoted = false, itself = true;
    size_t size = strlen(glob), i;

    if (size > 2 && (lwi_text_ends(glob, ".*") || lwi_text_ends(glob, ".+"))) {
        itself = glob[size - 1] == '*';
        below = true;
        size -= 2;
    }
    for (i = 0; i < size;) {
        if (size - i >= 2 && (memcmp(glob + i, "\xc2\xab", 2) == 0 ||
                              memcmp(glob + i, "\xc2\xbb", 2) == 0)) {
            quoted = glob[i + 1] == '\xab';
            i += 2;
            continue;
        }
        if (*path != (glob[i] == '.' && !quoted ? '/' : glob[i]))
            return false;
        path++;
        i++;
    }
    return *path == '\0' ? itself : below && *path == '/';
}

/* `path`, below the package and without ending, is a module of it. */
static bool
has_module(const struct lwi_lake_library *library, const char *path)
{
    size_t i;

    for (i = 0; i < library->roots.count; i++) {
        if (matches(library->roots.items[i], path, !library->is_program))
            return true;
    }
    for (i = 0; i < library->globs.count; i++) {
        if (matches(library->globs.items[i], path, false))
            return true;
    }
    return false;
}

/* The path below the library's folder, without ending; NULL: it is not. */
static char *
path_in(const struct package *package, const struct lwi_lake_library *library,
        const char *path)
{
    char *folder = lwi_path_join(package->root, library->folder);
    char *real = folder == NULL ? NULL : lwi_path_resolve(folder);
    char *below = NULL;
    size_t size;

    if (real != NULL && is_inside(path, real) && path[strlen(real)] == '/') {
        path += strlen(real) + 1;
        size = strlen(path);
        if (lwi_text_ends(path, ".lean"))
            size -= strlen(".lean");
        below = lwi_copy_bytes(&lwi_system_allocator, path, size);
    }
    lwi_free(&lwi_system_allocator, folder);
    lwi_free(&lwi_system_allocator, real);
    return below;
}

/* Those of the first library that has it, else the package's. */
static const struct lwi_lake_flags *
flags_of(const struct package *package, const char *path)
{
    size_t i;

    for (i = 0; i < package->lakefile.count; i++) {
        const struct lwi_lake_library *library =
            &package->lakefile.libraries[i];
        char *below = path_in(package, library, path);
        bool has = below != NULL && has_module(library, below);

        lwi_free(&lwi_system_allocator, below);
        if (has)
            return &library->flags;
    }
    return &package->lakefile.flags;
}

/* ---- both ---- */

static int
answer(struct question *q, const char *path, const char *const **options)
{
    static const char *const none[] = { NULL };
    const struct lwi_lake_flags *flags;
    struct package *package;
    int rc = list_packages(q);

    *options = none;
    package = rc == LW_OK ? package_of(q, path) : NULL;
    if (package == NULL)
        return rc;
    rc = read_lakefile(q, package);
    if (rc != LW_OK)
        return rc;
    flags = flags_of(package, path);
    if (flags->not_in_session != NULL)
        return lwi_fail(q->err, LW_EPROJECT, DOING, "%s",
                        flags->not_in_session);
    if (flags->options.count > 0)
        *options = (const char *const *)flags->options.items;
    return LW_OK;
}

int
lw_project_find_options(const char *const **options, lw_project *project,
                        const lw_toolchain *toolchain, const char *path,
                        const lw_project_options *how, lw_error *err)
{
    struct question q = { .project = project,
                          .toolchain = toolchain,
                          .how = LW_PROJECT_OPTIONS_INIT,
                          .err = err };
    char *real;
    int rc;

    if (!LWI_VALID(project, LWI_PROJECT_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, DOING, "not a project");
    if (options == NULL || toolchain == NULL || path == NULL)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "options, toolchain or path is NULL");
    if (how != NULL && !lwi_options_read(&q.how, sizeof(q.how), how))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "struct_size is wrong, or the options have members "
                        "that this library does not know");
    real = lwi_path_resolve(path);
    rc = real == NULL && errno == ENOMEM
             ? out_of_memory(err)
             : answer(&q, real == NULL ? path : real, options);
    lwi_free(&lwi_system_allocator, real);
    return rc;
}

/*
 * load.c - a project's search path.
 *
 *     packages of the manifest: all there? --no--> error, nothing is run
 *       | yes
 *       |-- the toolchain has lake --> lake env --.
 *       '-- it has not --> build folders ---------+--> those that are there,
 *                                                      the toolchain's library
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/options.h"
#include "base/path.h"
#include "project/build_folder.h"
#include "project/lake.h"
#include "project/library.h"
#include "project/packages.h"
#include "project/project.h"

#define DOING "load project"
#define SHOWN_NAMES 5

/* What the load works out, before it counts. */
struct load {
    const lw_project *project;
    const lw_toolchain *toolchain;
    lw_project_options options;
    struct lwi_packages packages;
    struct lwi_strings search_path;
    struct lwi_strings unbuilt; /* for people: names, or folders */
    char *reason;
};

static int
out_of_memory(lw_error *err)
{
    return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
}

/* "a, b, c and 4 more" */
static char *
list_names(const struct lwi_strings *names)
{
    struct lwi_buf buf;
    char *list = NULL;
    int rc = LW_OK;
    size_t i;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (i = 0; rc == LW_OK && i < names->count && i < SHOWN_NAMES; i++)
        rc = lwi_buf_printf(&buf, "%s%s", i == 0 ? "" : ", ", names->items[i]);
    if (rc == LW_OK && names->count > SHOWN_NAMES)
        rc = lwi_buf_printf(&buf, " and %zu more", names->count - SHOWN_NAMES);
    if (rc == LW_OK)
        list = lwi_copy_bytes(&lwi_system_allocator, buf.data, buf.size);
    lwi_buf_fini(&buf);
    return list;
}

/* ---- what is missing altogether ---- */

static int
fail_missing(const struct load *load, const struct lwi_strings *missing,
             lw_error *err)
{
    char *list = list_names(missing);
    int rc;

    if (list == NULL)
        return LW_ENOMEM;
    rc = lwi_fail(err, LW_EPROJECT, DOING,
                  "the project %s is not built: packages that its manifest "
                  "names are not there (%s). Run `lake build` in it (with "
                  "Mathlib `lake exe cache get` before that)",
                  load->project->folder, list);
    lwi_free(&lwi_system_allocator, list);
    return rc;
}

/* Lake would clone what is missing: that is the user's to start. */
static int
check_packages(const struct load *load, lw_error *err)
{
    struct lwi_strings missing = { 0 };
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < load->packages.folders.count; i++) {
        if (!lwi_path_is_folder(load->packages.folders.items[i]))
            rc = lwi_strings_add(&missing, load->packages.names.items[i]);
    }
    if (rc == LW_OK && missing.count > 0)
        rc = fail_missing(load, &missing, err);
    lwi_strings_fini(&missing);
    return rc == LW_ENOMEM ? out_of_memory(err) : rc;
}

static int
fail_unbuilt(const struct load *load, lw_error *err)
{
    return lwi_fail(err, LW_EPROJECT, DOING,
                    "the project %s is not built: it has no folder of "
                    "compiled modules. Run `lake build` in it, or, where the "
                    "toolchain has no lake, `lean-worker build`%s",
                    load->project->folder,
                    load->packages.names.count > 0
                        ? " (with Mathlib `lake exe cache get` before that)"
                        : "");
}

/* ---- by its folders ---- */

static int
add_library(struct load *load, const char *name, const char *package,
            lw_error *err)
{
    char *library;
    int rc = lwi_library_find(&library, package, err);

    if (rc != LW_OK)
        return rc;
    rc = library == NULL ? lwi_strings_add(&load->unbuilt, name)
                         : lwi_strings_take(&load->search_path, library);
    return rc == LW_OK ? LW_OK : out_of_memory(err);
}

/* What lean-worker itself has built, packages included; *found: something. */
static int
add_own_build(struct load *load, bool *found, lw_error *err)
{
    char *folder, *modules;
    int rc = LW_OK;

    *found = false;
    if (load->project->for_build)
        return LW_OK;
    folder = lwi_build_folder(load->project->folder, load->toolchain);
    if (folder == NULL)
        return errno == ENOMEM ? out_of_memory(err) : LW_OK;
    modules = lwi_path_join(folder, LWI_BUILD_FOLDER_MODULES);
    lwi_free(&lwi_system_allocator, folder);
    if (modules == NULL)
        return out_of_memory(err);
    *found = lwi_path_is_folder(modules);
    if (!*found)
        lwi_free(&lwi_system_allocator, modules);
    else if (lwi_strings_take(&load->search_path, modules) != LW_OK)
        rc = out_of_memory(err);
    return rc;
}

static int
load_folders(struct load *load, lw_error *err)
{
    size_t i, count = load->packages.names.count;
    bool own;
    int rc;

    rc = add_own_build(load, &own, err);
    if (rc == LW_OK)
        rc =
            add_library(load, "the project itself", load->project->folder, err);
    for (i = 0; rc == LW_OK && i < count; i++)
        rc = add_library(load, load->packages.names.items[i],
                         load->packages.folders.items[i], err);
    if (rc != LW_OK)
        return rc;
    if (own)
        lwi_strings_fini(&load->unbuilt); /* ours has the packages as well */
    load->reason =
        lwi_path_printf("%sbuild folders of the project and of %zu "
                        "package%s",
                        own ? "what lean-worker has built, and " : "", count,
                        count == 1 ? "" : "s");
    return load->reason == NULL ? out_of_memory(err) : LW_OK;
}

/* ---- by lake ---- */

/* Keeps an entry that is there; lake names those to come as well. */
static int
keep_folder(struct load *load, const char *entry, lw_error *err)
{
    char *path = lwi_path_join(load->project->folder, entry);
    char *found = path == NULL ? NULL : lwi_path_resolve(path);
    int rc;

    if (found != NULL)
        rc = lwi_strings_take(&load->search_path, found);
    else if (errno == ENOMEM)
        rc = LW_ENOMEM;
    else if (errno == ENOENT || errno == ENOTDIR)
        rc = lwi_strings_add(&load->unbuilt, entry);
    else
        rc = lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot read %s", path);
    lwi_free(&lwi_system_allocator, path);
    return rc == LW_ENOMEM ? out_of_memory(err) : rc;
}

static int
load_lake(struct load *load, const char *lake, lw_error *err)
{
    struct lwi_strings entries = { 0 };
    size_t i;
    int rc;

    rc = lwi_lake_search_path(&entries, lake, load->project->folder,
                              &load->options, err);
    for (i = 0; rc == LW_OK && i < entries.count; i++)
        rc = keep_folder(load, entries.items[i], err);
    lwi_strings_fini(&entries);
    if (rc != LW_OK)
        return rc;
    load->reason = lwi_path_printf("as `lake env` says");
    return load->reason == NULL ? out_of_memory(err) : LW_OK;
}

/* ---- both ---- */

static int
load_either(struct load *load, lw_error *err)
{
    char *lake =
        lwi_path_join(lw_toolchain_get_prefix(load->toolchain), "bin/lake");
    int rc;

    if (lake == NULL)
        return out_of_memory(err);
    if (load->options.lake_timeout_ms > 0 && lwi_path_is_file(lake) &&
        access(lake, X_OK) == 0)
        rc = load_lake(load, lake, err);
    else
        rc = load_folders(load, err);
    lwi_free(&lwi_system_allocator, lake);
    return rc;
}

/* The toolchain's own library comes last, as Lean itself puts it. */
static int
add_toolchain(struct load *load)
{
    const char *const *at = lw_toolchain_get_search_path(load->toolchain);
    int rc = LW_OK;

    for (; rc == LW_OK && *at != NULL; at++) {
        if (!lwi_strings_have(&load->search_path, *at))
            rc = lwi_strings_add(&load->search_path, *at);
    }
    return rc;
}

static char *
make_warning(const struct load *load)
{
    char *list = list_names(&load->unbuilt), *warning = NULL;

    if (list != NULL)
        warning = lwi_path_printf("parts of the project %s are not built "
                                  "(%s), and cannot be imported; `lake "
                                  "build` builds them",
                                  load->project->folder, list);
    lwi_free(&lwi_system_allocator, list);
    return warning;
}

/* From here on the load counts. */
static int
publish(lw_project *project, struct load *load, lw_error *err)
{
    char *warning = NULL;

    if (load->unbuilt.count > 0) {
        warning = make_warning(load);
        if (warning == NULL)
            return out_of_memory(err);
    }
    lwi_strings_fini(&project->search_path);
    lwi_free(&lwi_system_allocator, project->reason);
    lwi_free(&lwi_system_allocator, project->warning);
    project->search_path = load->search_path;
    project->reason = load->reason;
    project->warning = warning;
    load->search_path = (struct lwi_strings){ 0 };
    load->reason = NULL;
    return LW_OK;
}

static int
work_out(struct load *load, lw_error *err)
{
    int rc = lwi_packages_read(&load->packages, load->project->folder, err);

    if (rc == LW_OK)
        rc = check_packages(load, err);
    if (rc == LW_OK)
        rc = load_either(load, err);
    if (rc == LW_OK && load->search_path.count == 0 &&
        !load->project->for_build)
        rc = fail_unbuilt(load, err);
    if (rc == LW_OK && add_toolchain(load) != LW_OK)
        rc = out_of_memory(err);
    return rc;
}

int
lw_project_load(lw_project *project, const lw_toolchain *toolchain,
                const lw_project_options *options, lw_error *err)
{
    struct load load = { .project = project,
                         .toolchain = toolchain,
                         .options = LW_PROJECT_OPTIONS_INIT };
    int rc;

    if (!LWI_VALID(project, LWI_PROJECT_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, DOING, "not a project");
    if (toolchain == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "toolchain is NULL");
    if (options != NULL &&
        !lwi_options_read(&load.options, sizeof(load.options), options))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "struct_size is wrong, or the options have members "
                        "that this library does not know");
    rc = work_out(&load, err);
    if (rc == LW_OK)
        rc = publish(project, &load, err);
    lwi_packages_fini(&load.packages);
    lwi_strings_fini(&load.search_path);
    lwi_strings_fini(&load.unbuilt);
    lwi_free(&lwi_system_allocator, load.reason);
    return rc;
}

/* project.c - the Lake project that a path belongs to. */
#include "project/project.h"

#include "base/error.h"
#include "base/path.h"

#define DOING "find project"

static const char *const lakefiles[] = { "lakefile.lean", "lakefile.toml" };

/* *is: the folder holds a lakefile. */
static int
look_for_lakefile(const char *folder, bool *is, lw_error *err)
{
    char *path;
    int rc = LW_OK;
    size_t i;

    *is = false;
    for (i = 0; rc == LW_OK && !*is && i < LWI_COUNT(lakefiles); i++) {
        path = lwi_path_join(folder, lakefiles[i]);
        if (path == NULL)
            return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
        if (lwi_path_is_there(path) && !lwi_path_is_folder(path)) {
            *is = access(path, R_OK) == 0;
            if (!*is)
                rc = lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot read %s",
                                    path);
        }
        lwi_free(&lwi_system_allocator, path);
    }
    return rc;
}

/* Cuts `folder` down to the nearest project; *found says whether any. */
static int
climb(char *folder, bool *found, lw_error *err)
{
    int rc;

    do {
        rc = look_for_lakefile(folder, found, err);
    } while (rc == LW_OK && !*found && lwi_path_to_parent(folder));
    return rc;
}

/* True for X/.lake/packages/NAME and X/lake-packages/NAME; cuts it to X. */
static bool
leave_packages(char *folder)
{
    if (!lwi_path_to_parent(folder))
        return false;
    if (strcmp(lwi_path_name(folder), "lake-packages") == 0)
        return lwi_path_to_parent(folder);
    return strcmp(lwi_path_name(folder), "packages") == 0 &&
           lwi_path_to_parent(folder) &&
           strcmp(lwi_path_name(folder), ".lake") == 0 &&
           lwi_path_to_parent(folder);
}

/*
 * A package that Lake cloned builds its own library, but what it imports lies
 * beside it: its project is the one that cloned it.
 */
static int
prefer_owner(char **folder, lw_error *err)
{
    char *owner = lwi_copy_text(&lwi_system_allocator, *folder);
    bool found = false;
    int rc = LW_OK;

    if (owner == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (leave_packages(owner))
        rc = look_for_lakefile(owner, &found, err);
    if (found) {
        lwi_free(&lwi_system_allocator, *folder);
        *folder = owner;
    } else {
        lwi_free(&lwi_system_allocator, owner);
    }
    return rc;
}

/* Takes folder over where it succeeds. */
static int
make_project(lw_project **out, char *folder, lw_error *err)
{
    lw_project *project = lwi_alloc(&lwi_system_allocator, sizeof(*project));

    if (project == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    project->magic = LWI_PROJECT_MAGIC;
    project->folder = folder;
    *out = project;
    return LW_OK;
}

int
lw_project_find(lw_project **out, const char *path, lw_error *err)
{
    bool found = false;
    char *folder;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "out is NULL");
    *out = NULL;
    if (path == NULL)
        path = ".";
    folder = lwi_path_resolve(path);
    if (folder == NULL && errno == ENOMEM)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (folder == NULL)
        return lwi_fail_errno(err, LW_EPROJECT, DOING, "%s", path);
    if (!lwi_path_is_folder(folder))
        lwi_path_to_parent(folder);
    rc = climb(folder, &found, err);
    if (rc == LW_OK && found)
        rc = prefer_owner(&folder, err);
    if (rc == LW_OK && found)
        rc = make_project(out, folder, err);
    if (*out == NULL)
        lwi_free(&lwi_system_allocator, folder);
    return rc;
}

int
lw_project_open(lw_project **out, const char *folder, lw_error *err)
{
    int rc;

    if (out == NULL || folder == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "out or folder is NULL");
    rc = lw_project_find(out, folder, err);
    if (rc == LW_OK && *out == NULL)
        rc = lwi_fail(err, LW_EPROJECT, DOING,
                      "%s is not in a Lake project: neither it nor a folder "
                      "above it holds lakefile.lean or lakefile.toml",
                      folder);
    return rc;
}

void
lw_project_destroy(lw_project *project)
{
    if (!LWI_VALID(project, LWI_PROJECT_MAGIC))
        return;
    project->magic = 0;
    lwi_strings_fini(&project->search_path);
    lwi_project_forget_lakefiles(project->lakefiles);
    lwi_free(&lwi_system_allocator, project->folder);
    lwi_free(&lwi_system_allocator, project->reason);
    lwi_free(&lwi_system_allocator, project->warning);
    lwi_free(&lwi_system_allocator, project);
}

const char *
lw_project_get_folder(const lw_project *project)
{
    return LWI_VALID(project, LWI_PROJECT_MAGIC) ? project->folder : NULL;
}

const char *const *
lw_project_get_search_path(const lw_project *project)
{
    return LWI_VALID(project, LWI_PROJECT_MAGIC)
               ? (const char *const *)project->search_path.items
               : NULL;
}

const char *
lw_project_get_reason(const lw_project *project)
{
    return LWI_VALID(project, LWI_PROJECT_MAGIC) && project->reason != NULL
               ? project->reason
               : "";
}

const char *
lw_project_get_warning(const lw_project *project)
{
    return LWI_VALID(project, LWI_PROJECT_MAGIC) && project->warning != NULL
               ? project->warning
               : "";
}

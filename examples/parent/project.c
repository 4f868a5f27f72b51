/*
 * project.c - the Lake project that a file belongs to, and where Lean then
 * looks for its imports.
 *
 *     project FILE          the project above the file, where there is one
 *     project --at FOLDER   a folder that must be in a project
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* Those of its package, since the folder is in no library. */
static void
describe_options(lw_project *project, const lw_toolchain *toolchain)
{
    const char *const *option;
    lw_error err = LW_ERROR_INIT;

    if (lw_project_find_options(&option, project, toolchain,
                                lw_project_get_folder(project), NULL,
                                &err) < 0) {
        printf("options: %s\n", err.message);
        return;
    }
    for (; *option != NULL; option++)
        printf("option %s\n", *option);
}

static void
describe(const lw_project *project)
{
    const char *const *folder = lw_project_get_search_path(project);

    printf("project %s\n", lw_project_get_folder(project));
    printf("search path, %s:\n", lw_project_get_reason(project));
    for (; *folder != NULL; folder++)
        printf("  %s\n", *folder);
    if (lw_project_get_warning(project)[0] != '\0')
        printf("warning: %s\n", lw_project_get_warning(project));
}

/* The project names its toolchain, and that says where the library is. */
static int
load(lw_project *project, lw_error *err)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_toolchain *toolchain = NULL;
    int rc;

    request.project = lw_project_get_folder(project);
    options.lake_timeout_ms = 0; /* read the folders; run no lake */
    rc = lw_toolchain_find(&toolchain, &request, err);
    if (rc == LW_OK)
        rc = lw_project_load(project, toolchain, &options, err);
    if (rc == LW_OK) {
        describe(project);
        describe_options(project, toolchain);
    }
    lw_toolchain_destroy(toolchain);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_project *project = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (argc == 3 && strcmp(argv[1], "--at") == 0)
        rc = lw_project_open(&project, argv[2], &err);
    else
        rc = lw_project_find(&project, argc > 1 ? argv[1] : NULL, &err);
    if (rc == LW_OK && project == NULL)
        printf("no project: the toolchain's own library only\n");
    else if (rc == LW_OK)
        rc = load(project, &err);
    if (rc != LW_OK)
        fprintf(stderr, "project: %s\n", err.message);
    lw_project_destroy(project);
    return rc == LW_OK ? 0 : 1;
}

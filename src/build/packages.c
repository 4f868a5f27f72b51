/* packages.c - what lakefiles say of the modules of a direct build. */
#include "base/error.h"
#include "base/path.h"
#include "build/direct.h"
#include "project/packages.h"

/*
 * The project's own lakefile must be understood. One of a package need not be:
 * the planner finds nothing of it then, and its imports are missing.
 */
static void
read_one(struct lwi_direct *d, const char *folder, bool is_own)
{
    struct lwi_build_run *b = d->b;
    struct lwi_lake_package *to = &d->packages[d->package_count];
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc = lwi_lakefile_read(&to->lakefile, folder, NULL, &how,
                               is_own ? b->err : &err);

    if (rc == LW_ENOMEM || (is_own && rc != LW_OK))
        b->rc = rc;
    if (rc == LW_OK) {
        to->is_own = is_own;
        d->package_count++;
    } else if (!is_own) {
        lwi_build_note(b, "the package in %s is left out: %s", folder,
                       err.message);
    }
}

void
lwi_direct_read_packages(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    const char *project = lw_project_get_folder(b->project);
    struct lwi_packages packages = { { 0 }, { 0 } };
    size_t i;

    b->rc = lwi_packages_read(&packages, project, b->err);
    if (b->rc == LW_OK)
        d->packages = lwi_build_alloc(b, packages.folders.count + 1,
                                      sizeof(*d->packages));
    if (b->rc == LW_OK)
        read_one(d, project, true);
    for (i = 0; b->rc == LW_OK && i < packages.folders.count; i++)
        read_one(d, packages.folders.items[i], false);
    lwi_packages_fini(&packages);
}

void
lwi_direct_forget_packages(struct lwi_direct *d)
{
    while (d->package_count > 0)
        lwi_lakefile_fini(&d->packages[--d->package_count].lakefile);
}

const struct lwi_lake_flags *
lwi_direct_flags(const struct lwi_direct *d, const lw_plan_module *module)
{
    size_t i, j;

    for (i = 0; i < d->package_count; i++) {
        const struct lwi_lakefile *lakefile = &d->packages[i].lakefile;

        if (strcmp(lakefile->package, module->package) != 0)
            continue;
        for (j = 0; j < lakefile->count; j++) {
            if (strcmp(lakefile->libraries[j].name, module->library) == 0)
                return &lakefile->libraries[j].flags;
        }
    }
    return NULL;
}

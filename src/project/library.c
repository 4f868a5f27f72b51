/* library.c - where a package's compiled modules are. */
#include "project/library.h"

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/toml.h"

#define DOING "find build folder"
#define LAKEFILE_LIMIT ((size_t)1024 * 1024)
#define NAME_SIZE 1024

/* Below the build folder; the newest layout first. */
static const char *const below_build[] = { "lib/lean", "lib" };

/* What buildDir of lakefile.toml says; *said is false where it says none. */
static int
read_build_folder(const char *package, char *out, size_t size, bool *said)
{
    char *path = lwi_path_join(package, "lakefile.toml");
    struct lwi_buf buf;
    int rc;

    *said = false;
    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = path == NULL ? LW_ENOMEM : lwi_file_read(&buf, path, LAKEFILE_LIMIT);
    if (rc == LW_OK)
        *said =
            lwi_toml_string(lwi_buf_peek_text(&buf), "", "buildDir", out, size);
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc == LW_ENOMEM ? rc : LW_OK;
}

/* *library stays NULL where the folder is not there. */
static int
try_folder(char **library, const char *package, const char *build,
           const char *below, lw_error *err)
{
    char *folder = lwi_path_join(package, build);
    char *path = folder == NULL ? NULL : lwi_path_join(folder, below);
    int rc = path == NULL ? LW_ENOMEM : LW_OK;

    if (rc == LW_OK && lwi_path_is_folder(path)) {
        if (access(path, R_OK | X_OK) == 0)
            *library = lwi_path_resolve(path);
        if (*library == NULL && errno == ENOMEM)
            rc = LW_ENOMEM;
        else if (*library == NULL)
            rc =
                lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot read %s", path);
    } else if (rc == LW_OK && errno == EACCES) {
        rc = lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot look into %s",
                            path);
    }
    lwi_free(&lwi_system_allocator, path);
    lwi_free(&lwi_system_allocator, folder);
    return rc;
}

static int
try_build(char **library, const char *package, const char *build, lw_error *err)
{
    int rc = LW_OK;
    size_t i;

    for (i = 0; i < LWI_COUNT(below_build); i++) {
        rc = try_folder(library, package, build, below_build[i], err);
        if (rc != LW_OK || *library != NULL)
            break;
    }
    return rc;
}

int
lwi_library_find(char **library, const char *package, lw_error *err)
{
    char build[NAME_SIZE];
    bool said;
    int rc;

    *library = NULL;
    rc = read_build_folder(package, build, sizeof(build), &said);
    if (rc == LW_OK && said)
        rc = try_build(library, package, build, err);
    if (rc == LW_OK && *library == NULL)
        rc = try_build(library, package, ".lake/build", err);
    if (rc == LW_OK && *library == NULL)
        rc = try_build(library, package, "build", err);
    if (rc == LW_ENOMEM)
        lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    return rc;
}

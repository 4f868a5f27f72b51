/* lakefile_read.c - the lakefile of a package, whichever it has. */
#include "project/lakefile.h"

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "project/lake.h"

#define DOING "read a lakefile"
#define SIZE_LIMIT ((size_t)4 * 1024 * 1024)

static int
read_file(struct lwi_lakefile *out, const char *path, const char *label,
          lw_error *err)
{
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = lwi_file_read(&buf, path, SIZE_LIMIT);
    if (rc == LW_EFILE)
        rc = lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot read %s", path);
    else if (rc != LW_OK)
        lwi_fail(err, rc, DOING, "out of memory");
    else
        rc = lwi_lakefile_parse(out, buf.size == 0 ? "" : buf.data, buf.size,
                                label, err);
    lwi_buf_fini(&buf);
    return rc;
}

/* Lake writes what lakefile.lean amounts to into a folder of ours. */
static int
translate(struct lwi_lakefile *out, const char *folder, const char *lake,
          const char *lean_file, const lw_project_options *options,
          lw_error *err)
{
    char name[] = "/tmp/lean-worker-XXXXXX";
    char *room = mkdtemp(name);
    char *path = room == NULL ? NULL : lwi_path_join(room, "lakefile.toml");
    int rc;

    if (room == NULL)
        return lwi_fail_errno(err, LW_ESYSTEM, DOING, "no folder in /tmp");
    if (path == NULL)
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    else
        rc = lwi_lake_translate(path, lake, folder, options, err);
    if (rc == LW_OK)
        rc = read_file(out, path, lean_file, err);
    if (path != NULL)
        unlink(path);
    rmdir(room);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

int
lwi_lakefile_read(struct lwi_lakefile *out, const char *folder,
                  const char *lake, const lw_project_options *options,
                  lw_error *err)
{
    char *lean_file = lwi_path_join(folder, "lakefile.lean");
    char *toml_file = lwi_path_join(folder, "lakefile.toml");
    int rc;

    *out = (struct lwi_lakefile){ .count = 0 };
    if (lean_file == NULL || toml_file == NULL)
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    else if (!lwi_path_is_there(lean_file))
        rc = read_file(out, toml_file, toml_file, err);
    else if (lake != NULL)
        rc = translate(out, folder, lake, lean_file, options, err);
    else
        rc = lwi_fail(err, LW_EPROJECT, DOING,
                      "%s is a program that only lake can run, and this "
                      "toolchain has no lake. Use one that has "
                      "(--toolchain), or have lake write a lakefile.toml: "
                      "`lake translate-config toml`",
                      lean_file);
    lwi_free(&lwi_system_allocator, lean_file);
    lwi_free(&lwi_system_allocator, toml_file);
    return rc;
}

/* prefix.c - is this folder a Lean toolchain that runs here? */
#include "toolchain/prefix.h"

#include "base/file.h"
#include "base/path.h"
#include "toolchain/embedded.h"
#include "toolchain/program.h"
#include "toolchain/version.h"

#define VERSION_FILE_LIMIT ((size_t)64 * 1024)

void
lwi_prefix_fini(struct lwi_prefix *prefix)
{
    lwi_free(&lwi_system_allocator, prefix->folder);
    lwi_free(&lwi_system_allocator, prefix->version);
    lwi_free(&lwi_system_allocator, prefix->problem);
    *prefix = (struct lwi_prefix){ 0 };
}

int
lwi_prefix_refuse(struct lwi_prefix *out, const char *folder, char *problem)
{
    *out = (struct lwi_prefix){ .problem = problem };
    out->folder = lwi_copy_text(&lwi_system_allocator, folder);
    out->version = lwi_copy_text(&lwi_system_allocator, "");
    if (problem != NULL && out->folder != NULL && out->version != NULL)
        return LW_OK;
    lwi_prefix_fini(out);
    return LW_ENOMEM;
}

/* ---- the parts of a folder; each gives LW_OK or LW_ENOMEM ---- */

static int
examine_lean(struct lwi_prefix *out)
{
    char *lean = lwi_path_join(out->folder, "bin/lean");
    char *clause = NULL;
    int rc;

    rc = lean == NULL ? LW_ENOMEM : lwi_program_examine(lean, &clause);
    if (rc == LW_OK && clause != NULL) {
        out->problem = lwi_path_printf("%s %s", lean, clause);
        rc = out->problem == NULL ? LW_ENOMEM : LW_OK;
    }
    lwi_free(&lwi_system_allocator, clause);
    lwi_free(&lwi_system_allocator, lean);
    return rc;
}

static int
examine_library(struct lwi_prefix *out)
{
    char *library = lwi_path_join(out->folder, "lib/lean");
    int rc = library == NULL ? LW_ENOMEM : LW_OK;

    if (rc == LW_OK && !lwi_path_is_folder(library)) {
        out->problem = lwi_path_printf(
            "%s holds no Lean library: lib/lean is not there", out->folder);
        rc = out->problem == NULL ? LW_ENOMEM : LW_OK;
    }
    lwi_free(&lwi_system_allocator, library);
    return rc;
}

/* A native toolchain's version: its C header says it, else the hint. */
static int
read_version(struct lwi_prefix *out, const char *hint)
{
    char *path = lwi_path_join(out->folder, "include/lean/version.h");
    char version[LWI_VERSION_SIZE];
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = path == NULL ? LW_ENOMEM
                      : lwi_file_read(&buf, path, VERSION_FILE_LIMIT);
    if (rc == LW_OK && lwi_version_read(lwi_buf_peek_text(&buf), version))
        hint = version;
    if (rc != LW_ENOMEM) {
        out->version = lwi_copy_text(&lwi_system_allocator, hint);
        rc = out->version == NULL ? LW_ENOMEM : LW_OK;
    }
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

static int
examine_native(struct lwi_prefix *out, const char *version_hint)
{
    int rc = examine_lean(out);

    out->kind = LW_TOOLCHAIN_NATIVE;
    if (rc == LW_OK && out->problem == NULL)
        rc = examine_library(out);
    if (rc == LW_OK)
        rc = read_version(out, version_hint);
    return rc;
}

int
lwi_prefix_examine(struct lwi_prefix *out, const char *folder,
                   const char *version_hint)
{
    int rc;

    *out = (struct lwi_prefix){ 0 };
    if (!lwi_path_is_folder(folder))
        return lwi_prefix_refuse(
            out, folder, lwi_path_printf("%s: %s", folder, strerror(errno)));
    out->folder = lwi_path_resolve(folder);
    if (out->folder == NULL && errno == ENOMEM)
        return LW_ENOMEM;
    if (out->folder == NULL)
        return lwi_prefix_refuse(
            out, folder, lwi_path_printf("%s: %s", folder, strerror(errno)));
    if (lwi_path_has(out->folder, LWI_EMBEDDED_MARK)) {
        out->kind = LW_TOOLCHAIN_EMBEDDED;
        rc = lwi_embedded_examine(out->folder, &out->version, &out->problem);
    } else {
        rc = examine_native(out, version_hint);
    }
    if (rc != LW_OK)
        lwi_prefix_fini(out);
    return rc;
}

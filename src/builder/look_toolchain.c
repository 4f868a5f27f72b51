/* look_toolchain.c - the Lean, whether it is whole, whether it is the one. */
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "builder/builder.h"
#include "toolchain/elan_name.h"

#define PIN "lean-toolchain"

/* ---- finding it ---- */

/* A folder that is named and there, but not usable, is broken. */
static int
note_broken(const lw_toolchain_candidate *candidate, void *user)
{
    bool *broken = user;

    if (candidate->state == LW_CANDIDATE_ABSENT)
        return 0;
    *broken = candidate->state == LW_CANDIDATE_UNUSABLE &&
              candidate->prefix[0] != '\0' &&
              lwi_path_is_folder(candidate->prefix);
    return -1; /* the first that is named decides */
}

static void
find_toolchain(struct lwi_builder *b)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;
    bool broken = false;
    int rc;

    request.toolchain = b->spec.toolchain;
    request.project = b->root;
    rc = lw_toolchain_find(&b->found, &request, &err);
    b->toolchain = b->found;
    if (rc == LW_ENOMEM) {
        lwi_builder_no_memory(b);
    } else if (rc != LW_OK) {
        lw_toolchain_list(&request, note_broken, &broken, NULL);
        lwi_find(&b->findings,
                 broken ? LW_BOOTSTRAP_BROKEN_TOOLCHAIN
                        : LW_BOOTSTRAP_NO_TOOLCHAIN,
                 b->spec.toolchain, "%s", err.message);
    }
}

/* ---- is it the one that the project wants? ---- */

/* "4.28.0-pre" is on its way to 4.28.0. */
static bool
is_same_version(const char *wanted, const char *there)
{
    size_t size = strlen(wanted);

    return strncmp(wanted, there, size) == 0 &&
           (there[size] == '\0' || strcmp(there + size, "-pre") == 0);
}

static void
compare_version(struct lwi_builder *b, const struct lwi_elan_name *name)
{
    const char *there = lw_toolchain_get_version(b->toolchain);
    bool chosen = b->spec.worker.toolchain != NULL || b->spec.toolchain != NULL;
    char wanted[LWI_ELAN_NAME_SIZE];

    lwi_elan_release_version(name->release, wanted);
    if (name->is_channel || wanted[0] == '\0' || there[0] == '\0' ||
        is_same_version(wanted, there))
        return;
    lwi_find(&b->findings, LW_BOOTSTRAP_WRONG_TOOLCHAIN,
             lw_toolchain_get_prefix(b->toolchain),
             "%s/" PIN " names %s, and this is Lean %s", b->root, name->text,
             there);
    lwi_find_hint(&b->findings,
                  "install it: `elan toolchain install %s`; or "
                  "let " PIN " name the Lean that is there",
                  name->text);
    if (chosen)
        lwi_find_severity(&b->findings, LW_BOOTSTRAP_WARNING);
}

static void
read_pin(struct lwi_builder *b, const char *path)
{
    struct lwi_elan_name name;
    struct lwi_buf buf;
    const char *wrong = NULL;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = lwi_file_read(&buf, path, LWI_ELAN_FILE_LIMIT);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        lwi_find(&b->findings,
                 errno == EFBIG ? LW_BOOTSTRAP_BAD_PIN
                                : LW_BOOTSTRAP_UNREADABLE,
                 PIN, "cannot read %s: %s", path, strerror(errno));
    else
        wrong = lwi_elan_name_read(&name, buf.data, buf.size);
    if (wrong != NULL)
        lwi_find(&b->findings, LW_BOOTSTRAP_BAD_PIN, PIN, "%s: %s", path,
                 wrong);
    else if (rc == LW_OK && b->toolchain != NULL)
        compare_version(b, &name);
    lwi_buf_fini(&buf);
}

/* One that names none takes whatever Lean there is: that is allowed. */
static void
look_at_pin(struct lwi_builder *b)
{
    char *path = lwi_path_join(b->root, PIN);

    if (path == NULL) {
        lwi_builder_no_memory(b);
    } else if (lwi_path_is_there(path)) {
        read_pin(b, path);
    } else {
        lwi_find(&b->findings, LW_BOOTSTRAP_BAD_PIN, PIN,
                 "the project has no " PIN ", so that any Lean may be used");
        lwi_find_severity(&b->findings, LW_BOOTSTRAP_INFO);
    }
    lwi_free(&lwi_system_allocator, path);
}

/* ---- is it whole? ---- */

static void
look_at_library(struct lwi_builder *b)
{
    const char *const *folder = lw_toolchain_get_search_path(b->toolchain);
    bool found = false;

    for (; *folder != NULL && !found; folder++)
        found = lwi_path_has(*folder, "Init.olean");
    if (!found)
        lwi_find(&b->findings, LW_BOOTSTRAP_BROKEN_TOOLCHAIN,
                 lw_toolchain_get_prefix(b->toolchain),
                 "its library has no Init.olean below %s/lib/lean",
                 lw_toolchain_get_prefix(b->toolchain));
}

static void
look_at_parts(struct lwi_builder *b)
{
    const char *prefix = lw_toolchain_get_prefix(b->toolchain);

    if (!lwi_path_has(prefix, "bin/lean"))
        lwi_find(&b->findings, LW_BOOTSTRAP_BROKEN_TOOLCHAIN, prefix,
                 "%s/bin/lean is not there", prefix);
    look_at_library(b);
    if (lw_toolchain_get_kind(b->toolchain) == LW_TOOLCHAIN_NATIVE &&
        !lwi_path_has(prefix, "lib/lean/libleanshared.so"))
        lwi_find(&b->findings, LW_BOOTSTRAP_NO_SHARED_LIBRARY, prefix,
                 "%s/lib/lean/libleanshared.so is not there", prefix);
}

void
lwi_look_toolchain(struct lwi_builder *b)
{
    const char *version;

    b->toolchain = b->spec.worker.toolchain;
    /* An application's own worker needs one only to compile modules. */
    if (b->toolchain == NULL &&
        (b->spec.worker.command == NULL || b->spec.toolchain != NULL))
        find_toolchain(b);
    if (b->rc == LW_OK && b->project != NULL &&
        (b->toolchain != NULL || b->spec.worker.command == NULL))
        look_at_pin(b);
    if (b->rc != LW_OK || b->toolchain == NULL)
        return;
    version = lw_toolchain_get_version(b->toolchain);
    lwi_find(&b->findings, LW_BOOTSTRAP_FOUND,
             lw_toolchain_get_prefix(b->toolchain), "Lean %s, %s: %s",
             version[0] != '\0' ? version : "of a version that is not known",
             lw_toolchain_kind_name(lw_toolchain_get_kind(b->toolchain)),
             lw_toolchain_get_reason(b->toolchain));
    lwi_find_stage(&b->findings, LW_BUILDER_STAGE_TOOLCHAIN, LW_OK);
    look_at_parts(b);
}

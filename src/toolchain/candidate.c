/* candidate.c - the six places where a toolchain may be named. */
#include "toolchain/candidate.h"

#include "base/path.h"
#include "base/text.h"
#include "toolchain/embedded.h"

#define INSTALL "run `lean-worker toolchain install`"

void
lwi_candidate_fini(struct lwi_candidate *candidate)
{
    lwi_prefix_fini(&candidate->prefix);
    lwi_free(&lwi_system_allocator, candidate->reason);
    *candidate = (struct lwi_candidate){ 0 };
}

/* ---- the three ends of a look ---- */

/* Takes over reason, and the prefix where rc is LW_OK. */
static int
finish(struct lwi_candidate *out, int rc, lw_candidate_state state,
       char *reason)
{
    out->state = state;
    out->reason = reason;
    if (rc == LW_OK && reason != NULL)
        return LW_OK;
    lwi_candidate_fini(out);
    return LW_ENOMEM;
}

int
lwi_candidate_absent(struct lwi_candidate *out, char *reason)
{
    out->prefix.folder = lwi_copy_text(&lwi_system_allocator, "");
    out->prefix.version = lwi_copy_text(&lwi_system_allocator, "");
    return finish(out,
                  out->prefix.folder == NULL || out->prefix.version == NULL
                      ? LW_ENOMEM
                      : LW_OK,
                  LW_CANDIDATE_ABSENT, reason);
}

int
lwi_candidate_refuse(struct lwi_candidate *out, const char *folder,
                     char *problem, char *reason)
{
    return finish(out, lwi_prefix_refuse(&out->prefix, folder, problem),
                  LW_CANDIDATE_UNUSABLE, reason);
}

int
lwi_candidate_examine(struct lwi_candidate *out, const char *folder,
                      const char *version_hint, char *reason)
{
    int rc = lwi_prefix_examine(&out->prefix, folder, version_hint);

    return finish(out, rc,
                  out->prefix.problem == NULL ? LW_CANDIDATE_USABLE
                                              : LW_CANDIDATE_UNUSABLE,
                  reason);
}

/* ---- the project, through elan ---- */

static int
look_at_project(struct lwi_candidate *out, const struct lwi_lookup *lookup)
{
    struct lwi_elan_choice choice;
    int rc;

    if (lookup->project == NULL)
        return lwi_candidate_absent(out, lwi_path_printf("no project"));
    rc = lwi_elan_choose(&lookup->elan, lookup->project, false, &choice);
    if (rc != LW_OK)
        return rc;
    if (choice.why == LWI_ELAN_NOTHING)
        rc = lwi_candidate_absent(
            out, lwi_path_printf("the project %s has no lean-toolchain",
                                 lookup->project));
    else
        rc = lwi_candidate_elan(out, lookup, "project: ", &choice);
    lwi_elan_choice_fini(&choice);
    return rc;
}

/* ---- conda ---- */

static int
look_at_conda(struct lwi_candidate *out, const struct lwi_lookup *lookup)
{
    const char *folder = lwi_environment("CONDA_PREFIX");
    char *lean;
    int rc;

    if (folder == NULL)
        return lwi_candidate_absent(
            out, lwi_path_printf("no conda environment is active"));
    lean = lwi_path_join(folder, "bin/lean");
    if (lean == NULL)
        rc = LW_ENOMEM;
    else if (!lwi_path_is_there(lean))
        rc = lwi_candidate_absent(
            out,
            lwi_path_printf("the conda environment %s has no lean", folder));
    else if (lwi_elan_is_proxy(&lookup->elan, lean))
        rc = lwi_candidate_program(out, lookup, "conda: ", lean);
    else
        rc = lwi_candidate_examine(
            out, folder, "",
            lwi_path_printf("conda: the active environment %s has lean",
                            folder));
    lwi_free(&lwi_system_allocator, lean);
    return rc;
}

/* ---- PATH ---- */

/* *lean is the first executable of that name on PATH, NULL where none is. */
static int
find_on_path(char **lean)
{
    const char *at = lwi_environment("PATH");
    size_t length;

    *lean = NULL;
    while (at != NULL) {
        length = strcspn(at, ":");
        /* An empty entry is the working directory, as in a shell. */
        *lean = lwi_path_printf("%.*s/lean", length == 0 ? 1 : (int)length,
                                length == 0 ? "." : at);
        if (*lean == NULL)
            return LW_ENOMEM;
        if (lwi_path_is_file(*lean) && access(*lean, X_OK) == 0)
            return LW_OK;
        lwi_free(&lwi_system_allocator, *lean);
        *lean = NULL;
        at = at[length] == '\0' ? NULL : at + length + 1;
    }
    return LW_OK;
}

static int
look_at_path(struct lwi_candidate *out, const struct lwi_lookup *lookup)
{
    char *lean;
    int rc = find_on_path(&lean);

    if (rc != LW_OK)
        return rc;
    if (lean == NULL)
        return lwi_candidate_absent(out, lwi_path_printf("no lean on PATH"));
    rc = lwi_candidate_program(out, lookup, "path: ", lean);
    lwi_free(&lwi_system_allocator, lean);
    return rc;
}

/* ---- the embedded toolchain ---- */

/* The candidate keeps the folder, for those who want to install there. */
static int
absent_embedded(struct lwi_candidate *out, const char *folder)
{
    int rc = lwi_candidate_absent(
        out,
        lwi_path_printf(
            "the embedded toolchain is not installed in %s: " INSTALL, folder));

    if (rc != LW_OK)
        return rc;
    lwi_free(&lwi_system_allocator, out->prefix.folder);
    out->prefix.kind = LW_TOOLCHAIN_EMBEDDED;
    out->prefix.folder = lwi_copy_text(&lwi_system_allocator, folder);
    if (out->prefix.folder != NULL)
        return LW_OK;
    lwi_candidate_fini(out);
    return LW_ENOMEM;
}

/* Without its mark, what is in that place is somebody else's: installing
 * renames a whole folder into place. */
static int
examine_embedded(struct lwi_candidate *out, const char *folder, char *reason)
{
    int rc;

    if (lwi_path_has(folder, LWI_EMBEDDED_MARK))
        rc = lwi_candidate_examine(out, folder, "", reason);
    else
        rc = lwi_candidate_refuse(
            out, folder,
            lwi_path_printf("%s has no " LWI_EMBEDDED_MARK
                            ", so lean-worker did not install it: move it "
                            "away and " INSTALL,
                            folder),
            reason);
    if (rc == LW_OK)
        out->prefix.kind = LW_TOOLCHAIN_EMBEDDED;
    return rc;
}

static int
look_at_embedded(struct lwi_candidate *out)
{
    char *folder, *lean = NULL;
    int rc = lwi_embedded_folder(&folder);

    if (rc == LW_OK)
        rc = find_on_path(&lean);
    if (rc == LW_OK && folder == NULL)
        rc = lwi_candidate_absent(
            out, lwi_path_printf("the embedded toolchain has no place: "
                                 "neither LEAN_WORKER_DATA nor HOME is set"));
    else if (rc == LW_OK && !lwi_path_is_there(folder))
        rc = absent_embedded(out, folder);
    else if (rc == LW_OK)
        rc = examine_embedded(
            out, folder,
            lwi_path_printf(lean == NULL
                                ? "embedded: no lean on PATH"
                                : "embedded: where nothing else is named"));
    lwi_free(&lwi_system_allocator, lean);
    lwi_free(&lwi_system_allocator, folder);
    return rc;
}

int
lwi_candidate_embedded(struct lwi_candidate *out, char *reason)
{
    char *folder;
    int rc = reason == NULL ? LW_ENOMEM : lwi_embedded_folder(&folder);

    if (rc != LW_OK) {
        lwi_free(&lwi_system_allocator, reason);
        return rc;
    }
    if (folder == NULL)
        rc = lwi_candidate_refuse(
            out, "",
            lwi_path_printf("neither LEAN_WORKER_DATA nor HOME is set, so "
                            "there is no place for it"),
            reason);
    else if (!lwi_path_is_there(folder))
        rc = lwi_candidate_refuse(
            out, folder,
            lwi_path_printf(
                "the embedded toolchain is not installed in %s: " INSTALL,
                folder),
            reason);
    else
        rc = examine_embedded(out, folder, reason);
    if (rc == LW_OK)
        out->prefix.kind = LW_TOOLCHAIN_EMBEDDED;
    lwi_free(&lwi_system_allocator, folder);
    return rc;
}

/* ---- all of them ---- */

static int
look_at_option(struct lwi_candidate *out, const struct lwi_lookup *lookup)
{
    if (lookup->toolchain == NULL)
        return lwi_candidate_absent(
            out, lwi_path_printf("none is chosen with --toolchain"));
    return lwi_candidate_named(out, lookup, "option: --toolchain",
                               lookup->toolchain);
}

static int
look_at_environment(struct lwi_candidate *out, const struct lwi_lookup *lookup)
{
    const char *text = lwi_environment("LEAN_WORKER_TOOLCHAIN");

    if (text == NULL)
        return lwi_candidate_absent(
            out, lwi_path_printf("LEAN_WORKER_TOOLCHAIN is not set"));
    return lwi_candidate_named(out, lookup,
                               "environment: LEAN_WORKER_TOOLCHAIN", text);
}

int
lwi_candidate_look(struct lwi_candidate *out, lw_toolchain_source source,
                   const struct lwi_lookup *lookup)
{
    *out = (struct lwi_candidate){ .source = source };
    switch (source) {
    case LW_TOOLCHAIN_FROM_OPTION:
        return look_at_option(out, lookup);
    case LW_TOOLCHAIN_FROM_ENVIRONMENT:
        return look_at_environment(out, lookup);
    case LW_TOOLCHAIN_FROM_PROJECT:
        return look_at_project(out, lookup);
    case LW_TOOLCHAIN_FROM_CONDA:
        return look_at_conda(out, lookup);
    case LW_TOOLCHAIN_FROM_PATH:
        return look_at_path(out, lookup);
    case LW_TOOLCHAIN_FROM_EMBEDDED:
        return look_at_embedded(out);
    }
    LW_WRONG("a source that is not in the order");
}

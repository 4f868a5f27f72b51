/* doctor_lean.c - the launcher, the toolchains, and what goes with them. */
#include <lean_worker/shim.h>

#include "base/base.h"
#include "base/path.h"
#include "doctor_look.h"
#include "proc/runtime.h"
#include "toolchain/program.h"
#include "worker/config.h"

/* ---- the launcher ---- */

static void
examine_launcher(struct doctor_put *put, const char *path)
{
    char *problem = NULL;

    if (lwi_program_examine(path, &problem) == LW_OK && problem == NULL)
        doctor_put_own(put, LW_DOCTOR_INFO, "launcher", "", "%s", path);
    else
        doctor_put_own(put, LW_DOCTOR_ERROR, "launcher_broken",
                       "install lean-worker again, for this machine", "%s %s",
                       path, problem != NULL ? problem : "cannot be examined");
    lwi_free(&lwi_system_allocator, problem);
}

/* As every command does it: a runtime looks for its launcher. */
static void
look_at_launcher(struct doctor_put *put)
{
    lw_error err = LW_ERROR_INIT;
    lw_runtime *runtime = NULL;
    const char *path;

    if (lw_runtime_create(&runtime, NULL, &err) < 0) {
        doctor_put_own(put, LW_DOCTOR_ERROR, "no_runtime",
                       "see to the limits of descriptors and threads "
                       "(ulimit -n, -u)",
                       "%s", err.message);
        return;
    }
    path = lwi_runtime_launcher(runtime, &err);
    if (path != NULL)
        examine_launcher(put, path);
    else
        doctor_put_own(put, LW_DOCTOR_ERROR, "no_launcher",
                       "install lean-worker whole, or set LEAN_WORKER_CHILD "
                       "to the path of lean-worker-child",
                       "%s", err.message);
    lw_runtime_destroy(runtime);
}

/* ---- toolchains ---- */

struct places {
    struct doctor_put *put;
    bool decided; /* a place has named one */
};

static void
put_usable(struct doctor_put *put, const lw_toolchain_candidate *candidate,
           bool chosen)
{
    doctor_put_own(put, LW_DOCTOR_INFO,
                   chosen ? "toolchain" : "other_toolchain", "",
                   "Lean %s, %s, in %s: %s",
                   candidate->version[0] != '\0' ? candidate->version
                                                 : "of unknown version",
                   lw_toolchain_kind_name(candidate->kind), candidate->prefix,
                   candidate->reason);
}

/* Nothing is run with another Lean than the one that is named first. */
static int
take_place(const lw_toolchain_candidate *candidate, void *user)
{
    struct places *places = user;
    bool chosen = !places->decided;

    if (candidate->state == LW_CANDIDATE_ABSENT)
        return 0;
    places->decided = true;
    if (candidate->state == LW_CANDIDATE_USABLE)
        put_usable(places->put, candidate, chosen);
    else
        doctor_put_own(
            places->put, chosen ? LW_DOCTOR_ERROR : LW_DOCTOR_WARNING,
            chosen ? "toolchain_unusable" : "other_toolchain_unusable",
            chosen ? "see lean-worker toolchain list for the other places"
                   : "it would not be used now",
            "%s: %s", candidate->reason, candidate->problem);
    return 0;
}

static void
list_toolchains(struct doctor_put *put, const lw_toolchain_request *request)
{
    struct places places = { .put = put };
    lw_error err = LW_ERROR_INIT;

    if (lw_toolchain_list(request, take_place, &places, &err) < 0)
        doctor_put_own(put, LW_DOCTOR_ERROR, "toolchains_unreadable", "", "%s",
                       err.message);
    else if (!places.decided)
        doctor_put_own(put, LW_DOCTOR_ERROR, "no_toolchain",
                       "install Lean by elan, or the embedded one: "
                       "lean-worker toolchain install",
                       "there is no Lean in any of the places that are "
                       "looked at");
}

/* The plugin and the like: a worker's configuration asks for them. */
static void
look_at_worker_files(struct doctor_put *put, const lw_toolchain *toolchain)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    struct lwi_config copy;
    lw_error err = LW_ERROR_INIT;

    config.toolchain = toolchain;
    if (lwi_config_init(&copy, &lwi_system_allocator, &config, &err) < 0)
        doctor_put_own(put, LW_DOCTOR_ERROR, "worker_files",
                       "install lean-worker whole", "%s", err.message);
    else
        doctor_put_own(put, LW_DOCTOR_INFO, "worker_files", "",
                       "all that a worker needs on this toolchain is there");
    lwi_config_fini(&copy, &lwi_system_allocator);
}

/* Interpreted is slower and no fault. */
static void
look_at_shim(struct doctor_put *put, const lw_toolchain *toolchain)
{
    lw_shim shim = LW_SHIM_INIT;
    lw_error err = LW_ERROR_INIT;

    if (lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED)
        return;
    if (lw_toolchain_get_shim(toolchain, &shim, &err) < 0)
        doctor_put_own(put, LW_DOCTOR_WARNING, "shim_unknown", "", "%s",
                       err.message);
    else
        doctor_put_own(put, LW_DOCTOR_INFO, "shim", "",
                       "children of this toolchain run the shim %s: %s",
                       lw_shim_state_name(shim.state), shim.detail);
}

static void
look_at_toolchains(struct doctor_put *put, const lw_toolchain_request *request,
                   lw_toolchain_kind *kind)
{
    lw_toolchain *toolchain = NULL;
    lw_error err = LW_ERROR_INIT;

    list_toolchains(put, request);
    if (lw_toolchain_find(&toolchain, request, &err) < 0)
        return; /* the list has said why */
    *kind = lw_toolchain_get_kind(toolchain);
    look_at_worker_files(put, toolchain);
    look_at_shim(put, toolchain);
    lw_toolchain_destroy(toolchain);
}

/* ---- both ---- */

void
doctor_look_at_lean(struct doctor_put *put, struct toolchain_query *query,
                    lw_toolchain_kind *kind)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc = query->folder == NULL
                 ? lw_project_find(&query->project, NULL, &err)
                 : lw_project_open(&query->project, query->folder, &err);

    *kind = LW_TOOLCHAIN_NATIVE;
    look_at_launcher(put);
    if (rc < 0) {
        doctor_put_own(put, LW_DOCTOR_ERROR, "project_unreadable",
                       "see to the project, or name another by --project", "%s",
                       err.message);
        query->project = NULL;
    } else if (query->project != NULL) {
        doctor_put_own(put, LW_DOCTOR_INFO, "project", "", "%s",
                       lw_project_get_folder(query->project));
    }
    request.toolchain = query->toolchain;
    request.project = lw_project_get_folder(query->project);
    look_at_toolchains(put, &request, kind);
    toolchain_query_close(query);
}

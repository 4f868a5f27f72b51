/* look_child.c - the program of the worker, and its configuration. */
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "builder/builder.h"
#include "proc/runtime.h"
#include "toolchain/program.h"
#include "worker/config.h"

/* ---- the program ---- */

static void
find_missing(struct lwi_builder *b, const char *path)
{
    lwi_find(&b->findings, LW_BOOTSTRAP_MISSING_CHILD, path,
             "%s is not there as a file: %s", path, strerror(errno));
}

/* A file that is no script and not of this machine, or not executable. */
static void
examine(struct lwi_builder *b, const char *path)
{
    char *problem = NULL;

    if (!lwi_path_is_file(path)) {
        find_missing(b, path);
        return;
    }
    if (lwi_program_examine(path, &problem) != LW_OK)
        lwi_builder_no_memory(b);
    if (problem != NULL)
        lwi_find(&b->findings,
                 lwi_text_starts(problem, "is a program for")
                     ? LW_BOOTSTRAP_WRONG_ARCHITECTURE
                     : LW_BOOTSTRAP_NOT_EXECUTABLE,
                 path, "%s %s", path, problem);
    else if (b->rc == LW_OK)
        lwi_find(&b->findings, LW_BOOTSTRAP_FOUND, path,
                 "the program of the worker");
    if (problem == NULL && b->rc == LW_OK)
        lwi_find_stage(&b->findings, LW_BUILDER_STAGE_CHILD, LW_OK);
    lwi_free(&lwi_system_allocator, problem);
    b->child = lwi_copy_text(&lwi_system_allocator, path);
    if (b->child == NULL)
        lwi_builder_no_memory(b);
}

/* As it is started: below the worker's folder, where that is another. */
static void
look_at_command(struct lwi_builder *b)
{
    const char *name = b->spec.worker.command[0];
    const char *folder = b->spec.worker.working_directory;
    char *path;

    if (name == NULL)
        return; /* look_at_config says so */
    path = lwi_path_join(folder != NULL ? folder : "", name);
    if (path == NULL)
        lwi_builder_no_memory(b);
    else
        examine(b, path);
    lwi_free(&lwi_system_allocator, path);
}

static void
look_at_launcher(struct lwi_builder *b)
{
    const char *variable = lwi_environment("LEAN_WORKER_CHILD");
    lw_error err = LW_ERROR_INIT;
    const char *path = lwi_runtime_launcher(b->runtime, &err);

    if (path != NULL) {
        examine(b, path);
    } else if (variable != NULL && lwi_path_is_file(variable)) {
        examine(b, variable);
    } else {
        lwi_find(&b->findings, LW_BOOTSTRAP_MISSING_CHILD,
                 variable != NULL ? variable : "lean-worker-child", "%s",
                 err.message);
    }
}

/* ---- the configuration ---- */

static void
look_at_config(struct lwi_builder *b)
{
    lw_worker_config config = lwi_builder_worker_config(b);
    struct lwi_config copy;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (config.toolchain == NULL && config.command == NULL)
        return; /* there is no Lean: that is said already */
    rc = lwi_config_init(&copy, &lwi_system_allocator, &config, &err);
    lwi_config_fini(&copy, &lwi_system_allocator);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        lwi_find(&b->findings,
                 rc == LW_ECHILDPATH ? LW_BOOTSTRAP_MISSING_CHILD
                                     : LW_BOOTSTRAP_BAD_CONFIG,
                 rc == LW_ECHILDPATH ? "files of the worker" : "worker", "%s",
                 err.message);
    if (config.working_directory != NULL &&
        !lwi_path_is_folder(config.working_directory))
        lwi_find(&b->findings, LW_BOOTSTRAP_BAD_CONFIG, "working_directory",
                 "%s is no folder that can be used: %s",
                 config.working_directory, strerror(errno));
}

void
lwi_look_child(struct lwi_builder *b)
{
    if (b->spec.worker.command != NULL)
        look_at_command(b);
    else
        look_at_launcher(b);
    if (b->rc == LW_OK)
        look_at_config(b);
}

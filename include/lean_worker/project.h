/*
 * project.h - the Lake project that a file belongs to, and where its imports
 * are looked for.
 *
 *     lw_project_find(&project, "src/A.lean", &err);        may give NULL
 *     lw_toolchain_find(&toolchain, &(lw_toolchain_request){
 *         …, .project = lw_project_get_folder(project) }, &err);
 *     lw_project_load(project, toolchain, NULL, &err);
 *     lw_project_get_search_path(project) → folders for Lean
 *
 * Two steps, because a project names its toolchain, and the toolchain's own
 * lake knows best where the project builds.
 *
 * Any thread, one at a time on the same project. Only lw_project_load blocks.
 */
#ifndef LEAN_WORKER_PROJECT_H
#define LEAN_WORKER_PROJECT_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/limits.h>
#include <lean_worker/runtime.h>
#include <lean_worker/toolchain.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Facts about one project. Owned by the caller; one thread at a time. */
typedef struct lw_project lw_project;

/*
 * Finds the project of a path: the nearest folder, the path itself or one
 * above it up to the root, that holds lakefile.lean or lakefile.toml. A
 * package below another project's .lake/packages belongs to that project.
 * path: a file or a folder, need not be absolute; NULL: the working
 * directory. Ownership: *out is the caller's; lw_project_destroy ends it.
 * *out is NULL, and the result LW_OK, where no folder above is a project.
 * Reads a few directory entries. Errors: LW_EPROJECT (the path is not there,
 * a lakefile cannot be read), LW_ENOMEM.
 */
int
lw_project_find(lw_project **out, const char *path, lw_error *err);

/*
 * The same for a folder that the user named as a project: LW_EPROJECT where
 * neither it nor a folder above it is one.
 */
int
lw_project_open(lw_project **out, const char *folder, lw_error *err);

/* NULL is allowed. Never fails, never blocks. */
void
lw_project_destroy(lw_project *project);

/* Absolute, without symbolic links. Borrowed from the project, like all that
 * follow. NULL gives NULL, so that it can be passed on. */
const char *
lw_project_get_folder(const lw_project *project);

/* ---- the search path ---- */

typedef struct lw_project_options {
    size_t struct_size;
    uint64_t lake_timeout_ms; /* for lake; LW_NO_LIMIT is allowed; 0: do not
                                 run lake, read the folders */
    lw_runtime *runtime;      /* starts lake; NULL: one for this call only */
    lw_cancel *cancel;        /* NULL: none */
} lw_project_options;

/* Lake may have to elaborate a lakefile.lean first: seconds. */
#define LW_LAKE_TIMEOUT_DEFAULT_MS UINT64_C(60000)

#define LW_PROJECT_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(lw_project_options), LW_LAKE_TIMEOUT_DEFAULT_MS, NULL, NULL     \
    }

/*
 * Works out the search path: what the toolchain's own `lake env` says where
 * that toolchain has lake, else the build folders of the project and of the
 * packages in its manifest, in that order; behind them the toolchain's
 * library. options may be NULL (the defaults). May be called again: the last
 * success counts. Blocks at most lake_timeout_ms plus the reading of folders;
 * lake and what it starts are gone when this returns. It never downloads: a
 * package that is missing is an error before lake is run. Where some of the
 * packages are built and some are not, that is only a warning: what is not
 * imported need not be built.
 * Errors: LW_EPROJECT with what is missing and what to run, LW_ETIMEOUT,
 * LW_ECANCELLED, LW_EINVAL, LW_ENOMEM, and those of starting a process.
 */
int
lw_project_load(lw_project *project, const lw_toolchain *toolchain,
                const lw_project_options *options, lw_error *err);

/* Absolute folders, NULL at the end; NULL before lw_project_load. */
const char *const *
lw_project_get_search_path(const lw_project *project);

/*
 * The options of Lean that the project's own build gives to the module in a
 * file: leanOptions, the -D of moreLeanArgs and weakLeanArgs, what buildType
 * brings; the package's before the library's. Of a file that is in no library
 * those of its package. So a check with them has the verdict of the build.
 * Reads the lakefile once; where that is lakefile.lean, lake is run, as
 * lw_project_load runs it, and how (NULL: the defaults) counts. Need not be
 * loaded. path: a file, which need not be there, or a folder.
 * Ownership: *options, "name=value" with NULL at the end, is borrowed from the
 * project. Threads and blocking: as lw_project_load. Errors: LW_EPROJECT (the
 * lakefile cannot be understood, or asks for what no session can do, such as
 * --plugin; the message has file and line), LW_EUNSUPPORTED (lakefile.lean,
 * and this toolchain has no lake), LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM, and
 * those of running lake.
 */
int
lw_project_find_options(const char *const **options, lw_project *project,
                        const lw_toolchain *toolchain, const char *path,
                        const lw_project_options *how, lw_error *err);

/* One clause for people: "as lake env says", "build folders of the project
 * and 3 packages"; "" before lw_project_load. */
const char *
lw_project_get_reason(const lw_project *project);

/* One sentence to show before a run: what is not built. "" where all is. */
const char *
lw_project_get_warning(const lw_project *project);

#ifdef __cplusplus
}
#endif
#endif

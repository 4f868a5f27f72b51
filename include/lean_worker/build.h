/*
 * build.h - building the modules of a Lake project, so that sessions can
 * import them.
 *
 *     lw_build_options options = LW_BUILD_OPTIONS_INIT;
 *     options.project = "path/of/project";
 *     options.toolchain = toolchain;
 *     rc = lw_build_project(&build, &options, &err);
 *     if (rc == LW_OK && build->failed > 0)
 *         … build->failures[i] says which modules, where and why
 *     … session.search_path = build->search_path
 *     lw_build_destroy(build);
 *
 * Where the toolchain has lake, lake builds, in its own folders. Where it has
 * none (the embedded one), the modules of the project and of its packages are
 * compiled by the toolchain's own lean, imports first, several at once, into a
 * folder of ours, and only those that changed, or whose options or imports
 * did.
 */
#ifndef LEAN_WORKER_BUILD_H
#define LEAN_WORKER_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/limits.h>
#include <lean_worker/plan.h>
#include <lean_worker/runtime.h>
#include <lean_worker/sinks.h>
#include <lean_worker/toolchain.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- how it is built ---- */

typedef enum lw_build_way {
    LW_BUILD_BY_LAKE, /* `lake build`, into the project's .lake */
    LW_BUILD_DIRECT,  /* the toolchain's lean, into a folder of ours */
} lw_build_way;

/* "lake", "direct"; "unknown" for another number. Any thread; never blocks.
 * Static storage. */
const char *
lw_build_way_name(lw_build_way way);

/* ---- what can be wrong with a module ---- */

/* clang-format off */
/*      name                        number  word, and what it means */
#define LW_BUILD_FAILURE_MAP(X)                                                \
    X(LW_BUILD_LEAN_ERROR,     0, "lean_error",                                \
      "Lean reports errors in it")                                             \
    X(LW_BUILD_LEAN_ENDED,     1, "lean_ended",                                \
      "Lean ended without an answer: a signal, no memory, a panic")            \
    X(LW_BUILD_BAD_MODULE,     2, "bad_module",                                \
      "its source or its imports cannot be used: `problem` says why")          \
    X(LW_BUILD_IMPORT_FAILED,  3, "import_failed",                             \
      "something that it imports has failed; it was not tried")                \
    X(LW_BUILD_CHANGED,        4, "changed",                                   \
      "its source changed while it was built: build again")                    \
    X(LW_BUILD_LAKE_FAILED,    5, "lake_failed",                               \
      "lake failed, and names no module")
/* clang-format on */

#define LW_BUILD_FAILURE_ENUM_(name, number, word, text) name = number,
typedef enum lw_build_failure_code {
    LW_BUILD_FAILURE_MAP(LW_BUILD_FAILURE_ENUM_)
} lw_build_failure_code;
#undef LW_BUILD_FAILURE_ENUM_

/* "lean_error", …; "unknown" for another number. Any thread; never blocks.
 * Static storage. */
const char *
lw_build_failure_name(lw_build_failure_code code);

/* No pointer is NULL but `diagnostics` where there are none. */
typedef struct lw_build_failure {
    lw_build_failure_code code;
    lw_plan_problem_code problem;     /* of LW_BUILD_BAD_MODULE */
    const char *module;               /* "" where there is no name for it */
    const char *path;                 /* of its source; "": none */
    uint32_t line;                    /* 1-based, of the first error; 0: none */
    uint32_t column;                  /* 0-based, in code points */
    const char *message;              /* a sentence, or Lean's first error */
    const lw_diagnostic *diagnostics; /* all that Lean said of it, bounded by
                                         output_limit */
    size_t diagnostic_count;
} lw_build_failure;

/* ---- while it runs ---- */

typedef enum lw_build_state {
    LW_BUILD_MODULE_STARTED, /* is being compiled */
    LW_BUILD_MODULE_FRESH,   /* was compiled before, and nothing changed */
    LW_BUILD_MODULE_BUILT,
    LW_BUILD_MODULE_FAILED,
    LW_BUILD_OUTPUT, /* a line that lake printed */
} lw_build_state;

/* "started", "fresh", "built", "failed", "output"; "unknown" for another
 * number. Any thread; never blocks. Static storage. */
const char *
lw_build_state_name(lw_build_state state);

/* Borrowed until the callback returns. No pointer is NULL. */
typedef struct lw_build_progress {
    lw_build_state state;
    const char *module; /* "" where lake's line names none */
    const char *line;   /* of LW_BUILD_OUTPUT, without its end; else "" */
    size_t done;        /* modules, or, by lake, its steps */
    size_t total;       /* 0 while it is not known */
} lw_build_progress;

/* On the caller's thread. A negative result ends the build with LW_ESINK. */
typedef int (*lw_build_progress_cb)(const lw_build_progress *progress,
                                    void *user);

/* ---- what came of it ---- */

/* All of it is owned by the build and immutable: any thread may read it. No
 * pointer is NULL but that of an empty list of failures. */
typedef struct lw_build {
    lw_build_way way;
    const char *folder; /* ours, with the compiled modules; "" by lake */
    size_t total;       /* modules that were asked for, with their imports
                           from packages; by lake, its steps */
    size_t fresh;       /* of them, nothing to do; by lake: not counted */
    size_t built;
    size_t failed;                    /* 0: the targets can be imported */
    const lw_build_failure *failures; /* by module; one for each that failed */
    size_t failure_count;
    const char *const *notes; /* sentences: what this way cannot do, such as
                                 precompiled modules; NULL at the end */
    const char *const *search_path; /* for sessions; NULL at the end */
    const char *output;             /* the end of what lake printed; "" */
    bool output_truncated;          /* something was cut at output_limit */
} lw_build;

/* ---- building ---- */

typedef struct lw_build_options {
    size_t struct_size;
    const char *project;           /* a folder in it; must be there */
    const lw_toolchain *toolchain; /* must be there */
    const char *const *targets;    /* names of libraries, programs or modules;
                                      NULL at the end. NULL: the lakefile's
                                      defaultTargets; direct, where it names
                                      none, all libraries. */
    uint32_t jobs;            /* compilers at once, direct; 0: what cores and
                                 memory allow. Lake decides for itself. */
    const char *build_folder; /* direct; absolute. NULL: one below
                                 $XDG_CACHE_HOME/lean-worker/build (without
                                 it ~/.cache), by project and toolchain. */
    uint64_t timeout_ms;      /* of the whole build; LW_NO_LIMIT: none */
    uint64_t lock_timeout_ms; /* how long to wait for another build of this
                                 folder; 0: not at all */
    uint64_t output_limit;    /* bytes kept of what lake printed, and of the
                                 messages of each failed module */
    lw_runtime *runtime;      /* NULL: one for this call */
    lw_worker *worker;        /* direct: reads the headers of sources; NULL:
                                 one is started and ended */
    lw_cancel *cancel;        /* NULL: none */
    lw_build_progress_cb progress; /* NULL: none */
    void *progress_user;
} lw_build_options;

#define LW_BUILD_TIMEOUT_DEFAULT_MS (UINT64_C(3600) * 1000)
#define LW_BUILD_OUTPUT_DEFAULT (UINT64_C(64) * 1024)

#define LW_BUILD_OPTIONS_INIT                                                  \
    {                                                                          \
        sizeof(lw_build_options), NULL, NULL, NULL, 0, NULL,                   \
            LW_BUILD_TIMEOUT_DEFAULT_MS, LW_NO_LIMIT, LW_BUILD_OUTPUT_DEFAULT, \
            NULL, NULL, NULL, NULL, NULL                                       \
    }

/*
 * Builds a project's modules. A module that cannot be built is no error of the
 * call: the others are built as far as they do not import it, and the result
 * says what failed. When this returns, every process that it started is gone.
 * A build that is ended in the middle, by whatever, leaves no half of a
 * module: the next one goes on where it was.
 *
 * Ownership: *out is the caller's; lw_build_destroy ends it. It keeps nothing
 * of the options. Threads: any; builds of one project wait for each other, in
 * this process and in others. Not from its own callback. Blocks: as long as
 * the build takes, at most timeout_ms and a fraction of a second; but while
 * the worker reads headers its own timeouts hold (lw_plan_create).
 * Errors: LW_EINVAL (options, a target that is none), LW_EPROJECT (no project,
 * a lakefile that cannot be understood, with file and line; a package that is
 * missing), LW_EBUSY (another build has the folder for longer than
 * lock_timeout_ms; the message names its process), LW_ETIMEOUT, LW_ECANCELLED,
 * LW_ESINK, LW_EUNSUPPORTED (what needs native code, direct), LW_EFILE (the
 * build folder cannot be written), LW_EBADHANDLE, LW_ENOMEM, and those of
 * starting processes and of lw_plan_create.
 */
int
lw_build_project(lw_build **out, const lw_build_options *options,
                 lw_error *err);

/* NULL is allowed. Never fails, never blocks. Any thread, but once. */
void
lw_build_destroy(lw_build *build);

#ifdef __cplusplus
}
#endif
#endif

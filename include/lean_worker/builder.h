/*
 * builder.h - from a Lake project to a capability, all or nothing, and what
 * stands in the way.
 *
 *     lw_builder_spec spec = LW_BUILDER_SPEC_INIT;
 *     spec.project_root = "my-tool";
 *     spec.metadata.export_name = "MyTool.metadata";
 *     if (lw_builder_build(&capability, NULL, runtime, &spec, &failure, &err) <
 *         0)
 *         say failure->stage, failure->finding, failure->output
 *     lw_pool_acquire(&lease, pool, capability, NULL, &err)
 *
 * A builder goes through stages, and a capability comes out of the last one
 * only. lw_builder_check looks at what each stage needs without doing its
 * work, and reports all that it finds, not only the first.
 */
#ifndef LEAN_WORKER_BUILDER_H
#define LEAN_WORKER_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/capability.h>
#include <lean_worker/error.h>
#include <lean_worker/key.h>
#include <lean_worker/limits.h>
#include <lean_worker/runtime.h>
#include <lean_worker/span.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- stages ---- */

/* clang-format off */
/*      name                        number  word, and what is done in it */
#define LW_BUILDER_STAGE_MAP(X)                                              \
    X(LW_BUILDER_STAGE_PROJECT,     0, "project",                            \
      "read the lakefile, find the modules")                                 \
    X(LW_BUILDER_STAGE_TOOLCHAIN,   1, "toolchain",                          \
      "find the Lean that the project wants")                                \
    X(LW_BUILDER_STAGE_BUILD,       2, "build",                              \
      "compile what the session imports")                                    \
    X(LW_BUILDER_STAGE_CHILD,       3, "child",                              \
      "find the program of the worker")                                      \
    X(LW_BUILDER_STAGE_SPAWN,       4, "spawn",                              \
      "start it")                                                            \
    X(LW_BUILDER_STAGE_HANDSHAKE,   5, "handshake",                          \
      "let it introduce itself, and answer once")                            \
    X(LW_BUILDER_STAGE_SESSION,     6, "session",                            \
      "import and elaborate the modules")                                    \
    X(LW_BUILDER_STAGE_METADATA,    7, "metadata",                           \
      "compare what the package says of itself with what is expected")       \
    X(LW_BUILDER_STAGE_DOCTOR,      8, "doctor",                             \
      "ask the package how it is")
/* clang-format on */

#define LW_BUILDER_STAGE_ENUM_(name, number, word, text) name = number,
typedef enum lw_builder_stage {
    LW_BUILDER_STAGE_MAP(LW_BUILDER_STAGE_ENUM_) LW_BUILDER_STAGE_COUNT
} lw_builder_stage;
#undef LW_BUILDER_STAGE_ENUM_

/* "project", … Any thread; never blocks. Static; "unknown" for another
 * number. */
const char *
lw_builder_stage_name(lw_builder_stage stage);

/* ---- what is found ---- */

typedef enum lw_bootstrap_severity {
    LW_BOOTSTRAP_INFO,    /* as it should be */
    LW_BOOTSTRAP_WARNING, /* works, but not as well as it could */
    LW_BOOTSTRAP_ERROR,   /* lw_builder_build would fail */
} lw_bootstrap_severity;

/*
 * Every code with the stage that it belongs to and the status that
 * lw_builder_build fails with. Numbers and words are for good; new ones are
 * only added. E: an error, W: a warning, I: neither. A code is an error as a
 * rule and a warning in places that its text names.
 */
/* clang-format off */
#define LW_BOOTSTRAP_MAP(X)                                                  \
    X(LW_BOOTSTRAP_FOUND,                0, "found", INFO, PROJECT, LW_OK,   \
      "something that is needed is there")                                   \
    X(LW_BOOTSTRAP_ROOT_MISSING,         1, "root_missing", ERROR, PROJECT,  \
      LW_EPROJECT, "the folder of the project is not there")                 \
    X(LW_BOOTSTRAP_NO_LAKEFILE,          2, "no_lakefile", ERROR, PROJECT,   \
      LW_EPROJECT, "the folder has neither lakefile.lean nor lakefile.toml") \
    X(LW_BOOTSTRAP_BROKEN_LAKEFILE,      3, "broken_lakefile", ERROR,        \
      PROJECT, LW_EPROJECT, "the lakefile or the manifest cannot be "        \
      "understood")                                                          \
    X(LW_BOOTSTRAP_WRONG_PACKAGE,        4, "wrong_package", ERROR, PROJECT, \
      LW_EPROJECT, "the lakefile is of another package")                     \
    X(LW_BOOTSTRAP_UNKNOWN_TARGET,       5, "unknown_target", ERROR,         \
      PROJECT, LW_EPROJECT, "the lakefile has no such library, or several "  \
      "and none is named")                                                   \
    X(LW_BOOTSTRAP_MISSING_DEPENDENCY,   6, "missing_dependency", ERROR,     \
      PROJECT, LW_EPROJECT, "a package of the manifest is not there")        \
    X(LW_BOOTSTRAP_MISSING_MODULE,       7, "missing_module", ERROR,         \
      PROJECT, LW_EPROJECT, "a module is nowhere")                           \
    X(LW_BOOTSTRAP_BAD_MODULE_NAME,      8, "bad_module_name", ERROR,        \
      PROJECT, LW_EPROJECT, "no module can have that name; a warning where " \
      "nothing wants it")                                                    \
    X(LW_BOOTSTRAP_DUPLICATE_MODULE,     9, "duplicate_module", ERROR,       \
      PROJECT, LW_EPROJECT, "two files are the same module")                 \
    X(LW_BOOTSTRAP_IMPORT_CYCLE,        10, "import_cycle", ERROR, PROJECT,  \
      LW_EPROJECT, "modules import each other in a ring")                    \
    X(LW_BOOTSTRAP_OUTSIDE,             11, "outside", ERROR, PROJECT,       \
      LW_EPROJECT, "a link leads out of the package; a warning where "       \
      "nothing wants what it leads to")                                      \
    X(LW_BOOTSTRAP_UNREADABLE,          12, "unreadable", ERROR, PROJECT,    \
      LW_EPROJECT, "a file or folder cannot be read, or is no text")         \
    X(LW_BOOTSTRAP_BAD_HEADER,          13, "bad_header", ERROR, PROJECT,    \
      LW_EPROJECT, "the imports of a module cannot be read")                 \
    X(LW_BOOTSTRAP_BROKEN_IMPORT,       14, "broken_import", ERROR, PROJECT, \
      LW_EPROJECT, "a module imports one that has a problem")                \
    X(LW_BOOTSTRAP_NO_TOOLCHAIN,        20, "no_toolchain", ERROR,           \
      TOOLCHAIN, LW_ETOOLCHAIN, "there is no Lean that can be used")         \
    X(LW_BOOTSTRAP_WRONG_TOOLCHAIN,     21, "wrong_toolchain", ERROR,        \
      TOOLCHAIN, LW_ETOOLCHAIN, "it is not the Lean that lean-toolchain "    \
      "names; a warning where the caller chose it")                          \
    X(LW_BOOTSTRAP_BROKEN_TOOLCHAIN,    22, "broken_toolchain", ERROR,       \
      TOOLCHAIN, LW_ETOOLCHAIN, "a part of the Lean is missing")             \
    X(LW_BOOTSTRAP_BAD_PIN,             23, "bad_pin", WARNING, TOOLCHAIN,   \
      LW_OK, "lean-toolchain is not there, or names no toolchain")           \
    X(LW_BOOTSTRAP_MISSING_BUILD,       30, "missing_build", WARNING, BUILD, \
      LW_OK, "modules are not compiled yet")                                 \
    X(LW_BOOTSTRAP_STALE_BUILD,         31, "stale_build", WARNING, BUILD,   \
      LW_OK, "modules have changed since they were compiled")                \
    X(LW_BOOTSTRAP_BUILD_LOCKED,        32, "build_locked", WARNING, BUILD,  \
      LW_OK, "another process builds; a build would wait for it")            \
    X(LW_BOOTSTRAP_BUILD_FAILED,        33, "build_failed", ERROR, BUILD,    \
      LW_EBUILD, "a module could not be compiled")                           \
    X(LW_BOOTSTRAP_NO_SHARED_LIBRARY,   34, "no_shared_library", WARNING,    \
      TOOLCHAIN, LW_OK, "the Lean has no libleanshared.so; each worker "     \
      "then starts it as a program")                                         \
    X(LW_BOOTSTRAP_MISSING_CHILD,       40, "missing_child", ERROR, CHILD,   \
      LW_ECHILDPATH, "the program of the worker, or a file that it loads, "  \
      "is not there")                                                        \
    X(LW_BOOTSTRAP_NOT_EXECUTABLE,      41, "not_executable", ERROR, CHILD,  \
      LW_ECHILDPATH, "the program of the worker cannot be executed")         \
    X(LW_BOOTSTRAP_WRONG_ARCHITECTURE,  42, "wrong_architecture", ERROR,     \
      CHILD, LW_ECHILDPATH, "the program is for another kind of machine")    \
    X(LW_BOOTSTRAP_BAD_CONFIG,          43, "bad_config", ERROR, CHILD,      \
      LW_EINVAL, "no worker would take this configuration")                  \
    X(LW_BOOTSTRAP_SPAWN_FAILED,        44, "spawn_failed", ERROR, SPAWN,    \
      LW_ESPAWN, "the worker could not be started")                          \
    X(LW_BOOTSTRAP_HANDSHAKE_FAILED,    50, "handshake_failed", ERROR,       \
      HANDSHAKE, LW_EHANDSHAKE, "the worker did not come up, or is not "     \
      "what was expected")                                                   \
    X(LW_BOOTSTRAP_SESSION_FAILED,      60, "session_failed", ERROR,         \
      SESSION, LW_EHEADER, "the modules cannot be imported or elaborated")   \
    X(LW_BOOTSTRAP_BAD_EXPECTATION,     70, "bad_expectation", ERROR,        \
      METADATA, LW_EMETADATA, "the metadata that is expected is none")       \
    X(LW_BOOTSTRAP_EXPORT_MISSING,      71, "export_missing", ERROR,         \
      METADATA, LW_EEXPORT, "there is no export of that name")               \
    X(LW_BOOTSTRAP_EXPORT_TYPE,         72, "export_type", ERROR, METADATA,  \
      LW_EEXPORT, "what has the export's name is of another type")           \
    X(LW_BOOTSTRAP_EXPORT_FAILED,       73, "export_failed", ERROR,          \
      METADATA, LW_EEXPORTFAILED, "the export ended in an error")            \
    X(LW_BOOTSTRAP_METADATA_MALFORMED,  74, "metadata_malformed", ERROR,     \
      METADATA, LW_EMETADATA, "the export answered with something else "     \
      "than metadata")                                                       \
    X(LW_BOOTSTRAP_METADATA_MISMATCH,   75, "metadata_mismatch", ERROR,      \
      METADATA, LW_EMISMATCH, "the package is not what was expected")        \
    X(LW_BOOTSTRAP_DOCTOR_MALFORMED,    80, "doctor_malformed", ERROR,       \
      DOCTOR, LW_EDOCTOR, "the export answered with something else than a "  \
      "doctor's report")                                                     \
    X(LW_BOOTSTRAP_UNHEALTHY,           81, "unhealthy", ERROR, DOCTOR,      \
      LW_EBOOTSTRAP, "the package's own doctor found errors; a warning "     \
      "where it warns")                                                      \
    X(LW_BOOTSTRAP_STOPPED,             90, "stopped", ERROR, PROJECT,       \
      LW_ECANCELLED, "the caller cancelled it, or its time was over")        \
    X(LW_BOOTSTRAP_NO_MEANS,            91, "no_means", ERROR, PROJECT,      \
      LW_ESYSTEM, "memory, descriptors or the system gave out")
/* clang-format on */

#define LW_BOOTSTRAP_ENUM_(name, number, word, severity, stage, status, text)  \
    name = number,
typedef enum lw_bootstrap_code {
    LW_BOOTSTRAP_MAP(LW_BOOTSTRAP_ENUM_)
} lw_bootstrap_code;
#undef LW_BOOTSTRAP_ENUM_

/* "found", "root_missing", … Any thread; never blocks. Static; "unknown" for
 * another number. */
const char *
lw_bootstrap_code_name(lw_bootstrap_code code);

/* The sentence of the table. Any thread; never blocks. Static; "unknown" for
 * another number. */
const char *
lw_bootstrap_code_text(lw_bootstrap_code code);

/* "info", "warning", "error". Any thread; never blocks. Static; "unknown" for
 * another number. */
const char *
lw_bootstrap_severity_name(lw_bootstrap_severity severity);

/* No pointer is NULL; texts are UTF-8, of at most LW_BOOTSTRAP_TEXT_MAX
 * bytes. */
typedef struct lw_bootstrap_finding {
    lw_bootstrap_code code;
    lw_bootstrap_severity severity;
    lw_builder_stage stage; /* that needs what was looked at */
    int status;             /* that lw_builder_build would fail with; LW_OK
                               where the severity is no error */
    const char *subject;    /* what it is about: a folder, a module, … */
    const char *message;    /* what is so, or wrong, with the place */
    const char *hint;       /* what to do or to run; "" where nothing is */
    const char *path;       /* of a file; "": none */
    uint32_t line;          /* in it, from 1; 0: none */
    uint32_t column;        /* from 0, in code points */
} lw_bootstrap_finding;

#define LW_BOOTSTRAP_TEXT_MAX 4096u
#define LW_BOOTSTRAP_FINDINGS_MAX 256u

/* Owned by the caller until lw_bootstrap_report_destroy, with all it points
 * to; immutable. */
typedef struct lw_bootstrap_report {
    size_t finding_count;
    const lw_bootstrap_finding *findings; /* by stage; errors of a stage
                                             first */
    size_t errors; /* all that were found, as are the next two */
    size_t warnings;
    bool truncated;        /* there were more than fit */
    const char *project;   /* the folder; "" where there is none */
    const char *package;   /* as the lakefile says; "" unknown */
    const char *library;   /* that was chosen; "" unknown */
    const char *toolchain; /* the folder; "" unknown */
    const char *lean;      /* its version; "" unknown */
    const char *child;     /* the program; "" unknown */
    size_t source_count;   /* modules that sessions elaborate */
    size_t import_count;   /* compiled modules that they import */
} lw_bootstrap_report;

/* NULL is allowed. Never fails, never blocks. Any thread, but once. */
void
lw_bootstrap_report_destroy(lw_bootstrap_report *report);

/* ---- what to build ---- */

/* Where a build is: once as a stage begins, once as it ends. */
typedef struct lw_builder_progress {
    lw_builder_stage stage;
    const char *subject; /* what it is at; borrowed until return */
    bool done;
    uint64_t elapsed_us; /* that the stage took, or takes so far */
    uint32_t current;    /* of a build: modules that are done */
    uint32_t total;      /* 0: unknown */
} lw_builder_progress;

/* On the caller's thread. Negative: no more (LW_ESINK). */
typedef int (*lw_builder_progress_cb)(const lw_builder_progress *progress,
                                      void *user);

typedef struct lw_builder_spec {
    size_t struct_size;

    /* The project: the folder that holds the lakefile. NULL is allowed where
     * worker.command is an application's own worker without one. */
    const char *project_root;
    const char *package; /* the lakefile must name it; NULL: whatever it is */
    const char *library; /* NULL: the only one, or default, that it has */
    const char *const *imports; /* modules to open, NULL at the end; NULL: those
                                   of the library's globs, as a rule its root.
                                   May be the toolchain's. */

    /* The worker: host, environment, time-outs, limits, policy. With neither
     * worker.toolchain nor worker.command the toolchain is found. */
    lw_worker_config worker;
    const char *toolchain; /* to find it by, as in lw_toolchain_request */

    /* What it must say of itself; see key.h. */
    lw_metadata_expectation metadata;
    const char *doctor_export; /* its errors fail the build; NULL: none */

    const char *const *options;    /* of Lean, "name=value", NULL at the end:
                                      behind those of the lakefile */
    const char *const *namespaces; /* opened in the session, NULL at the end */

    uint64_t build_timeout_ms; /* for the stage build; LW_NO_LIMIT: none */
    uint64_t open_timeout_ms;  /* for the stage session; the same */
    size_t output_limit;       /* of a tool's output that is kept, in bytes: 1
                                  to LW_BUILDER_OUTPUT_MAX; the last ones */
    lw_cancel *cancel;         /* NULL: none */
    lw_builder_progress_cb progress; /* NULL: none */
    void *progress_user;
    bool with_handshake; /* lw_builder_check starts the worker too */
} lw_builder_spec;

#define LW_BUILDER_BUILD_TIMEOUT_DEFAULT_MS LW_REQUEST_TIMEOUT_LONG_RUNNING_MS
#define LW_BUILDER_OPEN_TIMEOUT_DEFAULT_MS UINT64_C(300000)
#define LW_BUILDER_OUTPUT_DEFAULT ((size_t)64 * 1024)
#define LW_BUILDER_OUTPUT_MAX ((size_t)16 * 1024 * 1024)

#define LW_BUILDER_SPEC_INIT                                                   \
    {                                                                          \
        sizeof(lw_builder_spec), NULL, NULL, NULL, NULL,                       \
            LW_WORKER_CONFIG_INIT, NULL,                                       \
            { NULL, { "", 0 }, { "", 0 }, LW_METADATA_INCLUDES }, NULL, NULL,  \
            NULL, LW_BUILDER_BUILD_TIMEOUT_DEFAULT_MS,                         \
            LW_BUILDER_OPEN_TIMEOUT_DEFAULT_MS, LW_BUILDER_OUTPUT_DEFAULT,     \
            NULL, NULL, NULL, false                                            \
    }

/* ---- building ---- */

/* Owned by the caller until lw_builder_failure_destroy; immutable. */
typedef struct lw_builder_failure {
    lw_builder_stage stage;       /* that failed */
    lw_bootstrap_finding finding; /* why, and what to do */
    lw_span output;        /* of the tool, Lean's messages or the worker's
                              stderr; UTF-8, NUL behind it. May be empty. */
    uint64_t output_bytes; /* all of it; more than output.size: its begin is
                              left out */
} lw_builder_failure;

/* NULL is allowed. Never fails, never blocks. Any thread, but once. */
void
lw_builder_failure_destroy(lw_builder_failure *failure);

/*
 * Goes through all stages and makes a capability for lw_pool_acquire. What
 * lw_builder_check would call an error fails it before anything is started.
 *
 * Where the toolchain is the embedded one, code of compiled modules cannot
 * run: the modules to open, and those of the same library that they import,
 * become sources of the session, in the order of their imports, and are
 * elaborated when a worker is opened; what they import from elsewhere in the
 * project is compiled, and imported. A native toolchain has all of them
 * compiled, and imports them.
 *
 * Ownership: *capability is the caller's, and the toolchain that was found
 * for it is the capability's; spec.worker.toolchain must outlive it. worker
 * may be NULL; else *worker is the warm worker that the stages were tried
 * with, the caller's. failure may be NULL; else *failure is NULL or the
 * caller's. After an error *capability and *worker are NULL, and no process,
 * descriptor or temporary file is left; what was compiled stays for the next
 * build.
 * Threads: any; callbacks run on the caller's. Blocks: reads the project's
 * files; build_timeout_ms, worker.startup_timeout_ms, open_timeout_ms and two
 * times worker.request_timeout_ms at most, and lake, where it is asked, has
 * LW_LAKE_TIMEOUT_DEFAULT_MS.
 * Errors: LW_EINVAL (the spec), and the status of the finding: see
 * LW_BOOTSTRAP_MAP; those of starting a worker and of its requests as they
 * are; LW_ECANCELLED, LW_ETIMEOUT, LW_ESINK, LW_ENOMEM, LW_EBADHANDLE.
 */
int
lw_builder_build(lw_capability **capability, lw_worker **worker,
                 lw_runtime *runtime, const lw_builder_spec *spec,
                 lw_builder_failure **failure, lw_error *err);

/*
 * Looks at every precondition of lw_builder_build, and goes on after each
 * that does not hold. No worker is started, unless spec.with_handshake is
 * set, and nothing is compiled or written.
 *
 * Ownership: *out is the caller's; lw_bootstrap_report_destroy ends it.
 * runtime may be NULL: one for this call, where it is needed. Threads: any.
 * Blocks: reads the project's files (milliseconds to a second), lake as with
 * lw_builder_build, and worker.startup_timeout_ms with the handshake. What is
 * wrong with the project is a report, not an error; errors: LW_EINVAL,
 * LW_ECANCELLED, LW_ENOMEM, LW_EBADHANDLE.
 */
int
lw_builder_check(lw_bootstrap_report **out, lw_runtime *runtime,
                 const lw_builder_spec *spec, lw_error *err);

/*
 * The key that the capability would have, built now; nothing is compiled or
 * started. Where modules are to be compiled for it that have never been, the
 * key is another one after their first build, since they have a folder then.
 * Ownership: *key is the caller's; lw_session_key_destroy ends it. Threads and
 * blocking as with lw_builder_check. Errors: those of the stages project,
 * toolchain and child, as with lw_builder_build.
 */
int
lw_builder_make_key(lw_session_key **key, const lw_builder_spec *spec,
                    lw_error *err);

#ifdef __cplusplus
}
#endif
#endif

/*
 * plan.h - which modules there are, what they import, and how they go into
 * batches that share a session.
 *
 *     lw_plan_options options = LW_PLAN_OPTIONS_INIT;
 *     options.toolchain = toolchain;
 *     lw_plan_create(&plan, &options, &err);
 *     for each plan->batches[i]: acquire a worker of a capability with
 *         session.header = batch->header, or session.imports = batch->imports,
 *         and process plan->modules[batch->modules[j]] for each j
 *     lw_plan_destroy(plan);
 *
 * Equal projects give equal plans: every list is sorted, and a batch has the
 * same id on every machine. Fingerprints hold for one installation of a
 * toolchain.
 */
#ifndef LEAN_WORKER_PLAN_H
#define LEAN_WORKER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/key.h>
#include <lean_worker/limits.h>
#include <lean_worker/project.h>
#include <lean_worker/runtime.h>
#include <lean_worker/session.h>
#include <lean_worker/toolchain.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what can be wrong with a module ---- */

/* clang-format off */
/*      name                        number  word, and what it means */
#define LW_PLAN_PROBLEM_MAP(X)                                                 \
    X(LW_PLAN_BAD_NAME,        0, "bad_name",                                  \
      "a file, a root or an import has no name that a module can have")        \
    X(LW_PLAN_DUPLICATE,       1, "duplicate",                                 \
      "two files are the same module")                                         \
    X(LW_PLAN_MISSING,         2, "missing",                                   \
      "a root, an import or a module that was asked for is nowhere")           \
    X(LW_PLAN_CYCLE,           3, "cycle",                                     \
      "modules import each other in a ring")                                   \
    X(LW_PLAN_OUTSIDE,         4, "outside",                                   \
      "a link leads out of the package")                                       \
    X(LW_PLAN_UNREADABLE,      5, "unreadable",                                \
      "a file or folder cannot be read, or is no text")                        \
    X(LW_PLAN_BAD_HEADER,      6, "bad_header",                                \
      "Lean cannot read the imports of a source")                              \
    X(LW_PLAN_BAD_OLEAN,       7, "bad_olean",                                 \
      "a compiled module cannot be understood")                                \
    X(LW_PLAN_BROKEN_IMPORT,   8, "broken_import",                             \
      "something that it imports has a problem")
/* clang-format on */

#define LW_PLAN_PROBLEM_ENUM_(name, number, word, text) name = number,
typedef enum lw_plan_problem_code {
    LW_PLAN_PROBLEM_MAP(LW_PLAN_PROBLEM_ENUM_)
} lw_plan_problem_code;
#undef LW_PLAN_PROBLEM_ENUM_

/* "bad_name", … Any thread; never blocks. Static storage; never NULL: an
 * unknown number gives "unknown". */
const char *
lw_plan_problem_name(lw_plan_problem_code code);

/* No pointer is NULL. */
typedef struct lw_plan_problem {
    lw_plan_problem_code code;
    const char *module;  /* "" where there is no name for it */
    const char *path;    /* of the file or folder; "": none */
    uint32_t line;       /* 1-based; 0: none */
    uint32_t column;     /* 0-based, in code points */
    const char *message; /* a sentence, one line but for Lean's own words */
} lw_plan_problem;

/* ---- what there is ---- */

/* A module, planned or only imported. No pointer is NULL but `header`. */
typedef struct lw_plan_module {
    const char *name;        /* as Lean writes it: "My.«odd name»" */
    const char *path;        /* absolute: its source, else its .olean */
    bool has_source;         /* path is a source */
    bool planned;            /* it is in a batch */
    bool broken;             /* a problem keeps it out of every batch */
    const char *package;     /* "" for the toolchain's library */
    const char *library;     /* of the package; the first part of the name where
                                there is no source */
    const lw_header *header; /* its imports; NULL where they are not known */
    const size_t *imports;   /* the same as indices of modules, sorted */
    size_t import_count;
    uint64_t bytes;          /* of its .olean; 0 where it is not built */
    uint64_t content;        /* hash of its source as it was read: FNV-1a of 64
                                bits; 0 where there is none */
    const char *fingerprint; /* 16 hexadecimal digits: its text, those of all
                                that it imports, the toolchain. "" where it is
                                broken. */
} lw_plan_module;

/* No pointer is NULL but header and imports, one of which is. */
typedef struct lw_plan_batch {
    const char *id;            /* 16 hexadecimal digits: session and modules */
    const char *fingerprint;   /* and what is in them: unchanged means that the
                                  batch need not be processed again */
    const lw_session_key *key; /* equal for batches with equal sessions */
    const char *package;       /* of all its modules */
    const char *library;
    const lw_header *header;    /* for lw_session_spec.header */
    const char *const *imports; /* for lw_session_spec.imports; NULL at the
                                   end */
    const char *const *options; /* for lw_session_spec.options: leanOptions of
                                   the library; NULL at the end */
    const size_t *modules;      /* indices, by name */
    size_t module_count;
    uint64_t session_modules; /* that the session loads, at most: Lean may
                                 leave out what they import for themselves */
    uint64_t session_bytes;   /* of their .olean files */
    bool over_budget;         /* by a single module: it cannot be cut */
} lw_plan_batch;

/* All of it is owned by the plan and immutable: any thread may read it. */
typedef struct lw_plan {
    const lw_plan_module *modules; /* by name */
    size_t module_count;
    size_t planned_count;
    const lw_plan_batch *batches; /* by key, then by name */
    size_t batch_count;
    const lw_plan_problem *problems; /* by module, path and code */
    size_t problem_count;
    const char *toolchain;          /* fingerprint */
    const char *project;            /* folder; "": none */
    const char *const *search_path; /* for sessions; NULL at the end */
} lw_plan;

/* ---- making a plan ---- */

/* What the session of a batch has. */
typedef enum lw_plan_session {
    /* What its modules import: to elaborate them, each on its own. Modules
     * whose headers mean the same share a batch. */
    LW_PLAN_FOR_SOURCES,
    /* The modules themselves: to read what they declare. */
    LW_PLAN_FOR_DECLARATIONS,
} lw_plan_session;

typedef struct lw_plan_options {
    size_t struct_size;
    const lw_toolchain *toolchain; /* must be there */
    lw_project *project;        /* NULL: the toolchain's own library is planned.
                                   Need not be loaded; where it is, its compiled
                                   modules are found too. */
    const char *const *modules; /* "A.B", "A.*" (with all below), "A.+" (only
                                   those), "*"; NULL at the end. NULL: all of
                                   the project's package. */
    lw_plan_session session;
    uint64_t batch_modules; /* at most; 1 or more, or LW_NO_LIMIT */
    uint64_t batch_bytes;   /* of .olean files that a session loads, at most;
                               LW_NO_LIMIT: none */
    lw_worker *worker;      /* reads headers of sources; NULL: one is started
                               where there are some, and ended */
    lw_runtime *runtime; /* for that, and for lake; NULL: one for this call */
    lw_cancel *cancel;   /* NULL: none */
    lw_metadata_expectation metadata; /* a part of every key, as in key.h */
    lw_policy_class policy_class;     /* the same */
} lw_plan_options;

#define LW_PLAN_BATCH_MODULES_DEFAULT UINT64_C(64)

#define LW_PLAN_OPTIONS_INIT                                                   \
    {                                                                          \
        sizeof(lw_plan_options), NULL, NULL, NULL, LW_PLAN_FOR_SOURCES,        \
            LW_PLAN_BATCH_MODULES_DEFAULT, LW_NO_LIMIT, NULL, NULL, NULL,      \
            { NULL, { "", 0 }, { "", 0 }, LW_METADATA_INCLUDES },              \
            LW_POLICY_DEFAULT                                                  \
    }

/*
 * Finds the modules, reads what they import, and makes batches of them. The
 * header of a source is read by Lean's own parser in a worker, that of a
 * compiled module from its .olean. A module with a problem is in no batch, nor
 * is what imports it; the plan says so and is good for the others.
 *
 * Ownership: *out is the caller's; lw_plan_destroy ends it. It keeps nothing
 * of the options. Threads: any; project and worker are for this call alone
 * while it runs. Blocks: reads folders and files; with sources, as long as a
 * worker takes to start and to read them (the worker's own timeouts hold);
 * lake, where it is asked, has LW_LAKE_TIMEOUT_DEFAULT_MS.
 * Errors: LW_EINVAL (options, a pattern that is none), LW_EPROJECT (the
 * lakefile of the project; its message names the line), LW_ELIMIT (more than a
 * million modules), LW_ECANCELLED, LW_EBADHANDLE, LW_ENOMEM, and those of
 * running lake, of starting a worker and of its requests.
 */
int
lw_plan_create(lw_plan **out, const lw_plan_options *options, lw_error *err);

/* NULL is allowed. Never fails, never blocks. Any thread, but once. */
void
lw_plan_destroy(lw_plan *plan);

#ifdef __cplusplus
}
#endif
#endif

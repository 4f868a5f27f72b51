/*
 * session.h - imports that are loaded, and what can be asked of them.
 *
 * A session is an environment with its imports in one child. Whatever is
 * elaborated in it starts from that environment, never from what was
 * elaborated before. All functions of a worker here are requests: see
 * request.h for how they block and on which thread they run, and worker.h for
 * the errors that all of them share. What a request gives by a pointer to a
 * pointer is the caller's, until the function that destroys it; that is for
 * any thread, and never blocks.
 */
#ifndef LEAN_WORKER_SESSION_H
#define LEAN_WORKER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/error.h>
#include <lean_worker/request.h>
#include <lean_worker/sinks.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- headers ---- */

/* The header of a Lean file, parsed by Lean. */
typedef struct lw_header {
    lw_span key; /* equal for headers that mean the same */
    size_t import_count;
    const lw_span *imports; /* in order, with their modifiers */
    bool is_module;
    bool is_prelude;
    size_t body_offset;    /* bytes */
    uint32_t error_line;   /* 1-based; 0: the header is well-formed */
    uint32_t error_column; /* 0-based, in code points */
    lw_span error;         /* Lean's message */
    uint32_t start_line;   /* where Lean reports imports that fail */
    uint32_t start_column; /* 0-based, in code points */
} lw_header;

/*
 * Has Lean parse the header of a file; a header with an error is a result.
 * *header and all it points to are the caller's until lw_header_destroy.
 * source must be UTF-8 without NUL bytes (LW_EINVAL names the offset).
 */
int
lw_worker_parse_header(lw_worker *worker, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err);

void
lw_header_destroy(lw_header *header); /* NULL is allowed */

/* ---- opening ---- */

/*
 * A module that is given as text and elaborated when the session is opened,
 * so that its code can run: the embedded Lean has no code for modules that it
 * imports. Its own header may name modules of the toolchain, `LeanWorker`
 * (the library for authors of exports), and sources before it.
 */
typedef struct lw_source {
    const char *module; /* its name, such as "My.Exports" */
    const char *label;  /* file name for messages; NULL: the module's name */
    lw_span text;       /* UTF-8 without NUL bytes */
} lw_source;

typedef struct lw_session_spec {
    size_t struct_size;
    const lw_header *header;        /* what to import; or, where it is NULL: */
    const char *const *imports;     /* module names, NULL at the end; NULL:
                                       nothing but Init */
    const char *const *search_path; /* folders with .olean files, absolute,
                                       NULL at the end; NULL: toolchain's */
    const char *const *options;     /* "name=value", NULL at the end */
    const char *const *namespaces;  /* opened for all that is elaborated in
                                       it, NULL at the end */
    const lw_source *sources;       /* elaborated in order, in one
                                       environment */
    size_t source_count;
} lw_session_spec;

#define LW_SESSION_SPEC_INIT                                                   \
    {                                                                          \
        sizeof(lw_session_spec), NULL, NULL, NULL, NULL, NULL, NULL, 0         \
    }

/*
 * A session is a number that stands for what was opened. It ends with its
 * child, unless a restart policy replaced that (policy.h). A value: copy it.
 */
typedef struct lw_session {
    uint64_t generation; /* of the worker's child when it was opened */
    uint32_t number;     /* 0: no session */
    bool reused;         /* it was open already, and nothing was imported */
    bool preloaded;      /* its imports were there when the child was: the fork
                            server had opened it (zygote.h) */
    uint32_t modules;
    uint64_t elapsed_us; /* that the import took */
    uint64_t heap_before_kib;
    uint64_t heap_after_kib;
    uint64_t mapped_kib;  /* of the modules' files: shared with other
                             processes; 0 unknown */
    uint64_t private_kib; /* and what was read into this one; 0 unknown */
} lw_session;

#define LW_SESSION_NONE                                                        \
    {                                                                          \
        0, 0, false, false, 0, 0, 0, 0, 0, 0                                   \
    }

/*
 * Imports, and elaborates the sources; or finds that an equal session is open.
 * Messages about the sources go to the diagnostic sink; a source with an error
 * is LW_EHEADER. So is an import that fails, with Lean's own text.
 */
int
lw_worker_open_session(lw_worker *worker, lw_session *session,
                       const lw_session_spec *spec, const lw_sinks *sinks,
                       const lw_request_options *options, lw_error *err);

/* ---- a whole file ---- */

typedef struct lw_check_spec {
    size_t struct_size;
    lw_session session;
    const char *label;          /* file name for messages */
    lw_span source;             /* UTF-8 without NUL bytes */
    const char *const *options; /* "name=value", NULL at the end */
    uint32_t diagnostic_bytes;  /* cut messages at this sum; 64 MiB */
} lw_check_spec;

#define LW_CHECK_SPEC_INIT                                                     \
    {                                                                          \
        sizeof(lw_check_spec), LW_SESSION_NONE, "", { "", 0 }, NULL,           \
            UINT32_C(64) * 1024 * 1024                                         \
    }

/* The completion mark of a check. */
typedef struct lw_check_result {
    uint32_t commands;
    uint32_t errors;
    uint32_t warnings;
    bool has_sorry;
    bool truncated;
    uint64_t elapsed_us; /* inside Lean's commands */
    uint64_t heap_kib;   /* of the child afterwards; 0 unknown */
} lw_check_result;

/* Elaborates a file as `lean FILE` does. Its header is the session's. */
int
lw_worker_check(lw_worker *worker, lw_check_result *result,
                const lw_check_spec *spec, const lw_sinks *sinks,
                const lw_request_options *options, lw_error *err);

/* ---- a term, or commands without a header ---- */

typedef enum lw_elab_kind {
    LW_ELAB_COMMANDS,
    LW_ELAB_TERM,
} lw_elab_kind;

typedef struct lw_elab_spec {
    size_t struct_size;
    lw_session session;
    lw_elab_kind kind;
    lw_span source;             /* UTF-8 without NUL bytes, no header */
    const char *expected_type;  /* of a term; NULL: whatever it has */
    const char *name_space;     /* to be in; NULL: the root */
    const char *label;          /* file name for messages; "" is "<input>" */
    const char *const *options; /* "name=value", NULL at the end */
    uint32_t heartbeats;        /* thousands, as Lean's maxHeartbeats; 0:
                                   the option's own default, 200 */
    uint32_t diagnostic_bytes;  /* cut messages at this sum; 64 KiB */
    uint32_t text_bytes;        /* cut type and value at this; 64 KiB */
} lw_elab_spec;

#define LW_ELAB_SPEC_INIT                                                      \
    {                                                                          \
        sizeof(lw_elab_spec), LW_SESSION_NONE, LW_ELAB_COMMANDS, { "", 0 },    \
            NULL, NULL, "", NULL, 0, UINT32_C(64) * 1024, UINT32_C(64) * 1024  \
    }

/*
 * How many messages a result keeps at most, whatever the child sends; more of
 * them reach the diagnostic sink only, and the result is `truncated`.
 */
#define LW_DIAGNOSTICS_KEPT_MAX 16384u

/* Owned by the caller until lw_elab_result_destroy, with all it points to. */
typedef struct lw_elab_result {
    bool success; /* no message of severity error */
    bool has_sorry;
    bool truncated; /* messages, type or value were cut */
    uint32_t errors;
    uint32_t warnings;
    lw_span type;  /* of a term, as Lean prints it; else empty */
    lw_span value; /* the elaborated term; else empty */
    size_t diagnostic_count;
    const lw_diagnostic *diagnostics;
    uint64_t elapsed_us;
    uint64_t heap_kib;
} lw_elab_result;

/*
 * Elaborates a term, or commands. Messages are kept in the result, and go to
 * the diagnostic sink, where there is one, as they come. An error of Lean is a
 * result, not an error here.
 */
int
lw_worker_elaborate(lw_worker *worker, lw_elab_result **result,
                    const lw_elab_spec *spec, const lw_sinks *sinks,
                    const lw_request_options *options, lw_error *err);

void
lw_elab_result_destroy(lw_elab_result *result); /* NULL is allowed */

/* ---- the kernel ---- */

typedef enum lw_kernel_status {
    LW_KERNEL_CHECKED,     /* each declaration was accepted by the kernel */
    LW_KERNEL_REJECTED,    /* an error of Lean or of its kernel */
    LW_KERNEL_UNAVAILABLE, /* nothing was declared that could be checked */
    LW_KERNEL_UNSUPPORTED, /* a kind of declaration that cannot be rechecked */
} lw_kernel_status;

/* "checked", "rejected", …; static. */
const char *
lw_kernel_status_name(lw_kernel_status status);

typedef struct lw_kernel_spec {
    size_t struct_size;
    lw_session session;
    lw_span source;         /* commands without a header */
    const char *name_space; /* NULL: the root */
    const char *label;
    const char *const *options;
    uint32_t heartbeats;
    uint32_t diagnostic_bytes;
} lw_kernel_spec;

#define LW_KERNEL_SPEC_INIT                                                    \
    {                                                                          \
        sizeof(lw_kernel_spec), LW_SESSION_NONE, { "", 0 }, NULL, "", NULL, 0, \
            UINT32_C(64) * 1024                                                \
    }

/* Owned by the caller until lw_kernel_result_destroy. */
typedef struct lw_kernel_result {
    lw_kernel_status status;
    lw_span summary;       /* one sentence: what was checked, or why not */
    uint32_t declarations; /* that the kernel looked at again */
    bool has_sorry;
    bool truncated;
    size_t axiom_count;
    const lw_span *axioms; /* that the checked declarations rest on */
    size_t diagnostic_count;
    const lw_diagnostic *diagnostics;
    uint64_t elapsed_us;
    uint64_t heap_kib;
} lw_kernel_result;

/*
 * Elaborates commands, then hands each declaration that they made to the
 * kernel once more, against the session's environment and the declarations
 * that were accepted before it.
 */
int
lw_worker_kernel_check(lw_worker *worker, lw_kernel_result **result,
                       const lw_kernel_spec *spec, const lw_sinks *sinks,
                       const lw_request_options *options, lw_error *err);

void
lw_kernel_result_destroy(lw_kernel_result *result); /* NULL is allowed */

/* ---- declarations ---- */

#define LW_DECLARATIONS_ALL_KINDS UINT32_MAX

typedef struct lw_declarations_spec {
    size_t struct_size;
    lw_session session;
    const char *const *names; /* just these, in this order, NULL at the end;
                                 NULL: all that the rest lets through */
    const char *prefix;       /* a name, and all below it; NULL: any */
    const char *module;       /* that declares it; NULL: any. "" stands for
                                 what the session's sources declare. One
                                 that is not imported: LW_EWORKER. */
    const char *contains;     /* a part of the name; NULL: any */
    uint32_t kinds;           /* 1 << lw_declaration_kind, or'ed */
    bool internals;           /* private and generated ones as well */
    uint32_t limit;           /* after so many the list ends; 0: none */
} lw_declarations_spec;

#define LW_DECLARATIONS_SPEC_INIT                                              \
    {                                                                          \
        sizeof(lw_declarations_spec), LW_SESSION_NONE, NULL, NULL, NULL, NULL, \
            LW_DECLARATIONS_ALL_KINDS, false, 0                                \
    }

typedef struct lw_declarations_result {
    uint64_t count; /* given to the sink */
    bool limited;   /* there were more than the limit */
    uint64_t elapsed_us;
} lw_declarations_result;

/* Lists declarations: each one goes to sinks->declaration meanwhile. */
int
lw_worker_list_declarations(lw_worker *worker, lw_declarations_result *result,
                            const lw_declarations_spec *spec,
                            const lw_sinks *sinks,
                            const lw_request_options *options, lw_error *err);

typedef struct lw_describe_spec {
    size_t struct_size;
    lw_session session;
    const char *name;
    uint32_t text_bytes; /* cut type and doc string at this; 64 KiB */
} lw_describe_spec;

#define LW_DESCRIBE_SPEC_INIT                                                  \
    {                                                                          \
        sizeof(lw_describe_spec), LW_SESSION_NONE, NULL, UINT32_C(64) * 1024   \
    }

/* Owned by the caller until lw_description_destroy. */
typedef struct lw_description {
    lw_declaration_kind kind; /* LW_DECLARATION_MISSING: the rest is empty */
    lw_span type;             /* as Lean prints it */
    lw_span module;           /* that declares it; "": the session's sources */
    lw_span doc;              /* its doc string; "" where it has none */
    uint32_t line;            /* 1-based; 0: Lean knows no place */
    uint32_t column;          /* 0-based, in code points */
    uint32_t end_line;
    uint32_t end_column;
    bool truncated;
} lw_description;

/* What is known of one declaration. That there is none is no error. */
int
lw_worker_describe(lw_worker *worker, lw_description **description,
                   const lw_describe_spec *spec,
                   const lw_request_options *options, lw_error *err);

void
lw_description_destroy(lw_description *description); /* NULL is allowed */

/* ---- terms ---- */

typedef enum lw_term_operation {
    LW_TERM_INFER_TYPE, /* of the first term */
    LW_TERM_WHNF,       /* its weak head normal form */
    LW_TERM_DEF_EQ,     /* are the two definitionally equal? */
} lw_term_operation;

typedef enum lw_transparency {
    LW_TRANSPARENCY_DEFAULT,
    LW_TRANSPARENCY_REDUCIBLE,
    LW_TRANSPARENCY_INSTANCES,
    LW_TRANSPARENCY_ALL,
} lw_transparency;

typedef struct lw_term_spec {
    size_t struct_size;
    lw_session session;
    lw_term_operation operation;
    lw_span first;
    lw_span second; /* for LW_TERM_DEF_EQ */
    lw_transparency transparency;
    const char *name_space; /* NULL: the root */
    uint32_t heartbeats;    /* thousands; 0: the default, 200 */
    uint32_t text_bytes;    /* cut texts at this; 64 KiB */
} lw_term_spec;

#define LW_TERM_SPEC_INIT                                                      \
    {                                                                          \
        sizeof(lw_term_spec), LW_SESSION_NONE, LW_TERM_INFER_TYPE, { "", 0 },  \
            { "", 0 }, LW_TRANSPARENCY_DEFAULT, NULL, 0, UINT32_C(64) * 1024   \
    }

typedef enum lw_term_outcome {
    LW_TERM_OK,
    LW_TERM_FAILED,     /* it does not parse or elaborate: see `text` */
    LW_TERM_HEARTBEATS, /* the limit was reached */
} lw_term_outcome;

/* Owned by the caller until lw_term_result_destroy. */
typedef struct lw_term_result {
    lw_term_outcome outcome;
    bool equal; /* for LW_TERM_DEF_EQ */
    bool truncated;
    lw_span text; /* the type, the normal form; or Lean's message */
    uint64_t elapsed_us;
} lw_term_result;

/* A term that does not elaborate is a result, not an error here. */
int
lw_worker_query_term(lw_worker *worker, lw_term_result **result,
                     const lw_term_spec *spec,
                     const lw_request_options *options, lw_error *err);

void
lw_term_result_destroy(lw_term_result *result); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif

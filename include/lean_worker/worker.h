/*
 * worker.h - one supervised child process that hosts Lean.
 */
#ifndef LEAN_WORKER_WORKER_H
#define LEAN_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/limits.h>
#include <lean_worker/runtime.h>
#include <lean_worker/span.h>
#include <lean_worker/toolchain.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lw_worker lw_worker;

/* ---- configuration ---- */

typedef struct lw_worker_config {
    size_t struct_size;

    /* The host: exactly one of the two. Copied. */
    const lw_toolchain *toolchain; /* our child on this Lean */
    const char *const *command;    /* or a program that serves the protocol
                                      on stdin and stdout; NULL at the end */

    const char *const *environment; /* NAME=VALUE over the inherited ones;
                                       NULL: none. Copied. */
    const char *working_directory;  /* NULL: the parent's. Copied. */
    uint64_t startup_timeout_ms;    /* 1 to LW_TIMEOUT_MAX_MS */
    uint64_t request_timeout_ms;    /* the same; LW_NO_LIMIT is allowed */
    uint64_t cancel_grace_ms;       /* from a cancel to a kill; 0: at once */
    uint64_t rss_limit_kib;         /* resident memory; LW_NO_LIMIT: none */
    uint32_t frame_limit;           /* bytes; 64 KiB to 1 GiB */
} lw_worker_config;

#define LW_WORKER_CONFIG_INIT                                                  \
    {                                                                          \
        sizeof(lw_worker_config), NULL, NULL, NULL, NULL,                      \
            LW_STARTUP_TIMEOUT_DEFAULT_MS, LW_REQUEST_TIMEOUT_DEFAULT_MS,      \
            UINT64_C(50), LW_NO_LIMIT, UINT32_C(256) * 1024 * 1024             \
    }

typedef struct lw_request_options {
    size_t struct_size;
    uint64_t timeout_ms; /* 0: the worker's; LW_NO_LIMIT: none */
    lw_cancel *cancel;   /* NULL: none. Borrowed until the call returns. */
} lw_request_options;

#define LW_REQUEST_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(lw_request_options), 0, NULL                                    \
    }

/* ---- life ---- */

/*
 * Starts a child and returns when it is ready for requests.
 * Ownership: *out is the caller's; lw_worker_destroy ends it. The runtime
 * must outlive it. Threads: any; one request at a time runs on a worker
 * (LW_EBUSY otherwise). Blocks at most startup_timeout_ms plus the time to
 * bury a child. Errors: LW_EINVAL, LW_ESPAWN, LW_ECHILDPATH, LW_EHANDSHAKE,
 * LW_EVERSION, LW_ETIMEOUT, LW_ECANCELLED, LW_ELIMIT, LW_ENOMEM, and every
 * cause of death.
 */
int
lw_worker_start(lw_worker **out, lw_runtime *runtime,
                const lw_worker_config *config, lw_cancel *cancel,
                lw_error *err);

/*
 * Ends the child, politely if it is idle, and frees the worker. No process,
 * thread or descriptor is left. NULL is allowed. Blocks at most 2 s for the
 * polite end. Must not be called during a request on the same worker.
 */
void
lw_worker_destroy(lw_worker *worker);

/*
 * Ends the child at once, from any thread; a request in progress returns with
 * LW_ECHILDCRASHED. Idempotent; never blocks.
 */
void
lw_worker_kill(lw_worker *worker);

/*
 * Replaces the child, dead or alive, by a fresh one with no sessions. The
 * same blocking and errors as lw_worker_start, the polite end before it;
 * after an error the worker has no child, and this may be called again.
 * LW_EBUSY, with nothing changed, while another thread is busy with it.
 */
int
lw_worker_cycle(lw_worker *worker, lw_cancel *cancel, lw_error *err);

/* ---- what is known of the child ---- */

typedef enum lw_worker_state {
    LW_WORKER_STARTING,
    LW_WORKER_IDLE,
    LW_WORKER_BUSY,
    LW_WORKER_ENDING,
    LW_WORKER_DEAD,
} lw_worker_state;

/* True at the instant of the call. Any thread; never blocks. */
lw_worker_state
lw_worker_get_state(lw_worker *worker);

/* From the handshake; "" before it. Borrowed until the next cycle. */
const char *
lw_worker_get_lean_version(const lw_worker *worker);
/* How many children this worker has had. */
uint64_t
lw_worker_get_generation(const lw_worker *worker);
/* Process id of the child, for tools and tests; 0 where there is none. */
int
lw_worker_get_pid(lw_worker *worker);

/* How a child ended. */
typedef struct lw_exit_report {
    size_t struct_size;
    int exit_code;         /* -1 where it was a signal or is not known */
    int exit_signal;       /* 0 where it was none */
    const char *cause;     /* stable word, static: "deep_recursion", … */
    const char *sentence;  /* for people, static */
    lw_span stderr_head;   /* its first 4 KiB; borrowed until the next cycle
                              or destroy */
    lw_span stderr_tail;   /* the last 16 KiB behind those; the same */
    uint64_t stderr_bytes; /* how many it wrote in all */
    uint64_t max_rss_kib;  /* over its life; 0 unknown */
    uint64_t cpu_ms;       /* user and system; 0 unknown */
} lw_exit_report;

/*
 * The last child's end. The caller sets report->struct_size before (LW_EINVAL).
 * LW_EBUSY while a child lives or another thread is busy with it. Any thread;
 * never blocks.
 */
int
lw_worker_get_exit_report(lw_worker *worker, lw_exit_report *report,
                          lw_error *err);

/* Resident memory of the child in KiB; LW_ESYSTEM where it is not known. Any
 * thread. */
int
lw_worker_get_rss_kib(lw_worker *worker, uint64_t *rss_kib, lw_error *err);

/* ---- requests ----
 *
 * Each runs on the caller's thread, blocks at most its timeout, the cancel
 * grace, and the time to bury a child, and returns LW_OK or: LW_ETIMEOUT,
 * LW_ECANCELLED, LW_EPROTO, LW_EBUSY, LW_EINVAL (a NULL that must not be one,
 * a struct of another version), LW_EWORKER, LW_EUNSUPPORTED, LW_ECLOSED (no
 * child: cycle first; or the session was another child's), LW_ENOMEM, or the
 * cause of death (lw_status_lost_worker tells). After
 * LW_ETIMEOUT and LW_ECANCELLED lw_worker_get_state says whether the child
 * gave in to the cancel and is still there.
 */

/*
 * The child's own words about the last request, whole and unchanged, where it
 * ended in LW_EWORKER, LW_EHEADER or LW_EUNSUPPORTED; else empty. UTF-8.
 * Borrowed until the next call on this worker; for the thread of the request.
 */
lw_span
lw_worker_get_failure(const lw_worker *worker);

/* Sends bytes and compares what comes back. */
int
lw_worker_ping(lw_worker *worker, lw_span payload,
               const lw_request_options *options, lw_error *err);

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
 * *header and all it points to are the caller's until lw_header_destroy.
 * source must be UTF-8 without NUL bytes (LW_EINVAL names the offset).
 */
int
lw_worker_parse_header(lw_worker *worker, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err);

void
lw_header_destroy(lw_header *header);

typedef struct lw_session_spec {
    size_t struct_size;
    const lw_header *header;        /* borrowed until the call returns */
    const char *const *search_path; /* NULL at the end; NULL: toolchain's */
    const char *const *options;     /* "name=value", NULL at the end */
} lw_session_spec;

#define LW_SESSION_SPEC_INIT                                                   \
    {                                                                          \
        sizeof(lw_session_spec), NULL, NULL, NULL                              \
    }

/* A session is a number in one child: it ends with the child. */
typedef struct lw_session {
    uint64_t generation; /* of the worker when it was opened */
    uint32_t number;
    bool reused;
    uint32_t modules;
    uint64_t elapsed_us;
    uint64_t heap_before_kib;
    uint64_t heap_after_kib;
} lw_session;

/* Errors besides those of all requests: LW_EHEADER with Lean's own text. */
int
lw_worker_open_session(lw_worker *worker, lw_session *session,
                       const lw_session_spec *spec,
                       const lw_request_options *options, lw_error *err);

typedef enum lw_severity {
    LW_SEVERITY_INFO,
    LW_SEVERITY_WARNING,
    LW_SEVERITY_ERROR,
} lw_severity;

/* All spans are borrowed until the callback returns. */
typedef struct lw_diagnostic {
    lw_severity severity;
    uint32_t line;     /* 1-based; 0 where Lean gives none */
    uint32_t column;   /* 0-based, in code points */
    uint32_t end_line; /* 0 where Lean gives none */
    uint32_t end_column;
    lw_span kind;
    lw_span message;
} lw_diagnostic;

typedef struct lw_progress {
    uint32_t current; /* in a check: the line that is being elaborated */
    uint32_t total;   /* 0 unknown */
    lw_span phase;    /* in a check: the command, such as "theorem foo" */
} lw_progress;

/* A row of an export: any bytes, in order, none missing. */
typedef struct lw_row {
    lw_span stream;    /* its name */
    uint64_t sequence; /* from 0 in each stream */
    lw_span payload;
} lw_row;

/* An event of an export. */
typedef struct lw_notice {
    lw_span code;    /* for programs */
    lw_span message; /* for people */
} lw_notice;

/*
 * Called on the thread of the request, in the order of the child. A negative
 * result ends the request with LW_ESINK: the child is asked to stop, and is
 * killed where it does not. They must not call this worker. NULL: not wanted.
 */
typedef struct lw_sinks {
    size_t struct_size;
    int (*diagnostic)(const lw_diagnostic *diagnostic, void *user);
    int (*progress)(const lw_progress *progress, void *user);
    int (*row)(const lw_row *row, void *user);
    int (*notice)(const lw_notice *notice, void *user);
    void *user;
} lw_sinks;

#define LW_SINKS_INIT                                                          \
    {                                                                          \
        sizeof(lw_sinks), NULL, NULL, NULL, NULL, NULL                         \
    }

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
        sizeof(lw_check_spec), { 0, 0, false, 0, 0, 0, 0 }, "", { "", 0 },     \
            NULL, UINT32_C(64) * 1024 * 1024                                   \
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

int
lw_worker_check(lw_worker *worker, lw_check_result *result,
                const lw_check_spec *spec, const lw_sinks *sinks,
                const lw_request_options *options, lw_error *err);

/* ---- exports ---- */

typedef struct lw_run_spec {
    size_t struct_size;
    const char *name;   /* of the export */
    lw_session session; /* it belongs to; number 0: none */
    lw_span request;    /* any bytes; as a rule JSON */
} lw_run_spec;

#define LW_RUN_SPEC_INIT                                                       \
    {                                                                          \
        sizeof(lw_run_spec), NULL, { 0, 0, false, 0, 0, 0, 0 },                \
        {                                                                      \
            "", 0                                                              \
        }                                                                      \
    }

/* What an export answered. The caller's until lw_reply_destroy. */
typedef struct lw_reply lw_reply;

typedef struct lw_reply_facts {
    lw_span response; /* with a NUL behind it that is not counted */
    uint64_t rows;
    uint64_t row_bytes;
    uint32_t backpressure_waits; /* how often the child found the pipe full */
} lw_reply_facts;

/*
 * Runs an export of the child. Rows reach the sink while it runs and are
 * tentative until this returns LW_OK. Errors besides those of all requests:
 * LW_ESINK.
 */
int
lw_worker_run(lw_worker *worker, lw_reply **reply, const lw_run_spec *spec,
              const lw_sinks *sinks, const lw_request_options *options,
              lw_error *err);

/* Borrowed from the reply; NULL for NULL. */
const lw_reply_facts *
lw_reply_get_facts(const lw_reply *reply);

void
lw_reply_destroy(lw_reply *reply); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif

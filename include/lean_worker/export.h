/*
 * export.h - functions that a worker offers, and rows that they send.
 *
 * An export is a function of Lean in a session,
 *
 *     def stats (request : String) : IO String
 *     def rows (request : String) (out : LeanWorker.Stream) : IO String
 *
 * or a handler of an application's own worker (child.h). Request and answer
 * are bytes, as a rule JSON. Rows are bytes too and pass through unread.
 *
 * lw_worker_run is a request: worker.h and request.h say on which thread it
 * runs and how long it blocks. What reads or frees a reply never blocks; one
 * thread at a time on the same reply.
 */
#ifndef LEAN_WORKER_EXPORT_H
#define LEAN_WORKER_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/error.h>
#include <lean_worker/request.h>
#include <lean_worker/session.h>
#include <lean_worker/sinks.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What each row must be, before the sink gets it: else LW_EROWDECODE. */
typedef enum lw_row_form {
    LW_ROWS_ANY,  /* any bytes, not looked at */
    LW_ROWS_TEXT, /* UTF-8 */
    LW_ROWS_JSON, /* one JSON value: RFC 8259, no member twice, no NUL, at
                     most LW_JSON_VALUES_MAX (json.h) values */
} lw_row_form;

typedef struct lw_run_spec {
    size_t struct_size;
    const char *name;   /* of the export */
    lw_session session; /* it belongs to; LW_SESSION_NONE: none */
    lw_span request;    /* UTF-8 for an export of Lean; else any bytes */
    lw_row_form rows;   /* LW_ROWS_ANY */
} lw_run_spec;

#define LW_RUN_SPEC_INIT                                                       \
    {                                                                          \
        sizeof(lw_run_spec), NULL, LW_SESSION_NONE, { "", 0 }, LW_ROWS_ANY     \
    }

/* What an export answered. The caller's until lw_reply_destroy. */
typedef struct lw_reply lw_reply;

/* What one stream of a run has sent. */
typedef struct lw_stream_facts {
    lw_span name;
    uint64_t rows;
    uint64_t bytes;
} lw_stream_facts;

/* All borrowed from the reply. */
typedef struct lw_reply_facts {
    lw_span response; /* with a NUL behind it that is not counted */
    uint64_t rows;    /* in all streams */
    uint64_t row_bytes;
    size_t stream_count;
    const lw_stream_facts *streams; /* in the order of their first rows */
    uint64_t elapsed_us;            /* of the request, as the parent counts */
    uint32_t backpressure_waits; /* how often the child found the pipe full */
} lw_reply_facts;

/*
 * Runs an export. Rows reach the sink while it runs and are tentative until
 * this returns LW_OK. Errors besides those of all requests: LW_EEXPORT (there
 * is none of that name, or it has another type: the message has both types),
 * LW_EEXPORTFAILED (it ended in an error of its own), LW_ESINK, LW_EROWDECODE.
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

/*
 * metadata.h - what a package says of itself, and how healthy it is.
 *
 * Both are answers of exports (export.h) that an author writes in Lean, as
 * JSON of a fixed form:
 *
 *     { "commands":     [ { "name": "stats", "version": "1" } ],
 *       "capabilities": [ { "name": "rows", "version": "2" } ],
 *       "lean_version": "4.28.0",
 *       "extra": any value }
 *
 *     { "diagnostics": [ { "severity": "info" | "warning" | "error",
 *                          "code": "no_cache", "message": "…",
 *                          "details": any value } ] }
 *
 * Lists and "extra" may be missing, as may "lean_version" and "details".
 * Members that are not named here are passed over. A member twice, a value of
 * another type, or text that is not JSON is an error that has the place as a
 * JSON pointer.
 *
 * What a function gives is the caller's until it is destroyed. Any thread;
 * nothing blocks but the two requests, as request.h says.
 */
#ifndef LEAN_WORKER_METADATA_H
#define LEAN_WORKER_METADATA_H

#include <stddef.h>

#include <lean_worker/error.h>
#include <lean_worker/request.h>
#include <lean_worker/session.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A command or a capability. */
typedef struct lw_named_version {
    const char *name;
    const char *version;
} lw_named_version;

/* Owned by the caller until lw_metadata_destroy, with all it points to. */
typedef struct lw_metadata {
    size_t command_count;
    const lw_named_version *commands;
    size_t capability_count;
    const lw_named_version *capabilities;
    const char *lean_version; /* "" where it says none */
    const char *extra;        /* JSON, members sorted; "null": none */
} lw_metadata;

/*
 * Reads metadata from the JSON that an export answered.
 * Errors: LW_EINVAL (out is NULL), LW_EMETADATA, LW_ENOMEM. Any thread; never
 * blocks.
 */
int
lw_metadata_parse(lw_metadata **out, lw_span json, lw_error *err);

void
lw_metadata_destroy(lw_metadata *metadata); /* NULL is allowed */

typedef enum lw_metadata_match {
    /* Each command and capability of the expected is there, with its version;
     * its Lean version, where it has one, is the same. */
    LW_METADATA_INCLUDES,
    /* Both are the same JSON value; the order of members does not matter. */
    LW_METADATA_EXACT,
} lw_metadata_match;

/*
 * LW_OK, or LW_EMISMATCH with what was expected and what is there. Both must
 * come from lw_metadata_parse. LW_EINVAL. Any thread; never blocks.
 */
int
lw_metadata_compare(const lw_metadata *actual, const lw_metadata *expected,
                    lw_metadata_match match, lw_error *err);

/* What to ask for its metadata or its health. */
typedef struct lw_ask_spec {
    size_t struct_size;
    lw_session session; /* LW_SESSION_NONE for an application's worker */
    const char *name;   /* of the export */
    lw_span request;    /* for it; empty: "{}" */
} lw_ask_spec;

#define LW_ASK_SPEC_INIT                                                       \
    {                                                                          \
        sizeof(lw_ask_spec), LW_SESSION_NONE, NULL,                            \
        {                                                                      \
            "", 0                                                              \
        }                                                                      \
    }

/*
 * Runs the export and parses its answer: a request (worker.h says how those
 * block and end). Errors besides: LW_EEXPORT, LW_EEXPORTFAILED, LW_EMETADATA.
 */
int
lw_worker_read_metadata(lw_worker *worker, lw_metadata **metadata,
                        const lw_ask_spec *spec,
                        const lw_request_options *options, lw_error *err);

/* ---- health ---- */

typedef enum lw_doctor_severity {
    LW_DOCTOR_INFO,
    LW_DOCTOR_WARNING,
    LW_DOCTOR_ERROR,
} lw_doctor_severity;

/* "info", "warning", "error"; static; "unknown" for another number. */
const char *
lw_doctor_severity_name(lw_doctor_severity severity);

typedef struct lw_doctor_finding {
    lw_doctor_severity severity;
    const char *code;    /* for programs */
    const char *message; /* for people */
    const char *details; /* JSON; "null": none */
} lw_doctor_finding;

/* Owned by the caller until lw_doctor_report_destroy, with all it points to. */
typedef struct lw_doctor_report {
    size_t finding_count;
    const lw_doctor_finding *findings; /* in the export's order */
    size_t errors;
    size_t warnings;
} lw_doctor_report;

/*
 * Reads a report from the JSON that an export answered.
 * Errors: LW_EINVAL, LW_EDOCTOR, LW_ENOMEM. Any thread; never blocks.
 */
int
lw_doctor_parse(lw_doctor_report **out, lw_span json, lw_error *err);

void
lw_doctor_report_destroy(lw_doctor_report *report); /* NULL is allowed */

/* Like lw_worker_read_metadata; LW_EDOCTOR in place of LW_EMETADATA. */
int
lw_worker_run_doctor(lw_worker *worker, lw_doctor_report **report,
                     const lw_ask_spec *spec, const lw_request_options *options,
                     lw_error *err);

#ifdef __cplusplus
}
#endif
#endif

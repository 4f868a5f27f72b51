/*
 * doctor_put.h - findings of `lean-worker doctor`, for people as they come or
 * as one document of JSON at the end.
 */
#ifndef CLI_DOCTOR_PUT_H
#define CLI_DOCTOR_PUT_H

#include <jansson.h>

#include <lean_worker/metadata.h>

#include "term.h"

struct doctor_put {
    const struct term *term;
    bool json;
    bool lost;        /* a finding, for want of memory */
    json_t *findings; /* for JSON */
    size_t errors;
    size_t warnings;
};

/* json: keep the findings for a document, which doctor_put_end frees. */
void
doctor_put_begin(struct doctor_put *put, const struct term *term, bool json);

/* A finding of an export. */
void
doctor_put_finding(struct doctor_put *put, const lw_doctor_finding *finding);

/* A finding of ours; hint: what to do, or "". */
void
doctor_put_own(struct doctor_put *put, lw_doctor_severity severity,
               const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Ends the output; export: who found it all, NULL: we did. Gives 0, 1 where
 * something is an error, or 2. */
int
doctor_put_end(struct doctor_put *put, const char *export);

#endif

/*
 * bootstrap_output.h - findings, stages and failures of a builder, for people
 * and as JSON.
 */
#ifndef CLI_BOOTSTRAP_OUTPUT_H
#define CLI_BOOTSTRAP_OUTPUT_H

#include <jansson.h>

#include <lean_worker/builder.h>

#include "term.h"

/* How long each stage took; -1: it was not reached. */
struct bootstrap_stages {
    double ms[LW_BUILDER_STAGE_COUNT];
};

/* ---- for people: bootstrap_human.c ---- */

/* "✗ project    no_lakefile: …", and below it what to do. */
void
bootstrap_put_finding(const struct term *term,
                      const lw_bootstrap_finding *finding);

/* "✓ session      1.2 s" */
void
bootstrap_put_stage(const struct term *term, lw_builder_stage stage, double ms);

/* Why a build failed, with the end of what the tool wrote. */
void
bootstrap_put_failure(const struct term *term,
                      const lw_builder_failure *failure);

/* The line at the end: "ready", "2 errors, 1 warning". */
void
bootstrap_put_end(const struct term *term, const lw_bootstrap_report *report,
                  bool built);

/* ---- JSON: bootstrap_json.c; NULL without memory ---- */

json_t *
bootstrap_json_finding(const lw_bootstrap_finding *finding);

/* All of a report in one object. */
json_t *
bootstrap_json_report(const lw_bootstrap_report *report);

json_t *
bootstrap_json_stages(const struct bootstrap_stages *stages);

/* null where there is none. */
json_t *
bootstrap_json_failure(const lw_builder_failure *failure);

#endif

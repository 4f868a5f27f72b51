/*
 * findings.h - what the looks of a builder have found, bounded.
 */
#ifndef LWI_BUILDER_FINDINGS_H
#define LWI_BUILDER_FINDINGS_H

#include <lean_worker/builder.h>

#include "capability/arena.h"

struct lwi_findings {
    struct lwi_arena *arena; /* of the texts */
    lw_bootstrap_finding items[LW_BOOTSTRAP_FINDINGS_MAX];
    size_t count;
    size_t errors, warnings; /* also of those that did not fit */
    bool truncated;
    lw_bootstrap_finding *last; /* that lwi_find_* below are about */
    lw_bootstrap_finding lost;  /* where it did not fit */
};

/*
 * Adds a finding, with severity, stage, status and hint of the table. Texts
 * are made printable and cut. subject may be NULL: "".
 */
void
lwi_find(struct lwi_findings *findings, lw_bootstrap_code code,
         const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Of the last one: another hint, a place, another severity, stage, status. */
void
lwi_find_hint(struct lwi_findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void
lwi_find_place(struct lwi_findings *findings, const char *path, uint32_t line,
               uint32_t column);
void
lwi_find_severity(struct lwi_findings *findings,
                  lw_bootstrap_severity severity);
void
lwi_find_stage(struct lwi_findings *findings, lw_builder_stage stage,
               int status);

/* By stage, errors first; equal ones as they were found. */
void
lwi_findings_sort(struct lwi_findings *findings);

/* The first error of the first stage that has one; NULL: none. */
const lw_bootstrap_finding *
lwi_findings_first_error(const struct lwi_findings *findings);

/* What to do about a code where nothing better is known. Static. */
const char *
lwi_bootstrap_hint(lw_bootstrap_code code);

#endif

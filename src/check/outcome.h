/*
 * outcome.h - what is known of one file, from the first attempt to the report.
 *
 * Belongs to the thread of the slot that holds the file. Everything in it is
 * bounded, whatever a worker sends.
 *
 *     items   | diagnostic | diagnostic | ...      spans without pointers
 *     texts   | kind message | kind message | ...  in the same order
 *
 * The pointers are put in when the report is made, since the texts move while
 * they grow.
 */
#ifndef LWI_CHECK_OUTCOME_H
#define LWI_CHECK_OUTCOME_H

#include <lean_worker/check.h>

#include "base/buf.h"
#include "check/limits.h"
#include "check/source.h"

struct lwi_outcome {
    lw_verdict verdict; /* CRASHED until something is known */
    struct lwi_buf items;
    struct lwi_buf texts;
    struct lwi_buf stderr_tail;
    size_t dropped; /* diagnostics over the limits */
    size_t errors;  /* diagnostics of that severity, dropped ones too */
    bool truncated;
    bool no_memory; /* in this process, for what came */

    const char *cause; /* static; NULL: none */
    char sentence[512];
    int exit_code;
    int exit_signal;
    uint32_t line; /* what is being elaborated now */
    char command[256];

    double elapsed_ms;
    double lean_ms;
    char lean_version[128]; /* a worker keeps no longer one */
    bool session_reused;
    uint32_t attempts;
    char not_forked[256]; /* of a run that isolates */
};

void
lwi_outcome_init(struct lwi_outcome *outcome, const lw_allocator *allocator);

void
lwi_outcome_fini(struct lwi_outcome *outcome);

/* Forgets what an attempt has found; time and attempts stay. */
void
lwi_outcome_restart(struct lwi_outcome *outcome);

/* Keeps a copy, cut at the limits. LW_OK or LW_ENOMEM. */
int
lwi_outcome_add(struct lwi_outcome *outcome, const lw_diagnostic *diagnostic);

/* Verdict with one error message at a place; 0, 0 for the whole file. */
int
lwi_outcome_fail(struct lwi_outcome *outcome, lw_verdict verdict,
                 struct lwi_source_place place, lw_span message);

/* What is being worked on, for the cause of a later death. */
void
lwi_outcome_note(struct lwi_outcome *outcome, uint32_t line, lw_span command);

/* Why there is no answer of Lean. */
void
lwi_outcome_set_cause(struct lwi_outcome *outcome, lw_verdict verdict,
                      const char *cause, const char *sentence);

/* The same, from the end of a worker's child. LW_OK or LW_ENOMEM. */
int
lwi_outcome_set_death(struct lwi_outcome *outcome, lw_verdict verdict,
                      const lw_exit_report *report);

/* Everything borrowed from the outcome. */
void
lwi_outcome_report(struct lwi_outcome *outcome, const char *path,
                   lw_check_report *report);

#endif

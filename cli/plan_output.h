/*
 * plan_output.h - the forms in which `lean-worker plan` prints a plan.
 */
#ifndef CLI_PLAN_OUTPUT_H
#define CLI_PLAN_OUTPUT_H

#include <lean_worker/plan.h>

#include "plan_since.h"
#include "term.h"

struct plan_shown {
    const lw_plan *plan;
    const char *lean;      /* "lean 4.28.0" */
    const char *reason;    /* why this one */
    const char *session;   /* "sources" or "declarations" */
    const bool *unchanged; /* of each batch */
    size_t unchanged_count;
    bool since; /* something is known of an earlier plan */
};

/* For people. */
void
plan_put_human(const struct plan_shown *shown, const struct term *term);

/* The problems alone. */
void
plan_put_problems(const lw_plan *plan, const struct term *term);

/* Each gives 0, or 2 where there is no memory. */
int
plan_put_json(const struct plan_shown *shown);

/* Modules that are planned, what they import, and which of it is only
 * imported; as a graph for Graphviz, or as lists of nodes and edges. */
int
plan_put_graph_dot(const lw_plan *plan);
int
plan_put_graph_json(const lw_plan *plan);

#endif

/*
 * plan_since.h - which batches of a plan are as they were in an earlier one.
 */
#ifndef CLI_PLAN_SINCE_H
#define CLI_PLAN_SINCE_H

#include <stdbool.h>

#include <lean_worker/plan.h>

/*
 * Marks each batch whose id and fingerprint a batch of FILE has: what `plan
 * --output json` printed then. *count: how many. False with the reason on
 * stderr: FILE cannot be read or is no plan.
 */
bool
plan_since_mark(const lw_plan *plan, const char *file, bool *unchanged,
                size_t *count);

#endif

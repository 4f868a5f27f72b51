/*
 * plan_support.h - projects and toolchains that are only files, and a worker
 * without Lean that reads lines of `import NAME`.
 */
#ifndef LWT_PLAN_SUPPORT_H
#define LWT_PLAN_SUPPORT_H

#include <lean_worker/plan.h>

#include "support/olean.h"
#include "support/sandbox.h"

extern struct lwt_sandbox box;
extern lw_toolchain *toolchain; /* Init, Init.Prelude, Std */
extern lw_worker *worker;
extern lw_plan_options options; /* the toolchain, the worker, project p */
extern lw_plan *plan;           /* of the last make_plan */

int
set_up(void **state);
int
tear_down(void **state);

/* An .olean in the sandbox; imports end with NULL. */
void
write_olean(const char *name, ...);

/* p/lakefile.toml with one library A, and what follows. */
void
write_lakefile(const char *more);

/* Opens p, where it is not open, and plans; fails the test where it cannot. */
void
make_plan(void);

/* The status and message of a plan that cannot be made. */
void
must_fail(int status, const char *part);

/* A problem of this code and module whose message has the part. */
void
expect_problem(lw_plan_problem_code code, const char *module, const char *part);

/* The planned modules of each batch: "A B | C". */
void
expect_batches(const char *wanted);

const lw_plan_module *
module_of(const char *name);

#endif

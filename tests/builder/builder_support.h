/*
 * builder_support.h - projects and toolchains that are only files, a worker
 * without Lean, and what a builder says of them.
 */
#ifndef LWT_BUILDER_SUPPORT_H
#define LWT_BUILDER_SUPPORT_H

#include <lean_worker/builder.h>

#include "support/sandbox.h"

extern struct lwt_sandbox box;
extern lw_runtime *runtime;
extern lw_builder_spec spec; /* project p on the toolchain tc, no worker */
extern lw_bootstrap_report *report;
extern lw_builder_failure *failure;
extern lw_capability *capability;
extern lw_error err;

/* p has the library A of two modules, A and A.B, which are compiled. */
int
set_up(void **state);
int
tear_down(void **state);

/* The toolchain's lake is a script with this body. */
void
use_lake(const char *body);

/* The worker is fake_session, which notes what it is asked in the file log. */
void
use_fake_session(void);

/* Has the file log a line with this text? */
bool
log_has(const char *text);

/* A report; fails the test where there is none. */
void
check(void);

/* Finds one of this code whose subject and message have these parts. */
const lw_bootstrap_finding *
expect(lw_bootstrap_code code, lw_bootstrap_severity severity,
       const char *subject, const char *message);

/* None of this code; code 0: no error and no warning at all. */
void
expect_none(lw_bootstrap_code code);

/* Builds, and fails the test where that fails. */
void
must_build(void);

/* A build that fails in this way, and leaves nothing. */
void
must_fail(int status, lw_builder_stage stage, lw_bootstrap_code code,
          const char *message);

#endif

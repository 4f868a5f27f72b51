/*
 * project_support.h - what the tests of projects share: a sandbox with two
 * toolchains, and questions that fail the test by themselves.
 */
#ifndef LWT_PROJECT_SUPPORT_H
#define LWT_PROJECT_SUPPORT_H

#include <lean_worker/project.h>

#include "support/sandbox.h"

extern struct lwt_sandbox box;
extern lw_toolchain *plain;     /* has no lake */
extern lw_toolchain *with_lake; /* its lake is what lake() wrote */

int
set_up(void **state);
int
tear_down(void **state);

/* The body of the shell script that plays lake. */
void
lake(const char *body);

/* A project with three packages and a manifest of today's form, built. */
lw_project *
make_project(void);

lw_project *
must_find(const char *path);

void
must_load(lw_project *project, const lw_toolchain *toolchain);

/* The error must have this status and all of these; NULL at the end. */
void
must_fail(lw_project *project, const lw_toolchain *toolchain,
          const lw_project_options *options, int status, ...);

/* The search path must be these folders of the sandbox; NULL at the end. */
void
expect_path(lw_project *project, ...);

#endif

/*
 * build_support.h - what the tests of builds share: a sandbox with a
 * toolchain whose lean is a script, and a project.
 */
#ifndef LWT_BUILD_SUPPORT_H
#define LWT_BUILD_SUPPORT_H

#include <lean_worker/build.h>

#include "support/sandbox.h"

extern struct lwt_sandbox box;
extern lw_build_options options; /* of the project p on the toolchain tc */
extern lw_build *build;          /* of must_build */

int
set_up(void **state);
int
tear_down(void **state);

/* The toolchain has a lake, and this is its body. */
void
lake(const char *body);

/* p/lakefile.toml: the package p, the library A, and more. */
void
write_lakefile(const char *more);

/* p/A.lean imports A.One and A.Two, which import nothing. */
void
write_modules(void);

void
must_build(void);

/* The error must have this status and all of these; NULL at the end. */
void
must_fail(int status, ...);

/* The module must have failed like this; the message has these words. */
void
expect_failure(const char *module, lw_build_failure_code code, uint32_t line,
               const char *words);

/* What lean was run on since the last time, as "A.One A.Two ". */
void
expect_compiled(const char *names);

#endif

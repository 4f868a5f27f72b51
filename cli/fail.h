/*
 * fail.h - saying why a command could not run.
 */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include <lean_worker/error.h>

/*
 * Prints "COMMAND: message" on stderr, safe for a terminal; the status's text
 * where there is no message. Gives 2.
 */
int
fail_with(const char *command, const lw_error *err);

#endif

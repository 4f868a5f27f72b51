/*
 * check_json.h - JSON Lines: one object for each file, as it is known.
 */
#ifndef CLI_CHECK_JSON_H
#define CLI_CHECK_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include <lean_worker/check.h>

/*
 * Writes and flushes one line; docs/checking.md tells its fields. path: how
 * the file is to be called. false: out of memory, or ferror(to).
 */
bool
check_json_put(FILE *to, const lw_check_report *report, const char *path);

#endif

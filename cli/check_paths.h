/*
 * check_paths.h - from the operands of `check` to the files to be checked.
 */
#ifndef CLI_CHECK_PATHS_H
#define CLI_CHECK_PATHS_H

#include "base/strings.h"

/*
 * Adds what an operand stands for: a folder, all *.lean files below it in the
 * order of their names (hidden folders, .lake among them, are left out; a
 * link that leads back up is not followed twice); anything else, itself.
 * false with the reason on stderr: a folder that cannot be read or that has
 * no Lean file, or no memory.
 */
bool
check_paths_add(struct lwi_strings *paths, const char *operand);

/*
 * Copies standard input to a file in memory and gives its path below /proc;
 * NULL with the reason on stderr. The file lives as long as the program.
 */
char *
check_paths_from_stdin(void);

#endif

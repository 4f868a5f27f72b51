/*
 * opt_value.h - values of options: what is taken, and how they are named.
 */
#ifndef CLI_OPT_VALUE_H
#define CLI_OPT_VALUE_H

#include "opt.h"

/*
 * Puts a value where the option wants it. False where it is wrong; problem
 * then goes on from the option's name: "must be …, and not …".
 */
bool
opt_value_set(const struct opt *opt, const char *value, char *problem,
              size_t size);

/* How help and messages call it: "SECONDS", "human|json". Static, or in a
 * buffer that the next call overwrites. */
const char *
opt_value_name(const struct opt *opt);

#endif

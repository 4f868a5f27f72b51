/*
 * environment.h - what a toolchain's own programs are started with.
 */
#ifndef LWI_TOOLCHAIN_ENVIRONMENT_H
#define LWI_TOOLCHAIN_ENVIRONMENT_H

#include "base/strings.h"

/*
 * For `program`, a path: its folder goes first on the PATH, so that it finds
 * its own kind, and what would point it to another toolchain is taken away.
 * LW_OK or LW_ENOMEM.
 */
int
lwi_toolchain_environment(struct lwi_strings *environment, const char *program);

#endif

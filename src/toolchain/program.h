/*
 * program.h - can this file be executed here?
 */
#ifndef LWI_PROGRAM_H
#define LWI_PROGRAM_H

#include "base/base.h"

/*
 * *problem is the caller's: a clause such as "is a program for aarch64, and
 * this machine is x86_64"; NULL where nothing speaks against it (a script, or
 * an ELF file for this processor). LW_OK or LW_ENOMEM.
 */
int
lwi_program_examine(const char *path, char **problem);

/* The same for a shared library, which must be readable. */
int
lwi_library_examine(const char *path, char **problem);

#endif

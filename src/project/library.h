/*
 * library.h - where a package's compiled modules are.
 */
#ifndef LWI_LIBRARY_H
#define LWI_LIBRARY_H

#include "base/base.h"

/*
 * *library is the caller's: the folder of .olean files that Lake builds in
 * `package`, by its layout (today's first, then older ones, with the buildDir
 * of a lakefile.toml); NULL where none is there. LW_OK, LW_ENOMEM, or
 * LW_EPROJECT where a folder cannot be read.
 */
int
lwi_library_find(char **library, const char *package, lw_error *err);

#endif

/*
 * build_folder.h - where this library keeps the compiled modules of a project,
 * where there is no lake to build them.
 */
#ifndef LWI_BUILD_FOLDER_H
#define LWI_BUILD_FOLDER_H

#include <lean_worker/toolchain.h>

#include "base/base.h"

/*
 * The folder of a project (absolute, without links) on a toolchain, below
 * $XDG_CACHE_HOME/lean-worker/build. The caller's; need not be there. NULL
 * with errno: ENOMEM, or ENOENT where neither XDG_CACHE_HOME nor HOME is set.
 */
char *
lwi_build_folder(const char *project, const lw_toolchain *toolchain);

/* Below it: the compiled modules, for search paths. */
#define LWI_BUILD_FOLDER_MODULES "lib"

#endif

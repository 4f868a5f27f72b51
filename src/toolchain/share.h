/*
 * share.h - where the library's own data files are.
 *
 * The first of these folders that has the file:
 *
 *   $LEAN_WORKER_SHARE            alone, where it is set
 *   DIR/share/lean-worker         DIR: the folder of this program
 *   DIR/../share/lean-worker
 *   the same beside the library, where it is a shared one
 *   the same beside the launcher, where $LEAN_WORKER_CHILD names it
 *   LW_SHARE_DIR                  fixed when the library was built
 */
#ifndef LWI_SHARE_H
#define LWI_SHARE_H

#include "base/base.h"

/*
 * *out is the absolute path of the file `name` ("shim.lean",
 * "toolchain/install"), owned by the caller (lwi_system_allocator).
 * Errors: LW_ECHILDPATH with every place tried, LW_ENOMEM.
 */
int
lwi_share_file(char **out, const char *name, lw_error *err);

#endif

/*
 * launch.h - how our child is started on a toolchain.
 */
#ifndef LWI_LAUNCH_H
#define LWI_LAUNCH_H

#include <lean_worker/toolchain.h>

#include "base/base.h"

/* Owned: lwi_command_fini frees it. */
struct lwi_command {
    char **argv;        /* NULL at the end; argv[0] is an absolute path */
    char **environment; /* NAME=VALUE over the inherited ones, NAME alone to
                           take one away; NULL at the end */
    char *host;         /* Lean's shared library, whose main function gets argv
                           in the launcher itself; NULL: argv is executed */
};

/*
 * The command that hosts our shim: Lean with the plugin loaded and the shim
 * to run. A native toolchain without the shared library, which would be one
 * that is linked statically, is executed. Errors: LW_ECHILDPATH where the
 * plugin or the shim is not found, with every place tried; LW_ENOMEM.
 */
int
lwi_toolchain_command(const lw_toolchain *toolchain, struct lwi_command *out,
                      lw_error *err);

/* Leaves it empty; an empty one is allowed. */
void
lwi_command_fini(struct lwi_command *command);

#endif

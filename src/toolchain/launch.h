/*
 * launch.h - how our child is started on a toolchain.
 */
#ifndef LWI_LAUNCH_H
#define LWI_LAUNCH_H

#include <lean_worker/shim.h>
#include <lean_worker/toolchain.h>

#include "base/alloc.h"

/* Owned: lwi_command_fini frees it. */
struct lwi_command {
    char **argv;        /* NULL at the end; argv[0] is an absolute path */
    char **environment; /* NAME=VALUE over the inherited ones, NAME alone to
                           take one away; NULL at the end */
    char *host;         /* Lean's shared library, whose main function gets argv
                           in the launcher itself; NULL: argv is executed */
    lw_shim_state shim;
    char *shim_detail; /* as of lw_shim; never NULL */
    char *shim_text;   /* for lwi_command_interpret; NULL where the shim is not
                          compiled */
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

/*
 * Turns the argv of a compiled shim into one that has it interpreted, from
 * `text`, which it takes over: one item less. All are of `allocator`.
 */
static inline void
lwi_command_interpret(char **argv, char *text, const lw_allocator *allocator)
{
    enum { LIBRARY = 2, WORD, FILE_TO_RUN };

    lwi_free(allocator, argv[LIBRARY]);
    lwi_free(allocator, argv[FILE_TO_RUN]);
    argv[LIBRARY] = argv[WORD];
    argv[WORD] = text;
    argv[FILE_TO_RUN] = NULL;
}

/* Leaves it empty; an empty one is allowed. */
void
lwi_command_fini(struct lwi_command *command);

#endif

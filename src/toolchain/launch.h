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
 * The same, with shared libraries of the user's that Lean loads behind ours;
 * NULL: none. Errors besides: LW_EUNSUPPORTED on an embedded Lean, LW_EINVAL
 * for a path that is not absolute, LW_EFILE for what is no library for this
 * machine.
 */
int
lwi_toolchain_command_with(const lw_toolchain *toolchain,
                           const char *const *libraries,
                           struct lwi_command *out, lw_error *err);

/*
 * Turns the argv of a compiled shim into one that has it interpreted, from
 * `text`, which it takes over: one item less. All are of `allocator`.
 */
static inline void
lwi_command_interpret(char **argv, char *text, const lw_allocator *allocator)
{
    size_t i = 2; /* behind Lean and the plugin */

    lwi_free(allocator, argv[i]);
    for (; argv[i + 2] != NULL; i++)
        argv[i] = argv[i + 1];
    lwi_free(allocator, argv[i + 1]);
    argv[i] = text;
    argv[i + 1] = NULL;
}

/* Leaves it empty; an empty one is allowed. */
void
lwi_command_fini(struct lwi_command *command);

#endif

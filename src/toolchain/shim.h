/*
 * shim.h - the shim as a child would have it: its text, or a library that the
 * toolchain's leanc made of it.
 *
 *     $XDG_CACHE_HOME/lean-worker/shim/lock     held by who compiles
 *                                     /tmp/     what is being compiled
 *                                     /KEY/LeanWorkerShim.so
 *                                     /KEY/record
 *
 * KEY is a hash of the toolchain's and leanc's files, the shim's text and the
 * plugin. The record says how the library's file was when a child had been
 * started with it: another size, time or inode is another file. It comes last
 * and goes first.
 */
#ifndef LWI_TOOLCHAIN_SHIM_H
#define LWI_TOOLCHAIN_SHIM_H

#include <lean_worker/shim.h>

#include "base/base.h"

#define LWI_SHIM_MODULE "LeanWorkerShim"
#define LWI_SHIM_LIBRARY LWI_SHIM_MODULE ".so"
#define LWI_SHIM_RECORD "record"

struct lwi_shim {
    lw_shim_state state;
    char *text;    /* shim.lean */
    char *start;   /* start.lean; NULL where it is not compiled */
    char *leanc;   /* NULL: there is none */
    char *root;    /* of all compiled ones; NULL: no cache folder */
    char *folder;  /* of this one; NULL: none can be */
    char *library; /* in it; it is there where the state is COMPILED */
    char reason[LW_ERROR_MESSAGE_SIZE];
};

/*
 * Of a native toolchain. LW_OK, LW_ECHILDPATH, LW_ENOMEM; *out is for
 * lwi_shim_fini in any case.
 */
int
lwi_shim_look(struct lwi_shim *out, const lw_toolchain *toolchain,
              lw_error *err);

void
lwi_shim_fini(struct lwi_shim *shim);

/*
 * Writes the record of the library that lies in its folder. One that is not
 * proved counts for this process alone, which starts a child with it. LW_OK,
 * LW_EFILE, LW_ENOMEM.
 */
int
lwi_shim_write_record(const struct lwi_shim *shim, bool is_proved,
                      lw_error *err);

/* False where the bytes are not those that were recorded. Reads all of them.
 * LW_OK or LW_ENOMEM. */
int
lwi_shim_is_whole(const struct lwi_shim *shim, bool *is_whole);

#endif

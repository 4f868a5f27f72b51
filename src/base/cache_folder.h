/*
 * cache_folder.h - folders of ours for what can be made again, below the
 * user's cache folder.
 *
 *     $XDG_CACHE_HOME/lean-worker/NAME, else ~/.cache/lean-worker/NAME
 *
 * What is in them is loaded into children, or believed. So one that somebody
 * else owns or may write into is refused, never used.
 */
#ifndef LWI_CACHE_FOLDER_H
#define LWI_CACHE_FOLDER_H

#include <lean_worker/cancel.h>

#include "base/base.h"
#include "base/clock.h"

/*
 * The folder's path, the caller's; it need not be there. NULL with errno:
 * ENOMEM, or ENOENT where neither XDG_CACHE_HOME nor HOME is an absolute path.
 */
char *
lwi_cache_folder(const char *name);

/* Makes the folder and those above it, for this user alone. LW_OK; LW_EFILE,
 * also where it is not private; LW_ENOMEM. */
int
lwi_cache_make(const char *folder, lw_error *err);

/* A folder, no link to one, that this user owns and nobody else may write
 * into. errno says why not: EPERM, ENOTDIR, or as lstat. */
bool
lwi_cache_is_private(const char *folder);

/*
 * Waits for the lock of the folder, which must be there: one process at a time
 * writes. *lock is to be closed, and the end of the process opens it as well.
 * Errors: LW_ETIMEOUT, which names the process that has it; LW_ECANCELLED;
 * LW_EFILE; LW_ENOMEM.
 */
int
lwi_cache_lock(int *lock, const char *folder, lw_cancel *cancel,
               const struct lwi_clock *clock, int64_t deadline, lw_error *err);

/* The process that has the folder's lock, or was the last that had it, as it
 * signed it. 0: it cannot be said. */
long
lwi_cache_lock_holder(const char *folder);

/* Takes away a file, or a folder with all that is in it; links are not
 * followed. What cannot be taken away stays. */
void
lwi_cache_clear(const char *path);

#endif

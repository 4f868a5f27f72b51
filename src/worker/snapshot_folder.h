/*
 * snapshot_folder.h - a folder of snapshots as a whole.
 */
#ifndef LWI_SNAPSHOT_FOLDER_H
#define LWI_SNAPSHOT_FOLDER_H

#include <lean_worker/snapshot.h>

#include "worker/snapshot.h"

/* The one that is meant: `given`, the environment's, or the user's own. The
 * caller's; NULL with errno. */
char *
lwi_snapshots_folder(const char *given);

/*
 * Takes away all that no record names: what interrupted makers have left, and
 * those that another has come in place of. Under the lock.
 */
void
lwi_snapshots_sweep(const struct lwi_private *folder);

/* All but `made` and struct_size, of one that fits. */
void
lwi_snapshot_tell(lw_snapshot_report *report,
                  const struct lwi_snapshot *snapshot, const char *folder);

#endif

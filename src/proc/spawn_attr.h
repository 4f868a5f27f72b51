/*
 * spawn_attr.h - signals of a new process: all default, and all blocked or
 * none.
 *
 * The host program's mask and ignored signals would be inherited otherwise.
 */
#ifndef LWI_PROC_SPAWN_ATTR_H
#define LWI_PROC_SPAWN_ATTR_H

#include <spawn.h>
#include <stdbool.h>

/*
 * flags: POSIX_SPAWN_SETSID or POSIX_SPAWN_SETPGROUP. `blocked` is for a
 * process that unblocks them itself when it is ready. Gives 0 or errno.
 */
int
lwi_spawn_attr_init(posix_spawnattr_t *attr, int flags, bool blocked);

#endif

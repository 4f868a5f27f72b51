/* spawn_attr.c - signals of a new process. */
#include "proc/spawn_attr.h"

#include <signal.h>

int
lwi_spawn_attr_init(posix_spawnattr_t *attr, int flags, bool blocked)
{
    sigset_t none, all;
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    rc = posix_spawnattr_init(attr);
    if (rc != 0)
        return rc;
    posix_spawnattr_setsigmask(attr, blocked ? &all : &none);
    posix_spawnattr_setsigdefault(attr, &all);
    posix_spawnattr_setpgroup(attr, 0);
    rc = posix_spawnattr_setflags(attr, (short)(POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF | flags));
    if (rc != 0)
        posix_spawnattr_destroy(attr);
    return rc;
}

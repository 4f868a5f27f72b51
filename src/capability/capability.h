/*
 * capability.h - the inside of a capability, for the pool.
 */
#ifndef LWI_CAPABILITY_H
#define LWI_CAPABILITY_H

#include <lean_worker/capability.h>

/* Another reference, for lw_capability_destroy. */
lw_capability *
lwi_capability_retain(lw_capability *capability);

/* LW_OK, or LW_EBADHANDLE. */
int
lwi_capability_check(const lw_capability *capability, const char *doing,
                     lw_error *err);

/*
 * Would both start the same worker, whatever they want in it? Says no where
 * there is no memory to tell.
 */
bool
lwi_capability_same_worker(const lw_capability *a, const lw_capability *b);

/* Borrowed from the capability. */
const lw_capability_spec *
lwi_capability_spec(const lw_capability *capability);

#endif

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

/* Is the metadata what is expected? LW_OK where nothing is; else the errors of
 * lw_metadata_compare, or what is wrong with the expectation's JSON. */
int
lwi_metadata_meets(const lw_metadata *actual,
                   const lw_metadata_expectation *wanted, lw_error *err);

/* Borrowed from the capability. */
const lw_capability_spec *
lwi_capability_spec(const lw_capability *capability);

/* The toolchain that its spec names is its own from now on. */
void
lwi_capability_own(lw_capability *capability, lw_toolchain *toolchain);

/* Its key is the caller's, for lw_session_key_destroy; it is good for nothing
 * else afterwards. */
lw_session_key *
lwi_capability_take_key(lw_capability *capability);

#endif

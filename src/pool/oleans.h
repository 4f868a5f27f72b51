/*
 * oleans.h - the compiled modules behind a session: are they still the same?
 *
 *      imports ──► search path ──► file: size, time, inode ──► its imports ──►
 *
 * A library that is built again has other files. What a worker has imported
 * from the old ones is no answer to who comes then. Looked at are the files of
 * the imports, and of what those import in turn, in the folders of the
 * session's own search path: LWI_OLEANS_MAX at most, the nearest first. That is
 * enough where a build tool builds anew whatever imports what has changed. The
 * toolchain's own modules are known by its fingerprint, in the key.
 */
#ifndef LWI_POOL_OLEANS_H
#define LWI_POOL_OLEANS_H

#include "base/alloc.h"
#include "capability/capability.h"

#define LWI_OLEANS_MAX 512u

struct lwi_oleans;

/*
 * The files as they are now. NULL where there is nothing to look at, or no
 * memory: no claim is made then. Reads the files' heads: 0.03 ms each.
 */
struct lwi_oleans *
lwi_oleans_create(const lw_allocator *allocator,
                  const lw_capability *capability);

/* NULL is allowed. */
void
lwi_oleans_destroy(struct lwi_oleans *oleans);

/* One of them is another file now, or there is one where none was. */
bool
lwi_oleans_changed(const struct lwi_oleans *oleans);

#endif

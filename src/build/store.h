/*
 * store.h - the folder of compiled modules, and what they were compiled from.
 *
 *     lock            held by the one build that may write; its process id
 *     lib/A/B.olean   and .ilean, .ir, …: for search paths
 *     keys/A/B.key    key of lib/A/B.olean, and its size
 *     tmp/N/          what a compiler writes now
 *
 * A module is moved into lib when it is whole, and its key is written last and
 * taken away first: a build that is killed leaves modules with keys, which are
 * whole, or without, which are compiled again.
 */
#ifndef LWI_BUILD_STORE_H
#define LWI_BUILD_STORE_H

#include "base/base.h"
#include "base/strings.h"
#include "build/build.h"

struct lwi_store {
    const char *folder; /* of the arena, like all */
    const char *library;
    int lock; /* -1: none */
};

/* Makes the folder, waits for the lock, clears what a killed build has left.
 * A failure stays in b->rc. */
void
lwi_store_open(struct lwi_build_run *b, struct lwi_store *store,
               const char *folder);

void
lwi_store_close(struct lwi_store *store);

/* Whether `file` ("A/B") was compiled with this key, and is there. */
bool
lwi_store_has(const struct lwi_store *store, const char *file, uint64_t key);

/* An empty folder for a compiler; NULL after a failure. */
const char *
lwi_store_room(struct lwi_build_run *b, const struct lwi_store *store,
               size_t number);

/* A new file, and the folders above it. */
void
lwi_store_write(struct lwi_build_run *b, const char *path,
                const struct lwi_buf *text);

/* Moves what a compiler left in `room` to where it belongs, with its key. */
void
lwi_store_keep(struct lwi_build_run *b, const struct lwi_store *store,
               const char *room, const char *file, uint64_t key);

/* Takes away the modules for which `is_known` says no. */
void
lwi_store_prune(struct lwi_build_run *b, const struct lwi_store *store,
                bool (*is_known)(const char *file, void *user), void *user);

#endif

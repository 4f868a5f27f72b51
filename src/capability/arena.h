/*
 * arena.h - copies that are all freed together.
 */
#ifndef LWI_CAPABILITY_ARENA_H
#define LWI_CAPABILITY_ARENA_H

#include "base/alloc.h"

struct lwi_arena_block;

/* Zeroed: empty. After a copy found no memory all others give NULL as well. */
struct lwi_arena {
    struct lwi_arena_block *blocks;
    bool no_memory;
};

void
lwi_arena_fini(struct lwi_arena *arena);

/* Zeroed. */
void *
lwi_arena_alloc(struct lwi_arena *arena, size_t size);

/* The same for `count` of `size` bytes each; none of them is a place too. */
void *
lwi_arena_array(struct lwi_arena *arena, size_t count, size_t size);

/* Makes room for one more behind the `count` that *items has: false where there
 * is no memory. The arena keeps the old run: all together twice the last. */
bool
lwi_arena_grow(struct lwi_arena *arena, void **items, size_t count,
               size_t *room, size_t size);

/* NULL gives NULL. */
const char *
lwi_arena_text(struct lwi_arena *arena, const char *text);

/* With a NUL behind it; an empty span stays one. */
lw_span
lwi_arena_span(struct lwi_arena *arena, lw_span span);

/* A list with NULL at its end; NULL gives NULL. */
const char *const *
lwi_arena_texts(struct lwi_arena *arena, const char *const *texts);

#endif

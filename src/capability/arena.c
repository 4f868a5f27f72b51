/* arena.c - copies that are all freed together. */
#include "capability/arena.h"

#include <stddef.h>

struct lwi_arena_block {
    struct lwi_arena_block *next;
    max_align_t data[];
};

void
lwi_arena_fini(struct lwi_arena *arena)
{
    struct lwi_arena_block *block;

    while ((block = arena->blocks) != NULL) {
        arena->blocks = block->next;
        lwi_free(&lwi_system_allocator, block);
    }
}

void *
lwi_arena_alloc(struct lwi_arena *arena, size_t size)
{
    struct lwi_arena_block *block = NULL;

    if (!arena->no_memory && size < SIZE_MAX - sizeof(*block))
        block = lwi_alloc(&lwi_system_allocator, sizeof(*block) + size);
    if (block == NULL) {
        arena->no_memory = true;
        return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    return block->data;
}

lw_span
lwi_arena_span(struct lwi_arena *arena, lw_span span)
{
    char *copy = lwi_arena_alloc(arena, span.size + 1);

    if (copy == NULL)
        return (lw_span){ "", 0 };
    if (span.size > 0)
        memcpy(copy, span.data, span.size);
    return (lw_span){ copy, span.size };
}

const char *
lwi_arena_text(struct lwi_arena *arena, const char *text)
{
    return text == NULL
               ? NULL
               : lwi_arena_span(arena, (lw_span){ text, strlen(text) }).data;
}

const char *const *
lwi_arena_texts(struct lwi_arena *arena, const char *const *texts)
{
    size_t count = 0, i;
    const char **copy;

    if (texts == NULL)
        return NULL;
    while (texts[count] != NULL)
        count++;
    copy = lwi_arena_alloc(arena, (count + 1) * sizeof(*copy));
    for (i = 0; copy != NULL && i < count; i++)
        copy[i] = lwi_arena_text(arena, texts[i]);
    return copy;
}

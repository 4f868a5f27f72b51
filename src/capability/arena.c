/* arena.c - copies that are all freed together. */
#include "capability/arena.h"

#include <stddef.h>

#include "base/text.h"

#define FIRST_ROOM 8

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

void *
lwi_arena_array(struct lwi_arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        arena->no_memory = true;
        return NULL;
    }
    return lwi_arena_alloc(arena, count * size > 0 ? count * size : 1);
}

bool
lwi_arena_grow(struct lwi_arena *arena, void **items, size_t count,
               size_t *room, size_t size)
{
    size_t larger = *room == 0 ? FIRST_ROOM : *room * 2;
    void *grown;

    if (count < *room)
        return true;
    grown = lwi_arena_array(arena, larger, size);
    if (grown == NULL)
        return false;
    if (*items != NULL)
        memcpy(grown, *items, count * size);
    *items = grown;
    *room = larger;
    return true;
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
    size_t count = lwi_count_texts(texts), i;
    const char **copy;

    if (texts == NULL)
        return NULL;
    copy = lwi_arena_alloc(arena, (count + 1) * sizeof(*copy));
    for (i = 0; copy != NULL && i < count; i++)
        copy[i] = lwi_arena_text(arena, texts[i]);
    return copy;
}

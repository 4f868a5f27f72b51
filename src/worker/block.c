/* block.c - a result with all that it points to, as one allocation. */
#include "worker/block.h"

#include <stdalign.h>

struct front {
    alignas(max_align_t) lw_allocator allocator;
};

void *
lwi_block_create(const lw_allocator *allocator, size_t size)
{
    struct front *front = lwi_alloc(allocator, sizeof(*front) + size);

    if (front == NULL)
        return NULL;
    front->allocator = *allocator;
    return front + 1;
}

void
lwi_block_destroy(void *block)
{
    struct front *front = block;
    lw_allocator allocator;

    if (block == NULL)
        return;
    front--;
    allocator = front->allocator;
    lwi_free(&allocator, front);
}

lw_span
lwi_block_keep(char **to, lw_span from)
{
    lw_span kept = { *to, from.size };

    if (from.size > 0)
        memcpy(*to, from.data, from.size);
    *to += from.size;
    return kept;
}

lw_span
lwi_block_cut(lw_span text, size_t limit, bool *cut)
{
    if (text.size <= limit)
        return text;
    *cut = true;
    /* A byte of the form 10xxxxxx goes on with a character. */
    while (limit > 0 && ((unsigned char)text.data[limit] & 0xc0) == 0x80)
        limit--;
    return (lw_span){ text.data, limit };
}

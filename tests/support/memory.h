/*
 * memory.h - an allocator that counts, and that fails when it is told to.
 *
 * Each block carries its size in front, so that the number of live bytes is
 * known: a test ends with lwt_memory_check_empty.
 *
 *     | size (16 bytes) | block, given to the caller |
 */
#ifndef LWT_MEMORY_H
#define LWT_MEMORY_H

#include <lean_worker/allocator.h>

#include "support/test.h"

#define LWT_NO_FAILURE SIZE_MAX

struct lwt_memory {
    size_t calls;       /* requests for memory so far, frees not counted */
    size_t fail_at;     /* index of the call that fails; LWT_NO_FAILURE */
    bool fail_onwards;  /* all later ones fail as well */
    size_t failures;    /* how many were made to fail */
    size_t live_blocks; /* not freed yet */
    size_t live_bytes;
    size_t peak_bytes;
};

#define LWT_MEMORY_FRONT 16u

static inline void *
lwt_memory_resize(void *block, size_t size, void *user)
{
    struct lwt_memory *memory = user;
    char *old = block == NULL ? NULL : (char *)block - LWT_MEMORY_FRONT;
    size_t old_size = old == NULL ? 0 : *(size_t *)(void *)old;
    char *moved;

    if (size == 0) {
        assert_non_null(old);
        memory->live_blocks--;
        memory->live_bytes -= old_size;
        free(old);
        return NULL;
    }
    if (memory->calls++ == memory->fail_at ||
        (memory->fail_onwards && memory->calls > memory->fail_at)) {
        memory->failures++;
        return NULL;
    }
    moved = realloc(old, LWT_MEMORY_FRONT + size);
    assert_non_null(moved);
    *(size_t *)(void *)moved = size;
    memory->live_blocks += old == NULL;
    memory->live_bytes += size - old_size;
    if (memory->live_bytes > memory->peak_bytes)
        memory->peak_bytes = memory->live_bytes;
    return moved + LWT_MEMORY_FRONT;
}

/* Starts counting; call number fail_at (from 0) fails. */
static inline lw_allocator
lwt_memory_init(struct lwt_memory *memory, size_t fail_at)
{
    lw_allocator allocator = { lwt_memory_resize, memory };

    *memory = (struct lwt_memory){ .fail_at = fail_at };
    return allocator;
}

static inline void
lwt_memory_check_empty(const struct lwt_memory *memory)
{
    assert_int_equal(memory->live_blocks, 0);
    assert_int_equal(memory->live_bytes, 0);
}

#endif

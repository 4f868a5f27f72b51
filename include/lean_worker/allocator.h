/*
 * allocator.h - where the library's memory comes from.
 */
#ifndef LEAN_WORKER_ALLOCATOR_H
#define LEAN_WORKER_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One function does all, like realloc: (NULL, n) allocates, (block, n)
 * resizes and may move, (block, 0) frees and returns NULL. NULL for n > 0
 * means out of memory, and the old block is still there. It is called from
 * any thread and must not call back into this library.
 */
typedef struct lw_allocator {
    void *(*resize)(void *block, size_t size, void *user);
    void *user;
} lw_allocator;

#ifdef __cplusplus
}
#endif
#endif

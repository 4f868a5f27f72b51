/*
 * alloc.h - all heap memory of the library passes through here.
 *
 * The allocator is handed down from the runtime object; there is no global
 * one. A failing Nth allocation is therefore a test's allocator away.
 */
#ifndef LWI_ALLOC_H
#define LWI_ALLOC_H

#include <lean_worker/allocator.h>

#include "base/base.h"

/* malloc and free of the C library. Static storage. */
extern const lw_allocator lwi_system_allocator;

/* Zeroed memory, or NULL. */
void *
lwi_alloc(const lw_allocator *allocator, size_t size);

/* Zeroed array; NULL as well where count * size overflows. */
void *
lwi_alloc_array(const lw_allocator *allocator, size_t count, size_t size);

/* Like realloc; new bytes are not zeroed. */
void *
lwi_resize(const lw_allocator *allocator, void *block, size_t size);

/* NULL is allowed. */
void
lwi_free(const lw_allocator *allocator, void *block);

/* NUL-terminated copy of size bytes, or NULL. */
char *
lwi_copy_bytes(const lw_allocator *allocator, const char *data, size_t size);

/* Copy of a string; NULL gives NULL. */
char *
lwi_copy_text(const lw_allocator *allocator, const char *text);

#endif

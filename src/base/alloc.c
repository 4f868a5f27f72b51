/* alloc.c - all heap memory of the library passes through here. */
#include "base/alloc.h"

static void *
system_resize(void *block, size_t size, void *user)
{
    (void)user;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

const lw_allocator lwi_system_allocator = { system_resize, NULL };

void *
lwi_resize(const lw_allocator *allocator, void *block, size_t size)
{
    LW_ASSERT(size > 0);
    return allocator->resize(block, size, allocator->user);
}

void *
lwi_alloc(const lw_allocator *allocator, size_t size)
{
    void *block = lwi_resize(allocator, NULL, size);

    if (block != NULL)
        memset(block, 0, size);
    return block;
}

void *
lwi_alloc_array(const lw_allocator *allocator, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return lwi_alloc(allocator, total == 0 ? 1 : total);
}

void
lwi_free(const lw_allocator *allocator, void *block)
{
    if (block != NULL)
        allocator->resize(block, 0, allocator->user);
}

char *
lwi_copy_bytes(const lw_allocator *allocator, const char *data, size_t size)
{
    char *copy;

    if (size == SIZE_MAX)
        return NULL;
    copy = lwi_resize(allocator, NULL, size + 1);
    if (copy != NULL) {
        if (size > 0)
            memcpy(copy, data, size);
        copy[size] = '\0';
    }
    return copy;
}

char *
lwi_copy_text(const lw_allocator *allocator, const char *text)
{
    return text == NULL ? NULL : lwi_copy_bytes(allocator, text, strlen(text));
}

/* buf.c - a growable run of bytes. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_CAPACITY 256

/* From here on a buffer grows by a quarter, or by what is asked for where that
 * is much: doubling what is large would take the memory of a second one. */
#define LARGE_CAPACITY ((size_t)1024 * 1024)
#define MUCH (LARGE_CAPACITY / 16)

void
lwi_buf_init(struct lwi_buf *buf, const lw_allocator *allocator)
{
    *buf = (struct lwi_buf){ .allocator = allocator };
}

void
lwi_buf_fini(struct lwi_buf *buf)
{
    if (buf->allocator != NULL)
        lwi_free(buf->allocator, buf->data);
    *buf = (struct lwi_buf){ .allocator = buf->allocator };
}

int
lwi_buf_reserve(struct lwi_buf *buf, size_t more)
{
    size_t wanted, capacity;
    char *data;

    if (__builtin_add_overflow(buf->size, more, &wanted))
        return LW_ENOMEM;
    if (wanted <= buf->capacity)
        return LW_OK;
    capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity;
    while (capacity < wanted && capacity < LARGE_CAPACITY)
        capacity *= 2;
    if (capacity < wanted && more < MUCH)
        capacity += capacity / 4;
    if (capacity < wanted)
        capacity = wanted;
    data = lwi_resize(buf->allocator, buf->data, capacity);
    if (data == NULL)
        return LW_ENOMEM;
    buf->data = data;
    buf->capacity = capacity;
    return LW_OK;
}

int
lwi_buf_append(struct lwi_buf *buf, const void *data, size_t size)
{
    int rc = lwi_buf_reserve(buf, size);

    if (rc == LW_OK && size > 0) {
        memcpy(buf->data + buf->size, data, size);
        buf->size += size;
    }
    return rc;
}

int
lwi_buf_append_text(struct lwi_buf *buf, const char *text)
{
    return lwi_buf_append(buf, text, strlen(text));
}

int
lwi_buf_printf(struct lwi_buf *buf, const char *format, ...)
{
    va_list args;
    int n, rc;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return LW_ENOMEM;
    rc = lwi_buf_reserve(buf, (size_t)n + 1);
    if (rc != LW_OK)
        return rc;
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)n + 1, format, args);
    va_end(args);
    buf->size += (size_t)n;
    return LW_OK;
}

void
lwi_buf_drop_front(struct lwi_buf *buf, size_t size)
{
    LW_ASSERT(size <= buf->size);
    buf->size -= size;
    if (buf->size > 0)
        memmove(buf->data, buf->data + size, buf->size);
}

const char *
lwi_buf_peek_text(struct lwi_buf *buf)
{
    if (lwi_buf_reserve(buf, 1) != LW_OK)
        return "";
    buf->data[buf->size] = '\0';
    return buf->data;
}

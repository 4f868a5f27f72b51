/*
 * buf.h - a growable run of bytes.
 *
 *      data                 data + size          data + capacity
 *      |---- bytes in use ---|------ room --------|
 *
 * Any function that returns int gives LW_OK or LW_ENOMEM, and leaves the
 * bytes in use as they were when it fails.
 */
#ifndef LWI_BUF_H
#define LWI_BUF_H

#include "base/alloc.h"

struct lwi_buf {
    const lw_allocator *allocator;
    char *data;
    size_t size;
    size_t capacity;
};

void
lwi_buf_init(struct lwi_buf *buf, const lw_allocator *allocator);

void
lwi_buf_fini(struct lwi_buf *buf);

/* Makes room for `more` bytes behind the ones in use. */
int
lwi_buf_reserve(struct lwi_buf *buf, size_t more);

int
lwi_buf_append(struct lwi_buf *buf, const void *data, size_t size);

int
lwi_buf_append_text(struct lwi_buf *buf, const char *text);

int
lwi_buf_printf(struct lwi_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first `size` bytes, moving the others down. */
void
lwi_buf_drop_front(struct lwi_buf *buf, size_t size);

/* Puts a NUL behind the bytes in use (not counted) and borrows the text. */
const char *
lwi_buf_peek_text(struct lwi_buf *buf);

#endif

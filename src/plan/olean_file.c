/* olean_file.c - a compiled module's file is read, as far as it takes. */
#include "plan/olean_file.h"

static int
read_range(int fd, struct lwi_buf *buf, uint64_t at, size_t size)
{
    ssize_t n;

    if (lwi_buf_reserve(buf, size) != LW_OK)
        return LW_ENOMEM;
    while (size > 0) {
        n = pread(fd, buf->data + buf->size, size, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno; /* it has become shorter */
            return LW_EFILE;
        }
        buf->size += (size_t)n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return LW_OK;
}

int
lwi_olean_read_ends(int fd, struct lwi_buf *buf, uint64_t size, bool whole,
                    struct lwi_olean_bytes *bytes)
{
    bool small = whole || size <= LWI_OLEAN_HEAD + LWI_OLEAN_TAIL;
    size_t head = small ? (size_t)size : LWI_OLEAN_HEAD;
    int rc;

    buf->size = 0;
    rc = read_range(fd, buf, 0, head);
    if (rc == LW_OK && !small)
        rc = read_range(fd, buf, size - LWI_OLEAN_TAIL, LWI_OLEAN_TAIL);
    *bytes = (struct lwi_olean_bytes){
        .head = { head > 0 ? buf->data : "", head },
        .tail = { small ? "" : buf->data + head, buf->size - head },
        .size = size,
    };
    return rc;
}

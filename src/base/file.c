/* file.c - whole files, small ones, from outside. */
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#define STEP 4096

static int
read_all(struct lwi_buf *buf, int fd, size_t limit)
{
    size_t start = buf->size;
    ssize_t n;

    for (;;) {
        if (lwi_buf_reserve(buf, STEP) != LW_OK)
            return LW_ENOMEM;
        n = read(fd, buf->data + buf->size, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? LW_OK : LW_EFILE;
        buf->size += (size_t)n;
        if (buf->size - start > limit) {
            errno = EFBIG;
            return LW_EFILE;
        }
    }
}

int
lwi_file_read(struct lwi_buf *buf, const char *path, size_t limit)
{
    size_t start = buf->size;
    struct stat facts;
    int fd, rc, saved;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return LW_EFILE;
    if (fstat(fd, &facts) != 0) {
        rc = LW_EFILE;
    } else if (!S_ISREG(facts.st_mode)) {
        errno = S_ISDIR(facts.st_mode) ? EISDIR : EINVAL;
        rc = LW_EFILE;
    } else {
        rc = read_all(buf, fd, limit);
    }
    if (rc != LW_OK)
        buf->size = start;
    saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

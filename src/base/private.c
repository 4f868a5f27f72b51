/* private.c - a folder that nobody but this user can write, or read. */
#include "base/private.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#define OTHERS_MAY_WRITE (S_IWGRP | S_IWOTH)
#define NOBODY_ELSE (S_IRWXG | S_IRWXO)

static int
fail(char reason[LWI_PRIVATE_REASON], const char *path, const char *what)
{
    snprintf(reason, LWI_PRIVATE_REASON, "%s: %s", path, what);
    return LW_EFILE;
}

/* ---- opening ---- */

/* Could somebody else put another folder in the place of what is in this? */
static const char *
parent_fault(const struct stat *facts)
{
    if (facts->st_uid != 0 && facts->st_uid != geteuid())
        return "belongs to another user";
    /* A group of the user's own is common; one may be of many. */
    if ((facts->st_mode & S_ISVTX) == 0 &&
        ((facts->st_mode & S_IWOTH) != 0 ||
         ((facts->st_mode & S_IWGRP) != 0 && facts->st_gid != getegid())))
        return "can be written by other users";
    return NULL;
}

static int
check_parents(const char *path, char reason[LWI_PRIVATE_REASON])
{
    char *parent = lwi_path_printf("%s", path);
    const char *what = NULL;
    struct stat facts;
    int rc = parent == NULL ? LW_ENOMEM : LW_OK;

    while (rc == LW_OK && lwi_path_to_parent(parent)) {
        what =
            lstat(parent, &facts) < 0 ? strerror(errno) : parent_fault(&facts);
        if (what != NULL)
            rc = fail(reason, parent, what);
    }
    lwi_free(&lwi_system_allocator, parent);
    return rc;
}

static int
check_folder(const struct lwi_private *folder, const char *path,
             char reason[LWI_PRIVATE_REASON])
{
    struct stat facts, named;

    if (fstat(folder->fd, &facts) < 0 || lstat(folder->path, &named) < 0)
        return fail(reason, path, strerror(errno));
    if (facts.st_uid != geteuid())
        return fail(reason, path, "belongs to another user");
    if ((facts.st_mode & NOBODY_ELSE) != 0)
        return fail(reason, path, "is open to other users; chmod 700 it");
    if (facts.st_dev != named.st_dev || facts.st_ino != named.st_ino)
        return fail(reason, path, "was replaced meanwhile");
    return check_parents(folder->path, reason);
}

int
lwi_private_make(const char *path, char reason[LWI_PRIVATE_REASON])
{
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (path[0] != '/')
        return fail(reason, path, "is not absolute");
    rc = lwi_cache_make(path, &err);
    if (rc != LW_OK)
        lwi_text_copy(reason, LWI_PRIVATE_REASON, err.message);
    return rc;
}

int
lwi_private_open(struct lwi_private *folder, const char *path,
                 char reason[LWI_PRIVATE_REASON])
{
    int rc;

    *folder = (struct lwi_private)LWI_PRIVATE_INIT;
    if (path[0] != '/')
        return fail(reason, path, "is not absolute");
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder->fd < 0)
        return fail(reason, path,
                    errno == ENOTDIR && lwi_path_is_folder(path)
                        ? "is a symbolic link"
                        : strerror(errno));
    folder->path = lwi_path_resolve(path);
    if (folder->path == NULL)
        rc = errno == ENOMEM ? LW_ENOMEM : fail(reason, path, strerror(errno));
    else
        rc = check_folder(folder, path, reason);
    if (rc != LW_OK)
        lwi_private_close(folder);
    return rc;
}

void
lwi_private_close(struct lwi_private *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    lwi_free(&lwi_system_allocator, folder->path);
    *folder = (struct lwi_private)LWI_PRIVATE_INIT;
}

/* ---- files ---- */

int
lwi_private_open_file(const struct lwi_private *folder, const char *name,
                      struct stat *facts)
{
    int fd = openat(folder->fd, name,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int saved;

    if (fd < 0)
        return -1;
    if (fstat(fd, facts) == 0) {
        if (S_ISREG(facts->st_mode) && facts->st_uid == geteuid() &&
            (facts->st_mode & OTHERS_MAY_WRITE) == 0 && facts->st_nlink == 1)
            return fd;
        errno = EPERM;
    }
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static int
read_file(int fd, struct lwi_buf *buf, size_t size)
{
    size_t end = buf->size + size;
    ssize_t n;

    if (lwi_buf_reserve(buf, size) != LW_OK)
        return LW_ENOMEM;
    while (buf->size < end) {
        n = read(fd, buf->data + buf->size, end - buf->size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return LW_EFILE;
        if (n == 0)
            break; /* it is shorter now */
        buf->size += (size_t)n;
    }
    return LW_OK;
}

int
lwi_private_read(const struct lwi_private *folder, const char *name,
                 struct lwi_buf *buf, size_t limit)
{
    size_t start = buf->size;
    struct stat facts;
    int fd = lwi_private_open_file(folder, name, &facts), rc, saved;

    if (fd < 0)
        return LW_EFILE;
    if ((uint64_t)facts.st_size > limit) {
        errno = EFBIG;
        rc = LW_EFILE;
    } else {
        rc = read_file(fd, buf, (size_t)facts.st_size);
    }
    if (rc != LW_OK)
        buf->size = start;
    saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

static bool
write_all(int fd, const char *data, size_t size)
{
    ssize_t n;

    while (size > 0) {
        n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

int
lwi_private_write(const struct lwi_private *folder, const char *name,
                  const struct lwi_buf *text)
{
    char other[NAME_MAX + 1];
    int fd, saved;
    bool whole;

    /* Left by a writer that was killed: the lock says that there is none. */
    snprintf(other, sizeof(other), "%s.new", name);
    (void)unlinkat(folder->fd, other, 0);
    fd = openat(folder->fd, other,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                S_IRUSR | S_IWUSR);
    if (fd < 0)
        return LW_EFILE;
    whole = write_all(fd, text->data, text->size) && fsync(fd) == 0;
    saved = errno;
    if (close(fd) < 0 && whole) {
        saved = errno;
        whole = false;
    }
    if (whole && renameat(folder->fd, other, folder->fd, name) == 0)
        return LW_OK;
    if (whole)
        saved = errno;
    (void)unlinkat(folder->fd, other, 0);
    errno = saved;
    return LW_EFILE;
}

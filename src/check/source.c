/* source.c - a Lean file's text, read once and looked at. */
#include "check/source.h"

#include <fcntl.h>

#include "base/error.h"
#include "proto/utf8.h"

#define READING "read a Lean file"

bool
lwi_source_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static const char *
kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a pipe";
    case S_IFSOCK:
        return "a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "a device";
    default:
        return "no regular file";
    }
}

static int
judge_stat(const struct stat *stat, const char *path, lw_error *err)
{
    if (!S_ISREG(stat->st_mode))
        return lwi_fail(err, LW_EFILE, READING,
                        "%s is %s, not a file that can be checked", path,
                        kind_of(stat->st_mode));
    if ((uint64_t)stat->st_size > LWI_SOURCE_LIMIT)
        return lwi_fail(err, LW_EFILE, READING,
                        "%s has %lld bytes; files of more than %llu MiB are "
                        "not checked",
                        path, (long long)stat->st_size,
                        (unsigned long long)(LWI_SOURCE_LIMIT >> 20));
    return LW_OK;
}

/* Opening a pipe or a device may block or act, so look before and after. */
static int
open_regular(int *fd, struct stat *opened, const char *path, lw_error *err)
{
    struct stat before;
    int rc;

    if (stat(path, &before) < 0)
        return lwi_fail_errno(err, LW_EFILE, READING, "cannot read %s", path);
    rc = judge_stat(&before, path, err);
    if (rc < 0)
        return rc;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return lwi_fail_errno(err, LW_EFILE, READING, "cannot read %s", path);
    if (fstat(*fd, opened) < 0)
        rc = lwi_fail_errno(err, LW_EFILE, READING, "cannot read %s", path);
    else
        rc = judge_stat(opened, path, err);
    if (rc < 0)
        close(*fd);
    return rc;
}

/* Reads to the end or to one byte more than the file should have. */
static int
read_all(int fd, struct lwi_source *source, const char *path, lw_error *err)
{
    size_t room = (size_t)source->stat.st_size + 1;
    ssize_t n;

    source->data = lwi_resize(source->allocator, NULL, room);
    if (source->data == NULL)
        return lwi_fail(err, LW_ENOMEM, READING, "no memory for %s", path);
    while (source->size < room) {
        n = read(fd, source->data + source->size, room - source->size);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lwi_fail_errno(err, LW_EFILE, READING, "cannot read %s",
                                  path);
        source->size += (size_t)n;
    }
    return LW_OK;
}

static int
judge_unchanged(int fd, const struct lwi_source *source, const char *path,
                lw_error *err)
{
    struct stat after;

    if (fstat(fd, &after) == 0 && lwi_source_same(&source->stat, &after) &&
        source->size == (size_t)after.st_size)
        return LW_OK;
    return lwi_fail(err, LW_EFILE, READING, "%s changed while it was read",
                    path);
}

struct lwi_source_place
lwi_source_place_of(lw_span text, size_t offset)
{
    struct lwi_source_place place = { 1, 0 };
    size_t i;

    for (i = 0; i < offset; i++) {
        if (text.data[i] == '\n') {
            place.line++;
            place.column = 0;
        } else if (((unsigned char)text.data[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static int
judge_text(const struct lwi_source *source, const char *path,
           struct lwi_source_place *place, lw_error *err)
{
    lw_span text = { source->data, source->size };
    const char *nul;
    size_t valid;

    if (text.data == NULL || text.size == 0)
        return LW_OK;
    nul = memchr(text.data, '\0', text.size);
    valid = lwi_utf8_valid_prefix(text.data, text.size);
    if (nul != NULL && (size_t)(nul - text.data) < valid) {
        *place = lwi_source_place_of(text, (size_t)(nul - text.data));
        return lwi_fail(err, LW_EFILE, READING,
                        "%s has a NUL byte at offset %zu", path,
                        (size_t)(nul - text.data));
    }
    if (valid < text.size) {
        *place = lwi_source_place_of(text, valid);
        return lwi_fail(err, LW_EFILE, READING,
                        "%s is not UTF-8: byte 0x%02x at offset %zu", path,
                        (unsigned char)text.data[valid], valid);
    }
    return LW_OK;
}

int
lwi_source_read(struct lwi_source *source, const lw_allocator *allocator,
                const char *path, struct lwi_source_place *place, lw_error *err)
{
    int fd = -1, rc;

    *source = (struct lwi_source){ .allocator = allocator };
    *place = (struct lwi_source_place){ 0, 0 };
    rc = open_regular(&fd, &source->stat, path, err);
    if (rc < 0)
        return rc;
    rc = read_all(fd, source, path, err);
    if (rc == LW_OK)
        rc = judge_unchanged(fd, source, path, err);
    close(fd);
    if (rc == LW_OK)
        rc = judge_text(source, path, place, err);
    if (rc < 0)
        lwi_source_fini(source);
    return rc;
}

void
lwi_source_fini(struct lwi_source *source)
{
    lwi_free(source->allocator, source->data);
    source->data = NULL;
    source->size = 0;
}

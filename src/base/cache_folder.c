/* cache_folder.c - folders of ours for what can be made again. */
#include "base/cache_folder.h"

#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/path.h"
#include "base/process.h"

#define DOING "use the cache folder"
#define LOCK "lock"
#define LOOK_AGAIN_MS 50

char *
lwi_cache_folder(const char *name)
{
    const char *cache = lwi_environment("XDG_CACHE_HOME");
    const char *home = lwi_environment("HOME");

    /* As the specification has it, one that is not absolute does not count. */
    if (cache != NULL && cache[0] == '/')
        return lwi_path_printf("%s/lean-worker/%s", cache, name);
    if (home != NULL && home[0] == '/')
        return lwi_path_printf("%s/.cache/lean-worker/%s", home, name);
    errno = ENOENT;
    return NULL;
}

bool
lwi_cache_is_private(const char *folder)
{
    struct stat about;

    if (lstat(folder, &about) != 0)
        return false;
    if (!S_ISDIR(about.st_mode)) {
        errno = ENOTDIR;
        return false;
    }
    errno = EPERM;
    return about.st_uid == geteuid() && (about.st_mode & 022) == 0;
}

int
lwi_cache_make(const char *folder, lw_error *err)
{
    char *copy = lwi_copy_text(&lwi_system_allocator, folder);
    int rc = LW_OK;

    if (copy == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (!lwi_path_make_folders(copy))
        rc = lwi_fail_errno(err, LW_EFILE, DOING, "cannot make the folder %s",
                            copy);
    else if (!lwi_cache_is_private(folder))
        rc = lwi_fail_errno(err, LW_EFILE, DOING,
                            "%s is not a folder of this user's alone", folder);
    lwi_free(&lwi_system_allocator, copy);
    return rc;
}

/* ---- the lock ---- */

static long
read_holder(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* For the messages of others. On a disk that is full there is no name, but the
 * lock all the same: what is done with it may make room. */
static bool
sign(int fd)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%ld\n", (long)lwi_process_id());

    return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size;
}

/* Some time passes, less where the caller wants it to end. */
static bool
is_cancelled(lw_cancel *cancel)
{
    struct pollfd wait = { .fd = lwi_cancel_fd(cancel), .events = POLLIN };

    return poll(&wait, 1, LOOK_AGAIN_MS) > 0;
}

static int
wait_for_lock(int fd, const char *path, lw_cancel *cancel,
              const struct lwi_clock *clock, int64_t deadline, lw_error *err)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return lwi_fail_errno(err, LW_EFILE, DOING, "cannot lock %s", path);
        if (lwi_now(clock) >= deadline)
            return lwi_fail(err, LW_ETIMEOUT, DOING, "process %ld has %s",
                            read_holder(fd), path);
        if (is_cancelled(cancel))
            return lwi_fail(err, LW_ECANCELLED, DOING, "cancelled");
    }
    return LW_OK;
}

int
lwi_cache_lock(int *lock, const char *folder, lw_cancel *cancel,
               const struct lwi_clock *clock, int64_t deadline, lw_error *err)
{
    char *path = lwi_path_join(folder, LOCK);
    int fd = -1, rc = LW_OK;

    *lock = -1;
    if (path == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        rc = lwi_fail_errno(err, LW_EFILE, DOING, "cannot open %s", path);
    else
        rc = wait_for_lock(fd, path, cancel, clock, deadline, err);
    if (rc == LW_OK) {
        (void)sign(fd);
        *lock = fd;
    } else if (fd >= 0) {
        close(fd);
    }
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

long
lwi_cache_lock_holder(const char *folder)
{
    char *path = lwi_path_join(folder, LOCK);
    int fd = path == NULL
                 ? -1
                 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    long holder = 0;

    if (fd >= 0) {
        holder = read_holder(fd);
        close(fd);
    }
    lwi_free(&lwi_system_allocator, path);
    return holder;
}

/* ---- clearing ---- */

void
lwi_cache_clear(const char *path)
{
    char *const roots[] = { (char *)path, NULL };
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    if (walk == NULL)
        return;
    while ((entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_path);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_path);
    }
    fts_close(walk);
}

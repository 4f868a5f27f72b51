/*
 * control_socket.c - where a control socket is, and that it is its user's
 * alone.
 *
 * Linux gives the file the mode that the socket had before bind, without the
 * umask's bits: so fchmod first, and there is no moment in which others could
 * connect. Whoever connects nevertheless is asked for by SO_PEERCRED.
 *
 * A file that is left of a dead process refuses connections; it is replaced
 * under a lock on its folder, so that of two who find it only one does.
 */
#include "pool/control_socket.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <time.h>

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#define DOING "open a control socket"

#define BACKLOG 16
#define SOCKETS_MAX 64 /* of one process in the folder */
#define LOCK_TRIES 100
#define LOCK_PAUSE_NS 10000000L

/* ---- folders ---- */

bool
lwi_control_folder(unsigned which, char *path, size_t size)
{
    const char *runtime = lwi_environment("XDG_RUNTIME_DIR");
    int length;

    if (which > 0)
        length = snprintf(path, size, "/tmp/lean-worker-%lu",
                          (unsigned long)geteuid());
    else if (runtime != NULL && runtime[0] == '/')
        length = snprintf(path, size, "%s/lean-worker", runtime);
    else
        return false;
    return length > 0 && (size_t)length < size;
}

int
lwi_control_open_folder(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat at;

    if (fd < 0)
        return -1;
    if (fstat(fd, &at) == 0 && at.st_uid == geteuid() &&
        (at.st_mode & 077) == 0)
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

/* The first that can be used; false with the reason for the last. */
static bool
make_folder(char *path, size_t size, lw_error *err)
{
    lw_error why = LW_ERROR_INIT;
    unsigned which;
    int fd;

    for (which = 0; which < LWI_CONTROL_FOLDERS; which++) {
        if (!lwi_control_folder(which, path, size))
            continue;
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            fd = -1;
        else
            fd = lwi_control_open_folder(path);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        if (errno == EPERM)
            lwi_fail(&why, LW_EFILE, DOING,
                     "%s must be a folder of this user, with mode 0700", path);
        else
            lwi_fail_errno(&why, LW_EFILE, DOING, "cannot use the folder %s",
                           path);
    }
    if (err != NULL)
        *err = why;
    return false;
}

/* ---- addresses ---- */

static bool
set_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    return path[0] != '\0' &&
           lwi_text_copy(address->sun_path, sizeof(address->sun_path), path);
}

static int
connect_to(const struct sockaddr_un *address, int flags)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    int saved;

    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int
lwi_control_socket_connect(const char *path, int flags)
{
    struct sockaddr_un address;

    if (set_address(&address, path))
        return connect_to(&address, flags);
    errno = ENAMETOOLONG;
    return -1;
}

/* ---- binding ---- */

/* Held until the folder's descriptor is closed. */
static bool
lock_folder(int folder)
{
    static const struct timespec pause = { 0, LOCK_PAUSE_NS };
    int tries = 0;

    while (flock(folder, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK || ++tries == LOCK_TRIES)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* LW_OK: what has the name is left of a process that is dead. */
static int
check_stale(const struct sockaddr_un *address, lw_error *err)
{
    const char *path = address->sun_path;
    struct stat at;
    int fd;

    if (lstat(path, &at) < 0)
        return errno == ENOENT
                   ? LW_OK
                   : lwi_fail_errno(err, LW_EFILE, DOING, "%s", path);
    if (!S_ISSOCK(at.st_mode) || at.st_uid != geteuid())
        return lwi_fail(err, LW_EFILE, DOING,
                        "%s is there, and no socket of this user", path);
    fd = connect_to(address, SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    else if (errno == ECONNREFUSED)
        return LW_OK;
    return lwi_fail(err, LW_EBUSY, DOING, "a live process serves at %s", path);
}

/*
 * The name is free, or becomes so. Under the lock until we listen: till then
 * our own socket, too, looks like that of a dead process.
 */
static int
make_way(int folder, const struct sockaddr_un *address, lw_error *err)
{
    int rc;

    if (!lock_folder(folder)) /* no other name in it would do, either */
        return lwi_fail(err, LW_EFILE, DOING,
                        "another process holds the folder of %s",
                        address->sun_path);
    rc = check_stale(address, err);
    if (rc == LW_OK && unlink(address->sun_path) < 0 && errno != ENOENT)
        rc = lwi_fail_errno(err, LW_EFILE, DOING, "cannot replace %s",
                            address->sun_path);
    return rc;
}

static int
bind_private(int fd, const struct sockaddr_un *address)
{
    if (fchmod(fd, 0600) < 0)
        return -1;
    return bind(fd, (const struct sockaddr *)address, sizeof(*address));
}

static int
listen_at(struct lwi_control_socket *to, const struct sockaddr_un *address,
          lw_error *err)
{
    struct stat at;
    int rc;

    to->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (to->fd < 0)
        return lwi_fail_errno(err, LW_ELIMIT, DOING, "cannot make a socket");
    rc = make_way(to->folder, address, err);
    if (rc != LW_OK)
        return rc;
    if (bind_private(to->fd, address) < 0)
        return lwi_fail_errno(err, LW_EFILE, DOING, "%s", address->sun_path);
    /* From here on the file is ours, and to be removed. */
    if (lstat(address->sun_path, &at) == 0) {
        to->device = at.st_dev;
        to->inode = at.st_ino;
    }
    if (listen(to->fd, BACKLOG) < 0)
        return lwi_fail_errno(err, LW_ESYSTEM, DOING, "cannot listen at %s",
                              address->sun_path);
    return LW_OK;
}

/* The folder of a path, for locks and for removing what is in it. */
static int
open_parent(const char *path)
{
    const char *name = lwi_path_name(path);
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

    if (name == path)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
open_at(struct lwi_control_socket *to, const char *path, lw_error *err)
{
    struct sockaddr_un address;
    int rc;

    *to = (struct lwi_control_socket){ .fd = -1, .folder = -1 };
    if (!set_address(&address, path))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "the path of a socket has 1 to %zu bytes, this one %zu",
                        sizeof(address.sun_path) - 1, strlen(path));
    lwi_text_copy(to->path, sizeof(to->path), path);
    to->folder = open_parent(path);
    if (to->folder < 0)
        return lwi_fail_errno(err, LW_EFILE, DOING, "the folder of %s", path);
    rc = listen_at(to, &address, err);
    flock(to->folder, LOCK_UN);
    if (rc != LW_OK)
        lwi_control_socket_close(to, true);
    return rc;
}

/* PID.sock, PID-2.sock, …: the first name that no pool of ours has. */
static int
open_own(struct lwi_control_socket *to, lw_error *err)
{
    char folder[256], path[512];
    int rc = LW_EBUSY, i;

    if (!make_folder(folder, sizeof(folder), err))
        return LW_EFILE;
    for (i = 1; rc == LW_EBUSY && i <= SOCKETS_MAX; i++) {
        if (i == 1)
            snprintf(path, sizeof(path), "%s/%ld" LWI_CONTROL_SUFFIX, folder,
                     (long)getpid());
        else
            snprintf(path, sizeof(path), "%s/%ld-%d" LWI_CONTROL_SUFFIX, folder,
                     (long)getpid(), i);
        rc = open_at(to, path, err);
    }
    return rc;
}

int
lwi_control_socket_open(struct lwi_control_socket *to, const char *path,
                        lw_error *err)
{
    return path != NULL ? open_at(to, path, err) : open_own(to, err);
}

void
lwi_control_socket_close(struct lwi_control_socket *socket, bool remove)
{
    const char *name = lwi_path_name(socket->path);
    struct stat at;

    if (remove && socket->inode != 0 &&
        fstatat(socket->folder, name, &at, AT_SYMLINK_NOFOLLOW) == 0 &&
        at.st_dev == socket->device && at.st_ino == socket->inode)
        unlinkat(socket->folder, name, 0);
    if (socket->fd >= 0)
        close(socket->fd);
    if (socket->folder >= 0)
        close(socket->folder);
    socket->fd = socket->folder = -1;
}

/* ---- clients ---- */

static bool
may_ask(int fd)
{
    struct ucred who;
    socklen_t size = sizeof(who);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

int
lwi_control_socket_accept(const struct lwi_control_socket *socket)
{
    int fd = accept4(socket->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0 || may_ask(fd))
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

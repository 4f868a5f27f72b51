/* fd.c - descriptors of the library in a program that has its own. */
#include "proc/fd.h"

#include "base/error.h"

void
lwi_fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

int
lwi_fd_raise(const struct lwi_sys *sys, int fd)
{
    int high;

    if (fd < 0 || fd >= LWI_FD_FLOOR)
        return fd;
    high = sys->dup_above(fd, LWI_FD_FLOOR);
    lwi_fd_close(&fd);
    return high;
}

static int
raise_both(const struct lwi_sys *sys, int fds[2])
{
    fds[0] = lwi_fd_raise(sys, fds[0]);
    if (fds[0] >= 0)
        fds[1] = lwi_fd_raise(sys, fds[1]);
    if (fds[0] >= 0 && fds[1] >= 0)
        return 0;
    lwi_fd_close(&fds[0]);
    lwi_fd_close(&fds[1]);
    return -1;
}

int
lwi_fd_pipe(const struct lwi_sys *sys, int fds[2])
{
    fds[0] = fds[1] = -1;
    return sys->pipe(fds) < 0 ? -1 : raise_both(sys, fds);
}

int
lwi_fd_socket_pair(const struct lwi_sys *sys, int fds[2])
{
    fds[0] = fds[1] = -1;
    return sys->socket_pair(fds) < 0 ? -1 : raise_both(sys, fds);
}

int
lwi_fd_packet_pair(const struct lwi_sys *sys, int fds[2])
{
    fds[0] = fds[1] = -1;
    return sys->packet_pair(fds) < 0 ? -1 : raise_both(sys, fds);
}

static unsigned long long
soft_limit(int resource)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
        return 0;
    return (unsigned long long)limit.rlim_cur;
}

int
lwi_fail_system(lw_error *err, lw_status otherwise, const char *operation,
                const char *what)
{
    switch (errno) {
    case EMFILE:
        return lwi_fail_errno(
            err, LW_ELIMIT, operation,
            "%s: this process has no file descriptor left (RLIMIT_NOFILE, "
            "ulimit -n, is %llu; a worker takes 8)",
            what, soft_limit((int)RLIMIT_NOFILE));
    case ENFILE:
        return lwi_fail_errno(err, LW_ELIMIT, operation,
                              "%s: the system has no file descriptor left "
                              "(/proc/sys/fs/file-max)",
                              what);
    case EAGAIN:
        return lwi_fail_errno(
            err, LW_ELIMIT, operation,
            "%s: no more processes or threads (RLIMIT_NPROC, ulimit -u, is "
            "%llu; or the pids limit of the container)",
            what, soft_limit((int)RLIMIT_NPROC));
    case ENOMEM:
        return lwi_fail_errno(err, LW_ENOMEM, operation, "%s", what);
    default:
        return lwi_fail_errno(err, otherwise, operation, "%s", what);
    }
}

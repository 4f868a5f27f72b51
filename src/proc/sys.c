/* sys.c - the real system calls behind the table. */
#include "proc/sys.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

static int
real_pipe(int fds[2])
{
    return pipe2(fds, O_CLOEXEC);
}

static int
real_socket_pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

static int
real_event_fd(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int
real_timer_fd(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

static int
real_timer_set(int fd, const struct timespec *left)
{
    struct itimerspec spec = { .it_value = { 0, 0 } };

    if (left != NULL)
        spec.it_value = *left;
    return timerfd_settime(fd, 0, &spec, NULL);
}

static int
real_epoll_create(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

static int
real_epoll_set(int epoll, int operation, int fd, unsigned events)
{
    struct epoll_event event = { .events = events, .data = { .fd = fd } };

    return epoll_ctl(epoll, operation, fd, &event);
}

static int
real_dup_above(int fd, int minimum)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, minimum);
}

static int
real_replace(int from, int to)
{
    return dup3(from, to, O_CLOEXEC);
}

static int
real_set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static int
real_open(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

static ssize_t
real_send(int fd, const void *data, size_t size)
{
    return send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int
real_poll(struct pollfd *fds, size_t count, const struct timespec *left)
{
    return ppoll(fds, (nfds_t)count, left, NULL);
}

static int
real_pidfd_open(pid_t pid)
{
#if defined(SYS_pidfd_open) && !defined(LWI_WITHOUT_PIDFD)
    return (int)syscall(SYS_pidfd_open, pid, 0u);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

static int
real_pidfd_signal(int pidfd, int signal)
{
#if defined(SYS_pidfd_send_signal) && !defined(LWI_WITHOUT_PIDFD)
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u);
#else
    (void)pidfd;
    (void)signal;
    errno = ENOSYS;
    return -1;
#endif
}

/* The C library's waitid has no rusage; the kernel's has. */
static int
real_wait_id(idtype_t type, id_t id, siginfo_t *info, int options,
             struct rusage *usage)
{
    return (int)syscall(SYS_waitid, type, id, info, options, usage);
}

/* The condition is on CLOCK_MONOTONIC. */
static void
real_cond_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
               const struct timespec *left)
{
    struct timespec until;

    if (left == NULL) {
        pthread_cond_wait(condition, lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += left->tv_sec;
    until.tv_nsec += left->tv_nsec;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_cond_timedwait(condition, lock, &until);
}

static int
real_thread_create(pthread_t *thread, void *(*run)(void *), void *arg)
{
    return pthread_create(thread, NULL, run, arg);
}

const struct lwi_sys lwi_real_sys = {
    .pipe = real_pipe,
    .socket_pair = real_socket_pair,
    .event_fd = real_event_fd,
    .timer_fd = real_timer_fd,
    .timer_set = real_timer_set,
    .epoll_create = real_epoll_create,
    .epoll_set = real_epoll_set,
    .dup_above = real_dup_above,
    .replace = real_replace,
    .set_nonblocking = real_set_nonblocking,
    .open = real_open,
    .read = read,
    .write = write,
    .send = real_send,
    .poll = real_poll,
    .spawn = posix_spawnp,
    .pidfd_open = real_pidfd_open,
    .pidfd_signal = real_pidfd_signal,
    .kill = kill,
    .wait_id = real_wait_id,
    .cond_wait = real_cond_wait,
    .thread_create = real_thread_create,
};

/* sys.c - the real system calls behind the table. */
#include "proc/sys.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "base/clock.h"

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
real_packet_pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
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

#if defined(MFD_ALLOW_SEALING) && !defined(LWI_WITHOUT_MEMFD)
/* A limit on files holds for memory as well, and is told by SIGXFSZ. */
static bool
is_file_allowed(size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur);
}
#endif

/* Sealed before anybody else has it: who maps it can never lose a page. */
static int
real_shared_memory(size_t size)
{
#if defined(MFD_ALLOW_SEALING) && !defined(LWI_WITHOUT_MEMFD)
    int fd, saved;

    if (!is_file_allowed(size)) {
        errno = EFBIG;
        return -1;
    }
    fd = memfd_create("lean-worker-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)size) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
#else
    (void)size;
    errno = ENOSYS;
    return -1;
#endif
}

static ssize_t
real_read_at(int fd, void *data, size_t size, uint64_t at)
{
    return pread(fd, data, size, (off_t)at);
}

static ssize_t
real_write_at(int fd, const void *data, size_t size, uint64_t at)
{
    return pwrite(fd, data, size, (off_t)at);
}

static ssize_t
real_send(int fd, const void *data, size_t size)
{
    return send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

#define WITH_MAX 8

union rights {
    char bytes[CMSG_SPACE(WITH_MAX * sizeof(int))];
    struct cmsghdr align;
};

static ssize_t
real_send_with(int fd, const void *data, size_t size, const int *with,
               size_t count)
{
    union rights control = { .bytes = { 0 } };
    struct iovec part = { .iov_base = (void *)(uintptr_t)data,
                          .iov_len = size };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen =
                                  CMSG_SPACE(count * sizeof(int)) };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    LW_ASSERT(count > 0 && count <= WITH_MAX);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), with, count * sizeof(int));
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* How many came, at most WITH_MAX: the kernel closes what has no room. */
static size_t
take_rights(struct msghdr *message, int fds[WITH_MAX])
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    size_t count;

    if (header == NULL || header->cmsg_level != SOL_SOCKET ||
        header->cmsg_type != SCM_RIGHTS)
        return 0;
    count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(header), count * sizeof(int));
    return count;
}

static ssize_t
real_receive_with(int fd, void *data, size_t size, int *with)
{
    union rights control;
    struct iovec part = { .iov_base = data, .iov_len = size };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes) };
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    int came[WITH_MAX];
    size_t count, i;

    *with = -1;
    if (n < 0)
        return n;
    count = take_rights(&message, came);
    if (count == 1 && (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) == 0) {
        *with = came[0];
        return n;
    }
    for (i = 0; i < count; i++)
        close(came[i]);
    if (count == 0 && (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) == 0)
        return n;
    errno = EPROTO;
    return -1;
}

#define NS_PER_S (1000 * LWI_NS_PER_MS)
#define LONG_SLEEP_NS (5 * LWI_NS_PER_MS)

static int
poll_for(struct pollfd *fds, size_t count, int64_t ns)
{
    struct timespec left = { .tv_sec = (time_t)(ns / NS_PER_S),
                             .tv_nsec = (long)(ns % NS_PER_S) };

    return ppoll(fds, (nfds_t)count, &left, NULL);
}

/*
 * The kernel may let a poll sleep longer than it is told, so as to wake up for
 * several things at once: by a thousandth of the time, or five where the
 * program is nice. So the end of a long sleep is slept for itself.
 */
static int
real_poll(struct pollfd *fds, size_t count, const struct timespec *left)
{
    int64_t ns, end;
    int rc;

    if (left == NULL || (left->tv_sec == 0 && left->tv_nsec < LONG_SLEEP_NS))
        return ppoll(fds, (nfds_t)count, left, NULL);
    ns = (int64_t)left->tv_sec * NS_PER_S + left->tv_nsec;
    end = lwi_now(&lwi_system_clock) + ns;
    do {
        rc = poll_for(fds, count, ns < LONG_SLEEP_NS ? ns : ns - ns / 128);
        ns = rc == 0 ? end - lwi_now(&lwi_system_clock) : 0;
    } while (ns > 0);
    return rc;
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
    .packet_pair = real_packet_pair,
    .event_fd = real_event_fd,
    .timer_fd = real_timer_fd,
    .timer_set = real_timer_set,
    .epoll_create = real_epoll_create,
    .epoll_set = real_epoll_set,
    .dup_above = real_dup_above,
    .replace = real_replace,
    .set_nonblocking = real_set_nonblocking,
    .open = real_open,
    .shared_memory = real_shared_memory,
    .read_at = real_read_at,
    .write_at = real_write_at,
    .read = read,
    .write = write,
    .send = real_send,
    .send_with = real_send_with,
    .receive_with = real_receive_with,
    .poll = real_poll,
    .spawn = posix_spawnp,
    .pidfd_open = real_pidfd_open,
    .pidfd_signal = real_pidfd_signal,
    .kill = kill,
    .wait_id = real_wait_id,
    .cond_wait = real_cond_wait,
    .thread_create = real_thread_create,
};

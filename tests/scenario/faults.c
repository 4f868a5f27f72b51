/* faults.c - torture: the Nth call of a kind fails. */
#include "scenario/faults.h"

#include <stdio.h>

#include "scenario/world.h"

enum call {
    CALL_ALLOCATE,
    CALL_PIPE,
    CALL_SOCKET_PAIR,
    CALL_EVENT_FD,
    CALL_TIMER_FD,
    CALL_EPOLL,
    CALL_EPOLL_SET,
    CALL_DUP,
    CALL_REPLACE,
    CALL_NONBLOCKING,
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_POLL,
    CALL_SPAWN,
    CALL_PIDFD_OPEN,
    CALL_PIDFD_SIGNAL,
    CALL_WAIT_ID,
    CALL_THREAD,
    CALL_MEMORY,
    CALL_READ_AT,
    CALL_MESSAGE, /* counted by the child */
};

enum { SHORT = -1 }; /* instead of an errno: do it, but only one byte */

static const struct kind {
    const char *name;
    enum call call;
    int error;
} kinds[] = {
    { "allocate", CALL_ALLOCATE, ENOMEM },
    { "pipe-emfile", CALL_PIPE, EMFILE },
    { "socketpair-emfile", CALL_SOCKET_PAIR, EMFILE },
    { "eventfd-emfile", CALL_EVENT_FD, EMFILE },
    { "timerfd-emfile", CALL_TIMER_FD, EMFILE },
    { "epoll-emfile", CALL_EPOLL, EMFILE },
    { "epoll-enospc", CALL_EPOLL_SET, ENOSPC },
    { "dup-emfile", CALL_DUP, EMFILE },
    { "replace-ebusy", CALL_REPLACE, EBUSY },
    { "nonblocking-ebadf", CALL_NONBLOCKING, EBADF },
    { "open-emfile", CALL_OPEN, EMFILE },
    { "open-enoent", CALL_OPEN, ENOENT },
    { "read-eintr", CALL_READ, EINTR },
    { "read-eagain", CALL_READ, EAGAIN },
    { "read-eio", CALL_READ, EIO },
    { "read-short", CALL_READ, SHORT },
    { "write-eintr", CALL_WRITE, EINTR },
    { "write-eagain", CALL_WRITE, EAGAIN },
    { "write-ebadf", CALL_WRITE, EBADF },
    { "write-short", CALL_WRITE, SHORT },
    { "poll-eintr", CALL_POLL, EINTR },
    { "poll-enomem", CALL_POLL, ENOMEM },
    { "spawn-eagain", CALL_SPAWN, EAGAIN },
    { "spawn-enoent", CALL_SPAWN, ENOENT },
    { "pidfd-enosys", CALL_PIDFD_OPEN, ENOSYS },
    { "pidfd-emfile", CALL_PIDFD_OPEN, EMFILE },
    { "signal-esrch", CALL_PIDFD_SIGNAL, ESRCH },
    { "waitid-eintr", CALL_WAIT_ID, EINTR },
    { "thread-eagain", CALL_THREAD, EAGAIN },
    { "memory-enosys", CALL_MEMORY, ENOSYS },
    { "readat-eintr", CALL_READ_AT, EINTR },
    { "readat-eio", CALL_READ_AT, EIO },
    { "readat-short", CALL_READ_AT, SHORT },
    { "message-lost", CALL_MESSAGE, 0 },
    { "message-half", CALL_MESSAGE, 0 },
    { "message-garbled", CALL_MESSAGE, 0 },
    { "message-die", CALL_MESSAGE, 0 },
};

static const struct lwi_sys *real;
static const struct kind *armed;
static _Atomic long countdown;
static _Atomic bool fired;

bool
faults_arm(const char *text)
{
    const char *colon = strchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text), i;

    for (i = 0; i < LWI_COUNT(kinds) && colon != NULL; i++) {
        if (strlen(kinds[i].name) == length &&
            memcmp(kinds[i].name, text, length) == 0) {
            armed = &kinds[i];
            countdown = strtol(colon + 1, NULL, 10);
            if (armed->call == CALL_MESSAGE) {
                setenv("LWS_FAULT", armed->name, 1);
                setenv("LWS_FAULT_AT", colon + 1, 1);
            }
            return true;
        }
    }
    return false;
}

bool
faults_armed(void)
{
    return armed != NULL;
}

void
faults_child_fired(void)
{
    fired = true;
}

bool
faults_fired(void)
{
    return fired;
}

bool
faults_need_real_time(void)
{
    return armed != NULL && armed->call == CALL_PIDFD_OPEN;
}

void
faults_list(void)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(kinds); i++)
        printf("%s\n", kinds[i].name);
}

/* Counts one call; 0, an errno, or SHORT. */
static int
hit(enum call call)
{
    if (armed == NULL || armed->call != call || --countdown != 0)
        return 0;
    fired = true;
    return armed->error;
}

bool
faults_hit_allocation(void)
{
    return hit(CALL_ALLOCATE) != 0;
}

/* True where the call must fail, with errno set. */
static bool
fails(enum call call)
{
    int error = hit(call);

    if (error == 0)
        return false;
    errno = error;
    return true;
}

static int
fault_pipe(int fds[2])
{
    return fails(CALL_PIPE) ? -1 : real->pipe(fds);
}

static int
fault_socket_pair(int fds[2])
{
    return fails(CALL_SOCKET_PAIR) ? -1 : real->socket_pair(fds);
}

static int
fault_event_fd(void)
{
    return fails(CALL_EVENT_FD) ? -1 : real->event_fd();
}

static int
fault_timer_fd(void)
{
    return fails(CALL_TIMER_FD) ? -1 : real->timer_fd();
}

static int
fault_epoll_create(void)
{
    return fails(CALL_EPOLL) ? -1 : real->epoll_create();
}

static int
fault_epoll_set(int epoll, int operation, int fd, unsigned events)
{
    return fails(CALL_EPOLL_SET)
               ? -1
               : real->epoll_set(epoll, operation, fd, events);
}

static int
fault_dup_above(int fd, int minimum)
{
    return fails(CALL_DUP) ? -1 : real->dup_above(fd, minimum);
}

static int
fault_replace(int from, int to)
{
    return fails(CALL_REPLACE) ? -1 : real->replace(from, to);
}

static int
fault_set_nonblocking(int fd)
{
    return fails(CALL_NONBLOCKING) ? -1 : real->set_nonblocking(fd);
}

static int
fault_open(const char *path, int flags)
{
    return fails(CALL_OPEN) ? -1 : real->open(path, flags);
}

static ssize_t
fault_read(int fd, void *data, size_t size)
{
    int error = hit(CALL_READ);

    /* Eight bytes come from an eventfd: see fault_write. */
    if (error > 0 && (size != sizeof(uint64_t) || error == EINTR)) {
        errno = error;
        return -1;
    }
    return real->read(fd, data,
                      error == SHORT && size > sizeof(uint64_t) ? 1 : size);
}

/*
 * Eight bytes go to an eventfd: it takes all or none, says EAGAIN only where
 * the reader cannot miss it, and is closed by nobody but a broken program
 * (tests/proc has those).
 */
static ssize_t
fault_write(int fd, const void *data, size_t size)
{
    int error = hit(CALL_WRITE);

    if (error > 0 && (size != sizeof(uint64_t) || error == EINTR)) {
        errno = error;
        return -1;
    }
    return real->write(fd, data,
                       error == SHORT && size > sizeof(uint64_t) ? 1 : size);
}

/* The caller has come to the wait for its child, although it fails. */
static int
fault_poll(struct pollfd *fds, size_t count, const struct timespec *left)
{
    int error = hit(CALL_POLL);

    if (error == 0)
        return real->poll(fds, count, left);
    world_end_spawn();
    errno = error;
    return -1;
}

/* posix_spawn returns its error. */
static int
fault_spawn(pid_t *pid, const char *path,
            const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *attr, char *const argv[],
            char *const env[])
{
    int error = hit(CALL_SPAWN);

    return error != 0 ? error
                      : real->spawn(pid, path, actions, attr, argv, env);
}

static int
fault_pidfd_open(pid_t pid)
{
    return fails(CALL_PIDFD_OPEN) ? -1 : real->pidfd_open(pid);
}

static int
fault_pidfd_signal(int pidfd, int signal)
{
    return fails(CALL_PIDFD_SIGNAL) ? -1 : real->pidfd_signal(pidfd, signal);
}

static int
fault_wait_id(idtype_t type, id_t id, siginfo_t *info, int options,
              struct rusage *usage)
{
    return fails(CALL_WAIT_ID) ? -1
                               : real->wait_id(type, id, info, options, usage);
}

static int
fault_thread_create(pthread_t *thread, void *(*run)(void *), void *arg)
{
    int error = hit(CALL_THREAD);

    return error != 0 ? error : real->thread_create(thread, run, arg);
}

static int
fault_shared_memory(size_t size)
{
    return fails(CALL_MEMORY) ? -1 : real->shared_memory(size);
}

static ssize_t
fault_read_at(int fd, void *data, size_t size, uint64_t at)
{
    int error = hit(CALL_READ_AT);

    if (error > 0) {
        errno = error;
        return -1;
    }
    return real->read_at(fd, data, error == SHORT ? 1 : size, at);
}

struct lwi_sys
faults_wrap(const struct lwi_sys *inner)
{
    struct lwi_sys sys = *inner;

    real = inner;
    sys.pipe = fault_pipe;
    sys.socket_pair = fault_socket_pair;
    sys.event_fd = fault_event_fd;
    sys.timer_fd = fault_timer_fd;
    sys.epoll_create = fault_epoll_create;
    sys.epoll_set = fault_epoll_set;
    sys.dup_above = fault_dup_above;
    sys.replace = fault_replace;
    sys.set_nonblocking = fault_set_nonblocking;
    sys.open = fault_open;
    sys.read = fault_read;
    sys.write = fault_write;
    sys.poll = fault_poll;
    sys.spawn = fault_spawn;
    sys.pidfd_open = fault_pidfd_open;
    sys.pidfd_signal = fault_pidfd_signal;
    sys.wait_id = fault_wait_id;
    sys.thread_create = fault_thread_create;
    sys.shared_memory = fault_shared_memory;
    sys.read_at = fault_read_at;
    return sys;
}

/*
 * zygote.c - the fork server: one Lean that has started, copied for each
 * worker.
 *
 * The one file of the project in which fork without exec is allowed; a contract
 * test holds this. What makes it safe is that the process is quiet: Lean's task
 * manager has ended, and /proc/self/task shows no thread but this one and
 * libuv's, which sleeps in its loop and holds no lock. A process with other
 * threads says so and ends, since its forks would wait for what those hold.
 *
 *      the shim's main ─► lw_launcher_attend ─► serve ── fork ─┐
 *                              ▲    (the zygote stays here)    │
 *                              └──── in the fork it returns ◄──┘
 *
 * One thread, which initialised Lean. No signal handler: each fork is watched
 * by its pidfd. No memory is allocated but by readdir. The parent is told of a
 * fork on a socket of the fork's own, and no fork has any but its own: it
 * closes the others, the control socket with them, before Lean goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher.h"

#define FORKS_MAX 512   /* that live at a time */
#define FOREIGN_MAX 128 /* descriptors of Lean's */
#define SETTLE_MS 2000  /* for threads that have ended to be gone */

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct forked {
    pid_t pid;
    int pidfd;
    int status; /* our end of its own socket */
};

static struct {
    bool on;
    pid_t self;
    struct forked forks[FORKS_MAX];
    size_t count;
    int foreign[FOREIGN_MAX]; /* what Lean had open when it was ready */
    size_t foreign_count;
} zygote;

/*
 * libuv has a thread of the kernel poll for it where it can (io_uring), which
 * would count among ours. Without, it makes system calls.
 */
#define WITHOUT_RING "UV_USE_IO_URING"

void
become_zygote(void)
{
    zygote.on = true;
    setenv(WITHOUT_RING, "0", 1);
}

/* ---- what is said ---- */

static void
say(enum lwi_zygote_word word, uint32_t number)
{
    unsigned char record[LWI_CONTROL_SIZE];

    lwi_launch_put_u32(record, (uint32_t)word);
    lwi_launch_put_u32(record + 4, number);
    (void)send(LWI_CHILD_FD_REQUEST, record, sizeof(record), MSG_NOSIGNAL);
}

static _Noreturn void
refuse(enum lwi_zygote_word word, uint32_t number)
{
    say(word, number);
    _exit(EXIT_OWN_FAILURE);
}

/* Never waits: who does not read its own socket hears nothing. pidfd: or -1. */
static bool
tell(int status, const unsigned char record[LWI_FORK_STATUS_SIZE], int pidfd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = { .bytes = { 0 } };
    struct iovec data = { .iov_base = (void *)(uintptr_t)record,
                          .iov_len = LWI_FORK_STATUS_SIZE };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
    struct cmsghdr *header;

    if (pidfd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &pidfd, sizeof(int));
    }
    return sendmsg(status, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)LWI_FORK_STATUS_SIZE;
}

static void
begin_record(unsigned char record[LWI_FORK_STATUS_SIZE], uint32_t word,
             uint32_t number)
{
    memset(record, 0, LWI_FORK_STATUS_SIZE);
    lwi_launch_put_u32(record, word);
    lwi_launch_put_u32(record + 4, number);
}

/* ---- getting quiet ---- */

/* Numbers in a folder of /proc; keeps those that `keep` wants. */
static size_t
list_numbers(const char *folder, void (*keep)(int number))
{
    DIR *listing = opendir(folder);
    struct dirent *entry;
    size_t count = 0;
    int number;

    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        number = (int)strtol(entry->d_name, NULL, 10);
        count++;
        if (keep != NULL && number != dirfd(listing))
            keep(number);
    }
    if (listing != NULL)
        closedir(listing);
    return count;
}

static size_t
count_threads(void)
{
    return list_numbers("/proc/self/task", NULL);
}

/* Where the shim has a thread of its own, the first one waits for its end. */
static size_t
threads_of_quiet(void)
{
    return LWI_ZYGOTE_THREADS + (syscall(SYS_gettid) != zygote.self);
}

/* One that was joined may still be on its way out of the kernel's list. */
static void
await_quiet(void)
{
    static const struct timespec moment = { 0, 1000000 };
    size_t threads;
    int i;

    for (i = 0; i < SETTLE_MS; i++) {
        threads = count_threads();
        if (threads > 0 && threads <= threads_of_quiet())
            return;
        nanosleep(&moment, NULL);
    }
    refuse(LWI_ZYGOTE_NOT_QUIET, (uint32_t)count_threads());
}

static void
call_host(const char *name)
{
    void *found = find_in_host(name);
    void (*function)(void);

    if (found == NULL)
        refuse(LWI_ZYGOTE_NO_MANAGER, 0);
    memcpy(&function, &found, sizeof(found)); /* C has no cast for it */
    function();
}

static void
keep_foreign(int fd)
{
    if (fd <= 2 || (fd >= LWI_CHILD_FD_REQUEST && fd <= LAUNCHER_FD_LAST))
        return;
    if (zygote.foreign_count == FOREIGN_MAX)
        refuse(LWI_ZYGOTE_DESCRIPTORS, FOREIGN_MAX);
    zygote.foreign[zygote.foreign_count++] = fd;
}

static int
open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0u);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

static void
get_ready(void)
{
    int null, self;

    zygote.self = getpid();
    unsetenv(WITHOUT_RING);
    self = open_pidfd(zygote.self);
    if (self < 0)
        refuse(LWI_ZYGOTE_NO_PIDFD, (uint32_t)errno);
    close(self);
    if (find_in_host("lean_init_task_manager") == NULL)
        refuse(LWI_ZYGOTE_NO_MANAGER, 0);
    call_host("lean_finalize_task_manager");
    await_quiet();
    /* So that no descriptor that comes is given this number: see be_fork. */
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || (null != LAUNCHER_FD_STATUS &&
                     dup3(null, LAUNCHER_FD_STATUS, O_CLOEXEC) < 0))
        refuse(LWI_ZYGOTE_DESCRIPTORS, (uint32_t)errno);
    if (null != LAUNCHER_FD_STATUS)
        close(null);
    list_numbers("/proc/self/fd", keep_foreign);
    fflush(NULL); /* or each fork would write it once more */
}

/* ---- the fork's side ---- */

static _Noreturn void
fail_fork(const char *step)
{
    fprintf(stderr, "lean-worker-child: a fork: %s: %s\n", step,
            strerror(errno));
    _exit(EXIT_OWN_FAILURE);
}

static void
close_range_of(unsigned first, unsigned last)
{
    unsigned fd;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, last, 0u) == 0)
        return;
#endif
    for (fd = first; fd <= last && fd < 65536; fd++)
        close((int)fd);
}

/*
 * What Lean had open is libuv's: an epoll and what wakes it, which are one
 * with the zygote's. They become /dev/null, since libuv may still write there.
 */
static void
part_from_foreign(void)
{
    int null = open("/dev/null", O_RDWR);
    size_t i;

    if (null < 0)
        fail_fork("/dev/null");
    for (i = 0; i < zygote.foreign_count; i++) {
        if (zygote.foreign[i] != null &&
            dup3(null, zygote.foreign[i], O_CLOEXEC) < 0)
            fail_fork("its descriptors");
    }
    for (i = 0; i < zygote.foreign_count; i++) {
        if (zygote.foreign[i] == null)
            return;
    }
    close(null);
}

/* Over the zygote's own: the control socket is gone with the first of them. */
static void
take_descriptors(const int fds[LWI_FORK_FDS])
{
    if (dup2(fds[LWI_FORK_FD_REQUEST], LWI_CHILD_FD_REQUEST) < 0 ||
        dup2(fds[LWI_FORK_FD_RESPONSE], LWI_CHILD_FD_RESPONSE) < 0 ||
        dup2(fds[LWI_FORK_FD_CANCEL], LWI_CHILD_FD_CANCEL) < 0 ||
        dup2(fds[LWI_FORK_FD_STATUS], LAUNCHER_FD_STATUS) < 0 ||
        dup2(fds[LWI_FORK_FD_STDERR], 2) < 0 || dup2(2, 1) < 0)
        fail_fork("its descriptors");
    close_range_of(3, LWI_CHILD_FD_REQUEST - 1);
    close_range_of(LAUNCHER_FD_LAST + 1, ~0u);
    part_from_foreign();
}

/* False where the library went away, or gave this fork up. */
static bool
hear_go(void)
{
    char go = 0;
    ssize_t n;

    do
        n = read(LAUNCHER_FD_STATUS, &go, 1);
    while (n < 0 && errno == EINTR);
    close(LAUNCHER_FD_STATUS);
    return n == 1 && go == LWI_LAUNCH_GO;
}

static void
be_fork(const int fds[LWI_FORK_FDS])
{
    pid_t father = zygote.self;

    if (setpgid(0, 0) < 0)
        fail_fork("its process group");
#ifdef PR_SET_PDEATHSIG
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        fail_fork("its tie to the fork server");
#endif
    if (getppid() != father)
        _exit(EXIT_OWN_FAILURE);
    take_descriptors(fds);
    memset(&zygote, 0, sizeof(zygote));
    if (!hear_go())
        _exit(EXIT_OWN_FAILURE);
    call_host("lean_init_task_manager");
}

/* ---- the zygote's side ---- */

static void
close_all_of(const int *fds, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

static void
tell_failure(int status, int number)
{
    unsigned char record[LWI_FORK_STATUS_SIZE];

    begin_record(record, LWI_FORK_NOT_FORKED, (uint32_t)number);
    (void)tell(status, record, -1);
}

/* The fork runs; a parent that does not hear of it gives it no go. */
static void
enter(pid_t pid, const int fds[LWI_FORK_FDS])
{
    unsigned char record[LWI_FORK_STATUS_SIZE];
    int status = fds[LWI_FORK_FD_STATUS], pidfd, saved;

    (void)setpgid(pid, pid); /* whichever of the two comes first */
    pidfd = open_pidfd(pid);
    if (pidfd < 0) {
        saved = errno;
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        tell_failure(status, saved);
        close(status);
        return;
    }
    begin_record(record, LWI_FORK_FORKED, (uint32_t)pid);
    (void)tell(status, record, pidfd);
    zygote.forks[zygote.count++] = (struct forked){ pid, pidfd, status };
}

/* True in the fork. */
static bool
make_fork(const int fds[LWI_FORK_FDS])
{
    pid_t pid;

    if (zygote.count == FORKS_MAX) {
        tell_failure(fds[LWI_FORK_FD_STATUS], EAGAIN);
        close_all_of(fds, LWI_FORK_FDS);
        return false;
    }
    pid = fork();
    if (pid == 0) {
        be_fork(fds);
        return true;
    }
    if (pid < 0) {
        tell_failure(fds[LWI_FORK_FD_STATUS], errno);
        close_all_of(fds, LWI_FORK_FDS);
        return false;
    }
    close_all_of(fds, LWI_FORK_FD_STATUS);
    enter(pid, fds);
    return false;
}

/* Takes what came along; false, with all closed, where it is not what it is. */
static bool
take_rights(struct msghdr *message, int fds[LWI_FORK_FDS])
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    size_t count;

    if (header == NULL || header->cmsg_level != SOL_SOCKET ||
        header->cmsg_type != SCM_RIGHTS)
        return false;
    count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (count > LWI_FORK_FDS)
        count = LWI_FORK_FDS;
    memcpy(fds, CMSG_DATA(header), count * sizeof(int));
    if (count == LWI_FORK_FDS && (message->msg_flags & MSG_CTRUNC) == 0)
        return true;
    close_all_of(fds, count); /* our own limit: the parent sees it closed */
    return false;
}

/* 1: a request, 0: nothing to do for it, -1: the parent is gone. */
static int
hear(int fds[LWI_FORK_FDS])
{
    union {
        char bytes[CMSG_SPACE(LWI_FORK_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    unsigned char record[LWI_CONTROL_SIZE];
    struct iovec data = { .iov_base = record, .iov_len = sizeof(record) };
    struct msghdr message = { .msg_iov = &data,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes) };
    ssize_t n = recvmsg(LWI_CHILD_FD_REQUEST, &message,
                        MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (n == 0)
        return -1;
    if (!take_rights(&message, fds))
        return 0;
    if (n == (ssize_t)sizeof(record) &&
        lwi_launch_get_u32(record) == LWI_CONTROL_FORK)
        return 1;
    close_all_of(fds, LWI_FORK_FDS);
    return 0;
}

static uint64_t
microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

/* Collects a fork that has ended, and hands its status on. */
static void
bury(size_t i)
{
    unsigned char record[LWI_FORK_STATUS_SIZE];
    struct forked *forked = &zygote.forks[i];
    struct rusage usage;
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    memset(&usage, 0, sizeof(usage));
    if (syscall(SYS_waitid, P_PIDFD, forked->pidfd, &info, WEXITED | WNOHANG,
                &usage) == 0 &&
        info.si_pid == 0)
        return; /* not yet */
    begin_record(record, LWI_FORK_ENDED, (uint32_t)info.si_status);
    lwi_launch_put_u32(record + 8, (uint32_t)info.si_code);
    lwi_launch_put_u64(record + 16, (uint64_t)usage.ru_maxrss);
    lwi_launch_put_u64(record + 24, microseconds(usage.ru_utime));
    lwi_launch_put_u64(record + 32, microseconds(usage.ru_stime));
    (void)tell(forked->status, record, -1);
    close(forked->status);
    close(forked->pidfd);
    *forked = zygote.forks[--zygote.count];
}

/* Returns in a fork. */
static void
serve(void)
{
    static struct pollfd polls[FORKS_MAX + 1];
    int fds[LWI_FORK_FDS], heard;
    size_t i;

    for (;;) {
        polls[0] =
            (struct pollfd){ .fd = LWI_CHILD_FD_REQUEST, .events = POLLIN };
        for (i = 0; i < zygote.count; i++)
            polls[i + 1] = (struct pollfd){ .fd = zygote.forks[i].pidfd,
                                            .events = POLLIN };
        if (poll(polls, (nfds_t)zygote.count + 1, -1) < 0)
            continue;
        /* From the end: burying moves the last one, which was looked at. */
        for (i = zygote.count; i > 0; i--) {
            if (polls[i].revents != 0)
                bury(i - 1);
        }
        if (polls[0].revents == 0)
            continue;
        heard = hear(fds);
        if (heard < 0)
            _exit(0); /* its forks end with it */
        if (heard > 0 && make_fork(fds))
            return;
    }
}

void
lw_launcher_refuse(uint32_t code)
{
    if (zygote.on)
        say(LWI_ZYGOTE_NOT_OPENED, code);
}

void
lw_launcher_attend(void)
{
    if (!zygote.on)
        return;
    zygote.on = false;
    get_ready();
    prctl(PR_SET_NAME, "lean-zygote");
    say(LWI_ZYGOTE_READY, 0);
    serve();
    prctl(PR_SET_NAME, "lean");
}

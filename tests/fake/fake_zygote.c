/*
 * fake_zygote.c - a fork server without Lean, for tests of the library's side.
 *
 *     fake_zygote MODE [GOOD [FILE]]
 *
 * With a control socket on descriptor 0 it is a fork server (see
 * proc/launcher_wire.h), whose forks become fake_worker; without one it is a
 * fake_worker itself. The first GOOD forks are good ones; then comes what MODE
 * says. With FILE only the first process that makes the file misbehaves.
 *
 *     good       to the end
 *
 * Before it is ready:
 *     mute, end    says nothing; ends
 *     halt         stops
 *     noisy        is not quiet
 *     word, long   says rubbish
 *     import       cannot open its session: for what it imports
 *     option       the same, for an option
 *     panic        the same, and ends over it
 *
 * When a fork is asked for:
 *     stop, die    stops; ends
 *     silent       says nothing
 *     close        closes what it was given
 *     limit        says that it could not: EAGAIN
 *     reserved     the same: EPERM
 *     none         hands over no descriptor
 *     pipe         one that is of no process
 *     self         its own
 *     parent       its parent's
 *     old          that of the fork before
 *     two          two of them
 *     packet       a longer packet
 *     babble       rubbish
 *     hang         the fork never speaks
 *
 * At the end of a fork:
 *     untold       does not tell how it ended
 *     lie          tells an absurd end
 *     mangled      tells rubbish
 *     ahead        tells an end that has not come
 *
 * The key of the session that it is to open, if any, goes to the forks, which
 * say that it was there before.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/launcher_wire.h"
#include "proto/message.h"
#include "proto/wire.h"

#define FORKS_MAX 256

struct forked {
    pid_t pid;
    int pidfd;
    int status;
};

static struct forked forks[FORKS_MAX];
static size_t count;
static const char *mode = "good";
static int good;
static char worker_path[4096];

static bool
is(const char *wanted)
{
    return good <= 0 && strcmp(mode, wanted) == 0;
}

static void
say(uint32_t word, uint32_t number, size_t size)
{
    unsigned char record[64] = { 0 };

    lwi_launch_put_u32(record, word);
    lwi_launch_put_u32(record + 4, number);
    (void)send(0, record, size, MSG_NOSIGNAL);
}

static void
tell(int status, uint32_t word, uint32_t number, uint32_t code, size_t size,
     const int *with, size_t with_count)
{
    unsigned char record[64] = { 0 };
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control = { .bytes = { 0 } };
    struct iovec data = { .iov_base = record, .iov_len = size };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

    lwi_launch_put_u32(record, word);
    lwi_launch_put_u32(record + 4, number);
    lwi_launch_put_u32(record + 8, code);
    if (with_count > 0) {
        struct cmsghdr *header = (struct cmsghdr *)(void *)control.bytes;

        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(with_count * sizeof(int));
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(with_count * sizeof(int));
        memcpy(CMSG_DATA(header), with, with_count * sizeof(int));
    }
    (void)sendmsg(status, &message, MSG_NOSIGNAL);
}

static int
pidfd_of(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0u);
}

/* ---- the fork's side ---- */

static _Noreturn void
become_worker(const int fds[LWI_FORK_FDS], pid_t father)
{
    char *arguments[] = { worker_path, NULL };
    char go = 0;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != father || null < 0 ||
        dup2(fds[LWI_FORK_FD_STDERR], 2) < 0 ||
        read(fds[LWI_FORK_FD_STATUS], &go, 1) != 1 || go != LWI_LAUNCH_GO)
        _exit(1);
    if (is("hang")) {
        for (;;)
            pause();
    }
    if (dup2(fds[LWI_FORK_FD_REQUEST], 0) < 0 ||
        dup2(fds[LWI_FORK_FD_RESPONSE], 1) < 0)
        _exit(1);
    if (fds[LWI_FORK_FD_CANCEL] == 3)
        fcntl(3, F_SETFD, 0);
    else
        dup2(fds[LWI_FORK_FD_CANCEL], 3);
    execv(worker_path, arguments);
    _exit(1);
}

/* ---- a request ---- */

static bool
take_request(int fds[LWI_FORK_FDS])
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
    ssize_t n = recvmsg(0, &message, MSG_CMSG_CLOEXEC);

    if (n <= 0)
        exit(0);
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), LWI_FORK_FDS * sizeof(int));
    return lwi_launch_get_u32(record) == LWI_CONTROL_FORK;
}

static void
misbehave_at_once(const int fds[LWI_FORK_FDS])
{
    int status = fds[LWI_FORK_FD_STATUS];

    if (is("stop"))
        raise(SIGSTOP);
    if (is("die"))
        _exit(9);
    if (is("silent") && dup(status) < 0)
        _exit(8);
    if (is("limit"))
        tell(status, LWI_FORK_NOT_FORKED, EAGAIN, 0, LWI_FORK_STATUS_SIZE, NULL,
             0);
    if (is("reserved"))
        tell(status, LWI_FORK_NOT_FORKED, EPERM, 0, LWI_FORK_STATUS_SIZE, NULL,
             0);
}

static void
hand_over(int status, pid_t pid, int pidfd)
{
    int with[2] = { pidfd, pidfd };
    size_t size = is("packet") ? 64 : LWI_FORK_STATUS_SIZE;
    uint32_t word = is("babble") ? 77 : LWI_FORK_FORKED;

    if (is("pipe"))
        with[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (is("self"))
        with[0] = pidfd_of(getpid());
    if (is("parent"))
        with[0] = pidfd_of(getppid());
    if (is("old") && count > 0)
        with[0] = pidfd_of(forks[0].pid);
    tell(status, word, (uint32_t)pid, 0, size, with,
         is("none")  ? 0
         : is("two") ? 2
                     : 1);
    if (with[0] != pidfd)
        close(with[0]);
    if (is("ahead"))
        tell(status, LWI_FORK_ENDED, 7, CLD_EXITED, LWI_FORK_STATUS_SIZE, NULL,
             0);
}

static void
serve_request(void)
{
    pid_t father = getpid(), pid = 0;
    int fds[LWI_FORK_FDS], i;

    if (!take_request(fds))
        _exit(7);
    misbehave_at_once(fds);
    if (!is("silent") && !is("close") && !is("limit") && !is("reserved")) {
        pid = fork();
        if (pid == 0)
            become_worker(fds, father);
    }
    for (i = 0; i < (pid > 0 ? LWI_FORK_FD_STATUS : LWI_FORK_FDS); i++)
        close(fds[i]);
    if (pid > 0 && count < FORKS_MAX) {
        struct forked forked = { pid, pidfd_of(pid), fds[LWI_FORK_FD_STATUS] };

        setpgid(pid, pid);
        hand_over(forked.status, pid, forked.pidfd);
        forks[count++] = forked;
    }
    good--;
}

/* ---- an end ---- */

static void
bury(size_t i)
{
    struct forked *forked = &forks[i];
    siginfo_t info = { .si_pid = 0 };

    if (waitid(P_PIDFD, (id_t)forked->pidfd, &info, WEXITED) < 0)
        return;
    if (is("lie"))
        tell(forked->status, LWI_FORK_ENDED, 4711, 99, LWI_FORK_STATUS_SIZE,
             NULL, 0);
    else if (is("mangled"))
        tell(forked->status, LWI_FORK_ENDED, 0, 0, 3, NULL, 0);
    else if (!is("untold"))
        tell(forked->status, LWI_FORK_ENDED, (uint32_t)info.si_status,
             (uint32_t)info.si_code, LWI_FORK_STATUS_SIZE, NULL, 0);
    if (!is("untold"))
        close(forked->status);
    close(forked->pidfd);
    *forked = forks[--count];
}

static _Noreturn void
serve(void)
{
    struct pollfd polls[FORKS_MAX + 1];
    size_t i;

    for (;;) {
        polls[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
        for (i = 0; i < count; i++)
            polls[i + 1] =
                (struct pollfd){ .fd = forks[i].pidfd, .events = POLLIN };
        if (poll(polls, (nfds_t)count + 1, -1) < 0)
            continue;
        for (i = count; i > 0; i--) {
            if (polls[i].revents != 0)
                bury(i - 1);
        }
        if (polls[0].revents != 0)
            serve_request();
    }
}

/* ---- all of it ---- */

static _Noreturn void
fail_session(uint32_t code, const char *words)
{
    fprintf(stderr, "a warning\nlean-worker child: %s\n", words);
    say(LWI_ZYGOTE_NOT_OPENED, code, LWI_CONTROL_SIZE);
    exit(74);
}

/* One frame of an OPEN_SESSION, which begins with the key. */
static void
open_session(void)
{
    unsigned char head[LWI_HEADER_SIZE + 4];
    char key[256];
    uint32_t size;

    if (read(LWI_DIRECT_FD_RING, head, sizeof(head)) != (ssize_t)sizeof(head))
        return; /* there is none */
    size = lwi_launch_get_u32(head + LWI_HEADER_SIZE);
    if (head[4] != LWI_MSG_OPEN_SESSION || size >= sizeof(key) ||
        read(LWI_DIRECT_FD_RING, key, size) != (ssize_t)size)
        exit(6);
    key[size] = '\0';
    close(LWI_DIRECT_FD_RING);
    setenv("LW_FAKE_PRELOADED", key, 1);
    if (is("import"))
        fail_session(LWI_FAILURE_IMPORT, "unknown module prefix 'Wanted'");
    if (is("option"))
        fail_session(LWI_FAILURE_BAD_OPTION, "unknown option");
    if (is("panic")) {
        fputs("INTERNAL PANIC: unreachable code has been reached\n", stderr);
        exit(1);
    }
}

static void
begin(void)
{
    open_session();
    if (is("halt"))
        raise(SIGSTOP);
    if (is("mute")) {
        for (;;)
            pause();
    }
    if (is("end")) {
        fputs("no fork server today\n", stderr);
        exit(3);
    }
    if (is("noisy"))
        say(LWI_ZYGOTE_NOT_QUIET, 9, LWI_CONTROL_SIZE);
    else if (is("word"))
        say(4711, 0, LWI_CONTROL_SIZE);
    else if (is("long"))
        say(LWI_ZYGOTE_READY, 0, 64);
    else
        say(LWI_ZYGOTE_READY, 0, LWI_CONTROL_SIZE);
}

static void
find_worker(const char *own)
{
    const char *slash = strrchr(own, '/');

    snprintf(worker_path, sizeof(worker_path), "%.*sfake_worker",
             slash == NULL ? 0 : (int)(slash - own + 1), own);
}

int
main(int argc, char **argv)
{
    char *arguments[] = { worker_path, NULL };
    int type;
    socklen_t size = sizeof(type);

    find_worker(argv[0]);
    if (getsockopt(0, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
        execv(worker_path, arguments);
        return 1;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (argc > 1)
        mode = argv[1];
    if (argc > 2)
        good = (int)strtol(argv[2], NULL, 10);
    if (argc > 3 && open(argv[3], O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0)
        mode = "good";
    begin();
    serve();
}

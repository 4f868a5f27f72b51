/* pipes.c - where the protocol's descriptors are, and bytes through them. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>

#include "child/api/serve.h"

/* High enough that a program's own descriptors do not come near. */
#define FIRST_PRIVATE_FD 100

_Noreturn void
lwi_child_quit(int code, const char *why)
{
    fprintf(stderr, "lean-worker child: %s\n", why);
    exit(code);
}

/* ---- taking them ---- */

/* "R,W,C" from the launcher. */
static bool
parse_fds(const char *text, struct lwi_child_pipes *pipes)
{
    char end;

    return sscanf(text, "%4d,%4d,%4d%c", &pipes->in, &pipes->out,
                  &pipes->cancel, &end) == 3;
}

static int
move_away(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_PRIVATE_FD);

    if (moved < 0) /* a low limit of descriptors: any place but 0 to 3 */
        moved = fcntl(fd, F_DUPFD_CLOEXEC, 4);
    return moved;
}

/*
 * What is printed from now on goes to stderr, and what is read is empty: code
 * of the program that knows nothing of this cannot meet a frame.
 */
static bool
take_stdio(struct lwi_child_pipes *pipes)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    pipes->in = move_away(STDIN_FILENO);
    pipes->out = move_away(STDOUT_FILENO);
    pipes->cancel = move_away(3);
    if (null < 0 || pipes->in < 0 || pipes->out < 0 || pipes->cancel < 0)
        return false;
    close(3);
    return dup2(null, STDIN_FILENO) >= 0 &&
           dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && close(null) == 0;
}

bool
lwi_child_take_pipes(struct lwi_child_pipes *pipes)
{
    const char *launched = getenv("LW_CHILD_FDS");
    int flags;

    if (launched != NULL ? !parse_fds(launched, pipes) : !take_stdio(pipes))
        return false;
    flags = fcntl(pipes->out, F_GETFL);
    return flags >= 0 && fcntl(pipes->out, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(pipes->in, F_GETFL) >= 0 && fcntl(pipes->cancel, F_GETFL) >= 0;
}

/* ---- bytes ---- */

static void
wait_for(int fd, short events)
{
    struct pollfd polled = { .fd = fd, .events = events };

    poll(&polled, 1, -1);
}

size_t
lwi_child_read_some(int fd, void *to, size_t size)
{
    ssize_t n;

    while ((n = read(fd, to, size)) < 0) {
        if (errno == EAGAIN)
            wait_for(fd, POLLIN);
        else if (errno != EINTR)
            lwi_child_quit(LWI_CHILD_SYSTEM, "cannot read from the parent");
    }
    return (size_t)n;
}

size_t
lwi_child_read(int fd, void *to, size_t size)
{
    size_t had = 0, n = 1;

    for (; had < size && n > 0; had += n)
        n = lwi_child_read_some(fd, (char *)to + had, size - had);
    return had;
}

static void
write_all(lw_child_call *call, const void *bytes, size_t size)
{
    const char *at = bytes, *end = at + size;
    ssize_t n;

    while (at < end) {
        n = write(call->pipes.out, at, (size_t)(end - at));
        if (n >= 0) {
            at += n;
        } else if (errno == EAGAIN) {
            call->waits++;
            wait_for(call->pipes.out, POLLOUT);
        } else if (errno != EINTR) {
            lwi_child_quit(LWI_CHILD_SYSTEM, "the parent is gone");
        }
    }
}

/* Nothing but credit is sent while a request is in progress. */
static void
await_credit(lw_child_call *call)
{
    uint8_t frame[LWI_RING_CREDIT_SIZE];
    size_t had = lwi_inbox_take(&call->inbox, frame, sizeof(frame));

    call->waits++;
    had += lwi_child_read(call->pipes.in, frame + had, sizeof(frame) - had);
    if (had < sizeof(frame))
        lwi_child_quit(LWI_CHILD_SYSTEM, "the parent is gone");
    if (!lwi_ring_take_credit(&call->pipes.ring, frame))
        lwi_child_quit(LWI_CHILD_PROTOCOL, "that is no credit");
}

/* Through the ring, and only the places through the pipe. */
static void
write_ring(lw_child_call *call, const uint8_t *bytes, size_t size)
{
    uint8_t record[LWI_RING_RECORD_SIZE];
    size_t put;

    while (size > 0) {
        put = lwi_ring_put(&call->pipes.ring, bytes, size, call->tag, record);
        if (put > 0)
            write_all(call, record, sizeof(record));
        else
            await_credit(call);
        bytes += put;
        size -= put;
    }
}

void
lwi_child_flush(lw_child_call *call)
{
    const struct lwi_buf *out = &call->out;

    if (call->pipes.ring.base != NULL && out->size >= LWI_RING_LEAST)
        write_ring(call, (const uint8_t *)out->data, out->size);
    else
        write_all(call, out->data, out->size);
    call->out.size = 0;
    call->flushed_ns = lwi_child_coarse_ns();
}

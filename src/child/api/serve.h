/*
 * serve.h - the inside of lw_child_run_stdio.
 *
 *     pipes.c   where the protocol's descriptors are, and bytes through them
 *     serve.c   handshake, requests, the end
 *     call.c    what a handler may do
 *
 * One thread; blocking descriptors, but for the output, which must notice
 * that the pipe is full (the parent is told how often).
 */
#ifndef LWI_CHILD_SERVE_H
#define LWI_CHILD_SERVE_H

#include <lean_worker/child.h>

#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "child/common/find_ring.h"
#include "child/common/inbox.h"
#include "proto/message.h"
#include "proto/row_streams.h"

/* Looked at for each row, so the clock that costs least: it is right to a few
 * milliseconds. */
static inline int64_t
lwi_child_coarse_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 * LWI_NS_PER_MS + now.tv_nsec;
}

/* Exit codes: lw_child_run_stdio says what they mean. */
enum {
    LWI_CHILD_USAGE = 64,
    LWI_CHILD_PROTOCOL = 65,
    LWI_CHILD_SYSTEM = 66,
};

struct lwi_child_pipes {
    int in;
    int out;
    int cancel;
    struct lwi_ring ring; /* base NULL: there is none */
};

struct lw_child_call {
    struct lwi_child_pipes pipes;
    struct lwi_inbox inbox; /* of pipes.in; nobody else reads that */
    uint32_t frame_limit;
    struct lwi_buf out; /* frames not yet written */
    uint64_t tag;       /* of the request in progress */
    bool answered;
    bool cancelled;
    uint64_t rows;
    uint32_t waits; /* how often pipe or ring was full, in this request */
    int64_t flushed_ns;
    struct lwi_row_streams streams;
};

/*
 * Takes descriptors 0, 1 and 3 away, or the ones that the launcher has put
 * elsewhere (LW_CHILD_FDS). False where there are none.
 */
bool
lwi_child_take_pipes(struct lwi_child_pipes *pipes);

/*
 * How many bytes it read: less than size at the end of the input only. Ends
 * the process where it cannot be read.
 */
size_t
lwi_child_read(int fd, void *to, size_t size);

/* The same for what is there: at least one byte, but at the end of the input.
 */
size_t
lwi_child_read_some(int fd, void *to, size_t size);

/* Writes all gathered frames. Ends the process where the parent is gone. */
void
lwi_child_flush(lw_child_call *call);

/*
 * Gathers a message. Events and answers carry the tag of the request. False
 * where it exceeds the frame limit.
 */
bool
lwi_child_say(lw_child_call *call, uint8_t type, uint16_t stream, uint64_t tag,
              const void *message);

/* Forgets what belonged to the last request. */
void
lwi_child_begin(lw_child_call *call, uint64_t tag);

/* One line on stderr, and the end. */
_Noreturn void
lwi_child_quit(int code, const char *why);

#endif

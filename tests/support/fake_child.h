/*
 * fake_child.h - what programs need that serve the protocol without Lean:
 * frames, the handshake, lines of a text. A program has one file, so all of it
 * is inline.
 */
#ifndef LWT_FAKE_CHILD_H
#define LWT_FAKE_CHILD_H

#include <errno.h>
#include <poll.h>

#include "base/buf.h"
#include "base/text.h"
#include "proto/message.h"

#define FAKE_CANCEL_FD 3

static inline _Noreturn void
hang(void)
{
    for (;;)
        pause();
}

/* ---- frames ---- */

/* The parent is gone or has shut us: nothing to say any more. */
static inline void
write_all(const void *data, size_t size)
{
    const char *at = data;
    ssize_t n;

    while (size > 0) {
        n = write(STDOUT_FILENO, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(0);
        at += n;
        size -= (size_t)n;
    }
}

static inline void
send_on_stream(uint8_t type, uint16_t stream, uint64_t tag, const void *message)
{
    size_t size = lwi_message_body_size(type, message);
    uint8_t *frame = malloc(LWI_HEADER_SIZE + size);

    if (frame == NULL)
        _exit(98);
    lwi_wire_put_header(frame, type, stream, tag, (uint32_t)size);
    lwi_message_encode_body(type, message, frame + LWI_HEADER_SIZE);
    write_all(frame, LWI_HEADER_SIZE + size);
    free(frame);
}

static inline void
send_frame(uint8_t type, uint64_t tag, const void *message)
{
    send_on_stream(type, 0, tag, message);
}

static inline void
read_more(struct lwi_buf *input)
{
    ssize_t n;

    if (lwi_buf_reserve(input, 65536) < 0)
        _exit(98);
    do
        n = read(STDIN_FILENO, input->data + input->size, 65536);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        _exit(0);
    input->size += (size_t)n;
}

/* The next frame; its bytes stay at the start of input. */
static inline size_t
next_frame(struct lwi_buf *input, struct lwi_frame *frame)
{
    enum lwi_wire_result result;
    size_t size;

    for (;;) {
        result = lwi_wire_parse((uint8_t *)input->data, input->size,
                                LWI_FRAME_LIMIT_MAX, frame, &size);
        if (result == LWI_WIRE_FRAME)
            return size;
        if (result != LWI_WIRE_MORE)
            _exit(96);
        read_more(input);
    }
}

static inline lw_span
span(const char *text)
{
    return (lw_span){ text, strlen(text) };
}

static inline void
send_failed(uint64_t tag, enum lwi_failure_code code, const char *detail)
{
    struct lwi_msg_failed failed = { (uint32_t)code, span(detail) };

    send_frame(LWI_MSG_FAILED, tag, &failed);
}

/* Until the cancel comes. Gives 1. */
static inline uint32_t
fake_wait(void)
{
    uint8_t record[LWI_CANCEL_RECORD_SIZE];

    if (read(FAKE_CANCEL_FD, record, sizeof(record)) != sizeof(record))
        _exit(0);
    return 1;
}

/* ---- the handshake ---- */

static inline void
greet(struct lwi_buf *input)
{
    static const lw_span abilities[] = { { "cancel", 6 } };
    struct lwi_msg_hello hello = { LWI_HELLO_MAGIC, LWI_PROTOCOL_MIN,
                                   LWI_PROTOCOL_MAX, (uint32_t)getpid(),
                                   span("fake") };
    struct lwi_msg_ready ready = { .lean_version = span("4.99.0-fake"),
                                   .lean_githash = span(""),
                                   .platform = span("fake"),
                                   .abilities = { 1, { NULL, 0 }, abilities },
                                   .heap_kib = 1000 };
    struct lwi_frame frame;

    send_frame(LWI_MSG_HELLO, 0, &hello);
    lwi_buf_drop_front(input, next_frame(input, &frame));
    send_frame(LWI_MSG_READY, 0, &ready);
}

/* ---- a text, line by line ---- */

/* Copies the next line to `line`, cut; false at the end. */
static inline bool
next_line(lw_span *source, char *line, size_t room)
{
    const char *end;
    size_t size, kept;

    if (source->size == 0)
        return false;
    end = memchr(source->data, '\n', source->size);
    size = end == NULL ? source->size : (size_t)(end - source->data);
    kept = size < room ? size : room - 1;
    memcpy(line, source->data, kept);
    line[kept] = '\0';
    if (end != NULL)
        size++;
    source->data += size;
    source->size -= size;
    return true;
}

static inline const char *
after(const char *line, const char *prefix)
{
    return lwi_text_starts(line, prefix) ? line + strlen(prefix) : NULL;
}

static inline const char *
directive(const char *line)
{
    return after(line, "-- fake: ");
}

#endif

/*
 * semantics_helper.c - a worker for the tests of the pool's rules and figures.
 *
 *     semantics_helper NAME [FIRST]
 *
 * It opens any session. With FIRST, a path, the process that makes that file
 * has the metadata of NAME, and those after it have another's. Exports:
 *
 *     who, pid, metadata      answer
 *     rows                    "COUNT BYTES WAITS": so many rows, and says that
 *                             it found its pipe full so often
 *     flood                   rows without end; the request is the path of a
 *                             FIFO, which is opened when the pipe is full
 *     fails                   ends in an error of its own
 *     waits, hangs            gives in to a cancel, or does not
 *     row_waits, row_hangs    the same, after one row
 *     quits, aborts, panics   the end of the process
 *     breaks                  an answer to another request
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "support/fake_child.h"

static const char *name = "";
static bool is_other; /* not the first of its kind */

static void
ran(uint64_t tag, const char *text, uint64_t rows, uint32_t waits)
{
    struct lwi_msg_ran answer = { rows, waits, span(text) };

    send_frame(LWI_MSG_RAN, tag, &answer);
}

static void
say_pid(uint64_t tag)
{
    char text[32];

    snprintf(text, sizeof(text), "%ld", (long)getpid());
    ran(tag, text, 0, 0);
}

static void
say_metadata(uint64_t tag)
{
    char text[128];

    snprintf(text, sizeof(text),
             "{\"commands\":[{\"name\":\"who\",\"version\":\"%s%s\"}]}", name,
             is_other ? "!" : "");
    ran(tag, text, 0, 0);
}

/* ---- rows ---- */

static void
open_stream(uint64_t tag)
{
    struct lwi_msg_stream stream = { span("rows") };

    send_on_stream(LWI_MSG_STREAM, 1, tag, &stream);
}

static void
send_rows(uint64_t tag, lw_span request)
{
    char text[64], payload[4096], *at;
    unsigned long count, size;
    struct lwi_msg_row row = { 0 };

    snprintf(text, sizeof(text), "%.*s", (int)request.size, request.data);
    count = strtoul(text, &at, 10);
    size = strtoul(at, &at, 10);
    if (size > sizeof(payload))
        _exit(95);
    memset(payload, '1', sizeof(payload));
    row.payload = (lw_span){ payload, size };
    open_stream(tag);
    for (; row.sequence < count; row.sequence++)
        send_on_stream(LWI_MSG_ROW, 1, tag, &row);
    ran(tag, name, count, (uint32_t)strtoul(at, NULL, 10));
}

static void
send_one_row(uint64_t tag)
{
    struct lwi_msg_row row = { .payload = { "1", 1 } };

    open_stream(tag);
    send_on_stream(LWI_MSG_ROW, 1, tag, &row);
}

/* Until the pipe takes no more: then somebody may know. */
static void
flood(uint64_t tag, lw_span request)
{
    static uint8_t bytes[65536];
    struct lwi_msg_row row = { .payload = { "1", 1 } };
    char path[256];
    size_t size = LWI_HEADER_SIZE + lwi_message_body_size(LWI_MSG_ROW, &row);

    snprintf(path, sizeof(path), "%.*s", (int)request.size, request.data);
    open_stream(tag);
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    for (;; row.sequence++) {
        lwi_wire_put_header(bytes, LWI_MSG_ROW, 1, tag,
                            (uint32_t)(size - LWI_HEADER_SIZE));
        lwi_message_encode_body(LWI_MSG_ROW, &row, bytes + LWI_HEADER_SIZE);
        if (write(STDOUT_FILENO, bytes, size) != (ssize_t)size)
            break;
    }
    if (open(path, O_WRONLY | O_CLOEXEC) < 0)
        _exit(95);
    hang();
}

/* ---- the end ---- */

static _Noreturn void
die(const char *how)
{
    static const char panic[] = "PANIC at helper: nothing is true\n";

    if (strcmp(how, "quits") == 0)
        _exit(3);
    if (strcmp(how, "panics") == 0 &&
        write(STDERR_FILENO, panic, sizeof(panic) - 1) < 0)
        _exit(95);
    signal(SIGABRT, SIG_DFL); /* a sanitizer's handler would talk */
    raise(SIGABRT);
    _exit(95);
}

/* ---- requests ---- */

static void
serve_run(uint64_t tag, const struct lwi_msg_run *request)
{
    char name_of_it[32], *what = name_of_it;

    snprintf(name_of_it, sizeof(name_of_it), "%.*s", (int)request->name.size,
             request->name.data);
    if (strncmp(what, "row_", 4) == 0) {
        send_one_row(tag);
        what += 4;
    }
    if (strcmp(what, "who") == 0)
        ran(tag, name, 0, 0);
    else if (strcmp(what, "pid") == 0)
        say_pid(tag);
    else if (strcmp(what, "metadata") == 0)
        say_metadata(tag);
    else if (strcmp(what, "rows") == 0)
        send_rows(tag, request->request);
    else if (strcmp(what, "flood") == 0)
        flood(tag, request->request);
    else if (strcmp(what, "fails") == 0)
        send_failed(tag, LWI_FAILURE_EXPORT, "no");
    else if (strcmp(what, "waits") == 0 && fake_wait() == 1)
        send_failed(tag, LWI_FAILURE_CANCELLED, "cancelled");
    else if (strcmp(what, "hangs") == 0)
        hang();
    else if (strcmp(what, "breaks") == 0)
        ran(tag + 1, name, 0, 0);
    else if (strcmp(what, "quits") == 0 || strcmp(what, "aborts") == 0 ||
             strcmp(what, "panics") == 0)
        die(what);
    else
        send_failed(tag, LWI_FAILURE_NO_EXPORT, "there is none");
}

static void
serve(const struct lwi_frame *frame)
{
    static struct lwi_msg_session_opened opened = { .modules = 1 };
    struct lwi_msg_goodbye goodbye = { LWI_GOODBYE_ASKED, { "", 0 } };
    union lwi_any_message message;
    struct lwi_msg_pong pong;
    const char *field;

    if (lwi_message_decode(frame, &message, &field) != LWI_DECODE_OK)
        _exit(94);
    switch (frame->type) {
    case LWI_MSG_PING:
        pong = (struct lwi_msg_pong){ message.ping.payload };
        send_frame(LWI_MSG_PONG, frame->tag, &pong);
        break;
    case LWI_MSG_OPEN_SESSION:
        opened.session++;
        send_frame(LWI_MSG_SESSION_OPENED, frame->tag, &opened);
        break;
    case LWI_MSG_RUN:
        serve_run(frame->tag, &message.run);
        break;
    case LWI_MSG_SHUTDOWN:
        send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
        _exit(0);
    default:
        send_failed(frame->tag, LWI_FAILURE_UNSUPPORTED, "not served here");
        break;
    }
}

int
main(int argc, char **argv)
{
    struct lwi_buf input;
    struct lwi_frame frame;
    size_t size;

    lwi_buf_init(&input, &lwi_system_allocator);
    if (argc > 1)
        name = argv[1];
    if (argc > 2)
        is_other = open(argv[2], O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0;
    greet(&input);
    for (;;) {
        size = next_frame(&input, &frame);
        serve(&frame);
        lwi_buf_drop_front(&input, size);
    }
}

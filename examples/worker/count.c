/*
 * count.c - a worker program that streams: rows, progress, a notice.
 *
 * Two exports. "count" sends the numbers from 1 to the one that it is asked
 * for, without an end where that is 0. "wait" does nothing until the parent
 * wants it to end.
 */
#include <lean_worker/child.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lw_span
span(const char *text)
{
    lw_span span;

    span.data = text;
    span.size = strlen(text);
    return span;
}

/* The request as a number; false where it is none. */
static int
read_number(lw_span request, unsigned long *number)
{
    char text[16];
    char *end;

    if (request.size == 0 || request.size >= sizeof(text))
        return 0;
    memcpy(text, request.data, request.size);
    text[request.size] = '\0';
    *number = strtoul(text, &end, 10);
    return *end == '\0';
}

/* Each number is a row. A negative result says that the request should end. */
static int
count(lw_child_call *call, lw_span request, void *user)
{
    unsigned long last, i;
    char row[32];

    (void)user;
    if (!read_number(request, &last))
        return lw_child_fail(call, "the request must be a number");
    if (last == 0)
        lw_child_emit_notice(call, "endless", "this ends by a cancel only");
    for (i = 1; last == 0 || i <= last; i++) {
        snprintf(row, sizeof(row), "%lu", i);
        if (lw_child_emit_row(call, "numbers", span(row)) < 0)
            return -1;
        if (i % 1000 == 0 &&
            lw_child_emit_progress(call, "counting", (uint32_t)i,
                                   (uint32_t)last) < 0)
            return -1;
    }
    return lw_child_respond(call, span("counted"));
}

/*
 * A handler that waits for something polls the cancel descriptor with it, and
 * asks lw_child_is_cancelled what it was: an old request's cancel may come
 * late and means nothing.
 */
static int
wait_for_cancel(lw_child_call *call, lw_span request, void *user)
{
    struct pollfd polled;

    (void)request;
    (void)user;
    polled.fd = lw_child_cancel_fd(call);
    polled.events = POLLIN;
    if (lw_child_emit_progress(call, "waiting", 0, 0) < 0)
        return -1;
    while (!lw_child_is_cancelled(call)) {
        if (poll(&polled, 1, -1) < 0 && errno != EINTR)
            return lw_child_fail(call, "poll failed");
    }
    return -1;
}

int
main(void)
{
    static const lw_child_handler handlers[] = { { "count", count },
                                                 { "wait", wait_for_cancel },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    config.worker_version = "count 1";
    return lw_child_run_stdio(&config);
}

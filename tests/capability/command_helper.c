/* command_helper.c - a worker with exports for the typed layer's tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lean_worker/child.h>

static lw_span
text(const char *bytes)
{
    return (lw_span){ bytes, strlen(bytes) };
}

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_respond(call, request);
}

/* The request is a number: so many rows, the third of them no number. */
static int
rows(lw_child_call *call, lw_span request, void *user)
{
    char row[32], answer[32];
    long count, i;

    (void)user;
    snprintf(row, sizeof(row), "%.*s", (int)request.size, request.data);
    count = strtol(row, NULL, 10);
    for (i = 0; i < count; i++) {
        snprintf(row, sizeof(row), i == 2 ? "bad" : "%ld", i);
        if (lw_child_emit_row(call, "numbers", text(row)) < 0)
            return lw_child_fail(call, "cancelled");
        if (i % 1000 == 0 &&
            lw_child_emit_notice(call, "thousand", "of them") < 0)
            return lw_child_fail(call, "cancelled");
    }
    snprintf(answer, sizeof(answer), "%ld", count);
    return lw_child_respond(call, text(answer));
}

/* Each line of the request is a row, and what stands behind them the answer. */
static int
lines(lw_child_call *call, lw_span request, void *user)
{
    const char *end;
    lw_span row;

    (void)user;
    while ((end = memchr(request.data, '\n', request.size)) != NULL) {
        row = (lw_span){ request.data, (size_t)(end - request.data) };
        if (lw_child_emit_row(call, "lines", row) < 0)
            return lw_child_fail(call, "cancelled");
        request.data = end + 1;
        request.size -= row.size + 1;
    }
    return lw_child_respond(call, request);
}

static int
metadata(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    if (request.size != 2 || memcmp(request.data, "{}", 2) != 0)
        return lw_child_respond(call, text("[]"));
    return lw_child_respond(
        call, text("{\"commands\":[{\"name\":\"echo\",\"version\":\"1\"}]}"));
}

static int
doctor(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return lw_child_respond(call,
                            text("{\"diagnostics\":[{\"severity\":\"warning\","
                                 "\"code\":\"slow\",\"message\":\"it is\"}]}"));
}

int
main(void)
{
    static const lw_child_handler handlers[] = {
        { "echo", echo },         { "rows", rows },     { "lines", lines },
        { "metadata", metadata }, { "doctor", doctor }, { NULL, NULL },
    };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

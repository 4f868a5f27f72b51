/* echo.c - a worker whose export `echo` answers with its request, and whose
 * export `rows` sends each line of it as a row and answers with the last. */
#include <string.h>

#include <lean_worker/child.h>

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_respond(call, request);
}

static int
rows(lw_child_call *call, lw_span request, void *user)
{
    const char *end;
    lw_span row;

    (void)user;
    while ((end = memchr(request.data, '\n', request.size)) != NULL) {
        row.data = request.data;
        row.size = (size_t)(end - request.data);
        if (lw_child_emit_row(call, "lines", row) < 0)
            return lw_child_fail(call, "cancelled");
        request.data = end + 1;
        request.size -= row.size + 1;
    }
    return lw_child_respond(call, request);
}

int
main(void)
{
    static const lw_child_handler handlers[] = { { "echo", echo },
                                                 { "rows", rows },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

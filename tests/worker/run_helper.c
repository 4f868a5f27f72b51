/* run_helper.c - a worker program of an application, for run_test.c. */
#include <lean_worker/child.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lw_span
span(const char *text)
{
    return (lw_span){ text, strlen(text) };
}

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    /* What it prints must never meet a frame. */
    printf("printed %zu\n", request.size);
    fflush(stdout);
    return lw_child_respond(call, request);
}

/* 100 rows in each of two streams, notices and progress between them. */
static int
rows(lw_child_call *call, lw_span request, void *user)
{
    char row[32];
    int i;

    (void)request;
    (void)user;
    for (i = 0; i < 100; i++) {
        snprintf(row, sizeof(row), "row %d", i);
        lw_child_emit_row(call, "even", span(row));
        lw_child_emit_row(call, "odd", span(row));
    }
    lw_child_emit_notice(call, "half", "way");
    lw_child_emit_progress(call, "counting", 1, 2);
    return lw_child_respond(call, span("done"));
}

/* As many bytes as the request says, or, to a long request, its length. */
static int
large(lw_child_call *call, lw_span request, void *user)
{
    char text[32];
    size_t size;
    char *bytes;
    int rc;

    (void)user;
    if (request.size >= sizeof(text)) {
        snprintf(text, sizeof(text), "%zu", request.size);
        return lw_child_respond(call, span(text));
    }
    snprintf(text, sizeof(text), "%.*s", (int)request.size, request.data);
    size = strtoul(text, NULL, 10);
    bytes = malloc(size + 1);
    if (bytes == NULL)
        return lw_child_fail(call, "out of memory");
    memset(bytes, 'x', size);
    rc = lw_child_respond(call, (lw_span){ bytes, size });
    free(bytes);
    return rc;
}

/*
 * "COUNT SIZE": rows of that size, a notice before each hundredth, then an
 * answer of the same size. The byte at i of row n is i * 31 + n.
 */
static int
bulk(lw_child_call *call, lw_span request, void *user)
{
    unsigned long count = 0, size = 0, n;
    char text[64], *row;
    size_t i;
    int rc = 0;

    (void)user;
    snprintf(text, sizeof(text), "%.*s", (int)request.size, request.data);
    if (sscanf(text, "%lu %lu", &count, &size) != 2 ||
        (row = malloc(size + 1)) == NULL)
        return lw_child_fail(call, "COUNT SIZE");
    for (n = 0; n < count && rc >= 0; n++) {
        for (i = 0; i < size; i++)
            row[i] = (char)(i * 31 + n);
        if (n % 100 == 99)
            lw_child_emit_notice(call, "hundred", "more");
        rc = lw_child_emit_row(call, "bulk", (lw_span){ row, size });
    }
    if (rc >= 0)
        rc = lw_child_respond(call, (lw_span){ row, size });
    free(row);
    return rc;
}

static int
fails(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return lw_child_fail(call, "it does not want to");
}

static int
says_nothing(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    return 0;
}

static int
ends(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    exit(0);
}

static int
waits(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    while (!lw_child_is_cancelled(call))
        usleep(1000);
    return -1;
}

/* ---- what a handler should not do ---- */

/* Emits when it has answered already. */
static int
late(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    lw_child_respond(call, request);
    return lw_child_emit_row(call, "late", request);
}

static int
odd_text(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return lw_child_emit_notice(call, "odd", "\xff\xfe");
}

static int
no_stream(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_emit_row(call, NULL, request);
}

int
main(void)
{
    static const lw_child_handler handlers[] = {
        { "echo", echo },
        { "rows", rows },
        { "large", large },
        { "fails", fails },
        { "says_nothing", says_nothing },
        { "ends", ends },
        { "waits", waits },
        { "late", late },
        { "odd_text", odd_text },
        { "no_stream", no_stream },
        { "bulk", bulk },
        { NULL, NULL },
    };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    config.worker_version = "run_helper 1";
    config.lean_version = getenv("RUN_HELPER_LEAN");
    return lw_child_run_stdio(&config);
}

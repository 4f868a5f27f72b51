/*
 * reverse.c - a whole worker program: it reverses what it is sent.
 *
 *     cc reverse.c -o reverse $(pkg-config --cflags --libs lean-worker)
 */
#include <lean_worker/child.h>

#include <stdlib.h>

static int
reverse(lw_child_call *call, lw_span request, void *user)
{
    char *reversed = malloc(request.size + 1);
    size_t i;
    int rc;

    (void)user;
    if (reversed == NULL)
        return lw_child_fail(call, "out of memory");
    for (i = 0; i < request.size; i++)
        reversed[i] = request.data[request.size - 1 - i];
    rc = lw_child_respond(call, (lw_span){ reversed, request.size });
    free(reversed);
    return rc;
}

int
main(void)
{
    static const lw_child_handler handlers[] = { { "reverse", reverse },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

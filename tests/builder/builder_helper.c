/* builder_helper.c - an application's worker whose doctor says argv[1]. */
#include <lean_worker/child.h>

#include <string.h>

static int
doctor(lw_child_call *call, lw_span request, void *user)
{
    const char *says = user;

    (void)request;
    return lw_child_respond(call, (lw_span){ says, strlen(says) });
}

int
main(int argc, char **argv)
{
    static const lw_child_handler handlers[] = { { "doctor", doctor },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    config.user = argc > 1 ? argv[1] : "{}";
    return lw_child_run_stdio(&config);
}

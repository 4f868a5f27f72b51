/*
 * package.c - a worker program that says what it offers and how it is.
 *
 * The two exports have the form that <lean_worker/metadata.h> describes. A
 * package of Lean code offers the same by functions of its own.
 */
#include <lean_worker/child.h>

#include <string.h>

static const char metadata_text[] =
    "{ \"commands\": [ { \"name\": \"count\", \"version\": \"2\" } ],"
    "  \"capabilities\": [ { \"name\": \"rows\", \"version\": \"1\" } ],"
    "  \"extra\": { \"built\": \"2026-11-21\" } }";

static const char doctor_text[] =
    "{ \"diagnostics\": ["
    "    { \"severity\": \"info\", \"code\": \"disk\","
    "      \"message\": \"there is room\", \"details\": { \"gib\": 12 } },"
    "    { \"severity\": \"warning\", \"code\": \"no_cache\","
    "      \"message\": \"the cache is empty\" } ] }";

/* The handlers' user pointer is one for all, so each has its own text. */
static int
respond(lw_child_call *call, const char *text)
{
    lw_span response;

    response.data = text;
    response.size = strlen(text);
    return lw_child_respond(call, response);
}

static int
metadata(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return respond(call, metadata_text);
}

static int
doctor(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return respond(call, doctor_text);
}

int
main(void)
{
    static const lw_child_handler handlers[] = { { "metadata", metadata },
                                                 { "doctor", doctor },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    config.worker_version = "package 2";
    return lw_child_run_stdio(&config);
}

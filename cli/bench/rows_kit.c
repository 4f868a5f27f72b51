/* rows_kit.c - a stream of rows. */
#include "bench/rows_kit.h"

#include <stdio.h>

#include "base/base.h"

static int
count_row(const lw_row *row, void *user)
{
    *(uint64_t *)user += row->payload.size;
    return 0;
}

double
bench_rows_asked(lw_worker *worker, lw_session session, const char *request,
                 uint64_t bytes)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    double start_us = bench_now_us();
    lw_reply *reply;
    uint64_t got = 0;

    spec.name = "rows";
    spec.session = session;
    spec.request = (lw_span){ request, strlen(request) };
    sinks.row = count_row;
    sinks.user = &got;
    options.timeout_ms = LW_NO_LIMIT;
    bench_need(lw_worker_run(worker, &reply, &spec, &sinks, &options, &err),
               "rows", &err);
    lw_reply_destroy(reply);
    if (got != bytes)
        bench_die("rows are missing");
    return (double)bytes / (bench_now_us() - start_us);
}

double
bench_rows(lw_worker *worker, unsigned long count, unsigned long size)
{
    const lw_session none = LW_SESSION_NONE;
    char request[64];

    snprintf(request, sizeof(request), "%lu %lu", count, size);
    return bench_rows_asked(worker, none, request, (uint64_t)count * size) /
           (double)size * 1e6;
}

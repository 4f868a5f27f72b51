/* ask.c - asks a worker for its metadata or its health. */
#include <lean_worker/metadata.h>

#include "base/error.h"
#include "worker/run.h"

#define METADATA "read a worker's metadata"
#define DOCTOR "run a worker's doctor"

static int
parse_metadata(int rc, lw_reply *reply, void *user, lw_error *err)
{
    if (rc == LW_OK)
        rc = lw_metadata_parse(user, lw_reply_get_facts(reply)->response, err);
    lw_reply_destroy(reply);
    return rc;
}

static int
parse_report(int rc, lw_reply *reply, void *user, lw_error *err)
{
    if (rc == LW_OK)
        rc = lw_doctor_parse(user, lw_reply_get_facts(reply)->response, err);
    lw_reply_destroy(reply);
    return rc;
}

static int
ask(lw_worker *worker, const char *doing, const lw_ask_spec *spec,
    const lw_request_options *options, const struct lwi_run_then *then,
    lw_error *err)
{
    lw_run_spec run = LW_RUN_SPEC_INIT;

    if (spec == NULL || spec->struct_size != sizeof(*spec))
        return lwi_fail(err, LW_EINVAL, doing, "it needs LW_ASK_SPEC_INIT");
    run.name = spec->name;
    run.session = spec->session;
    run.request = spec->request.size > 0 ? spec->request : (lw_span){ "{}", 2 };
    return lwi_run_export(worker, doing, &run, NULL, options, then, err);
}

int
lw_worker_read_metadata(lw_worker *worker, lw_metadata **metadata,
                        const lw_ask_spec *spec,
                        const lw_request_options *options, lw_error *err)
{
    struct lwi_run_then then = { parse_metadata, metadata };

    if (metadata == NULL)
        return lwi_fail(err, LW_EINVAL, METADATA, "metadata is NULL");
    *metadata = NULL;
    return ask(worker, METADATA, spec, options, &then, err);
}

int
lw_worker_run_doctor(lw_worker *worker, lw_doctor_report **report,
                     const lw_ask_spec *spec, const lw_request_options *options,
                     lw_error *err)
{
    struct lwi_run_then then = { parse_report, report };

    if (report == NULL)
        return lwi_fail(err, LW_EINVAL, DOCTOR, "report is NULL");
    *report = NULL;
    return ask(worker, DOCTOR, spec, options, &then, err);
}

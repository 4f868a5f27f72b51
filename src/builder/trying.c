/*
 * trying.c - a worker, stage by stage.
 *
 * Each stage gives LW_OK, or the status that the build ends with; then the
 * finding that says why is the last one.
 */
#include "base/clock.h"
#include "base/error.h"
#include "builder/builder.h"
#include "capability/capability.h"
#include "proc/runtime.h"

/* ---- progress ---- */

static int
tell(struct lwi_try *t, const char *subject, bool done)
{
    const struct lwi_builder *b = t->b;
    lw_builder_progress progress = { .stage = t->stage,
                                     .subject = subject == NULL ? "" : subject,
                                     .done = done };
    int64_t now = lwi_now(lwi_runtime_clock(b->runtime));

    progress.elapsed_us = (uint64_t)((now - t->since) / 1000);
    if (b->spec.progress == NULL ||
        b->spec.progress(&progress, b->spec.progress_user) >= 0)
        return LW_OK;
    return lwi_fail(b->err, LW_ESINK, b->doing,
                    "the progress callback wants no more");
}

int
lwi_try_enter(struct lwi_try *t, lw_builder_stage stage, const char *subject)
{
    t->stage = stage;
    t->since = lwi_now(lwi_runtime_clock(t->b->runtime));
    if (lw_cancel_is_set(t->b->spec.cancel))
        return lwi_fail(t->b->err, LW_ECANCELLED, t->b->doing, "cancelled");
    return tell(t, subject, false);
}

int
lwi_try_leave(struct lwi_try *t, const char *subject)
{
    return tell(t, subject, true);
}

/* ---- what a failure means ---- */

/* These are not about the project, whatever the stage. */
static bool
is_general(struct lwi_try *t, int rc, const char *message)
{
    struct lwi_findings *findings = &t->b->findings;

    switch (rc) {
    case LW_ECANCELLED:
    case LW_ESINK:
        lwi_find(findings, LW_BOOTSTRAP_STOPPED, "", "%s", message);
        break;
    case LW_ENOMEM:
    case LW_ELIMIT:
    case LW_ESYSTEM:
        lwi_find(findings, LW_BOOTSTRAP_NO_MEANS, "", "%s", message);
        break;
    default:
        return false;
    }
    lwi_find_stage(findings, t->stage, rc);
    return true;
}

static int
fail(struct lwi_try *t, lw_bootstrap_code code, const char *subject,
     const lw_error *err)
{
    struct lwi_builder *b = t->b;

    if (!is_general(t, err->status, err->message))
        lwi_find(&b->findings, code, subject, "%s", err->message);
    lwi_find_stage(&b->findings, t->stage, err->status);
    if (b->err != NULL)
        *b->err = *err;
    return err->status;
}

/* ---- spawn and handshake ---- */

static int
fail_start(struct lwi_try *t, const lw_error *err)
{
    switch (err->status) {
    case LW_ESPAWN:
        return fail(t, LW_BOOTSTRAP_SPAWN_FAILED, t->b->child, err);
    case LW_ECHILDPATH:
        return fail(t, LW_BOOTSTRAP_MISSING_CHILD, t->b->child, err);
    case LW_EINVAL:
        return fail(t, LW_BOOTSTRAP_BAD_CONFIG, "worker", err);
    case LW_ENOMEM:
    case LW_ELIMIT:
    case LW_ESYSTEM:
        return fail(t, LW_BOOTSTRAP_NO_MEANS, t->b->child, err);
    default:
        t->stage = LW_BUILDER_STAGE_HANDSHAKE;
        return fail(t, LW_BOOTSTRAP_HANDSHAKE_FAILED, t->b->child, err);
    }
}

/* A request of the try: bounded, and the caller's token ends it. */
static lw_request_options
request_of(const struct lwi_try *t, uint64_t timeout_ms)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    options.timeout_ms = timeout_ms;
    options.cancel = t->b->spec.cancel;
    return options;
}

int
lwi_try_start(struct lwi_try *t)
{
    struct lwi_builder *b = t->b;
    lw_worker_config config = lwi_builder_worker_config(b);
    lw_request_options how = request_of(t, 0);
    lw_error err = LW_ERROR_INIT;
    int rc = lwi_try_enter(t, LW_BUILDER_STAGE_SPAWN, b->child);

    if (rc != LW_OK)
        return rc;
    rc = lwi_worker_start(&t->worker, b->runtime, &config, lwi_last_words_note,
                          &t->words, b->spec.cancel, &err);
    if (rc != LW_OK)
        return fail_start(t, &err);
    rc = lwi_try_leave(t, b->child);
    if (rc == LW_OK)
        rc = lwi_try_enter(t, LW_BUILDER_STAGE_HANDSHAKE, b->child);
    if (rc != LW_OK)
        return rc;
    rc = lw_worker_ping(t->worker, (lw_span){ "ready?", 6 }, &how, &err);
    if (rc != LW_OK)
        return fail(t, LW_BOOTSTRAP_HANDSHAKE_FAILED, b->child, &err);
    return lwi_try_leave(t, b->child);
}

/* ---- the session ---- */

static int
take_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    struct lwi_try *t = user;

    lwi_output_diagnostic(&t->output, diagnostic);
    return 0;
}

/* What the child said of its own failure, where it did. */
static void
take_failure(struct lwi_try *t)
{
    lw_span text = lw_worker_get_failure(t->worker);

    if (text.size == 0)
        return;
    lwi_output_put(&t->output, text.data, text.size);
    if (text.data[text.size - 1] != '\n')
        lwi_output_put(&t->output, "\n", 1);
}

int
lwi_try_session(struct lwi_try *t)
{
    struct lwi_builder *b = t->b;
    lw_request_options how = request_of(t, b->spec.open_timeout_ms);
    const char *name = b->library != NULL ? b->library->name : "";
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (!b->has_session)
        return LW_OK;
    rc = lwi_try_enter(t, LW_BUILDER_STAGE_SESSION, name);
    if (rc != LW_OK)
        return rc;
    sinks.diagnostic = take_diagnostic;
    sinks.user = t;
    rc = lw_worker_open_session(t->worker, &t->session, &b->session, &sinks,
                                &how, &err);
    if (rc != LW_OK) {
        take_failure(t);
        return fail(t, LW_BOOTSTRAP_SESSION_FAILED, name, &err);
    }
    return lwi_try_leave(t, name);
}

/* ---- exports ---- */

/* There is something of that name, so it is the type that is wrong. */
static bool
is_declared(struct lwi_try *t, const char *name)
{
    lw_request_options how = request_of(t, 0);
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_description *found = NULL;
    bool declared = false;

    if (t->session.number == 0)
        return false;
    spec.session = t->session;
    spec.name = name;
    if (lw_worker_describe(t->worker, &found, &spec, &how, NULL) == LW_OK)
        declared = found->kind != LW_DECLARATION_MISSING;
    lw_description_destroy(found);
    return declared;
}

static int
fail_export(struct lwi_try *t, const char *name, lw_bootstrap_code malformed,
            const lw_error *err)
{
    take_failure(t);
    switch (err->status) {
    case LW_EEXPORT:
        return fail(t,
                    is_declared(t, name) ? LW_BOOTSTRAP_EXPORT_TYPE
                                         : LW_BOOTSTRAP_EXPORT_MISSING,
                    name, err);
    case LW_EMETADATA:
    case LW_EDOCTOR:
        return fail(t, malformed, name, err);
    case LW_EMISMATCH:
        return fail(t, LW_BOOTSTRAP_METADATA_MISMATCH, name, err);
    default:
        return fail(t, LW_BOOTSTRAP_EXPORT_FAILED, name, err);
    }
}

int
lwi_try_metadata(struct lwi_try *t)
{
    const lw_metadata_expectation *wanted = &t->b->spec.metadata;
    lw_request_options how = request_of(t, 0);
    lw_ask_spec ask = LW_ASK_SPEC_INIT;
    lw_metadata *actual = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (wanted->export_name == NULL)
        return LW_OK;
    rc = lwi_try_enter(t, LW_BUILDER_STAGE_METADATA, wanted->export_name);
    if (rc != LW_OK)
        return rc;
    ask.session = t->session;
    ask.name = wanted->export_name;
    ask.request = wanted->request;
    rc = lw_worker_read_metadata(t->worker, &actual, &ask, &how, &err);
    if (rc == LW_OK)
        rc = lwi_metadata_meets(actual, wanted, &err);
    lw_metadata_destroy(actual);
    if (rc != LW_OK)
        return fail_export(t, wanted->export_name,
                           LW_BOOTSTRAP_METADATA_MALFORMED, &err);
    return lwi_try_leave(t, wanted->export_name);
}

/* Each finding on a line; errors fail the stage. */
static int
judge(struct lwi_try *t, const lw_doctor_report *report)
{
    struct lwi_builder *b = t->b;
    const char *name = b->spec.doctor_export;
    lw_error err = LW_ERROR_INIT;
    const lw_doctor_finding *first = NULL;
    size_t i;

    for (i = 0; i < report->finding_count; i++) {
        const lw_doctor_finding *finding = &report->findings[i];

        lwi_output_printf(&t->output, "%s: %s: %s\n",
                          lw_doctor_severity_name(finding->severity),
                          finding->code, finding->message);
        if (first == NULL && finding->severity == LW_DOCTOR_ERROR)
            first = finding;
    }
    if (first == NULL)
        return LW_OK;
    lwi_fail(&err, LW_EBOOTSTRAP, b->doing,
             "%s found %zu error%s, the first: %s: %s", name, report->errors,
             report->errors == 1 ? "" : "s", first->code, first->message);
    return fail(t, LW_BOOTSTRAP_UNHEALTHY, name, &err);
}

int
lwi_try_doctor(struct lwi_try *t)
{
    const char *name = t->b->spec.doctor_export;
    lw_request_options how = request_of(t, 0);
    lw_ask_spec ask = LW_ASK_SPEC_INIT;
    lw_doctor_report *report = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (name == NULL)
        return LW_OK;
    rc = lwi_try_enter(t, LW_BUILDER_STAGE_DOCTOR, name);
    if (rc != LW_OK)
        return rc;
    ask.session = t->session;
    ask.name = name;
    rc = lw_worker_run_doctor(t->worker, &report, &ask, &how, &err);
    if (rc != LW_OK)
        return fail_export(t, name, LW_BOOTSTRAP_DOCTOR_MALFORMED, &err);
    rc = judge(t, report);
    lw_doctor_report_destroy(report);
    return rc == LW_OK ? lwi_try_leave(t, name) : rc;
}

/* ---- the end ---- */

void
lwi_try_end(struct lwi_try *t)
{
    lw_worker_destroy(t->worker);
    t->worker = NULL;
    pthread_mutex_lock(&t->words.lock);
    if (t->words.text.size > 0) {
        t->output.total += t->words.total - t->words.text.size;
        lwi_output_put(&t->output, t->words.text.data, t->words.text.size);
    }
    pthread_mutex_unlock(&t->words.lock);
}

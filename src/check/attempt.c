/*
 * attempt.c - one try of one file on the slot's worker, and what its status
 * means for the verdict.
 */
#include <stdio.h>

#include "check/run.h"
#include "pool/lease.h"
#include "proto/utf8.h"
#include "worker/quiet.h"

/* ---- what goes to the worker ---- */

/* The path as text: what is not UTF-8 becomes U+FFFD. Borrowed from buf. */
static const char *
label_of(struct lwi_buf *buf, const char *path)
{
    size_t left = strlen(path), valid;

    for (;;) {
        valid = lwi_utf8_valid_prefix(path, left);
        if (lwi_buf_append(buf, path, valid) < 0)
            return NULL;
        path += valid;
        left -= valid;
        if (left == 0)
            return lwi_buf_peek_text(buf);
        if (lwi_buf_append_text(buf, "\xef\xbf\xbd") < 0)
            return NULL;
        path++;
        left--;
    }
}

/* What one try has in hand. */
struct attempt {
    struct lwi_slot *slot;
    struct lwi_outcome *outcome;
    const char *path;
    struct lwi_file *file;
    struct lwi_source again; /* of a file whose text was not kept */
    lw_span text;
    struct lwi_buf label_room;
    const char *label;
    int64_t began;
    lw_error err;
};

static lw_worker *
worker_of(const struct attempt *a)
{
    return lwi_lease_peek_worker(a->slot->lease);
}

/* The text as it was read the first time, or LW_EFILE. */
static int
load_text(struct attempt *a)
{
    static const char changed[] = "the file changed while it was checked";
    const struct lwi_source *source = &a->file->source;
    struct lwi_source_place place = { 0, 0 };
    lw_span message = { a->err.message, 0 };
    int rc = LW_OK;

    if (source->data == NULL) {
        rc = lwi_source_read(&a->again, a->slot->run->allocator, a->path,
                             &place, &a->err);
        message.size = strlen(a->err.message);
        if (rc == LW_OK && !lwi_source_same(&source->stat, &a->again.stat)) {
            message = (lw_span){ changed, sizeof(changed) - 1 };
            rc = LW_EFILE;
        }
        source = &a->again;
    }
    if (rc == LW_EFILE)
        lwi_outcome_fail(a->outcome, LW_VERDICT_ERROR, place, message);
    a->text = (lw_span){ source->data, source->size };
    return rc;
}

static int
attempt_init(struct attempt *a, struct lwi_slot *slot, size_t file,
             struct lwi_outcome *outcome)
{
    struct lwi_run *run = slot->run;
    int rc;

    *a = (struct attempt){ .slot = slot,
                           .outcome = outcome,
                           .path = run->paths[file],
                           .file = run->files[file],
                           .again = { .allocator = run->allocator },
                           .began = lwi_now(run->clock),
                           .err = LW_ERROR_INIT };
    outcome->attempts++;
    snprintf(outcome->lean_version, sizeof(outcome->lean_version), "%s",
             lw_worker_get_lean_version(worker_of(a)));
    lwi_buf_init(&a->label_room, run->allocator);
    rc = load_text(a);
    if (rc != LW_OK)
        return rc;
    a->label = label_of(&a->label_room, a->path);
    return a->label == NULL ? LW_ENOMEM : LW_OK;
}

static void
attempt_fini(struct attempt *a)
{
    int64_t ns = lwi_now(a->slot->run->clock) - a->began;

    a->outcome->elapsed_ms += (double)ns / (double)LWI_NS_PER_MS;
    lwi_source_fini(&a->again);
    lwi_buf_fini(&a->label_room);
}

static lw_request_options
request_options(const struct lwi_run *run, uint64_t timeout_ms)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    options.timeout_ms = timeout_ms;
    options.cancel = run->halt;
    return options;
}

/* ---- what a failed request means ---- */

static int
judge_death(struct attempt *a, lw_verdict verdict)
{
    lw_exit_report report = { .struct_size = sizeof(report) };

    if (lw_worker_get_exit_report(worker_of(a), &report, NULL) == LW_OK) {
        if (a->err.message[0] != '\0')
            report.sentence = a->err.message; /* the same, with a detail */
        return lwi_outcome_set_death(a->outcome, verdict, &report);
    }
    lwi_outcome_set_cause(a->outcome, verdict, "unknown", a->err.message);
    return LW_OK;
}

/* It died before the request began: the report knows more than the error. */
static int
judge_idle_death(struct attempt *a)
{
    lwi_worker_await_quiet(worker_of(a));
    if (lw_worker_get_state(worker_of(a)) == LW_WORKER_DEAD)
        a->err.message[0] = '\0';
    return judge_death(a, LW_VERDICT_CRASHED);
}

static int
judge_timeout(struct attempt *a)
{
    /* The call came back at once; how its worker fares is part of the cause. */
    lwi_worker_await_quiet(worker_of(a));
    if (lw_worker_get_state(worker_of(a)) == LW_WORKER_DEAD)
        return judge_death(a, LW_VERDICT_TIMEOUT);
    lwi_outcome_set_cause(a->outcome, LW_VERDICT_TIMEOUT, "timeout",
                          "The deadline passed; the worker gave the file up "
                          "and lives on.");
    return LW_OK;
}

/* Lean's own words where there are any: an error's message is one line. */
static int
judge_message(struct attempt *a, lw_verdict verdict,
              struct lwi_source_place place)
{
    lw_span words = lw_worker_get_failure(worker_of(a));

    if (words.size == 0)
        words = (lw_span){ a->err.message, strlen(a->err.message) };
    return lwi_outcome_fail(a->outcome, verdict, place, words);
}

/* LW_OK: it is a verdict. Else it is nobody's fault here and ends the run. */
static int
judge(struct attempt *a, int status)
{
    static const struct lwi_source_place nowhere = { 0, 0 };

    switch (status) {
    case LW_OK:
    case LW_EFILE: /* load_text has said it */
        return LW_OK;
    case LW_ETIMEOUT:
        return judge_timeout(a);
    case LW_EHEADER:
        return judge_message(a, LW_VERDICT_BAD_HEADER, a->file->start);
    case LW_EMEMORY:
        return judge_death(a, LW_VERDICT_MEMORY);
    case LW_ELEASE:
        return judge_idle_death(a);
    case LW_EWORKER:
    case LW_EUNSUPPORTED:
    case LW_EINVAL:
        return judge_message(a, LW_VERDICT_ERROR, nowhere);
    default:
        break;
    }
    return lw_worker_get_state(worker_of(a)) == LW_WORKER_DEAD
               ? judge_death(a, LW_VERDICT_CRASHED)
               : status;
}

/* The end of each attempt. */
static int
finish(struct attempt *a, int status)
{
    struct lwi_run *run = a->slot->run;
    int fatal;

    if (a->outcome->no_memory) {
        status = LW_ENOMEM; /* a callback of ours ended the request */
        a->err.status = LW_ENOMEM;
    }
    /* Once the run is stopped, workers die by our hand. */
    fatal = status != LW_OK && lwi_run_is_stopped(run) ? LW_ECANCELLED
                                                       : judge(a, status);
    if (fatal != LW_OK) {
        a->outcome->verdict = LW_VERDICT_CANCELLED;
        lwi_run_stop(run, LWI_STOP_FAILED, &a->err);
    }
    attempt_fini(a);
    return status;
}

/* ---- header ---- */

int
lwi_attempt_header(struct lwi_slot *slot, size_t file,
                   struct lwi_outcome *outcome, lw_header **header)
{
    static const lw_span working_on = { "its header", 10 };
    lw_request_options options =
        request_options(slot->run, slot->run->options.timeout_ms);
    struct attempt a;
    int rc = attempt_init(&a, slot, file, outcome);

    lwi_outcome_note(outcome, 0, working_on);
    if (rc == LW_OK)
        rc = lwi_lease_parse_header(slot->lease, header, a.label, a.text,
                                    &options, &a.err);
    if (rc == LW_OK && (*header)->error_line != 0) {
        struct lwi_source_place place = { (*header)->error_line,
                                          (*header)->error_column };

        rc = lwi_outcome_fail(outcome, LW_VERDICT_BAD_HEADER, place,
                              (*header)->error);
        lw_header_destroy(*header);
        *header = NULL;
    }
    return finish(&a, rc);
}

/* ---- session ---- */

/* The header's capability is made by the first file that needs it. */
static int
find_capability(struct attempt *a, struct lwi_need *need)
{
    struct lwi_run *run = a->slot->run;
    lw_capability *made = NULL;
    bool known;
    int rc;

    pthread_mutex_lock(&run->lock);
    known = need->capability != NULL;
    pthread_mutex_unlock(&run->lock);
    if (known)
        return LW_OK;
    rc = lwi_hold_describe(&made, run, need, &a->err);
    if (rc != LW_OK)
        return rc;
    pthread_mutex_lock(&run->lock);
    if (need->capability == NULL) {
        need->capability = made;
        made = NULL;
    }
    pthread_mutex_unlock(&run->lock);
    lw_capability_destroy(made);
    return LW_OK;
}

static void
keep_session(struct lwi_slot *slot, size_t bucket, const struct lwi_need *need)
{
    struct lwi_run *run = slot->run;

    slot->has_session = true;
    slot->bucket = bucket;
    slot->capability = need->capability;
    pthread_mutex_lock(&run->lock);
    lwi_schedule_opened(run->schedule, slot->number, bucket);
    pthread_mutex_unlock(&run->lock);
}

static int
open_session(struct attempt *a, const struct lwi_job *job)
{
    static const lw_span working_on = { "its imports", 11 };
    const struct lwi_run *run = a->slot->run;
    struct lwi_slot *slot = a->slot;
    struct lwi_need *need = job->header;
    lw_request_options options;
    uint64_t limit = run->options.timeout_ms;
    int rc;

    if (slot->has_session) {
        LW_ASSERT(slot->bucket == job->bucket);
        a->outcome->session_reused = true;
        return LW_OK;
    }
    lwi_outcome_note(a->outcome, 0, working_on);
    rc = find_capability(a, need);
    if (rc != LW_OK)
        return rc;
    if (limit < LWI_IMPORT_TIMEOUT_MS)
        limit = LWI_IMPORT_TIMEOUT_MS;
    options = request_options(run, limit);
    slot->capability = NULL;
    rc = lwi_lease_rekey(slot->lease, need->capability, &options, &a->err);
    a->outcome->session_reused =
        rc == LW_OK && lw_lease_get_session(slot->lease).preloaded;
    if (rc == LW_OK)
        keep_session(slot, job->bucket, need);
    return rc;
}

/* ---- check ---- */

static int
take_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    return lwi_outcome_add(user, diagnostic);
}

static int
take_progress(const lw_progress *progress, void *user)
{
    lwi_outcome_note(user, progress->current, progress->phase);
    return 0;
}

static int
run_check(struct attempt *a, lw_check_result *result)
{
    static const lw_span nothing = { "", 0 };
    lw_sinks sinks = LW_SINKS_INIT;
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_request_options options =
        request_options(a->slot->run, a->slot->run->options.timeout_ms);

    lwi_outcome_note(a->outcome, 0, nothing);
    sinks.diagnostic = take_diagnostic;
    sinks.progress = take_progress;
    sinks.user = a->outcome;
    spec.label = a->label;
    spec.source = a->text;
    spec.diagnostic_bytes = LWI_DIAGNOSTIC_BYTES;
    return lw_lease_check(a->slot->lease, result, &spec, &sinks, &options,
                          &a->err);
}

/* The completion mark has come: the only way to "ok". */
static void
keep_result(struct attempt *a, const lw_check_result *result)
{
    struct lwi_outcome *outcome = a->outcome;
    bool errors = result->errors > 0 || outcome->errors > 0;
    uint64_t heap_kib = result->heap_kib;

    outcome->verdict = errors              ? LW_VERDICT_ERROR
                       : result->has_sorry ? LW_VERDICT_SORRY
                                           : LW_VERDICT_OK;
    outcome->lean_ms = (double)result->elapsed_us / 1000.0;
    outcome->truncated |= result->truncated;
    outcome->cause = NULL;
    if (heap_kib == 0 &&
        lw_worker_get_rss_kib(worker_of(a), &heap_kib, NULL) < 0)
        heap_kib = 0;
    a->slot->heap_kib = heap_kib;
}

static void
note_process(struct attempt *a)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };

    if (a->slot->run->options.isolate &&
        lw_worker_get_metadata(worker_of(a), &metadata, NULL) == LW_OK)
        snprintf(a->outcome->not_forked, sizeof(a->outcome->not_forked), "%s",
                 metadata.forked ? "" : metadata.not_forked);
}

int
lwi_attempt_check(struct lwi_slot *slot, const struct lwi_job *job,
                  struct lwi_outcome *outcome)
{
    lw_check_result result = { 0 };
    struct attempt a;
    int rc = attempt_init(&a, slot, job->file, outcome);

    if (rc == LW_OK) {
        slot->used = true; /* importing may run initializers already */
        rc = open_session(&a, job);
    }
    if (rc == LW_OK)
        rc = run_check(&a, &result);
    note_process(&a);
    if (rc == LW_OK)
        keep_result(&a, &result);
    return finish(&a, rc);
}

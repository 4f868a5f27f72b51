/*
 * serve.c - what a slot does with a file that the schedule gave it.
 *
 * Each function ends with the file handed on: to the next stage, back, or to
 * the report.
 */
#include "base/buf.h"
#include "base/error.h"
#include "check/run.h"

/* ---- read ---- */

static void
fail_unread(struct lwi_slot *slot, size_t file, int rc,
            struct lwi_source_place place, const lw_error *err)
{
    struct lwi_outcome outcome;

    lwi_outcome_init(&outcome, slot->run->allocator);
    if (rc == LW_EFILE)
        rc = lwi_outcome_fail(&outcome, LW_VERDICT_ERROR, place,
                              (lw_span){ err->message, strlen(err->message) });
    if (rc < 0) {
        lwi_run_stop(slot->run, LWI_STOP_FAILED, err);
        outcome.verdict = LW_VERDICT_CANCELLED;
    }
    lwi_run_report(slot->run, file, &outcome);
    lwi_outcome_fini(&outcome);
}

void
lwi_serve_read(struct lwi_slot *slot, size_t file)
{
    struct lwi_run *run = slot->run;
    struct lwi_file *f = lwi_alloc(run->allocator, sizeof(*f));
    struct lwi_source_place place = { 0, 0 };
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (f == NULL)
        rc = lwi_fail(&err, LW_ENOMEM, "read a Lean file", "out of memory");
    else
        rc = lwi_source_read(&f->source, run->allocator, run->paths[file],
                             &place, &err);
    if (f == NULL || rc < 0) {
        lwi_free(run->allocator, f);
        fail_unread(slot, file, rc, place, &err);
        return;
    }
    if (f->source.size > LWI_KEPT_TEXT)
        lwi_source_fini(&f->source);
    pthread_mutex_lock(&run->lock);
    run->files[file] = f;
    lwi_schedule_was_read(run->schedule, file);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

/* ---- the second try ---- */

/*
 * A worker that had served other files may have been broken by one of them, so
 * its death says nothing about this file: it is tried alone in a fresh one.
 * A file that outlasts its time does so anywhere.
 */
static bool
deserves_retry(struct lwi_slot *slot, int rc, bool was_used)
{
    if (rc == LW_OK || !was_used || rc == LW_ETIMEOUT || rc == LW_ECANCELLED)
        return false;
    return slot->lease == NULL && !lwi_run_is_stopped(slot->run);
}

/* The outcome of the first try stays where there is no worker for another. */
static bool
prepare_retry(struct lwi_slot *slot, struct lwi_outcome *outcome, int rc,
              bool was_used)
{
    lwi_hold_tidy(slot);
    if (!deserves_retry(slot, rc, was_used) || lwi_hold_start(slot) < 0)
        return false;
    lwi_outcome_restart(outcome);
    return true;
}

/* ---- parse ---- */

/* Takes the header over; NULL: no memory. */
static struct lwi_need *
make_need(struct lwi_run *run, lw_header *header, size_t file)
{
    struct lwi_need *need = lwi_alloc(run->allocator, sizeof(*need));

    if (need == NULL)
        lw_header_destroy(header);
    else
        *need = (struct lwi_need){ run->allocator, header,
                                   run->options.file_options == NULL
                                       ? NULL
                                       : run->options.file_options[file],
                                   NULL };
    return need;
}

/* Files share a session where their headers and their options are the same. */
static int
queue(struct lwi_run *run, size_t file, struct lwi_need *need)
{
    const char *const *option = need->options;
    struct lwi_buf key;
    int rc;

    lwi_buf_init(&key, run->allocator);
    rc = lwi_buf_append(&key, need->header->key.data, need->header->key.size);
    if (rc == LW_OK)
        rc = lwi_buf_append(&key, "", 1); /* so that it is never empty */
    for (; rc == LW_OK && option != NULL && *option != NULL; option++)
        rc = lwi_buf_append(&key, *option, strlen(*option) + 1);
    if (rc != LW_OK) {
        lw_header_destroy(need->header);
        lwi_free(run->allocator, need);
        lwi_buf_fini(&key);
        return rc;
    }
    pthread_mutex_lock(&run->lock);
    rc = lwi_schedule_parsed(run->schedule, file,
                             (lw_span){ key.data, key.size }, need);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    lwi_buf_fini(&key);
    return rc;
}

static void
hand_on_parsed(struct lwi_slot *slot, size_t file, struct lwi_outcome *outcome,
               lw_header *header)
{
    struct lwi_run *run = slot->run;
    struct lwi_source_place start = { header->start_line,
                                      header->start_column };
    struct lwi_need *need = make_need(run, header, file);
    lw_error err = LW_ERROR_INIT;
    int rc = LW_ENOMEM;

    run->files[file]->start = start;
    if (need != NULL)
        rc = queue(run, file, need);
    if (rc == LW_OK)
        return;
    lwi_fail(&err, rc, "keep a header", "out of memory");
    lwi_run_stop(run, LWI_STOP_FAILED, &err);
    outcome->verdict = LW_VERDICT_CANCELLED;
    lwi_run_report(run, file, outcome);
}

void
lwi_serve_parse(struct lwi_slot *slot, size_t file)
{
    struct lwi_outcome outcome;
    lw_header *header = NULL;
    bool was_used = slot->used;
    int rc;

    lwi_outcome_init(&outcome, slot->run->allocator);
    rc = lwi_attempt_header(slot, file, &outcome, &header);
    if (prepare_retry(slot, &outcome, rc, was_used))
        (void)lwi_attempt_header(slot, file, &outcome, &header);
    if (header != NULL)
        hand_on_parsed(slot, file, &outcome, header);
    else
        lwi_run_report(slot->run, file, &outcome);
    lwi_outcome_fini(&outcome);
}

/* ---- check ---- */

/*
 * A worker with another header's session makes room for a fresh one. False: it
 * did not start, and the file has been given back.
 */
static bool
make_room(struct lwi_slot *slot, const struct lwi_job *job)
{
    struct lwi_run *run = slot->run;

    if (!slot->has_session || slot->bucket == job->bucket)
        return true;
    lwi_hold_end(slot, false);
    if (lwi_hold_start(slot) == LW_OK)
        return true;
    pthread_mutex_lock(&run->lock);
    lwi_schedule_give_back(run->schedule, job->file);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return false;
}

void
lwi_serve_check(struct lwi_slot *slot, const struct lwi_job *job)
{
    struct lwi_outcome outcome;
    bool was_used;
    int rc;

    if (!make_room(slot, job))
        return;
    was_used = slot->used;
    lwi_outcome_init(&outcome, slot->run->allocator);
    lwi_run_count_running(slot->run, true);
    rc = lwi_attempt_check(slot, job, &outcome);
    if (prepare_retry(slot, &outcome, rc, was_used))
        lwi_attempt_check(slot, job, &outcome);
    lwi_run_count_running(slot->run, false);
    lwi_run_report(slot->run, job->file, &outcome);
    lwi_outcome_fini(&outcome);
}

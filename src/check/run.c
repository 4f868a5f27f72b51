/* run.c - what the threads of a run do together: stop, count, report. */
#include "check/run.h"
#include "pool/lease.h"

/* ---- stopping ---- */

/* With the lock. */
static void
kill_workers(struct lwi_run *run)
{
    uint32_t i;

    for (i = 0; i < run->slot_count; i++) {
        if (run->slots[i].lease != NULL)
            lw_worker_kill(lwi_lease_peek_worker(run->slots[i].lease));
    }
}

void
lwi_run_stop(struct lwi_run *run, enum lwi_stop stop, const lw_error *err)
{
    pthread_mutex_lock(&run->lock);
    if (run->stop == LWI_STOP_NONE) {
        run->stop = stop;
        if (err != NULL)
            run->error = *err;
        lw_cancel_set(run->halt);
        kill_workers(run);
        pthread_cond_broadcast(&run->changed);
    }
    pthread_mutex_unlock(&run->lock);
}

bool
lwi_run_is_stopped(struct lwi_run *run)
{
    bool stopped;

    pthread_mutex_lock(&run->lock);
    stopped = run->stop != LWI_STOP_NONE;
    pthread_mutex_unlock(&run->lock);
    return stopped;
}

/* ---- progress ---- */

static lw_check_totals
copy_totals(struct lwi_run *run)
{
    lw_check_totals totals;

    pthread_mutex_lock(&run->lock);
    totals = run->totals;
    pthread_mutex_unlock(&run->lock);
    return totals;
}

void
lwi_run_tick(struct lwi_run *run)
{
    lw_check_totals totals;

    /* A report that blocks (nobody reads the output) must not block who
     * watches for the cancel. */
    if (run->options.progress == NULL ||
        pthread_mutex_trylock(&run->report_lock) != 0)
        return;
    totals = copy_totals(run);
    run->options.progress(&totals, run->options.user);
    pthread_mutex_unlock(&run->report_lock);
}

void
lwi_run_count_running(struct lwi_run *run, bool begins)
{
    pthread_mutex_lock(&run->lock);
    if (begins)
        run->totals.running++;
    else
        run->totals.running--;
    pthread_mutex_unlock(&run->lock);
}

/* ---- reporting ---- */

static void
free_file(struct lwi_run *run, size_t file)
{
    struct lwi_file *f = run->files[file];

    run->files[file] = NULL;
    if (f == NULL)
        return;
    lwi_source_fini(&f->source);
    lwi_free(run->allocator, f);
}

/* Counts the file; *wanted: the caller is to be told of it. */
static lw_check_totals
settle(struct lwi_run *run, size_t file, lw_verdict verdict, bool *wanted)
{
    lw_check_totals totals;

    pthread_mutex_lock(&run->lock);
    free_file(run, file);
    lwi_schedule_finish(run->schedule, file);
    *wanted = run->options.report != NULL && run->stop != LWI_STOP_SINK;
    run->totals.done++;
    run->totals.verdicts[verdict]++;
    if (run->totals.done == run->totals.files)
        lw_cancel_set(run->halt); /* whoever waits for a worker is done too */
    totals = run->totals;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return totals;
}

/* What a file has to say for which the run was over. */
static void
explain_cancelled(struct lwi_run *run, struct lwi_outcome *outcome)
{
    if (outcome->verdict != LW_VERDICT_CANCELLED)
        return;
    pthread_mutex_lock(&run->lock);
    if (run->stop == LWI_STOP_FAILED)
        lwi_outcome_set_cause(outcome, LW_VERDICT_CANCELLED, "no_worker",
                              run->error.message);
    else
        lwi_outcome_set_cause(outcome, LW_VERDICT_CANCELLED, "cancelled",
                              "The run was cancelled.");
    pthread_mutex_unlock(&run->lock);
}

void
lwi_run_report(struct lwi_run *run, size_t file, struct lwi_outcome *outcome)
{
    lw_check_report report;
    lw_check_totals totals;
    bool wanted, failed = false;

    explain_cancelled(run, outcome);
    lwi_outcome_report(outcome, run->paths[file], &report);
    pthread_mutex_lock(&run->report_lock);
    totals = settle(run, file, outcome->verdict, &wanted);
    if (wanted)
        failed = run->options.report(&report, &totals, run->options.user) < 0;
    if (failed)
        lwi_run_stop(run, LWI_STOP_SINK, NULL);
    pthread_mutex_unlock(&run->report_lock);
}

void
lwi_run_report_rest(struct lwi_run *run)
{
    struct lwi_outcome outcome;
    size_t file;
    bool more;

    for (;;) {
        pthread_mutex_lock(&run->lock);
        more = lwi_schedule_take_rest(run->schedule, &file);
        pthread_mutex_unlock(&run->lock);
        if (!more)
            return;
        lwi_outcome_init(&outcome, run->allocator);
        outcome.verdict = LW_VERDICT_CANCELLED;
        lwi_run_report(run, file, &outcome);
        lwi_outcome_fini(&outcome);
    }
}

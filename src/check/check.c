/* check.c - lw_check_files: a run from its making to its end. */
#include <lean_worker/check.h>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "base/error.h"
#include "base/options.h"
#include "proc/capacity.h"
#include "check/run.h"
#include "proc/runtime.h"
#include "base/cancel.h"

#define DOING "check files"

/* Threads, not cores: an absurd number is a mistake of the caller. */
#define JOBS_MAX 1024u

/* ---- defaults ---- */

static bool
is_embedded(const lw_toolchain *toolchain)
{
    return toolchain != NULL &&
           lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED;
}

uint32_t
lw_check_default_jobs(const lw_toolchain *toolchain)
{
    struct lwi_capacity capacity = lwi_capacity_read("");

    return lwi_capacity_workers(&capacity, is_embedded(toolchain)
                                               ? LWI_COST_EMBEDDED_KIB
                                               : LWI_COST_NATIVE_KIB);
}

/* ---- a slot's thread ---- */

/* What to do next; END as well where the run is stopped. */
static struct lwi_job
take_job(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;
    struct lwi_job job = { LWI_JOB_END, 0, 0, NULL };

    pthread_mutex_lock(&run->lock);
    while (run->stop == LWI_STOP_NONE) {
        job = lwi_schedule_next(run->schedule, slot->number);
        if (job.kind != LWI_JOB_WAIT)
            break;
        job.kind = LWI_JOB_END;
        pthread_cond_wait(&run->changed, &run->lock);
    }
    pthread_mutex_unlock(&run->lock);
    return job;
}

/* False: there is nothing more to do. */
static bool
do_job(struct lwi_slot *slot, const struct lwi_job *job)
{
    switch (job->kind) {
    case LWI_JOB_READ:
        lwi_serve_read(slot, job->file);
        return true;
    case LWI_JOB_START:
        lwi_hold_start(slot);
        return true;
    case LWI_JOB_PARSE:
        lwi_serve_parse(slot, job->file);
        return true;
    case LWI_JOB_CHECK:
        lwi_serve_check(slot, job);
        return true;
    case LWI_JOB_WAIT:
    case LWI_JOB_END:
        break;
    }
    return false;
}

static void *
slot_main(void *arg)
{
    static const uint64_t one = 1;
    struct lwi_slot *slot = arg;
    struct lwi_run *run = slot->run;
    struct lwi_job job;

    do {
        lwi_hold_tidy(slot);
        job = take_job(slot);
    } while (do_job(slot, &job));
    lwi_hold_end(slot, false);
    pthread_mutex_lock(&run->lock);
    run->threads--;
    pthread_mutex_unlock(&run->lock);
    /* An eventfd takes more ones than there are threads. */
    LW_ASSERT(write(run->ended_fd, &one, sizeof(one)) == sizeof(one));
    return NULL;
}

/* The program's signals are for its own threads; those that a thread brings
 * upon itself, in a callback too, it gets. */
static void
block_signals(sigset_t *before)
{
    static const int own[] = { SIGPIPE, SIGSEGV, SIGBUS,  SIGFPE,
                               SIGILL,  SIGABRT, SIGTRAP, SIGSYS };
    sigset_t others;
    size_t i;

    sigfillset(&others);
    for (i = 0; i < LWI_COUNT(own); i++)
        sigdelset(&others, own[i]);
    pthread_sigmask(SIG_BLOCK, &others, before);
}

static int
start_threads(struct lwi_run *run)
{
    sigset_t before;
    uint32_t i;

    block_signals(&before);
    for (i = 0; i < run->slot_count; i++) {
        struct lwi_slot *slot = &run->slots[i];

        pthread_mutex_lock(&run->lock);
        run->threads++;
        pthread_mutex_unlock(&run->lock);
        slot->has_thread =
            pthread_create(&slot->thread, NULL, slot_main, slot) == 0;
        if (!slot->has_thread) {
            pthread_mutex_lock(&run->lock);
            run->threads--;
            pthread_mutex_unlock(&run->lock);
            break;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return i == 0 ? LW_ELIMIT : LW_OK; /* fewer than wanted will do */
}

/* ---- the thread of the caller ---- */

static bool
is_over(struct lwi_run *run)
{
    bool over;

    pthread_mutex_lock(&run->lock);
    over = run->threads == 0;
    pthread_mutex_unlock(&run->lock);
    return over;
}

static void
wait_for_end(struct lwi_run *run)
{
    struct pollfd polled[] = {
        { .fd = run->ended_fd, .events = POLLIN },
        { .fd = lwi_cancel_fd(run->options.cancel), .events = POLLIN },
    };
    int tick_ms = run->options.progress == NULL ? -1 : LWI_TICK_MS;
    uint64_t count;

    while (!is_over(run)) {
        if (poll(polled, 2, tick_ms) < 0)
            continue; /* EINTR: a signal of the program */
        if (polled[0].revents != 0 &&
            read(run->ended_fd, &count, sizeof(count)) < 0)
            continue;
        if (polled[1].revents != 0) {
            lwi_run_stop(run, LWI_STOP_CANCELLED, NULL);
            polled[1].fd = -1;
        }
        lwi_run_tick(run);
    }
}

static void
join_threads(struct lwi_run *run)
{
    uint32_t i;

    for (i = 0; i < run->slot_count; i++) {
        if (run->slots[i].has_thread)
            pthread_join(run->slots[i].thread, NULL);
    }
}

/* ---- making and ending ---- */

static void
drop_need(void *bucket)
{
    struct lwi_need *need = bucket;

    lw_header_destroy(need->header);
    lw_capability_destroy(need->capability);
    lwi_free(need->allocator, need);
}

static int
make_schedule(struct lwi_run *run, size_t count)
{
    struct lwi_schedule_config config = {
        .allocator = run->allocator,
        .files = count,
        .slots = run->slot_count,
        .sessions = LWI_SESSIONS_MAX,
        .window = LWI_WINDOW,
        .drop = drop_need,
    };

    return lwi_schedule_create(&run->schedule, &config);
}

static int
make_slots(struct lwi_run *run, size_t count)
{
    uint32_t i, jobs = run->options.jobs;

    if (jobs == 0)
        jobs = lw_check_default_jobs(run->options.toolchain);
    run->slot_count = count < jobs ? (uint32_t)count : jobs;
    run->slots =
        lwi_alloc_array(run->allocator, run->slot_count, sizeof(*run->slots));
    run->files = lwi_alloc_array(run->allocator, count, sizeof(*run->files));
    if (run->slots == NULL || run->files == NULL)
        return LW_ENOMEM;
    for (i = 0; i < run->slot_count; i++) {
        run->slots[i].run = run;
        run->slots[i].number = i;
    }
    return make_schedule(run, count);
}

static int
make_pool(struct lwi_run *run, lw_error *err)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    int rc;

    config.max_workers = run->slot_count;
    /* A process without imports, for headers, and one for each slot's. */
    if (run->options.isolate)
        config.isolation = LW_ISOLATE_REQUEST;
    config.max_fork_servers = run->slot_count + 1;
    rc = lw_pool_create(&run->pool, run->runtime, &config, err);
    if (rc == LW_OK)
        rc = lwi_hold_describe(&run->blank, run, NULL, err);
    return rc;
}

static void
init_locks(struct lwi_run *run)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&run->report_lock, NULL);
    pthread_mutex_init(&run->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&run->changed, &attr);
    pthread_condattr_destroy(&attr);
}

static int
run_init(struct lwi_run *run, lw_runtime *runtime, const char *const *paths,
         size_t count, const lw_check_options *options, lw_error *err)
{
    int rc;

    *run = (struct lwi_run){
        .runtime = runtime,
        .allocator = lwi_runtime_allocator(runtime),
        .clock = lwi_runtime_clock(runtime),
        .options = *options,
        .paths = paths,
        .heap_limit_kib = is_embedded(options->toolchain)
                              ? LWI_HEAP_LIMIT_EMBEDDED_KIB
                              : LWI_HEAP_LIMIT_NATIVE_KIB,
        .error = LW_ERROR_INIT,
        .totals = { .files = count },
    };
    init_locks(run);
    run->ended_fd = eventfd(0, EFD_CLOEXEC);
    if (run->ended_fd < 0)
        return lwi_fail_errno(err, LW_ELIMIT, DOING, "cannot make an eventfd");
    rc = lw_cancel_create(&run->halt, err);
    if (rc < 0)
        return rc;
    if (make_slots(run, count) < 0)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    return make_pool(run, err);
}

static void
run_fini(struct lwi_run *run)
{
    size_t i;

    lw_pool_destroy(run->pool);
    lw_capability_destroy(run->blank);

    for (i = 0; run->files != NULL && i < run->totals.files; i++) {
        if (run->files[i] != NULL)
            lwi_source_fini(&run->files[i]->source);
        lwi_free(run->allocator, run->files[i]);
    }
    lwi_schedule_destroy(run->schedule);
    lwi_free(run->allocator, run->files);
    lwi_free(run->allocator, run->slots);
    lw_cancel_destroy(run->halt);
    if (run->ended_fd >= 0)
        close(run->ended_fd);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->lock);
    pthread_mutex_destroy(&run->report_lock);
}

/* ---- the call ---- */

/* What is wrong with the arguments, or NULL. */
static const char *
fault(const char *const *paths, size_t count, const lw_check_options *options)
{
    size_t i;

    if (count > 0 && paths == NULL)
        return "paths is NULL";
    for (i = 0; i < count; i++) {
        if (paths[i] == NULL)
            return "a path is NULL";
    }
    if ((options->toolchain != NULL) == (options->command != NULL))
        return "exactly one of toolchain and command must be given";
    if (options->jobs > JOBS_MAX)
        return "jobs is over 1024";
    if (options->timeout_ms == 0 || (options->timeout_ms != LW_NO_LIMIT &&
                                     options->timeout_ms > LW_TIMEOUT_MAX_MS))
        return "timeout_ms must be 1 ms to 30 days, or LW_NO_LIMIT";
    if (options->rss_limit_kib == 0)
        return "rss_limit_kib must be at least 1, or LW_NO_LIMIT";
    return NULL;
}

/* What the call returns, once every thread has ended. */
static int
conclude(struct lwi_run *run, lw_error *err)
{
    switch (run->stop) {
    case LWI_STOP_NONE:
        return LW_OK;
    case LWI_STOP_CANCELLED:
        lwi_run_report_rest(run);
        return lwi_fail(err, LW_ECANCELLED, DOING, "cancelled by the caller");
    case LWI_STOP_SINK:
        return lwi_fail(err, LW_ESINK, DOING, "the caller's report failed");
    case LWI_STOP_FAILED:
        break;
    }
    if (run->ever_up)
        lwi_run_report_rest(run);
    if (err != NULL)
        *err = run->error;
    return run->error.status;
}

static int
run_files(struct lwi_run *run, lw_error *err)
{
    int rc;

    rc = start_threads(run);
    if (rc < 0)
        return lwi_fail(err, rc, DOING, "no thread could be started");
    wait_for_end(run);
    join_threads(run);
    lwi_run_tick(run);
    return conclude(run, err);
}

int
lw_check_files(lw_runtime *runtime, const char *const *paths, size_t count,
               const lw_check_options *options, lw_check_totals *totals,
               lw_error *err)
{
    lw_check_options known = LW_CHECK_OPTIONS_INIT;
    const char *wrong;
    struct lwi_run run;
    int rc;

    if (totals != NULL)
        *totals = (lw_check_totals){ .files = count };
    rc = lwi_runtime_check(runtime, DOING, err);
    if (rc < 0)
        return rc;
    if (options == NULL || !lwi_options_read(&known, sizeof(known), options))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "options are NULL or of a later version; use "
                        "LW_CHECK_OPTIONS_INIT");
    wrong = fault(paths, count, &known);
    if (wrong != NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "%s", wrong);
    if (count == 0)
        return LW_OK;
    rc = run_init(&run, runtime, paths, count, &known, err);
    if (rc == LW_OK)
        rc = run_files(&run, err);
    if (totals != NULL)
        *totals = run.totals;
    run_fini(&run);
    return rc;
}

/*
 * zygote.c - the fork server as its callers see it: made, asked, ended; and
 * what workers take of it. Its thread is in zygote_keeper.c.
 */
#include "worker/zygote_impl.h"

#include <signal.h>
#include <stdio.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/process.h"
#include "proc/fd.h"

#define ZYGOTE_MAGIC 0x6c20d9e7u
#define LOOK_MS UINT64_C(50) /* at the token, which wakes no condition */

/* ---- what a worker needs ---- */

static bool
same_texts(char *const *a, char *const *b)
{
    while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
        a++;
        b++;
    }
    return *a == NULL && *b == NULL;
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_for(const struct lwi_config *own, const struct lwi_config *config)
{
    return own->launch == config->launch &&
           same_text(own->host, config->host) &&
           same_text(own->working_directory, config->working_directory) &&
           same_text(own->fingerprint, config->fingerprint) &&
           same_texts(own->command, config->command) &&
           same_texts(own->environment, config->environment);
}

/* Under the lock: why no worker of this config can be forked; NULL: it can. */
static const char *
fault(const lw_zygote *zygote, const struct lwi_config *config)
{
    bool probes =
        zygote->has_keeper && pthread_equal(zygote->keeper, pthread_self());

    if (zygote->closed)
        return "the fork server was destroyed";
    if (!is_for(&zygote->probe->config, config))
        return "the fork server is for another host, environment or folder";
    if (zygote->child != NULL && !zygote->doubted &&
        (zygote->state == LW_ZYGOTE_READY || probes))
        return NULL;
    return zygote->reason[0] != '\0' ? zygote->reason : "the fork server ended";
}

struct lwi_child *
lwi_zygote_acquire(lw_zygote *zygote, const struct lwi_config *config,
                   char reason[LWI_ZYGOTE_REASON])
{
    struct lwi_child *child = NULL;
    const char *why;

    pthread_mutex_lock(&zygote->lock);
    why = fault(zygote, config);
    if (why == NULL)
        child = lwi_child_retain(zygote->child);
    snprintf(reason, LWI_ZYGOTE_REASON, "%s", why == NULL ? "" : why);
    pthread_mutex_unlock(&zygote->lock);
    return child;
}

void
lwi_zygote_note_fork(lw_zygote *zygote, const struct lwi_child *process, int rc)
{
    static const uint64_t one = 1;
    const struct lwi_sys *sys = lwi_runtime_sys(zygote->runtime);
    bool limited = rc == LW_ELIMIT || rc == LW_ENOMEM || rc == LW_ECLOSED;
    bool news = false;

    pthread_mutex_lock(&zygote->lock);
    if (rc == LW_OK && zygote->state == LW_ZYGOTE_READY) {
        zygote->forks++;
        zygote->useful = true;
    } else if (rc != LW_OK && !limited && zygote->child == process) {
        news = zygote->doubted = true;
    }
    /* A counter that is full has woken the keeper long ago. */
    if (news && sys->write(zygote->wake, &one, sizeof(one)) < 0)
        errno = 0;
    pthread_mutex_unlock(&zygote->lock);
}

void
lwi_zygote_note_fallback(lw_zygote *zygote)
{
    pthread_mutex_lock(&zygote->lock);
    zygote->fallbacks++;
    pthread_mutex_unlock(&zygote->lock);
}

uint64_t
lwi_zygote_number(const lw_zygote *zygote)
{
    return zygote->number;
}

void
lwi_zygote_set_fork_bound(lw_zygote *zygote, uint64_t ms)
{
    pthread_mutex_lock(&zygote->lock);
    zygote->fork_bound_ms = ms;
    pthread_mutex_unlock(&zygote->lock);
}

uint64_t
lwi_zygote_fork_bound(lw_zygote *zygote)
{
    uint64_t ms;

    pthread_mutex_lock(&zygote->lock);
    ms = zygote->fork_bound_ms;
    pthread_mutex_unlock(&zygote->lock);
    return ms;
}

/* ---- life ---- */

lw_zygote *
lwi_zygote_retain(lw_zygote *zygote)
{
    if (zygote != NULL)
        atomic_fetch_add(&zygote->references, 1);
    return zygote;
}

void
lwi_zygote_release(lw_zygote *zygote)
{
    lw_allocator allocator;
    lw_runtime *runtime;

    if (zygote == NULL || atomic_fetch_sub(&zygote->references, 1) > 1)
        return;
    allocator = zygote->allocator;
    runtime = zygote->runtime;
    lw_cancel_destroy(zygote->closing);
    lwi_buf_fini(&zygote->preload);
    lwi_fd_close(&zygote->wake);
    pthread_cond_destroy(&zygote->changed);
    pthread_mutex_destroy(&zygote->lock);
    zygote->magic = 0;
    lwi_free(&allocator, zygote);
    lwi_runtime_release(runtime);
}

static lw_zygote *
allocate(lw_runtime *runtime)
{
    static atomic_ullong last;
    const lw_allocator *allocator = lwi_runtime_allocator(runtime);
    lw_zygote *zygote = lwi_alloc(allocator, sizeof(*zygote));
    pthread_condattr_t monotonic;

    if (zygote == NULL)
        return NULL;
    zygote->magic = ZYGOTE_MAGIC;
    atomic_init(&zygote->references, 1);
    zygote->number = atomic_fetch_add(&last, 1) + 1;
    zygote->host = lwi_process_id();
    zygote->runtime = lwi_runtime_retain(runtime);
    zygote->allocator = *allocator;
    lwi_buf_init(&zygote->preload, &zygote->allocator);
    zygote->fork_bound_ms = LWI_SPAWN_BOUND_MS;
    zygote->status = LW_MORE;
    zygote->wake = -1;
    snprintf(zygote->reason, sizeof(zygote->reason),
             "the fork server is not ready yet");
    pthread_mutex_init(&zygote->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&zygote->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return zygote;
}

/* Why there can be none for this host, whatever is tried; NULL: there can. */
static const char *
obstacle(const struct lwi_config *config)
{
#ifndef __linux__
    (void)config;
    return "a fork server needs Linux";
#else
    if (!config->launch && !config->fake_zygote)
        return "a fork server needs a toolchain, and a command is given";
    if (config->launch && config->host == NULL)
        return "a fork server needs a native Lean with its shared library";
    return NULL;
#endif
}

/* The lock is held while the thread is created: it has its own number then. */
static int
start_keeper(lw_zygote *zygote, lw_error *err)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&zygote->lock);
    rc = lwi_runtime_sys(zygote->runtime)
             ->thread_create(&zygote->keeper, lwi_zygote_keep, zygote);
    zygote->has_keeper = rc == 0;
    pthread_mutex_unlock(&zygote->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = rc;
    return rc == 0 ? LW_OK
                   : lwi_fail_system(err, LW_ESYSTEM, LWI_ZYGOTE_DOING,
                                     "its thread could not be started");
}

/* What it is to open, and how long that may take. */
static int
describe_sessions(lw_zygote *zygote, const lw_zygote_config *config,
                  lw_error *err)
{
    uint64_t startup_ms = zygote->probe->config.startup_timeout_ms;
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < config->session_count; i++)
        rc = lwi_session_put_frame(&zygote->preload, zygote->probe,
                                   &config->sessions[i], err);
    zygote->sessions = config->session_count;
    zygote->ready_ms = startup_ms;
    if (config->session_count > 0 && startup_ms != LW_NO_LIMIT)
        zygote->ready_ms = config->preload_timeout_ms == LW_NO_LIMIT
                               ? LW_NO_LIMIT
                               : startup_ms + config->preload_timeout_ms;
    return rc;
}

static int
set_up(lw_zygote *zygote, const lw_zygote_config *config, lw_error *err)
{
    const struct lwi_sys *sys = lwi_runtime_sys(zygote->runtime);
    lw_worker_config own = *config->worker;
    int rc = lw_cancel_create(&zygote->closing, err);

    own.fork_server = NULL;
    if (rc == LW_OK)
        rc = lwi_worker_create(&zygote->probe, zygote->runtime, &own, err);
    if (rc == LW_OK)
        rc = describe_sessions(zygote, config, err);
    if (rc != LW_OK)
        return rc;
    zygote->wake = lwi_fd_raise(sys, sys->event_fd());
    if (zygote->wake < 0)
        return lwi_fail_system(err, LW_ESYSTEM, LWI_ZYGOTE_DOING,
                               "no descriptor for it");
    zygote->probe->config.fork_server = lwi_zygote_retain(zygote);
    zygote->probe->config.is_probe = true;
    return LW_OK;
}

/* What is wrong with the arguments, or NULL. */
static const char *
fault_of(const lw_zygote_config *config)
{
    if (config == NULL || config->struct_size != sizeof(*config) ||
        config->worker == NULL ||
        config->worker->struct_size != sizeof(*config->worker))
        return "the config is not from LW_ZYGOTE_CONFIG_INIT, or its worker "
               "not from LW_WORKER_CONFIG_INIT";
    if (config->session_count > LW_ZYGOTE_SESSIONS_MAX ||
        (config->session_count > 0 && config->sessions == NULL))
        return "sessions is NULL, or they are more than 64";
    if (config->preload_timeout_ms == 0 ||
        (config->preload_timeout_ms != LW_NO_LIMIT &&
         config->preload_timeout_ms > LW_TIMEOUT_MAX_MS))
        return "preload_timeout_ms must be 1 ms to 30 days, or LW_NO_LIMIT";
    return NULL;
}

int
lwi_zygote_create(lw_zygote **out, lw_runtime *runtime,
                  const lw_zygote_config *config, bool fake, lw_error *err)
{
    const char *why;
    lw_zygote *zygote;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, LWI_ZYGOTE_DOING, "out is NULL");
    *out = NULL;
    why = fault_of(config);
    if (why != NULL)
        return lwi_fail(err, LW_EINVAL, LWI_ZYGOTE_DOING, "%s", why);
    rc = lwi_runtime_check(runtime, LWI_ZYGOTE_DOING, err);
    if (rc != LW_OK)
        return rc;
    zygote = allocate(runtime);
    if (zygote == NULL)
        return lwi_fail(err, LW_ENOMEM, LWI_ZYGOTE_DOING, "out of memory");
    rc = set_up(zygote, config, err);
    if (rc == LW_OK) {
        zygote->probe->config.fake_zygote = fake;
        why = obstacle(&zygote->probe->config);
        if (why != NULL)
            lwi_zygote_set_state(zygote, LW_ZYGOTE_GIVEN_UP, LW_EUNSUPPORTED,
                                 why);
        else
            rc = start_keeper(zygote, err);
    }
    if (rc == LW_OK) {
        *out = zygote;
        return LW_OK;
    }
    lw_worker_destroy(zygote->probe);
    lwi_zygote_release(zygote);
    return rc;
}

int
lw_zygote_create(lw_zygote **out, lw_runtime *runtime,
                 const lw_zygote_config *config, lw_error *err)
{
    return lwi_zygote_create(out, runtime, config, false, err);
}

static int
check(const lw_zygote *zygote, const char *what, lw_error *err)
{
    if (!LWI_VALID(zygote, ZYGOTE_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, what, "not a live fork server");
    if (zygote->host != lwi_process_id())
        return lwi_fail(err, LW_EBADHANDLE, what,
                        "this is a copy of it made by fork");
    return LW_OK;
}

/* From here on no worker is forked, and the keeper comes to its end. */
static void
close_it(lw_zygote *zygote, bool retire)
{
    pthread_mutex_lock(&zygote->lock);
    zygote->closed = true;
    zygote->retired = retire && zygote->state == LW_ZYGOTE_READY;
    /* The keeper may be waiting for its word. */
    if (zygote->child != NULL && !zygote->retired)
        lwi_child_kill(zygote->child, LWI_KILL_SHUTDOWN);
    pthread_cond_broadcast(&zygote->changed);
    pthread_mutex_unlock(&zygote->lock);
    lw_cancel_set(zygote->closing);
}

static void
end(lw_zygote *zygote, bool retire)
{
    if (check(zygote, "", NULL) != LW_OK)
        return;
    close_it(zygote, retire);
    if (zygote->has_keeper)
        pthread_join(zygote->keeper, NULL);
    lwi_zygote_let_go(zygote, !zygote->retired);
    lw_worker_destroy(zygote->probe);
    lwi_zygote_release(zygote);
}

void
lw_zygote_destroy(lw_zygote *zygote)
{
    end(zygote, false);
}

void
lwi_zygote_retire(lw_zygote *zygote)
{
    end(zygote, true);
}

void
lwi_zygote_call_off(lw_zygote *zygote)
{
    bool ready;

    pthread_mutex_lock(&zygote->lock);
    ready = zygote->state == LW_ZYGOTE_READY;
    pthread_mutex_unlock(&zygote->lock);
    if (!ready)
        close_it(zygote, false);
}

/* ---- asking ---- */

int
lw_zygote_get_report(lw_zygote *zygote, lw_zygote_report *report, lw_error *err)
{
    const char *what = "look at a fork server";
    int rc = check(zygote, what, err);

    if (rc != LW_OK)
        return rc;
    if (report == NULL || report->struct_size != sizeof(*report))
        return lwi_fail(err, LW_EINVAL, what,
                        "report is NULL or its struct_size is not set");
    pthread_mutex_lock(&zygote->lock);
    report->state = zygote->state;
    report->pid =
        zygote->child == NULL ? 0 : (int)lwi_child_get_pid(zygote->child);
    report->starts = zygote->starts;
    report->forks = zygote->forks;
    report->fallbacks = zygote->fallbacks;
    report->sessions = zygote->state == LW_ZYGOTE_READY ? zygote->sessions : 0;
    report->ready_us = zygote->ready_us;
    report->status = (lw_status)zygote->status;
    snprintf(report->reason, sizeof(report->reason), "%s", zygote->reason);
    pthread_mutex_unlock(&zygote->lock);
    return LW_OK;
}

/* LW_MORE: neither. */
static int
look(lw_zygote *zygote, const char *what, lw_error *err)
{
    int rc = LW_MORE;

    pthread_mutex_lock(&zygote->lock);
    if (zygote->closed)
        rc = lwi_fail(err, LW_ECLOSED, what, "it was destroyed");
    else if (zygote->state == LW_ZYGOTE_READY)
        rc = LW_OK;
    else if (zygote->state == LW_ZYGOTE_GIVEN_UP)
        rc = lwi_fail(err, LW_EUNSUPPORTED, what, "%s", zygote->reason);
    pthread_mutex_unlock(&zygote->lock);
    return rc;
}

/* Until something has changed, 50 ms have passed, or the time is over. */
static void
wait_a_little(lw_zygote *zygote, int64_t due)
{
    const struct lwi_clock *clock = lwi_runtime_clock(zygote->runtime);
    int64_t tick = lwi_deadline_after(clock, LOOK_MS);
    struct timespec left;

    pthread_mutex_lock(&zygote->lock);
    if (zygote->state == LW_ZYGOTE_STARTING && !zygote->closed)
        lwi_runtime_sys(zygote->runtime)
            ->cond_wait(&zygote->changed, &zygote->lock,
                        lwi_time_left(clock, tick < due ? tick : due, &left));
    pthread_mutex_unlock(&zygote->lock);
}

int
lw_zygote_wait(lw_zygote *zygote, uint64_t timeout_ms, lw_cancel *cancel,
               lw_error *err)
{
    const char *what = "wait for a fork server";
    const struct lwi_clock *clock;
    int rc = check(zygote, what, err);
    int64_t due = LWI_NEVER;

    if (rc != LW_OK)
        return rc;
    if (timeout_ms > LW_TIMEOUT_MAX_MS && timeout_ms != LW_NO_LIMIT)
        return lwi_fail(err, LW_EINVAL, what,
                        "timeout_ms must be at most 30 days, or LW_NO_LIMIT");
    clock = lwi_runtime_clock(zygote->runtime);
    if (timeout_ms != LW_NO_LIMIT)
        due = lwi_deadline_after(clock, timeout_ms);
    while ((rc = look(zygote, what, err)) == LW_MORE) {
        if (lw_cancel_is_set(cancel))
            return lwi_fail(err, LW_ECANCELLED, what, "cancelled");
        if (lwi_now(clock) >= due)
            return lwi_fail(err, LW_ETIMEOUT, what, "it is not ready yet");
        wait_a_little(zygote, due);
    }
    return rc;
}

/*
 * zygote.c - the fork server: started, probed, replaced, given up.
 *
 *      STARTING ── quiet, and a fork answered a ping ──► READY
 *         ▲  │                                             │
 *         │  └── cannot be, or of no use three times ──► GIVEN_UP
 *         └────────── it died, or did not fork ────────────┘
 *
 * One thread for each, the keeper: it alone starts and ends processes, so no
 * worker waits for one. Others take a handle of the process under the lock.
 * A process that is in doubt is let go of: its forks hold handles too, and
 * with the last of them it ends (lwi_child_release).
 *
 * The probe is a worker like others, of the same config. It is the keeper's,
 * and the only one that is forked from a process before that is READY.
 */
#include "worker/zygote.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/backoff.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "proc/fd.h"
#include "worker/worker.h"

#define ZYGOTE_MAGIC 0x6c20d9e7u
#define USELESS_MAX 3u /* processes in a row that no worker was forked from */
#define PAUSE_FIRST_MS UINT64_C(50)
#define PAUSE_MOST_MS UINT64_C(5000)
#define LOOK_MS UINT64_C(50) /* at the token, which wakes no condition */

static const char doing[] = "start a fork server";

struct lw_zygote {
    uint32_t magic;
    atomic_uint references;
    uint64_t number;
    pid_t host; /* the process that may use it */
    lw_runtime *runtime;
    lw_allocator allocator;
    lw_worker *probe; /* the keeper's; its config is the fork server's */
    lw_cancel *closing;
    struct lwi_buf preload; /* frames that open its sessions; may be empty */
    uint64_t sessions;      /* how many they are */
    uint64_t ready_ms;      /* how long a process has until it is ready */
    int wake;               /* eventfd: `doubted` */
    pthread_t keeper;
    bool has_keeper;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    lw_zygote_state state;
    bool closed;
    bool retired;            /* closed, and its forks go on */
    bool doubted;            /* the present process */
    bool useful;             /* a worker was forked from it */
    struct lwi_child *child; /* the present process; NULL: none */
    unsigned useless;        /* processes in a row */
    uint64_t starts;
    uint64_t forks;
    uint64_t fallbacks;
    uint64_t fork_bound_ms;
    uint64_t ready_us; /* from its start to the last time it was ready */
    int status;        /* why it is not ready */
    char reason[LWI_ZYGOTE_REASON];
};

/* ---- the state, under the lock ---- */

static void
set_state(lw_zygote *zygote, lw_zygote_state state, int status,
          const char *reason)
{
    pthread_mutex_lock(&zygote->lock);
    zygote->state = state;
    zygote->status = status;
    lwi_text_copy(zygote->reason, sizeof(zygote->reason), reason);
    if (state == LW_ZYGOTE_READY) {
        zygote->starts++;
        zygote->useful = false;
    }
    pthread_cond_broadcast(&zygote->changed);
    pthread_mutex_unlock(&zygote->lock);
}

/* Takes the handle; false where it came too late, and is to be ended. */
static bool
set_child(lw_zygote *zygote, struct lwi_child *child)
{
    bool open;

    pthread_mutex_lock(&zygote->lock);
    open = !zygote->closed;
    zygote->child = child;
    zygote->doubted = false;
    pthread_mutex_unlock(&zygote->lock);
    return open;
}

static bool
is_closed(lw_zygote *zygote)
{
    return lw_cancel_is_set(zygote->closing);
}

/* One of the members that the lock guards. */
static bool
is_so(lw_zygote *zygote, const bool *member)
{
    bool so;

    pthread_mutex_lock(&zygote->lock);
    so = *member;
    pthread_mutex_unlock(&zygote->lock);
    return so;
}

/* ---- one process: started and probed, by the keeper ---- */

static int
spawn(lw_zygote *zygote, lw_error *err)
{
    const struct lwi_config *config = &zygote->probe->config;
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    struct lwi_child *child;
    int rc;

    spec.argv = (const char *const *)config->command;
    spec.env = (const char *const *)config->environment;
    spec.cwd = config->working_directory;
    spec.launch = config->launch;
    spec.host = config->host;
    spec.zygote = true;
    spec.rss_limit_kib = config->rss_limit_kib;
    spec.preload = (lw_span){ zygote->preload.data, zygote->preload.size };
    rc = lwi_child_spawn(&child, zygote->runtime, &spec, err);
    if (rc != LW_OK)
        return rc;
    if (!set_child(zygote, child)) {
        lwi_child_kill(child, LWI_KILL_SHUTDOWN);
        return lwi_fail(err, LW_ECLOSED, doing, "it is being destroyed");
    }
    return lwi_zygote_await(
        child,
        lwi_deadline_after(lwi_runtime_clock(zygote->runtime),
                           zygote->ready_ms),
        err);
}

/* A fork must answer before any worker rests on one. */
static int
probe(lw_zygote *zygote, lw_error *err)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_worker *worker = zygote->probe;
    int rc = lw_worker_cycle(worker, zygote->closing, err);

    options.timeout_ms = worker->config.startup_timeout_ms;
    options.cancel = zygote->closing;
    if (rc == LW_OK)
        rc = lw_worker_ping(worker, (lw_span){ "probe", 5 }, &options, err);
    if (rc != LW_OK)
        lw_worker_kill(worker);
    lw_worker_shutdown(worker, LWI_POLITE_MS, NULL, NULL);
    return rc;
}

/* Ends the keeper's use of the process. Its forks may still hold it. */
static void
let_go(lw_zygote *zygote, bool kill)
{
    struct lwi_child *child;

    pthread_mutex_lock(&zygote->lock);
    child = zygote->child;
    zygote->child = NULL;
    pthread_mutex_unlock(&zygote->lock);
    if (child == NULL)
        return;
    if (kill) {
        lwi_child_kill(child, LWI_KILL_SHUTDOWN);
        lwi_child_wait_buried(
            child, lwi_deadline_after(lwi_runtime_clock(zygote->runtime),
                                      LWI_SPAWN_BOUND_MS));
    }
    lwi_child_release(child);
}

static int
bring_up(lw_zygote *zygote)
{
    const struct lwi_clock *clock = lwi_runtime_clock(zygote->runtime);
    int64_t began = lwi_now(clock);
    lw_error err = LW_ERROR_INIT;
    char reason[LWI_ZYGOTE_REASON];
    int rc = spawn(zygote, &err);

    if (rc == LW_OK)
        rc = probe(zygote, &err);
    if (rc == LW_OK) {
        pthread_mutex_lock(&zygote->lock);
        zygote->ready_us = (uint64_t)(lwi_now(clock) - began) / 1000;
        pthread_mutex_unlock(&zygote->lock);
        set_state(zygote, LW_ZYGOTE_READY, LW_OK, "");
        return rc;
    }
    let_go(zygote, true);
    lwi_text_copy(reason, sizeof(reason), err.message);
    set_state(zygote, LW_ZYGOTE_STARTING, rc, reason);
    return rc;
}

/*
 * Another process would fare no better: it says so itself, Lean refuses a
 * session, or the imports take too long.
 */
static bool
is_for_good(const lw_zygote *zygote, int rc)
{
    return rc == LW_EUNSUPPORTED || rc == LW_EHEADER || rc == LW_EWORKER ||
           (rc == LW_ETIMEOUT && zygote->sessions > 0);
}

/* ---- the keeper ---- */

/* Until the process is dead or in doubt, or the time is over. */
static void
wait_for_news(lw_zygote *zygote, int death, int64_t due)
{
    const struct lwi_sys *sys = lwi_runtime_sys(zygote->runtime);
    struct pollfd polls[] = {
        { .fd = death, .events = POLLIN },
        { .fd = zygote->wake, .events = POLLIN },
        { .fd = lwi_cancel_fd(zygote->closing), .events = POLLIN },
    };
    struct timespec left;
    uint64_t wakes;

    if (sys->poll(polls, LWI_COUNT(polls),
                  lwi_time_left(lwi_runtime_clock(zygote->runtime), due,
                                &left)) > 0 &&
        polls[1].revents != 0 &&
        sys->read(zygote->wake, &wakes, sizeof(wakes)) < 0)
        return; /* somebody else was faster: there is only one reader */
}

static void
watch(lw_zygote *zygote)
{
    struct lwi_child *child = zygote->child; /* only this thread changes it */
    int death = lwi_child_get_fds(child).death;

    while (!is_closed(zygote) && !is_so(zygote, &zygote->doubted) &&
           lwi_child_wait_buried(child, 0) != LW_OK)
        wait_for_news(zygote, death, LWI_NEVER);
}

/* How often in a row, now: 0 where the last process was of use. */
static unsigned
count_useless(lw_zygote *zygote)
{
    unsigned useless;

    pthread_mutex_lock(&zygote->lock);
    zygote->useless = zygote->useful ? 0 : zygote->useless + 1;
    zygote->useful = false;
    useless = zygote->useless;
    pthread_mutex_unlock(&zygote->lock);
    return useless;
}

static void
pause_after(lw_zygote *zygote, unsigned useless)
{
    uint64_t ms = lwi_backoff_ms(PAUSE_FIRST_MS, PAUSE_MOST_MS, useless);
    const struct lwi_clock *clock = lwi_runtime_clock(zygote->runtime);
    int64_t due = lwi_deadline_after(clock, ms);

    while (useless > 0 && !is_closed(zygote) && lwi_now(clock) < due)
        wait_for_news(zygote, -1, due);
}

static void
keep_up(lw_zygote *zygote)
{
    unsigned useless = 0;
    int rc;

    while (!is_closed(zygote) && useless < USELESS_MAX) {
        rc = bring_up(zygote);
        if (is_for_good(zygote, rc))
            return;
        if (rc == LW_OK) {
            watch(zygote);
            set_state(zygote, LW_ZYGOTE_STARTING, LW_ECHILDEXITED,
                      "the fork server ended, and is started again");
            let_go(zygote,
                   is_closed(zygote) && !is_so(zygote, &zygote->retired));
        }
        useless = count_useless(zygote);
        pause_after(zygote, useless);
    }
}

static void *
run_keeper(void *argument)
{
    lw_zygote *zygote = argument;
    char reason[LWI_ZYGOTE_REASON];
    int status;

    keep_up(zygote);
    pthread_mutex_lock(&zygote->lock);
    snprintf(reason, sizeof(reason), "%s", zygote->reason);
    status = zygote->status;
    pthread_mutex_unlock(&zygote->lock);
    set_state(zygote, LW_ZYGOTE_GIVEN_UP, status, reason);
    if (!is_closed(zygote))
        lwi_runtime_log(zygote->runtime, LW_LOG_WARNING,
                        "workers are started without a fork server: %s",
                        reason);
    return NULL;
}

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
             ->thread_create(&zygote->keeper, run_keeper, zygote);
    zygote->has_keeper = rc == 0;
    pthread_mutex_unlock(&zygote->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = rc;
    return rc == 0 ? LW_OK
                   : lwi_fail_system(err, LW_ESYSTEM, doing,
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
        return lwi_fail_system(err, LW_ESYSTEM, doing, "no descriptor for it");
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
        return lwi_fail(err, LW_EINVAL, doing, "out is NULL");
    *out = NULL;
    why = fault_of(config);
    if (why != NULL)
        return lwi_fail(err, LW_EINVAL, doing, "%s", why);
    rc = lwi_runtime_check(runtime, doing, err);
    if (rc != LW_OK)
        return rc;
    zygote = allocate(runtime);
    if (zygote == NULL)
        return lwi_fail(err, LW_ENOMEM, doing, "out of memory");
    rc = set_up(zygote, config, err);
    if (rc == LW_OK) {
        zygote->probe->config.fake_zygote = fake;
        why = obstacle(&zygote->probe->config);
        if (why != NULL)
            set_state(zygote, LW_ZYGOTE_GIVEN_UP, LW_EUNSUPPORTED, why);
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
    let_go(zygote, !zygote->retired);
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

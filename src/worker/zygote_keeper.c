/*
 * zygote_keeper.c - the fork server's thread: started, probed, replaced, given
 * up.
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
#include "worker/zygote_impl.h"

#include <stdio.h>

#include "base/backoff.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/text.h"

#define USELESS_MAX 3u /* processes in a row that no worker was forked from */
#define PAUSE_FIRST_MS UINT64_C(50)
#define PAUSE_MOST_MS UINT64_C(5000)

/* ---- the state, under the lock ---- */

void
lwi_zygote_set_state(lw_zygote *zygote, lw_zygote_state state, int status,
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
        return lwi_fail(err, LW_ECLOSED, LWI_ZYGOTE_DOING,
                        "it is being destroyed");
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

void
lwi_zygote_let_go(lw_zygote *zygote, bool kill)
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
        lwi_zygote_set_state(zygote, LW_ZYGOTE_READY, LW_OK, "");
        return rc;
    }
    lwi_zygote_let_go(zygote, true);
    lwi_text_copy(reason, sizeof(reason), err.message);
    lwi_zygote_set_state(zygote, LW_ZYGOTE_STARTING, rc, reason);
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
            lwi_zygote_set_state(zygote, LW_ZYGOTE_STARTING, LW_ECHILDEXITED,
                                 "the fork server ended, and is started again");
            lwi_zygote_let_go(zygote, is_closed(zygote) &&
                                          !is_so(zygote, &zygote->retired));
        }
        useless = count_useless(zygote);
        pause_after(zygote, useless);
    }
}

void *
lwi_zygote_keep(void *argument)
{
    lw_zygote *zygote = argument;
    char reason[LWI_ZYGOTE_REASON];
    int status;

    keep_up(zygote);
    pthread_mutex_lock(&zygote->lock);
    snprintf(reason, sizeof(reason), "%s", zygote->reason);
    status = zygote->status;
    pthread_mutex_unlock(&zygote->lock);
    lwi_zygote_set_state(zygote, LW_ZYGOTE_GIVEN_UP, status, reason);
    if (!is_closed(zygote))
        lwi_runtime_log(zygote->runtime, LW_LOG_WARNING,
                        "workers are started without a fork server: %s",
                        reason);
    return NULL;
}

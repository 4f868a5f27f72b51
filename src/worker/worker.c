/*
 * worker.c - one supervised child: start, end, and what is known of it.
 */
#include "worker/worker.h"

#include <stdio.h>

/* ---- the state ---- */

bool
lwi_worker_try_move(lw_worker *worker, enum lwi_event event,
                    enum lwi_state *was)
{
    enum lwi_state to;
    bool possible;

    pthread_mutex_lock(&worker->lock);
    *was = worker->state;
    possible = lwi_machine_next(worker->state, event, &to);
    if (possible)
        worker->state = to;
    pthread_mutex_unlock(&worker->lock);
    return possible;
}

void
lwi_worker_move(lw_worker *worker, enum lwi_event event)
{
    enum lwi_state was;

    LW_ASSERT(lwi_worker_try_move(worker, event, &was));
}

int
lwi_worker_check_handle(const lw_worker *worker, const char *doing,
                        lw_error *err)
{
    if (!LWI_VALID(worker, LWI_WORKER_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, doing, "not a live worker");
    return lwi_runtime_check(worker->runtime, doing, err);
}

/* For what cannot fail. A copy made by fork may find the lock taken for ever.
 */
static bool
is_usable(const lw_worker *worker)
{
    return lwi_worker_check_handle(worker, "", NULL) == LW_OK;
}

/* ---- the end of a child ---- */

/* Waits for the burial. False where there is no obituary even so. */
static bool
bury(lw_worker *worker, struct lwi_obituary *obituary)
{
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    bool known;

    lwi_child_wait_buried(worker->child,
                          lwi_deadline_after(clock, LWI_BURIAL_MS));
    known = lwi_child_get_obituary(worker->child, obituary);
    lwi_channel_fini(&worker->channel);
    lwi_worker_move(worker, LWI_EVENT_BURIED);
    return known;
}

/* One sentence, with what is known besides in brackets. */
static int
tell(lw_error *err, int status, const char *doing, const char *sentence,
     const char *detail, const struct lwi_obituary *obituary)
{
    lwi_fail(err, (lw_status)status, doing, "%s%s%s%s", sentence,
             detail != NULL ? " (" : "", detail != NULL ? detail : "",
             detail != NULL ? ")" : "");
    if (err != NULL) {
        err->exit_code = obituary->exit_code;
        err->exit_signal = obituary->exit_signal;
    }
    return status;
}

/* How the child is told apart in its obituary. */
static enum lwi_kill_reason
kill_reason(int status)
{
    switch (status) {
    case LW_ETIMEOUT:
        return LWI_KILL_TIMEOUT;
    case LW_ECANCELLED:
        return LWI_KILL_CANCELLED;
    case LW_EPROTO:
    case LW_EHANDSHAKE:
    case LW_EVERSION:
        return LWI_KILL_PROTOCOL;
    default:
        return LWI_KILL_POLICY;
    }
}

int
lwi_worker_fail(lw_worker *worker, lw_status status, const char *doing,
                const char *detail, lw_error *err)
{
    struct lwi_obituary obituary = { .exit_code = -1 };

    lwi_worker_move(worker, LWI_EVENT_FAIL);
    lwi_child_kill(worker->child, kill_reason(status));
    bury(worker, &obituary);
    return tell(err, status, doing, lw_status_text(status), detail, &obituary);
}

/*
 * A child that only closed its pipe and lives on has a moment to end, then it
 * is killed for it.
 */
#define CLOSED_PIPE_MS UINT64_C(1000)

/* The last line that it wrote on stderr, where people look for the reason. */
static void
last_words(const struct lwi_obituary *obituary, char *to, size_t size)
{
    lw_span text = obituary->stderr_tail.size > 0 ? obituary->stderr_tail
                                                  : obituary->stderr_head;
    const char *start;

    while (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    start = text.size > 0 ? memrchr(text.data, '\n', text.size) : NULL;
    if (start != NULL) {
        text.size -= (size_t)(start + 1 - text.data);
        text.data = start + 1;
    }
    snprintf(to, size, "%s%.*s", text.size > 0 ? "; it said: " : "",
             (int)(text.size < 300 ? text.size : 300), text.data);
}

/* A start that failed is explained by its end, not by what Lean code does. */
static int
tell_start(lw_error *err, enum lwi_death_cause cause, const char *doing,
           const struct lwi_obituary *obituary)
{
    char words[320], detail[400];

    last_words(obituary, words, sizeof(words));
    if (obituary->exit_signal != 0)
        snprintf(detail, sizeof(detail), "signal %d, %s%s",
                 obituary->exit_signal, strsignal(obituary->exit_signal),
                 words);
    else
        snprintf(detail, sizeof(detail), "exit code %d%s", obituary->exit_code,
                 words);
    return tell(err, lwi_death_status(cause), doing,
                "The worker process ended before it was ready", detail,
                obituary);
}

int
lwi_worker_died(lw_worker *worker, const char *doing, lw_error *err)
{
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    struct lwi_obituary obituary = { .exit_code = -1 };
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    bool starting = worker->state == LWI_STATE_GREETING ||
                    worker->state == LWI_STATE_LOADING;

    if (lwi_child_wait_buried(
            worker->child, lwi_deadline_after(clock, CLOSED_PIPE_MS)) != LW_OK)
        return lwi_worker_fail(worker, LW_EPROTO, doing,
                               "it closed its pipe and lived on", err);
    lwi_worker_move(worker, LWI_EVENT_FAIL);
    if (bury(worker, &obituary))
        cause = lwi_obituary_cause(&obituary, worker->goodbye);
    if (starting)
        return tell_start(err, cause, doing, &obituary);
    return tell(err, lwi_death_status(cause), doing, lwi_death_sentence(cause),
                NULL, &obituary);
}

/* ---- the start of a child ---- */

static int
spawn(lw_worker *worker, lw_error *err)
{
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    struct lwi_child *child = NULL;
    struct lwi_child_fds fds;
    int rc;

    spec.argv = (const char *const *)worker->config.command;
    spec.env = (const char *const *)worker->config.environment;
    spec.cwd = worker->config.working_directory;
    spec.launch = worker->config.launch;
    spec.rss_limit_kib = worker->config.rss_limit_kib;
    rc = lwi_child_spawn(&child, worker->runtime, &spec, err);
    if (rc != LW_OK)
        return rc;
    fds = lwi_child_get_fds(child);
    lwi_channel_init(&worker->channel, lwi_runtime_allocator(worker->runtime),
                     lwi_runtime_sys(worker->runtime), fds.response,
                     fds.request);
    pthread_mutex_lock(&worker->lock);
    worker->child = child;
    worker->generation++;
    pthread_mutex_unlock(&worker->lock);
    return LW_OK;
}

/* Forgets the last child, which is buried. */
static void
drop_child(lw_worker *worker)
{
    struct lwi_child *child;

    pthread_mutex_lock(&worker->lock);
    child = worker->child;
    worker->child = NULL;
    pthread_mutex_unlock(&worker->lock);
    lwi_child_release(child);
    lwi_channel_fini(&worker->channel);
    worker->failure = (lw_span){ "", 0 };
    worker->goodbye = false;
    worker->lean_version[0] = worker->platform[0] = '\0';
    worker->lean_githash[0] = worker->worker_version[0] = '\0';
    worker->protocol_version = 0;
}

/* From NONE or DEAD to IDLE; LW_EBUSY where it is in neither. */
static int
bring_up(lw_worker *worker, lw_cancel *cancel, lw_error *err)
{
    enum lwi_state was;
    int rc;

    if (!lwi_worker_try_move(worker, LWI_EVENT_START, &was))
        return lwi_fail(err, LW_EBUSY, "cycle a worker",
                        "another call is in progress on this worker");
    drop_child(worker);
    if (lw_cancel_is_set(cancel))
        rc = lwi_fail(err, LW_ECANCELLED, "start a worker",
                      "cancelled before it began");
    else
        rc = spawn(worker, err);
    if (rc != LW_OK) {
        lwi_worker_move(worker, LWI_EVENT_NOT_SPAWNED);
        return rc;
    }
    lwi_worker_move(worker, LWI_EVENT_SPAWNED);
    return lwi_worker_handshake(worker, cancel, err);
}

/* ---- the polite end ---- */

/* How long an idle child may take to say goodbye. */
#define SHUTDOWN_MS UINT64_C(2000)

/* Asks a child to end if it is idle; it is buried when this returns. */
static void
finish_idle_child(lw_worker *worker)
{
    static const struct lwi_msg_shutdown shutdown;
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    enum lwi_state was;

    if (!lwi_worker_try_move(worker, LWI_EVENT_FINISH, &was))
        return;
    if (lwi_channel_queue(&worker->channel, LWI_MSG_SHUTDOWN, 0, &shutdown) ==
        LW_OK)
        lwi_channel_flush(&worker->channel);
    lwi_child_terminate(worker->child, SHUTDOWN_MS);
    lwi_child_wait_buried(worker->child,
                          lwi_deadline_after(clock, SHUTDOWN_MS * 2));
    worker->goodbye = true; /* we asked for it: not a crash, however it went */
    lwi_channel_fini(&worker->channel);
    lwi_worker_move(worker, LWI_EVENT_BURIED);
}

/* ---- the public life ---- */

int
lw_worker_start(lw_worker **out, lw_runtime *runtime,
                const lw_worker_config *config, lw_cancel *cancel,
                lw_error *err)
{
    const lw_allocator *allocator;
    lw_worker *worker;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, "start a worker", "out is NULL");
    *out = NULL;
    rc = lwi_runtime_check(runtime, "start a worker", err);
    if (rc != LW_OK)
        return rc;
    allocator = lwi_runtime_allocator(runtime);
    worker = lwi_alloc(allocator, sizeof(*worker));
    if (worker == NULL)
        return lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    worker->magic = LWI_WORKER_MAGIC;
    worker->runtime = runtime;
    pthread_mutex_init(&worker->lock, NULL);
    lwi_sessions_init(&worker->sessions, allocator);
    rc = lwi_config_init(&worker->config, allocator, config, err);
    if (rc == LW_OK &&
        lwi_policy_init(&worker->policy, &worker->config.policy,
                        lwi_runtime_clock(runtime), allocator) != LW_OK)
        rc = lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    if (rc == LW_OK)
        rc = bring_up(worker, cancel, err);
    if (rc != LW_OK)
        lw_worker_destroy(worker);
    else
        *out = worker;
    return rc;
}

void
lw_worker_destroy(lw_worker *worker)
{
    const lw_allocator *allocator;

    if (!is_usable(worker))
        return;
    allocator = lwi_runtime_allocator(worker->runtime);
    finish_idle_child(worker);
    LW_ASSERT(worker->state == LWI_STATE_NONE ||
              worker->state == LWI_STATE_DEAD);
    drop_child(worker);
    lwi_policy_fini(&worker->policy);
    lwi_sessions_fini(&worker->sessions);
    lwi_config_fini(&worker->config, allocator);
    pthread_mutex_destroy(&worker->lock);
    worker->magic = 0;
    lwi_free(allocator, worker);
}

void
lw_worker_kill(lw_worker *worker)
{
    if (!is_usable(worker))
        return;
    pthread_mutex_lock(&worker->lock);
    if (worker->child != NULL)
        lwi_child_kill(worker->child, LWI_KILL_POLICY);
    pthread_mutex_unlock(&worker->lock);
}

int
lw_worker_cycle(lw_worker *worker, lw_cancel *cancel, lw_error *err)
{
    int rc = lwi_worker_check_handle(worker, "cycle a worker", err);

    if (rc != LW_OK)
        return rc;
    finish_idle_child(worker);
    return bring_up(worker, cancel, err);
}

/* ---- what is known of the child ---- */

lw_worker_state
lw_worker_get_state(lw_worker *worker)
{
    lw_worker_state state = LW_WORKER_DEAD;

    if (!is_usable(worker))
        return LW_WORKER_DEAD;
    pthread_mutex_lock(&worker->lock);
    switch (worker->state) {
    case LWI_STATE_SPAWNING:
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
        state = LW_WORKER_STARTING;
        break;
    case LWI_STATE_IDLE:
        /* A deadline of 0 only looks: a child that died idle is dead. */
        state = lwi_child_wait_buried(worker->child, 0) == LW_OK
                    ? LW_WORKER_DEAD
                    : LW_WORKER_IDLE;
        break;
    case LWI_STATE_BUSY:
        state = LW_WORKER_BUSY;
        break;
    case LWI_STATE_STOPPING:
    case LWI_STATE_ENDING:
        state = LW_WORKER_ENDING;
        break;
    case LWI_STATE_NONE:
    case LWI_STATE_DEAD:
    case LWI_STATE_COUNT:
        break;
    }
    pthread_mutex_unlock(&worker->lock);
    return state;
}

const char *
lw_worker_get_lean_version(const lw_worker *worker)
{
    return LWI_VALID(worker, LWI_WORKER_MAGIC) ? worker->lean_version : "";
}

lw_span
lw_worker_get_failure(const lw_worker *worker)
{
    return LWI_VALID(worker, LWI_WORKER_MAGIC) ? worker->failure
                                               : (lw_span){ "", 0 };
}

uint64_t
lw_worker_get_generation(const lw_worker *worker)
{
    return LWI_VALID(worker, LWI_WORKER_MAGIC) ? worker->generation : 0;
}

int
lw_worker_get_pid(lw_worker *worker)
{
    int pid = 0;

    if (!is_usable(worker))
        return 0;
    pthread_mutex_lock(&worker->lock);
    if (worker->child != NULL && worker->state != LWI_STATE_DEAD)
        pid = (int)lwi_child_get_pid(worker->child);
    pthread_mutex_unlock(&worker->lock);
    return pid;
}

/* Of a child that no other thread is busy with. False where there is none. */
static bool
find_obituary(lw_worker *worker, struct lwi_obituary *obituary,
              enum lwi_death_cause *cause)
{
    bool found;

    pthread_mutex_lock(&worker->lock);
    found =
        (worker->state == LWI_STATE_DEAD || worker->state == LWI_STATE_IDLE) &&
        lwi_child_get_obituary(worker->child, obituary);
    if (found)
        *cause = lwi_obituary_cause(obituary, worker->goodbye);
    pthread_mutex_unlock(&worker->lock);
    return found;
}

int
lw_worker_get_exit_report(lw_worker *worker, lw_exit_report *report,
                          lw_error *err)
{
    struct lwi_obituary obituary;
    enum lwi_death_cause cause;
    int rc = lwi_worker_check_handle(worker, "read an exit report", err);

    if (rc != LW_OK)
        return rc;
    if (report == NULL || report->struct_size != sizeof(*report))
        return lwi_fail(err, LW_EINVAL, "read an exit report",
                        "report is NULL or its struct_size is not set");
    if (!find_obituary(worker, &obituary, &cause))
        return lwi_fail(err, LW_EBUSY, "read an exit report",
                        "no child of this worker has ended");
    *report = (lw_exit_report){
        .struct_size = sizeof(*report),
        .exit_code = obituary.exit_code,
        .exit_signal = obituary.exit_signal,
        .cause = lwi_death_word(cause),
        .sentence = lwi_death_sentence(cause),
        .stderr_head = obituary.stderr_head,
        .stderr_tail = obituary.stderr_tail,
        .stderr_bytes = obituary.stderr_bytes,
        .max_rss_kib = obituary.max_rss_kib,
        .cpu_ms = (obituary.user_cpu_us + obituary.system_cpu_us) / 1000,
    };
    return LW_OK;
}

int
lw_worker_get_rss_kib(lw_worker *worker, uint64_t *rss_kib, lw_error *err)
{
    struct lwi_memory memory;
    int rc = lwi_worker_check_handle(worker, "measure a worker", err);

    if (rc != LW_OK)
        return rc;
    if (rss_kib == NULL)
        return lwi_fail(err, LW_EINVAL, "measure a worker", "rss_kib is NULL");
    pthread_mutex_lock(&worker->lock);
    rc = worker->child == NULL
             ? LW_ESYSTEM
             : lwi_child_get_memory(worker->child, LWI_MEMORY_RSS, &memory);
    pthread_mutex_unlock(&worker->lock);
    if (rc != LW_OK)
        return lwi_fail(err, (lw_status)rc, "measure a worker",
                        "there is no sample: the child is not running");
    *rss_kib = memory.rss_kib;
    return LW_OK;
}

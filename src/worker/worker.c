/*
 * worker.c - one supervised child: whose it is, its state, and what is known.
 */
#include "worker/worker.h"

int
lwi_worker_check_handle(const lw_worker *worker, const char *doing,
                        lw_error *err)
{
    if (!LWI_VALID(worker, LWI_WORKER_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, doing, "not a live worker");
    return lwi_runtime_check(worker->runtime, doing, err);
}

bool
lwi_worker_usable(const lw_worker *worker)
{
    return LWI_VALID(worker, LWI_WORKER_MAGIC) &&
           !lwi_runtime_is_copy(worker->runtime);
}

/* ---- whose it is ---- */

/* Between the calls the settlement is the housekeeping thread's: it waits. */
bool
lwi_worker_claim(lw_worker *worker)
{
    bool free;

    pthread_mutex_lock(&worker->lock);
    while (worker->holder == LWI_A_TIMER)
        pthread_cond_wait(&worker->released, &worker->lock);
    free = worker->holder == LWI_NOBODY;
    if (free) {
        worker->holder = LWI_A_CALL;
        worker->kills_before = worker->kills;
    }
    pthread_mutex_unlock(&worker->lock);
    if (free)
        lwi_settle_take_back(worker);
    return free;
}

static void
set_holder(lw_worker *worker, enum lwi_holder holder)
{
    pthread_mutex_lock(&worker->lock);
    worker->holder = holder;
    lwi_observer_released(worker);
    pthread_mutex_unlock(&worker->lock);
}

void
lwi_worker_hold(lw_worker *worker)
{
    set_holder(worker, LWI_A_RESULT);
}

void
lwi_worker_release(lw_worker *worker)
{
    set_holder(worker, LWI_NOBODY);
}

/* ---- the state ---- */

void
lwi_worker_move(lw_worker *worker, enum lwi_event event)
{
    enum lwi_state to = LWI_STATE_NONE;
    bool possible;

    pthread_mutex_lock(&worker->lock);
    possible = lwi_machine_next(worker->state, event, &to);
    worker->state = to;
    worker->observer.ready |= event == LWI_EVENT_READY;
    pthread_mutex_unlock(&worker->lock);
    LW_ASSERT(possible);
}

static bool
was_ready(const lw_worker *worker)
{
    return worker->state != LWI_STATE_GREETING &&
           worker->state != LWI_STATE_LOADING;
}

/* A start that the program itself broke off says nothing about the next. */
static void
note_start(lw_worker *worker, const lw_restart_reason *why)
{
    bool broken_off = why != NULL && (why->kind == LW_RESTART_TIMEOUT ||
                                      why->kind == LW_RESTART_CANCELLED);

    if (!broken_off && !worker->killed)
        lwi_policy_start_failed(worker);
}

void
lwi_worker_lose(lw_worker *worker, const lw_restart_reason *why)
{
    if (!was_ready(worker)) {
        note_start(worker, why);
    } else {
        /* Without a reason yet: it is told when the cause of death is known. */
        if (why != NULL)
            lwi_policy_child_ended(worker, why);
        lwi_sessions_child_ended(worker, false);
    }
    lwi_worker_move(worker, LWI_EVENT_FAIL);
}

/* How the child is told apart in its obituary. */
static enum lwi_kill_reason
kill_reason(lw_restart_kind why)
{
    switch ((int)why) {
    case LW_RESTART_TIMEOUT:
        return LWI_KILL_TIMEOUT;
    case LW_RESTART_CANCELLED:
        return LWI_KILL_CANCELLED;
    case LW_RESTART_PROTOCOL:
        return LWI_KILL_PROTOCOL;
    default:
        return LWI_KILL_POLICY;
    }
}

void
lwi_worker_kill_child(lw_worker *worker, const lw_restart_reason *why)
{
    lwi_child_kill(worker->child, kill_reason(why->kind));
    lwi_worker_lose(worker, why);
}

/* ---- the polite end ---- */

void
lwi_worker_dismiss(lw_worker *worker, const lw_restart_reason *why,
                   uint64_t polite_ms)
{
    static const struct lwi_msg_shutdown shutdown;

    lwi_policy_child_ended(worker, why);
    lwi_sessions_child_ended(worker, lwi_policy_keeps_sessions(worker, why));
    if (lwi_channel_queue(&worker->channel, LWI_MSG_SHUTDOWN, 0, &shutdown) ==
        LW_OK)
        lwi_channel_flush(&worker->channel);
    lwi_child_terminate(worker->child, polite_ms);
    lwi_worker_set_goodbye(worker); /* not a crash, however it goes */
    lwi_worker_move(worker, LWI_EVENT_FINISH);
}

/* Nobody's and idle: then it is the timer's. */
static bool
claim_idle(lw_worker *worker)
{
    bool claimed;

    pthread_mutex_lock(&worker->lock);
    claimed = worker->holder == LWI_NOBODY && worker->state == LWI_STATE_IDLE;
    if (claimed)
        worker->holder = LWI_A_TIMER;
    pthread_mutex_unlock(&worker->lock);
    return claimed;
}

bool
lwi_worker_retire(lw_worker *worker, const lw_restart_reason *why)
{
    if (!claim_idle(worker))
        return false;
    /* The end of one that is dead already has its own reason. */
    if (!lwi_policy_child_is_gone(worker, NULL) &&
        lwi_child_wait_buried(worker->child, 0) != LW_OK)
        lwi_worker_dismiss(worker, why, LWI_POLITE_MS);
    pthread_mutex_lock(&worker->lock);
    worker->holder = LWI_NOBODY;
    pthread_cond_broadcast(&worker->released);
    pthread_mutex_unlock(&worker->lock);
    return true;
}

void
lwi_worker_set_goodbye(lw_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->goodbye = true;
    pthread_mutex_unlock(&worker->lock);
}

/* ---- what is known of the child ---- */

/* Under the lock. A deadline of 0 only looks. */
static bool
is_buried(lw_worker *worker)
{
    return lwi_child_wait_buried(worker->child, 0) == LW_OK;
}

/* A call that is about to start a child, or to use one that is idle. */
static lw_worker_state
state_of(lw_worker *worker)
{
    bool held = worker->holder == LWI_A_CALL || worker->holder == LWI_A_RESULT;

    switch (worker->state) {
    case LWI_STATE_SPAWNING:
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
        return LW_WORKER_STARTING;
    case LWI_STATE_IDLE:
        if (held)
            return LW_WORKER_BUSY;
        if (is_buried(worker))
            return LW_WORKER_DEAD;
        return lwi_policy_child_is_gone(worker, NULL) ? LW_WORKER_ENDING
                                                      : LW_WORKER_IDLE;
    case LWI_STATE_BUSY:
        return LW_WORKER_BUSY;
    case LWI_STATE_STOPPING:
        return is_buried(worker) ? LW_WORKER_DEAD : LW_WORKER_SETTLING;
    case LWI_STATE_ENDING:
        return is_buried(worker) ? LW_WORKER_DEAD : LW_WORKER_ENDING;
    case LWI_STATE_NONE:
    case LWI_STATE_DEAD:
    case LWI_STATE_COUNT:
        break;
    }
    return LW_WORKER_DEAD;
}

lw_worker_state
lw_worker_get_state(lw_worker *worker)
{
    lw_worker_state state;

    if (!lwi_worker_usable(worker))
        return LW_WORKER_DEAD;
    pthread_mutex_lock(&worker->lock);
    state = state_of(worker);
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

    if (!lwi_worker_usable(worker))
        return 0;
    pthread_mutex_lock(&worker->lock);
    if (worker->child != NULL && !is_buried(worker))
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
    found = worker->holder != LWI_A_CALL && worker->child != NULL &&
            is_buried(worker) &&
            lwi_child_get_obituary(worker->child, obituary);
    if (found)
        *cause = lwi_obituary_cause(obituary, worker->goodbye);
    pthread_mutex_unlock(&worker->lock);
    return found;
}

lw_exit_report
lwi_worker_exit_report(const struct lwi_obituary *obituary,
                       enum lwi_death_cause cause)
{
    return (lw_exit_report){
        .struct_size = sizeof(lw_exit_report),
        .exit_code = obituary->exit_code,
        .exit_signal = obituary->exit_signal,
        .cause = lwi_death_word(cause),
        .sentence = lwi_death_sentence(cause),
        .stderr_head = obituary->stderr_head,
        .stderr_tail = obituary->stderr_tail,
        .stderr_bytes = obituary->stderr_bytes,
        .max_rss_kib = obituary->max_rss_kib,
        .cpu_ms = (obituary->user_cpu_us + obituary->system_cpu_us) / 1000,
    };
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
    *report = lwi_worker_exit_report(&obituary, cause);
    return LW_OK;
}

bool
lwi_worker_rests(lw_worker *worker)
{
    bool rests;

    pthread_mutex_lock(&worker->lock);
    rests = worker->holder == LWI_NOBODY && worker->state == LWI_STATE_IDLE &&
            !lwi_child_is_buried(worker->child) &&
            !lwi_policy_child_is_gone(worker, NULL);
    pthread_mutex_unlock(&worker->lock);
    return rests;
}

struct lwi_child *
lwi_worker_retain_child(lw_worker *worker)
{
    struct lwi_child *child = NULL;

    pthread_mutex_lock(&worker->lock);
    if (worker->child != NULL)
        child = lwi_child_retain(worker->child);
    pthread_mutex_unlock(&worker->lock);
    return child;
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

/* observer.c - each child of a worker, reported by its birth and its death. */
#include "worker/observer.h"

#include "worker/worker.h"

/* ---- death ---- */

/* Under the worker's lock. The texts are the child's. */
static void
describe_end(lw_worker *worker, struct lwi_note *note, lw_exit_report *end)
{
    struct lwi_obituary obituary = { .exit_code = -1 };
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    lw_restart_reason decided;
    bool known = lwi_policy_child_is_gone(worker, &decided);

    if (lwi_child_get_obituary(worker->child, &obituary))
        cause = lwi_obituary_cause(&obituary, worker->goodbye);
    /* What was decided before it died; of a child that was never ready, of
       which the policy knows nothing, that is of another one. */
    if (!known || !worker->observer.ready)
        decided = lwi_policy_death_reason(worker, cause, "");
    *end = lwi_worker_exit_report(&obituary, cause);
    *note = (struct lwi_note){
        .kind = LWI_NOTE_DIED,
        .pid = (int)lwi_child_get_pid(worker->child),
        .reason = decided,
        .end = end,
    };
}

/* Once for each child. Whoever calls keeps the child from being released. */
static void
tell_end(lw_worker *worker, bool also_in_a_call)
{
    struct lwi_observer *observer = &worker->observer;
    struct lwi_note note;
    lw_exit_report end;
    void *user;
    bool due;

    pthread_mutex_lock(&worker->lock);
    due = worker->child != NULL && !observer->told;
    if (due && !also_in_a_call && worker->holder == LWI_A_CALL) {
        /* The call may be about to read its goodbye. */
        observer->missed = true;
        due = false;
    }
    if (due) {
        describe_end(worker, &note, &end);
        observer->told = true;
    }
    user = observer->user;
    pthread_mutex_unlock(&worker->lock);
    if (due)
        observer->note(&note, user);
}

/* On the housekeeping thread: perhaps dead. */
static void
look(void *user)
{
    lw_worker *worker = user;
    bool dead;

    pthread_mutex_lock(&worker->lock);
    dead = worker->child != NULL &&
           lwi_child_wait_buried(worker->child, 0) == LW_OK;
    if (dead)
        lwi_watch_set(&worker->observer.watch, -1, LWI_NEVER);
    pthread_mutex_unlock(&worker->lock);
    if (dead)
        tell_end(worker, false);
}

/* ---- for the worker ---- */

void
lwi_observer_init(lw_worker *worker, lwi_note_cb note, void *user)
{
    if (note == NULL)
        return;
    worker->observer.note = note;
    worker->observer.user = user;
    lwi_watch_init(&worker->observer.watch, worker->runtime, look, worker);
}

void
lwi_observer_move(lw_worker *worker, void *user)
{
    pthread_mutex_lock(&worker->lock);
    worker->observer.user = user;
    pthread_mutex_unlock(&worker->lock);
}

/* Under the worker's lock. */
static void
watch_death(lw_worker *worker)
{
    lwi_watch_set(&worker->observer.watch,
                  lwi_child_get_fds(worker->child).death, LWI_NEVER);
}

void
lwi_observer_born(lw_worker *worker)
{
    struct lwi_observer *observer = &worker->observer;
    struct lwi_note note = { .kind = LWI_NOTE_BORN };

    if (observer->note == NULL)
        return;
    note.reason.operation = "";
    note.pid = (int)lwi_child_get_pid(worker->child);
    observer->note(&note, observer->user);
    pthread_mutex_lock(&worker->lock);
    observer->ready = observer->told = observer->missed = false;
    watch_death(worker);
    pthread_mutex_unlock(&worker->lock);
}

void
lwi_observer_buried(lw_worker *worker)
{
    if (worker->observer.note == NULL)
        return;
    lwi_watch_stop(&worker->observer.watch);
    tell_end(worker, true);
}

void
lwi_observer_released(lw_worker *worker)
{
    if (!worker->observer.missed || worker->child == NULL)
        return;
    worker->observer.missed = false;
    watch_death(worker);
}

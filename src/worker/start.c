/*
 * start.c - the step from no child to one whose HELLO is awaited.
 */
#include "worker/worker.h"

#include "base/text.h"

/* Forgets the last child, which is buried. */
static void
drop_child(lw_worker *worker)
{
    struct lwi_child *child;

    lwi_observer_buried(worker);
    lwi_waiter_disarm(worker);
    pthread_mutex_lock(&worker->lock);
    child = worker->child;
    worker->child = NULL;
    worker->goodbye = false;
    worker->killed = false;
    pthread_mutex_unlock(&worker->lock);
    lwi_child_release(child);
    lwi_channel_fini(&worker->channel);
    worker->failure = (lw_span){ "", 0 };
    worker->protocol_version = 0;
    worker->worker_version[0] = worker->lean_version[0] = '\0';
    worker->lean_githash[0] = worker->platform[0] = '\0';
    worker->forked = false;
    worker->not_forked[0] = '\0';
}

/* From the fork server: false where the child is to be started without. */
static bool
try_fork(lw_worker *worker, const struct lwi_child_spec *plain,
         struct lwi_child **child, int *rc, lw_error *err)
{
    lw_zygote *zygote = worker->config.fork_server;
    struct lwi_child_spec spec = *plain;
    lw_error why = LW_ERROR_INIT;

    spec.forked_from =
        lwi_zygote_acquire(zygote, &worker->config, worker->not_forked);
    *rc = LW_ESPAWN;
    if (spec.forked_from != NULL) {
        spec.fork_bound_ms = lwi_zygote_fork_bound(zygote);
        *rc = lwi_child_spawn(child, worker->runtime, &spec, &why);
        lwi_zygote_note_fork(zygote, spec.forked_from, *rc);
        lwi_child_release(spec.forked_from);
        lwi_text_copy(worker->not_forked, sizeof(worker->not_forked),
                      *rc == LW_OK ? "" : why.message);
    }
    worker->forked = *rc == LW_OK;
    if (worker->forked) {
        lwi_snapstart_none(worker, "it is a fork of the fork server");
        return true;
    }
    if (worker->config.is_probe) {
        lwi_fail(err, *rc, "start a fork server", "%s", worker->not_forked);
        return true;
    }
    lwi_zygote_note_fallback(zygote);
    lwi_runtime_log(worker->runtime, LW_LOG_INFO,
                    "a worker is started without the fork server: %s",
                    worker->not_forked);
    return false;
}

/* A process of its own, from a snapshot where one fits. */
static int
spawn_plain(lw_worker *worker, struct lwi_child_spec *spec,
            struct lwi_child **child, lw_error *err)
{
    char *option;
    const char **arguments = lwi_snapstart_arguments(worker, &option);
    int rc;

    if (arguments == NULL)
        return lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    spec->argv = arguments;
    rc = lwi_child_spawn(child, worker->runtime, spec, err);
    lwi_free(lwi_runtime_allocator(worker->runtime), arguments);
    lwi_free(&lwi_system_allocator, option);
    return rc;
}

static int
make_child(lw_worker *worker, struct lwi_child **child, lw_error *err)
{
    struct lwi_child_spec spec = LWI_CHILD_SPEC_INIT;
    int rc;

    if (!worker->config.is_probe) /* whose config others read */
        lwi_config_settle(&worker->config,
                          lwi_runtime_allocator(worker->runtime));
    spec.argv = (const char *const *)worker->config.command;
    spec.env = (const char *const *)worker->config.environment;
    spec.cwd = worker->config.working_directory;
    spec.launch = worker->config.launch;
    spec.host = worker->config.host;
    spec.rss_limit_kib = worker->config.rss_limit_kib;
    if (worker->config.fork_server != NULL &&
        try_fork(worker, &spec, child, &rc, err))
        return rc;
    spec.ring_bytes = worker->config.ring_bytes; /* a fork gets none */
    return spawn_plain(worker, &spec, child, err);
}

static int
spawn(lw_worker *worker, lw_error *err)
{
    struct lwi_child *child = NULL;
    struct lwi_child_fds fds;
    int rc = make_child(worker, &child, err);

    if (rc != LW_OK)
        return rc;
    fds = lwi_child_get_fds(child);
    lwi_channel_init(&worker->channel, lwi_runtime_allocator(worker->runtime),
                     lwi_runtime_sys(worker->runtime), fds.response,
                     fds.request);
    pthread_mutex_lock(&worker->lock);
    worker->child = child;
    worker->generation++;
    /* A kill since the call began is meant for the child that comes. */
    worker->killed = lwi_worker_killed_since(worker);
    if (worker->killed)
        lwi_child_kill(child, LWI_KILL_POLICY);
    pthread_mutex_unlock(&worker->lock);
    lwi_observer_born(worker);
    return LW_OK;
}

/* Whether there is a use for a child, and leave to start one. */
static int
check_start(struct lw_request *request)
{
    lw_worker *worker = request->worker;
    bool at_once = request->asked_for || worker->snapstart.at_once;

    worker->snapstart.at_once = false;
    if (worker->bond.holds)
        return lwi_fail(request->err, LW_ELEASE, request->call.doing,
                        "the worker process ended");
    if (request->call.session != NULL &&
        lwi_sessions_find(worker, request->call.session) == NULL)
        return lwi_request_no_session(request);
    if (at_once)
        return LW_OK;
    return lwi_policy_may_start(worker, NULL, request->call.doing,
                                request->err);
}

int
lwi_step_start(struct lw_request *request, unsigned seen)
{
    lw_worker *worker = request->worker;
    int rc;

    (void)seen;
    if (request->goal == LWI_GOAL_NO_CHILD || request->goal == LWI_GOAL_QUIET)
        return LW_OK;
    rc = check_start(request);
    if (rc != LW_OK)
        return rc;
    lwi_worker_move(worker, LWI_EVENT_START);
    request->replace = false;
    request->limit = lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                        worker->config.startup_timeout_ms);
    drop_child(worker);
    rc = spawn(worker, request->err);
    if (rc != LW_OK) {
        lwi_worker_move(worker, LWI_EVENT_NOT_SPAWNED);
        lwi_policy_start_failed(worker);
        return rc;
    }
    lwi_worker_move(worker, LWI_EVENT_SPAWNED);
    return LWI_AGAIN;
}

void
lwi_worker_set_fork_server(lw_worker *worker, lw_zygote *zygote)
{
    lw_zygote *old = worker->config.fork_server;

    worker->config.fork_server = lwi_zygote_retain(zygote);
    lwi_zygote_release(old);
}

void
lwi_worker_forget_child(lw_worker *worker)
{
    drop_child(worker);
}

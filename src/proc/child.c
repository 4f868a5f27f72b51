/*
 * child.c - the handle of a child: making, asking, ending, letting go.
 *
 * Any thread. See child_impl.h for locks and references.
 */
#include "proc/child_impl.h"

#include <fcntl.h>
#include <signal.h>

#include "base/process.h"
#include "proc/fd.h"
#include "proc/identity.h"
#include "proc/runtime_impl.h"

/* ---- making and freeing ---- */

static void
init_fields(struct lwi_child *child, lw_runtime *runtime,
            const struct lwi_child_spec *spec)
{
    child->magic = LWI_CHILD_MAGIC;
    child->allocator = runtime->allocator;
    child->sys = runtime->sys;
    child->clock = runtime->clock;
    child->host = runtime->host;
    child->runtime = runtime;
    child->rss_limit_kib = spec->rss_limit_kib;
    child->holders = child->references = 1;
    child->term_at = child->kill_at = child->rss_next = LWI_NEVER;
    child->request = child->request_read = child->response = -1;
    child->cancel = child->cancel_read = child->death = child->pidfd = -1;
    child->stderr_read = child->ring = -1;
    child->start.cwd = child->start.response_write = -1;
    child->start.stderr_write = -1;
    child->start.status = child->start.status_child = -1;
    child->is_zygote = spec->zygote;
    child->forked.status = -1;
    child->forked.told_by = LWI_NEVER;
    if (spec->forked_from != NULL)
        child->forked.zygote = lwi_child_retain(spec->forked_from);
}

struct lwi_child *
lwi_child_create(lw_runtime *runtime, const struct lwi_child_spec *spec)
{
    struct lwi_child *child = lwi_alloc(&runtime->allocator, sizeof(*child));
    pthread_condattr_t monotonic;

    if (child == NULL)
        return NULL;
    init_fields(child, runtime, spec);
    if (lwi_tail_init(&child->tail, &child->allocator,
                      spec->stderr_tail_bytes) != LW_OK) {
        lwi_child_release(child->forked.zygote);
        lwi_free(&runtime->allocator, child);
        return NULL;
    }
    pthread_mutex_init(&child->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&child->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return child;
}

/* What only holders use. */
static void
close_pipes(struct lwi_child *child)
{
    lwi_fd_close(&child->request);
    lwi_fd_close(&child->response);
    lwi_fd_close(&child->cancel);
    lwi_fd_close(&child->ring);
    lwi_fd_close(&child->start.status);
}

/* The read ends that are kept against SIGPIPE. */
static void
close_kept_ends(struct lwi_child *child)
{
    lwi_fd_close(&child->request_read);
    lwi_fd_close(&child->cancel_read);
}

/*
 * Of a child that is over: so that nothing is left when its last holder lets
 * go. The housekeeping thread may still poll these; it looks at the state next
 * and lets go too.
 */
static void
close_watched(struct lwi_child *child)
{
    if (child->pidfd != child->death)
        lwi_fd_close(&child->pidfd);
    child->pidfd = -1;
    lwi_fd_close(&child->death);
    lwi_fd_close(&child->forked.status);
    lwi_fd_close(&child->stderr_read);
}

static void
destroy(struct lwi_child *child)
{
    lw_allocator allocator = child->allocator;
    struct lwi_start *start = &child->start;
    int *fds[] = { &start->cwd, &start->status_child, &start->stderr_write,
                   &start->response_write };
    size_t i;

    close_pipes(child);
    close_kept_ends(child);
    close_watched(child);
    for (i = 0; i < LWI_COUNT(fds); i++)
        lwi_fd_close(fds[i]);
    lwi_free(&allocator, start->argv);
    lwi_free(&allocator, start->env);
    lwi_tail_fini(&child->tail, &allocator);
    lwi_child_release(child->forked.zygote);
    pthread_cond_destroy(&child->changed);
    pthread_mutex_destroy(&child->lock);
    child->magic = 0;
    lwi_free(&allocator, child);
}

void
lwi_child_unreference(struct lwi_child *child)
{
    bool last;

    pthread_mutex_lock(&child->lock);
    LW_ASSERT(child->references > 0);
    last = --child->references == 0;
    pthread_mutex_unlock(&child->lock);
    if (last)
        destroy(child);
}

/* A copy of the handle in a forked process must touch nothing. */
static bool
usable(const struct lwi_child *child)
{
    LW_ASSERT(LWI_VALID(child, LWI_CHILD_MAGIC));
    return child->host == lwi_process_id();
}

struct lwi_child *
lwi_child_retain(struct lwi_child *child)
{
    if (usable(child)) {
        pthread_mutex_lock(&child->lock);
        child->holders++;
        child->references++;
        pthread_mutex_unlock(&child->lock);
    }
    return child;
}

void
lwi_child_release(struct lwi_child *child)
{
    if (child == NULL || !usable(child))
        return;
    pthread_mutex_lock(&child->lock);
    LW_ASSERT(child->holders > 0);
    if (--child->holders == 0) {
        lwi_child_end_locked(child, LWI_KILL_SHUTDOWN, SIGKILL);
        close_pipes(child);
        if (child->state != LWI_CHILD_STARTING)
            close_kept_ends(child); /* else they are about to be handed on */
        if (child->state == LWI_CHILD_BURIED ||
            child->state == LWI_CHILD_FAILED)
            close_watched(child);
    }
    pthread_mutex_unlock(&child->lock);
    lwi_child_unreference(child);
}

/* ---- asking ---- */

struct lwi_child_fds
lwi_child_get_fds(const struct lwi_child *child)
{
    return (struct lwi_child_fds){
        .request = child->request,
        .response = child->response,
        .ring = child->ring,
        .cancel = child->cancel,
        .death = child->death,
    };
}

void
lwi_child_close_ring(struct lwi_child *child)
{
    if (usable(child))
        lwi_fd_close(&child->ring);
}

pid_t
lwi_child_get_pid(const struct lwi_child *child)
{
    return child->pid;
}

bool
lwi_child_get_obituary(struct lwi_child *child, struct lwi_obituary *out)
{
    bool buried;

    if (!usable(child))
        return false;
    pthread_mutex_lock(&child->lock);
    buried = child->state == LWI_CHILD_BURIED;
    if (buried)
        *out = child->obituary;
    pthread_mutex_unlock(&child->lock);
    return buried;
}

enum lwi_death_cause
lwi_obituary_cause(const struct lwi_obituary *obituary, bool goodbye)
{
    struct lwi_death_facts facts = {
        .goodbye = goodbye,
        .kill_reason = obituary->kill_reason,
        .exit_kind = obituary->exit_kind,
        .exit_code = obituary->exit_code,
        .exit_signal = obituary->exit_signal,
        .markers = obituary->markers,
    };

    return lwi_classify_death(&facts);
}

/* ---- ending ---- */

/*
 * While the child is not reaped its number is its own, and so is its group's.
 * The program may have reaped it behind our back, though, or ignore SIGCHLD,
 * and then the number may be anybody's.
 */
static bool
group_is_ours(struct lwi_child *child)
{
    if (child->pidfd >= 0 && child->sys->pidfd_signal(child->pidfd, 0) == 0)
        return true;
    return lwi_group_is_ours(child->pid, child->ward.start_ticks);
}

void
lwi_child_signal_locked(struct lwi_child *child, int signal)
{
    bool leader_sent;

    if (child->state != LWI_CHILD_LIVE || !group_is_ours(child))
        return;
    /* The leader may have moved itself to another group. */
    leader_sent =
        child->pidfd >= 0 && child->sys->pidfd_signal(child->pidfd, signal) == 0;
    if (!leader_sent && lwi_same_start(lwi_start_ticks(child->pid),
                                       child->ward.start_ticks))
        child->sys->kill(child->pid, signal);
    child->sys->kill(-child->pid, signal);
}

void
lwi_child_end_locked(struct lwi_child *child, enum lwi_kill_reason reason,
                     int signal)
{
    siginfo_t info;

    if (child->state != LWI_CHILD_LIVE)
        return;
    /* A child that was dead already was not killed for this reason. */
    if (child->kill_reason == LWI_KILL_NONE &&
        !lwi_child_is_dead_locked(child, &info))
        child->kill_reason = reason;
    lwi_child_signal_locked(child, signal);
}

void
lwi_child_kill(struct lwi_child *child, enum lwi_kill_reason reason)
{
    if (!usable(child))
        return;
    pthread_mutex_lock(&child->lock);
    lwi_child_end_locked(child, reason, SIGKILL);
    pthread_mutex_unlock(&child->lock);
}

/*
 * The number must stay ours while another thread may write to it, so it is
 * not closed but put on /dev/null, in one step.
 */
static void
end_input(struct lwi_child *child)
{
    int null = child->sys->open("/dev/null", O_WRONLY);

    if (null >= 0)
        child->sys->replace(null, child->request);
    lwi_fd_close(&null);
}

void
lwi_child_terminate(struct lwi_child *child, uint64_t grace_ms)
{
    if (!usable(child))
        return;
    pthread_mutex_lock(&child->lock);
    if (grace_ms == 0) {
        lwi_child_end_locked(child, LWI_KILL_SHUTDOWN, SIGKILL);
    } else if (child->state == LWI_CHILD_LIVE && child->kill_at == LWI_NEVER) {
        end_input(child);
        child->term_at = lwi_deadline_after(child->clock, grace_ms / 2);
        child->kill_at = lwi_deadline_after(child->clock, grace_ms);
        if (child->runtime != NULL)
            lwi_runtime_wake(child->runtime);
    }
    pthread_mutex_unlock(&child->lock);
}

bool
lwi_child_wait_changed(struct lwi_child *child, int64_t deadline)
{
    struct timespec left;
    const struct timespec *bound = lwi_time_left(child->clock, deadline, &left);

    if (bound != NULL && left.tv_sec == 0 && left.tv_nsec == 0)
        return false;
    child->sys->cond_wait(&child->changed, &child->lock, bound);
    return true;
}

bool
lwi_child_is_buried(struct lwi_child *child)
{
    bool buried;

    pthread_mutex_lock(&child->lock);
    buried = child->state == LWI_CHILD_BURIED;
    pthread_mutex_unlock(&child->lock);
    return buried;
}

bool
lwi_child_awaits_word(struct lwi_child *child)
{
    bool awaits;

    pthread_mutex_lock(&child->lock);
    awaits = child->forked.told_by != LWI_NEVER;
    pthread_mutex_unlock(&child->lock);
    return awaits;
}

int
lwi_child_wait_buried(struct lwi_child *child, int64_t deadline)
{
    bool buried, waited = true;

    if (!usable(child))
        return LW_EBADHANDLE;
    if (lwi_child_bury(child))
        return LW_OK;
    pthread_mutex_lock(&child->lock);
    while (child->state == LWI_CHILD_LIVE && waited)
        waited = lwi_child_wait_changed(child, deadline);
    buried = child->state == LWI_CHILD_BURIED;
    pthread_mutex_unlock(&child->lock);
    return buried || lwi_child_bury(child) ? LW_OK : LW_ETIMEOUT;
}

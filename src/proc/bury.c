/*
 * bury.c - from a dead process to an obituary, once and in one order.
 *
 *      dead? ─► warden forgets the group ─► the group is killed
 *            ─► stderr is drained ─► reaped ─► obituary ─► waiters wake
 *
 * The group's number is safe until the child is reaped, so everything that
 * uses it comes before. stderr is read until it is empty, not until its end:
 * a process that left the group may hold it open for ever. Any thread, under
 * the child's lock. A fork of a zygote is reaped there, and what is done with
 * its group comes before that as well (fork.c).
 */
#include "proc/child_impl.h"

#include <signal.h>

#include "proc/fd.h"
#include "proc/identity.h"
#include "proc/runtime_impl.h"

#define READ_SIZE 16384
#define LAST_WORDS (1024u * 1024u) /* of stderr, read when burying */

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* By number: not where the program reaped it and started another with it. */
static int
wait_number(struct lwi_child *child, siginfo_t *info, int options,
            struct rusage *usage)
{
    if (!lwi_group_is_ours(child->pid, child->ward.start_ticks)) {
        errno = ECHILD;
        return -1;
    }
    return child->sys->wait_id(P_PID, (id_t)child->pid, info, options, usage);
}

static int
wait_child(struct lwi_child *child, siginfo_t *info, int options,
           struct rusage *usage)
{
    int rc;

    if (child->pidfd < 0)
        return wait_number(child, info, options, usage);
    rc = child->sys->wait_id((idtype_t)P_PIDFD, (id_t)child->pidfd, info,
                             options, usage);
    /* Linux before 5.4 has no P_PIDFD; EBADF: the program closed it. */
    if (rc < 0 && (errno == EINVAL || errno == EBADF))
        rc = wait_number(child, info, options, usage);
    return rc;
}

/*
 * ECHILD: the program reaped it, or ignores SIGCHLD, which makes the kernel do
 * so. info->si_pid is 0 then.
 */
bool
lwi_child_is_dead_locked(struct lwi_child *child, siginfo_t *info)
{
    memset(info, 0, sizeof(*info));
    if (child->forked.zygote != NULL)
        return lwi_fork_is_dead(child);
    if (wait_child(child, info, WEXITED | WNOHANG | WNOWAIT, NULL) == 0)
        return info->si_pid != 0;
    info->si_pid = 0;
    return errno == ECHILD;
}

void
lwi_child_drain_locked(struct lwi_child *child, size_t budget)
{
    char data[READ_SIZE];
    ssize_t n;

    while (child->stderr_read >= 0 && budget > 0) {
        n = child->sys->read(child->stderr_read, data,
                             budget < sizeof(data) ? budget : sizeof(data));
        if (n > 0) {
            lwi_tail_push(&child->tail, data, (size_t)n);
            budget -= (size_t)n;
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            lwi_fd_close(&child->stderr_read);
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void
note_exit(struct lwi_obituary *obituary, const siginfo_t *info)
{
    obituary->exit_kind = LWI_EXIT_UNKNOWN;
    obituary->exit_code = -1;
    if (info->si_pid == 0)
        return;
    if (info->si_code == CLD_EXITED) {
        obituary->exit_kind = LWI_EXIT_CODE;
        obituary->exit_code = info->si_status;
    } else {
        obituary->exit_kind = LWI_EXIT_SIGNAL;
        obituary->exit_signal = info->si_status;
        obituary->core_dumped = info->si_code == CLD_DUMPED;
    }
}

static uint64_t
microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static void
reap(struct lwi_child *child)
{
    struct lwi_obituary *obituary = &child->obituary;
    struct rusage usage = { .ru_maxrss = 0 };
    siginfo_t info;
    int rc;

    memset(&info, 0, sizeof(info));
    do
        rc = wait_child(child, &info, WEXITED | WNOHANG, &usage);
    while (rc < 0 && errno == EINTR);
    if (rc < 0 || info.si_pid == 0)
        return;
    obituary->has_usage = true;
    if ((uint64_t)usage.ru_maxrss > child->start.host_max_rss_kib)
        obituary->max_rss_kib = (uint64_t)usage.ru_maxrss;
    obituary->user_cpu_us = microseconds(usage.ru_utime);
    obituary->system_cpu_us = microseconds(usage.ru_stime);
}

static void
write_obituary(struct lwi_child *child)
{
    struct lwi_obituary *obituary = &child->obituary;

    obituary->kill_reason = child->kill_reason;
    obituary->stderr_head =
        (lw_span){ child->tail.head, child->tail.head_size };
    obituary->stderr_tail = lwi_tail_straighten(&child->tail);
    obituary->stderr_bytes = child->tail.markers.total;
    obituary->markers = &child->tail.markers;
    obituary->lifetime_ns = lwi_now(child->clock) - child->born_ns;
}

/* True where this call buried it. */
static bool
bury_locked(struct lwi_child *child)
{
    static const uint64_t one = 1;
    siginfo_t info;

    if (child->state != LWI_CHILD_LIVE ||
        !lwi_child_is_dead_locked(child, &info))
        return false;
    if (child->forked.zygote != NULL && !lwi_fork_hear_end(child))
        return false;
    if (child->runtime != NULL)
        lwi_warden_remove(&child->runtime->warden, &child->ward);
    if (child->forked.zygote == NULL)
        lwi_child_signal_locked(child, SIGKILL);
    lwi_child_drain_locked(child, LAST_WORDS);
    if (child->forked.zygote == NULL) {
        note_exit(&child->obituary, &info);
        reap(child);
    }
    /* Who still holds the other end gets EPIPE, not a pipe nobody empties. */
    lwi_fd_close(&child->stderr_read);
    write_obituary(child);
    child->state = LWI_CHILD_BURIED;
    child->term_at = child->kill_at = child->rss_next = LWI_NEVER;
    child->forked.told_by = LWI_NEVER;
    if (child->death != child->pidfd &&
        child->sys->write(child->death, &one, sizeof(one)) < 0)
        child->death_lost = true;
    if (child->runtime != NULL) {
        atomic_fetch_sub(&child->runtime->live, 1);
        /* To let go of it, and of a warden that did not listen. */
        lwi_runtime_wake(child->runtime);
    }
    pthread_cond_broadcast(&child->changed);
    return true;
}

static void
log_end(const struct lwi_child *child, const lw_runtime *runtime)
{
    const struct lwi_obituary *obituary = &child->obituary;

    lwi_runtime_log(runtime, LW_LOG_DEBUG,
                    "process %ld ended: code %d, signal %d, kill: %s",
                    (long)child->pid, obituary->exit_code,
                    obituary->exit_signal,
                    lwi_kill_reason_word(obituary->kill_reason));
}

/* Callbacks come after the lock: they may take locks of their own. */
bool
lwi_child_bury(struct lwi_child *child)
{
    void (*on_buried)(void *user);
    struct lwi_child *zygote = NULL;
    lw_runtime *runtime;
    bool first, buried;

    pthread_mutex_lock(&child->lock);
    runtime = child->runtime;
    on_buried = child->on_buried;
    first = bury_locked(child);
    buried = child->state == LWI_CHILD_BURIED;
    if (first) {
        zygote = child->forked.zygote;
        child->forked.zygote = NULL;
    }
    pthread_mutex_unlock(&child->lock);
    lwi_child_release(zygote);
    if (first && runtime != NULL)
        log_end(child, runtime);
    if (first && on_buried != NULL)
        on_buried(child->on_buried_user);
    return buried;
}

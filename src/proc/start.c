/*
 * start.c - the housekeeping thread's part of starting a child.
 *
 * It must be this thread, since the parent-death signal comes when the thread
 * that started the child ends, and this one ends with the runtime. posix_spawn
 * and never fork: the program has threads, and may be large.
 */
#include "proc/child_impl.h"

#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "proc/fd.h"
#include "proc/identity.h"
#include "proc/launcher_wire.h"
#include "proc/runtime_impl.h"
#include "proc/spawn_attr.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
#define HAVE_CLOSEFROM 1
#endif

/* ---- the process ---- */

static int
ring_place(const struct lwi_child *child)
{
    return child->start.status_child >= 0 ? LWI_LAUNCH_FD_RING
                                          : LWI_DIRECT_FD_RING;
}

static int
put_descriptors(posix_spawn_file_actions_t *actions, struct lwi_child *child)
{
    const struct lwi_start *start = &child->start;
    const int places[][2] = {
        { child->request_read, LWI_LAUNCH_FD_REQUEST },
        { start->response_write, LWI_LAUNCH_FD_RESPONSE },
        { start->stderr_write, 2 },
        { child->cancel_read, LWI_LAUNCH_FD_CANCEL },
        { start->status_child, LWI_LAUNCH_FD_STATUS },
        { child->ring, ring_place(child) },
    };
    size_t i;
    int rc = 0;

    /* No source is a target: ours are all over LWI_FD_FLOOR. */
    for (i = 0; rc == 0 && i < LWI_COUNT(places); i++) {
        if (places[i][0] >= 0)
            rc = posix_spawn_file_actions_adddup2(actions, places[i][0],
                                                  places[i][1]);
    }
    return rc;
}

static int
set_actions(posix_spawn_file_actions_t *actions, struct lwi_child *child)
{
    int rc = put_descriptors(actions, child);

    if (rc == 0 && child->start.cwd >= 0)
        rc = posix_spawn_file_actions_addfchdir_np(actions, child->start.cwd);
#ifdef HAVE_CLOSEFROM
    /* What the program leaks; the launcher does it where there is one. */
    if (rc == 0 && child->start.status_child < 0)
        rc = posix_spawn_file_actions_addclosefrom_np(
            actions, LWI_DIRECT_FD_RING + (child->ring >= 0 ? 1 : 0));
#endif
    return rc;
}

/* The launcher asks whether this thread still is there: see setup.c. */
static void
name_thread(struct lwi_start *start)
{
    char *option = start->argv[LWI_THREAD_INDEX];

    LW_ASSERT(strcmp(option, LWI_THREAD_OPTION) == 0);
    snprintf(option, sizeof(LWI_THREAD_OPTION), "--thread=%ld",
             (long)syscall(SYS_gettid));
}

/* Gives 0 or errno. */
static int
spawn(struct lwi_child *child)
{
    struct lwi_start *start = &child->start;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int rc;

    if (start->status_child >= 0)
        name_thread(start);
    rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return rc;
    rc = lwi_spawn_attr_init(&attr, POSIX_SPAWN_SETPGROUP, false);
    if (rc == 0) {
        rc = set_actions(&actions, child);
        if (rc == 0)
            rc = child->sys->spawn(&child->pid, start->path, &actions, &attr,
                                   start->argv, start->env);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* ---- watching it ---- */

/*
 * A pidfd, or where the kernel has none an eventfd that burying writes to. The
 * pidfd is looked at once more: where the program reaps every child, the
 * number could already be another's. 0 or -1 with errno.
 */
static int
open_death(struct lwi_child *child)
{
    const struct lwi_sys *sys = child->sys;
    siginfo_t info;

    child->pidfd = lwi_fd_raise(sys, sys->pidfd_open(child->pid));
    if (child->pidfd >= 0) {
        if (lwi_child_is_dead_locked(child, &info) && info.si_pid == 0)
            lwi_fd_close(&child->pidfd); /* gone, or never ours */
        child->death = child->pidfd;
    } else if (errno != ENOSYS && errno != EPERM && errno != EINVAL &&
               errno != ESRCH) {
        return -1;
    }
    if (child->death < 0)
        child->death = lwi_fd_raise(sys, sys->event_fd());
    return child->death < 0 ? -1 : 0;
}

/* It cannot be watched, so it must not live. errno stays. */
static void
undo(struct lwi_child *child)
{
    int saved = errno;
    siginfo_t info;

    if (lwi_group_is_ours(child->pid, child->ward.start_ticks)) {
        child->sys->kill(-child->pid, SIGKILL);
        while (child->sys->wait_id(P_PID, (id_t)child->pid, &info, WEXITED,
                                   NULL) < 0 &&
               errno == EINTR)
            continue;
    }
    errno = saved;
}

/* ---- the outcome ---- */

void
lwi_child_started(struct lwi_child *child, enum lwi_child_state state)
{
    /* Or the socket would not close when the zygote ends. */
    if (child->is_zygote)
        lwi_fd_close(&child->request_read);
    lwi_fd_close(&child->start.response_write);
    lwi_fd_close(&child->start.stderr_write);
    lwi_fd_close(&child->start.status_child);
    lwi_fd_close(&child->start.cwd);
    pthread_mutex_lock(&child->lock);
    child->state = state;
    if (state == LWI_CHILD_FAILED)
        child->runtime = NULL;
    else if (child->holders == 0) /* who asked for it has gone */
        lwi_child_end_locked(child, LWI_KILL_SHUTDOWN, SIGKILL);
    pthread_cond_broadcast(&child->changed);
    pthread_mutex_unlock(&child->lock);
}

void
lwi_child_start_failed(struct lwi_child *child, lw_status status,
                       int saved_errno, const char *failed_at)
{
    child->start.failure = status;
    child->start.failure_errno = saved_errno;
    child->start.failed_at = failed_at;
    lwi_child_started(child, LWI_CHILD_FAILED);
}

/*
 * The warden knows of the group before the program runs: the launcher waits
 * for this byte. False: it will not come, and the launcher would wait for ever
 * unless it is dead.
 */
static bool
say_go(struct lwi_child *child)
{
    static const char go = LWI_LAUNCH_GO;

    return child->start.status < 0 ||
           child->sys->send(child->start.status, &go, 1) == 1;
}

static void
note_host_memory(struct lwi_start *start)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        start->host_max_rss_kib = (uint64_t)usage.ru_maxrss;
}

bool
lwi_child_start(struct lwi_child *child)
{
    struct lwi_start *start = &child->start;
    lw_runtime *runtime = child->runtime;
    uint64_t before;
    bool waits;
    int rc;

    if (child->forked.zygote != NULL)
        return lwi_fork_adopt(child);
    rc = lwi_warden_ensure(&runtime->warden, &start->warden_error);
    if (rc != LW_OK) {
        lwi_child_start_failed(child, rc, 0, NULL);
        return false;
    }
    before = lwi_boot_ticks();
    rc = spawn(child);
    if (rc != 0) {
        lwi_child_start_failed(child, LW_ESPAWN, rc, "cannot run");
        return false;
    }
    note_host_memory(start);
    child->born_ns = lwi_now(child->clock);
    child->ward.group = child->pid;
    child->ward.start_ticks =
        lwi_warden_start_of(&runtime->warden, child->pid, before);
    if (open_death(child) < 0) {
        rc = errno;
        undo(child);
        lwi_child_start_failed(child, LW_ESYSTEM, rc, "cannot watch");
        return false;
    }
    lwi_warden_add(&runtime->warden, &child->ward);
    waits = !say_go(child);
    atomic_fetch_add(&runtime->live, 1);
    lwi_child_started(child, LWI_CHILD_LIVE);
    if (waits)
        lwi_child_kill(child, LWI_KILL_SHUTDOWN);
    return true;
}

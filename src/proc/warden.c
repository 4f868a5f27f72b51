/* warden.c - the library's end of the warden's lifeline. */
#include "proc/warden.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "proc/fd.h"
#include "proc/identity.h"
#include "proc/launcher_wire.h"
#include "proc/spawn_attr.h"

#define SEND_BOUND_MS 100 /* a warden that reads at all reads sooner */
#define BACKOFF_FIRST_MS UINT64_C(50)
#define BACKOFF_MAX_MS UINT64_C(10000)
#define STABLE_AFTER_MS INT64_C(10000) /* forget failures after this */

void
lwi_warden_init(struct lwi_warden *warden, const struct lwi_sys *sys,
                const struct lwi_clock *clock, const char *launcher)
{
    *warden = (struct lwi_warden){
        .sys = sys,
        .clock = clock,
        .launcher = launcher,
        .lifeline = -1,
        .retry_at = LWI_NEVER,
    };
    pthread_mutex_init(&warden->lock, NULL);
}

void
lwi_warden_fini(struct lwi_warden *warden)
{
    LW_ASSERT(warden->lifeline < 0);
    pthread_mutex_destroy(&warden->lock);
}

/* ---- records ---- */

static bool
send_record(struct lwi_warden *warden, uint32_t operation,
            const struct lwi_ward *ward)
{
    unsigned char record[LWI_LIFELINE_SIZE];
    const struct timespec bound = { 0, SEND_BOUND_MS * LWI_NS_PER_MS };
    struct pollfd ready = { .fd = warden->lifeline, .events = POLLOUT };
    size_t sent = 0;
    ssize_t n;

    lwi_launch_put_u32(record, operation);
    lwi_launch_put_u32(record + 4, (uint32_t)ward->group);
    lwi_launch_put_u64(record + 8, ward->start_ticks);
    while (sent < sizeof(record)) {
        n = warden->sys->send(warden->lifeline, record + sent,
                              sizeof(record) - sent);
        if (n > 0) {
            sent += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            if (warden->sys->poll(&ready, 1, &bound) <= 0)
                return false; /* stopped, or worse */
        } else if (n >= 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* A warden that missed a record knows a wrong set of groups: replace it. */
static void
tell(struct lwi_warden *warden, uint32_t operation,
     const struct lwi_ward *ward)
{
    if (warden->lifeline >= 0 && !warden->deaf)
        warden->deaf = !send_record(warden, operation, ward);
}

void
lwi_warden_add(struct lwi_warden *warden, struct lwi_ward *ward)
{
    pthread_mutex_lock(&warden->lock);
    LW_ASSERT(!ward->registered);
    ward->registered = true;
    lwi_ward_list_push_back(&warden->wards, ward);
    tell(warden, LWI_LIFELINE_ADD, ward);
    pthread_mutex_unlock(&warden->lock);
}

void
lwi_warden_remove(struct lwi_warden *warden, struct lwi_ward *ward)
{
    pthread_mutex_lock(&warden->lock);
    if (ward->registered) {
        ward->registered = false;
        lwi_ward_list_remove(&warden->wards, ward);
        tell(warden, LWI_LIFELINE_REMOVE, ward);
    }
    pthread_mutex_unlock(&warden->lock);
}

/* ---- the process ---- */

/* fd 0 is its lifeline; it must hold none of the program's terminals. */
static int
set_actions(posix_spawn_file_actions_t *actions, int lifeline, int null)
{
    int rc = posix_spawn_file_actions_adddup2(actions, lifeline, 0);

    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, null, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, null, 2);
    return rc;
}

/* Gives 0 or errno. */
static int
spawn_warden(struct lwi_warden *warden, int lifeline, int null)
{
    char parent[32], thread[32];
    char *argv[] = { (char *)"lean-worker-child",
                     (char *)"--wire=" LWI_WIRE_VERSION,
                     parent,
                     thread,
                     (char *)"--warden",
                     NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int rc;

    snprintf(parent, sizeof(parent), "--parent=%ld", (long)getpid());
    snprintf(thread, sizeof(thread), "--thread=%ld",
             (long)syscall(SYS_gettid));
    rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return rc;
    rc = lwi_spawn_attr_init(&attr, POSIX_SPAWN_SETSID, true);
    if (rc == 0) {
        rc = set_actions(&actions, lifeline, null);
        if (rc == 0)
            rc = warden->sys->spawn(&warden->pid, warden->launcher, &actions,
                                    &attr, argv, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* With the lock held. Gives 0 or errno. */
static int
start(struct lwi_warden *warden)
{
    int ends[2], null, rc;
    struct lwi_ward *ward;
    uint64_t before;

    null = lwi_fd_raise(warden->sys, warden->sys->open("/dev/null", O_RDWR));
    if (null < 0)
        return errno;
    if (lwi_fd_socket_pair(warden->sys, ends) < 0) {
        rc = errno;
        lwi_fd_close(&null);
        return rc;
    }
    before = lwi_boot_ticks();
    rc = spawn_warden(warden, ends[0], null);
    lwi_fd_close(&null);
    lwi_fd_close(&ends[0]);
    if (rc != 0) {
        lwi_fd_close(&ends[1]);
        return rc;
    }
    warden->lifeline = ends[1];
    warden->start_ticks = lwi_start_ticks(warden->pid);
    warden->clock_tells = warden->start_ticks >= before &&
                          warden->start_ticks <= lwi_boot_ticks();
    warden->started_at = lwi_now(warden->clock);
    warden->deaf = false;
    warden->retry_at = LWI_NEVER;
    for (ward = warden->wards.first; ward != NULL; ward = ward->link.next)
        tell(warden, LWI_LIFELINE_ADD, ward);
    return 0;
}

/*
 * With the lock held. It is killed first: one that does not listen must not
 * act on what it knows when its lifeline closes.
 */
static void
discard(struct lwi_warden *warden)
{
    siginfo_t info;

    if (warden->lifeline < 0)
        return;
    if (lwi_group_is_ours(warden->pid, warden->start_ticks))
        warden->sys->kill(warden->pid, SIGKILL);
    while (warden->sys->wait_id(P_PID, (id_t)warden->pid, &info, WEXITED,
                                NULL) < 0 &&
           errno == EINTR)
        continue;
    lwi_fd_close(&warden->lifeline);
    warden->pid = 0;
}

int
lwi_warden_ensure(struct lwi_warden *warden, lw_error *err)
{
    int rc = 0;

    pthread_mutex_lock(&warden->lock);
    if (warden->deaf)
        discard(warden);
    if (warden->lifeline < 0)
        rc = start(warden);
    pthread_mutex_unlock(&warden->lock);
    if (rc == 0)
        return LW_OK;
    errno = rc;
    return lwi_fail_system(err, LW_ESPAWN, "start the warden",
                           "the watcher process lean-worker-child --warden "
                           "could not be started");
}

uint64_t
lwi_warden_start_of(const struct lwi_warden *warden, pid_t pid,
                    uint64_t before)
{
    bool within_a_tick = lwi_boot_ticks() == before;

    return warden->clock_tells && within_a_tick ? before : lwi_start_ticks(pid);
}

int
lwi_warden_poll_fd(struct lwi_warden *warden)
{
    int fd;

    pthread_mutex_lock(&warden->lock);
    fd = warden->lifeline;
    pthread_mutex_unlock(&warden->lock);
    return fd;
}

static void
schedule_retry(struct lwi_warden *warden)
{
    uint64_t wait = BACKOFF_FIRST_MS << warden->failures;

    if (warden->failures < 8)
        warden->failures++;
    warden->retry_at = lwi_deadline_after(
        warden->clock, wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS);
}

int64_t
lwi_warden_tend(struct lwi_warden *warden, bool hung_up)
{
    int64_t now = lwi_now(warden->clock), next;
    bool lived_long;

    pthread_mutex_lock(&warden->lock);
    if (hung_up || warden->deaf) {
        lived_long =
            now - warden->started_at > STABLE_AFTER_MS * LWI_NS_PER_MS;
        discard(warden);
        if (lived_long)
            warden->failures = 0;
        warden->deaf = false;
        /* The first replacement is at once: children depend on it. */
        if (warden->failures == 0) {
            warden->failures = 1;
            warden->retry_at = now;
        } else {
            schedule_retry(warden);
        }
    }
    /* Without groups there is nothing to watch: the next child starts one. */
    if (warden->wards.count == 0)
        warden->retry_at = LWI_NEVER;
    if (warden->lifeline < 0 && warden->retry_at <= now && start(warden) != 0)
        schedule_retry(warden);
    next = warden->retry_at;
    pthread_mutex_unlock(&warden->lock);
    return next;
}

void
lwi_warden_stop(struct lwi_warden *warden)
{
    pthread_mutex_lock(&warden->lock);
    discard(warden);
    warden->deaf = false;
    warden->retry_at = LWI_NEVER;
    pthread_mutex_unlock(&warden->lock);
}

pid_t
lwi_warden_pid(struct lwi_warden *warden)
{
    pid_t pid;

    pthread_mutex_lock(&warden->lock);
    pid = warden->lifeline < 0 ? 0 : warden->pid;
    pthread_mutex_unlock(&warden->lock);
    return pid;
}

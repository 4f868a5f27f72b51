/*
 * housekeeping.c - the one thread of a runtime.
 *
 * Each turn: start what was asked for, let timers do what is due, forget the
 * buried, then sleep until a descriptor or a time calls; last come the watches
 * of the layers above. poll and not epoll: a descriptor that the program
 * closed by mistake shows as POLLNVAL, where epoll would forget it in silence.
 * No callback of the user runs here but the log.
 *
 *      polls: [ wake | lifeline | death, stderr of child 1 | … | watches ]
 */
#include "proc/runtime_impl.h"

#include "proc/fd.h"

#define STDERR_BUDGET (64u * 1024u) /* bytes a turn, of each child */
#define SLOW_TICK_MS UINT64_C(50)   /* where a descriptor of ours is lost */
#define WIND_DOWN_MS UINT64_C(10000)

#define POLL_WAKE 0
#define POLL_LIFELINE 1
#define POLL_CHILDREN 2

void
lwi_runtime_wake(lw_runtime *runtime)
{
    static const uint64_t one = 1;
    ssize_t n;

    do
        n = runtime->sys->write(runtime->wake, &one, sizeof(one));
    while (n < 0 && errno == EINTR);
    /* EAGAIN: so many wake-ups are waiting that one more changes nothing. */
    if (n < 0 && errno != EAGAIN)
        atomic_store(&runtime->wake_lost, true);
}

bool
lwi_runtime_lost_descriptors(lw_runtime *runtime)
{
    static const struct timespec at_once = { 0, 0 };
    struct pollfd wake = { .fd = runtime->wake };

    if (runtime->sys->poll(&wake, 1, &at_once) > 0 &&
        (wake.revents & POLLNVAL) != 0)
        atomic_store(&runtime->wake_lost, true);
    return atomic_load(&runtime->wake_lost);
}

bool
lwi_runtime_post(lw_runtime *runtime, struct lwi_child *child)
{
    bool open;

    pthread_mutex_lock(&child->lock);
    child->references++; /* the thread's */
    pthread_mutex_unlock(&child->lock);
    pthread_mutex_lock(&runtime->lock);
    open = !runtime->closing;
    if (open)
        lwi_child_list_push_back(&runtime->jobs, child);
    pthread_mutex_unlock(&runtime->lock);
    if (open)
        lwi_runtime_wake(runtime);
    else
        lwi_child_unreference(child);
    return open;
}

/* ---- starting ---- */

static struct lwi_child *
next_job(lw_runtime *runtime, bool *closing)
{
    struct lwi_child *child;

    pthread_mutex_lock(&runtime->lock);
    child = lwi_child_list_pop_front(&runtime->jobs);
    *closing = runtime->closing;
    pthread_mutex_unlock(&runtime->lock);
    return child;
}

bool
lwi_housekeeping_reserve(lw_runtime *runtime, size_t wanted)
{
    size_t capacity = wanted < 16 ? 16 : 2 * wanted;
    struct pollfd *polls;

    if (wanted <= runtime->polls_capacity)
        return true;
    polls = lwi_resize(&runtime->allocator, runtime->polls,
                       capacity * sizeof(*polls));
    if (polls == NULL)
        return false;
    runtime->polls = polls;
    runtime->polls_capacity = capacity;
    return true;
}

/* For it and all that live, before there is one more. */
static bool
reserve_child(lw_runtime *runtime)
{
    return lwi_housekeeping_reserve(
        runtime, POLL_CHILDREN + 2 * (runtime->children.count + 1));
}

/* True where the runtime is closing. */
static bool
start_jobs(lw_runtime *runtime)
{
    struct lwi_child *child;
    bool closing, lives;

    while ((child = next_job(runtime, &closing)) != NULL) {
        lives = false;
        if (closing)
            lwi_child_start_failed(child, LW_ECLOSED, 0, NULL);
        else if (!reserve_child(runtime))
            lwi_child_start_failed(child, LW_ESPAWN, ENOMEM, "cannot watch");
        else
            lives = lwi_child_start(child);
        if (lives)
            lwi_child_list_push_back(&runtime->children, child);
        else
            lwi_child_unreference(child);
    }
    return closing;
}

/* ---- the children ---- */

/* True where the child was buried and is forgotten. */
static bool
forget_buried(lw_runtime *runtime, struct lwi_child *child)
{
    bool buried;

    pthread_mutex_lock(&child->lock);
    buried = child->state == LWI_CHILD_BURIED;
    if (buried)
        child->runtime = NULL;
    pthread_mutex_unlock(&child->lock);
    if (buried) {
        lwi_child_list_remove(&runtime->children, child);
        lwi_child_unreference(child);
    }
    return buried;
}

/* Under the lock: what tells of its end; of a dead fork, what tells how. */
static int
death_of(const struct lwi_child *child)
{
    if (child->death_lost)
        return -1;
    return child->forked.told_by != LWI_NEVER ? child->forked.status
                                              : child->pidfd;
}

static void
fill_polls(lw_runtime *runtime, struct lwi_child *child, size_t *count)
{
    struct pollfd *polls = runtime->polls + *count;

    child->poll_at = *count;
    *count += 2;
    pthread_mutex_lock(&child->lock);
    polls[0] = (struct pollfd){ .fd = death_of(child), .events = POLLIN };
    polls[1] = (struct pollfd){ .fd = child->stderr_read, .events = POLLIN };
    pthread_mutex_unlock(&child->lock);
}

/* Timers, and the poll list. Gives the time when the next timer is due. */
static int64_t
sweep(lw_runtime *runtime, size_t *count)
{
    struct lwi_child *child, *next;
    int64_t due = LWI_NEVER, at;

    for (child = runtime->children.first; child != NULL; child = next) {
        next = child->link.next;
        at = lwi_child_tick(child);
        if (forget_buried(runtime, child))
            continue;
        if (at < due)
            due = at;
        fill_polls(runtime, child, count);
    }
    return due;
}

static void
serve_child(struct lwi_child *child, short death, short errors)
{
    if ((death | errors) == 0)
        return;
    pthread_mutex_lock(&child->lock);
    if ((errors & POLLNVAL) != 0)
        child->stderr_read = -1; /* closed by the program; not ours to close */
    else if (errors != 0)
        lwi_child_drain_locked(child, STDERR_BUDGET);
    pthread_mutex_unlock(&child->lock);
    if (death == 0 || lwi_child_bury(child) ||
        lwi_child_awaits_word(child))
        return;
    /*
     * Called, but nobody is dead: the program closed our descriptor and has
     * its own of this number, or a debugger has not let go of the body.
     */
    pthread_mutex_lock(&child->lock);
    child->death_lost = true;
    pthread_mutex_unlock(&child->lock);
}

static void
serve_children(lw_runtime *runtime)
{
    struct lwi_child *child;

    for (child = runtime->children.first; child != NULL;
         child = child->link.next)
        serve_child(child, runtime->polls[child->poll_at].revents,
                    runtime->polls[child->poll_at + 1].revents);
}

/* ---- the turn ---- */

static void
serve_wake(lw_runtime *runtime, short events)
{
    uint64_t wakes;

    if ((events & POLLNVAL) != 0)
        atomic_store(&runtime->wake_lost, true);
    else if (events != 0 &&
             runtime->sys->read(runtime->wake, &wakes, sizeof(wakes)) < 0 &&
             errno != EAGAIN && errno != EINTR)
        atomic_store(&runtime->wake_lost, true);
}

/* Longest sleep where not everything that matters can wake us. */
static int64_t
slow_tick(const lw_runtime *runtime)
{
    return lwi_deadline_after(runtime->clock, SLOW_TICK_MS);
}

int64_t
lwi_housekeeping_sooner(const lw_runtime *runtime, int64_t due)
{
    int64_t tick = slow_tick(runtime);

    return tick < due ? tick : due;
}

/*
 * The one place where the thread sleeps, and may be cancelled: destroy does so
 * where the program has closed what would wake it.
 */
static int
sleep_until(lw_runtime *runtime, size_t count, int64_t due)
{
    struct timespec left;
    const struct timespec *bound = lwi_time_left(runtime->clock, due, &left);
    int ready, before;

    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    ready = runtime->sys->poll(runtime->polls, count, bound);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return ready;
}

/* Gives the time of the next try, where one is due. */
static int64_t
tend_warden(lw_runtime *runtime, bool hung_up)
{
    if (atomic_load(&runtime->wake_lost))
        return slow_tick(runtime);
    if (hung_up)
        lwi_runtime_log(runtime, LW_LOG_WARNING,
                        "the warden ended; starting another");
    return lwi_warden_tend(&runtime->warden, hung_up);
}

static void
fill_own_polls(lw_runtime *runtime)
{
    bool lost = atomic_load(&runtime->wake_lost);

    runtime->polls[POLL_WAKE] = (struct pollfd){
        .fd = lost ? -1 : runtime->wake, .events = POLLIN
    };
    runtime->polls[POLL_LIFELINE] = (struct pollfd){
        .fd = lost ? -1 : lwi_warden_poll_fd(&runtime->warden),
        .events = POLLIN
    };
}

static void
serve_polls(lw_runtime *runtime)
{
    serve_wake(runtime, runtime->polls[POLL_WAKE].revents);
    if (runtime->polls[POLL_LIFELINE].revents != 0)
        tend_warden(runtime, true);
    serve_children(runtime);
}

static void
turn(lw_runtime *runtime, int64_t latest)
{
    size_t count = POLL_CHILDREN;
    bool winding_down = latest != LWI_NEVER;
    int64_t due, retry;

    atomic_fetch_add(&runtime->turns, 1);
    retry = tend_warden(runtime, false);
    due = sweep(runtime, &count);
    if (winding_down && runtime->children.count == 0)
        return; /* the last one is gone */
    if (retry < due)
        due = retry;
    if (latest < due)
        due = latest;
    if (!winding_down)
        due = lwi_watches_collect(runtime, &count, due);
    fill_own_polls(runtime);
    if (sleep_until(runtime, count, due) > 0)
        serve_polls(runtime);
    if (!winding_down)
        lwi_watches_serve(runtime);
}

static void
kill_all(lw_runtime *runtime)
{
    struct lwi_child *child;

    for (child = runtime->children.first; child != NULL;
         child = child->link.next)
        lwi_child_kill(child, LWI_KILL_RUNTIME_ENDING);
}

/* A child that the kernel cannot end must not hold the program for ever. */
static void
abandon_all(lw_runtime *runtime)
{
    struct lwi_child *child;

    while ((child = lwi_child_list_pop_front(&runtime->children)) != NULL) {
        lwi_runtime_log(runtime, LW_LOG_ERROR,
                        "process %ld was killed but does not end",
                        (long)child->pid);
        pthread_mutex_lock(&child->lock);
        lwi_warden_remove(&runtime->warden, &child->ward);
        child->runtime = NULL;
        pthread_mutex_unlock(&child->lock);
        lwi_child_unreference(child);
    }
}

/* Idempotent: once by the thread, once more by destroy where it could not. */
void
lwi_housekeeping_wind_down(lw_runtime *runtime)
{
    int64_t end = lwi_deadline_after(runtime->clock, WIND_DOWN_MS);

    start_jobs(runtime);
    kill_all(runtime);
    while (runtime->children.count > 0 && lwi_now(runtime->clock) < end)
        turn(runtime, slow_tick(runtime));
    abandon_all(runtime);
}

void *
lwi_housekeeping_run(void *argument)
{
    lw_runtime *runtime = argument;
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    pthread_setname_np(pthread_self(), "lw-housekeeping");
    while (!start_jobs(runtime))
        turn(runtime, LWI_NEVER);
    lwi_housekeeping_wind_down(runtime);
    return NULL;
}

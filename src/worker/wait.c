/* wait.c - the one place where a thread waits for a child. */
#include <poll.h>
#include <sys/epoll.h>

#include "base/cancel.h"
#include "proc/fd.h"
#include "worker/worker.h"

/* ---- what is waited for ---- */

/* -1: not for this. */
static void
interests(const lw_worker *worker, const lw_cancel *cancel,
          int fds[LWI_SLOT_COUNT])
{
    struct lwi_child_fds child = { -1, -1, -1, -1, -1 };
    bool input = false, output = false;

    if (worker->child != NULL)
        child = lwi_child_get_fds(worker->child);
    switch (worker->state) {
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
    case LWI_STATE_BUSY:
        input = true;
        output = lwi_channel_sending(&worker->channel);
        break;
    case LWI_STATE_STOPPING:
        input = !worker->settlement.closed;
        break;
    case LWI_STATE_NONE:
    case LWI_STATE_SPAWNING:
    case LWI_STATE_IDLE:
    case LWI_STATE_ENDING:
    case LWI_STATE_DEAD:
    case LWI_STATE_COUNT:
        break;
    }
    fds[LWI_SLOT_INPUT] = input ? child.response : -1;
    fds[LWI_SLOT_OUTPUT] = output ? child.request : -1;
    fds[LWI_SLOT_DEATH] = child.death;
    fds[LWI_SLOT_CANCEL] = lwi_cancel_fd(cancel);
}

/* ---- ppoll ---- */

static unsigned
poll_for(lw_worker *worker, const lw_cancel *cancel, int64_t due, bool wait)
{
    static const struct timespec at_once;
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    struct pollfd polled[LWI_SLOT_COUNT];
    int fds[LWI_SLOT_COUNT];
    struct timespec left;
    unsigned seen = 0, i;

    interests(worker, cancel, fds);
    /* A negative descriptor is one that poll passes over. */
    for (i = 0; i < LWI_SLOT_COUNT; i++)
        polled[i] = (struct pollfd){ .fd = fds[i],
                                     .events = i == LWI_SLOT_OUTPUT ? POLLOUT
                                                                    : POLLIN };
    lwi_runtime_sys(worker->runtime)
        ->poll(polled, LWI_SLOT_COUNT,
               wait ? lwi_time_left(clock, due, &left) : &at_once);
    for (i = 0; i < LWI_SLOT_COUNT; i++) {
        if (polled[i].revents != 0)
            seen |= 1u << i; /* LWI_WAIT_* are in the order of the slots */
    }
    if (due != LWI_NEVER && lwi_now(clock) >= due)
        seen |= LWI_WAIT_TIME;
    return seen;
}

_Static_assert(LWI_WAIT_INPUT == 1 << LWI_SLOT_INPUT &&
                   LWI_WAIT_OUTPUT == 1 << LWI_SLOT_OUTPUT &&
                   LWI_WAIT_DEATH == 1 << LWI_SLOT_DEATH &&
                   LWI_WAIT_CANCEL == 1 << LWI_SLOT_CANCEL,
               "the set is made from the slots");

unsigned
lwi_wait(lw_worker *worker, const lw_cancel *cancel, int64_t due)
{
    return poll_for(worker, cancel, due, true);
}

unsigned
lwi_look(lw_worker *worker, const lw_cancel *cancel, int64_t due)
{
    return poll_for(worker, cancel, due, false);
}

/* ---- epoll ---- */

void
lwi_waiter_init(struct lwi_waiter *waiter)
{
    unsigned i;

    waiter->epoll = waiter->timer = -1;
    waiter->due = LWI_NEVER;
    for (i = 0; i < LWI_SLOT_COUNT; i++)
        waiter->told[i] = -1;
}

int
lwi_waiter_open(lw_worker *worker, const char *doing, lw_error *err)
{
    const struct lwi_sys *sys = lwi_runtime_sys(worker->runtime);
    struct lwi_waiter *waiter = &worker->waiter;

    if (waiter->epoll >= 0)
        return LW_OK;
    waiter->timer = lwi_fd_raise(sys, sys->timer_fd());
    if (waiter->timer >= 0)
        waiter->epoll = lwi_fd_raise(sys, sys->epoll_create());
    if (waiter->epoll >= 0 && sys->epoll_set(waiter->epoll, EPOLL_CTL_ADD,
                                             waiter->timer, EPOLLIN) == 0)
        return LW_OK;
    lwi_fail_system(err, LW_ESYSTEM, doing,
                    "no descriptor for a request in steps");
    lwi_waiter_close(worker);
    return err != NULL ? err->status : LW_ESYSTEM;
}

void
lwi_waiter_close(lw_worker *worker)
{
    lwi_fd_close(&worker->waiter.epoll);
    lwi_fd_close(&worker->waiter.timer);
    lwi_waiter_init(&worker->waiter);
}

/* Tells epoll what changed in one slot. */
static int
tell(lw_worker *worker, unsigned slot, int fd)
{
    const struct lwi_sys *sys = lwi_runtime_sys(worker->runtime);
    struct lwi_waiter *waiter = &worker->waiter;
    int *told = &waiter->told[slot];

    if (*told == fd)
        return 0;
    if (*told >= 0)
        sys->epoll_set(waiter->epoll, EPOLL_CTL_DEL, *told, 0);
    *told = -1;
    if (fd >= 0 &&
        sys->epoll_set(waiter->epoll, EPOLL_CTL_ADD, fd,
                       slot == LWI_SLOT_OUTPUT ? EPOLLOUT : EPOLLIN) != 0)
        return -1;
    *told = fd;
    return 0;
}

/* 0 would stop the timer: what is due already comes in a nanosecond. */
static int
set_timer(lw_worker *worker, int64_t due)
{
    struct timespec left;
    const struct timespec *bound =
        lwi_time_left(lwi_runtime_clock(worker->runtime), due, &left);

    if (due == worker->waiter.due)
        return 0; /* as at most steps */
    worker->waiter.due = due;
    if (bound != NULL && left.tv_sec == 0 && left.tv_nsec == 0)
        left.tv_nsec = 1;
    return lwi_runtime_sys(worker->runtime)
        ->timer_set(worker->waiter.timer, bound);
}

int
lwi_waiter_arm(lw_worker *worker, const lw_cancel *cancel, int64_t due)
{
    int fds[LWI_SLOT_COUNT];
    unsigned slot;

    interests(worker, cancel, fds);
    for (slot = 0; slot < LWI_SLOT_COUNT; slot++) {
        if (tell(worker, slot, fds[slot]) != 0)
            return -1;
    }
    return set_timer(worker, due);
}

void
lwi_waiter_call(lw_worker *worker)
{
    set_timer(worker, 0);
}

void
lwi_waiter_hush(lw_worker *worker)
{
    set_timer(worker, LWI_NEVER);
}

void
lwi_waiter_disarm(lw_worker *worker)
{
    unsigned slot;

    if (worker->waiter.epoll < 0)
        return;
    for (slot = 0; slot < LWI_SLOT_COUNT; slot++)
        tell(worker, slot, -1);
}

/* wait.c - the one place where a thread waits for a child. */
#include "worker/wait.h"

#include <poll.h>

#include "base/cancel.h"

enum { INPUT, OUTPUT, DEATH, CANCEL, SLOTS };

unsigned
lwi_wait(lw_worker *worker, const lw_cancel *cancel, int64_t deadline)
{
    struct lwi_child_fds fds = lwi_child_get_fds(worker->child);
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    bool sending = lwi_channel_sending(&worker->channel);
    /* A negative descriptor is one that poll passes over. */
    struct pollfd polled[SLOTS] = {
        [INPUT] = { .fd = fds.response, .events = POLLIN },
        [OUTPUT] = { .fd = sending ? fds.request : -1, .events = POLLOUT },
        [DEATH] = { .fd = fds.death, .events = POLLIN },
        [CANCEL] = { .fd = lwi_cancel_fd(cancel), .events = POLLIN },
    };
    struct timespec left;
    unsigned seen = 0;

    lwi_runtime_sys(worker->runtime)
        ->poll(polled, SLOTS, lwi_time_left(clock, deadline, &left));
    if (polled[INPUT].revents != 0)
        seen |= LWI_WAIT_INPUT;
    if (polled[OUTPUT].revents != 0)
        seen |= LWI_WAIT_OUTPUT;
    if (polled[DEATH].revents != 0)
        seen |= LWI_WAIT_DEATH;
    if (polled[CANCEL].revents != 0)
        seen |= LWI_WAIT_CANCEL;
    if (deadline != LWI_NEVER && lwi_now(clock) >= deadline)
        seen |= LWI_WAIT_TIME;
    return seen;
}

/* waiting.c - a caller that waits for a place: asleep, and woken. */
#include "pool/waiting.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/cancel.h"
#include "proc/runtime.h"

void
lwi_waiting_wake(struct lwi_applicant *applicant)
{
    struct lwi_waiting *waiting = (struct lwi_waiting *)applicant;
    static const uint64_t one = 1;
    int saved = errno;

    /* It can only fail at the largest count, when the thread wakes anyway. */
    if (write(waiting->wake, &one, sizeof(one)) < 0)
        errno = saved;
}

void
lwi_waiting_wake_all(lw_pool *pool)
{
    struct lwi_applicant *applicant = pool->core.line.first;

    for (; applicant != NULL; applicant = applicant->line.next)
        lwi_waiting_wake(applicant);
}

/* Until woken, cancelled or due; the lock is let go meanwhile. */
static void
doze(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel, int64_t due)
{
    struct pollfd polled[] = {
        { .fd = waiting->wake, .events = POLLIN },
        { .fd = lwi_cancel_fd(cancel), .events = POLLIN },
    };
    struct timespec left;

    uint64_t calls;

    pthread_mutex_unlock(&pool->lock);
    lwi_runtime_sys(pool->runtime)
        ->poll(polled, 2, lwi_time_left(pool->clock, due, &left));
    pthread_mutex_lock(&pool->lock);
    /* EAGAIN: it was time, or the token, that called. */
    if (read(waiting->wake, &calls, sizeof(calls)) < 0)
        errno = 0;
}

/* LW_OK: it goes on waiting. */
static int
give_up(const lw_pool *pool, lw_cancel *cancel, int64_t deadline)
{
    if (lw_cancel_is_set(cancel))
        return LW_ECANCELLED;
    if (deadline != LWI_NEVER && lwi_now(pool->clock) >= deadline)
        return LW_EQUEUETIMEOUT;
    return LW_OK;
}

static int
sleep_through(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel,
              int64_t deadline, int64_t now)
{
    struct lwi_applicant *applicant = &waiting->applicant;
    int64_t pause;
    int rc;

    while (applicant->waiting) {
        rc = give_up(pool, cancel, deadline);
        if (rc != LW_OK) {
            lwi_core_leave(&pool->core, applicant, lwi_now(pool->clock));
            return rc;
        }
        pause = lwi_core_pause_end(applicant, now);
        doze(pool, waiting, cancel, pause < deadline ? pause : deadline);
        now = lwi_now(pool->clock);
        lwi_core_pass(&pool->core, now);
        lwi_pool_tell(pool);
    }
    return applicant->refused ? LW_ECLOSED : LW_OK;
}

int
lwi_waiting_sleep(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel,
                  int64_t deadline, int64_t now)
{
    int rc;

    waiting->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (waiting->wake < 0) {
        lwi_core_leave(&pool->core, &waiting->applicant, lwi_now(pool->clock));
        return LW_ELIMIT;
    }
    rc = sleep_through(pool, waiting, cancel, deadline, now);
    close(waiting->wake);
    return rc;
}

/* waiting.c - a caller that waits for a place: asleep, and woken. */
#include "pool/waiting.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/cancel.h"
#include "pool/memory.h"
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

void
lwi_waiting_doze(lw_pool *pool, int wake, lw_cancel *cancel, int64_t due)
{
    struct pollfd polled[] = {
        { .fd = wake, .events = POLLIN },
        { .fd = lwi_cancel_fd(cancel), .events = POLLIN },
    };
    struct timespec left;
    uint64_t calls;

    pthread_mutex_unlock(&pool->lock);
    lwi_runtime_sys(pool->runtime)
        ->poll(polled, 2, lwi_time_left(pool->clock, due, &left));
    pthread_mutex_lock(&pool->lock);
    /* EAGAIN: it was time, or the token, that called. */
    if (read(wake, &calls, sizeof(calls)) < 0)
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

/* Who awaited the opener leaves it to the next in the line. */
static void
leave(lw_pool *pool, struct lwi_applicant *applicant)
{
    int saved = errno;

    lwi_core_leave(&pool->core, applicant, lwi_now(pool->clock));
    lwi_pool_tell(pool);
    errno = saved;
}

/*
 * The first in the line looks after the memory for all of it: what it waits for
 * may come about in a worker that is in use, which tells nobody.
 */
static bool
looks_after_memory(const lw_pool *pool, const struct lwi_applicant *applicant)
{
    return pool->config.max_total_rss_kib != LW_NO_LIMIT &&
           pool->core.line.first == applicant;
}

/* With the lock, which is let go of meanwhile. */
static void
look_after_memory(lw_pool *pool, int64_t now)
{
    if (!lwi_core_is_short_of_memory(&pool->core, now))
        return;
    pthread_mutex_unlock(&pool->lock);
    lwi_memory_sample(pool);
    pthread_mutex_lock(&pool->lock);
}

/* When it wakes by itself. */
static int64_t
due_at(const lw_pool *pool, const struct lwi_applicant *applicant,
       int64_t deadline, int64_t now)
{
    int64_t due = lwi_core_pause_end(applicant, now), look;

    if (applicant->awaiting)
        return LWI_NEVER; /* its opener has a time of its own */
    if (deadline < due)
        due = deadline;
    if (!looks_after_memory(pool, applicant))
        return due;
    look = now + lwi_memory_sample_age_ns(&pool->config);
    return look < due ? look : due;
}

static int
sleep_through(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel,
              int64_t deadline, int64_t now)
{
    struct lwi_applicant *applicant = &waiting->applicant;
    int rc;

    while (applicant->waiting || applicant->awaiting) {
        rc = give_up(pool, cancel, applicant->awaiting ? LWI_NEVER : deadline);
        if (rc != LW_OK) {
            leave(pool, applicant);
            return rc;
        }
        lwi_waiting_doze(pool, waiting->wake, cancel,
                         due_at(pool, applicant, deadline, now));
        now = lwi_now(pool->clock);
        if (looks_after_memory(pool, applicant))
            look_after_memory(pool, now);
        lwi_core_pass(&pool->core, now);
        lwi_pool_tell(pool);
    }
    if (applicant->failed)
        return waiting->opening_rc;
    return applicant->refused ? LW_ECLOSED : LW_OK;
}

int
lwi_waiting_sleep(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel,
                  int64_t deadline, int64_t now)
{
    int rc;

    waiting->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (waiting->wake < 0) {
        leave(pool, &waiting->applicant);
        return LW_ELIMIT;
    }
    rc = sleep_through(pool, waiting, cancel, deadline, now);
    close(waiting->wake);
    /* Another one is the first now, and may have to look after the memory. */
    if (pool->core.line.first != NULL &&
        looks_after_memory(pool, pool->core.line.first))
        lwi_waiting_wake(pool->core.line.first);
    return rc;
}

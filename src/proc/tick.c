/*
 * tick.c - what happens to a child because time has passed.
 *
 * Housekeeping thread only. A child without limits, that nobody ends and that
 * has a pidfd, has no timer at all. (A fork that is dead has one,
 * for the zygote that is to say how it died.)
 */
#include "proc/child_impl.h"

#include <signal.h>

/* How often a child is looked at that no descriptor speaks for. */
#define LOOK_INTERVAL_MS UINT64_C(10)

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void
end_steps(struct lwi_child *child, int64_t now)
{
    if (child->term_at <= now) {
        child->term_at = LWI_NEVER;
        lwi_child_end_locked(child, LWI_KILL_SHUTDOWN, SIGTERM);
    }
    if (child->kill_at <= now) {
        child->kill_at = LWI_NEVER;
        lwi_child_end_locked(child, LWI_KILL_SHUTDOWN, SIGKILL);
    }
}

static void
check_rss(struct lwi_child *child, int64_t now)
{
    uint64_t rss_kib;

    if (child->rss_limit_kib == LW_NO_LIMIT) {
        child->rss_next = LWI_NEVER;
        return;
    }
    if (child->rss_next != LWI_NEVER && child->rss_next > now)
        return;
    child->rss_next = lwi_deadline_after(child->clock, LWI_RSS_INTERVAL_MS);
    if (!lwi_memory_read_rss(child->sys, child->pid, &rss_kib))
        return;
    child->memory.rss_kib = rss_kib;
    child->memory.rss_at_ns = now;
    if (rss_kib > child->rss_limit_kib)
        lwi_child_end_locked(child, LWI_KILL_MEMORY_LIMIT, SIGKILL);
}

/* Does no descriptor tell of its end, or not for longer? */
static bool
must_look(const struct lwi_child *child, int64_t now)
{
    return child->pidfd < 0 || child->death_lost ||
           child->forked.told_by <= now;
}

int64_t
lwi_child_tick(struct lwi_child *child)
{
    int64_t now = lwi_now(child->clock), next = LWI_NEVER;
    bool look;

    pthread_mutex_lock(&child->lock);
    look = must_look(child, now);
    pthread_mutex_unlock(&child->lock);
    if (look && lwi_child_bury(child))
        return next;
    pthread_mutex_lock(&child->lock);
    if (child->state == LWI_CHILD_LIVE) {
        end_steps(child, now);
        check_rss(child, now);
        next = earlier(earlier(child->term_at, child->kill_at),
                       earlier(child->rss_next, child->forked.told_by));
        if (must_look(child, now))
            next = earlier(next,
                           lwi_deadline_after(child->clock, LOOK_INTERVAL_MS));
    }
    pthread_mutex_unlock(&child->lock);
    return next;
}

/* clock.c - monotonic time that tests can replace, and deadlines. */
#include "base/clock.h"

#define NS_PER_S INT64_C(1000000000)

static int64_t
system_now(void *user)
{
    struct timespec now;

    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

const struct lwi_clock lwi_system_clock = { system_now, NULL };

int64_t
lwi_now(const struct lwi_clock *clock)
{
    return clock->now_ns(clock->user);
}

int64_t
lwi_deadline_after(const struct lwi_clock *clock, uint64_t duration_ms)
{
    int64_t now = lwi_now(clock);

    if (duration_ms > (uint64_t)(LWI_NEVER - now) / (uint64_t)LWI_NS_PER_MS)
        return LWI_NEVER;
    return now + (int64_t)duration_ms * LWI_NS_PER_MS;
}

const struct timespec *
lwi_time_left(const struct lwi_clock *clock, int64_t deadline,
              struct timespec *left)
{
    int64_t ns;

    if (deadline == LWI_NEVER)
        return NULL;
    ns = deadline - lwi_now(clock);
    if (ns < 0)
        ns = 0;
    left->tv_sec = (time_t)(ns / NS_PER_S);
    left->tv_nsec = (long)(ns % NS_PER_S);
    return left;
}

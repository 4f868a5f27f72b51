/*
 * clock.h - monotonic time that tests can replace, and deadlines.
 *
 * Time is int64_t nanoseconds from an unspecified start. Durations at the
 * public border are milliseconds.
 */
#ifndef LWI_CLOCK_H
#define LWI_CLOCK_H

#include <time.h>

#include "base/base.h"

#define LWI_NS_PER_MS INT64_C(1000000)
#define LWI_NEVER INT64_MAX /* a deadline that does not come */

struct lwi_clock {
    int64_t (*now_ns)(void *user);
    void *user;
};

/* CLOCK_MONOTONIC. Static storage. */
extern const struct lwi_clock lwi_system_clock;

int64_t
lwi_now(const struct lwi_clock *clock);

/* Now plus a duration; LWI_NEVER where the sum is out of range. */
int64_t
lwi_deadline_after(const struct lwi_clock *clock, uint64_t duration_ms);

/* In ms, rounded up: what was promised is true when the time has passed. */
static inline uint64_t
lwi_ms_until(int64_t then, int64_t now)
{
    return (uint64_t)((then - now + LWI_NS_PER_MS - 1) / LWI_NS_PER_MS);
}

/*
 * What is left until a deadline, for ppoll: NULL where it never comes, else
 * `left` filled in, zero where it has passed.
 */
const struct timespec *
lwi_time_left(const struct lwi_clock *clock, int64_t deadline,
              struct timespec *left);

#endif

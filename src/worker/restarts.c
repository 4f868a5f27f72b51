/* restarts.c - how often children were replaced of late. */
#include "worker/restarts.h"

#include <inttypes.h>

#include "base/error.h"

/* ---- life ---- */

int
lwi_restarts_init(struct lwi_restarts *restarts, const char *whose,
                  const lw_restart_policy *limits,
                  const lw_allocator *allocator)
{
    memset(restarts, 0, sizeof(*restarts));
    pthread_mutex_init(&restarts->lock, NULL);
    restarts->allocator = allocator;
    restarts->whose = whose;
    restarts->max = limits->max_restarts;
    restarts->window_ms = limits->restart_window_ms;
    restarts->workers = 1;
    restarts->room = limits->max_restarts;
    if (restarts->room == 0)
        return LW_OK;
    restarts->times =
        lwi_alloc_array(allocator, restarts->room, sizeof(*restarts->times));
    return restarts->times == NULL ? LW_ENOMEM : LW_OK;
}

void
lwi_restarts_fini(struct lwi_restarts *restarts)
{
    if (restarts->allocator == NULL)
        return;
    lwi_free(restarts->allocator, restarts->times);
    pthread_mutex_destroy(&restarts->lock);
    memset(restarts, 0, sizeof(*restarts));
}

void
lwi_restarts_share(struct lwi_restarts *restarts, int by)
{
    pthread_mutex_lock(&restarts->lock);
    restarts->workers = (uint32_t)((int)restarts->workers + by);
    pthread_mutex_unlock(&restarts->lock);
}

/* ---- under the lock ---- */

static int64_t
window_of(const struct lwi_restarts *restarts)
{
    return (int64_t)restarts->window_ms * LWI_NS_PER_MS;
}

static void
drop_oldest(struct lwi_restarts *restarts)
{
    restarts->first = (restarts->first + 1) % restarts->room;
    restarts->count--;
}

/* Forgets what is out of the window. */
static void
trim(struct lwi_restarts *restarts, int64_t now)
{
    while (restarts->count > 0 &&
           now - restarts->times[restarts->first] >= window_of(restarts))
        drop_oldest(restarts);
    if (restarts->owed > 0 && now - restarts->owed_at >= window_of(restarts))
        restarts->owed = 0;
}

static size_t
allowed(const struct lwi_restarts *restarts)
{
    size_t workers = restarts->workers > 0 ? restarts->workers : 1;

    return workers * restarts->max;
}

/* Room for all that is allowed. Where there is no memory it stays as it is. */
static void
grow(struct lwi_restarts *restarts)
{
    size_t room = allowed(restarts), i;
    int64_t *times =
        lwi_alloc_array(restarts->allocator, room, sizeof(*restarts->times));

    if (times == NULL)
        return;
    for (i = 0; i < restarts->count; i++)
        times[i] = restarts->times[(restarts->first + i) % restarts->room];
    lwi_free(restarts->allocator, restarts->times);
    restarts->times = times;
    restarts->room = room;
    restarts->first = 0;
}

static void
note(struct lwi_restarts *restarts, int64_t now)
{
    if (restarts->max == 0)
        return;
    trim(restarts, now);
    if (restarts->count == restarts->room && allowed(restarts) > restarts->room)
        grow(restarts);
    if (restarts->count == restarts->room) /* nobody asked, or no memory */
        drop_oldest(restarts);
    restarts->times[(restarts->first + restarts->count++) % restarts->room] =
        now;
}

/* In words, for a message; what a kind's name alone does not say. */
static const char *
reason_text(lw_restart_kind kind)
{
    switch (kind) {
    case LW_RESTART_EXPLICIT:
        return "the program asked for it";
    case LW_RESTART_MAX_REQUESTS:
        return "it had served its number of requests";
    case LW_RESTART_MAX_IMPORTS:
        return "it had opened its number of sessions";
    case LW_RESTART_IMPORT_BYTES:
        return "its imports had grown it to the limit";
    case LW_RESTART_RSS_CEILING:
        return "its resident memory had reached the ceiling";
    case LW_RESTART_PSS_CEILING:
        return "its proportional memory had reached the ceiling";
    case LW_RESTART_RSS_HARD_LIMIT:
        return "it was killed at its memory limit";
    case LW_RESTART_IDLE:
        return "it had been idle for too long";
    case LW_RESTART_CANCELLED:
        return "it did not give in to a cancel";
    case LW_RESTART_TIMEOUT:
        return "it did not end a request in time";
    case LW_RESTART_SINK:
        return "a callback had failed and it did not stop";
    case LW_RESTART_PROTOCOL:
        return "it broke the protocol";
    case LW_RESTART_DIED:
        return "it died";
    case LW_RESTART_STALE:
        return "what it had imported was built again";
    case LW_RESTART_NONE:
    case LW_RESTART_KIND_COUNT:
        break;
    }
    return "it ended";
}

static int
check(struct lwi_restarts *restarts, int64_t now, const lw_restart_reason *why,
      const char *doing, lw_error *err)
{
    size_t most = allowed(restarts), oldest;
    int64_t next;

    trim(restarts, now);
    if (restarts->max == 0 || restarts->count < most)
        return LW_OK;
    /* So many have to leave the window before there is room for one. */
    oldest = restarts->first + (restarts->count - most);
    next = restarts->times[oldest % restarts->room] + window_of(restarts);
    return lwi_fail(err, LW_ERESTARTS, doing,
                    "%s replaced %zu times in %" PRIu64
                    " ms, and has to be again because %s (%s); the next start "
                    "is allowed in %" PRIu64 " ms",
                    restarts->whose, restarts->count, restarts->window_ms,
                    reason_text(why->kind), lw_restart_kind_name(why->kind),
                    lwi_ms_until(next, now));
}

/* ---- one worker ---- */

int
lwi_restarts_check(struct lwi_restarts *restarts, int64_t now,
                   const lw_restart_reason *why, const char *doing,
                   lw_error *err)
{
    int rc;

    pthread_mutex_lock(&restarts->lock);
    rc = check(restarts, now, why, doing, err);
    pthread_mutex_unlock(&restarts->lock);
    return rc;
}

void
lwi_restarts_note(struct lwi_restarts *restarts, int64_t now)
{
    pthread_mutex_lock(&restarts->lock);
    note(restarts, now);
    pthread_mutex_unlock(&restarts->lock);
}

uint64_t
lwi_restarts_count(struct lwi_restarts *restarts, int64_t now)
{
    uint64_t count;

    pthread_mutex_lock(&restarts->lock);
    trim(restarts, now);
    count = restarts->count;
    pthread_mutex_unlock(&restarts->lock);
    return count;
}

/* ---- several ---- */

void
lwi_restarts_owe(struct lwi_restarts *restarts, int64_t now,
                 const lw_restart_reason *why)
{
    pthread_mutex_lock(&restarts->lock);
    trim(restarts, now);
    restarts->owed++;
    restarts->owed_at = now;
    restarts->why = *why;
    pthread_mutex_unlock(&restarts->lock);
}

int
lwi_restarts_check_owed(struct lwi_restarts *restarts, int64_t now,
                        const char *doing, lw_error *err)
{
    int rc = LW_OK;

    pthread_mutex_lock(&restarts->lock);
    trim(restarts, now);
    if (restarts->owed > 0)
        rc = check(restarts, now, &restarts->why, doing, err);
    pthread_mutex_unlock(&restarts->lock);
    return rc;
}

void
lwi_restarts_pay(struct lwi_restarts *restarts, int64_t now)
{
    pthread_mutex_lock(&restarts->lock);
    trim(restarts, now);
    if (restarts->owed > 0) {
        restarts->owed--;
        note(restarts, now);
    }
    pthread_mutex_unlock(&restarts->lock);
}

bool
lwi_restarts_is_blank(struct lwi_restarts *restarts, int64_t now)
{
    bool blank;

    pthread_mutex_lock(&restarts->lock);
    trim(restarts, now);
    blank = restarts->owed == 0 && restarts->count == 0;
    pthread_mutex_unlock(&restarts->lock);
    return blank;
}

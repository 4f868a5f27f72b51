/* events.c - what happened in a pool, on its way to the callback. */
#include "pool/events.h"

#include <signal.h>

#include "pool/pool.h"
#include "proc/runtime.h"

/* Of what it wrote last, a callback is shown so much. */
#define LAST_WORDS 2048u

const char *
lw_pool_event_kind_name(lw_pool_event_kind kind)
{
    switch (kind) {
#define NAME(name, number, word, text)                                         \
    case name:                                                                 \
        return word;
        LW_POOL_EVENT_MAP(NAME)
#undef NAME
    }
    return "unknown";
}

void
lwi_histogram_add(lw_pool_histogram *histogram, int64_t duration_ns)
{
    uint64_t us = duration_ns > 0 ? (uint64_t)duration_ns / 1000 : 0;
    size_t bucket = 0;

    while (us > lw_pool_bucket_bound_us(bucket))
        bucket++;
    histogram->buckets[bucket]++;
    histogram->count++;
    histogram->sum_us += us;
}

/* ---- giving ---- */

static void
give(lw_pool *pool, struct lwi_pool_event *event)
{
    pool->config.event(&event->event, pool->config.event_user);
    lw_capability_destroy(event->capability);
    lwi_free(pool->allocator, event);
}

/* The next one; NULL: none is there, and where `wait`, none will come. */
static struct lwi_pool_event *
next(struct lwi_events *events, bool wait)
{
    struct lwi_pool_event *event;

    pthread_mutex_lock(&events->lock);
    while (wait && events->queue.first == NULL && !events->stopping &&
           !events->destroyed)
        pthread_cond_wait(&events->called, &events->lock);
    event = events->destroyed && wait
                ? NULL
                : lwi_pool_event_list_pop_front(&events->queue);
    pthread_mutex_unlock(&events->lock);
    return event;
}

/* By the callback? Then this thread does it now, and never again. */
static bool
is_destroyed(struct lwi_events *events)
{
    bool destroyed;

    pthread_mutex_lock(&events->lock);
    destroyed = events->destroyed;
    events->destroyed = false;
    events->ending = destroyed;
    pthread_mutex_unlock(&events->lock);
    return destroyed;
}

static void *
run(void *user)
{
    lw_pool *pool = user;
    lw_runtime *runtime = pool->runtime;
    struct lwi_pool_event *event;
    bool gone;

    pthread_setname_np(pthread_self(), "lw-pool-events");
    for (;;) {
        while ((event = next(&pool->events, true)) != NULL)
            give(pool, event);
        if (!is_destroyed(&pool->events))
            return NULL;
        gone = lwi_pool_end(pool); /* gives the rest */
        lwi_runtime_let_go(runtime);
        if (gone)
            return NULL;
        pool->events.ending = false; /* the last lease ends it */
    }
}

static int
start_thread(struct lwi_events *events, lw_pool *pool)
{
    sigset_t all, before;
    int rc;

    /* The program's signal handlers run on its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&events->thread, NULL, run, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? LW_OK : LW_ELIMIT;
}

/* ---- life ---- */

int
lwi_events_init(lw_pool *pool, bool start)
{
    struct lwi_events *events = &pool->events;
    int rc;

    pthread_mutex_init(&events->lock, NULL);
    pthread_cond_init(&events->called, NULL);
    if (!start || pool->config.event == NULL)
        return LW_OK;
    events->running = true; /* the thread reads it */
    rc = start_thread(events, pool);
    if (rc != LW_OK)
        events->running = false;
    return rc;
}

static bool
is_here(const struct lwi_events *events)
{
    return events->running && pthread_equal(events->thread, pthread_self());
}

bool
lwi_events_defer_destroy(lw_pool *pool)
{
    bool here = is_here(&pool->events);
    bool first;

    if (!here)
        return false;
    pthread_mutex_lock(&pool->events.lock);
    first = !pool->events.destroyed && !pool->events.ending;
    pool->events.destroyed |= first;
    pthread_mutex_unlock(&pool->events.lock);
    if (first)
        lwi_runtime_hold(pool->runtime); /* nobody waits for this thread */
    return true;
}

void
lwi_events_stop(lw_pool *pool)
{
    struct lwi_events *events = &pool->events;
    struct lwi_pool_event *event;

    if (!events->running || lwi_runtime_is_copy(pool->runtime))
        return; /* in a copy made by fork there is no such thread */
    if (is_here(events)) {
        pthread_detach(events->thread);
        while ((event = next(events, false)) != NULL)
            give(pool, event);
        return;
    }
    pthread_mutex_lock(&events->lock);
    events->stopping = true;
    pthread_cond_signal(&events->called);
    pthread_mutex_unlock(&events->lock);
    pthread_join(events->thread, NULL);
}

void
lwi_events_fini(lw_pool *pool)
{
    pthread_cond_destroy(&pool->events.called);
    pthread_mutex_destroy(&pool->events.lock);
}

/* ---- adding ---- */

/* Without its key. */
static struct lwi_pool_event *
allocate(lw_pool *pool, const struct lwi_seat *seat, lw_pool_event_kind kind,
         lw_span words)
{
    struct lwi_pool_event *event =
        lwi_alloc(pool->allocator, sizeof(*event) + words.size);

    if (event == NULL)
        return NULL;
    event->event = (lw_pool_event){
        .struct_size = sizeof(event->event),
        .kind = kind,
        .time_ns = lwi_now(pool->clock),
        .place = (uint32_t)(seat - pool->seats),
    };
    event->event.reason.operation = "";
    memcpy(event->words, words.data, words.size);
    return event;
}

/* With the pool's lock: an observer does not own the seat. */
static void
set_key(struct lwi_pool_event *event, const struct lwi_seat *seat)
{
    if (event == NULL || seat->capability == NULL)
        return;
    event->capability = lwi_capability_retain(seat->capability);
    event->event.key = lw_capability_get_key(event->capability);
}

static struct lwi_pool_event *
make(lw_pool *pool, const struct lwi_seat *seat, lw_pool_event_kind kind,
     lw_span words)
{
    struct lwi_pool_event *event = allocate(pool, seat, kind, words);

    pthread_mutex_lock(&pool->lock);
    set_key(event, seat);
    pthread_mutex_unlock(&pool->lock);
    return event;
}

/* A queue that nobody empties must not grow for ever; deaths are rare. */
static bool
is_too_many(const struct lwi_events *events, lw_pool_event_kind kind)
{
    return events->queue.count >= LW_POOL_EVENTS_MAX &&
           (kind == LW_POOL_EVENT_LEASED || kind == LW_POOL_EVENT_RELEASED);
}

/* Takes it over; NULL: there was no memory for it. With the lock held. */
static struct lwi_pool_event *
queue(struct lwi_events *events, const struct lwi_seat_child *child,
      struct lwi_pool_event *event)
{
    if (event == NULL || is_too_many(events, event->event.kind)) {
        events->lost++;
        events->all_lost++;
        return event;
    }
    event->event.sequence = ++events->sequence;
    event->event.lost = events->lost;
    event->event.generation = child->number;
    event->event.pid = child->pid;
    events->lost = 0;
    if (events->queue.first == NULL)
        pthread_cond_signal(&events->called);
    lwi_pool_event_list_push_back(&events->queue, event);
    return NULL;
}

static void
discard(lw_pool *pool, struct lwi_pool_event *event)
{
    if (event == NULL)
        return;
    lw_capability_destroy(event->capability);
    lwi_free(pool->allocator, event);
}

static void
add(lw_pool *pool, struct lwi_seat *seat, struct lwi_pool_event *event)
{
    struct lwi_events *events = &pool->events;

    pthread_mutex_lock(&events->lock);
    event = queue(events, &seat->child, event);
    pthread_mutex_unlock(&events->lock);
    discard(pool, event);
}

static const lw_span no_words = { "", 0 };

void
lwi_events_add(lw_pool *pool, struct lwi_seat *seat, lw_pool_event_kind kind,
               int64_t duration_ns)
{
    struct lwi_pool_event *event;

    if (!pool->events.running)
        return;
    event = make(pool, seat, kind, no_words);
    if (event != NULL && duration_ns > 0)
        event->event.duration_us = (uint64_t)duration_ns / 1000;
    add(pool, seat, event);
}

void
lwi_events_add_cycled(lw_pool *pool, struct lwi_seat *seat,
                      const lw_restart_reason *why)
{
    struct lwi_pool_event *event;

    if (!pool->events.running)
        return;
    event = make(pool, seat, LW_POOL_EVENT_CYCLED, no_words);
    if (event != NULL)
        event->event.reason = *why;
    add(pool, seat, event);
}

/* ---- children ---- */

static lw_span
last_words(const lw_exit_report *end)
{
    lw_span words =
        end->stderr_tail.size > 0 ? end->stderr_tail : end->stderr_head;

    if (words.size > LAST_WORDS) {
        words.data += words.size - LAST_WORDS;
        words.size = LAST_WORDS;
    }
    return words.size > 0 ? words : no_words;
}

/* Without its key and its place. */
static struct lwi_pool_event *
allocate_death(lw_pool *pool, const struct lwi_note *note)
{
    lw_span words = last_words(note->end);
    struct lwi_pool_event *event =
        allocate(pool, pool->seats, LW_POOL_EVENT_DIED, words);

    if (event == NULL)
        return NULL;
    event->end = *note->end;
    event->end.stderr_head = no_words;
    event->end.stderr_tail = (lw_span){ event->words, words.size };
    event->event.end = &event->end;
    event->event.reason = note->reason;
    return event;
}

static void
born(lw_pool *pool, struct lwi_seat *seat, const struct lwi_note *note)
{
    struct lwi_events *events = &pool->events;
    struct lwi_pool_event *event = NULL;

    if (events->running)
        event = make(pool, seat, LW_POOL_EVENT_BORN, no_words);
    pthread_mutex_lock(&events->lock);
    seat->child.number++;
    seat->child.pid = note->pid;
    seat->child.born_ns = lwi_now(pool->clock);
    if (events->running)
        event = queue(events, &seat->child, event);
    pthread_mutex_unlock(&events->lock);
    discard(pool, event);
}

/* The worker may have changed places since its observer was called. */
static struct lwi_seat *
find_place(lw_pool *pool, struct lwi_seat *seat, int pid)
{
    uint32_t i;

    for (i = 0; seat->child.pid != pid && i < lwi_pool_seats(pool); i++) {
        if (pool->seats[i].child.pid == pid)
            return &pool->seats[i];
    }
    return seat;
}

/* With the events' lock. */
static void
queue_death(lw_pool *pool, struct lwi_seat *seat, struct lwi_pool_event **event,
            int64_t now)
{
    pool->events.deaths++;
    if (!pool->events.running)
        return;
    if (*event != NULL) {
        set_key(*event, seat);
        (*event)->event.place = (uint32_t)(seat - pool->seats);
        (*event)->event.duration_us =
            (uint64_t)(now - seat->child.born_ns) / 1000;
    }
    *event = queue(&pool->events, &seat->child, *event);
}

/* All of it with the pool's lock, so that no places are exchanged meanwhile. */
static void
died(lw_pool *pool, struct lwi_seat *seat, const struct lwi_note *note)
{
    struct lwi_pool_event *event =
        pool->events.running ? allocate_death(pool, note) : NULL;

    pthread_mutex_lock(&pool->lock);
    pthread_mutex_lock(&pool->events.lock);
    seat = find_place(pool, seat, note->pid);
    queue_death(pool, seat, &event, lwi_now(pool->clock));
    if (seat->child.pid == note->pid) /* it may have got another one */
        seat->child.pid = 0;
    pthread_mutex_unlock(&pool->events.lock);
    lwi_warm_look(pool, (uint32_t)(seat - pool->seats),
                  note->reason.kind != LW_RESTART_IDLE);
    pthread_mutex_unlock(&pool->lock);
    discard(pool, event);
}

void
lwi_events_note(const struct lwi_note *note, void *user)
{
    struct lwi_seat *seat = user;

    if (note->kind == LWI_NOTE_BORN)
        born(seat->pool, seat, note);
    else
        died(seat->pool, seat, note);
}

/* What the seat holds now was in another place. */
static struct lwi_pool_event *
make_moved(lw_pool *pool, const struct lwi_seat *seat,
           const struct lwi_seat *from)
{
    struct lwi_pool_event *event;

    if (!pool->events.running || seat->worker == NULL)
        return NULL;
    event = allocate(pool, seat, LW_POOL_EVENT_MOVED, no_words);
    set_key(event, seat);
    if (event != NULL)
        event->event.from = (uint32_t)(from - pool->seats);
    return event;
}

void
lwi_events_exchange(lw_pool *pool, struct lwi_seat *a, struct lwi_seat *b)
{
    struct lwi_events *events = &pool->events;
    struct lwi_pool_event *to_a = make_moved(pool, a, b);
    struct lwi_pool_event *to_b = make_moved(pool, b, a);
    struct lwi_seat_child held;

    pthread_mutex_lock(&events->lock);
    held = a->child;
    a->child.pid = b->child.pid;
    a->child.born_ns = b->child.born_ns;
    b->child.pid = held.pid;
    b->child.born_ns = held.born_ns;
    a->child.number++;
    b->child.number++;
    if (events->running && a->worker != NULL)
        to_a = queue(events, &a->child, to_a);
    if (events->running && b->worker != NULL)
        to_b = queue(events, &b->child, to_b);
    pthread_mutex_unlock(&events->lock);
    discard(pool, to_a);
    discard(pool, to_b);
}

struct lwi_seat_child
lwi_events_child(lw_pool *pool, const struct lwi_seat *seat)
{
    struct lwi_seat_child child;

    pthread_mutex_lock(&pool->events.lock);
    child = seat->child;
    pthread_mutex_unlock(&pool->events.lock);
    return child;
}

void
lwi_events_count(lw_pool *pool, lw_pool_snapshot *snapshot)
{
    pthread_mutex_lock(&pool->events.lock);
    snapshot->deaths = pool->events.deaths;
    snapshot->events_lost = pool->events.all_lost;
    pthread_mutex_unlock(&pool->events.lock);
}

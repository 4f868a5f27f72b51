/*
 * watch.c - what the housekeeping thread looks after for the layers above.
 *
 *      waiting ──(readable, due, or not to be polled)──► ready ──► run, waiting
 *
 * Both lists are the runtime's, under its lock. The lock is not held while a
 * callback runs; `running` says which one does.
 */
#include "proc/watch.h"

#include "base/process.h"
#include "proc/runtime_impl.h"

void
lwi_watch_init(struct lwi_watch *watch, lw_runtime *runtime,
               void (*run)(void *user), void *user)
{
    *watch = (struct lwi_watch){
        .runtime = runtime, .run = run, .user = user, .fd = -1, .due = LWI_NEVER
    };
}

/* ---- the owner's side ---- */

/* Into the list that fits what it waits for; out of the one it is in. */
static void
place(struct lwi_watches *watches, struct lwi_watch *watch)
{
    bool waits = (watch->fd >= 0 || watch->due != LWI_NEVER) &&
                 !watch->stopping; /* whatever its callback still sets */
    struct lwi_watch_list *wanted = waits ? &watches->waiting : NULL;

    if (watch->in == wanted)
        return;
    if (watch->in != NULL)
        lwi_watch_list_remove(watch->in, watch);
    watch->in = wanted;
    if (wanted != NULL)
        lwi_watch_list_push_back(wanted, watch);
}

void
lwi_watch_set(struct lwi_watch *watch, int fd, int64_t due)
{
    struct lwi_watches *watches = &watch->runtime->watches;
    bool missed;

    if (lwi_runtime_is_copy(watch->runtime))
        return; /* a copy made by fork: there is no such thread here */
    pthread_mutex_lock(&watch->runtime->lock);
    missed = (fd >= 0 && fd != watch->fd) || due < watches->asleep_until;
    missed = missed && watches->asleep;
    if (fd != watch->fd)
        watch->poll_at = 0;
    watch->fd = fd;
    watch->due = due;
    place(watches, watch);
    pthread_mutex_unlock(&watch->runtime->lock);
    if (missed)
        lwi_runtime_wake(watch->runtime);
}

void
lwi_watch_stop(struct lwi_watch *watch)
{
    struct lwi_watches *watches = &watch->runtime->watches;

    if (lwi_runtime_is_copy(watch->runtime))
        return;
    pthread_mutex_lock(&watch->runtime->lock);
    watch->stopping = true;
    place(watches, watch);
    while (watches->running == watch &&
           !pthread_equal(watches->runner, pthread_self()))
        pthread_cond_wait(&watches->ran, &watch->runtime->lock);
    watch->stopping = false;
    watch->fd = -1;
    watch->due = LWI_NEVER;
    pthread_mutex_unlock(&watch->runtime->lock);
}

/* ---- the thread's side ---- */

static void
fill_poll(lw_runtime *runtime, struct lwi_watch *watch, size_t *count)
{
    watch->poll_at = 0;
    if (watch->fd < 0 || *count >= runtime->polls_capacity)
        return;
    watch->poll_at = *count;
    runtime->polls[(*count)++] =
        (struct pollfd){ .fd = watch->fd, .events = POLLIN };
}

int64_t
lwi_watches_collect(lw_runtime *runtime, size_t *count, int64_t due)
{
    struct lwi_watches *watches = &runtime->watches;
    struct lwi_watch *watch;
    size_t wanted;

    pthread_mutex_lock(&runtime->lock);
    wanted = *count + watches->waiting.count;
    pthread_mutex_unlock(&runtime->lock);
    /* Without room for all, the rest is looked at by time. */
    lwi_housekeeping_reserve(runtime, wanted);
    pthread_mutex_lock(&runtime->lock);
    for (watch = watches->waiting.first; watch != NULL;
         watch = watch->link.next) {
        fill_poll(runtime, watch, count);
        if (watch->due < due)
            due = watch->due;
        if (watch->fd >= 0 && watch->poll_at == 0)
            due = lwi_housekeeping_sooner(runtime, due);
    }
    watches->asleep = true;
    watches->asleep_until = due;
    pthread_mutex_unlock(&runtime->lock);
    return due;
}

static bool
is_called(const lw_runtime *runtime, const struct lwi_watch *watch, int64_t now)
{
    if (watch->due <= now)
        return true;
    return watch->fd >= 0 &&
           (watch->poll_at == 0 || runtime->polls[watch->poll_at].revents != 0);
}

static void
find_ready(lw_runtime *runtime)
{
    struct lwi_watches *watches = &runtime->watches;
    struct lwi_watch *watch, *next;
    int64_t now = lwi_now(runtime->clock);

    for (watch = watches->waiting.first; watch != NULL; watch = next) {
        next = watch->link.next;
        if (!is_called(runtime, watch, now))
            continue;
        lwi_watch_list_remove(&watches->waiting, watch);
        watch->in = &watches->ready;
        lwi_watch_list_push_back(&watches->ready, watch);
    }
}

/* Under the lock, which is let go of while the callback runs. */
static void
run_ready(lw_runtime *runtime, struct lwi_watch *watch)
{
    struct lwi_watches *watches = &runtime->watches;

    if (watch->due <= lwi_now(runtime->clock))
        watch->due = LWI_NEVER;
    place(watches, watch);
    watches->running = watch;
    pthread_mutex_unlock(&runtime->lock);
    watch->run(watch->user);
    /* Its owner may be gone from here on, where the callback stopped it. */
    pthread_mutex_lock(&runtime->lock);
    watches->running = NULL;
    pthread_cond_broadcast(&watches->ran);
}

void
lwi_watches_serve(lw_runtime *runtime)
{
    struct lwi_watches *watches = &runtime->watches;

    pthread_mutex_lock(&runtime->lock);
    watches->asleep = false;
    watches->runner = pthread_self();
    find_ready(runtime);
    while (watches->ready.first != NULL)
        run_ready(runtime, watches->ready.first);
    pthread_mutex_unlock(&runtime->lock);
}

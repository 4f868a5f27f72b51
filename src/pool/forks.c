/* forks.c - the fork servers of a pool that isolates. */
#include "pool/forks.h"

#include "capability/key.h"
#include "pool/oleans.h"
#include "pool/pool.h"
#include "proc/runtime.h"

struct lwi_fork_server {
    lw_capability *capability; /* a reference; NULL: the place is free */
    lw_zygote *zygote;
    struct lwi_oleans *oleans; /* what it has imported; NULL: nothing known */
    uint64_t used;             /* higher: more recently */
};

int
lwi_forks_init(lw_pool *pool)
{
    uint32_t places = pool->config.isolation == LW_ISOLATE_NONE
                          ? 0
                          : pool->config.max_fork_servers;

    pthread_mutex_init(&pool->forks.lock, NULL);
    if (places == 0)
        return LW_OK;
    pool->forks.servers =
        lwi_alloc_array(pool->allocator, places, sizeof(*pool->forks.servers));
    return pool->forks.servers == NULL ? LW_ENOMEM : LW_OK;
}

/* What was taken out of its place. Without the lock: it waits. */
static void
let_go(struct lwi_fork_server *server)
{
    if (server->zygote != NULL)
        lwi_zygote_retire(server->zygote);
    lwi_oleans_destroy(server->oleans);
    lw_capability_destroy(server->capability);
    *server = (struct lwi_fork_server){ .capability = NULL };
}

/* With the lock. */
static struct lwi_fork_server
take_out(struct lwi_fork_server *server)
{
    struct lwi_fork_server taken = *server;

    *server = (struct lwi_fork_server){ .capability = NULL };
    return taken;
}

void
lwi_forks_close(lw_pool *pool)
{
    struct lwi_forks *forks = &pool->forks;
    uint32_t i;

    pthread_mutex_lock(&forks->lock);
    forks->closed = true;
    for (i = 0; forks->servers != NULL && i < pool->config.max_fork_servers;
         i++) {
        if (forks->servers[i].zygote != NULL)
            lwi_zygote_call_off(forks->servers[i].zygote);
    }
    pthread_mutex_unlock(&forks->lock);
}

void
lwi_forks_fini(lw_pool *pool)
{
    struct lwi_forks *forks = &pool->forks;
    uint32_t i;

    for (i = 0; forks->servers != NULL && i < pool->config.max_fork_servers;
         i++) {
        if (forks->servers[i].zygote != NULL)
            lw_zygote_destroy(forks->servers[i].zygote);
        forks->servers[i].zygote = NULL;
        let_go(&forks->servers[i]);
    }
    lwi_free(pool->allocator, forks->servers);
    forks->servers = NULL;
    pthread_mutex_destroy(&forks->lock);
}

static bool
is_of(const struct lwi_fork_server *server, const lw_capability *capability)
{
    return server->capability != NULL &&
           lw_session_key_compare(lw_capability_get_key(server->capability),
                                  lw_capability_get_key(capability)) == 0;
}

static bool
is_stale(const struct lwi_fork_server *server)
{
    return server->oleans != NULL && lwi_oleans_changed(server->oleans);
}

/* With the lock: the key's, or the place that is best given to it. */
static struct lwi_fork_server *
find(lw_pool *pool, const lw_capability *capability)
{
    struct lwi_forks *forks = &pool->forks;
    struct lwi_fork_server *oldest = &forks->servers[0];
    uint32_t i;

    for (i = 0; i < pool->config.max_fork_servers; i++) {
        struct lwi_fork_server *server = &forks->servers[i];

        if (is_of(server, capability))
            return server;
        if (server->used < oldest->used)
            oldest = server;
    }
    return oldest;
}

/* With the lock. Begins to start one; it does not wait for that. */
static int
make(lw_pool *pool, struct lwi_fork_server *server, lw_capability *capability,
     lw_error *err)
{
    const lw_capability_spec *spec = lwi_capability_spec(capability);
    lw_zygote_config config = LW_ZYGOTE_CONFIG_INIT;
    int rc;

    config.worker = &spec->worker;
    config.sessions = spec->session;
    config.session_count = spec->session != NULL;
    /* Before it: what is built in the meantime is found at the next fork. */
    server->oleans = lwi_oleans_create(pool->allocator, capability);
    rc = lwi_zygote_create(&server->zygote, pool->runtime, &config,
                           pool->forks.fake, err);
    if (rc == LW_OK) {
        server->capability = lwi_capability_retain(capability);
        return rc;
    }
    lwi_oleans_destroy(server->oleans);
    *server = (struct lwi_fork_server){ .capability = NULL };
    return rc;
}

/* With the lock. The key's place; what was in it may come out: `old`. */
static struct lwi_fork_server *
settle(lw_pool *pool, lw_capability *capability, struct lwi_fork_server *old,
       lw_error *err)
{
    struct lwi_fork_server *server = find(pool, capability);

    if (is_of(server, capability) && !is_stale(server))
        return server;
    if (pool->forks.closed)
        return NULL;
    *old = take_out(server);
    make(pool, server, capability, err);
    return server;
}

/* Its zygote is a reference, or NULL where there is none to be. */
static lw_zygote *
pick(lw_pool *pool, lw_capability *capability)
{
    struct lwi_fork_server old = { .capability = NULL }, *server;
    struct lwi_forks *forks = &pool->forks;
    lw_error err = LW_ERROR_INIT;
    lw_zygote *zygote = NULL;

    pthread_mutex_lock(&forks->lock);
    server = settle(pool, capability, &old, &err);
    if (server != NULL) {
        server->used = ++forks->uses;
        zygote = lwi_zygote_retain(server->zygote);
    }
    pthread_mutex_unlock(&forks->lock);
    /* The program's own code may use the pool: without the lock. */
    if (err.status != LW_OK)
        lwi_runtime_log(pool->runtime, LW_LOG_WARNING,
                        "a pool has no fork server: %s", err.message);
    if (old.zygote != NULL)
        let_go(&old);
    return zygote;
}

static uint64_t
time_left(const lw_pool *pool, const struct lwi_patience *patience)
{
    int64_t now = lwi_now(pool->clock);
    uint64_t ms;

    if (patience->deadline == LWI_NEVER)
        return LW_NO_LIMIT;
    ms = patience->deadline <= now ? 0 : lwi_ms_until(patience->deadline, now);
    return ms < LW_TIMEOUT_MAX_MS ? ms : LW_TIMEOUT_MAX_MS;
}

int
lwi_forks_acquire(lw_zygote **out, bool *ready, lw_pool *pool,
                  lw_capability *capability,
                  const struct lwi_patience *patience, lw_error *err)
{
    const lw_capability_spec *spec = lwi_capability_spec(capability);
    lw_error why = LW_ERROR_INIT;
    int rc;

    *out = NULL;
    *ready = false;
    if (pool->forks.servers == NULL || spec->worker.fork_server != NULL)
        return LW_OK; /* it has its own */
    *out = pick(pool, capability);
    if (*out == NULL)
        return LW_OK;
    rc =
        lw_zygote_wait(*out, time_left(pool, patience), patience->cancel, &why);
    *ready = rc == LW_OK;
    /* A plain worker then, which says why. */
    if (rc == LW_OK || rc == LW_EUNSUPPORTED || rc == LW_ECLOSED)
        return LW_OK;
    lwi_zygote_release(*out);
    *out = NULL;
    if (err != NULL)
        *err = why;
    return rc;
}

void
lwi_forks_forget(lw_pool *pool, const lw_capability *capability)
{
    struct lwi_fork_server old = { .capability = NULL }, *server;
    struct lwi_forks *forks = &pool->forks;

    if (forks->servers == NULL)
        return;
    pthread_mutex_lock(&forks->lock);
    server = find(pool, capability);
    if (is_of(server, capability))
        old = take_out(server);
    pthread_mutex_unlock(&forks->lock);
    if (old.zygote != NULL)
        let_go(&old);
}

/*
 * pool_many_test.c - a pool with very many keys, and with very many workers:
 * what it knows and what it has stay bounded, and where the system gives no
 * more it says so and goes on with what there is.
 */
#include <lean_worker/pool.h>

#include <sys/resource.h>

#include "pool/pool.h"
#include "support/isolated.h"

enum { PLACES = 8, CROWD = 256, DESCRIPTORS = 1024 };

/* With a process for each key; all ten thousand: LW_POOL_MANY_KEYS=10000. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { MANY = 300 };
#else
enum { MANY = 2000 };
#endif

/* ---- memory that is counted, by any thread ---- */

#define FRONT 16u

static _Atomic int64_t live_bytes;

static void *
resize(void *block, size_t size, void *user)
{
    char *old = block != NULL ? (char *)block - FRONT : NULL, *moved;

    (void)user;
    live_bytes -= old != NULL ? *(int64_t *)(void *)old : 0;
    if (size == 0) {
        free(old);
        return NULL;
    }
    moved = realloc(old, FRONT + size);
    CHECK(moved != NULL);
    *(int64_t *)(void *)moved = (int64_t)size;
    live_bytes += (int64_t)size;
    return moved + FRONT;
}

static const lw_allocator counting = { resize, NULL };

/* ---- ten thousand keys, without processes ---- */

enum { KEYS = 10000 };

struct caller {
    struct lwi_applicant applicant;
    char name[16];
};

/* The places come back; who is told has the next. Gives how many were. */
static size_t
serve(struct lwi_core *core, struct lwi_applicant *served[PLACES], size_t count)
{
    struct lwi_applicant *told;
    size_t i, next = 0;

    for (i = 0; i < count; i++) {
        lwi_core_opened(core, served[i]->place, true, 0);
        lwi_core_released(core, served[i]->place, true, 0);
    }
    while ((told = lwi_core_next_told(core)) != NULL) {
        CHECK(next < PLACES && told->grant == LWI_GRANT_REPLACE);
        served[next++] = told;
    }
    lwi_core_audit(core, 0);
    return next;
}

/* All wait at once, and come in the order in which they came. */
TEST(ten_thousand_keys_wait_for_eight_places)
{
    struct lwi_core_config config = { .max_workers = PLACES,
                                      .max_workers_per_key = PLACES,
                                      .budget_kib = LW_NO_LIMIT };
    struct caller *callers = calloc(KEYS, sizeof(*callers));
    struct lwi_applicant *served[PLACES];
    size_t i, count, all = PLACES;
    struct lwi_core core;

    CHECK_INT(lwi_core_init(&core, &counting, &config), LW_OK);
    for (i = 0; i < KEYS; i++) {
        struct caller *caller = &callers[i];

        snprintf(caller->name, sizeof(caller->name), "key%05zu", i);
        caller->applicant = (struct lwi_applicant){
            .identity = { caller->name, strlen(caller->name) },
            .hash = i / 2, /* pairs share a bucket */
            .may_wait = true,
        };
        CHECK_INT(lwi_core_acquire(&core, &caller->applicant, 0),
                  i < PLACES ? LWI_ADMIT_GRANTED : LWI_ADMIT_WAITS);
        if (i < PLACES)
            served[i] = &caller->applicant;
    }
    CHECK_INT(core.key_count, KEYS);
    CHECK_INT(core.line.count, KEYS - PLACES);
    for (count = PLACES; (count = serve(&core, served, count)) > 0;) {
        for (i = 0; i < count; i++, all++)
            CHECK(served[i] == &callers[all].applicant);
    }
    CHECK_INT(all, KEYS);
    CHECK_INT(core.key_count, PLACES); /* those that have a worker */
    CHECK_INT(core.idle.count, PLACES);
    lwi_core_close(&core);
    lwi_core_fini(&core);
    free(callers);
    CHECK_INT(live_bytes, 0);
}

/* ---- processes ---- */

static lw_runtime *
start_runtime(void)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;

    alarm(850); /* they are many: as long as tests/run gives a test */
    options.allocator = &counting;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    CHECK_INT(lw_runtime_create(&runtime, &options, NULL), LW_OK);
    return runtime;
}

static lw_pool *
start_pool(lw_runtime *runtime, uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_pool *pool = NULL;

    config.max_workers = max_workers;
    CHECK_INT(lw_pool_create(&pool, runtime, &config, NULL), LW_OK);
    return pool;
}

static lw_capability *
make_key(const char *name)
{
    const char *command[] = { LW_BUILD_DIR "/tests/semantics_helper", name,
                              NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *key = NULL;

    spec.worker.command = command;
    spec.worker.startup_timeout_ms = LW_TIMEOUT_MAX_MS;
    spec.worker.request_timeout_ms = LW_TIMEOUT_MAX_MS;
    CHECK_INT(lw_capability_create(&key, &spec, NULL), LW_OK);
    return key;
}

/* Of the lease's child; it answers with the name that it was started with. */
static long
ask_pid(lw_lease *lease, const char *name)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    char text[32];

    spec.name = "who";
    CHECK_INT(lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL), LW_OK);
    snprintf(text, sizeof(text), "%.*s",
             (int)lw_reply_get_facts(reply)->response.size,
             lw_reply_get_facts(reply)->response.data);
    CHECK(strcmp(text, name) == 0);
    lw_reply_destroy(reply);
    spec.name = "pid";
    CHECK_INT(lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL), LW_OK);
    snprintf(text, sizeof(text), "%.*s",
             (int)lw_reply_get_facts(reply)->response.size,
             lw_reply_get_facts(reply)->response.data);
    lw_reply_destroy(reply);
    return strtol(text, NULL, 10);
}

/* A lease on the key with this number, and back. */
static long
use_key(lw_pool *pool, size_t number)
{
    lw_lease *lease = NULL;
    lw_capability *key;
    char name[16];
    long pid;

    snprintf(name, sizeof(name), "key%05zu", number);
    key = make_key(name);
    CHECK_INT(lw_pool_acquire(&lease, pool, key, NULL, NULL), LW_OK);
    lw_capability_destroy(key);
    pid = ask_pid(lease, name);
    lw_lease_release(lease);
    return pid;
}

static lw_pool_snapshot
look(lw_pool *pool)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };

    CHECK_INT(lw_pool_get_snapshot(pool, &shot, NULL), LW_OK);
    return shot;
}

/* Names are of one length, so that the same is known of any eight of them. */
TEST(many_keys_leave_nothing_behind)
{
    lw_runtime *runtime = start_runtime();
    lw_pool *pool = start_pool(runtime, PLACES);
    int64_t early = 0;
    const char *wanted = getenv("LW_POOL_MANY_KEYS");
    size_t many = wanted != NULL ? strtoul(wanted, NULL, 10) : MANY, i;
    long pids[PLACES];

    for (i = 0; i < many; i++) {
        pids[i % PLACES] = use_key(pool, i);
        if (i == many / 10)
            early = live_bytes;
    }
    print_message("%lld bytes after %zu keys, %lld after %zu\n",
                  (long long)early, many / 10, (long long)live_bytes, many);
    CHECK(many >= 10 * PLACES);
    CHECK(live_bytes < early + 4096); /* less than a block for each */
    CHECK_INT(pool->core.key_count, PLACES);
    CHECK_INT(look(pool).evictions, many - PLACES);
    for (i = many - PLACES; i < many; i++) /* the last ones are still there */
        CHECK_INT(use_key(pool, i), pids[i % PLACES]);
    CHECK_INT(look(pool).evictions, many - PLACES);
    CHECK_INT(look(pool).worker_restarts, 0);
    lw_pool_destroy(pool);
    lw_runtime_destroy(runtime);
    CHECK_INT(live_bytes, 0);
}

static void
limit_descriptors(rlim_t count)
{
    struct rlimit limit = { count, count }; /* the hard one too: for root */

    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Each has a process of its own, and answers. */
static void
check_distinct(lw_lease *const *leases, size_t count)
{
    static long pids[CROWD];
    size_t i, j;

    for (i = 0; i < count; i++) {
        pids[i] = ask_pid(leases[i], "A");
        for (j = 0; j < i; j++)
            CHECK(pids[j] != pids[i]);
    }
}

TEST(a_crowd_of_workers_at_once)
{
    static lw_lease *leases[CROWD];
    lw_runtime *runtime;
    lw_capability *key;
    struct rlimit limit;
    lw_pool *pool;
    size_t i;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(limit.rlim_max >= 8 * CROWD);
    limit_descriptors(8 * CROWD);
    runtime = start_runtime();
    pool = start_pool(runtime, CROWD);
    key = make_key("A");
    for (i = 0; i < CROWD; i++)
        CHECK_INT(lw_pool_acquire(&leases[i], pool, key, NULL, NULL), LW_OK);
    check_distinct(leases, CROWD);
    CHECK_INT(look(pool).active_workers, CROWD);
    for (i = 0; i < CROWD; i++)
        lw_lease_release(leases[i]);
    CHECK_INT(look(pool).warm_leases, CROWD);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
    lw_runtime_destroy(runtime);
    CHECK_INT(live_bytes, 0);
}

/* As many as fit; gives how many. The error has the limit's name. */
static size_t
acquire_all(lw_lease **leases, lw_pool *pool, lw_capability *key)
{
    lw_error err = LW_ERROR_INIT;
    size_t count = 0, fds;
    int rc = LW_OK;

    for (;;) {
        fds = count_fds();
        rc = lw_pool_acquire(&leases[count], pool, key, NULL, &err);
        if (rc != LW_OK)
            break;
        count++;
        CHECK(count < CROWD);
    }
    CHECK_INT(rc, LW_ELIMIT);
    CHECK(strstr(err.message, "RLIMIT_NOFILE") != NULL);
    CHECK(strstr(err.message, "1024") != NULL);
    CHECK_INT(count_fds(), fds); /* nothing is left of what failed */
    return count;
}

TEST(a_crowd_with_too_few_descriptors)
{
    static lw_lease *leases[CROWD];
    lw_lease *other = NULL;
    lw_capability *key, *key_of_others;
    lw_runtime *runtime;
    size_t count, i;
    lw_pool *pool;

    limit_descriptors(DESCRIPTORS);
    runtime = start_runtime();
    pool = start_pool(runtime, CROWD);
    key = make_key("A");
    key_of_others = make_key("B");
    count = acquire_all(leases, pool, key);
    print_message("%zu workers with %d descriptors\n", count, DESCRIPTORS);
    CHECK(count >= DESCRIPTORS / 8);
    check_distinct(leases, count);
    CHECK_INT(look(pool).active_workers, count);
    for (i = 0; i < 4; i++)
        lw_lease_release(leases[i]);
    /* There are places, and no descriptors: idle workers give way. */
    CHECK_INT(lw_pool_acquire(&other, pool, key_of_others, NULL, NULL), LW_OK);
    CHECK(ask_pid(other, "B") > 0);
    CHECK(look(pool).evictions > 0);
    lw_lease_release(other);
    for (i = 4; i < count; i++)
        lw_lease_release(leases[i]);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
    lw_capability_destroy(key_of_others);
    lw_runtime_destroy(runtime);
    CHECK_INT(live_bytes, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_keys_wait_for_eight_places),
        cmocka_unit_test(many_keys_leave_nothing_behind),
        cmocka_unit_test(a_crowd_of_workers_at_once),
        cmocka_unit_test(a_crowd_with_too_few_descriptors),
    };

    return LWT_RUN(tests);
}

/*
 * pool.c - what a lease costs, and how soon a worker is there.
 *
 *     pool [ROUNDS]     prints Markdown for docs/performance.md
 *     pool --child KEY  the other side
 *
 * Ratios are taken between neighbours in time: each round measures both sides
 * in turn, and what is printed is the median of the rounds (15 where nothing
 * else is asked for) with the smallest and the largest. No Lean is needed: the
 * child is this program. Nothing here passes or fails.
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <lean_worker/child.h>

#include "bench.h"

#define TURNS 20000 /* acquire and release, in a round */
#define KIB_CEILING (UINT64_C(64) << 20)
#define COMMANDS 100 /* of 10 ms, in a round */
#define WORKERS 4    /* that share them */
#define KEYS_MANY 10000
#define WORKERS_MANY 256

static lw_runtime *runtime;

/* ---- the child ---- */

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_respond(call, request);
}

static int
sleep_10_ms(lw_child_call *call, lw_span request, void *user)
{
    static const struct timespec time = { 0, 10000000 };

    (void)request;
    (void)user;
    nanosleep(&time, NULL);
    return lw_child_respond(call, (lw_span){ "", 0 });
}

static int
pid(lw_child_call *call, lw_span request, void *user)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%ld", (long)getpid());

    (void)request;
    (void)user;
    return lw_child_respond(call, (lw_span){ text, (size_t)size });
}

static int
serve(void)
{
    static const lw_child_handler handlers[] = { { "echo", echo },
                                                 { "sleep", sleep_10_ms },
                                                 { "pid", pid },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

/* ---- pools ---- */

static lw_capability *
make_key(unsigned number)
{
    char name[16];
    const char *command[] = { self, "--child", name, NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_capability *key = NULL;

    snprintf(name, sizeof(name), "%u", number);
    policy.max_restarts = 0; /* children are killed here */
    spec.worker.command = command;
    spec.worker.policy = &policy;
    need(lw_capability_create(&key, &spec, &err), "capability");
    return key;
}

static lw_pool *
make_pool(lw_pool_config config)
{
    lw_pool *pool = NULL;

    config.admission_wait_ms = LW_NO_LIMIT;
    need(lw_pool_create(&pool, runtime, &config, &err), "pool");
    return pool;
}

static lw_pool *
make_plain_pool(uint32_t max_workers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = max_workers;
    return make_pool(config);
}

static lw_lease *
acquire(lw_pool *pool, lw_capability *key)
{
    lw_lease *lease = NULL;

    need(lw_pool_acquire(&lease, pool, key, NULL, &err), "acquire");
    return lease;
}

/* So many workers, open and idle. */
static void
warm_up(lw_pool *pool, lw_capability *key, unsigned count)
{
    lw_lease *leases[WORKERS_MANY];
    unsigned i;

    for (i = 0; i < count; i++)
        leases[i] = acquire(pool, key);
    for (i = 0; i < count; i++)
        lw_lease_release(leases[i]);
}

/* Nanoseconds for one acquire and release. */
static double
turns_round(lw_pool *pool, lw_capability *key)
{
    double start_us = now_us();
    int i;

    for (i = 0; i < TURNS; i++)
        lw_lease_release(acquire(pool, key));
    return (now_us() - start_us) * 1e3 / TURNS;
}

static void
print_row(const char *what, const char *unit, double *ours, double *beside,
          const char *beside_what, int rounds)
{
    double ratio[ROUNDS_MAX];
    int i;

    for (i = 0; i < rounds; i++)
        ratio[i] = ours[i] / beside[i];
    printf("| %s | %.2f %s | %s %.2f %s | %.2f × (%.2f to %.2f) |\n", what,
           quantile(ours, rounds, 0.5), unit, beside_what,
           quantile(beside, rounds, 0.5), unit, quantile(ratio, rounds, 0.5),
           quantile(ratio, rounds, 0), quantile(ratio, rounds, 1));
    fflush(stdout);
}

/* ---- a lease, one thread ---- */

/* The limit: what a pool cannot do without, taken and let go twice. */
static double
mutex_round(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    double start_us = now_us();
    int i;

    for (i = 0; i < 2 * TURNS; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return (now_us() - start_us) * 1e3 / TURNS;
}

static void
measure_turns(int rounds)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    double plain[ROUNDS_MAX], mutex[ROUNDS_MAX], ceiling[ROUNDS_MAX],
        budget[ROUNDS_MAX], again[ROUNDS_MAX];
    lw_capability *key = make_key(0);
    lw_pool *pool = make_plain_pool(1), *limited, *budgeted;
    int i;

    config.worker_rss_ceiling_kib = KIB_CEILING;
    limited = make_pool(config);
    config.worker_rss_ceiling_kib = LW_NO_LIMIT;
    config.max_total_rss_kib = KIB_CEILING;
    budgeted = make_pool(config);
    warm_up(pool, key, 1);
    warm_up(limited, key, 1);
    warm_up(budgeted, key, 1);
    for (i = 0; i < rounds; i++) {
        mutex[i] = mutex_round();
        plain[i] = turns_round(pool, key);
        ceiling[i] = turns_round(limited, key);
        again[i] = plain[i];
        budget[i] = turns_round(budgeted, key);
    }
    print_row("acquire and release, warm", "ns", plain, mutex,
              "two pairs of a mutex", rounds);
    print_row("the same with a memory ceiling", "ns", ceiling, again, "without",
              rounds);
    print_row("the same with a memory budget", "ns", budget, again, "without",
              rounds);
    lw_pool_destroy(pool);
    lw_pool_destroy(limited);
    lw_pool_destroy(budgeted);
    lw_capability_destroy(key);
}

/* ---- many workers, many keys ---- */

static void
measure_workers(int rounds)
{
    static const unsigned counts[] = { 16, 64, WORKERS_MANY };
    double one[ROUNDS_MAX], many[ROUNDS_MAX];
    lw_capability *key = make_key(0);
    lw_pool *single = make_plain_pool(1), *pool;
    char what[64];
    size_t n;
    int i;

    warm_up(single, key, 1);
    for (n = 0; n < sizeof(counts) / sizeof(*counts); n++) {
        pool = make_plain_pool(counts[n]);
        warm_up(pool, key, counts[n]);
        for (i = 0; i < rounds; i++) {
            one[i] = turns_round(single, key);
            many[i] = turns_round(pool, key);
        }
        snprintf(what, sizeof(what), "the same, one of %u workers", counts[n]);
        print_row(what, "ns", many, one, "of one", rounds);
        lw_pool_destroy(pool);
    }
    lw_pool_destroy(single);
    lw_capability_destroy(key);
}

/* Keys that a pool has served, or failed to serve, and their callers hold. */
static void
measure_keys(int rounds)
{
    static const unsigned counts[] = { 100, KEYS_MANY };
    static lw_capability *keys[KEYS_MANY];
    double one[ROUNDS_MAX], many[ROUNDS_MAX];
    lw_pool *single = make_plain_pool(1), *pool;
    char what[64];
    unsigned j;
    size_t n;
    int i;

    keys[0] = make_key(0);
    warm_up(single, keys[0], 1);
    for (n = 0; n < sizeof(counts) / sizeof(*counts); n++) {
        pool = make_plain_pool(8);
        for (j = 1; j < counts[n]; j++) {
            if (keys[j] == NULL)
                keys[j] = make_key(j);
            lw_lease_release(acquire(pool, keys[j]));
        }
        warm_up(pool, keys[0], 1);
        for (i = 0; i < rounds; i++) {
            one[i] = turns_round(single, keys[0]);
            many[i] = turns_round(pool, keys[0]);
        }
        snprintf(what, sizeof(what), "the same, %u keys were served",
                 counts[n]);
        print_row(what, "ns", many, one, "one key", rounds);
        lw_pool_destroy(pool);
    }
    lw_pool_destroy(single);
    for (j = 0; j < KEYS_MANY; j++)
        lw_capability_destroy(keys[j]);
}

/* ---- many threads ---- */

struct thread {
    pthread_t thread;
    lw_pool *pool;
    lw_capability *key;
    lw_worker *worker; /* of its own, in place of the pool */
    int turns;
};

static double
cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* All at once, to their end; microseconds. */
static double
run_threads(struct thread *threads, int count, void *(*run)(void *))
{
    double start_us = now_us();
    int i;

    for (i = 0; i < count; i++) {
        if (pthread_create(&threads[i].thread, NULL, run, &threads[i]) != 0)
            exit(1);
    }
    for (i = 0; i < count; i++)
        pthread_join(threads[i].thread, NULL);
    return now_us() - start_us;
}

static void *
take_turns(void *argument)
{
    struct thread *thread = argument;
    int i;

    for (i = 0; i < thread->turns; i++)
        lw_lease_release(acquire(thread->pool, thread->key));
    return NULL;
}

enum { THREADS = 8 };

static void
measure_crowd(int rounds, bool own_keys)
{
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX], alone[ROUNDS_MAX], before_us;
    struct thread threads[THREADS];
    lw_pool *pool = make_plain_pool(THREADS);
    lw_capability *keys[THREADS];
    int i;

    for (i = 0; i < THREADS; i++) {
        keys[i] = make_key((unsigned)i);
        threads[i] =
            (struct thread){ .pool = pool, .key = keys[own_keys ? i : 0] };
        threads[i].turns = TURNS;
        if (own_keys)
            warm_up(pool, keys[i], 1);
    }
    if (!own_keys)
        warm_up(pool, keys[0], THREADS);
    for (i = 0; i < rounds; i++) {
        alone[i] = turns_round(pool, keys[0]);
        before_us = cpu_us();
        wall[i] =
            run_threads(threads, THREADS, take_turns) * 1e3 / TURNS / THREADS;
        cpu[i] = (cpu_us() - before_us) * 1e3 / TURNS / THREADS;
    }
    print_row(own_keys ? "the same, 8 threads, a key for each"
                       : "the same, 8 threads, 8 workers of one key",
              "ns", wall, alone, "one thread", rounds);
    printf("| CPU time of it | %.2f ns | | |\n", quantile(cpu, rounds, 0.5));
    lw_pool_destroy(pool);
    for (i = 0; i < THREADS; i++)
        lw_capability_destroy(keys[i]);
}

/* ---- work in parallel ---- */

static void
run_on(lw_lease *lease, const char *name, char *answer, size_t size)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_span response;

    spec.name = name;
    need(lw_lease_run(lease, &reply, &spec, NULL, NULL, &err), name);
    response = lw_reply_get_facts(reply)->response;
    if (answer != NULL)
        snprintf(answer, size, "%.*s", (int)response.size, response.data);
    lw_reply_destroy(reply);
}

static void *
command_by_pool(void *argument)
{
    struct thread *thread = argument;
    int i;

    for (i = 0; i < thread->turns; i++) {
        lw_lease *lease = acquire(thread->pool, thread->key);

        run_on(lease, "sleep", NULL, 0);
        lw_lease_release(lease);
    }
    return NULL;
}

static void *
command_by_hand(void *argument)
{
    struct thread *thread = argument;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply;
    int i;

    spec.name = "sleep";
    for (i = 0; i < thread->turns; i++) {
        need(lw_worker_run(thread->worker, &reply, &spec, NULL, NULL, &err),
             "sleep");
        lw_reply_destroy(reply);
    }
    return NULL;
}

static lw_worker *
start_worker(void)
{
    const char *command[] = { self, "--child", "0", NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;

    config.command = command;
    need(lw_worker_start(&worker, runtime, &config, NULL, &err), "start");
    return worker;
}

static void
measure_commands(int rounds, int threads_count)
{
    double ours[ROUNDS_MAX], hand[ROUNDS_MAX];
    struct thread threads[COMMANDS], own[WORKERS];
    lw_capability *key = make_key(0);
    lw_pool *pool = make_plain_pool(WORKERS);
    char what[80];
    int i;

    warm_up(pool, key, WORKERS);
    for (i = 0; i < threads_count; i++)
        threads[i] = (struct thread){ .pool = pool,
                                      .key = key,
                                      .turns = COMMANDS / threads_count };
    for (i = 0; i < WORKERS; i++)
        own[i] = (struct thread){ .worker = start_worker(),
                                  .turns = COMMANDS / WORKERS };
    for (i = 0; i < rounds; i++) {
        ours[i] = run_threads(threads, threads_count, command_by_pool) / 1e3;
        hand[i] = run_threads(own, WORKERS, command_by_hand) / 1e3;
    }
    snprintf(what, sizeof(what),
             "100 commands of 10 ms, %d threads, 4 workers (ideal: 250)",
             threads_count);
    print_row(what, "ms", ours, hand, "4 threads with workers of their own",
              rounds);
    for (i = 0; i < WORKERS; i++)
        lw_worker_destroy(own[i].worker);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
}

/* ---- after a kill ---- */

/* False where the lease was lost: the kill had not come to be known yet. */
static bool
echo_on(lw_pool *pool, lw_capability *key)
{
    lw_lease *lease = acquire(pool, key);
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "echo";
    rc = lw_lease_run(lease, &reply, &spec, NULL, NULL, &err);
    lw_reply_destroy(reply);
    lw_lease_release(lease);
    if (!lw_status_lost_lease(rc))
        need(rc, "echo");
    return rc == LW_OK;
}

/*
 * From the kill of an idle worker to the answer of the next, as a caller has
 * it who takes another lease where one is lost; microseconds.
 */
static double
kill_round(lw_pool *pool, lw_capability *key)
{
    char text[32];
    lw_lease *lease = acquire(pool, key);
    double start_us;

    run_on(lease, "pid", text, sizeof(text));
    lw_lease_release(lease);
    start_us = now_us();
    kill((pid_t)atol(text), SIGKILL);
    while (!echo_on(pool, key))
        ;
    return now_us() - start_us;
}

/* The limit: a worker without a pool, from nothing to its first answer. */
static double
start_round(void)
{
    double start_us = now_us(), end_us;
    lw_worker *worker = start_worker();

    need(lw_worker_ping(worker, (lw_span){ "", 0 }, NULL, &err), "ping");
    end_us = now_us();
    lw_worker_destroy(worker);
    return end_us - start_us;
}

/* The kinds that measure_kill compares: what is kept. */
static const struct {
    const char *name;
    uint32_t standbys;
} after_kill[] = {
    { "an answer after a kill of the only worker", 0 },
    { "the same, with a standby", 1 },
};

static void
measure_kill(int rounds)
{
    double ours[ROUNDS_MAX], beside[ROUNDS_MAX];
    lw_capability *key = make_key(0);
    size_t kind;
    int i;

    for (kind = 0; kind < 2; kind++) {
        lw_pool_config config = LW_POOL_CONFIG_INIT;
        lw_keep_spec keep = LW_KEEP_SPEC_INIT;
        lw_pool *pool;

        config.max_standby = keep.standbys = after_kill[kind].standbys;
        pool = make_pool(config);
        need(lw_pool_keep(pool, key, &keep, &err), "keep");
        for (i = 0; i < rounds; i++) {
            beside[i] = start_round();
            need(lw_pool_wait_warm(pool, NULL, LW_NO_LIMIT, NULL, &err),
                 "wait until warm");
            ours[i] = kill_round(pool, key);
        }
        print_row(after_kill[kind].name, "µs", ours, beside,
                  "a start without a pool", rounds);
        lw_pool_destroy(pool);
    }
    lw_capability_destroy(key);
}

/* ---- memory and rest ---- */

static long
field_of_status(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    size_t size = strlen(name);
    char line[256];
    long value = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, size) == 0)
            value = atol(line + size);
    }
    if (file != NULL)
        fclose(file);
    return value;
}

/* Of all threads of this process: how often one gave its CPU up. */
static long
count_switches(void)
{
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    char path[300];
    long sum = 0;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof(path), "/proc/self/task/%s/status",
                 entry->d_name);
        if (entry->d_name[0] != '.')
            sum += field_of_status(path, "voluntary_ctxt_switches:");
    }
    if (folder != NULL)
        closedir(folder);
    return sum;
}

static void
measure_rest(unsigned count)
{
    static const struct timespec second = { 1, 0 };
    lw_capability *key = make_key(0);
    lw_pool *pool = make_plain_pool(WORKERS_MANY);
    long before_kib, after_kib, switches;
    double cpu;

    warm_up(pool, key, 1);
    before_kib = field_of_status("/proc/self/status", "RssAnon:");
    warm_up(pool, key, count + 1);
    after_kib = field_of_status("/proc/self/status", "RssAnon:");
    switches = count_switches();
    cpu = cpu_us();
    nanosleep(&second, NULL);
    cpu = cpu_us() - cpu;
    /* One is this thread's own sleep. */
    switches = count_switches() - switches - 1;
    printf("| memory of the parent for each of %u workers | %.1f KiB | | |\n",
           count, (double)(after_kib - before_kib) / count);
    printf("| wake-ups of the parent in a second, %u idle workers | %ld | CPU "
           "%.0f µs | |\n",
           count + 1, switches, cpu);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
}

int
main(int argc, char **argv)
{
    int rounds;

    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return serve();
    rounds = read_rounds(argc, argv);
    find_self();
    need(lw_runtime_create(&runtime, NULL, &err), "runtime");
    printf("| what | figure | beside it | ratio |\n"
           "| --- | --- | --- | --- |\n");
    measure_rest(64);
    measure_rest(WORKERS_MANY - 1);
    measure_turns(rounds);
    measure_crowd(rounds, false);
    measure_crowd(rounds, true);
    measure_workers(rounds);
    measure_commands(rounds, WORKERS);
    measure_commands(rounds, 20);
    measure_kill(rounds);
    measure_keys(rounds);
    lw_runtime_destroy(runtime);
    return 0;
}

/*
 * native_speed_helper.c - what a worker of native Lean costs: started anew,
 * from a snapshot, warm, and forked.
 *
 *     native_speed_helper TOOLCHAIN BASIS EXPORT REQUEST [ROUNDS [rows]]
 *
 * prints Markdown for docs/performance.md; tests/native/speed runs it. BASIS is
 * a path for the variable LW_TEST_BASIS: the shim of this folder elaborates it
 * before it is ready. The request is one for an export. Medians of so many
 * rounds (15), and the slowest. With the word `rows` behind ROUNDS, only rows
 * are measured, for a profile of them. Nothing here passes or fails, and no
 * test runs it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lean_worker/lean_worker.h>

#define PATIENCE_MS (UINT64_C(120) * 1000)
#define WARM_LONG 10000 /* requests of one worker, for its memory */
#define CROWD 100
#define ROWS 100000 /* of 20 bytes, by the export `rows` */
#define ROWS_TEXT "100000"
#define ROUNDS_MAX 101

static lw_error err = LW_ERROR_INIT;

static lw_runtime *runtime;
static lw_worker_config config = LW_WORKER_CONFIG_INIT;
static lw_run_spec question = LW_RUN_SPEC_INIT;

static double
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts; the value below which `part` of them lie. */
static double
quantile(double *values, int count, double part)
{
    qsort(values, (size_t)count, sizeof(*values), compare_doubles);
    return values[(int)((double)(count - 1) * part)];
}

static void
need(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, lw_status_name(rc), err.message);
    exit(1);
}

static lw_worker *
start(void)
{
    lw_worker *worker = NULL;

    need(lw_worker_start(&worker, runtime, &config, NULL, &err), "start");
    return worker;
}

static void
ask(lw_worker *worker)
{
    lw_reply *reply = NULL;

    need(lw_worker_run(worker, &reply, &question, NULL, NULL, &err), "run");
    lw_reply_destroy(reply);
}

static void
tell(const char *what, double *times_us, int rounds)
{
    double worst = quantile(times_us, rounds, 1);

    printf("| %s | %.1f ms | %.1f ms |\n", what,
           quantile(times_us, rounds, 0.5) / 1e3, worst / 1e3);
    fflush(stdout);
}

/* A process for each request: its start, and until its answer is there. */
static void
measure_starts(const char *start_name, const char *answer_name, int rounds)
{
    static double starts[ROUNDS_MAX], answers[ROUNDS_MAX];
    lw_worker *worker;
    double began;
    int i;

    for (i = 0; i < rounds; i++) {
        began = now_us();
        worker = start();
        starts[i] = now_us() - began;
        ask(worker);
        answers[i] = now_us() - began;
        lw_worker_destroy(worker);
    }
    tell(start_name, starts, rounds);
    tell(answer_name, answers, rounds);
}

/* The same from a snapshot, in a folder for the moment. */
static void
measure_snapshot(int rounds)
{
    char folder[] = "/tmp/lw-speed-XXXXXX", lock[64];
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    lw_snapshot_report report = { .struct_size = sizeof(report) };
    double began = now_us();

    if (mkdtemp(folder) == NULL)
        exit(1);
    config.snapshots = folder;
    spec.config = &config;
    spec.runs = &question;
    spec.run_count = 1;
    need(lw_snapshot_make(&report, runtime, &spec, &err), "snapshot");
    printf("| a snapshot of %.1f MiB, until it is proved | %.0f ms | |\n",
           (double)report.bytes / 1024 / 1024, (now_us() - began) / 1e3);
    measure_starts("a start from a snapshot",
                   "a start from a snapshot and an answer", rounds);
    need(lw_snapshot_remove(folder, NULL, &err), "remove");
    config.snapshots = "";
    snprintf(lock, sizeof(lock), "%s/lock", folder);
    (void)remove(lock);
    (void)remove(folder);
}

static int
count_row(const lw_row *row, void *user)
{
    (void)row;
    ++*(uint64_t *)user;
    return 0;
}

/* From Lean code, through the plugin's handle, to a sink that counts. */
static void
measure_rows(int rounds)
{
    static double times[ROUNDS_MAX];
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_worker *worker = start();
    lw_reply *reply = NULL;
    uint64_t rows = 0;
    double began;
    int i;

    spec.name = "rows";
    spec.request = (lw_span){ ROWS_TEXT, sizeof(ROWS_TEXT) - 1 };
    sinks.row = count_row;
    sinks.user = &rows;
    for (i = 0; i < rounds; i++) {
        began = now_us();
        need(lw_worker_run(worker, &reply, &spec, &sinks, NULL, &err), "rows");
        times[i] = now_us() - began;
        lw_reply_destroy(reply);
    }
    tell(ROWS_TEXT " rows from Lean", times, rounds);
    if (rows != ROWS * (uint64_t)rounds) {
        fprintf(stderr, "rows are missing\n");
        exit(1);
    }
    lw_worker_destroy(worker);
}

static unsigned long
kib_of(int pid, const char *line)
{
    char path[64], text[256];
    unsigned long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    file = fopen(path, "re");
    while (file != NULL && fgets(text, sizeof(text), file) != NULL) {
        if (strncmp(text, line, strlen(line)) == 0)
            kib = strtoul(text + strlen(line), NULL, 10);
    }
    if (file != NULL)
        fclose(file);
    return kib;
}

static void
measure_warm(int rounds)
{
    static double times[ROUNDS_MAX];
    lw_worker *worker = start();
    unsigned long before;
    double began;
    int i;

    ask(worker); /* the first one of a process pays for its pages */
    for (i = 0; i < rounds; i++) {
        began = now_us();
        ask(worker);
        times[i] = now_us() - began;
    }
    tell("a warm request", times, rounds);
    before = kib_of(lw_worker_get_pid(worker), "Rss:");
    for (i = 0; i < WARM_LONG; i++)
        ask(worker);
    printf("| resident memory over %d warm requests | %.1f MiB | %.1f MiB |\n",
           WARM_LONG, (double)before / 1024,
           (double)kib_of(lw_worker_get_pid(worker), "Rss:") / 1024);
    lw_worker_destroy(worker);
}

/* All of them alive, each after one request. */
static void
measure_crowd(void)
{
    static lw_worker *workers[CROWD];
    unsigned long pss = 0, private = 0;
    double began = now_us(), took;
    int i;

    for (i = 0; i < CROWD; i++)
        workers[i] = start();
    for (i = 0; i < CROWD; i++)
        ask(workers[i]);
    took = now_us() - began;
    for (i = 0; i < CROWD; i++) {
        pss += kib_of(lw_worker_get_pid(workers[i]), "Pss:");
        private += kib_of(lw_worker_get_pid(workers[i]), "Private_Dirty:");
    }
    printf("| %d forks at once, a request each | %.0f ms | |\n", CROWD,
           took / 1e3);
    printf("| proportional memory of one of them, private of it "
           "| %.1f MiB | %.1f MiB |\n",
           (double)pss / CROWD / 1024, (double)private / CROWD / 1024);
    for (i = 0; i < CROWD; i++)
        lw_worker_destroy(workers[i]);
}

int
main(int argc, char **argv)
{
    int rounds = argc > 5 ? (int)strtol(argv[5], NULL, 10) : 15;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    const char *environment[] = { NULL, NULL };
    lw_toolchain *toolchain = NULL;
    lw_zygote_config forks = LW_ZYGOTE_CONFIG_INIT;
    lw_zygote *zygote = NULL;
    char basis[4096];
    double began;

    if (argc < 5 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr,
                "usage: %s TOOLCHAIN BASIS EXPORT REQUEST [ROUNDS [rows]]\n",
                argv[0]);
        return 2;
    }
    snprintf(basis, sizeof(basis), "LW_TEST_BASIS=%s", argv[2]);
    environment[0] = basis;
    request.toolchain = argv[1];
    question.name = argv[3];
    question.request = (lw_span){ argv[4], strlen(argv[4]) };
    need(lw_toolchain_find(&toolchain, &request, &err), "toolchain");
    need(lw_runtime_create(&runtime, NULL, &err), "runtime");
    config.toolchain = toolchain;
    config.environment = environment;
    config.startup_timeout_ms = PATIENCE_MS;

    printf("| what | median | slowest |\n| --- | --- | --- |\n");
    config.snapshots = "";
    if (argc > 6) {
        measure_rows(rounds);
        goto done;
    }
    measure_starts("a cold start", "a cold start and an answer", rounds);
    measure_snapshot(rounds);
    measure_warm(rounds);
    measure_rows(rounds);
    began = now_us();
    forks.worker = &config;
    need(lw_zygote_create(&zygote, runtime, &forks, &err), "fork server");
    need(lw_zygote_wait(zygote, PATIENCE_MS, NULL, &err), "fork server");
    printf("| a fork server, until it is probed | %.0f ms | |\n",
           (now_us() - began) / 1e3);
    config.fork_server = zygote;
    measure_starts("a fork", "a fork and an answer", rounds);
    measure_crowd();
    lw_zygote_destroy(zygote);
done:
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return 0;
}

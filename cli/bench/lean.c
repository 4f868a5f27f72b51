/*
 * lean.c - what Lean itself costs, and what it costs beside Lean.
 *
 * At most three of its processes live at a time, but in lean-check-all-cores.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/base.h"
#include "base/path.h"
#include "bench/groups.h"
#include "bench/lean_kit.h"
#include "bench/rows_kit.h"

enum {
    VERSION,
    COLD,
    COLD_IMPORT,
    EXPORT,
    ROWS,
    KILL,
    CHECK,
    CHECK_ALL,
    PER_FILE,
};
enum { FILES = 200, STARTS = 3, SAMPLES = 15 };
enum { LEAN_ROWS = 100000, ROW_BYTES = 100, EXPORTS = 200 };
#define LEAN_ROWS_TEXT "100000"

static const struct bench_about records[] = {
    { .name = "lean-version",
      .what = "`lean --version` of the toolchain",
      .unit = "s",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 1.7,
      .heavy = true },
    { .name = "lean-cold-start",
      .what = "from nothing until the verdict on a small file",
      .unit = "s",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 6,
      .heavy = true },
    { .name = "lean-cold-start-import",
      .what = "the same after `import Lean`",
      .unit = "s",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 6,
      .heavy = true },
    { .name = "lean-export",
      .what = "an export in Lean that gives back its 100 bytes",
      .unit = "µs",
      .limit = "an echo child",
      .heavy = true },
    { .name = "lean-rows",
      .what = "rows of 100 bytes from an export in Lean",
      .unit = "rows/s",
      .limit = "an echo child",
      .heavy = true },
    { .name = "lean-kill-standby",
      .what = "from the kill of the only worker to the next answer, with a "
              "keyed standby",
      .unit = "s",
      .limit = "a cold start",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 0.02,
      .heavy = true },
    { .name = "lean-check",
      .what = "200 small files with one header on one worker, less its start",
      .unit = "s",
      .limit = "time inside Lean's commands",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 1.2,
      .heavy = true },
    { .name = "lean-check-all-cores",
      .what = "the 200 files on as many workers as the machine is said to "
              "bear, with their starts",
      .unit = "s",
      .limit = "one worker, with its start",
      .heavy = true },
    { .name = "lean-per-file",
      .what = "a `lean` process for a file, 15 of the 200 sampled",
      .unit = "s",
      .limit = "the same file on the warm worker",
      .heavy = true },
};

/* ---- starts ---- */

static double
version_once(void *user)
{
    return bench_spawn_and_wait(user) / 1e6;
}

/* Runs `lean WORD`, its output thrown away. */
static void
lean_command(struct bench_command *command, struct bench_lean *lean,
             const char *word, char **program)
{
    *program =
        lwi_path_join(lw_toolchain_get_prefix(lean->toolchain), "bin/lean");
    if (*program == NULL)
        bench_die("out of memory");
    *command = (struct bench_command){ .words = { *program, word, NULL },
                                       .quiet = true };
}

static void
measure_version(struct bench *bench, struct bench_lean *lean)
{
    struct bench_command command;
    const struct bench_pair pair = {
        .ours = version_once, .user = &command, .rounds = STARTS, .cold = true
    };
    char *program;

    lean_command(&command, lean, "--version", &program);
    bench_measure(bench, &records[VERSION], &pair);
    lwi_free(&lwi_system_allocator, program);
}

static double
cold_once(void *lean)
{
    return bench_lean_cold_start(lean, NULL) / 1e6;
}

static double
cold_import_once(void *lean)
{
    return bench_lean_cold_start(lean, "Lean") / 1e6;
}

static void
measure_cold(struct bench *bench, struct bench_lean *lean, size_t which)
{
    const struct bench_pair pair = { .ours = which == COLD ? cold_once
                                                           : cold_import_once,
                                     .user = lean,
                                     .rounds = STARTS,
                                     .cold = true };

    bench_measure(bench, &records[which], &pair);
}

/* ---- requests ---- */

struct sides {
    lw_worker *lean, *echo;
    lw_session session;
};

static double
ask_often(lw_worker *worker, lw_session session)
{
    static const char bytes[] = "0123456789012345678901234567890123456789"
                                "0123456789012345678901234567890123456789"
                                "01234567890123456789";
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    double start_us = bench_now_us();
    lw_reply *reply;
    int i;

    spec.name = "echo";
    spec.session = session;
    spec.request = (lw_span){ bytes, sizeof(bytes) - 1 };
    for (i = 0; i < EXPORTS; i++) {
        bench_need(lw_worker_run(worker, &reply, &spec, NULL, NULL, &err),
                   "echo", &err);
        lw_reply_destroy(reply);
    }
    return (bench_now_us() - start_us) / EXPORTS;
}

static double
export_once(void *user)
{
    const struct sides *sides = user;

    return ask_often(sides->lean, sides->session);
}

static double
echo_once(void *user)
{
    const lw_session none = LW_SESSION_NONE;
    const struct sides *sides = user;

    return ask_often(sides->echo, none);
}

static double
lean_rows_once(void *user)
{
    const struct sides *sides = user;

    return bench_rows_asked(sides->lean, sides->session, LEAN_ROWS_TEXT,
                            (uint64_t)LEAN_ROWS * ROW_BYTES) /
           ROW_BYTES * 1e6;
}

static double
echo_rows_once(void *user)
{
    const struct sides *sides = user;

    return bench_rows(sides->echo, LEAN_ROWS, ROW_BYTES);
}

static void
measure_requests(struct bench *bench, struct bench_lean *lean, bool export,
                 bool rows)
{
    struct sides sides;
    struct bench_pair pair = { .ours = export_once,
                               .limit = echo_once,
                               .user = &sides };

    sides.lean = bench_lean_start(lean, &sides.session);
    sides.echo = bench_worker_start(&lean->place, 50, LW_NO_LIMIT);
    if (export)
        bench_measure(bench, &records[EXPORT], &pair);
    pair.ours = lean_rows_once;
    pair.limit = echo_rows_once;
    if (rows)
        bench_measure(bench, &records[ROWS], &pair);
    lw_worker_destroy(sides.echo);
    lw_worker_destroy(sides.lean);
}

/* ---- after a kill ---- */

struct pool_sides {
    struct bench_lean *lean;
    lw_pool *pool;
    lw_capability *key;
    pthread_mutex_t mutex;
    pthread_cond_t leased;
    pid_t pid; /* of the worker that was leased last; 0: not known yet */
};

static void
take_event(const lw_pool_event *event, void *user)
{
    struct pool_sides *sides = user;

    if (event->kind != LW_POOL_EVENT_LEASED)
        return;
    pthread_mutex_lock(&sides->mutex);
    sides->pid = event->pid;
    pthread_cond_signal(&sides->leased);
    pthread_mutex_unlock(&sides->mutex);
}

/* Of the only worker, which is idle. */
static pid_t
find_pid(struct pool_sides *sides)
{
    lw_lease *lease;
    pid_t pid;

    pthread_mutex_lock(&sides->mutex);
    sides->pid = 0;
    pthread_mutex_unlock(&sides->mutex);
    lease = bench_acquire(sides->pool, sides->key);
    lw_lease_release(lease);
    pthread_mutex_lock(&sides->mutex);
    while (sides->pid == 0)
        pthread_cond_wait(&sides->leased, &sides->mutex);
    pid = sides->pid;
    pthread_mutex_unlock(&sides->mutex);
    return pid;
}

static double
kill_once(void *user)
{
    struct pool_sides *sides = user;
    lw_error err = LW_ERROR_INIT;
    double start_us;
    pid_t pid;

    bench_need(lw_pool_wait_warm(sides->pool, NULL, LW_NO_LIMIT, NULL, &err),
               "wait until warm", &err);
    pid = find_pid(sides);
    start_us = bench_now_us();
    kill(pid, SIGKILL);
    while (!bench_answers(sides->pool, sides->key))
        ;
    return (bench_now_us() - start_us) / 1e6;
}

static double
kill_limit_once(void *user)
{
    const struct pool_sides *sides = user;

    return bench_lean_cold_start(sides->lean, NULL) / 1e6;
}

static void
measure_kill(struct bench *bench, struct bench_lean *lean)
{
    struct pool_sides sides = { .lean = lean,
                                .mutex = PTHREAD_MUTEX_INITIALIZER,
                                .leased = PTHREAD_COND_INITIALIZER };
    const struct bench_pair pair = { .ours = kill_once,
                                     .limit = kill_limit_once,
                                     .user = &sides,
                                     .rounds = STARTS,
                                     .cold = true };
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;

    config.max_workers = 1;
    config.max_standby = keep.standbys = 1;
    config.event = take_event;
    config.event_user = &sides;
    sides.key = bench_lean_make_key(lean);
    sides.pool = bench_make_pool(&lean->place, config);
    keep.min_idle = 1;
    bench_need(lw_pool_keep(sides.pool, sides.key, &keep, &err), "keep", &err);
    bench_measure(bench, &records[KILL], &pair);
    lw_pool_destroy(sides.pool);
    lw_capability_destroy(sides.key);
}

/* ---- files ---- */

struct checked {
    struct bench *bench;
    double start_us, first_us, wall_s;
    double lean_ms; /* inside Lean's commands, all files */
    double elapsed_ms[FILES];
    int count;
};

static int
take_report(const lw_check_report *report, const lw_check_totals *totals,
            void *user)
{
    struct checked *checked = user;

    (void)totals;
    if (report->verdict != LW_VERDICT_OK)
        bench_die("Lean finds fault with a file that has none");
    if (checked->count == 0)
        checked->first_us =
            bench_now_us() - checked->start_us - report->elapsed_ms * 1e3;
    checked->lean_ms += report->lean_ms;
    checked->elapsed_ms[checked->count++] = report->elapsed_ms;
    bench_say(checked->bench, &records[CHECK], checked->count, FILES);
    return 0;
}

static void
check_all(struct bench *bench, struct bench_lean *lean,
          const struct bench_files *files, uint32_t jobs,
          struct checked *checked)
{
    lw_check_options options = LW_CHECK_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;

    *checked = (struct checked){ .bench = bench };
    options.toolchain = lean->toolchain;
    options.jobs = jobs;
    options.report = take_report;
    options.user = checked;
    checked->start_us = bench_now_us();
    bench_need(lw_check_files(lean->place.runtime,
                              (const char *const *)files->paths,
                              (size_t)files->count, &options, NULL, &err),
               "check", &err);
    checked->wall_s = (bench_now_us() - checked->start_us) / 1e6;
}

/* A process for each of some files, spread over all. */
static void
measure_per_file(struct bench *bench, struct bench_lean *lean,
                 const struct bench_files *files, const struct checked *warm)
{
    double values[SAMPLES], limits[SAMPLES], sorted[FILES];
    struct bench_command command;
    char *program;
    int i, number;

    memcpy(sorted, warm->elapsed_ms, sizeof(sorted));
    lean_command(&command, lean, "", &program);
    for (i = 0; i < SAMPLES; i++) {
        bench_say(bench, &records[PER_FILE], i + 1, SAMPLES);
        /* Not a multiple of the number of bodies: all of them come. */
        number = i * (FILES / SAMPLES);
        command.words[1] = files->paths[number];
        values[i] = bench_spawn_and_wait(&command) / 1e6;
        limits[i] = bench_quantile(sorted, FILES, 0.5) / 1e3;
    }
    bench_put(bench, &records[PER_FILE], values, limits, SAMPLES);
    lwi_free(&lwi_system_allocator, program);
}

static void
measure_check(struct bench *bench, struct bench_lean *lean, bool one, bool all,
              bool per_file)
{
    struct checked warm, many;
    struct bench_files files;
    double value, limit;

    bench_files_write(&files, FILES);
    check_all(bench, lean, &files, 1, &warm);
    value = warm.wall_s - warm.first_us / 1e6;
    limit = warm.lean_ms / 1e3;
    if (one)
        bench_put(bench, &records[CHECK], &value, &limit, 1);
    if (all) {
        check_all(bench, lean, &files, 0, &many);
        bench_put(bench, &records[CHECK_ALL], &many.wall_s, &warm.wall_s, 1);
    }
    if (per_file)
        measure_per_file(bench, lean, &files, &warm);
    bench_files_remove(&files);
}

/* ---- all of it ---- */

static void
measure(struct bench *bench, struct bench_lean *lean, const bool *wanted)
{
    if (wanted[VERSION])
        measure_version(bench, lean);
    if (wanted[COLD])
        measure_cold(bench, lean, COLD);
    if (wanted[COLD_IMPORT])
        measure_cold(bench, lean, COLD_IMPORT);
    if (wanted[EXPORT] || wanted[ROWS])
        measure_requests(bench, lean, wanted[EXPORT], wanted[ROWS]);
    if (wanted[KILL])
        measure_kill(bench, lean);
    if (wanted[CHECK] || wanted[CHECK_ALL] || wanted[PER_FILE])
        measure_check(bench, lean, wanted[CHECK], wanted[CHECK_ALL],
                      wanted[PER_FILE]);
}

static void
run(struct bench *bench)
{
    bool wanted[LWI_COUNT(records)], any = false;
    struct bench_lean lean;
    char why[256];
    size_t i;

    for (i = 0; i < LWI_COUNT(records); i++) {
        wanted[i] = bench_wants(bench, &records[i]);
        any = any || wanted[i];
    }
    if (!any)
        return;
    if (bench_lean_open(&lean, bench, why, sizeof(why))) {
        measure(bench, &lean, wanted);
        bench_lean_close(&lean);
        return;
    }
    for (i = 0; i < LWI_COUNT(records); i++) {
        if (wanted[i])
            bench_skip(bench, &records[i], why);
    }
}

const struct bench_group bench_lean = {
    .name = "lean",
    .text = "Real Lean",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};

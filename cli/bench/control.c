/* control.c - how soon the caller is free again, and who comes next. */
#include <pthread.h>
#include <time.h>

#include "base/base.h"
#include "bench/groups.h"
#include "bench/partner.h"

enum { CANCEL, TIMEOUT, TIMEOUT_P99 };
enum { SAMPLES = 100, TIMEOUT_MS = 100 };

static const struct bench_about records[] = {
    { .name = "cancel",
      .what = "from the cancel of a request to a silent child until the caller "
              "has control back",
      .unit = "µs",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 1000,
      .upstream = "1.9 s" },
    { .name = "timeout",
      .what = "by how much a timeout of 100 ms is late, the child silent",
      .unit = "µs",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 300,
      .upstream = "7 to 12 ms" },
    { .name = "timeout-p99",
      .what = "the same, 99 of 100 are sooner",
      .unit = "µs",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 2000,
      .upstream = "13 ms" },
};

struct sides {
    struct bench *bench;
    lw_worker *worker;
};

struct canceller {
    lw_cancel *cancel;
    double set_us;
};

/* Sets the token when the request is surely on its way. */
static void *
set_soon(void *argument)
{
    static const struct timespec moment = { 0, 5000000 };
    struct canceller *canceller = argument;

    nanosleep(&moment, NULL);
    canceller->set_us = bench_now_us();
    lw_cancel_set(canceller->cancel);
    return NULL;
}

static int
ask_silent(lw_worker *worker, const lw_request_options *options)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply;

    spec.name = "silent";
    return lw_worker_run(worker, &reply, &spec, NULL, options, &err);
}

/* The child was killed; the next one is not to be part of the figure. */
static void
wait_until_ready(lw_worker *worker)
{
    lw_error err = LW_ERROR_INIT;

    bench_need(lw_worker_ping(worker, (lw_span){ "", 0 }, NULL, &err), "ping",
               &err);
}

static double
cancel_once(void *user)
{
    const struct sides *sides = user;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    struct canceller canceller = { NULL, 0 };
    lw_error err = LW_ERROR_INIT;
    pthread_t thread;
    double back_us;

    wait_until_ready(sides->worker);
    bench_need(lw_cancel_create(&canceller.cancel, &err), "cancel", &err);
    options.cancel = canceller.cancel;
    if (pthread_create(&thread, NULL, set_soon, &canceller) != 0)
        bench_die("no thread");
    if (ask_silent(sides->worker, &options) != LW_ECANCELLED)
        bench_die("a cancel did not cancel");
    back_us = bench_now_us();
    pthread_join(thread, NULL);
    lw_cancel_destroy(canceller.cancel);
    bench_note(sides->bench, back_us - canceller.set_us);
    return back_us - canceller.set_us;
}

static double
time_out_once(void *user)
{
    const struct sides *sides = user;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    double start_us, late_us;

    wait_until_ready(sides->worker);
    options.timeout_ms = TIMEOUT_MS;
    start_us = bench_now_us();
    if (ask_silent(sides->worker, &options) != LW_ETIMEOUT)
        bench_die("a timeout did not come");
    late_us = bench_now_us() - start_us - TIMEOUT_MS * 1e3;
    bench_note(sides->bench, late_us);
    return late_us;
}

/* Both records of the timeout are of the same rounds. */
static void
measure_timeout(struct bench *bench, struct sides *sides)
{
    double late[SAMPLES];
    int i, count = bench_scale(bench, SAMPLES, 2);

    for (i = 0; i < count; i++) {
        bench_say(bench, &records[TIMEOUT], i + 1, count);
        late[i] = time_out_once(sides);
    }
    bench_put(bench, &records[TIMEOUT], late, NULL, count);
    bench_put_one(bench, &records[TIMEOUT_P99],
                  bench_quantile(late, (size_t)count, 0.99));
}

static void
run(struct bench *bench)
{
    struct sides sides = { .bench = bench };
    const struct bench_pair pair = { .ours = cancel_once,
                                     .user = &sides,
                                     .rounds = bench_scale(bench, SAMPLES, 2) };
    bool timeout, timeout_p99;
    struct bench_place place;

    bench_place_open(&place, bench, BENCH_UNPINNED);
    sides.worker = bench_worker_start(&place, 1, LW_NO_LIMIT);
    if (bench_wants(bench, &records[CANCEL]))
        bench_measure(bench, &records[CANCEL], &pair);
    timeout = bench_wants(bench, &records[TIMEOUT]);
    timeout_p99 = bench_wants(bench, &records[TIMEOUT_P99]);
    if (timeout || timeout_p99)
        measure_timeout(bench, &sides);
    lw_worker_destroy(sides.worker);
    bench_place_close(&place);
}

const struct bench_group bench_control = {
    .name = "control",
    .text = "Control back",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};

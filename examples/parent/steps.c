/*
 * steps.c - an event loop on one thread that drives two workers with poll.
 *
 *     steps [--on PROGRAM]
 *
 * Both are asked at the same time; the loop sleeps until one of them has
 * something to say.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define WORKERS 2

/* A worker, and what it is asked. */
struct seat {
    lw_worker *worker;
    lw_request *request;
    lw_session session;
    lw_elab_result *result;
    lw_error err;
};

/* Begins a request; from here on only steps get it further. */
static int
begin(struct seat *seat, const char *text)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;

    spec.session = seat->session;
    spec.source.data = text;
    spec.source.size = strlen(text);
    options.request = &seat->request;
    return lw_worker_elaborate(seat->worker, &seat->result, &spec, NULL,
                               &options, &seat->err);
}

/* A step for each that has got further; the results of those that ended. */
static int
drive(struct seat *seats)
{
    struct pollfd polled[WORKERS];
    int i, rc, left = 0, failed = 0;

    for (i = 0; i < WORKERS; i++) {
        polled[i].fd = lw_request_get_fd(seats[i].request);
        polled[i].events = POLLIN;
        left++;
    }
    while (left > 0) {
        poll(polled, WORKERS, -1);
        for (i = 0; i < WORKERS; i++) {
            if (polled[i].fd < 0 || polled[i].revents == 0)
                continue;
            rc = lw_request_step(seats[i].request, &seats[i].err);
            if (rc == LW_MORE)
                continue;
            polled[i].fd = -1; /* poll passes it over from now on */
            left--;
            failed += rc != LW_OK;
            printf("worker %d: %s\n", i,
                   rc != LW_OK                ? seats[i].err.message
                   : seats[i].result->success ? "ok"
                                              : "not ok");
        }
    }
    return failed;
}

static int
start(struct seat *seat, lw_runtime *runtime, const lw_worker_config *config,
      const char *text)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    int rc = lw_worker_start(&seat->worker, runtime, config, NULL, &seat->err);

    if (rc == LW_OK)
        rc = lw_worker_open_session(seat->worker, &seat->session, &spec, NULL,
                                    NULL, &seat->err);
    return rc == LW_OK ? begin(seat, text) : rc;
}

/* Requests end before their worker, which ends before its runtime. */
static void
finish(struct seat *seats)
{
    int i;

    for (i = 0; i < WORKERS; i++) {
        lw_request_destroy(seats[i].request);
        lw_elab_result_destroy(seats[i].result);
        lw_worker_destroy(seats[i].worker);
    }
}

static int
run(const lw_worker_config *config, lw_error *err)
{
    static const char *const texts[WORKERS] = {
        "example : 2 + 2 = 4 := rfl",
        "example : 2 + 2 = 5 := by decide",
    };
    struct seat seats[WORKERS];
    lw_runtime *runtime = NULL;
    lw_error none = LW_ERROR_INIT;
    int i, rc = lw_runtime_create(&runtime, NULL, err);

    memset(seats, 0, sizeof(seats));
    for (i = 0; rc == LW_OK && i < WORKERS; i++) {
        seats[i].err = none;
        rc = start(&seats[i], runtime, config, texts[i]);
        if (rc != LW_OK)
            *err = seats[i].err;
    }
    if (rc == LW_OK)
        rc = drive(seats) > 0 ? LW_EWORKER : LW_OK;
    finish(seats);
    lw_runtime_destroy(runtime);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const char *command[] = { NULL, NULL };
    lw_toolchain *toolchain = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc = LW_OK;

    if (argc == 3 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        config.command = command;
    } else if (argc != 1) {
        fprintf(stderr, "usage: steps [--on PROGRAM]\n");
        return 2;
    } else {
        rc = lw_toolchain_find(&toolchain, NULL, &err);
        config.toolchain = toolchain;
    }
    if (rc == LW_OK)
        rc = run(&config, &err);
    if (rc != LW_OK)
        fprintf(stderr, "steps: %s: %s\n", err.operation, err.message);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}

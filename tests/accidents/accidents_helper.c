/*
 * accidents_helper.c - what goes wrong on real Lean, in the middle of a row
 * stream: the caller learns what it was, and the next request works.
 *
 *     accidents_helper TOOLCHAIN SOURCE
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define ROWS 1000 /* before each accident */

static lw_worker *worker;
static char source[64 * 1024];
static int passed, failed;

static void
check(bool right, const char *name, const char *what)
{
    printf("%s %s: %s\n", right ? "ok" : "not ok", name, what);
    fflush(stdout);
    passed += right;
    failed += !right;
}

static int
open_session(lw_session *session, lw_error *err)
{
    lw_source module = { "Accidents",
                         "Accidents.lean",
                         { source, strlen(source) } };
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_session_spec spec = LW_SESSION_SPEC_INIT;

    options.timeout_ms = LW_STARTUP_TIMEOUT_DEFAULT_MS;
    spec.sources = &module;
    spec.source_count = 1;
    return lw_worker_open_session(worker, session, &spec, NULL, &options, err);
}

/* ---- one run ---- */

struct seen {
    uint64_t rows;
    bool in_order;
    lw_cancel *cancel; /* set after so many rows as there are before it */
};

static int
take_row(const lw_row *row, void *user)
{
    struct seen *seen = user;

    seen->in_order = seen->in_order && row->sequence == seen->rows;
    seen->rows++;
    if (seen->rows > ROWS)
        lw_cancel_set(seen->cancel);
    return 0;
}

static int
run(const char *accident, uint64_t timeout_ms, struct seen *seen, lw_error *err)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;
    int rc = open_session(&spec.session, err);

    if (rc != LW_OK)
        return rc;
    spec.name = "Accidents.rows";
    spec.request = (lw_span){ accident, strlen(accident) };
    sinks.row = take_row;
    sinks.user = seen;
    options.timeout_ms = timeout_ms;
    options.cancel = seen->cancel;
    rc = lw_worker_run(worker, &reply, &spec, &sinks, &options, err);
    lw_reply_destroy(reply);
    return rc;
}

static void
have(const char *accident, int wanted, bool same_child, uint64_t timeout_ms)
{
    struct seen seen = { 0, true, NULL }, after = { 0, true, NULL };
    uint64_t before = lw_worker_get_generation(worker);
    lw_error err = LW_ERROR_INIT;
    char what[256];
    int rc;

    if (wanted == LW_ECANCELLED)
        lw_cancel_create(&seen.cancel, NULL);
    rc = run(accident, timeout_ms, &seen, &err);
    snprintf(what, sizeof(what), "%s after %lu rows%s%.120s",
             lw_status_name(rc), (unsigned long)seen.rows,
             rc != LW_OK ? ": " : "", rc != LW_OK ? err.message : "");
    check(rc == wanted && seen.in_order && seen.rows >= ROWS, accident, what);
    rc = run("fine", LW_STARTUP_TIMEOUT_DEFAULT_MS, &after, &err);
    check(rc == LW_OK && after.rows == ROWS && after.in_order &&
              same_child == (lw_worker_get_generation(worker) == before),
          accident,
          rc != LW_OK  ? err.message
          : same_child ? "the child lives on"
                       : "a fresh child serves the next");
    lw_cancel_destroy(seen.cancel);
}

/* ---- a proof that takes for ever ---- */

static void *
set_soon(void *cancel)
{
    static const struct timespec moment = { 1, 0 };

    nanosleep(&moment, NULL); /* into the middle of it */
    lw_cancel_set(cancel);
    return NULL;
}

static int
decide(lw_cancel *cancel, uint64_t timeout_ms, lw_error *err)
{
    static const char text[] =
        "set_option maxRecDepth 100000 in set_option maxHeartbeats 0 in\n"
        "theorem t : ∀ a b c d : Fin 40, a + b + c + d = d + c + b + a := by "
        "decide\n";
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    int rc = open_session(&spec.session, err);

    if (rc != LW_OK)
        return rc;
    spec.source = (lw_span){ text, sizeof(text) - 1 };
    options.cancel = cancel;
    options.timeout_ms = timeout_ms;
    rc = lw_worker_elaborate(worker, &result, &spec, NULL, &options, err);
    lw_elab_result_destroy(result);
    return rc;
}

static void
decide_without_end(void)
{
    struct seen after = { 0, true, NULL };
    lw_error err = LW_ERROR_INIT;
    lw_cancel *cancel = NULL;
    pthread_t thread;
    int rc;

    rc = decide(NULL, 1500, &err);
    check(rc == LW_ETIMEOUT, "decide, and a deadline", lw_status_name(rc));
    rc = lw_cancel_create(&cancel, &err);
    if (rc != LW_OK || open_session(&(lw_session)LW_SESSION_NONE, &err) < 0 ||
        pthread_create(&thread, NULL, set_soon, cancel) != 0) {
        check(false, "decide, and a cancel", err.message);
        return;
    }
    rc = decide(cancel, LW_NO_LIMIT, &err);
    pthread_join(thread, NULL);
    check(rc == LW_ECANCELLED, "decide, and a cancel", lw_status_name(rc));
    lw_cancel_destroy(cancel);
    rc = run("fine", LW_STARTUP_TIMEOUT_DEFAULT_MS, &after, &err);
    check(rc == LW_OK, "decide", "the next request works");
}

/* ---- the whole ---- */

static bool
read_source(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t size = file != NULL ? fread(source, 1, sizeof(source) - 1, file) : 0;

    if (file != NULL)
        fclose(file);
    return size > 0;
}

static int
start(const char *name, lw_toolchain **toolchain, lw_runtime **runtime)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    request.toolchain = name;
    rc = lw_toolchain_find(toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(runtime, NULL, &err);
    config.toolchain = *toolchain;
    config.cancel_grace_ms = 1000; /* the machine may be loaded */
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, *runtime, &config, NULL, &err);
    if (rc != LW_OK)
        check(false, "start", err.message);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;

    if (argc != 3 || !read_source(argv[2])) {
        fprintf(stderr, "usage: accidents_helper TOOLCHAIN SOURCE\n");
        return 2;
    }
    if (start(argv[1], &toolchain, &runtime) == LW_OK) {
        have("prints", LW_OK, true, 60000);
        have("panics", LW_OK, true, 60000);
        have("throws", LW_EEXPORTFAILED, true, 60000);
        have("endless", LW_ECANCELLED, true, LW_NO_LIMIT);
        have("spins", LW_ETIMEOUT, false, 2000);
        have("recurses", LW_ERECURSION, false, 60000);
        have("grows", LW_EMEMORY, false, 60000);
        have("exits", LW_ECHILDEXITED, false, 60000);
        decide_without_end();
    }
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

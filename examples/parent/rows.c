/*
 * rows.c - rows of a Lean program, as bytes, while it still runs.
 *
 *     rows
 *
 * The export is Lean text that is elaborated when the session is opened. A
 * row passes through unread: here it goes straight to the standard output.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static const char text[] =
    "import LeanWorker\n"
    "\n"
    "def squares (request : String) (out : LeanWorker.Stream) : IO String := "
    "do\n"
    "  LeanWorker.times request.length fun i =>\n"
    "    out.row \"squares\" s!\"{i * i}\\n\"\n"
    "  return \"done\"\n";

/* The payload is borrowed until return; a negative result ends the run. */
static int
on_row(const lw_row *row, void *user)
{
    size_t written = fwrite(row->payload.data, 1, row->payload.size, user);

    return written == row->payload.size ? 0 : -1;
}

/* What is wrong with the export, if anything. */
static int
on_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    (void)user;
    fprintf(stderr, "%u:%u %.*s\n", (unsigned)diagnostic->line,
            (unsigned)diagnostic->column, (int)diagnostic->message.size,
            diagnostic->message.data);
    return 0;
}

static int
open_session(lw_worker *worker, lw_session *session, lw_error *err)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_source source;

    source.module = "Squares";
    source.label = NULL;
    source.text.data = text;
    source.text.size = strlen(text);
    spec.sources = &source;
    spec.source_count = 1;
    sinks.diagnostic = on_diagnostic;
    return lw_worker_open_session(worker, session, &spec, &sinks, NULL, err);
}

static int
run(lw_worker *worker, lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    const lw_reply_facts *facts;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;
    int rc = open_session(worker, &spec.session, err);

    if (rc != LW_OK)
        return rc;
    spec.name = "squares";
    spec.request.data = "*****"; /* as many rows */
    spec.request.size = 5;
    sinks.row = on_row;
    sinks.user = stdout;
    rc = lw_worker_run(worker, &reply, &spec, &sinks, NULL, err);
    if (rc != LW_OK)
        return rc; /* and the rows that came do not count */
    facts = lw_reply_get_facts(reply);
    printf("%.*s: %lu rows, %lu bytes\n", (int)facts->response.size,
           facts->response.data, (unsigned long)facts->rows,
           (unsigned long)facts->row_bytes);
    lw_reply_destroy(reply);
    return LW_OK;
}

int
main(void)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc = lw_toolchain_find(&toolchain, NULL, &err);

    config.toolchain = toolchain;
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = run(worker, &err);
    if (rc != LW_OK)
        fprintf(stderr, "rows: %s: %s\n", err.operation, err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}

/* parent.c - the parent part of a scenario. */
#include "scenario/parent.h"

#include <stdarg.h>
#include <stdio.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "proc/runtime_impl.h"
#include "scenario/ask.h"
#include "scenario/books.h"
#include "scenario/faults.h"
#include "scenario/world.h"
#include "worker/worker.h"

static struct {
    const struct script *script;
    const struct script_step *step;
    const char *self;
    bool failed;
    lw_runtime *runtime;
    lw_worker *worker;
    lw_worker_config config;
    lw_error error;
    lw_header *header;
    lw_session session;
    lw_request *handle; /* of a request in steps */
    lw_shutdown_report shutdown;
    size_t diagnostics;
    size_t diagnostic_bytes;
    size_t fail_sink_at; /* the Nth diagnostic is refused; 0: none */
    const char *sink;    /* what the sink calls; NULL: nothing */
    int64_t started_ms;  /* of the last call */
    int64_t took_ms;
    bool request; /* the present step made one */
    int status;
} parent;

static void
wrong(const char *format, ...)
{
    va_list args;

    if (faults_armed())
        return; /* what comes back is not known; that it ends cleanly is */
    if (!parent.failed)
        fprintf(stderr, "%s:%d: ", parent.script->path, parent.step->line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    parent.failed = true;
}

/* ---- what a call must return ---- */

/* `… -> LW_ETIMEOUT`; without an arrow LW_OK. */
static void
check_status(int status)
{
    const char *wanted = "LW_OK";
    size_t i;

    parent.took_ms = world_now_ms() - parent.started_ms;
    parent.status = status;
    for (i = 1; i + 1 < parent.step->count; i++) {
        if (strcmp(parent.step->words[i].data, "->") == 0)
            wanted = parent.step->words[i + 1].data;
    }
    if (strcmp(lw_status_name(status), wanted) != 0)
        wrong("%s gave %s (%s), not %s", step_verb(parent.step),
              lw_status_name(status), parent.error.message, wanted);
}

static void
begin_call(void)
{
    parent.error = (lw_error)LW_ERROR_INIT;
    parent.started_ms = world_now_ms();
}

static void
begin_request(void)
{
    parent.request = true;
    begin_call();
}

/* ---- what happens while a call is in progress ---- */

static bool
cancel_now(void *cancel, bool silent)
{
    lw_cancel_set(cancel);
    return silent; /* else the cancel moves the child on */
}

static bool
kill_now(void *unused, bool silent)
{
    (void)unused;
    (void)silent;
    lw_worker_kill(parent.worker);
    return false;
}

/* A second call while the first is in progress is refused. */
static bool
call_now(void *unused, bool silent)
{
    int status = lw_worker_ping(parent.worker, (lw_span){ "x", 1 }, NULL, NULL);

    (void)unused;
    (void)silent;
    if (status != LW_EBUSY)
        wrong("the second call gave %s", lw_status_name(status));
    if (lw_worker_get_state(parent.worker) != LW_WORKER_BUSY)
        wrong("the worker is not busy");
    if (lw_worker_cycle(parent.worker, NULL, NULL) != LW_EBUSY)
        wrong("a busy worker was cycled");
    return true;
}

/* kill=quiet, second=quiet. */
static void
arm_interruption(void)
{
    if (step_value(parent.step, "kill") != NULL)
        world_when_quiet(kill_now, NULL);
    if (step_value(parent.step, "second") != NULL)
        world_when_quiet(call_now, NULL);
}

/* cancel=before or cancel=quiet: a token for one call. */
static lw_cancel *
make_cancel(void)
{
    const char *when = step_value(parent.step, "cancel");
    lw_cancel *cancel = NULL;

    if (when == NULL)
        return NULL;
    if (lw_cancel_create(&cancel, NULL) != LW_OK) {
        wrong("no token");
        return NULL;
    }
    if (strcmp(when, "before") == 0)
        lw_cancel_set(cancel);
    else
        world_when_quiet(cancel_now, cancel);
    return cancel;
}

/* Nobody sets it any more once this returns. */
static void
drop_cancel(lw_cancel *cancel)
{
    world_settle();
    lw_cancel_destroy(cancel);
}

static lw_request_options
make_options(lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    options.timeout_ms = step_number(parent.step, "timeout", 0);
    options.cancel = cancel;
    parent.handle = NULL;
    if (step_value(parent.step, "steps") != NULL)
        options.request = &parent.handle;
    return options;
}

/* ---- requests in steps ---- */

/*
 * steps=all: as an event loop would, to the end. steps=drop: it is destroyed
 * in the middle, which is a cancel. Gives the status of the whole.
 */
static int
drive(int status)
{
    const char *how = step_value(parent.step, "steps");
    lw_request *request = parent.handle;

    if (how == NULL || status != LW_OK)
        return status;
    if (strcmp(how, "drop") == 0) {
        lw_request_destroy(request);
        return LW_ECANCELLED;
    }
    while ((status = lw_request_step(request, &parent.error)) == LW_MORE)
        world_wait_readable(lw_request_get_fd(request));
    if (parent.sink != NULL && strcmp(parent.sink, "drop") == 0)
        return status; /* it is gone */
    if (lw_request_step(request, NULL) != status)
        wrong("the same request ended twice, and not alike");
    if (status == LW_OK && lw_worker_ping(parent.worker, (lw_span){ "x", 1 },
                                          NULL, NULL) != LW_EBUSY)
        wrong("the worker is free before the request is destroyed");
    lw_request_destroy(request);
    return status;
}

/* ---- steps that call ---- */

static void
do_config(void)
{
    const struct script_step *step = parent.step;
    lw_worker_config *config = &parent.config;

    config->startup_timeout_ms =
        step_number(step, "startup", config->startup_timeout_ms);
    config->request_timeout_ms =
        step_number(step, "timeout", config->request_timeout_ms);
    config->cancel_grace_ms =
        step_number(step, "grace", config->cancel_grace_ms);
    config->rss_limit_kib = step_number(step, "rss", config->rss_limit_kib);
    config->ring_bytes =
        (uint32_t)step_number(step, "ring", config->ring_bytes);
    config->frame_limit =
        (uint32_t)step_number(step, "frame_limit", config->frame_limit);
    if (step_value(step, "lean") != NULL)
        config->expected_lean = step_value(step, "lean");
    books_config(step, config);
}

static void
do_start(void)
{
    const char *program = step_value(parent.step, "program");
    const char *command[] = { program != NULL ? program : parent.self,
                              "--child", parent.script->path,
                              world_notes_path(), NULL };
    lw_cancel *cancel = make_cancel();

    begin_call();
    parent.config.command = command;
    check_status(lw_worker_start(&parent.worker, parent.runtime, &parent.config,
                                 cancel, &parent.error));
    drop_cancel(cancel);
}

static void
do_cycle(void)
{
    lw_cancel *cancel = make_cancel();

    begin_call();
    check_status(lw_worker_cycle(parent.worker, cancel, &parent.error));
    drop_cancel(cancel);
}

static void
do_ping(void)
{
    size_t size = (size_t)step_number(parent.step, "size", 3);
    lw_cancel *cancel = make_cancel();
    lw_request_options options = make_options(cancel);
    char *payload = malloc(size + 1);
    int status;

    memset(payload, 'p', size + 1);
    arm_interruption();
    begin_request();
    status = lw_worker_ping(parent.worker, (lw_span){ payload, size }, &options,
                            &parent.error);
    free(payload);
    check_status(drive(status));
    drop_cancel(cancel);
}

static void
do_header(void)
{
    lw_span source = { "import Lean", 11 };
    lw_cancel *cancel = make_cancel();
    lw_request_options options = make_options(cancel);

    step_span(parent.step, "source", &source);
    lw_header_destroy(parent.header);
    begin_request();
    check_status(drive(lw_worker_parse_header(parent.worker, &parent.header,
                                              "scenario.lean", source, &options,
                                              &parent.error)));
    drop_cancel(cancel);
}

static void
do_session(void)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_cancel *cancel = make_cancel();
    lw_request_options options = make_options(cancel);

    spec.header = parent.header;
    begin_request();
    check_status(drive(lw_worker_open_session(
        parent.worker, &parent.session, &spec, NULL, &options, &parent.error)));
    drop_cancel(cancel);
}

/* A callback may look, and kill; whatever else it calls is refused. */
static void
call_from_sink(void)
{
    const char *what = parent.sink;
    int status = LW_EBUSY;

    if (what == NULL)
        return;
    if (strcmp(what, "ping") == 0)
        status = lw_worker_ping(parent.worker, (lw_span){ "x", 1 }, NULL, NULL);
    else if (strcmp(what, "cycle") == 0)
        status = lw_worker_cycle(parent.worker, NULL, NULL);
    else if (strcmp(what, "shutdown") == 0)
        status = lw_worker_shutdown(parent.worker, 1, NULL, NULL);
    else if (strcmp(what, "step") == 0)
        status = lw_request_step(parent.handle, NULL);
    else if (strcmp(what, "kill") == 0)
        lw_worker_kill(parent.worker);
    else if (strcmp(what, "destroy") == 0)
        lw_worker_destroy(parent.worker);
    else if (strcmp(what, "drop") == 0)
        lw_request_destroy(parent.handle);
    else
        wrong("a sink cannot call %s", what);
    if (status != LW_EBUSY)
        wrong("%s from a sink gave %s", what, lw_status_name(status));
    if (lw_worker_get_state(parent.worker) != LW_WORKER_BUSY)
        wrong("the worker is not busy in a sink");
}

static int
on_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    (void)user;
    parent.diagnostics++;
    parent.diagnostic_bytes += diagnostic->message.size;
    call_from_sink();
    return parent.diagnostics == parent.fail_sink_at ? -1 : 0;
}

/* The one that was opened; else one that the child was never asked for. */
static lw_session
usable_session(void)
{
    lw_session session = parent.session;

    if (session.number != 0)
        return session;
    session.generation = lw_worker_get_generation(parent.worker);
    if (lwi_sessions_add(parent.worker, 1, NULL, 0, &session.number) != LW_OK &&
        !faults_armed())
        wrong("no memory for a session");
    return session;
}

static void
do_check(void)
{
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_check_result result = { 0 };
    lw_cancel *cancel = make_cancel();
    lw_request_options options = make_options(cancel);
    const char *errors = step_value(parent.step, "errors");
    char *large = NULL;
    size_t size;

    parent.diagnostics = parent.diagnostic_bytes = 0;
    parent.fail_sink_at = (size_t)step_number(parent.step, "fail_sink_at", 0);
    parent.sink = step_value(parent.step, "sink");
    spec.session = usable_session();
    spec.label = "scenario.lean";
    spec.source = (lw_span){ "#check 1", 8 };
    step_span(parent.step, "source", &spec.source);
    size = (size_t)step_number(parent.step, "size", 0);
    if (size > 0) {
        large = calloc(size, 1);
        memset(large, ' ', size);
        spec.source = (lw_span){ large, size };
    }
    sinks.diagnostic = on_diagnostic;
    begin_request();
    check_status(drive(lw_worker_check(parent.worker, &result, &spec, &sinks,
                                       &options, &parent.error)));
    if (errors != NULL && result.errors != strtoul(errors, NULL, 0))
        wrong("%u errors, not %s", result.errors, errors);
    free(large);
    drop_cancel(cancel);
}

/* The other requests of a session, by their word. */
static void
do_ask(void)
{
    lw_cancel *cancel = make_cancel();
    lw_request_options options = make_options(cancel);
    lw_sinks sinks = LW_SINKS_INIT;
    struct scenario_ask ask = { .worker = parent.worker,
                                .session = usable_session(),
                                .source = { "1", 1 },
                                .sinks = &sinks,
                                .options = &options,
                                .err = &parent.error };
    int status;

    parent.diagnostics = parent.diagnostic_bytes = 0;
    parent.fail_sink_at = (size_t)step_number(parent.step, "fail_sink_at", 0);
    parent.sink = step_value(parent.step, "sink");
    step_span(parent.step, "source", &ask.source);
    sinks.diagnostic = on_diagnostic;
    begin_request();
    status = drive(ask_begin(step_word(parent.step, 0), &ask));
    if (!ask_end(status))
        wrong("a result without success, or the reverse");
    check_status(status);
    drop_cancel(cancel);
}

static void
do_kill(void)
{
    lw_worker_kill(parent.worker);
}

static void
do_destroy(void)
{
    begin_call();
    lw_worker_destroy(parent.worker);
    parent.worker = NULL;
    parent.took_ms = world_now_ms() - parent.started_ms;
}

/* ---- steps that look ---- */

static const char *
state_now(void)
{
    static const char *const names[] = {
        [LW_WORKER_STARTING] = "starting", [LW_WORKER_IDLE] = "idle",
        [LW_WORKER_BUSY] = "busy",         [LW_WORKER_SETTLING] = "settling",
        [LW_WORKER_ENDING] = "ending",     [LW_WORKER_DEAD] = "dead",
    };

    return names[lw_worker_get_state(parent.worker)];
}

static void
do_state(void)
{
    const char *is = state_now();

    if (strcmp(is, step_word(parent.step, 1)) != 0)
        wrong("the worker is %s, not %s", is, step_word(parent.step, 1));
}

/* Torture may lead elsewhere, but never leave it in between. */
static bool
is_in_state(void *wanted)
{
    const char *is = state_now();

    return strcmp(is, wanted) == 0 ||
           (faults_armed() && strcmp(is, "settling") != 0 &&
            strcmp(is, "ending") != 0);
}

/* becomes STATE: waits for what another thread or the child brings about. */
static void
do_becomes(void)
{
    char wanted[32];

    snprintf(wanted, sizeof(wanted), "%s", step_word(parent.step, 1));
    world_wait_until(is_in_state, wanted);
    do_state();
    parent.took_ms = world_now_ms() - parent.started_ms;
}

static void
do_shutdown(void)
{
    parent.shutdown.struct_size = sizeof(parent.shutdown);
    begin_call();
    check_status(lw_worker_shutdown(parent.worker,
                                    step_number(parent.step, "timeout", 1000),
                                    &parent.shutdown, &parent.error));
}

/* outcome WORD: of the last shutdown. */
static void
do_outcome(void)
{
    static const char *const names[] = {
        [LW_SHUTDOWN_ALREADY_GONE] = "already-gone",
        [LW_SHUTDOWN_GRACEFUL] = "graceful",
        [LW_SHUTDOWN_NO_GOODBYE] = "no-goodbye",
        [LW_SHUTDOWN_KILLED] = "killed",
    };
    const char *is = names[parent.shutdown.outcome];

    if (strcmp(is, step_word(parent.step, 1)) != 0)
        wrong("the shutdown was %s (exit %d, signal %d), not %s", is,
              parent.shutdown.exit_code, parent.shutdown.exit_signal,
              step_word(parent.step, 1));
}

static bool
read_report(lw_exit_report *report)
{
    lw_error error = LW_ERROR_INIT;

    report->struct_size = sizeof(*report);
    if (lw_worker_get_exit_report(parent.worker, report, &error) == LW_OK)
        return true;
    wrong("no exit report: %s", error.message);
    return false;
}

static void
do_cause(void)
{
    lw_exit_report report;

    if (read_report(&report) &&
        strcmp(report.cause, step_word(parent.step, 1)) != 0)
        wrong("it died of %s (exit %d, signal %d), not %s", report.cause,
              report.exit_code, report.exit_signal, step_word(parent.step, 1));
}

static void
do_exit_code(void)
{
    lw_exit_report report;

    if (read_report(&report) &&
        report.exit_code != strtol(step_word(parent.step, 1), NULL, 0))
        wrong("exit code %d", report.exit_code);
}

static void
do_exit_signal(void)
{
    lw_exit_report report;

    if (read_report(&report) &&
        report.exit_signal != strtol(step_word(parent.step, 1), NULL, 0))
        wrong("signal %d", report.exit_signal);
}

static bool
holds(lw_span hay, const char *needle)
{
    return memmem(hay.data, hay.size, needle, strlen(needle)) != NULL;
}

static void
do_stderr(void)
{
    lw_exit_report report;

    if (read_report(&report) &&
        !holds(report.stderr_head, step_word(parent.step, 1)) &&
        !holds(report.stderr_tail, step_word(parent.step, 1)))
        wrong("this is not in its stderr: %s", step_word(parent.step, 1));
}

/* stderr-bytes N: at least so many were written; kept is bounded. */
static void
do_stderr_bytes(void)
{
    lw_exit_report report;

    if (!read_report(&report))
        return;
    if (report.stderr_bytes < strtoull(step_word(parent.step, 1), NULL, 0))
        wrong("only %llu bytes of stderr were seen",
              (unsigned long long)report.stderr_bytes);
    if (report.stderr_head.size + report.stderr_tail.size > 32 * 1024)
        wrong("too much of it was kept");
}

static void
do_message(void)
{
    if (strstr(parent.error.message, step_word(parent.step, 1)) == NULL)
        wrong("the message is: %s", parent.error.message);
}

static void
do_diagnostics(void)
{
    if (parent.diagnostics != strtoul(step_word(parent.step, 1), NULL, 0))
        wrong("%zu diagnostics", parent.diagnostics);
}

static void
do_generation(void)
{
    uint64_t is = lw_worker_get_generation(parent.worker);

    if (is != strtoull(step_word(parent.step, 1), NULL, 0))
        wrong("generation %llu", (unsigned long long)is);
}

static void
do_lean_version(void)
{
    if (strcmp(lw_worker_get_lean_version(parent.worker),
               step_word(parent.step, 1)) != 0)
        wrong("version %s", lw_worker_get_lean_version(parent.worker));
}

/* took MIN MAX: virtual milliseconds of the last call. */
static void
do_took(void)
{
    if (parent.took_ms < strtol(step_word(parent.step, 1), NULL, 0) ||
        parent.took_ms > strtol(step_word(parent.step, 2), NULL, 0))
        wrong("it took %lld ms", (long long)parent.took_ms);
}

static void
look_at(const char *fault)
{
    if (fault[0] != '\0')
        wrong("%s", fault);
}

static void
do_stats(void)
{
    look_at(books_stats(parent.worker, parent.step));
}

static void
do_lifecycle(void)
{
    look_at(books_lifecycle(parent.worker, parent.step));
}

/* pass MS: so much time passes, and the timers that are due then run. */
static void
do_pass(void)
{
    world_pass((int64_t)strtoull(step_word(parent.step, 1), NULL, 0));
    lwi_runtime_wake(parent.runtime);
}

static const struct {
    const char *verb;
    size_t words;
    void (*run)(void);
    bool needs_worker;
} steps[] = {
    { "config", 2, do_config, false },
    { "start", 1, do_start, false },
    { "cycle", 1, do_cycle, true },
    { "ping", 1, do_ping, true },
    { "header", 1, do_header, true },
    { "session", 1, do_session, true },
    { "check", 1, do_check, true },
    { "elaborate", 1, do_ask, true },
    { "kernel", 1, do_ask, true },
    { "declarations", 1, do_ask, true },
    { "describe", 1, do_ask, true },
    { "term", 1, do_ask, true },
    { "run", 1, do_ask, true },
    { "kill", 1, do_kill, true },
    { "destroy", 1, do_destroy, true },
    { "shutdown", 1, do_shutdown, true },
    { "outcome", 2, do_outcome, true },
    { "state", 2, do_state, true },
    { "cause", 2, do_cause, true },
    { "exit-code", 2, do_exit_code, true },
    { "exit-signal", 2, do_exit_signal, true },
    { "stderr", 2, do_stderr, true },
    { "stderr-bytes", 2, do_stderr_bytes, true },
    { "message", 2, do_message, false },
    { "diagnostics", 2, do_diagnostics, false },
    { "generation", 2, do_generation, true },
    { "lean-version", 2, do_lean_version, true },
    { "took", 3, do_took, false },
    { "stats", 2, do_stats, true },
    { "lifecycle", 2, do_lifecycle, true },
    { "pass", 2, do_pass, false },
    { "becomes", 2, do_becomes, true },
};

static void
run_step(void)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(steps); i++) {
        if (strcmp(steps[i].verb, step_verb(parent.step)) != 0)
            continue;
        if (parent.step->count < steps[i].words)
            wrong("this step needs more words");
        else if (steps[i].needs_worker && parent.worker == NULL)
            wrong("there is no worker");
        else {
            parent.request = false;
            books_before(parent.worker);
            steps[i].run();
            look_at(books_after(parent.worker, parent.request,
                                parent.status == LW_OK));
        }
        return;
    }
    wrong("a parent has no such step");
}

bool
scenario_parent(const struct script *script, const char *self)
{
    const struct script_part *part = script_parent(script);
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    size_t i;

    parent.script = script;
    parent.self = self;
    parent.config = (lw_worker_config)LW_WORKER_CONFIG_INIT;
    options.allocator = world_allocator();
    if (lwi_runtime_create(&parent.runtime, &options, world_hooks(),
                           &parent.error) != LW_OK) {
        if (faults_armed())
            return true;
        fprintf(stderr, "%s: %s\n", script->path, parent.error.message);
        return false;
    }
    for (i = 0; i < part->count && !parent.failed; i++) {
        parent.step = &part->steps[i];
        run_step();
    }
    lw_header_destroy(parent.header);
    lw_worker_destroy(parent.worker);
    world_run_free();
    lw_runtime_destroy(parent.runtime);
    return !parent.failed;
}

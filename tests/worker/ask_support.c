/* ask_support.c - every request of a worker in one form. */
#include "worker/ask_support.h"

#include <poll.h>
#include <pthread.h>

#include "base/text.h"

struct lwt_asking lwt;

const char *const lwt_ask_names[ASK_COUNT] = {
    [ASK_PING] = "ping",
    [ASK_HEADER] = "header",
    [ASK_SESSION] = "session",
    [ASK_CHECK] = "check",
    [ASK_COMMANDS] = "commands",
    [ASK_TERM] = "term",
    [ASK_KERNEL] = "kernel",
    [ASK_LIST] = "list",
    [ASK_LIST_NAMES] = "list of names",
    [ASK_DESCRIBE] = "describe",
    [ASK_INFER] = "infer",
    [ASK_DEF_EQ] = "def_eq",
    [ASK_RUN] = "run",
};

/* ---- memory: the runtime has threads of its own ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t tester;

static void *
resize(void *block, size_t size, void *user)
{
    struct lwt_memory *memory = user;
    size_t fail_at;
    void *moved;

    pthread_mutex_lock(&lock);
    fail_at = memory->fail_at;
    if (!pthread_equal(pthread_self(), tester)) {
        memory->fail_at = LWT_NO_FAILURE;
        memory->calls--; /* they do not count */
    }
    if (size == 0)
        memory->calls++;
    moved = lwt_memory_resize(block, size, memory);
    if (size == 0)
        memory->calls--;
    if (!pthread_equal(pthread_self(), tester))
        memory->fail_at = fail_at;
    pthread_mutex_unlock(&lock);
    return moved;
}

/* ---- sinks ---- */

static int
count(size_t *events)
{
    struct lwt_heard *heard = &lwt.heard;

    ++*events;
    return heard->fail_at != 0 && heard->diagnostics + heard->progress +
                                          heard->notices + heard->rows +
                                          heard->declarations ==
                                      heard->fail_at
               ? -1
               : 0;
}

static int
on_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    (void)user;
    assert_true(diagnostic->severity <= LW_SEVERITY_ERROR);
    return count(&lwt.heard.diagnostics);
}

static int
on_progress(const lw_progress *progress, void *user)
{
    (void)user;
    assert_true(progress->elapsed_us < UINT64_C(600) * 1000 * 1000);
    return count(&lwt.heard.progress);
}

static int
on_row(const lw_row *row, void *user)
{
    (void)user;
    assert_non_null(row->stream.data);
    return count(&lwt.heard.rows);
}

static int
on_notice(const lw_notice *notice, void *user)
{
    (void)user;
    snprintf(lwt.heard.mirror, sizeof(lwt.heard.mirror), "%.*s",
             (int)notice->message.size, notice->message.data);
    return count(&lwt.heard.notices);
}

static int
on_declaration(const lw_declaration *declaration, void *user)
{
    (void)user;
    assert_true(declaration->kind <= LW_DECLARATION_RECURSOR);
    assert_true(declaration->name.size > 0);
    return count(&lwt.heard.declarations);
}

/* ---- the worker ---- */

static void
open_session(void)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;

    assert_int_equal(lw_worker_open_session(lwt.worker, &lwt.session, &spec,
                                            NULL, NULL, &lwt.error),
                     LW_OK);
}

void
lwt_ask_restart(void)
{
    assert_int_equal(lw_worker_cycle(lwt.worker, NULL, &lwt.error), LW_OK);
    open_session();
}

int
lwt_ask_setup(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/fake_worker",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_allocator allocator;

    (void)state;
    tester = pthread_self();
    memset(&lwt, 0, sizeof(lwt));
    lwt_memory_init(&lwt.memory, LWT_NO_FAILURE);
    allocator = (lw_allocator){ resize, &lwt.memory };
    lwt.error = (lw_error)LW_ERROR_INIT;
    lwt.options = (lw_request_options)LW_REQUEST_OPTIONS_INIT;
    lwt.sinks =
        (lw_sinks){ sizeof(lw_sinks), on_diagnostic,  on_progress, on_row,
                    on_notice,        on_declaration, NULL };
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    options.allocator = &allocator;
    config.command = command;
    config.cancel_grace_ms = 60000;
    if (lw_runtime_create(&lwt.runtime, &options, &lwt.error) != LW_OK ||
        lw_worker_start(&lwt.worker, lwt.runtime, &config, NULL, &lwt.error) !=
            LW_OK) {
        print_error("%s\n", lwt.error.message);
        return -1;
    }
    open_session();
    return 0;
}

int
lwt_ask_setup_steps(void **state)
{
    int rc = lwt_ask_setup(state);

    lwt.in_steps = true;
    return rc;
}

int
lwt_ask_teardown(void **state)
{
    (void)state;
    lw_worker_destroy(lwt.worker);
    lw_runtime_destroy(lwt.runtime);
    lwt_memory_check_empty(&lwt.memory);
    return 0;
}

/* ---- requests in steps ---- */

static lw_request *request;
static lw_sinks given; /* a copy of lwt.sinks */

static lw_request_options
make_options(void)
{
    lw_request_options options = lwt.options;

    request = NULL;
    given = lwt.sinks;
    if (lwt.in_steps)
        options.request = &request;
    return options;
}

/* What a request must not need any more once it has begun. */
static void
spoil(void)
{
    volatile char stack[16384];
    size_t i;

    for (i = 0; i < sizeof(stack); i++)
        stack[i] = (char)0xa5;
    memset(lwt.text, 'z', strlen(lwt.text));
    memset(&given, 0, sizeof(given));
}

/* From the beginning of a request to its end; `rc` is what it began with. */
static int
drive(int rc)
{
    if (!lwt.in_steps)
        return rc;
    if (rc == LW_OK) {
        assert_non_null(request);
        spoil();
        while ((rc = lw_request_step(request, &lwt.error)) == LW_MORE) {
            struct pollfd polled = { .fd = lw_request_get_fd(request),
                                     .events = POLLIN };

            assert_true(poll(&polled, 1, 30000) == 1);
        }
    }
    lw_request_destroy(request);
    return rc;
}

/* ---- requests ---- */

/* Owned by the caller where it is LW_OK, and else NULL. */
static void
check_owned(int rc, const void *result)
{
    assert_int_equal(rc == LW_OK, result != NULL);
}

static int
ask_ping(lw_span text)
{
    lw_request_options options = make_options();

    return drive(lw_worker_ping(lwt.worker, text, &options, &lwt.error));
}

static int
ask_header(lw_span text)
{
    lw_request_options options = make_options();
    lw_header *header = (lw_header *)&lwt;
    int rc = drive(lw_worker_parse_header(lwt.worker, &header, "x.lean", text,
                                          &options, &lwt.error));
    check_owned(rc, header);

    lw_header_destroy(header);
    return rc;
}

static int
ask_session(lw_span text)
{
    lw_request_options options = make_options();
    const lw_source source = { "My.Source", NULL, text };
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_session session;

    spec.sources = &source;
    spec.source_count = 1;
    return drive(lw_worker_open_session(lwt.worker, &session, &spec, &given,
                                        &options, &lwt.error));
}

static int
ask_check(lw_span text)
{
    lw_request_options options = make_options();
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_check_result result;

    spec.session = lwt.session;
    spec.source = text;
    return drive(lw_worker_check(lwt.worker, &result, &spec, &given, &options,
                                 &lwt.error));
}

static int
ask_elaborate(lw_elab_kind kind, lw_span text)
{
    lw_request_options options = make_options();
    lw_elab_result *result = (lw_elab_result *)&lwt;
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    int rc;

    spec.session = lwt.session;
    spec.kind = kind;
    spec.source = text;
    rc = drive(lw_worker_elaborate(lwt.worker, &result, &spec, &given, &options,
                                   &lwt.error));
    check_owned(rc, result);
    lw_elab_result_destroy(result);
    return rc;
}

static int
ask_kernel(lw_span text)
{
    lw_request_options options = make_options();
    lw_kernel_result *result = (lw_kernel_result *)&lwt;
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;
    int rc;

    spec.session = lwt.session;
    spec.source = text;
    rc = drive(lw_worker_kernel_check(lwt.worker, &result, &spec, &given,
                                      &options, &lwt.error));
    check_owned(rc, result);
    lw_kernel_result_destroy(result);
    return rc;
}

static int
ask_list(const char *const *names, const char *text)
{
    lw_request_options options = make_options();
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;

    spec.session = lwt.session;
    spec.contains = text;
    spec.names = names;
    return drive(lw_worker_list_declarations(lwt.worker, &result, &spec, &given,
                                             &options, &lwt.error));
}

static int
ask_describe(const char *text)
{
    lw_request_options options = make_options();
    lw_description *description = (lw_description *)&lwt;
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    int rc;

    spec.session = lwt.session;
    spec.name = text;
    rc = drive(lw_worker_describe(lwt.worker, &description, &spec, &options,
                                  &lwt.error));
    check_owned(rc, description);
    lw_description_destroy(description);
    return rc;
}

static int
ask_term(lw_term_operation operation, lw_span text)
{
    lw_request_options options = make_options();
    lw_term_result *result = (lw_term_result *)&lwt;
    lw_term_spec spec = LW_TERM_SPEC_INIT;
    int rc;

    spec.session = lwt.session;
    spec.operation = operation;
    spec.first = text;
    rc = drive(
        lw_worker_query_term(lwt.worker, &result, &spec, &options, &lwt.error));
    check_owned(rc, result);
    lw_term_result_destroy(result);
    return rc;
}

static int
ask_run(lw_span text)
{
    lw_request_options options = make_options();
    lw_reply *reply = (lw_reply *)&lwt;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    int rc;

    spec.session = lwt.session;
    spec.name = "export";
    spec.request = text;
    rc = drive(
        lw_worker_run(lwt.worker, &reply, &spec, &given, &options, &lwt.error));
    check_owned(rc, reply);
    lw_reply_destroy(reply);
    return rc;
}

static int
ask(enum lwt_ask what, const char *text)
{
    static const char *const names[] = { "Nat.add", "Missing", NULL };
    lw_span bytes = lwi_span_of(text);

    switch (what) {
    case ASK_PING:
        return ask_ping(bytes);
    case ASK_HEADER:
        return ask_header(bytes);
    case ASK_SESSION:
        return ask_session(bytes);
    case ASK_CHECK:
        return ask_check(bytes);
    case ASK_COMMANDS:
        return ask_elaborate(LW_ELAB_COMMANDS, bytes);
    case ASK_TERM:
        return ask_elaborate(LW_ELAB_TERM, bytes);
    case ASK_KERNEL:
        return ask_kernel(bytes);
    case ASK_LIST:
        return ask_list(NULL, text);
    case ASK_LIST_NAMES:
        return ask_list(names, text);
    case ASK_DESCRIBE:
        return ask_describe(text);
    case ASK_INFER:
        return ask_term(LW_TERM_INFER_TYPE, bytes);
    case ASK_DEF_EQ:
        return ask_term(LW_TERM_DEF_EQ, bytes);
    case ASK_RUN:
        return ask_run(bytes);
    case ASK_COUNT:
        break;
    }
    return LW_EINVAL;
}

int
lwt_ask(enum lwt_ask what, const char *text)
{
    size_t fail_at = lwt.heard.fail_at;
    int rc;

    lwt.heard = (struct lwt_heard){ .fail_at = fail_at };
    lwt.text = strdup(text);
    assert_non_null(lwt.text);
    rc = ask(what, lwt.text);
    free(lwt.text);
    return rc;
}

/*
 * ask_test.c - every request of a session on a child that is honest: what it
 * is sent, and what the caller gets of its answer.
 */
#include "worker/ask_support.h"

#include "base/text.h"

#define FAKE "-- fake: "
#define MIRROR FAKE "mirror"

static void
check_text(lw_span span, const char *wanted)
{
    assert_int_equal(span.size, strlen(wanted));
    assert_memory_equal(span.data, wanted, span.size);
}

static void
check_mirror(const char *wanted)
{
    assert_string_equal(lwt.heard.mirror, wanted);
}

/* ---- sessions ---- */

static int
open_mirrored(lw_session *session, lw_session_spec *spec)
{
    static const lw_source sources[] = {
        { "My.Source", NULL, { MIRROR "\n", sizeof(MIRROR) } },
        { "My.«other one»", "other.lean", { "def x := 1", 10 } },
    };

    spec->sources = sources;
    spec->source_count = LWI_COUNT(sources);
    return lw_worker_open_session(lwt.worker, session, spec, &lwt.sinks, NULL,
                                  &lwt.error);
}

static void
a_session_is_what_the_spec_says(void **state)
{
    static const char *const imports[] = { "Lean", "public meta Init.Data",
                                           "Init", "public Lean", NULL };
    static const char *const path[] = { "/a", "/b", NULL };
    static const char *const options[] = { "pp.all=true", NULL };
    static const char *const namespaces[] = { "Nat", "My.Space", NULL };
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_session session = LW_SESSION_NONE;

    (void)state;
    spec.imports = imports;
    spec.search_path = path;
    spec.options = options;
    spec.namespaces = namespaces;
    assert_int_equal(open_mirrored(&session, &spec), LW_OK);
    check_mirror("key=public Init; public Lean; public meta Init.Data\n"
                 "is_module=0\n"
                 "imports=[public Init,public Lean,public meta Init.Data,]\n"
                 "search_path=[/a,/b,]\n"
                 "options=[pp.all=true,]\n"
                 "namespaces=[Nat,My.Space,]\n"
                 "source_modules=[My.Source,My.«other one»,]\n"
                 "source_labels=[My.Source,other.lean,]\n"
                 "source_texts=[" MIRROR "\n,def x := 1,]\n"
                 "diagnostic_bytes=1048576\n");
    assert_true(session.number != 0);
    assert_int_equal(session.generation, 1);
    assert_int_equal(session.modules, 1);
    assert_false(session.reused);
    assert_int_equal(open_mirrored(&session, &spec), LW_OK);
    assert_true(session.reused);
}

static void
a_session_has_the_imports_of_its_header(void **state)
{
    static const char text[] = "import Foo\nimport «Bar»\n";
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_header *header = NULL;
    lw_session session;

    (void)state;
    assert_int_equal(lw_worker_parse_header(lwt.worker, &header, "x.lean",
                                            lwi_span_of(text), NULL,
                                            &lwt.error),
                     LW_OK);
    assert_int_equal(header->import_count, 2);
    check_text(header->imports[1], "«Bar»");
    check_text(header->key, "Foo\n«Bar»\n");
    spec.header = header;
    assert_int_equal(open_mirrored(&session, &spec), LW_OK);
    assert_non_null(strstr(lwt.heard.mirror, "imports=[Foo,«Bar»,]\n"));
    assert_int_equal(strncmp(lwt.heard.mirror, "key=Foo\n", 8), 0);
    lw_header_destroy(header);
}

/* An error in a source is Lean's own text, and its messages come before. */
static void
a_source_that_fails_fails_the_session(void **state)
{
    (void)state;
    assert_int_equal(lwt_ask(ASK_SESSION, FAKE "diag error 1:2 wrong"),
                     LW_EHEADER);
    assert_int_equal(lwt.heard.diagnostics, 1);
    assert_int_equal(lwt_ask(ASK_SESSION, FAKE "progress 1 x"), LW_OK);
    assert_int_equal(lwt.heard.progress, 1);
}

/* ---- elaboration ---- */

static void
an_elaboration_is_what_the_spec_says(void **state)
{
    static const char *const options[] = { "a=1", "b=2", NULL };
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;

    (void)state;
    spec.session = lwt.session;
    spec.kind = LW_ELAB_TERM;
    spec.source = lwi_span_of(MIRROR);
    spec.expected_type = "Nat";
    spec.name_space = "My.Space";
    spec.label = "input.lean";
    spec.options = options;
    spec.heartbeats = 7;
    spec.diagnostic_bytes = 8;
    spec.text_bytes = 9;
    assert_int_equal(lw_worker_elaborate(lwt.worker, &result, &spec, &lwt.sinks,
                                         NULL, &lwt.error),
                     LW_OK);
    check_mirror("session=1\nkind=1\nlabel=input.lean\nname_space=My.Space\n"
                 "source=" MIRROR "\nexpected_type=Nat\noptions=[a=1,b=2,]\n"
                 "heartbeats=7\ndiagnostic_bytes=8\ntext_bytes=9\n");
    assert_true(result->success);
    assert_false(result->truncated);
    check_text(result->type, "Nat");
    check_text(result->value, "value");
    assert_int_equal(result->elapsed_us, 700);
    assert_int_equal(result->heap_kib, 1000);
    assert_int_equal(result->diagnostic_count, 0);
    lw_elab_result_destroy(result);
}

static lw_elab_result *
elaborate(const char *source, uint32_t diagnostic_bytes, uint32_t text_bytes)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;

    spec.session = lwt.session;
    spec.kind = LW_ELAB_TERM;
    spec.source = lwi_span_of(source);
    spec.diagnostic_bytes = diagnostic_bytes;
    spec.text_bytes = text_bytes;
    assert_int_equal(lw_worker_elaborate(lwt.worker, &result, &spec, &lwt.sinks,
                                         NULL, &lwt.error),
                     LW_OK);
    return result;
}

static void
messages_stay_in_the_result(void **state)
{
    lw_elab_result *result =
        elaborate(FAKE "kind My.kind\n" FAKE "diag error 3:4 one\\ntwo\n" FAKE
                       "kind \n" FAKE "diag warning 5:6 three\n" FAKE
                       "diag info 0:0 \n" FAKE "sorry",
                  1000, 1000);

    (void)state;
    assert_false(result->success);
    assert_true(result->has_sorry);
    assert_int_equal(result->errors, 1);
    assert_int_equal(result->warnings, 1);
    assert_int_equal(result->diagnostic_count, 3);
    assert_int_equal(result->diagnostics[0].severity, LW_SEVERITY_ERROR);
    assert_int_equal(result->diagnostics[0].line, 3);
    assert_int_equal(result->diagnostics[0].column, 4);
    assert_int_equal(result->diagnostics[0].end_column, 5);
    check_text(result->diagnostics[0].kind, "My.kind");
    check_text(result->diagnostics[0].message, "one\ntwo");
    assert_int_equal(result->diagnostics[1].severity, LW_SEVERITY_WARNING);
    check_text(result->diagnostics[1].kind, "");
    check_text(result->diagnostics[1].message, "three");
    assert_int_equal(result->diagnostics[2].severity, LW_SEVERITY_INFO);
    check_text(result->diagnostics[2].message, "");
    assert_int_equal(lwt.heard.diagnostics, 3);
    assert_false(result->truncated);
    lw_elab_result_destroy(result);
}

/* A child that does not keep to the limits does not matter: the parent does. */
static void
what_is_kept_has_limits(void **state)
{
    lw_elab_result *result =
        elaborate(FAKE "diag info 1:1 abc\n" FAKE
                       "diag info 1:1 d\xc3\xa9\n" FAKE "diag info 1:1 fg",
                  5, 100);

    (void)state;
    /* The character of two bytes would be cut in the middle. */
    assert_int_equal(result->diagnostic_count, 3);
    check_text(result->diagnostics[0].message, "abc");
    check_text(result->diagnostics[1].message, "d");
    check_text(result->diagnostics[2].message, "f");
    assert_true(result->truncated);
    lw_elab_result_destroy(result);

    result =
        elaborate(FAKE "set type 12345\\xc3\\xa9\n" FAKE "fill value 7", 5, 6);
    check_text(result->type, "12345");
    check_text(result->value, "xxxxxx");
    assert_true(result->truncated);
    lw_elab_result_destroy(result);

    lwt.heard.diagnostics = 0;
    result = elaborate(FAKE "diags 20000", UINT32_C(1) << 30, 0);
    assert_int_equal(result->diagnostic_count, LW_DIAGNOSTICS_KEPT_MAX);
    assert_int_equal(result->errors, 20000);
    assert_int_equal(lwt.heard.diagnostics, 20000);
    assert_true(result->truncated);
    check_text(result->diagnostics[LW_DIAGNOSTICS_KEPT_MAX - 1].message,
               "error number 16384");
    lw_elab_result_destroy(result);
}

/* ---- the kernel ---- */

static void
what_the_kernel_says(void **state)
{
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;
    lw_kernel_result *result = NULL;

    (void)state;
    spec.session = lwt.session;
    spec.source = lwi_span_of(MIRROR "\n" FAKE "set axioms propext\n" FAKE
                                     "set axioms Quot.sound\n" FAKE
                                     "diag warning 1:1 hm\n" FAKE
                                     "set summary all is well");
    spec.name_space = "Space";
    spec.label = "k.lean";
    spec.heartbeats = 3;
    assert_int_equal(lw_worker_kernel_check(lwt.worker, &result, &spec,
                                            &lwt.sinks, NULL, &lwt.error),
                     LW_OK);
    assert_int_equal(strncmp(lwt.heard.mirror,
                             "session=1\nlabel=k.lean\nname_space=Space\n", 40),
                     0);
    assert_non_null(
        strstr(lwt.heard.mirror, "\nheartbeats=3\ndiagnostic_bytes=65536\n"));
    assert_int_equal(result->status, LW_KERNEL_CHECKED);
    check_text(result->summary, "all is well");
    assert_int_equal(result->declarations, 1);
    assert_int_equal(result->axiom_count, 2);
    check_text(result->axioms[0], "propext");
    check_text(result->axioms[1], "Quot.sound");
    assert_int_equal(result->diagnostic_count, 1);
    check_text(result->diagnostics[0].message, "hm");
    lw_kernel_result_destroy(result);
}

/* ---- declarations ---- */

static void
declarations_are_listed(void **state)
{
    static const char *const names[] = { "b", "Missing.a", NULL };
    static const char *const none[] = { NULL };
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;
    lw_worker *w = lwt.worker;

    (void)state;
    spec.session = lwt.session;
    assert_int_equal(lw_worker_list_declarations(w, &result, &spec, &lwt.sinks,
                                                 NULL, &lwt.error),
                     LW_OK);
    assert_int_equal(result.count, 3);
    assert_int_equal(lwt.heard.declarations, 3);
    assert_false(result.limited);
    spec.limit = 2;
    assert_int_equal(
        lw_worker_list_declarations(w, &result, &spec, NULL, NULL, &lwt.error),
        LW_OK);
    assert_int_equal(result.count, 2);
    assert_true(result.limited);
    spec.names = none;
    assert_int_equal(
        lw_worker_list_declarations(w, &result, &spec, NULL, NULL, &lwt.error),
        LW_OK);
    assert_int_equal(result.count, 0);
    spec.names = names;
    spec.limit = 0;
    spec.prefix = "p";
    spec.module = "";
    spec.contains = MIRROR "\n" FAKE "declare 1b 0Missing.a";
    spec.kinds = 6;
    spec.internals = true;
    assert_int_equal(lw_worker_list_declarations(w, &result, &spec, &lwt.sinks,
                                                 NULL, &lwt.error),
                     LW_OK);
    assert_int_equal(result.count, 2);
    assert_int_equal(strncmp(lwt.heard.mirror,
                             "session=1\nall=0\nnames=[b,Missing.a,]\n"
                             "prefix=p\nin_module=1\nmodule=\ncontains=",
                             70),
                     0);
    assert_non_null(
        strstr(lwt.heard.mirror, "\nkinds=6\ninternals=1\nlimit=0\n"));
}

/* What a filter does not let through may not come. */
static void
kinds_and_limits_hold_for_the_child(void **state)
{
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;

    (void)state;
    spec.session = lwt.session;
    spec.kinds = 1u << LW_DECLARATION_AXIOM;
    spec.contains = FAKE "declare 1a 1b";
    assert_int_equal(lw_worker_list_declarations(lwt.worker, &result, &spec,
                                                 &lwt.sinks, NULL, &lwt.error),
                     LW_OK);
    spec.contains = FAKE "declare 1a 2b";
    assert_int_equal(lw_worker_list_declarations(lwt.worker, &result, &spec,
                                                 &lwt.sinks, NULL, &lwt.error),
                     LW_EPROTO);
    lwt_ask_restart();
    spec.session = lwt.session;
    spec.limit = 1;
    spec.contains = FAKE "declare 1a 1b";
    assert_int_equal(lw_worker_list_declarations(lwt.worker, &result, &spec,
                                                 &lwt.sinks, NULL, &lwt.error),
                     LW_EPROTO);
    assert_int_equal(lwt.heard.declarations, 2);
}

static void
names_of_kinds_and_statuses(void **state)
{
    (void)state;
    assert_string_equal(lw_declaration_kind_name(LW_DECLARATION_MISSING),
                        "missing");
    assert_string_equal(lw_declaration_kind_name(LW_DECLARATION_RECURSOR),
                        "recursor");
    assert_string_equal(lw_declaration_kind_name((lw_declaration_kind)9),
                        "unknown");
    assert_string_equal(lw_kernel_status_name(LW_KERNEL_CHECKED), "checked");
    assert_string_equal(lw_kernel_status_name(LW_KERNEL_UNSUPPORTED),
                        "unsupported");
    assert_string_equal(lw_kernel_status_name((lw_kernel_status)4), "unknown");
}

/* ---- one declaration, one term ---- */

static lw_description *
describe(const char *name)
{
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_description *description = NULL;

    spec.session = lwt.session;
    spec.name = name;
    assert_int_equal(
        lw_worker_describe(lwt.worker, &description, &spec, NULL, &lwt.error),
        LW_OK);
    return description;
}

static void
a_declaration_is_described(void **state)
{
    lw_description *description = describe("Nat.add");

    (void)state;
    assert_int_equal(description->kind, LW_DECLARATION_DEF);
    check_text(description->type, "Nat");
    check_text(description->module, "Init");
    check_text(description->doc, "What it is.");
    assert_int_equal(description->line, 3);
    assert_int_equal(description->column, 4);
    assert_int_equal(description->end_line, 5);
    assert_int_equal(description->end_column, 6);
    assert_false(description->truncated);
    lw_description_destroy(description);

    description = describe("Missing");
    assert_int_equal(description->kind, LW_DECLARATION_MISSING);
    check_text(description->type, "");
    lw_description_destroy(description);

    description = describe("x\n" MIRROR " doc");
    check_text(description->doc,
               "session=1\nname=x\n" MIRROR " doc\ntext_bytes=65536\n");
    lw_description_destroy(description);

    description = describe("x\n" FAKE "fill doc 70000");
    assert_int_equal(description->doc.size, 65536);
    assert_true(description->truncated);
    lw_description_destroy(description);
}

static void
a_term_is_asked_about(void **state)
{
    lw_term_spec spec = LW_TERM_SPEC_INIT;
    lw_term_result *result = NULL;

    (void)state;
    spec.session = lwt.session;
    spec.operation = LW_TERM_DEF_EQ;
    spec.transparency = LW_TRANSPARENCY_ALL;
    spec.first = lwi_span_of(MIRROR " text");
    spec.second = lwi_span_of("2");
    spec.name_space = "Space";
    spec.heartbeats = 5;
    assert_int_equal(
        lw_worker_query_term(lwt.worker, &result, &spec, NULL, &lwt.error),
        LW_OK);
    check_text(result->text,
               "session=1\noperation=2\ntransparency=3\n"
               "heartbeats=5\ntext_bytes=65536\n"
               "name_space=Space\nfirst=" MIRROR " text\nsecond=2\n");
    assert_int_equal(result->outcome, LW_TERM_OK);
    assert_true(result->equal);
    lw_term_result_destroy(result);

    spec.operation = LW_TERM_WHNF;
    spec.first = lwi_span_of(FAKE "set outcome 1\n" FAKE "set text no\xc3\xa9");
    spec.second.size = 0;
    spec.text_bytes = 3;
    assert_int_equal(
        lw_worker_query_term(lwt.worker, &result, &spec, NULL, &lwt.error),
        LW_OK);
    assert_int_equal(result->outcome, LW_TERM_FAILED);
    check_text(result->text, "no");
    assert_true(result->truncated);
    lw_term_result_destroy(result);
}

/* ---- exports ---- */

static void
streams_are_told_apart(void **state)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    const lw_reply_facts *facts;
    lw_reply *reply = NULL;

    (void)state;
    spec.session = lwt.session;
    spec.name = "rows";
    spec.request = lwi_span_of(
        FAKE "stream 1 late\n" FAKE "stream 2 early\n" FAKE
             "stream 3 never\n" FAKE "row 2 0 a\n" FAKE "row 2 1 bcd\n" FAKE
             "row 1 0 xy\n" FAKE "row 2 2 \n" FAKE "set waits 4\n" FAKE
             "set response answer");
    assert_int_equal(
        lw_worker_run(lwt.worker, &reply, &spec, &lwt.sinks, NULL, &lwt.error),
        LW_OK);
    facts = lw_reply_get_facts(reply);
    check_text(facts->response, "answer");
    assert_int_equal(facts->response.data[6], '\0');
    assert_int_equal(facts->rows, 4);
    assert_int_equal(facts->row_bytes, 6);
    assert_int_equal(facts->backpressure_waits, 4);
    assert_int_equal(facts->stream_count, 2);
    check_text(facts->streams[0].name, "early");
    assert_int_equal(facts->streams[0].rows, 3);
    assert_int_equal(facts->streams[0].bytes, 4);
    check_text(facts->streams[1].name, "late");
    assert_int_equal(facts->streams[1].rows, 1);
    assert_int_equal(facts->streams[1].bytes, 2);
    assert_int_equal(lwt.heard.rows, 4);
    lw_reply_destroy(reply);
}

static int
run_rows(lw_row_form form, const char *row)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    char script[256];
    int rc;

    snprintf(script, sizeof(script),
             FAKE "stream 1 s\n" FAKE "row 1 0 1\n" FAKE "row 1 1 %s\n" FAKE
                  "set response answer",
             row);
    spec.session = lwt.session;
    spec.name = "rows";
    spec.rows = form;
    spec.request = lwi_span_of(script);
    rc = lw_worker_run(lwt.worker, &reply, &spec, &lwt.sinks, NULL, &lwt.error);
    lw_reply_destroy(reply);
    return rc;
}

static void
rows_may_have_to_be_text_or_json(void **state)
{
    (void)state;
    assert_int_equal(run_rows(LW_ROWS_ANY, "\xff{"), LW_OK);
    assert_int_equal(run_rows(LW_ROWS_TEXT, "{"), LW_OK);
    assert_int_equal(run_rows(LW_ROWS_JSON, "{\"a\":[1,null]}"), LW_OK);
    lwt.heard.rows = 0;
    assert_int_equal(run_rows(LW_ROWS_TEXT, "\xff"), LW_EROWDECODE);
    assert_string_equal(lwt.error.message, "row 1 of stream `s` is not UTF-8");
    assert_int_equal(lwt.heard.rows, 1); /* the one before it */
    assert_int_equal(run_rows(LW_ROWS_JSON, "{\"a\":1,\"a\":2}"),
                     LW_EROWDECODE);
    assert_int_equal(run_rows(LW_ROWS_JSON, ""), LW_EROWDECODE);
    assert_string_equal(lwt.error.message,
                        "row 1 of stream `s` is not a JSON value");
}

static uint64_t progress_us[2];

static int
on_progress(const lw_progress *progress, void *user)
{
    (void)user;
    progress_us[progress->current - 1] = progress->elapsed_us;
    return 0;
}

static void
the_parent_counts_the_time(void **state)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;

    (void)state;
    spec.name = "x";
    spec.request = lwi_span_of(FAKE "progress 1 a\n" FAKE "sleep 20\n" FAKE
                                    "progress 2 b");
    lwt.sinks.progress = on_progress;
    assert_int_equal(
        lw_worker_run(lwt.worker, &reply, &spec, &lwt.sinks, NULL, &lwt.error),
        LW_OK);
    assert_true(progress_us[1] >= progress_us[0] + 10000);
    assert_true(lw_reply_get_facts(reply)->elapsed_us >= progress_us[1]);
    lw_reply_destroy(reply);
}

/* ---- callers that want no more ---- */

static void
a_sink_may_refuse_any_event(void **state)
{
    static const struct {
        enum lwt_ask what;
        const char *text;
    } events[] = {
        { ASK_SESSION, FAKE "diag info 1:1 x" },
        { ASK_CHECK, FAKE "progress 1 x" },
        { ASK_COMMANDS, FAKE "diag info 1:1 x" },
        { ASK_KERNEL, FAKE "diag info 1:1 x" },
        { ASK_LIST, FAKE "declare 1x" },
        { ASK_RUN, FAKE "stream 1 x\n" FAKE "row 1 0 x" },
        { ASK_RUN, MIRROR },
    };
    size_t i;

    (void)state;
    lwt.heard.fail_at = 1;
    for (i = 0; i < LWI_COUNT(events); i++)
        assert_int_equal(lwt_ask(events[i].what, events[i].text), LW_ESINK);
    lwt.heard.fail_at = 0;
    assert_int_equal(lwt_ask(ASK_RUN, ""), LW_OK);
    assert_int_equal(lw_worker_get_generation(lwt.worker), 1);
}

/* The child gives in: each request ends, and the worker lives on. */
static void
each_request_has_a_deadline(void **state)
{
    int what;

    (void)state;
    for (what = 0; what < ASK_COUNT; what++) {
        if (what == ASK_HEADER || what == ASK_PING)
            continue;
        lwt.options.timeout_ms = 30;
        assert_int_equal(lwt_ask((enum lwt_ask)what, "x\n" FAKE "wait\n"),
                         LW_ETIMEOUT);
        lwt.options.timeout_ms = 0;
        assert_int_equal(lwt_ask(ASK_PING, "x"), LW_OK);
    }
    assert_int_equal(lw_worker_get_generation(lwt.worker), 1);
}

#define WITH_WORKER(test)                                                      \
    cmocka_unit_test_setup_teardown(test, lwt_ask_setup, lwt_ask_teardown)

#define IN_STEPS(test)                                                         \
    cmocka_unit_test_setup_teardown(test, lwt_ask_setup_steps, lwt_ask_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORKER(a_session_is_what_the_spec_says),
        WITH_WORKER(a_session_has_the_imports_of_its_header),
        WITH_WORKER(a_source_that_fails_fails_the_session),
        WITH_WORKER(an_elaboration_is_what_the_spec_says),
        WITH_WORKER(messages_stay_in_the_result),
        WITH_WORKER(what_is_kept_has_limits),
        WITH_WORKER(what_the_kernel_says),
        WITH_WORKER(declarations_are_listed),
        WITH_WORKER(kinds_and_limits_hold_for_the_child),
        cmocka_unit_test(names_of_kinds_and_statuses),
        WITH_WORKER(a_declaration_is_described),
        WITH_WORKER(a_term_is_asked_about),
        WITH_WORKER(streams_are_told_apart),
        WITH_WORKER(rows_may_have_to_be_text_or_json),
        WITH_WORKER(the_parent_counts_the_time),
        WITH_WORKER(a_sink_may_refuse_any_event),
        WITH_WORKER(each_request_has_a_deadline),
        IN_STEPS(a_sink_may_refuse_any_event),
        IN_STEPS(each_request_has_a_deadline),
        IN_STEPS(a_source_that_fails_fails_the_session),
    };

    return LWT_RUN(tests);
}

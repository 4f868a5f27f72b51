/*
 * spec_test.c - specs at fault are refused before anything is sent: LW_EINVAL
 * that names the member, the byte, the reason.
 */
#include "worker/ask_support.h"

#include "base/text.h"
#include "worker/block.h"
#include "worker/imports.h"

static const lw_span odd = { "ab\xff", 3 };
static const lw_span with_nul = { "abc\0d", 5 };
static const lw_span no_data = { NULL, 4 };

/* The fault that the last request was refused for. */
static void
check_fault(int rc, const char *message)
{
    assert_int_equal(rc, LW_EINVAL);
    assert_int_equal(lwt.error.status, LW_EINVAL);
    assert_string_equal(lwt.error.message, message);
    assert_int_equal(lw_worker_get_state(lwt.worker), LW_WORKER_IDLE);
}

/* ---- one function for each request ---- */

static int
open_with(const lw_session_spec *spec)
{
    lw_session session;

    return lw_worker_open_session(lwt.worker, &session, spec, NULL, NULL,
                                  &lwt.error);
}

static int
elaborate(const lw_elab_spec *spec)
{
    lw_elab_result *result = (lw_elab_result *)&lwt;
    int rc =
        lw_worker_elaborate(lwt.worker, &result, spec, NULL, NULL, &lwt.error);

    assert_null(result);
    return rc;
}

static int
kernel(const lw_kernel_spec *spec)
{
    lw_kernel_result *result = (lw_kernel_result *)&lwt;
    int rc = lw_worker_kernel_check(lwt.worker, &result, spec, NULL, NULL,
                                    &lwt.error);

    assert_null(result);
    return rc;
}

static int
list(const lw_declarations_spec *spec)
{
    lw_declarations_result result;

    return lw_worker_list_declarations(lwt.worker, &result, spec, NULL, NULL,
                                       &lwt.error);
}

static int
describe(const lw_describe_spec *spec)
{
    lw_description *description = (lw_description *)&lwt;
    int rc =
        lw_worker_describe(lwt.worker, &description, spec, NULL, &lwt.error);

    assert_null(description);
    return rc;
}

static int
ask_term(const lw_term_spec *spec)
{
    lw_term_result *result = (lw_term_result *)&lwt;
    int rc = lw_worker_query_term(lwt.worker, &result, spec, NULL, &lwt.error);

    assert_null(result);
    return rc;
}

static int
run(const lw_run_spec *spec)
{
    lw_reply *reply = (lw_reply *)&lwt;
    int rc = lw_worker_run(lwt.worker, &reply, spec, NULL, NULL, &lwt.error);

    assert_null(reply);
    return rc;
}

/* ---- faults ---- */

/* A spec with one member that is not what it has to be. */
#define FAULT(type, init, function, assignment, message)                       \
    do {                                                                       \
        type spec = init;                                                      \
        spec.assignment;                                                       \
        check_fault(function(&spec), message);                                 \
    } while (0)

static const char *const odd_list[] = { "fine=1", "a\xc3", NULL };

static const char *const empty_list[] = { "Nat", "", NULL };

static void
sessions(void **state)
{
    static const lw_header broken = { .error_line = 3 };
    static const lw_header fine = { .error_line = 0 };
    static const char *const lean[] = { "Lean", NULL };
    static const char *const two_words[] = { "Lean", "Foo Bar", NULL };
    static const char *const empty[] = { "", NULL };
    static const char *const only_public[] = { "public ", NULL };

    (void)state;
#define SESSION(assignment, message)                                           \
    FAULT(lw_session_spec, LW_SESSION_SPEC_INIT, open_with, assignment, message)
    SESSION(struct_size = 1,
            "it needs a session to fill in and LW_SESSION_SPEC_INIT");
    SESSION(header = &broken, "header has an error on line 3");
    SESSION(header = &fine;
            spec.imports = lean, "imports are given, and a header as well");
    SESSION(imports = two_words,
            "imports[1] is not the name of a module: 'Foo Bar'");
    SESSION(imports = empty, "imports[0] is empty");
    SESSION(imports = only_public, "imports[0] is empty");
    SESSION(imports = odd_list, "imports[1] is not UTF-8 at byte 1");
    SESSION(search_path = odd_list, "search_path[1] is not UTF-8 at byte 1");
    SESSION(options = odd_list, "options[1] is not UTF-8 at byte 1");
    SESSION(namespaces = odd_list, "namespaces[1] is not UTF-8 at byte 1");
    SESSION(source_count = 1, "sources is NULL and source_count is not 0");
#undef SESSION
}

static void
check_source(lw_source second, const char *message)
{
    const lw_source sources[] = { { "A", NULL, { "", 0 } }, second };

    FAULT(lw_session_spec, LW_SESSION_SPEC_INIT, open_with, sources = sources;
          spec.source_count = 2, message);
}

static void
sources(void **state)
{
    static const lw_span text = { "", 0 };
    static const lw_source none[1025];
    char name[1100];

    (void)state;
    check_source((lw_source){ NULL, NULL, text }, "sources[1].module is NULL");
    check_source((lw_source){ "", NULL, text }, "sources[1].module is empty");
    check_source((lw_source){ "A", NULL, text },
                 "sources[1].module is that of sources[0]");
    check_source((lw_source){ "A..B", NULL, text },
                 "sources[1].module is not the name of a module: 'A..B'");
    check_source((lw_source){ "B", "\xff", text },
                 "sources[1].label is not UTF-8 at byte 0");
    check_source((lw_source){ "B", NULL, odd },
                 "sources[1].text is not UTF-8 at byte 2");
    check_source((lw_source){ "B", NULL, with_nul },
                 "sources[1].text has a NUL at byte 3");
    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    check_source((lw_source){ name, NULL, text },
                 "sources[1].module is longer than 1024 bytes");
    FAULT(lw_session_spec, LW_SESSION_SPEC_INIT, open_with, sources = none;
          spec.source_count = 1025, "more than 1024 sources");
}

static void
elaborations(void **state)
{
    (void)state;
#define ELAB(assignment, message)                                              \
    FAULT(lw_elab_spec, LW_ELAB_SPEC_INIT, elaborate, assignment, message)
    ELAB(struct_size = 1, "it needs a result to fill in and LW_ELAB_SPEC_INIT");
    ELAB(kind = (lw_elab_kind)2, "kind is no lw_elab_kind");
    ELAB(expected_type = "Nat", "expected_type is for terms");
    ELAB(source = odd, "source is not UTF-8 at byte 2");
    ELAB(source = with_nul, "source has a NUL at byte 3");
    ELAB(source = no_data, "source is NULL and has a size");
    ELAB(kind = LW_ELAB_TERM;
         spec.expected_type = "\xff", "expected_type is not UTF-8 at byte 0");
    ELAB(name_space = "\xff", "name_space is not UTF-8 at byte 0");
    ELAB(label = "a\xff", "label is not UTF-8 at byte 1");
    ELAB(options = odd_list, "options[1] is not UTF-8 at byte 1");
#undef ELAB
#define KERNEL(assignment, message)                                            \
    FAULT(lw_kernel_spec, LW_KERNEL_SPEC_INIT, kernel, assignment, message)
    KERNEL(struct_size = 1,
           "it needs a result to fill in and LW_KERNEL_SPEC_INIT");
    KERNEL(source = with_nul, "source has a NUL at byte 3");
    KERNEL(name_space = "\xff", "name_space is not UTF-8 at byte 0");
    KERNEL(label = "a\xff", "label is not UTF-8 at byte 1");
    KERNEL(options = odd_list, "options[1] is not UTF-8 at byte 1");
#undef KERNEL
}

static void
questions(void **state)
{
    (void)state;
#define LIST(assignment, message)                                              \
    FAULT(lw_declarations_spec, LW_DECLARATIONS_SPEC_INIT, list, assignment,   \
          message)
    LIST(struct_size = 1,
         "it needs a result to fill in and LW_DECLARATIONS_SPEC_INIT");
    LIST(names = odd_list, "names[1] is not UTF-8 at byte 1");
    LIST(names = empty_list, "names[1] is empty");
    LIST(prefix = "\xff", "prefix is not UTF-8 at byte 0");
    LIST(module = "\xff", "module is not UTF-8 at byte 0");
    LIST(contains = "\xff", "contains is not UTF-8 at byte 0");
#undef LIST
#define DESCRIBE(assignment, message)                                          \
    FAULT(lw_describe_spec, LW_DESCRIBE_SPEC_INIT, describe, assignment,       \
          message)
    DESCRIBE(struct_size = 1,
             "it needs a description to fill in and LW_DESCRIBE_SPEC_INIT");
    DESCRIBE(name = NULL, "name is NULL");
    DESCRIBE(name = "", "name is empty");
    DESCRIBE(name = "\xff", "name is not UTF-8 at byte 0");
#undef DESCRIBE
#define TERM(assignment, message)                                              \
    FAULT(lw_term_spec, LW_TERM_SPEC_INIT, ask_term, assignment, message)
    TERM(struct_size = 1, "it needs a result to fill in and LW_TERM_SPEC_INIT");
    TERM(operation = (lw_term_operation)3, "operation is no lw_term_operation");
    TERM(transparency = (lw_transparency)4,
         "transparency is no lw_transparency");
    TERM(first = odd, "first is not UTF-8 at byte 2");
    TERM(second = with_nul, "second is for LW_TERM_DEF_EQ");
    TERM(operation = LW_TERM_DEF_EQ;
         spec.second = with_nul, "second has a NUL at byte 3");
    TERM(name_space = "\xff", "name_space is not UTF-8 at byte 0");
#undef TERM
#define RUN(assignment, message)                                               \
    FAULT(lw_run_spec, LW_RUN_SPEC_INIT, run, assignment, message)
    RUN(struct_size = 1, "it needs LW_RUN_SPEC_INIT");
    RUN(name = NULL, "name is NULL");
    RUN(name = "", "name is empty");
    RUN(name = "\xff", "name is not UTF-8 at byte 0");
    RUN(name = "x"; spec.request = no_data, "request is NULL and has a size");
    RUN(name = "x"; spec.rows = (lw_row_form)3, "rows is no lw_row_form");
#undef RUN
    check_fault(lw_worker_ping(lwt.worker, no_data, NULL, &lwt.error),
                "payload is NULL and has a size");
}

/* ---- what all have in common ---- */

static void
sinks_have_a_version(void **state)
{
    int what;

    (void)state;
    lwt.sinks.struct_size--;
    for (what = 0; what < ASK_COUNT; what++) {
        if (what == ASK_PING || what == ASK_HEADER || what == ASK_DESCRIBE ||
            what == ASK_INFER || what == ASK_DEF_EQ)
            continue;
        check_fault(lwt_ask((enum lwt_ask)what, ""),
                    "lw_sinks is of another version; use LW_SINKS_INIT");
    }
}

static void
a_session_that_is_gone_is_refused(void **state)
{
    const lw_session gone = { .generation = 1, .number = 1 };
    int what;

    (void)state;
    lwt_ask_restart();
    lwt.session = gone;
    for (what = ASK_CHECK; what < ASK_COUNT; what++)
        assert_int_equal(lwt_ask((enum lwt_ask)what, "x"), LW_ESESSION);
    assert_non_null(strstr(lwt.error.message, "open it again"));
    lwt.session = (lw_session)LW_SESSION_NONE;
    for (what = ASK_CHECK; what < ASK_RUN; what++) {
        assert_int_equal(lwt_ask((enum lwt_ask)what, "x"), LW_ESESSION);
        assert_non_null(strstr(lwt.error.message, "no session is given"));
    }
    assert_int_equal(lw_worker_get_state(lwt.worker), LW_WORKER_IDLE);
}

static void
no_worker_no_request(void **state)
{
    lw_worker *worker = lwt.worker;
    int what;

    (void)state;
    lwt.worker = NULL;
    for (what = 0; what < ASK_COUNT; what++)
        assert_int_equal(lwt_ask((enum lwt_ask)what, "x"), LW_EBADHANDLE);
    lwt.worker = worker;
}

static void
results_may_be_null(void **state)
{
    (void)state;
    lw_header_destroy(NULL);
    lw_elab_result_destroy(NULL);
    lw_kernel_result_destroy(NULL);
    lw_description_destroy(NULL);
    lw_term_result_destroy(NULL);
    lw_reply_destroy(NULL);
    assert_null(lw_reply_get_facts(NULL));
}

/* ---- names of modules ---- */

static void
module_names(void **state)
{
    static const char *const good[] = { "A",   "A.B",   "Init.«a b».C", "«a.b»",
                                        "é.ß", "a'b_1", "«…»" };
    static const char *const bad[] = { ".A", "A.", "A..B", "A B",  "«a",
                                       "«»", " A", "A\n",  "«a»b", "A.«" };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(good); i++) {
        struct lwi_spec_check check = { "test", NULL, LW_OK };

        lwi_spec_module(&check, "name", good[i]);
        assert_int_equal(check.rc, LW_OK);
    }
    for (i = 0; i < LWI_COUNT(bad); i++) {
        struct lwi_spec_check check = { "test", NULL, LW_OK };

        lwi_spec_module(&check, "name", bad[i]);
        assert_int_equal(check.rc, LW_EINVAL);
    }
}

/* ---- cutting ---- */

static void
cuts_fall_between_characters(void **state)
{
    static const lw_span text = { "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10 };
    static const size_t sizes[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(sizes); i++) {
        bool cut = false;

        assert_int_equal(lwi_block_cut(text, i, &cut).size, sizes[i]);
        assert_int_equal(cut, i < text.size);
    }
}

#define WITH_WORKER(test)                                                      \
    cmocka_unit_test_setup_teardown(test, lwt_ask_setup, lwt_ask_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORKER(sessions),
        WITH_WORKER(sources),
        WITH_WORKER(elaborations),
        WITH_WORKER(questions),
        WITH_WORKER(sinks_have_a_version),
        WITH_WORKER(a_session_that_is_gone_is_refused),
        WITH_WORKER(no_worker_no_request),
        cmocka_unit_test(results_may_be_null),
        cmocka_unit_test(module_names),
        cmocka_unit_test(cuts_fall_between_characters),
    };

    return LWT_RUN(tests);
}

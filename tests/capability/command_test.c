/* Exports with types, and metadata and doctor, on a real worker process. */
#include <lean_worker/fields.h>
#include <lean_worker/metadata.h>
#include <lean_worker/worker.h>

#include "support/test.h"

static struct {
    lw_runtime *runtime;
    lw_worker *worker;
    lw_error err;
    lw_command command;
    lw_command_spec spec;
    lw_command_failure failure;
    long request;
    long answer;
    size_t rows;
    size_t notices;
    long refuse_at; /* the row that the program does not want; -1 none */
} at;

/* ---- hooks: numbers in decimal ---- */

static int
encode_number(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    char text[32];
    long value = *(const long *)request;

    (void)user;
    if (value < 0)
        return lw_fault_set(fault, "/value", "it is negative");
    return lw_writer_put(to, text,
                         (size_t)snprintf(text, sizeof(text), "%ld", value));
}

static bool
parse_number(lw_span bytes, long *value)
{
    char text[32], *end;

    snprintf(text, sizeof(text), "%.*s", (int)bytes.size, bytes.data);
    *value = strtol(text, &end, 10);
    return bytes.size > 0 && *end == '\0';
}

static int
decode_number(lw_span bytes, void *answer, lw_fault *fault, void *user)
{
    (void)user;
    return parse_number(bytes, answer)
               ? 0
               : lw_fault_set(fault, "/count", "it is no number");
}

static int
take_number(const lw_row *row, lw_fault *fault, void *user)
{
    long value;

    (void)user;
    if (!parse_number(row->payload, &value))
        return lw_fault_set(fault, "/n", "it is no number");
    if (value == at.refuse_at)
        return -1;
    assert_int_equal(value, row->sequence);
    at.rows++;
    return 0;
}

static int
take_notice(const lw_notice *notice, void *user)
{
    assert_ptr_equal(user, &at);
    assert_int_equal(notice->code.size, 8);
    at.notices++;
    return 0;
}

/* ---- set-up ---- */

static int
setup(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/command_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    config.command = command;
    config.cancel_grace_ms = 5000;
    at.command = (lw_command)LW_COMMAND_INIT;
    at.command.encode = encode_number;
    at.command.decode = decode_number;
    at.spec = (lw_command_spec)LW_COMMAND_SPEC_INIT;
    at.spec.request = &at.request;
    at.spec.answer = &at.answer;
    at.spec.failure = &at.failure;
    at.refuse_at = -1;
    if (lw_runtime_create(&at.runtime, &options, &at.err) == LW_OK &&
        lw_worker_start(&at.worker, at.runtime, &config, NULL, &at.err) ==
            LW_OK)
        return 0;
    print_error("%s\n", at.err.message);
    return -1;
}

static int
teardown(void **state)
{
    (void)state;
    lw_worker_destroy(at.worker);
    lw_runtime_destroy(at.runtime);
    return 0;
}

static int
go(const char *name, long request)
{
    at.command.name = name;
    at.request = request;
    return lw_worker_run_command(at.worker, NULL, &at.command, &at.spec, NULL,
                                 &at.err);
}

/* The child that a failed command must not have cost. */
static void
check_worker_stays(void)
{
    at.command.row = NULL;
    assert_int_equal(go("echo", 5), LW_OK);
    assert_int_equal(at.answer, 5);
    assert_int_equal(lw_worker_get_generation(at.worker), 1);
}

/* ---- tests ---- */

static void
values_go_in_and_come_out(void **state)
{
    lw_reply *reply = NULL;

    (void)state;
    at.command.name = "echo";
    at.request = 41;
    assert_int_equal(lw_worker_run_command(at.worker, &reply, &at.command,
                                           &at.spec, NULL, &at.err),
                     LW_OK);
    assert_int_equal(at.answer, 41);
    assert_string_equal(lw_reply_get_facts(reply)->response.data, "41");
    lw_reply_destroy(reply);
}

static void
without_hooks_it_is_an_empty_object(void **state)
{
    lw_reply *reply = NULL;

    (void)state;
    at.command.name = "echo";
    at.command.encode = NULL;
    at.command.decode = NULL;
    assert_int_equal(lw_worker_run_command(at.worker, &reply, &at.command,
                                           &at.spec, NULL, &at.err),
                     LW_OK);
    assert_string_equal(lw_reply_get_facts(reply)->response.data, "{}");
    lw_reply_destroy(reply);
}

static int
encode_nothing(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    (void)request;
    (void)to;
    (void)fault;
    (void)user;
    return -1;
}

static void
a_program_that_wants_no_request_is_no_fault_of_it(void **state)
{
    (void)state;
    at.command.encode = encode_nothing;
    assert_int_equal(go("echo", 1), LW_ESINK);
    assert_string_equal(at.failure.name, "");
    at.command.encode = encode_number;
    check_worker_stays();
}

static void
a_request_that_does_not_encode_is_not_sent(void **state)
{
    (void)state;
    assert_int_equal(go("echo", -1), LW_EENCODE);
    assert_string_equal(at.failure.name, "echo");
    assert_string_equal(at.failure.fault.field, "/value");
    assert_string_equal(at.err.message,
                        "export `echo`, field \"/value\": it is negative");
    check_worker_stays();
}

static void
an_answer_that_does_not_decode_is_kept(void **state)
{
    lw_reply *reply = NULL;

    (void)state;
    at.command.name = "doctor";
    assert_int_equal(lw_worker_run_command(at.worker, &reply, &at.command,
                                           &at.spec, NULL, &at.err),
                     LW_EDECODE);
    assert_non_null(reply);
    assert_string_equal(at.failure.fault.field, "/count");
    lw_reply_destroy(reply);
    at.command.row = take_number;
    assert_int_equal(go("doctor", 1), LW_ESUMMARYDECODE);
    check_worker_stays();
}

static void
rows_are_decoded_as_they_come(void **state)
{
    lw_sinks sinks = LW_SINKS_INIT;

    (void)state;
    sinks.notice = take_notice;
    sinks.user = &at;
    at.spec.sinks = &sinks;
    at.command.row = take_number;
    assert_int_equal(go("rows", 2), LW_OK);
    assert_int_equal(at.rows, 2);
    assert_int_equal(at.notices, 1);
    assert_int_equal(at.answer, 2);
}

static void
a_bad_row_fails_the_command_and_not_the_worker(void **state)
{
    (void)state;
    at.command.row = take_number;
    assert_int_equal(go("rows", 5000), LW_EROWDECODE);
    assert_int_equal(at.rows, 2);
    assert_string_equal(at.failure.stream, "numbers");
    assert_int_equal(at.failure.sequence, 2);
    assert_string_equal(at.err.message, "export `rows`, stream `numbers`, row "
                                        "2, field \"/n\": it is no number");
    check_worker_stays();
}

static void
a_bad_row_may_stop_the_child(void **state)
{
    (void)state;
    at.command.row = take_number;
    at.command.stop_at_bad_row = true;
    assert_int_equal(go("rows", 100000000), LW_EROWDECODE);
    assert_int_equal(at.failure.sequence, 2);
    check_worker_stays();
}

static void
a_program_that_wants_no_more_rows_is_heard(void **state)
{
    (void)state;
    at.command.row = take_number;
    at.refuse_at = 1;
    assert_int_equal(go("rows", 100000000), LW_ESINK);
    assert_int_equal(at.rows, 1);
    check_worker_stays();
}

static void
faults_are_cut_between_characters(void **state)
{
    lw_fault fault;
    char field[400];

    (void)state;
    memset(field, 'x', sizeof(field));
    memcpy(field + 126, "\xc3\xa9", 2);
    field[399] = '\0';
    assert_int_equal(lw_fault_set(&fault, field, ""), LW_MALFORMED);
    assert_int_equal(strlen(fault.field), 126);
}

static void
wrong_specs_are_refused(void **state)
{
    lw_sinks sinks = LW_SINKS_INIT;
    lw_command_spec none = { 0 };

    (void)state;
    assert_int_equal(go(NULL, 1), LW_EINVAL);
    at.command.name = "echo";
    assert_int_equal(
        lw_worker_run_command(at.worker, NULL, NULL, &at.spec, NULL, NULL),
        LW_EINVAL);
    assert_int_equal(
        lw_worker_run_command(at.worker, NULL, &at.command, &none, NULL, NULL),
        LW_EINVAL);
    assert_int_equal(
        lw_worker_run_command(NULL, NULL, &at.command, &at.spec, NULL, NULL),
        LW_EBADHANDLE);
    sinks.row = (int (*)(const lw_row *, void *))take_notice;
    at.spec.sinks = &sinks;
    assert_int_equal(go("echo", 1), LW_EINVAL);
    at.spec.sinks = NULL;
    check_worker_stays();
}

/* ---- metadata and doctor ---- */

static void
metadata_is_asked_for(void **state)
{
    lw_metadata *metadata = NULL;
    lw_ask_spec spec = LW_ASK_SPEC_INIT;

    (void)state;
    spec.name = "metadata";
    assert_int_equal(
        lw_worker_read_metadata(at.worker, &metadata, &spec, NULL, &at.err),
        LW_OK);
    assert_string_equal(metadata->commands[0].name, "echo");
    lw_metadata_destroy(metadata);
    spec.request = (lw_span){ "1", 1 };
    assert_int_equal(
        lw_worker_read_metadata(at.worker, &metadata, &spec, NULL, &at.err),
        LW_EMETADATA);
    assert_null(metadata);
    spec.name = "nobody";
    assert_true(lw_worker_read_metadata(at.worker, &metadata, &spec, NULL,
                                        &at.err) < 0);
    assert_int_equal(
        lw_worker_read_metadata(at.worker, NULL, &spec, NULL, &at.err),
        LW_EINVAL);
    assert_int_equal(
        lw_worker_read_metadata(at.worker, &metadata, NULL, NULL, &at.err),
        LW_EINVAL);
    check_worker_stays();
}

static void
the_doctor_is_asked(void **state)
{
    lw_doctor_report *report = NULL;
    lw_ask_spec spec = LW_ASK_SPEC_INIT;

    (void)state;
    spec.name = "doctor";
    assert_int_equal(
        lw_worker_run_doctor(at.worker, &report, &spec, NULL, &at.err), LW_OK);
    assert_int_equal(report->warnings, 1);
    assert_string_equal(report->findings[0].code, "slow");
    lw_doctor_report_destroy(report);
    spec.name = "metadata";
    spec.request = (lw_span){ "1", 1 };
    assert_int_equal(
        lw_worker_run_doctor(at.worker, &report, &spec, NULL, &at.err),
        LW_EDOCTOR);
    check_worker_stays();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* ---- hooks that a list of fields made ---- */

#define PLACE(FIELD) FIELD(I64, x) FIELD(TEXT, name, 8)
LW_JSON_STRUCT(place, PLACE);

/* A request as it is. */
static int
encode_text(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    (void)fault;
    (void)user;
    return lw_writer_put(to, request, strlen(request));
}

static int
take_place(const struct place *place, const lw_row *row, void *user)
{
    assert_int_equal(place->x, row->sequence);
    ++*(size_t *)user;
    return 0;
}

static int
go_place(const char *name, const void *request, struct place *answer)
{
    at.command.name = name;
    at.spec.request = request;
    at.spec.answer = answer;
    memset(&at.failure, 0, sizeof(at.failure));
    return lw_worker_run_command(at.worker, NULL, &at.command, &at.spec, NULL,
                                 &at.err);
}

/* The failure has all of it, and so has the sentence. */
static void
failed_at(const char *name, const char *stream, uint64_t sequence,
          const char *field, const char *detail)
{
    char wanted[256];

    assert_string_equal(at.failure.name, name);
    assert_string_equal(at.failure.stream, stream);
    assert_int_equal(at.failure.sequence, sequence);
    assert_string_equal(at.failure.fault.field, field);
    assert_string_equal(at.failure.fault.detail, detail);
    if (stream[0] != '\0')
        snprintf(wanted, sizeof(wanted),
                 "export `%s`, stream `%s`, row %llu, field \"%s\": %s", name,
                 stream, (unsigned long long)sequence, field, detail);
    else
        snprintf(wanted, sizeof(wanted), "export `%s`, field \"%s\": %s", name,
                 field, detail);
    if (strstr(at.err.message, wanted) == NULL)
        fail_msg("no \"%s\" in \"%s\"", wanted, at.err.message);
}

static void
fields_go_in_and_come_out(void **state)
{
    struct place here = { -3, "here" }, there;

    (void)state;
    at.command.encode = place_encode;
    at.command.decode = place_decode;
    assert_int_equal(go_place("echo", &here, &there), LW_OK);
    assert_int_equal(there.x, -3);
    assert_string_equal(there.name, "here");
}

static void
a_field_that_is_wrong_is_named(void **state)
{
    struct place wrong = { 1, "\xff" }, answer;
    size_t taken = 0;
    struct place_rows rows = { take_place, &taken };

    (void)state;
    at.command.encode = place_encode;
    at.command.decode = place_decode;
    assert_int_equal(go_place("echo", &wrong, &answer), LW_EENCODE);
    failed_at("echo", "", 0, "/name", "it is not UTF-8");
    at.command.encode = encode_text;
    assert_int_equal(go_place("echo", "{\"x\":\"1\"}", &answer), LW_EDECODE);
    failed_at("echo", "", 0, "/x", "a whole number is wanted, not a string");
    at.command.row = place_row;
    at.command.user = &rows;
    assert_int_equal(go_place("lines",
                              "{\"x\":0,\"name\":\"a\"}\n"
                              "{\"x\":1,\"name\":null}\n{}",
                              &answer),
                     LW_EROWDECODE);
    failed_at("lines", "lines", 1, "/name", "a string is wanted, not null");
    assert_int_equal(taken, 1);
    assert_int_equal(
        go_place("lines", "{\"x\":0,\"name\":\"a\"}\n{\"x\":2}", &answer),
        LW_ESUMMARYDECODE);
    failed_at("lines", "", 0, "/name", "it is missing");
    assert_int_equal(taken, 2);
    assert_int_equal(lw_worker_get_generation(at.worker), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_go_in_and_come_out),
        CASE(without_hooks_it_is_an_empty_object),
        CASE(a_program_that_wants_no_request_is_no_fault_of_it),
        CASE(a_request_that_does_not_encode_is_not_sent),
        CASE(an_answer_that_does_not_decode_is_kept),
        CASE(rows_are_decoded_as_they_come),
        CASE(a_bad_row_fails_the_command_and_not_the_worker),
        CASE(a_bad_row_may_stop_the_child),
        CASE(a_program_that_wants_no_more_rows_is_heard),
        CASE(faults_are_cut_between_characters),
        CASE(wrong_specs_are_refused),
        CASE(metadata_is_asked_for),
        CASE(the_doctor_is_asked),
        cmocka_unit_test_setup_teardown(fields_go_in_and_come_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_field_that_is_wrong_is_named, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * cmd_run.c - `lean-worker run`: an export, its rows, its answer.
 */
#include <lean_worker/export.h>

#include "base/base.h"
#include "cmd.h"
#include "json_text.h"
#include "proto/utf8.h"
#include "session.h"

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;

/* In the order of enum session_output. */
static const char *const output_words[] = { "human", "jsonl", "raw", NULL };

static const struct opt options[] = {
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: each row behind its stream's name. jsonl: a JSON object "
             "for each row, and one for the answer. raw: the bytes of each "
             "row and of the answer, each with a newline behind it."),
    SESSION_OPTIONS(&given),
};

static const struct opt_page page = {
    .name = "lean-worker run",
    .synopsis = "[OPTION]... EXPORT [REQUEST | @FILE | -]",
    .summary = "run an export: a function of Lean in a session",
    .about =
        "    EXPORT is the name of a function in a file of --source,\n"
        "\n"
        "        def stats (request : String) : IO String\n"
        "        def rows (request : String) (out : LeanWorker.Stream) : IO "
        "String\n"
        "\n"
        "    It gets the REQUEST, which is empty where none is given. Its "
        "rows are\n"
        "    printed as they come, its answer last. Rows count only where an "
        "answer\n"
        "    follows them.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    it answered\n"
             "    1    it ended in an error; there is no such export; or the "
             "imports\n"
             "         failed\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker run --source Stats.lean stats '{\"of\": "
             "\"Nat\"}'\n"
             "    lean-worker run --source Stats.lean --output jsonl rows "
             "@request.json\n",
    .operands_min = 1,
    .operands_max = 2,
    .wanted = "which export? give its name",
};

/* ---- arguments ---- */

struct job {
    const char *name;
    struct input request;
};

static int
prepare(struct session *session, int count, char **operands)
{
    struct job *job = session->job;
    const char *request = count > 1 ? operands[1] : "";
    int code;

    if (operands[0][0] == '\0')
        return opt_usage_error(session->page, "the name of EXPORT is empty");
    job->name = operands[0];
    code = input_check_argument(session->page, "EXPORT", job->name);
    if (code != EXIT_FINE)
        return code;
    if (strcmp(request, "-") == 0)
        return input_from_stdin(&job->request, session->page);
    if (request[0] == '@')
        return input_from_file(&job->request, session->page, request + 1);
    return input_from_operand(&job->request, session->page, "REQUEST", request);
}

static void
finish(struct session *session)
{
    struct job *job = session->job;

    input_fini(&job->request);
}

/* ---- rows ---- */

/* A payload that is no text would be lost in a string of JSON. */
static json_t *
row_object(const lw_row *row)
{
    json_t *object = json_pack(
        "{s:o, s:I, s:o}", "stream", json_span(row->stream), "sequence",
        (json_int_t)row->sequence, "payload", json_span(row->payload));

    if (object != NULL &&
        lwi_utf8_valid_prefix(row->payload.data, row->payload.size) <
            row->payload.size)
        json_object_set_new(object, "payload_hex",
                            json_hexadecimal(row->payload));
    return object;
}

static void
put_raw(lw_span bytes)
{
    fwrite(bytes.data, 1, bytes.size, stdout);
    putchar('\n');
}

static int
take_row(const lw_row *row, void *user)
{
    struct session *session = user;
    const struct term *term = &session->out;

    if (given.output == SESSION_JSONL)
        return -session_put(session, row_object(row), EXIT_FINE);
    status_line_hide(&session->line);
    if (given.output == SESSION_RAW) {
        put_raw(row->payload);
    } else {
        fputs(term_style_on(term, TERM_DIM), term->file);
        term_put_bytes_line(term, row->stream.data, row->stream.size);
        fprintf(term->file, ":%s ", term_style_off(term));
        term_put_bytes_line(term, row->payload.data, row->payload.size);
        putc('\n', term->file);
    }
    return session_note_output(session);
}

static int
take_notice(const lw_notice *notice, void *user)
{
    struct session *session = user;
    const struct term *term = &session->err;

    if (given.output == SESSION_JSONL)
        return -session_put(session,
                            json_pack("{s:o, s:o}", "notice",
                                      json_span(notice->code), "message",
                                      json_span(notice->message)),
                            EXIT_FINE);
    status_line_hide(&session->line);
    term_put_bytes_line(term, notice->code.data, notice->code.size);
    fputs(": ", term->file);
    term_put_text(term, notice->message.data, notice->message.size);
    putc('\n', term->file);
    return 0;
}

/* ---- the answer ---- */

static json_t *
stream_array(const lw_reply_facts *facts)
{
    json_t *array = json_array();
    size_t i;

    for (i = 0; array != NULL && i < facts->stream_count; i++)
        json_array_append_new(
            array, json_pack("{s:o, s:I, s:I}", "stream",
                             json_span(facts->streams[i].name), "rows",
                             (json_int_t)facts->streams[i].rows, "bytes",
                             (json_int_t)facts->streams[i].bytes));
    return array;
}

static json_t *
answer_object(const lw_reply_facts *facts)
{
    json_t *object =
        json_pack("{s:s, s:o, s:I, s:o, s:o}", "status", "ok", "response",
                  json_span(facts->response), "rows", (json_int_t)facts->rows,
                  "streams", stream_array(facts), "elapsed_ms",
                  json_milliseconds((double)facts->elapsed_us / 1000.0));

    if (object != NULL &&
        lwi_utf8_valid_prefix(facts->response.data, facts->response.size) <
            facts->response.size)
        json_object_set_new(object, "response_hex",
                            json_hexadecimal(facts->response));
    return object;
}

static int
put_answer(struct session *session, const lw_reply_facts *facts)
{
    if (given.output == SESSION_JSONL)
        return session_put(session, answer_object(facts), EXIT_FINE);
    status_line_hide(&session->line);
    if (given.output == SESSION_RAW) {
        put_raw(facts->response);
    } else {
        term_put_text(&session->out, facts->response.data,
                      facts->response.size);
        putchar('\n');
    }
    return session_note_output(session) == 0 ? EXIT_FINE : EXIT_CANNOT_RUN;
}

static int
run(struct session *session)
{
    const struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_sinks sinks;
    int code = session_open(session, NULL);

    if (code != EXIT_FINE)
        return code;
    spec.name = job->name;
    spec.session = session->opened;
    spec.request = job->request.text;
    sinks = session_sinks(session);
    sinks.row = take_row;
    sinks.notice = take_notice;
    if (lw_worker_run(session->worker, &reply, &spec, &sinks, &how, &err) < 0)
        return session_fail(session, &err);
    code = put_answer(session, lw_reply_get_facts(reply));
    lw_reply_destroy(reply);
    return code;
}

int
cmd_run(int argc, char **argv)
{
    struct job job = { 0 };
    struct session_command command = {
        &page, &given, prepare, run, finish, &job
    };

    return session_command_run(&command, argc, argv);
}

/*
 * cmd_run.c - `lean-worker run`: an export, its rows, its answer.
 */
#include "base/base.h"
#include "cmd.h"
#include "export_call.h"

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;
static struct export_call call;

/* In the order of enum session_output. */
static const char *const output_words[] = { "human", "jsonl", "raw", NULL };

static const struct opt options[] = {
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: each row behind its stream's name. jsonl: a JSON object "
             "for each row, and one for the answer. raw: the bytes of each "
             "row and of the answer, each with a newline behind it."),
    EXPORT_CALL_JSON(&call),
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

static int
prepare(struct session *session, int count, char **operands)
{
    return export_call_prepare(&call, session, count, operands);
}

static void
finish(struct session *session)
{
    (void)session;
    export_call_fini(&call);
}

/* ---- rows ---- */

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
        return -session_put(session, export_call_row(row), EXIT_FINE);
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

    if (given.output == SESSION_JSONL)
        return -session_put(session, export_call_notice(notice), EXIT_FINE);
    export_call_tell_notice(session, notice);
    return 0;
}

/* ---- the answer ---- */

static int
put_answer(struct session *session, const lw_reply_facts *facts)
{
    if (given.output == SESSION_JSONL)
        return session_put(session, export_call_answer(facts), EXIT_FINE);
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
    lw_request_options how = session_request(session);
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_sinks sinks;
    int code = session_open(session, NULL);

    if (code != EXIT_FINE)
        return code;
    spec.name = call.name;
    spec.session = session->opened;
    spec.request = call.request.text;
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
    struct session_command command = {
        &page, &given, prepare, run, finish, NULL
    };

    return session_command_run(&command, argc, argv);
}

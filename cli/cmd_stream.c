/*
 * cmd_stream.c - `lean-worker stream`: the rows of an export as JSON Lines.
 *
 * stdout has rows and nothing else, each on a line as it comes. What is said
 * beside them, and how it ended, goes to stderr: for people, or as objects.
 */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "cmd.h"
#include "export_call.h"
#include "human.h"
#include "json_text.h"

/* ---- options ---- */

enum row_form { ROWS_OBJECTS, ROWS_PAYLOADS, ROWS_STRINGS };

static const char *const row_words[] = { "objects", "payloads", "strings",
                                         NULL };
static const char *const output_words[] = { "human", "json", NULL };

static struct session_given given = SESSION_GIVEN_INIT;
static struct export_call call;
static int row_form; /* an enum row_form */

static const struct opt options[] = {
    OPT_WORD(0, "rows", row_words, &row_form, "objects",
             "objects: for each row its stream, its number and its payload, "
             "which must be JSON. payloads: the payload alone. strings: like "
             "objects, with the payload as a string, which may be anything; "
             "where it is no text there is payload_hex as well."),
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "What goes to stderr. human: notices, and a line at the end. "
             "json: an object for each notice and each progress, and one at "
             "the end."),
    EXPORT_CALL_JSON(&call),
    SESSION_OPTIONS(&given),
};

static const struct opt_page page = {
    .name = "lean-worker stream",
    .synopsis = "[OPTION]... EXPORT [REQUEST | @FILE | -]",
    .summary = "print the rows of an export as JSON Lines",
    .about =
        "    EXPORT is the name of a function in a file of --source,\n"
        "\n"
        "        def rows (request : String) (out : LeanWorker.Stream) : IO "
        "String\n"
        "\n"
        "    Its rows go to stdout while it runs, and nothing else does. They "
        "count\n"
        "    only where the exit status is 0. Progress, notices and the answer "
        "go to\n"
        "    stderr.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    it answered, and each row was printed\n"
             "    1    it ended in an error; there is no such export; a row is "
             "no\n"
             "         JSON; or the imports failed\n" SESSION_EXIT_STATUS_REST
             "    141  nobody reads the rows any more\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker stream --source Stats.lean squares 100 | head\n"
             "    lean-worker stream --source Stats.lean --output json rows "
             "@request.json\n",
    .operands_min = 1,
    .operands_max = 2,
    .wanted = "which export? give its name",
};

/* What has come so far. */
struct job {
    uint64_t rows;
    char bad_row[256]; /* the row that is no JSON; "": none */
};

static int
prepare(struct session *session, int count, char **operands)
{
    term_init(&session->out, stderr, (enum term_color_mode)given.color);
    return export_call_prepare(&call, session, count, operands);
}

static void
finish(struct session *session)
{
    (void)session;
    export_call_fini(&call);
}

/* ---- rows ---- */

/*
 * The payload as it came, so that no number is changed. In JSON a line break
 * is white space between two tokens: a blank does as well, and a row is one
 * line.
 */
static void
put_on_a_line(lw_span json)
{
    const char *at = json.data, *end = json.data + json.size;
    size_t length;

    while (at < end) {
        for (length = 0;
             at + length < end && at[length] != '\n' && at[length] != '\r';)
            length++;
        fwrite(at, 1, length, stdout);
        at += length;
        if (at++ < end)
            putchar(' ');
    }
}

/* False with what is wrong with the row. */
static bool
is_json(struct job *job, const lw_row *row)
{
    json_error_t error;
    json_t *value =
        json_loadb(row->payload.data, row->payload.size,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    bool has_nul = value != NULL &&
                   memchr(row->payload.data, '\0', row->payload.size) != NULL;

    if (value == NULL || has_nul)
        snprintf(job->bad_row, sizeof(job->bad_row),
                 "row %llu of stream `%.*s` is no JSON: %.100s",
                 (unsigned long long)row->sequence,
                 row->stream.size < 64 ? (int)row->stream.size : 64,
                 row->stream.data, has_nul ? "it has a NUL byte" : error.text);
    json_decref(value);
    return value != NULL && !has_nul;
}

/* Negative where it could not be written. */
static int
put_object(struct session *session, const lw_row *row)
{
    json_t *stream = json_span(row->stream);
    int rc = -1;

    if (stream == NULL) {
        session->output_errno = ENOMEM;
        return -1;
    }
    fputs("{\"stream\":", stdout);
    rc = json_dumpf(stream, stdout, JSON_ENCODE_ANY);
    printf(",\"sequence\":%llu,\"payload\":",
           (unsigned long long)row->sequence);
    put_on_a_line(row->payload);
    putchar('}');
    json_decref(stream);
    return rc;
}

static int
put_string(struct session *session, const lw_row *row)
{
    json_t *object = export_call_row(row);

    if (object == NULL) {
        session->output_errno = ENOMEM;
        return -1;
    }
    json_dumpf(object, stdout, JSON_COMPACT);
    json_decref(object);
    return 0;
}

static int
take_row(const lw_row *row, void *user)
{
    struct session *session = user;
    struct job *job = session->job;

    if (row_form != ROWS_STRINGS && !is_json(job, row))
        return -1;
    status_line_hide(&session->line);
    if (row_form == ROWS_PAYLOADS)
        put_on_a_line(row->payload);
    else if ((row_form == ROWS_OBJECTS ? put_object : put_string)(session,
                                                                  row) < 0 &&
             session->output_errno != 0)
        return -1;
    putchar('\n');
    job->rows++;
    return session_note_output(session);
}

/* ---- beside the rows ---- */

static int
take_notice(const lw_notice *notice, void *user)
{
    struct session *session = user;

    if (given.output == SESSION_JSONL)
        return -session_put(session, export_call_notice(notice), EXIT_FINE);
    export_call_tell_notice(session, notice);
    return 0;
}

/* For people it is the line at the bottom, where there is one. */
static int
take_progress(const lw_progress *progress, void *user)
{
    struct session *session = user;
    const struct job *job = session->job;
    char text[256], count[32];
    lw_span phase = progress->phase;

    if (given.output == SESSION_JSONL)
        return -session_put(
            session,
            json_pack("{s:o, s:I, s:o, s:o}", "progress", json_span(phase),
                      "current", (json_int_t)progress->current, "total",
                      json_known(progress->total, progress->total),
                      "elapsed_ms",
                      json_milliseconds((double)progress->elapsed_us / 1000.0)),
            EXIT_FINE);
    if (!status_line_is_due(&session->line))
        return 0;
    snprintf(text, sizeof(text), "%s rows  %u/%u %.*s",
             human_count(count, sizeof(count), job->rows), progress->current,
             progress->total, phase.size < 64 ? (int)phase.size : 64,
             phase.data);
    session_show_plain(session, text);
    return 0;
}

/* ---- the end ---- */

/* "✓ 8 rows, 254 bytes   12.3 ms", and the answer in a line of its own. */
static int
put_summary(struct session *session, const lw_reply_facts *facts)
{
    char rows[32], bytes[32], text[128];

    if (given.output == SESSION_JSONL)
        return session_put(session, export_call_answer(facts), EXIT_FINE);
    status_line_hide(&session->line);
    if (facts->response.size > 0) {
        term_put_text(&session->err, facts->response.data,
                      facts->response.size);
        putc('\n', stderr);
    }
    snprintf(text, sizeof(text), "%s row%s, %s bytes",
             human_count(rows, sizeof(rows), facts->rows),
             facts->rows == 1 ? "" : "s",
             human_count(bytes, sizeof(bytes), facts->row_bytes));
    session_put_end(session, true, text, facts->elapsed_us);
    return EXIT_FINE;
}

/* The command itself refused a row; the worker did nothing wrong. */
static int
fail_by_row(struct session *session)
{
    const struct job *job = session->job;

    if (given.output == SESSION_JSONL)
        return session_put(session,
                           json_pack("{s:s, s:o}", "status", "bad_row",
                                     "message", json_text(job->bad_row)),
                           EXIT_NOT_FINE);
    status_line_hide(&session->line);
    fprintf(stderr, "%s: ", session->page->name);
    term_put_line(&session->err, job->bad_row);
    fputs("; --rows strings takes any\n", stderr);
    return EXIT_NOT_FINE;
}

static int
stream(struct session *session)
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
    spec.name = call.name;
    spec.session = session->opened;
    spec.request = call.request.text;
    sinks = session_sinks(session);
    sinks.row = take_row;
    sinks.notice = take_notice;
    sinks.progress = take_progress;
    if (lw_worker_run(session->worker, &reply, &spec, &sinks, &how, &err) < 0)
        return err.status == LW_ESINK && job->bad_row[0] != '\0'
                   ? fail_by_row(session)
                   : session_fail(session, &err);
    code = put_summary(session, lw_reply_get_facts(reply));
    lw_reply_destroy(reply);
    return code;
}

int
cmd_stream(int argc, char **argv)
{
    struct job job = { 0, "" };
    struct session_command command = { &page,  &given, prepare,
                                       stream, finish, &job };

    return session_command_run(&command, argc, argv);
}

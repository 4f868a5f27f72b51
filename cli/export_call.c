/* export_call.c - an export, its request, and what came back, as JSON. */
#include "export_call.h"

#include "base/base.h"
#include "cmd.h"
#include "json_text.h"
#include "proto/utf8.h"

/* ---- the request ---- */

static int
read_request(struct export_call *call, const struct opt_page *page,
             const char *given, const char *what)
{
    if (strcmp(given, "-") == 0)
        return input_from_stdin(&call->request, page);
    if (given[0] == '@')
        return input_from_file(&call->request, page, given + 1);
    return input_from_operand(&call->request, page, what, given);
}

static int
judge_json(const struct export_call *call, const struct opt_page *page)
{
    json_error_t error;
    json_t *value =
        json_loadb(call->request.text.data, call->request.text.size,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    if (value == NULL)
        return opt_usage_error(page,
                               "the request is no JSON: line %d, column %d: "
                               "%.160s",
                               error.line, error.column, error.text);
    json_decref(value);
    return EXIT_FINE;
}

int
export_call_prepare(struct export_call *call, const struct session *session,
                    int count, char **operands)
{
    const struct opt_page *page = session->page;
    int code;

    if (operands[0][0] == '\0')
        return opt_usage_error(page, "the name of EXPORT is empty");
    if (call->json != NULL && count > 1)
        return opt_usage_error(page, "give either REQUEST or --json");
    call->name = operands[0];
    code = input_check_argument(page, "EXPORT", call->name);
    if (code != EXIT_FINE)
        return code;
    if (call->json == NULL)
        return read_request(call, page, count > 1 ? operands[1] : "",
                            "REQUEST");
    code = read_request(call, page, call->json, "--json");
    return code == EXIT_FINE ? judge_json(call, page) : code;
}

void
export_call_fini(struct export_call *call)
{
    input_fini(&call->request);
}

/* ---- what came back ---- */

static bool
is_text(lw_span bytes)
{
    return lwi_utf8_valid_prefix(bytes.data, bytes.size) == bytes.size;
}

json_t *
export_call_row(const lw_row *row)
{
    json_t *object = json_pack(
        "{s:o, s:I, s:o}", "stream", json_span(row->stream), "sequence",
        (json_int_t)row->sequence, "payload", json_span(row->payload));

    if (object != NULL && !is_text(row->payload))
        json_object_set_new(object, "payload_hex",
                            json_hexadecimal(row->payload));
    return object;
}

json_t *
export_call_notice(const lw_notice *notice)
{
    return json_pack("{s:o, s:o}", "notice", json_span(notice->code), "message",
                     json_span(notice->message));
}

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

json_t *
export_call_answer(const lw_reply_facts *facts)
{
    json_t *object =
        json_pack("{s:s, s:o, s:I, s:o, s:o}", "status", "ok", "response",
                  json_span(facts->response), "rows", (json_int_t)facts->rows,
                  "streams", stream_array(facts), "elapsed_ms",
                  json_milliseconds((double)facts->elapsed_us / 1000.0));

    if (object != NULL && !is_text(facts->response))
        json_object_set_new(object, "response_hex",
                            json_hexadecimal(facts->response));
    return object;
}

void
export_call_tell_notice(struct session *session, const lw_notice *notice)
{
    const struct term *term = &session->err;

    status_line_hide(&session->line);
    term_put_bytes_line(term, notice->code.data, notice->code.size);
    fputs(": ", term->file);
    term_put_text(term, notice->message.data, notice->message.size);
    putc('\n', term->file);
}

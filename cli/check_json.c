/* check_json.c - JSON Lines: one object for each file. */
#include "check_json.h"

#include <string.h>

#include "json_text.h"
#include "proto/utf8.h"

static json_t *
diagnostic_array(const lw_check_report *report)
{
    json_t *array = json_array();
    size_t i;

    for (i = 0; array != NULL && i < report->diagnostic_count; i++) {
        if (json_array_append_new(
                array, json_diagnostic(&report->diagnostics[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* null where the verdict is Lean's own. */
static json_t *
cause_object(const lw_check_cause *cause)
{
    if (cause->kind == NULL)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", cause->kind,
                     "sentence", json_text(cause->sentence), "exit_code",
                     cause->exit_code < 0 ? json_null()
                                          : json_integer(cause->exit_code),
                     "exit_signal",
                     cause->exit_signal == 0 ? json_null()
                                             : json_integer(cause->exit_signal),
                     "line", json_known(cause->line, cause->line), "command",
                     json_text(cause->command), "stderr_tail",
                     json_span(cause->stderr_tail));
}

static json_t *
report_object(const lw_check_report *report, const char *path)
{
    lw_span name = { path, strlen(path) };
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:s, s:b, s:i}", "path",
        json_span(name), "verdict", lw_verdict_name(report->verdict),
        "elapsed_ms", json_milliseconds(report->elapsed_ms), "lean_ms",
        json_milliseconds(report->lean_ms), "diagnostics",
        diagnostic_array(report), "truncated", (int)report->truncated, "cause",
        cause_object(&report->cause), "lean_version", report->lean_version,
        "session_reused", (int)report->session_reused, "attempts",
        (int)report->attempts);

    if (object != NULL &&
        lwi_utf8_valid_prefix(name.data, name.size) < name.size)
        json_object_set_new(object, "path_hex", json_hexadecimal(name));
    return object;
}

bool
check_json_put(FILE *to, const lw_check_report *report, const char *path)
{
    return json_put_line(to, report_object(report, path));
}

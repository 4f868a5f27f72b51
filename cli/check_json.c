/* check_json.c - JSON Lines: one object for each file. */
#include "check_json.h"

#include <jansson.h>

#include "base/buf.h"
#include "proto/utf8.h"

/* Milliseconds to the microsecond; more digits are noise. */
static json_t *
milliseconds(double ms)
{
    return json_real((double)(int64_t)(ms * 1000.0 + 0.5) / 1000.0);
}

/* What is not UTF-8 becomes U+FFFD, byte by byte. */
static json_t *
lossy_text(lw_span bytes)
{
    struct lwi_buf buf;
    json_t *text = NULL;
    size_t valid;
    int rc = LW_OK;

    lwi_buf_init(&buf, &lwi_system_allocator);
    while (rc == LW_OK && bytes.size > 0) {
        valid = lwi_utf8_valid_prefix(bytes.data, bytes.size);
        rc = lwi_buf_append(&buf, bytes.data, valid);
        if (rc == LW_OK && valid < bytes.size) {
            rc = lwi_buf_append_text(&buf, "\xef\xbf\xbd");
            valid++;
        }
        bytes.data += valid;
        bytes.size -= valid;
    }
    if (rc == LW_OK)
        text = json_stringn(buf.size > 0 ? buf.data : "", buf.size);
    lwi_buf_fini(&buf);
    return text;
}

static json_t *
hexadecimal(const char *bytes)
{
    struct lwi_buf buf;
    json_t *text = NULL;
    int rc = LW_OK;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (; rc == LW_OK && *bytes != '\0'; bytes++)
        rc = lwi_buf_printf(&buf, "%02x", (unsigned char)*bytes);
    if (rc == LW_OK)
        text = json_stringn(buf.data, buf.size);
    lwi_buf_fini(&buf);
    return text;
}

static const char *
severity_name(lw_severity severity)
{
    switch (severity) {
    case LW_SEVERITY_INFO:
        return "info";
    case LW_SEVERITY_WARNING:
        return "warning";
    case LW_SEVERITY_ERROR:
        break;
    }
    return "error";
}

/* A number where Lean gave one, else null. */
static json_t *
line_or_null(uint32_t line, uint32_t value)
{
    return line == 0 ? json_null() : json_integer(value);
}

static json_t *
diagnostic_object(const lw_diagnostic *d)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "severity",
                     severity_name(d->severity), "line",
                     line_or_null(d->line, d->line), "column",
                     line_or_null(d->line, d->column), "end_line",
                     line_or_null(d->end_line, d->end_line), "end_column",
                     line_or_null(d->end_line, d->end_column), "kind",
                     lossy_text(d->kind), "message", lossy_text(d->message));
}

static json_t *
diagnostic_array(const lw_check_report *report)
{
    json_t *array = json_array();
    size_t i;

    for (i = 0; array != NULL && i < report->diagnostic_count; i++) {
        if (json_array_append_new(
                array, diagnostic_object(&report->diagnostics[i])) < 0) {
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
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", cause->kind, "sentence",
        lossy_text((lw_span){ cause->sentence, strlen(cause->sentence) }),
        "exit_code",
        cause->exit_code < 0 ? json_null() : json_integer(cause->exit_code),
        "exit_signal",
        cause->exit_signal == 0 ? json_null()
                                : json_integer(cause->exit_signal),
        "line", line_or_null(cause->line, cause->line), "command",
        lossy_text((lw_span){ cause->command, strlen(cause->command) }),
        "stderr_tail", lossy_text(cause->stderr_tail));
}

static json_t *
report_object(const lw_check_report *report, const char *path)
{
    lw_span name = { path, strlen(path) };
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:s, s:b, s:i}", "path",
        lossy_text(name), "verdict", lw_verdict_name(report->verdict),
        "elapsed_ms", milliseconds(report->elapsed_ms), "lean_ms",
        milliseconds(report->lean_ms), "diagnostics", diagnostic_array(report),
        "truncated", (int)report->truncated, "cause",
        cause_object(&report->cause), "lean_version", report->lean_version,
        "session_reused", (int)report->session_reused, "attempts",
        (int)report->attempts);

    if (object != NULL &&
        lwi_utf8_valid_prefix(name.data, name.size) < name.size)
        json_object_set_new(object, "path_hex", hexadecimal(path));
    return object;
}

bool
check_json_put(FILE *to, const lw_check_report *report, const char *path)
{
    json_t *object = report_object(report, path);
    bool fine;

    if (object == NULL) {
        fputs("lean-worker check: out of memory\n", stderr);
        return false;
    }
    fine =
        json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0 &&
        putc('\n', to) != EOF && fflush(to) == 0;
    json_decref(object);
    return fine;
}

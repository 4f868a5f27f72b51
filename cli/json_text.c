/* json_text.c - JSON on stdout: values, documents, lines. */
#include "json_text.h"

#include "base/buf.h"
#include "base/text.h"
#include "cmd.h"
#include "proto/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* ---- values ---- */

json_t *
json_span(lw_span bytes)
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
            rc = lwi_buf_append_text(&buf, REPLACEMENT);
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

json_t *
json_text(const char *text)
{
    return json_span(lwi_span_of(text));
}

json_t *
json_hexadecimal(lw_span bytes)
{
    struct lwi_buf buf;
    json_t *text = NULL;
    int rc = LW_OK;
    size_t i;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (i = 0; rc == LW_OK && i < bytes.size; i++)
        rc = lwi_buf_printf(&buf, "%02x", (unsigned char)bytes.data[i]);
    if (rc == LW_OK)
        text = json_stringn(buf.size > 0 ? buf.data : "", buf.size);
    lwi_buf_fini(&buf);
    return text;
}

json_t *
json_milliseconds(double ms)
{
    return json_real((double)(int64_t)(ms * 1000.0 + 0.5) / 1000.0);
}

/* ---- what Lean said ---- */

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

json_t *
json_known(uint32_t known, uint32_t value)
{
    return known == 0 ? json_null() : json_integer(value);
}

json_t *
json_diagnostic(const lw_diagnostic *d)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "severity",
                     severity_name(d->severity), "line",
                     json_known(d->line, d->line), "column",
                     json_known(d->line, d->column), "end_line",
                     json_known(d->end_line, d->end_line), "end_column",
                     json_known(d->end_line, d->end_column), "kind",
                     json_span(d->kind), "message", json_span(d->message));
}

/* ---- documents and lines ---- */

int
json_print(json_t *document, int code)
{
    if (document == NULL) {
        fprintf(stderr, "lean-worker: out of memory\n");
        return EXIT_CANNOT_RUN;
    }
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
    return code;
}

bool
json_put_line(FILE *to, json_t *object)
{
    bool fine;

    if (object == NULL) {
        fputs("lean-worker: out of memory\n", stderr);
        return false;
    }
    fine =
        json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0 &&
        putc('\n', to) != EOF && fflush(to) == 0;
    json_decref(object);
    return fine;
}

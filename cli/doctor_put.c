/* doctor_put.c - findings of `lean-worker doctor`, for people and programs. */
#include "doctor_put.h"

#include <stdarg.h>

#include "base/base.h"
#include "cmd.h"
#include "human.h"
#include "json_text.h"

#define INDENT 4
#define SHOWN_LINES 20 /* of a message; a program gets all of it */

/* ---- for people ---- */

static void
put_mark(const struct term *term, lw_doctor_severity severity)
{
    enum term_style style = TERM_RED;
    const char *mark = term_symbol(term, "✗", "x");

    if (severity == LW_DOCTOR_INFO) {
        style = TERM_GREEN;
        mark = term_symbol(term, "✓", "+");
    } else if (severity == LW_DOCTOR_WARNING) {
        style = TERM_YELLOW;
        mark = "!";
    }
    fprintf(term->file, "%s%s%s ", term_style_on(term, style), mark,
            term_style_off(term));
}

static void
put_human(const struct term *term, const lw_doctor_finding *finding,
          const char *hint)
{
    lw_span message = { finding->message, strlen(finding->message) };

    put_mark(term, finding->severity);
    fputs(term_style_on(term, TERM_BOLD), term->file);
    term_put_line(term, finding->code);
    fprintf(term->file, "%s: ", term_style_off(term));
    human_put_lines(term, message, INDENT, SHOWN_LINES);
    if (hint[0] != '\0') {
        fprintf(term->file, "%*s%s ", INDENT, "", term_symbol(term, "→", "->"));
        term_put_line(term, hint);
        putc('\n', term->file);
    }
    if (strcmp(finding->details, "null") != 0) {
        fprintf(term->file, "%*s%s", INDENT, "", term_style_on(term, TERM_DIM));
        term_put_line(term, finding->details);
        fprintf(term->file, "%s\n", term_style_off(term));
    }
}

static void
put_summary(const struct doctor_put *put)
{
    const struct term *term = put->term;

    if (put->errors > 0)
        fprintf(term->file, "%s%zu error%s%s, %zu warning%s\n",
                term_style_on(term, TERM_RED), put->errors,
                put->errors == 1 ? "" : "s", term_style_off(term),
                put->warnings, put->warnings == 1 ? "" : "s");
    else if (put->warnings > 0)
        fprintf(term->file, "%shealthy%s, %zu warning%s\n",
                term_style_on(term, TERM_GREEN), term_style_off(term),
                put->warnings, put->warnings == 1 ? "" : "s");
    else
        fprintf(term->file, "%shealthy%s\n", term_style_on(term, TERM_GREEN),
                term_style_off(term));
}

/* ---- for programs ---- */

static json_t *
finding_object(const lw_doctor_finding *finding, const char *hint)
{
    json_t *details =
        json_loads(finding->details, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    /* JSON that is too deep or too large a number for this reader. */
    if (details == NULL)
        details = json_text(finding->details);
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "severity",
                     lw_doctor_severity_name(finding->severity), "code",
                     json_text(finding->code), "message",
                     json_text(finding->message), "hint", json_text(hint),
                     "details", details);
}

static int
put_document(struct doctor_put *put, const char *export, int code)
{
    json_t *findings = put->findings;

    put->findings = NULL;
    if (put->lost) {
        json_decref(findings);
        return json_print(NULL, code);
    }
    return json_print(
        json_pack("{s:o, s:b, s:I, s:I, s:o}", "export",
                  export != NULL ? json_text(export) : json_null(), "healthy",
                  put->errors == 0, "errors", (json_int_t)put->errors,
                  "warnings", (json_int_t)put->warnings, "findings", findings),
        code);
}

/* ---- both ---- */

void
doctor_put_begin(struct doctor_put *put, const struct term *term, bool json)
{
    *put = (struct doctor_put){ .term = term, .json = json };
    if (json)
        put->findings = json_array();
}

static void
put_one(struct doctor_put *put, const lw_doctor_finding *finding,
        const char *hint)
{
    if (finding->severity == LW_DOCTOR_ERROR)
        put->errors++;
    else if (finding->severity == LW_DOCTOR_WARNING)
        put->warnings++;
    if (!put->json)
        put_human(put->term, finding, hint);
    else if (json_array_append_new(put->findings,
                                   finding_object(finding, hint)) < 0)
        put->lost = true;
}

void
doctor_put_finding(struct doctor_put *put, const lw_doctor_finding *finding)
{
    put_one(put, finding, "");
}

void
doctor_put_own(struct doctor_put *put, lw_doctor_severity severity,
               const char *code, const char *hint, const char *format, ...)
{
    lw_doctor_finding finding = { severity, code, "", "null" };
    char message[LW_ERROR_MESSAGE_SIZE + 256];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof(message), format, values);
    va_end(values);
    finding.message = message;
    put_one(put, &finding, hint);
}

int
doctor_put_end(struct doctor_put *put, const char *export)
{
    int code = put->errors > 0 ? EXIT_NOT_FINE : EXIT_FINE;

    if (put->json)
        return put_document(put, export, code);
    put_summary(put);
    return code;
}

/* findings.c - what the looks of a builder have found. */
#include "builder/findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

/* One row of the table. */
struct row {
    lw_bootstrap_code code;
    const char *name;
    const char *text;
    lw_bootstrap_severity severity;
    lw_builder_stage stage;
    int status;
};

static const struct row rows[] = {
#define ROW(code, number, name, severity, stage, status, text)                 \
    { code,  name, text, LW_BOOTSTRAP_##severity, LW_BUILDER_STAGE_##stage,    \
      status },
    LW_BOOTSTRAP_MAP(ROW)
#undef ROW
};

static const struct row *
row_of(lw_bootstrap_code code)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(rows); i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

/* ---- words ---- */

const char *
lw_bootstrap_code_name(lw_bootstrap_code code)
{
    const struct row *row = row_of(code);

    return row != NULL ? row->name : "unknown";
}

const char *
lw_bootstrap_code_text(lw_bootstrap_code code)
{
    const struct row *row = row_of(code);

    return row != NULL ? row->text : "unknown";
}

const char *
lw_bootstrap_severity_name(lw_bootstrap_severity severity)
{
    switch (severity) {
    case LW_BOOTSTRAP_INFO:
        return "info";
    case LW_BOOTSTRAP_WARNING:
        return "warning";
    case LW_BOOTSTRAP_ERROR:
        return "error";
    }
    return "unknown";
}

const char *
lw_builder_stage_name(lw_builder_stage stage)
{
    static const char *const names[] = {
#define NAME(stage_, number, word, text) [number] = word,
        LW_BUILDER_STAGE_MAP(NAME)
#undef NAME
    };

    return (size_t)stage < LWI_COUNT(names) ? names[stage] : "unknown";
}

/* ---- texts ---- */

/* At most LW_BOOTSTRAP_TEXT_MAX bytes, in the arena; never NULL. */
static const char *
keep(struct lwi_findings *findings, const char *format, va_list args)
{
    char text[LW_BOOTSTRAP_TEXT_MAX + 1];
    const char *copy;

    if (vsnprintf(text, sizeof(text), format, args) < 0)
        text[0] = '\0';
    lwi_make_printable(text);
    copy = lwi_arena_text(findings->arena, text);
    return copy != NULL ? copy : "";
}

static const char *
keep_text(struct lwi_findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
keep_text(struct lwi_findings *findings, const char *format, ...)
{
    const char *copy;
    va_list args;

    va_start(args, format);
    copy = keep(findings, format, args);
    va_end(args);
    return copy;
}

/* ---- adding ---- */

static void
count(struct lwi_findings *findings, lw_bootstrap_severity severity, int by)
{
    if (severity == LW_BOOTSTRAP_ERROR)
        findings->errors += (size_t)by;
    if (severity == LW_BOOTSTRAP_WARNING)
        findings->warnings += (size_t)by;
}

/* Where the next one goes. An error takes the place of what is none. */
static lw_bootstrap_finding *
next_place(struct lwi_findings *findings, lw_bootstrap_severity severity)
{
    size_t i;

    if (findings->count < LW_BOOTSTRAP_FINDINGS_MAX)
        return &findings->items[findings->count++];
    findings->truncated = true;
    for (i = findings->count; severity == LW_BOOTSTRAP_ERROR && i > 0; i--) {
        if (findings->items[i - 1].severity != LW_BOOTSTRAP_ERROR)
            return &findings->items[i - 1];
    }
    return &findings->lost;
}

void
lwi_find(struct lwi_findings *findings, lw_bootstrap_code code,
         const char *subject, const char *format, ...)
{
    const struct row *row = row_of(code);
    va_list args;

    LW_ASSERT(row != NULL);
    findings->last = next_place(findings, row->severity);
    *findings->last = (lw_bootstrap_finding){
        .code = code,
        .severity = row->severity,
        .stage = row->stage,
        .status = row->status,
        .subject = keep_text(findings, "%s", subject == NULL ? "" : subject),
        .hint = lwi_bootstrap_hint(code),
        .path = "",
    };
    va_start(args, format);
    findings->last->message = keep(findings, format, args);
    va_end(args);
    count(findings, row->severity, 1);
}

void
lwi_find_hint(struct lwi_findings *findings, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    findings->last->hint = keep(findings, format, args);
    va_end(args);
}

void
lwi_find_place(struct lwi_findings *findings, const char *path, uint32_t line,
               uint32_t column)
{
    findings->last->path = keep_text(findings, "%s", path);
    findings->last->line = line;
    findings->last->column = column;
}

void
lwi_find_severity(struct lwi_findings *findings, lw_bootstrap_severity severity)
{
    count(findings, findings->last->severity, -1);
    findings->last->severity = severity;
    count(findings, severity, 1);
    if (severity != LW_BOOTSTRAP_ERROR)
        findings->last->status = LW_OK;
}

void
lwi_find_stage(struct lwi_findings *findings, lw_builder_stage stage,
               int status)
{
    findings->last->stage = stage;
    findings->last->status = status;
}

/* ---- order ---- */

/* Insertion: it is stable, and they are few. */
void
lwi_findings_sort(struct lwi_findings *findings)
{
    lw_bootstrap_finding *items = findings->items, moved;
    size_t i, j;

    for (i = 1; i < findings->count; i++) {
        moved = items[i];
        for (j = i; j > 0 && (items[j - 1].stage > moved.stage ||
                              (items[j - 1].stage == moved.stage &&
                               items[j - 1].severity < moved.severity));
             j--)
            items[j] = items[j - 1];
        items[j] = moved;
    }
    findings->last = NULL;
}

const lw_bootstrap_finding *
lwi_findings_first_error(const struct lwi_findings *findings)
{
    const lw_bootstrap_finding *first = NULL;
    size_t i;

    for (i = 0; i < findings->count; i++) {
        const lw_bootstrap_finding *item = &findings->items[i];

        if (item->severity == LW_BOOTSTRAP_ERROR &&
            (first == NULL || item->stage < first->stage))
            first = item;
    }
    return first;
}

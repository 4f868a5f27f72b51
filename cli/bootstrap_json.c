/* bootstrap_json.c - what stands in the way, as JSON. */
#include "base/base.h"
#include "bootstrap_output.h"
#include "json_text.h"

json_t *
bootstrap_json_finding(const lw_bootstrap_finding *f)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "code",
        lw_bootstrap_code_name(f->code), "severity",
        lw_bootstrap_severity_name(f->severity), "stage",
        lw_builder_stage_name(f->stage), "status", lw_status_name(f->status),
        "subject", json_text(f->subject), "message", json_text(f->message),
        "hint", json_text(f->hint), "path", json_text(f->path), "line",
        json_known(f->line, f->line), "column", json_known(f->line, f->column));
}

json_t *
bootstrap_json_report(const lw_bootstrap_report *report)
{
    json_t *findings = json_array();
    size_t i;

    for (i = 0; findings != NULL && i < report->finding_count; i++)
        json_array_append_new(findings,
                              bootstrap_json_finding(&report->findings[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o}",
        "project", json_text(report->project), "package",
        json_text(report->package), "library", json_text(report->library),
        "toolchain", json_text(report->toolchain), "lean",
        json_text(report->lean), "child", json_text(report->child), "sources",
        (json_int_t)report->source_count, "compiled",
        (json_int_t)report->import_count, "errors", (json_int_t)report->errors,
        "warnings", (json_int_t)report->warnings, "truncated",
        report->truncated, "findings", findings);
}

json_t *
bootstrap_json_stages(const struct bootstrap_stages *stages)
{
    json_t *array = json_array();
    size_t i;

    for (i = 0; array != NULL && i < LW_BUILDER_STAGE_COUNT; i++) {
        if (stages->ms[i] >= 0)
            json_array_append_new(
                array,
                json_pack("{s:s, s:o}", "stage",
                          lw_builder_stage_name((lw_builder_stage)i),
                          "elapsed_ms", json_milliseconds(stages->ms[i])));
    }
    return array;
}

json_t *
bootstrap_json_failure(const lw_builder_failure *failure)
{
    if (failure == NULL)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:I}", "stage",
                     lw_builder_stage_name(failure->stage), "finding",
                     bootstrap_json_finding(&failure->finding), "output",
                     json_span(failure->output), "output_bytes",
                     (json_int_t)failure->output_bytes);
}

/* bootstrap_human.c - what stands in the way, for people. */
#include "base/base.h"
#include "bootstrap_output.h"
#include "human.h"

#define SHOWN_LINES 20

struct look {
    enum term_style style;
    const char *utf8, *ascii;
};

static struct look
look_of(lw_bootstrap_severity severity)
{
    switch (severity) {
    case LW_BOOTSTRAP_INFO:
        return (struct look){ TERM_GREEN, "✓", "+" };
    case LW_BOOTSTRAP_WARNING:
        return (struct look){ TERM_YELLOW, "!", "!" };
    case LW_BOOTSTRAP_ERROR:
        break;
    }
    return (struct look){ TERM_RED, "✗", "x" };
}

static void
put_mark(const struct term *term, lw_bootstrap_severity severity)
{
    struct look look = look_of(severity);

    fprintf(term->file, "%s%s%s", term_style_on(term, look.style),
            term_symbol(term, look.utf8, look.ascii), term_style_off(term));
}

static void
put_place(const struct term *term, const lw_bootstrap_finding *finding)
{
    if (finding->path[0] == '\0')
        return;
    fputs("\n               ", term->file);
    term_put_line(term, finding->path);
    if (finding->line > 0)
        fprintf(term->file, ":%u:%u", finding->line, finding->column);
}

void
bootstrap_put_finding(const struct term *term,
                      const lw_bootstrap_finding *finding)
{
    bool named = finding->severity != LW_BOOTSTRAP_INFO;

    put_mark(term, finding->severity);
    fprintf(term->file, " %-12s ", lw_builder_stage_name(finding->stage));
    if (named)
        fprintf(term->file, "%s%s%s: ", term_style_on(term, TERM_BOLD),
                lw_bootstrap_code_name(finding->code), term_style_off(term));
    else if (finding->subject[0] != '\0') {
        term_put_line(term, finding->subject);
        fputs(": ", term->file);
    }
    term_put_line(term, finding->message);
    put_place(term, finding);
    if (named && finding->hint[0] != '\0') {
        fprintf(term->file, "\n               %s ",
                term_symbol(term, "→", "->"));
        term_put_line(term, finding->hint);
    }
    putc('\n', term->file);
}

void
bootstrap_put_stage(const struct term *term, lw_builder_stage stage, double ms)
{
    put_mark(term, LW_BOOTSTRAP_INFO);
    fprintf(term->file, " %-12s", lw_builder_stage_name(stage));
    human_put_time(term->file, ms);
    putc('\n', term->file);
}

void
bootstrap_put_failure(const struct term *term,
                      const lw_builder_failure *failure)
{
    bootstrap_put_finding(term, &failure->finding);
    if (failure->output.size > 0)
        human_put_lines(term, failure->output, 15, SHOWN_LINES);
}

void
bootstrap_put_end(const struct term *term, const lw_bootstrap_report *report,
                  bool built)
{
    if (report->truncated)
        fputs("(there are more)\n", term->file);
    if (report->errors > 0) {
        fprintf(term->file, "%s%zu error%s%s, %zu warning%s\n",
                term_style_on(term, TERM_RED), report->errors,
                report->errors == 1 ? "" : "s", term_style_off(term),
                report->warnings, report->warnings == 1 ? "" : "s");
        return;
    }
    fprintf(term->file, "%s%s%s", term_style_on(term, TERM_GREEN),
            built ? "built" : "ready", term_style_off(term));
    if (report->warnings > 0)
        fprintf(term->file, ", %zu warning%s", report->warnings,
                report->warnings == 1 ? "" : "s");
    putc('\n', term->file);
}

/* check_human.c - results for people. */
#include "check_human.h"

#include <string.h>

#include "human.h"

/* Messages that are shown of one file; JSON has them all. */
#define DIAGNOSTICS_MAX 50u
#define INDENT 6 /* of what is said below a file's line */

/* ---- causes ---- */

/* "while elaborating `theorem spin` (line 1)" */
static void
put_where(const struct term *term, const lw_check_cause *cause)
{
    if (cause->command[0] == '\0')
        return;
    if (cause->line == 0) {
        fprintf(term->file, " while working on ");
        term_put_line(term, cause->command);
        return;
    }
    fprintf(term->file, " while elaborating `");
    term_put_line(term, cause->command);
    fprintf(term->file, "` (line %u)", cause->line);
}

/* What stands behind the time. */
static void
put_verdict(const struct term *term, const lw_check_report *report)
{
    fprintf(term->file, "   %s", lw_verdict_name(report->verdict));
    if (report->cause.kind == NULL)
        return;
    if (report->verdict == LW_VERDICT_TIMEOUT)
        fprintf(term->file, ": %s",
                strcmp(report->cause.kind, "timeout") == 0 &&
                        report->cause.exit_signal == 0
                    ? "given up"
                    : "killed");
    put_where(term, &report->cause);
}

/* "The worker … (exit code 3)." */
static void
put_sentence(const struct term *term, const lw_check_cause *cause)
{
    size_t length = strlen(cause->sentence);

    fprintf(term->file, "      ");
    if (length > 0 && cause->sentence[length - 1] == '.')
        length--;
    term_put_text(term, cause->sentence, length);
    if (cause->exit_signal != 0)
        fprintf(term->file, " (signal %d, %s)", cause->exit_signal,
                strsignal(cause->exit_signal));
    else if (cause->exit_code >= 0)
        fprintf(term->file, " (exit code %d)", cause->exit_code);
    fputs(".\n", term->file);
}

/* More of the cause, on lines of its own. */
static void
put_cause(const struct term *term, const lw_check_report *report)
{
    const lw_check_cause *cause = &report->cause;
    bool told =
        cause->kind != NULL && (strcmp(cause->kind, "ended_itself") == 0 ||
                                strcmp(cause->kind, "deep_recursion") == 0 ||
                                strcmp(cause->kind, "protocol") == 0);

    if (cause->kind == NULL || report->verdict == LW_VERDICT_TIMEOUT ||
        report->verdict == LW_VERDICT_CANCELLED)
        return;
    put_sentence(term, cause);
    if (!told && report->verdict == LW_VERDICT_CRASHED)
        human_put_stderr(term, INDENT, cause->stderr_tail);
}

/* ---- a file ---- */

static void
put_mark(const struct term *term, lw_verdict verdict)
{
    enum term_style style = TERM_RED;
    const char *mark = term_symbol(term, "✗", "x");

    switch (verdict) {
    case LW_VERDICT_OK:
        style = TERM_GREEN;
        mark = term_symbol(term, "✓", "+");
        break;
    case LW_VERDICT_SORRY:
        style = TERM_YELLOW;
        mark = term_symbol(term, "◌", "~");
        break;
    case LW_VERDICT_TIMEOUT:
        style = TERM_YELLOW;
        mark = term_symbol(term, "⧖", "t");
        break;
    case LW_VERDICT_CANCELLED:
        style = TERM_DIM;
        mark = term_symbol(term, "·", "-");
        break;
    case LW_VERDICT_ERROR:
    case LW_VERDICT_BAD_HEADER:
    case LW_VERDICT_MEMORY:
    case LW_VERDICT_CRASHED:
        break;
    }
    fprintf(term->file, "  %s%s%s ", term_style_on(term, style), mark,
            term_style_off(term));
}

static void
put_diagnostics(struct check_human *human, const lw_check_report *report)
{
    size_t i;

    for (i = 0; i < report->diagnostic_count; i++) {
        const lw_diagnostic *d = &report->diagnostics[i];

        if (i < DIAGNOSTICS_MAX)
            human_put_diagnostic(human->term, d, INDENT);
        if (human->embedded && human_speaks_of_missing_half(d->message))
            human->hint = true;
        if (human->no_project && report->verdict == LW_VERDICT_BAD_HEADER &&
            memmem(d->message.data, d->message.size, "unknown module", 14) !=
                NULL)
            human->hint_project = true;
    }
    if (i > DIAGNOSTICS_MAX)
        human_put_more(human->term, INDENT, i - DIAGNOSTICS_MAX, "messages");
    if (report->truncated)
        fprintf(human->term->file,
                "      messages were cut at a limit of this program\n");
}

/* A file that nobody looked at is in the summary only. */
static bool
says_nothing(const lw_check_report *report, const char *expected)
{
    return report->verdict == LW_VERDICT_CANCELLED && report->attempts == 0 &&
           expected == NULL;
}

void
check_human_put(struct check_human *human, const lw_check_report *report,
                const char *path, const char *expected)
{
    const struct term *term = human->term;
    int pad = human->path_width - term_text_width(term, path);

    if (says_nothing(report, expected))
        return;
    put_mark(term, report->verdict);
    term_put_line(term, path);
    fprintf(term->file, "%*s", pad > 0 ? pad : 0, "");
    human_put_time(term->file, report->elapsed_ms);
    if (report->verdict != LW_VERDICT_OK)
        put_verdict(term, report);
    if (expected != NULL)
        fprintf(term->file, "   %s%s was expected%s",
                term_style_on(term, TERM_RED), expected, term_style_off(term));
    putc('\n', term->file);
    put_cause(term, report);
    put_diagnostics(human, report);
}

/* ---- before and after ---- */

static void
put_lean(const struct check_human *human)
{
    const struct term *term = human->term;

    fputs(term_style_on(term, TERM_BOLD), term->file);
    term_put_line(term, human->lean);
    fprintf(term->file, "%s (", term_style_off(term));
    term_put_line(term, human->reason);
    putc(')', term->file);
}

void
check_human_begin(const struct check_human *human)
{
    put_lean(human);
    fprintf(human->term->file, "   %u worker%s\n", human->jobs,
            human->jobs == 1 ? "" : "s");
    fflush(human->term->file);
}

static void
put_counts(const struct check_human *human, const lw_check_totals *totals)
{
    FILE *to = human->term->file;
    const char *between = ": ";
    unsigned verdict;
    char room[40];

    for (verdict = 0; verdict < 8; verdict++) {
        if (totals->verdicts[verdict] == 0)
            continue;
        fprintf(to, "%s%s %s", between,
                human_count(room, sizeof(room), totals->verdicts[verdict]),
                lw_verdict_name((lw_verdict)verdict));
        between = ", ";
    }
    if (totals->done < totals->files)
        fprintf(to, "%s%s not reached", between,
                human_count(room, sizeof(room), totals->files - totals->done));
}

static void
put_expected(FILE *to, const struct check_expect *expect)
{
    size_t met = check_expect_met(expect);

    fprintf(to, "%zu of %zu as stated in %s", met, expect->paths.count,
            expect->name);
    if (expect->wrong > 0)
        fprintf(to, ", %zu not", expect->wrong);
    putc('\n', to);
}

void
check_human_end(const struct check_human *human, const lw_check_totals *totals,
                double seconds, const struct check_expect *expect)
{
    FILE *to = human->term->file;
    char room[40];

    fprintf(to, "\n%s file%s in %.1f s",
            human_count(room, sizeof(room), totals->files),
            totals->files == 1 ? "" : "s", seconds);
    put_counts(human, totals);
    putc('\n', to);
    put_lean(human);
    fprintf(to, ", %zu worker%s started", totals->workers_started,
            totals->workers_started == 1 ? "" : "s");
    if (totals->workers_lost > 0)
        fprintf(to, ", %zu lost", totals->workers_lost);
    putc('\n', to);
    if (expect != NULL && expect->name != NULL)
        put_expected(to, expect);
    if (human->hint_project)
        fputs("\nNo Lake project holds these files, so they can import Lean's "
              "own library only;\n--project DIR names one.\n",
              to);
    if (human->hint)
        human_put_missing_half(to);
    fflush(to);
}

/* check_human.c - results for people. */
#include "check_human.h"

#include <string.h>

#include "proto/utf8.h"

/* What is shown of one file; JSON has it all. */
#define DIAGNOSTICS_MAX 50u
#define MESSAGE_LINES_MAX 30u
#define MESSAGE_BYTES_MAX (16u * 1024u)
#define STDERR_LINES_MAX 3u

/* ---- numbers ---- */

/* "9,950": a number of things that a person is to grasp. */
static const char *
grouped(char *room, size_t size, uint64_t number)
{
    char digits[32];
    size_t length, i, at = 0;

    snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    length = strlen(digits);
    for (i = 0; i < length && at + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            room[at++] = ',';
        room[at++] = digits[i];
    }
    room[at] = '\0';
    return room;
}

static void
put_time(FILE *to, double ms)
{
    if (ms < 9.95)
        fprintf(to, "%6.1f ms", ms);
    else if (ms < 999.5)
        fprintf(to, "%6.0f ms", ms);
    else
        fprintf(to, "%7.1f s", ms / 1000.0);
}

/* ---- what Lean said ---- */

struct severity_look {
    const char *word;
    enum term_style style;
};

static struct severity_look
look_of(lw_severity severity)
{
    switch (severity) {
    case LW_SEVERITY_INFO:
        return (struct severity_look){ "info", TERM_CYAN };
    case LW_SEVERITY_WARNING:
        return (struct severity_look){ "warning", TERM_YELLOW };
    case LW_SEVERITY_ERROR:
        break;
    }
    return (struct severity_look){ "error", TERM_RED };
}

/* The start of a message that is shown, in whole code points. */
static lw_span
shown_part(lw_span message)
{
    if (message.size > MESSAGE_BYTES_MAX)
        message.size = lwi_utf8_valid_prefix(message.data, MESSAGE_BYTES_MAX);
    while (message.size > 0 && message.data[message.size - 1] == '\n')
        message.size--;
    return message;
}

static size_t
count_lines(lw_span text)
{
    size_t lines = 1, i;

    for (i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    return lines;
}

/* Lines behind the first are indented by `indent`. Gives how many it took. */
static size_t
put_lines(const struct term *term, lw_span text, int indent, size_t max)
{
    size_t lines = 0, length;
    const char *end;

    while (lines < max) {
        end = memchr(text.data, '\n', text.size);
        length = end == NULL ? text.size : (size_t)(end - text.data);
        if (lines > 0 && length > 0)
            fprintf(term->file, "%*s", indent, "");
        term_put_text(term, text.data, length);
        putc('\n', term->file);
        lines++;
        if (end == NULL)
            break;
        text.data += length + 1;
        text.size -= length + 1;
    }
    return lines;
}

static void
put_more(const struct term *term, int indent, uint64_t count, const char *unit)
{
    char room[40];

    fprintf(term->file, "%*s%s%s %s more %s; --output jsonl has all%s\n",
            indent, "", term_style_on(term, TERM_DIM),
            term_symbol(term, "…", "..."), grouped(room, sizeof(room), count),
            unit, term_style_off(term));
}

static void
put_message(const struct term *term, lw_span message)
{
    lw_span shown = shown_part(message);
    size_t lines = put_lines(term, shown, 6, MESSAGE_LINES_MAX);
    size_t all = count_lines(message);

    if (lines == MESSAGE_LINES_MAX && all > lines)
        put_more(term, 6, all - lines, "lines");
    else if (message.size > shown.size + 64)
        put_more(term, 6, message.size - shown.size, "bytes");
}

/* Errors that have a page in Lean's manual: "error(lean.unknownIdentifier)". */
static void
put_name(const struct term *term, lw_span kind)
{
    static const char mark[] = "._namedError";
    size_t tail = sizeof(mark) - 1;

    if (kind.size <= tail ||
        memcmp(kind.data + kind.size - tail, mark, tail) != 0)
        return;
    putc('(', term->file);
    term_put_text(term, kind.data, kind.size - tail);
    putc(')', term->file);
}

static void
put_diagnostic(const struct term *term, const lw_diagnostic *d)
{
    struct severity_look look = look_of(d->severity);

    fprintf(term->file, "      ");
    if (d->line > 0)
        fprintf(term->file, "%u:%u ", d->line, d->column);
    fprintf(term->file, "%s%s", term_style_on(term, look.style), look.word);
    put_name(term, d->kind);
    fprintf(term->file, ":%s ", term_style_off(term));
    put_message(term, d->message);
}

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

/* The last lines that the worker wrote, where they may help. */
static void
put_stderr(const struct term *term, lw_span text)
{
    size_t lines = 0, start;

    while (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    for (start = text.size; start > 0; start--) {
        if (text.data[start - 1] == '\n' && ++lines == STDERR_LINES_MAX)
            break;
    }
    text.data += start;
    text.size -= start;
    if (text.size == 0)
        return;
    fprintf(term->file, "      %s", term_style_on(term, TERM_DIM));
    put_lines(term, shown_part(text), 6, STDERR_LINES_MAX);
    fputs(term_style_off(term), term->file);
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
        put_stderr(term, cause->stderr_tail);
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

/* The embedded Lean has only the exported half of its library. */
static bool
speaks_of_missing_half(lw_span message)
{
    static const char *const words[] = { "_redArg", "_private." };
    size_t i;

    if (memmem(message.data, message.size, "Unknown constant", 16) == NULL)
        return false;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (memmem(message.data, message.size, words[i], strlen(words[i])) !=
            NULL)
            return true;
    }
    return false;
}

static void
put_diagnostics(struct check_human *human, const lw_check_report *report)
{
    size_t i;

    for (i = 0; i < report->diagnostic_count; i++) {
        const lw_diagnostic *d = &report->diagnostics[i];

        if (i < DIAGNOSTICS_MAX)
            put_diagnostic(human->term, d);
        if (human->embedded && speaks_of_missing_half(shown_part(d->message)))
            human->hint = true;
        if (human->no_project && report->verdict == LW_VERDICT_BAD_HEADER &&
            memmem(d->message.data, d->message.size, "unknown module", 14) !=
                NULL)
            human->hint_project = true;
    }
    if (i > DIAGNOSTICS_MAX)
        put_more(human->term, 6, i - DIAGNOSTICS_MAX, "messages");
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
    put_time(term->file, report->elapsed_ms);
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
                grouped(room, sizeof(room), totals->verdicts[verdict]),
                lw_verdict_name((lw_verdict)verdict));
        between = ", ";
    }
    if (totals->done < totals->files)
        fprintf(to, "%s%s not reached", between,
                grouped(room, sizeof(room), totals->files - totals->done));
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
            grouped(room, sizeof(room), totals->files),
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
        fprintf(to,
                "\nThe embedded Lean has only the exported half of its "
                "library; \"Unknown constant …\"\nwith _redArg or _private is "
                "an error of that half, not of your file. A full Lean\n"
                "(elan, or conda install -c conda-forge lean4) does not have "
                "it.\n");
    fflush(to);
}

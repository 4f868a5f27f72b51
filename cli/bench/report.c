/* report.c - a record as people see it. */
#include "bench/report.h"

#include <math.h>

#include "base/base.h"
#include "human.h"

enum { ROOM = 32 };

const char *
bench_number(char *room, size_t size, double number)
{
    double most = fabs(number);

    if (most >= 1e6)
        snprintf(room, size, "%.2f M", number / 1e6);
    else if (number >= 1000)
        return human_count(room, size, (uint64_t)(number + 0.5));
    else if (most >= 100 || most == 0)
        snprintf(room, size, "%.0f", number);
    else
        snprintf(room, size, most >= 10 ? "%.1f" : "%.2f", number);
    return room;
}

enum bench_verdict
bench_judge(const struct bench_figures *figures)
{
    const struct bench_about *about = figures->about;
    bool reached = false;

    if (figures->skipped != NULL)
        return BENCH_UNJUDGED;
    switch (about->goal) {
    case BENCH_NO_GOAL:
        return BENCH_UNJUDGED;
    case BENCH_VALUE_AT_MOST:
        reached = figures->value.median <= about->bound;
        break;
    case BENCH_RATIO_AT_MOST:
        reached = figures->ratio.median <= about->bound;
        break;
    case BENCH_RATIO_AT_LEAST:
        reached = figures->ratio.median >= about->bound;
        break;
    }
    return reached ? BENCH_REACHED : BENCH_MISSED;
}

/* Filled up with blanks to so many columns, which printf would count in
 * bytes. */
static void
put_padded(const struct term *term, const char *text, int columns)
{
    fprintf(term->file, "%s%*s", text,
            columns > term_text_width(term, text)
                ? columns - term_text_width(term, text)
                : 0,
            "");
}

static void
put_value(const struct bench *bench, const struct bench_figures *figures)
{
    char number[ROOM], text[2 * ROOM];

    bench_number(number, sizeof(number), figures->value.median);
    snprintf(text, sizeof(text), "%12s %s", number, figures->about->unit);
    put_padded(&bench->out, text, 22);
}

static void
put_ratio(const struct bench *bench, const struct bench_figures *figures)
{
    const struct bench_spread *ratio = &figures->ratio;
    char text[3 * ROOM] = "", limit[ROOM];

    if (figures->has_limit) {
        bench_number(limit, sizeof(limit), figures->limit.median);
        snprintf(text, sizeof(text), "%5.2f (%.2f-%.2f) of %s", ratio->median,
                 ratio->min, ratio->max, limit);
    } else if (figures->rounds > 1) {
        bench_number(limit, sizeof(limit), figures->value.min);
        snprintf(text, sizeof(text), "%5s (%s-", "", limit);
        bench_number(limit, sizeof(limit), figures->value.max);
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s)",
                 limit);
    }
    put_padded(&bench->out, text, 34);
}

static void
put_goal(const struct bench *bench, const struct bench_figures *figures)
{
    const struct term *term = &bench->out;
    const struct bench_about *about = figures->about;
    enum bench_verdict verdict = bench_judge(figures);
    char bound[ROOM];

    if (verdict == BENCH_UNJUDGED)
        return;
    fprintf(term->file, " %s%-8s%s goal %s %s",
            term_style_on(term,
                          verdict == BENCH_REACHED ? TERM_GREEN : TERM_YELLOW),
            verdict == BENCH_REACHED ? "ok" : "missed", term_style_off(term),
            about->goal == BENCH_RATIO_AT_LEAST ? term_symbol(term, "≥", ">=")
                                                : term_symbol(term, "≤", "<="),
            bench_number(bound, sizeof(bound), about->bound));
    if (about->goal == BENCH_VALUE_AT_MOST)
        fprintf(term->file, " %s", about->unit);
}

void
bench_report(struct bench *bench, const struct bench_figures *figures)
{
    const struct term *term = &bench->out;

    status_line_hide(&bench->line);
    if (!bench->group_shown)
        fprintf(term->file, "%s%s%s\n", term_style_on(term, TERM_BOLD),
                bench->group->text, term_style_off(term));
    bench->group_shown = true;
    fprintf(term->file, "  %-28s ", figures->about->name);
    if (figures->skipped != NULL) {
        fprintf(term->file, "  %s%s%s", term_style_on(term, TERM_DIM),
                figures->skipped, term_style_off(term));
    } else {
        put_value(bench, figures);
        put_ratio(bench, figures);
        put_goal(bench, figures);
    }
    fputc('\n', term->file);
    fflush(term->file);
}

/* check_progress.c - the line at the bottom of the screen. */
#include "check_progress.h"

#include <string.h>

/* No estimate before so many files and seconds: it would jump. */
#define ESTIMATE_FILES 3
#define ESTIMATE_SECONDS 1.0

void
check_progress_init(struct check_progress *progress, struct term *out,
                    struct term *err)
{
    *progress = (struct check_progress){ 0 };
    status_line_init(&progress->line, out, err);
}

double
check_progress_elapsed(const struct check_progress *progress)
{
    return status_line_now() - progress->line.started;
}

void
check_progress_hide(struct check_progress *progress)
{
    status_line_hide(&progress->line);
}

/* ---- the text ---- */

/* Puts a word behind the others where it fits; true where it did. */
static bool
put(char *text, size_t size, int columns, const char *word)
{
    size_t used = strlen(text), length = strlen(word);

    if (used + length >= size || used + length >= (size_t)columns)
        return false;
    memcpy(text + used, word, length + 1);
    return true;
}

static void
put_counts(char *text, size_t size, int columns, const lw_check_totals *totals)
{
    char word[64];
    unsigned verdict;

    for (verdict = 0; verdict < 8; verdict++) {
        if (totals->verdicts[verdict] == 0)
            continue;
        snprintf(word, sizeof(word), "  %s %zu",
                 lw_verdict_name((lw_verdict)verdict),
                 totals->verdicts[verdict]);
        if (!put(text, size, columns, word))
            return;
    }
}

static void
put_rate(char *text, size_t size, int columns, double rate, double left)
{
    char word[64];
    unsigned long seconds = (unsigned long)(left + 0.5);

    if (rate >= 10)
        snprintf(word, sizeof(word), "   %.0f/s", rate);
    else
        snprintf(word, sizeof(word), "   %.1f/s", rate);
    if (!put(text, size, columns, word))
        return;
    if (seconds >= 3600)
        snprintf(word, sizeof(word), "  ETA %lu:%02lu:%02lu", seconds / 3600,
                 seconds / 60 % 60, seconds % 60);
    else
        snprintf(word, sizeof(word), "  ETA %lu:%02lu", seconds / 60,
                 seconds % 60);
    put(text, size, columns, word);
}

void
check_progress_text(char *text, size_t size, const lw_check_totals *totals,
                    double rate, double elapsed, int columns)
{
    char word[64];

    text[0] = '\0';
    snprintf(word, sizeof(word), " %zu/%zu", totals->done, totals->files);
    put(text, size, columns, word);
    put_counts(text, size, columns, totals);
    if (rate > 0)
        put_rate(text, size, columns, rate,
                 (double)(totals->files - totals->done) / rate);
    else if (totals->workers_started == 0)
        put(text, size, columns, "  starting workers");
    snprintf(word, sizeof(word), "   %.0f s", elapsed);
    if (rate <= 0)
        put(text, size, columns, word);
}

/* ---- drawing ---- */

static double
rate_of(const struct check_progress *progress, const lw_check_totals *totals,
        double at)
{
    double since = at - progress->first_done;

    if (progress->first_done <= 0 || totals->done < ESTIMATE_FILES ||
        since < ESTIMATE_SECONDS)
        return 0;
    return (double)(totals->done - 1) / since;
}

void
check_progress_show(struct check_progress *progress,
                    const lw_check_totals *totals)
{
    struct status_line *line = &progress->line;
    double at = status_line_now();
    char text[512];

    if (totals->done > 0 && progress->first_done <= 0)
        progress->first_done = at;
    if (totals->done == totals->files || !status_line_is_due(line))
        return;
    term_update_width(line->term);
    check_progress_text(text, sizeof(text), totals,
                        rate_of(progress, totals, at), at - line->started,
                        line->term->columns);
    status_line_show(line, text);
}

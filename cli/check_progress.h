/*
 * check_progress.h - the line at the bottom of the screen while a run lasts.
 *
 *     412/1000  ok 397  sorry 3  error 11  timeout 1      31/s  ETA 0:19
 *
 * Only on a terminal. Who prints anything else there hides it first.
 */
#ifndef CLI_CHECK_PROGRESS_H
#define CLI_CHECK_PROGRESS_H

#include <lean_worker/check.h>

#include "status_line.h"

struct check_progress {
    struct status_line line;
    double first_done; /* when the first file was, in seconds; 0: not yet */
};

/* Draws on stdout where that is a terminal, else on stderr, else nowhere. */
void
check_progress_init(struct check_progress *progress, struct term *out,
                    struct term *err);

void
check_progress_hide(struct check_progress *progress);

/* Draws it anew, unless it was drawn a moment ago and is still there. */
void
check_progress_show(struct check_progress *progress,
                    const lw_check_totals *totals);

/* Seconds since init. */
double
check_progress_elapsed(const struct check_progress *progress);

/*
 * The text of the line, without colours; for tests. rate: files per second, 0
 * unknown. waiting: how many seconds nothing has been done.
 */
void
check_progress_text(char *text, size_t size, const lw_check_totals *totals,
                    double rate, double elapsed, int columns);

#endif

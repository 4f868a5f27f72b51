/*
 * check_human.h - results for people: a line for each file, what Lean said
 * below it, and a summary.
 */
#ifndef CLI_CHECK_HUMAN_H
#define CLI_CHECK_HUMAN_H

#include <lean_worker/check.h>

#include "check_expect.h"
#include "term.h"

struct check_human {
    struct term *term;
    const char *lean;   /* "lean 4.28.0"; may be empty */
    const char *reason; /* why this one */
    uint32_t jobs;
    int path_width; /* columns kept for paths */
    bool embedded;
    bool hint; /* a message came of what the embedded Lean lacks */
    bool no_project;
    bool hint_project; /* an import was not found that one may have */
};

void
check_human_begin(const struct check_human *human);

/* path: how the file is to be called. expected: NULL, or what was stated. */
void
check_human_put(struct check_human *human, const lw_check_report *report,
                const char *path, const char *expected);

/* expect may be NULL. */
void
check_human_end(const struct check_human *human, const lw_check_totals *totals,
                double seconds, const struct check_expect *expect);

#endif

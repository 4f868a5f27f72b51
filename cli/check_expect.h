/*
 * check_expect.h - the verdicts that somebody wrote down beforehand.
 *
 * A file of lines PATH<TAB>VERDICT<TAB>NOTE; the note may be left out, paths
 * are relative to the file's folder, # begins a comment.
 */
#ifndef CLI_CHECK_EXPECT_H
#define CLI_CHECK_EXPECT_H

#include <lean_worker/check.h>

#include "base/strings.h"

struct check_expect {
    const char *name;         /* of the file; NULL: nothing is expected */
    struct lwi_strings paths; /* joined with the folder */
    lw_verdict *verdicts;     /* of each path */
    bool *met;                /* of each path, so far */
    size_t wrong;             /* reports that were not as stated */
};

/* false with the reason on stderr. */
bool
check_expect_load(struct check_expect *expect, const char *name);

void
check_expect_fini(struct check_expect *expect);

/*
 * Notes a report. NULL: it is as stated; else what was stated, in words.
 */
const char *
check_expect_judge(struct check_expect *expect, const lw_check_report *report);

/* How many of the stated files came out as stated. */
size_t
check_expect_met(const struct check_expect *expect);

#endif

/*
 * source.h - a Lean file's text, read once and looked at before Lean sees it.
 *
 * Reading never blocks on anything but a disk: whatever is not a regular file
 * is refused before it is opened. What is wrong with a file is said with its
 * path, its cause and the place in it.
 */
#ifndef LWI_CHECK_SOURCE_H
#define LWI_CHECK_SOURCE_H

#include <sys/stat.h>

#include "base/alloc.h"

/* Larger files are refused. Mathlib's largest has 0.4 MB (from knowledge). */
#define LWI_SOURCE_LIMIT (UINT64_C(64) * 1024 * 1024)

struct lwi_source {
    const lw_allocator *allocator;
    char *data; /* owned; no NUL at its end */
    size_t size;
    struct stat stat; /* of the file that was read */
};

/* Where in the text the problem is: 0, 0 for the file as a whole. */
struct lwi_source_place {
    uint32_t line;   /* 1-based */
    uint32_t column; /* 0-based, in code points */
};

/*
 * Reads path. On LW_OK the source is the caller's, for lwi_source_fini.
 * Errors: LW_EFILE with the sentence and *place, LW_ENOMEM.
 */
int
lwi_source_read(struct lwi_source *source, const lw_allocator *allocator,
                const char *path, struct lwi_source_place *place,
                lw_error *err);

void
lwi_source_fini(struct lwi_source *source);

/* Whether a later read gave the same file in the same state. */
bool
lwi_source_same(const struct stat *a, const struct stat *b);

/* Line and column of a byte of the text. */
struct lwi_source_place
lwi_source_place_of(lw_span text, size_t offset);

#endif

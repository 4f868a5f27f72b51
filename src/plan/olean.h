/*
 * olean.h - what a compiled module imports.
 *
 * An .olean file is a graph of Lean's objects as they lie in memory, with the
 * addresses of one place. Only the first few objects are looked at: no Lean is
 * needed, and none of the rest of the file.
 *
 *     header  | "olean" 2 flags | version 33 | commit 40 | base (word) |
 *     root    | word                                    (newer Lean)   |
 *     objects | refcount 4 | size 2 | fields 1 | tag 1 | …             |
 *             | word                                    (older Lean)   |
 *
 * A word has 8 bytes, or 4 in the embedded Lean. Nothing in the file is
 * believed: each address is looked at before it is followed, and names have a
 * length and a depth.
 */
#ifndef LWI_OLEAN_H
#define LWI_OLEAN_H

#include "base/buf.h"

/* What was read of the file: its beginning and its end. */
struct lwi_olean_bytes {
    lw_span head;  /* from offset 0 */
    lw_span tail;  /* up to the end; empty where head is the whole */
    uint64_t size; /* of the whole file */
};

struct lwi_olean {
    bool is_module;
    bool has_init;          /* imports Init, as all do that are no prelude */
    size_t count;           /* of imports */
    struct lwi_buf imports; /* texts with a NUL each: "public meta all Name",
                               names in the form of plan/name.h */
};

/* Enough of a file for nearly all of them. */
#define LWI_OLEAN_HEAD ((size_t)64 * 1024)
#define LWI_OLEAN_TAIL ((size_t)4 * 1024)

/*
 * out is initialised here and the caller's, for lwi_olean_fini, in any case.
 * *fault is static text where the result is LW_EFILE: it is no .olean of a
 * Lean that is known here. LW_MORE: what is needed lies between head and tail;
 * read the whole. LW_ENOMEM.
 */
int
lwi_olean_read(struct lwi_olean *out, const struct lwi_olean_bytes *bytes,
               const char **fault);

void
lwi_olean_fini(struct lwi_olean *olean);

#endif

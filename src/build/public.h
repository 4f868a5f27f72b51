/*
 * public.h - a source as the embedded Lean must see it for others to import it.
 *
 * The embedded Lean elaborates every file as a `module`: what a file of the
 * older form declares is then private, and what it imports is not passed on.
 * So its text is rewritten within its lines:
 *
 *     import A        module public import A
 *     import B        public import B @[expose] public section leanWorker
 *     def x := 1      def x := 1
 *
 * Pure. Lines stay what they are; columns are put right afterwards.
 */
#ifndef LWI_BUILD_PUBLIC_H
#define LWI_BUILD_PUBLIC_H

#include <lean_worker/sinks.h>

#include "base/buf.h"

/* Something was put in here. */
struct lwi_shift {
    uint32_t line;   /* 1-based */
    uint32_t column; /* of the old text, in code points */
    uint32_t size;   /* code points */
};

struct lwi_public {
    struct lwi_buf text;
    struct lwi_buf shifts; /* struct lwi_shift, in order */
};

/*
 * False: the text is a module already, or its header is none, and it is to be
 * taken as it is. *rc is LW_ENOMEM then, or LW_OK. `to` is for
 * lwi_public_fini in every case.
 */
bool
lwi_public_rewrite(struct lwi_public *to, lw_span text, int *rc);

/* Where in the old text something is. */
void
lwi_public_place(const struct lwi_public *rewritten, uint32_t line,
                 uint32_t *column);

void
lwi_public_fini(struct lwi_public *rewritten);

/* Options without which modules of the older form would not do. */
extern const char *const lwi_public_options[]; /* NULL at the end */

#endif

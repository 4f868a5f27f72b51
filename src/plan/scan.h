/*
 * scan.h - the imports of a source, found without Lean. Pure.
 *
 * Lean's own parser has the last word (header.c): this one is for looks that
 * must not start a process. It takes what Lean takes of the form
 *
 *     [module] [prelude] {[public] [meta] import [all] NAME}
 *
 * with blanks and comments between the words, and stops at what is no part of
 * it, as Lean does.
 */
#ifndef LWI_PLAN_SCAN_H
#define LWI_PLAN_SCAN_H

#include "base/base.h"

struct lwi_scan {
    lw_span left;      /* the text that is not read yet */
    bool is_module;    /* after the first name, or at the end */
    bool is_prelude;   /* the same */
    const char *fault; /* static; NULL: the header is well-formed */
    const char *at;    /* of the fault, in the text */
};

/* The text is UTF-8 without NUL bytes, and must outlive the scan. */
void
lwi_scan_init(struct lwi_scan *scan, lw_span text);

/*
 * True: *name is the next import, borrowed from the text; it need not be a
 * name that a module can have. False: there is no other, or a fault.
 */
bool
lwi_scan_next(struct lwi_scan *scan, lw_span *name);

/* Where the fault is: the line from 1, the column from 0, in code points. */
void
lwi_scan_place(lw_span text, const char *at, uint32_t *line, uint32_t *column);

#endif

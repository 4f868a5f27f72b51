/*
 * imports.h - imports that a caller names, in the form that Lean's side uses.
 */
#ifndef LWI_IMPORTS_H
#define LWI_IMPORTS_H

#include "base/buf.h"
#include "worker/texts.h"

/*
 * The imports of a plain file that has a line `import NAME` for each name, as
 * HEADER would give them (lean/Header.lean):
 *
 *     { "Lean", "Init" }   ─►   "public Init", "public Lean"
 *                               key "public Init; public Lean"
 *
 * A name may have modifiers in front ("public meta Foo"), which stay as they
 * are. Init comes first, and nothing comes twice.
 */
struct lwi_imports {
    struct lwi_buf key; /* has the bytes of all items */
    lw_span *items;
    size_t count;
};

/* The module's name in "public meta all Name"; each of the three may lack. */
lw_span
lwi_import_name(lw_span import);

/* Each is a module's name behind modifiers in Lean's order. */
void
lwi_imports_check(struct lwi_spec_check *check, const char *const *names);

/* NULL: Init alone. LW_ENOMEM. lwi_imports_fini is right in every case. */
int
lwi_imports_init(struct lwi_imports *imports, const lw_allocator *allocator,
                 const char *const *names);

void
lwi_imports_fini(struct lwi_imports *imports);

#endif

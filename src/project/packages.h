/*
 * packages.h - the packages that a Lake project depends on.
 */
#ifndef LWI_PACKAGES_H
#define LWI_PACKAGES_H

#include "base/strings.h"

/* names.items[i] lies in folders.items[i]; the folder need not be there. */
struct lwi_packages {
    struct lwi_strings names;
    struct lwi_strings folders; /* absolute */
};

/*
 * Reads lake-manifest.json, in any of the forms that Lake has written, in its
 * order; where there is no manifest, takes what lies in the usual folders for
 * packages, by name. Errors: LW_EPROJECT where the manifest cannot be
 * understood or leads astray, LW_ENOMEM.
 */
int
lwi_packages_read(struct lwi_packages *out, const char *project, lw_error *err);

void
lwi_packages_fini(struct lwi_packages *packages);

#endif

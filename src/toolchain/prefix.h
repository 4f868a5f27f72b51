/*
 * prefix.h - is this folder a Lean toolchain that runs here?
 */
#ifndef LWI_PREFIX_H
#define LWI_PREFIX_H

#include <lean_worker/toolchain.h>

#include "base/base.h"

struct lwi_prefix {
    lw_toolchain_kind kind;
    char *folder;  /* absolute, without symbolic links where it is there */
    char *version; /* "" unknown */
    char *problem; /* NULL where it is usable; else a sentence */
};

/*
 * Looks at bin/lean (there, executable, for this processor), at lib/lean, and
 * at the marks of an embedded toolchain. version_hint stands in where the
 * folder does not tell its version. LW_OK or LW_ENOMEM; *out is then for
 * lwi_prefix_fini.
 */
int
lwi_prefix_examine(struct lwi_prefix *out, const char *folder,
                   const char *version_hint);

/* For a folder of which is known already that it will not do. Takes problem
 * over; NULL gives LW_ENOMEM. */
int
lwi_prefix_refuse(struct lwi_prefix *out, const char *folder, char *problem);

void
lwi_prefix_fini(struct lwi_prefix *prefix);

#endif

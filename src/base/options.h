/*
 * options.h - option structs that may be older or newer than the library.
 */
#ifndef LWI_OPTIONS_H
#define LWI_OPTIONS_H

#include "base/base.h"

/*
 * Copies a caller's option struct over `to`, which holds the defaults and is
 * `known` bytes long. Both begin with size_t struct_size. A shorter struct of
 * the caller leaves the later defaults; a longer one is accepted where what we
 * do not know is all zero. False where the size makes no sense or it is not.
 */
bool
lwi_options_read(void *to, size_t known, const void *given);

#endif

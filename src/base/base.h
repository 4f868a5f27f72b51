/*
 * base.h - what every file above this layer starts with.
 *
 * Spans, results, time and small helpers. Nothing here knows of processes,
 * protocols or Lean.
 */
#ifndef LWI_BASE_H
#define LWI_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lean_worker/error.h>
#include <lean_worker/span.h>
#include <lean_worker/status.h>

#include "base/assert.h"
#include "base/banned.h"

#define LWI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Every heap object that crosses a function boundary as a handle begins with
 * a magic number of its own. Entry points check it; destroying clears it.
 * The numbers are random; tools/check-magic keeps them unique.
 */
#define LWI_VALID(object, number)                                              \
    ((object) != NULL && (object)->magic == (number))

#endif

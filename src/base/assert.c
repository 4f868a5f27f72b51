/* assert.c - the one place where this library ends its own process. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
lwi_assert_failed(const char *file, int line, const char *function,
                  const char *what)
{
    fprintf(stderr,
            "lean-worker: internal error in %s (%s:%d): %s\n"
            "lean-worker: please report this with the lines above\n",
            function, file, line, what);
    abort();
}

/* direct.c - a build by the toolchain's own lean, where it has no lake. */
#include "base/error.h"
#include "build/build.h"

void
lwi_build_direct(struct lwi_build_run *b)
{
    b->facts.way = LW_BUILD_DIRECT;
    b->rc = lwi_fail(b->err, LW_EUNSUPPORTED, LWI_BUILDING,
                     "the toolchain %s has no lake",
                     lw_toolchain_get_prefix(b->options.toolchain));
}

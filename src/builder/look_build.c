/* look_build.c - whether what sessions import is compiled, and up to date. */
#include "builder/builder.h"

void
lwi_look_build(struct lwi_builder *b)
{
    (void)b;
}

/* cmd_version.c - `lean-worker version`. */
#include <stdio.h>

#include "cmd.h"
#include "opt.h"
#include "proto/wire.h"

#ifndef LW_VERSION
#define LW_VERSION "0.0.0"
#endif

static const struct opt options[] = { OPT_HELP, OPT_END };

static const struct opt_page page = {
    .name = "lean-worker version",
    .synopsis = "",
    .summary = "print the version of this program",
    .about = "    Lean's own version is that of the toolchain: see\n"
             "    `lean-worker toolchain which`.\n",
    .options = options,
};

int
cmd_version(int argc, char **argv)
{
    int operands, code;

    if (opt_begin(&page, argc, argv, &operands, &code))
        printf("lean-worker %s (protocol %u)\n", LW_VERSION, LWI_PROTOCOL_MAX);
    return code;
}

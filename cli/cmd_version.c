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
    int operands;

    switch (opt_parse(&page, argc, argv, &operands)) {
    case OPT_OK:
        break;
    case OPT_HELP_WANTED:
        opt_print_page(&page, stdout);
        return EXIT_FINE;
    case OPT_WRONG:
        return EXIT_CANNOT_RUN;
    }
    if (operands > 0)
        return opt_usage_error(&page, "takes no operand: %.200s", argv[1]);
    printf("lean-worker %s (protocol %u)\n", LW_VERSION, LWI_PROTOCOL_MAX);
    return EXIT_FINE;
}

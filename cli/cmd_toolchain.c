/* cmd_toolchain.c - `lean-worker toolchain`: goes on to its commands. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "opt.h"

static const struct opt options[] = { OPT_HELP, OPT_END };

static const struct opt_page page = {
    .name = "lean-worker toolchain",
    .synopsis = "COMMAND [OPTION]...",
    .summary = "install, list, choose and prepare Lean toolchains",
    .options = options,
};

static const char *const names[] = {
#define ENTRY(function, name, text) name,
    CMD_TOOLCHAIN_MAP(ENTRY)
#undef ENTRY
        NULL
};

static void
print_help(void)
{
    opt_print_page(&page, stdout);
    printf("\nCOMMANDS\n");
#define ENTRY(function, name, text) printf("    %-10s %s\n", name, text);
    CMD_TOOLCHAIN_MAP(ENTRY)
#undef ENTRY
    printf(
        "\n"
        "ORDER\n"
        "    The first of these that names a toolchain decides. One that is\n"
        "    named and not usable is an error: nothing is run with another\n"
        "    Lean than the one that was asked for.\n"
        "\n"
        "    1  option       --toolchain\n"
        "    2  environment  LEAN_WORKER_TOOLCHAIN\n"
        "    3  project      the lean-toolchain file of the Lake project, "
        "through elan\n"
        "    4  conda        the active conda environment, where it has lean\n"
        "    5  path         lean on PATH (elan's stands for the toolchain "
        "that elan\n"
        "                    would run)\n"
        "    6  embedded     the one that `lean-worker toolchain install` "
        "lays down\n"
        "\n"
        "`lean-worker toolchain COMMAND --help` explains a command.\n");
}

static int
fail_unknown(const char *word)
{
    const char *nearest = opt_nearest(word, names);

    if (nearest != NULL)
        return opt_usage_error(&page, "there is no command %.200s; is it %s?",
                               word, nearest);
    return opt_usage_error(&page, "there is no command %.200s", word);
}

int
cmd_toolchain(int argc, char **argv)
{
    int operands;

    if (argc < 2)
        return opt_usage_error(&page, "which command? install, list, which, "
                                      "prepare, compile or snapshot");
    if (argv[1][0] == '-') {
        switch (opt_parse(&page, argc, argv, &operands)) {
        case OPT_OK:
            return opt_usage_error(&page, "the command comes first");
        case OPT_HELP_WANTED:
            print_help();
            return EXIT_FINE;
        case OPT_WRONG:
            return EXIT_CANNOT_RUN;
        }
    }
#define ENTRY(function, name, text)                                            \
    if (strcmp(argv[1], name) == 0)                                            \
        return function(argc - 1, argv + 1);
    CMD_TOOLCHAIN_MAP(ENTRY)
#undef ENTRY
    return fail_unknown(argv[1]);
}

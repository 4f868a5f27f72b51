/* cmd_help.c - `lean-worker help`. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "opt.h"

#define WORDS_MAX 8 /* of a command's name, with --help behind */

static const struct opt options[] = { OPT_HELP, OPT_END };

static const struct opt_page page = {
    .name = "lean-worker help",
    .synopsis = "[COMMAND]...",
    .summary = "explain a command",
    .about = "    Without a command, lists them all.\n",
    .options = options,
    .after = "EXAMPLES\n"
             "    lean-worker help check\n"
             "    lean-worker help toolchain install\n",
    .operands_max = WORDS_MAX,
};

static void
list_commands(void)
{
    printf("lean-worker - run Lean 4 work in supervised child processes\n"
           "\n"
           "USAGE\n"
           "    lean-worker COMMAND [OPTION]... [OPERAND]...\n"
           "\n"
           "COMMANDS\n");
#define ENTRY(function, name, text) printf("    %-13s %s\n", name, text);
    CMD_MAP(ENTRY)
#undef ENTRY
    printf("\n"
           "EXAMPLES\n"
           "    lean-worker check src/          check all Lean files below "
           "src\n"
           "    lean-worker elaborate '#eval 1 + 1'\n"
           "                                    give Lean a few commands\n"
           "    lean-worker toolchain which     which Lean would be used, "
           "and why\n"
           "    lean-worker help check          all about `check`\n"
           "\n"
           "EXIT STATUS\n"
           "    0    done, and all is well\n"
           "    1    done, and something is not as it should be\n"
           "    2    could not run: usage, set-up, output\n"
           "    130  interrupted (SIGINT); 143: terminated (SIGTERM)\n"
           "\n"
           "The manual page lean-worker(1) has all of it.\n");
}

/* Runs `COMMAND … --help`. */
static int
explain(int count, char **words)
{
    static char help[] = "--help";
    char *argv[WORDS_MAX + 2];
    int i;

    for (i = 0; i < count; i++)
        argv[i] = words[i];
    argv[count] = help;
    argv[count + 1] = NULL;
#define ENTRY(function, name, text)                                            \
    if (strcmp(words[0], name) == 0)                                           \
        return function(count + 1, argv);
    CMD_MAP(ENTRY)
#undef ENTRY
    return opt_usage_error(&page, "there is no command %.200s", words[0]);
}

int
cmd_help(int argc, char **argv)
{
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    if (operands > 0)
        return explain(operands, argv + 1);
    list_commands();
    return EXIT_FINE;
}

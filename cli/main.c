/* main.c - finds the command and runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "opt.h"
#include "term.h"

#define NAME "lean-worker"

struct command {
    int (*run)(int argc, char **argv);
    const char *name;
};

static const struct command commands[] = {
#define ENTRY(function, name, text) { function, name },
    CMD_MAP(ENTRY)
#undef ENTRY
};

static const char *const names[] = {
#define ENTRY(function, name, text) name,
    CMD_MAP(ENTRY)
#undef ENTRY
        NULL
};

static const struct opt no_options[] = { OPT_END };

/* For messages about the command itself. */
static const struct opt_page page = {
    .name = NAME,
    .options = no_options,
};

static int
fail_unknown(const char *word)
{
    const char *nearest = opt_nearest(word, names);

    if (nearest != NULL)
        return opt_usage_error(&page, "there is no command %.200s; is it %s?",
                               word, nearest);
    return opt_usage_error(&page, "there is no command %.200s", word);
}

/* The options that every program has, as the commands that they stand for. */
static const char *
command_of(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return "version";
    return word;
}

/*
 * Fills 0 to 2 where they are closed: else a descriptor of our own would get
 * that number, and results would be written into it. Each is opened the wrong
 * way round, so that its use fails as that of a closed one does.
 */
static bool
fill_standard_fds(void)
{
    int fd, got = 0;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO && got >= 0; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            got = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
    return got >= 0;
}

int
main(int argc, char **argv)
{
    const char *word;
    size_t i;

    if (!fill_standard_fds())
        return EXIT_CANNOT_RUN; /* no place to say it */
    if (argc < 2)
        return opt_usage_error(&page, "which command? `%s help` lists them",
                               NAME);
    word = command_of(argv[1]);
    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, word) == 0)
            return term_finish(commands[i].run(argc - 1, argv + 1));
    }
    if (word[0] == '-')
        return opt_usage_error(&page,
                               "there is no option %.200s here; options go "
                               "behind the command",
                               word);
    return fail_unknown(word);
}

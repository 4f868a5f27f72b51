/* main.c - lean-worker-child: the command line. */
#include <stdio.h>
#include <string.h>

#include "launcher.h"

static const char help[] =
    "lean-worker-child: a part of lean-worker, not meant to be run by hand.\n"
    "\n"
    "The library starts it to start Lean: it puts the worker protocol on\n"
    "descriptors of its own, sets limits, ties the process to its parent, and\n"
    "then becomes the command. As a warden it ends workers whose program is\n"
    "gone. The program to run is lean-worker.\n"
    "\n"
    "usage: lean-worker-child [OPTION]... -- COMMAND [ARGUMENT]...\n"
    "       lean-worker-child --warden --parent=PID <LIFELINE\n"
    "\n"
    "  --parent=PID          end when this process ends\n"
    "  --thread=TID          its thread that started this\n"
    "  --limit-core=KIB      size of core files\n"
    "  --limit-cpu=SECONDS   processor time\n"
    "  --limit-address=KIB   address space (not for native Lean)\n"
    "  --limit-data=KIB      data segment\n"
    "  --limit-file=KIB      size of a written file\n"
    "  --keep-fd=N           leave this descriptor open, too\n"
    "  --host=LIBRARY        call lean_main of this library with COMMAND as "
    "its\n"
    "                        arguments, and execute nothing\n"
    "  --zygote              with --host: fork when Lean is ready, as told on\n"
    "                        a socket in place of the requests\n"
    "  --status-fd=N         socket to the library\n"
    "  --ring-fd=N           memory shared with the library; with --zygote: "
    "what\n"
    "                        to open before the first fork\n"
    "  --wire=VERSION        version that the library speaks\n"
    "\n"
    "The command finds requests on descriptor 10, puts responses on 11, and\n"
    "is cancelled on 12; they are taken from 0, 1 and 3. The ring is on 13.\n";

static bool
parse_number(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' ||
            __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(*text - '0'), &sum))
            return false;
    }
    *value = sum;
    return sum <= max;
}

static bool
parse_int(const char *text, int max, int *value)
{
    uint64_t number;

    if (!parse_number(text, (uint64_t)max, &number))
        return false;
    *value = (int)number;
    return true;
}

/* What follows `name` in an argument that begins with it, else NULL. */
static const char *
value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);

    return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

static bool
parse_limit(struct settings *settings, const char *argument)
{
    static const char *const names[LIMIT_COUNT] = {
        [LIMIT_CORE] = "--limit-core=",       [LIMIT_CPU] = "--limit-cpu=",
        [LIMIT_ADDRESS] = "--limit-address=", [LIMIT_DATA] = "--limit-data=",
        [LIMIT_FILE] = "--limit-file=",
    };
    const char *text;
    size_t i;

    for (i = 0; i < LIMIT_COUNT; i++) {
        text = value_of(argument, names[i]);
        if (text != NULL)
            return parse_number(text, INT64_MAX / 1024, &settings->limits[i]);
    }
    return false;
}

static bool
parse_option(struct settings *settings, const char *argument)
{
    const char *text;
    int number;

    if (strcmp(argument, "--warden") == 0)
        return settings->warden = true;
    if (strcmp(argument, "--zygote") == 0)
        return settings->zygote = true;
    if ((text = value_of(argument, "--wire=")) != NULL)
        return strcmp(text, LWI_WIRE_VERSION) == 0;
    if ((text = value_of(argument, "--host=")) != NULL) {
        settings->host = text;
        return *text != '\0';
    }
    if ((text = value_of(argument, "--parent=")) != NULL)
        return parse_int(text, INT32_MAX, &settings->parent);
    if ((text = value_of(argument, "--thread=")) != NULL)
        return parse_int(text, INT32_MAX, &settings->thread);
    if ((text = value_of(argument, "--status-fd=")) != NULL)
        return parse_int(text, LWI_CHILD_FD_REQUEST - 1, &settings->status);
    if ((text = value_of(argument, "--ring-fd=")) != NULL)
        return parse_int(text, LWI_CHILD_FD_REQUEST - 1, &settings->ring);
    if ((text = value_of(argument, "--keep-fd=")) != NULL) {
        if (settings->keep_count == KEEP_MAX ||
            !parse_int(text, INT32_MAX, &number) ||
            (number >= LWI_CHILD_FD_REQUEST && number <= LAUNCHER_FD_LAST))
            return false;
        settings->keep[settings->keep_count++] = number;
        return true;
    }
    return parse_limit(settings, argument);
}

int
main(int argc, char **argv)
{
    struct settings settings = {
        .status = -1,
        .ring = -1,
        .limits = { UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED },
    };
    int i;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_OWN_FAILURE : 0;
    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!parse_option(&settings, argv[i])) {
            fprintf(stderr,
                    "lean-worker-child: %s: not an option of this version "
                    "(%s, wire %s); see --help\n",
                    argv[i], LW_VERSION, LWI_WIRE_VERSION);
            return EXIT_USAGE;
        }
    }
    if (settings.warden && i == argc && settings.parent > 0)
        return watch(&settings);
    settings.command = argv + i + 1;
    if (settings.warden || i + 1 >= argc ||
        (settings.zygote && settings.host == NULL)) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    return launch(&settings);
}

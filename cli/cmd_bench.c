/* cmd_bench.c - `lean-worker bench`: what requests, rows and leases cost. */
#include <stdio.h>

#include "base/base.h"
#include "bench/compare.h"
#include "bench/save.h"
#include "bench/suite.h"
#include "cmd.h"
#include "host.h"
#include "opt.h"

#define NAME "lean-worker bench"

static struct {
    const char *json;
    const char *compare;
    const char *toolchain;
    struct opt_list only;
    uint64_t rounds;
    bool quick, light, list;
    int color;
} given = { .rounds = 15 };

static const struct opt options[] = {
    OPT_TEXT(0, "json", "FILE", &given.json, NULL,
             "Write the whole run to FILE, for --compare and for plots."),
    OPT_LIST(0, "only", "NAME", &given.only,
             "Only the record or the group of this name; * stands for any "
             "characters. May be repeated."),
    OPT_FLAG(0, "list", &given.list, "Print the names, and measure nothing."),
    OPT_TEXT(0, "compare", "FILE", &given.compare, NULL,
             "At the end, say what differs from an earlier run that --json "
             "wrote."),
    OPT_COUNT(0, "rounds", "N", &given.rounds, 1, BENCH_ROUNDS_MAX, "15",
              "Measure N pairs for each record."),
    OPT_FLAG(0, "light", &given.light,
             "Leave out what takes more than ten seconds, and real Lean."),
    OPT_FLAG(0, "quick", &given.quick,
             "Only prove that it works: --light, in 2 rounds. The figures are "
             "worth nothing."),
    HOST_OPT_TOOLCHAIN(&given.toolchain),
    TERM_OPT_COLOR(&given.color),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "measure this library beside the limits of this machine",
    .about =
        "    Measures requests, rows, starts, leases and Lean itself, each in "
        "turns with\n"
        "    what limits it: a bare pipe, a bare process, time inside Lean. A "
        "line has the\n"
        "    figure (the median), its ratio to the limit (median, smallest and "
        "largest),\n"
        "    and the goal. A ratio above 1 is slower than the limit where the "
        "figure is a\n"
        "    time, faster where it is a rate. All of it takes about five "
        "minutes on a quiet\n"
        "    machine of two cores.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0  measured, whether goals were reached or not\n"
             "    2  usage, or something does not work\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker bench --light\n"
             "    lean-worker bench --only rows --only 'command-*'\n"
             "    lean-worker bench --json now.json --compare before.json\n",
};

/* ---- names ---- */

static void
print_list(void)
{
    size_t i, j;

    for (i = 0; bench_groups[i] != NULL; i++) {
        const struct bench_group *group = bench_groups[i];

        printf("%s\n", group->name);
        for (j = 0; j < group->count; j++)
            printf("  %-28s %s\n", group->records[j].name,
                   group->records[j].what);
    }
}

enum { NAMES_MAX = 128 };

/* All that --only may name, NULL at the end. */
static void
list_names(const char *names[NAMES_MAX])
{
    size_t i, j, count = 0;

    for (i = 0; bench_groups[i] != NULL; i++) {
        names[count++] = bench_groups[i]->name;
        for (j = 0; j < bench_groups[i]->count && count < NAMES_MAX - 2; j++)
            names[count++] = bench_groups[i]->records[j].name;
    }
    names[count] = NULL;
}

static int
check_names(void)
{
    const char *names[NAMES_MAX], *nearest;
    size_t i, j;

    list_names(names);
    for (i = 0; i < given.only.count; i++) {
        const char *word = given.only.values[i];

        for (j = 0; names[j] != NULL && strcmp(names[j], word) != 0; j++)
            ;
        if (names[j] != NULL || strchr(word, '*') != NULL)
            continue;
        nearest = opt_nearest(word, names);
        return opt_usage_error(&page,
                               "there is no record %.200s%s%s; --list "
                               "prints them",
                               word, nearest != NULL ? "; is it " : "",
                               nearest != NULL ? nearest : "");
    }
    return EXIT_FINE;
}

/* ---- a run ---- */

/* Before minutes are spent: whether it can be written. */
static bool
can_write(const char *path)
{
    FILE *file = fopen(path, "ae");

    if (file != NULL && fclose(file) == 0)
        return true;
    fprintf(stderr, NAME ": cannot write %s: %s\n", path, strerror(errno));
    return false;
}

static int
run(json_t *before)
{
    static struct bench bench;
    json_t *machine;
    struct term err;
    int code = EXIT_FINE;

    bench.quick = given.quick;
    bench.light = given.light || given.quick;
    bench.rounds = given.quick ? 2 : (int)given.rounds;
    bench.toolchain = given.toolchain;
    bench.only = &given.only;
    term_init(&bench.out, stdout, (enum term_color_mode)given.color);
    term_init(&err, stderr, (enum term_color_mode)given.color);
    status_line_init(&bench.line, &bench.out, &err);
    machine = bench_save_machine();
    if (machine == NULL)
        bench_die("out of memory");
    bench_init(&bench);
    bench_run(&bench);
    if (before != NULL)
        bench_compare(&bench, before);
    if (given.json != NULL && !bench_save(&bench, machine, given.json))
        code = EXIT_CANNOT_RUN;
    json_decref(machine);
    bench_fini(&bench);
    return code;
}

int
cmd_bench(int argc, char **argv)
{
    json_t *before = NULL;
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    code = check_names();
    if (code != EXIT_FINE)
        return code;
    if (given.list) {
        print_list();
        return EXIT_FINE;
    }
    if (given.compare != NULL) {
        before = bench_compare_load(given.compare);
        if (before == NULL)
            return EXIT_CANNOT_RUN;
    }
    code = given.json == NULL || can_write(given.json) ? run(before)
                                                       : EXIT_CANNOT_RUN;
    json_decref(before);
    return code;
}

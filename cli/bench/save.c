/* save.c - a run as JSON. */
#include "bench/save.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/base.h"
#include "json_text.h"

/* Goes up when a reader of older files would misread a new one. */
#define FORMAT 1

static const char *const pinned_words[] = {
    [BENCH_UNPINNED] = "unpinned",
    [BENCH_ONE_CPU] = "one CPU",
    [BENCH_TWO_CPUS] = "two CPUs",
};

/* ---- a record ---- */

static json_t *
save_spread(const struct bench_spread *spread)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "median", spread->median,
                     "min", spread->min, "low", spread->low, "high",
                     spread->high, "max", spread->max);
}

static json_t *
save_goal(const struct bench_figures *figures)
{
    const struct bench_about *about = figures->about;

    if (about->goal == BENCH_NO_GOAL)
        return json_null();
    return json_pack("{s:s, s:s, s:f, s:o}", "of",
                     about->goal == BENCH_VALUE_AT_MOST ? "value" : "ratio",
                     "at",
                     about->goal == BENCH_RATIO_AT_LEAST ? "least" : "most",
                     "bound", about->bound, "reached",
                     figures->skipped != NULL
                         ? json_null()
                         : json_boolean(bench_judge(figures) == BENCH_REACHED));
}

static double
read_load(void)
{
    double load = 0;

    return getloadavg(&load, 1) == 1 ? load : 0;
}

static bool
is_rate(const char *unit)
{
    size_t size = strlen(unit);

    return size >= 2 && strcmp(unit + size - 2, "/s") == 0;
}

/* What was measured, into a record that says what it is. */
static void
save_figures(json_t *record, const struct bench_figures *figures)
{
    json_object_set_new(record, "value", json_real(figures->value.median));
    json_object_set_new(record, "spread", save_spread(&figures->value));
    if (figures->has_p99)
        json_object_set_new(record, "p99_us", json_real(figures->p99));
    if (!figures->has_limit)
        return;
    json_object_set_new(record, "limit",
                        json_pack("{s:s, s:f, s:o}", "name",
                                  figures->about->limit, "value",
                                  figures->limit.median, "spread",
                                  save_spread(&figures->limit)));
    json_object_set_new(record, "ratio", save_spread(&figures->ratio));
}

json_t *
bench_save_record(const struct bench *bench,
                  const struct bench_figures *figures)
{
    const struct bench_about *about = figures->about;
    json_t *record = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:i, s:f,"
        " s:s?, s:s?, s:o}",
        "name", about->name, "group", bench->group->name, "what", about->what,
        "unit", about->unit, "better", is_rate(about->unit) ? "more" : "less",
        "pinned", pinned_words[about->pinned], "value", "spread", "p99_us",
        "limit", "ratio", "rounds", figures->rounds, "load", read_load(),
        "upstream", about->upstream, "skipped", figures->skipped, "goal",
        save_goal(figures));

    if (record != NULL && figures->skipped == NULL)
        save_figures(record, figures);
    return record;
}

/* ---- the machine ---- */

/* The first "model name" of /proc/cpuinfo; "" where it has none. */
static void
read_cpu(char *name, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256], *value;

    name[0] = '\0';
    while (file != NULL && name[0] == '\0' &&
           fgets(line, sizeof(line), file) != NULL) {
        value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || value == NULL)
            continue;
        value[strcspn(value, "\n")] = '\0';
        snprintf(name, size, "%s", value + 2);
    }
    if (file != NULL)
        fclose(file);
}

json_t *
bench_save_machine(void)
{
    struct utsname system;
    char cpu[256], date[32];
    time_t now = time(NULL);
    struct tm parts;

    read_cpu(cpu, sizeof(cpu));
    if (uname(&system) < 0 || gmtime_r(&now, &parts) == NULL)
        return NULL;
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return json_pack(
        "{s:o, s:s, s:s, s:s, s:I, s:I, s:f}", "cpu", json_text(cpu), "kernel",
        system.release, "architecture", system.machine, "date", date, "cores",
        (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "memory_kib",
        (json_int_t)(sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) / 1024)),
        "load", read_load());
}

/* ---- the run ---- */

/* The groups' titles by their names, for tables. */
static json_t *
save_titles(void)
{
    json_t *titles = json_object();
    size_t i;

    for (i = 0; titles != NULL && bench_groups[i] != NULL; i++)
        json_object_set_new(titles, bench_groups[i]->name,
                            json_string(bench_groups[i]->text));
    return titles;
}

bool
bench_save(const struct bench *bench, json_t *machine, const char *path)
{
    json_t *run = json_pack("{s:i, s:s, s:O, s:b, s:i, s:o, s:O}", "format",
                            FORMAT, "version", LW_VERSION, "machine", machine,
                            "quick", bench->quick, "rounds", bench->rounds,
                            "groups", save_titles(), "records", bench->records);
    bool ok = run != NULL && json_dump_file(run, path, JSON_INDENT(1)) == 0;

    if (!ok)
        fprintf(stderr, "lean-worker bench: cannot write %s: %s\n", path,
                run == NULL ? "out of memory" : strerror(errno));
    json_decref(run);
    return ok;
}

/* suite.c - runs the groups, and rounds of pairs for each record. */
#include "bench/suite.h"

#include <fnmatch.h>
#include <time.h>

#include "base/base.h"
#include "base/path.h"
#include "bench/groups.h"
#include "bench/report.h"
#include "bench/save.h"
#include "cmd.h"

#define NAME "lean-worker bench"
#define BENCH_CHILD "lean-worker-bench-child"

const struct bench_group *const bench_groups[] = {
#define ENTRY(group) &group,
    BENCH_GROUP_MAP(ENTRY)
#undef ENTRY
        NULL
};

/* ---- small things ---- */

double
bench_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double
bench_quantile(double *values, size_t count, double part)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return values[(size_t)((double)(count - 1) * part)];
}

void
bench_die(const char *what)
{
    fprintf(stderr, "\n" NAME ": %s\n", what);
    exit(EXIT_CANNOT_RUN);
}

void
bench_need(int rc, const char *what, const lw_error *err)
{
    struct term term;

    if (rc >= 0)
        return;
    term_init(&term, stderr, TERM_COLOR_NEVER);
    fprintf(stderr, "\n" NAME ": %s: ", what);
    term_put_line(&term,
                  err->message[0] != '\0' ? err->message : lw_status_text(rc));
    fputc('\n', stderr);
    exit(EXIT_CANNOT_RUN);
}

/* ---- a run ---- */

/* Next to this program, or where the two are installed. */
static char *
find_child(void)
{
    char *folder = lwi_path_resolve("/proc/self/exe"), *path;

    if (folder == NULL || !lwi_path_to_parent(folder))
        bench_die("this program does not know where it is");
    path = lwi_path_join(folder, BENCH_CHILD);
    if (path != NULL && access(path, X_OK) < 0) {
        free(path);
        path =
            lwi_path_printf("%s/" LW_LIBEXEC_FROM_BIN "/" BENCH_CHILD, folder);
    }
    free(folder);
    if (path == NULL || access(path, X_OK) < 0)
        bench_die(BENCH_CHILD " is neither next to this program nor in "
                              "its libexec folder");
    return path;
}

void
bench_init(struct bench *bench)
{
    int cpu;

    if (sched_getaffinity(0, sizeof(bench->allowed), &bench->allowed) < 0)
        bench_die(strerror(errno));
    bench->child = find_child();
    for (cpu = 0; cpu < CPU_SETSIZE && bench->cpu_count < BENCH_CPUS_MAX;
         cpu++) {
        if (CPU_ISSET((size_t)cpu, &bench->allowed))
            bench->cpus[bench->cpu_count++] = cpu;
    }
    bench->records = json_array();
    bench->singles = calloc(BENCH_SINGLES_MAX, sizeof(*bench->singles));
    if (bench->records == NULL || bench->singles == NULL)
        bench_die("out of memory");
}

void
bench_fini(struct bench *bench)
{
    json_decref(bench->records);
    free(bench->singles);
    free(bench->child);
}

static bool
is_named(const struct bench *bench, const struct bench_about *about)
{
    size_t i;

    for (i = 0; i < bench->only->count; i++) {
        const char *pattern = bench->only->values[i];

        if (strcmp(pattern, bench->group->name) == 0 ||
            fnmatch(pattern, about->name, 0) == 0)
            return true;
    }
    return bench->only->count == 0;
}

bool
bench_wants(struct bench *bench, const struct bench_about *about)
{
    if (!is_named(bench, about))
        return false;
    if (about->heavy && bench->light) {
        bench_skip(bench, about,
                   bench->quick ? "left out by --quick"
                                : "left out by --light");
        return false;
    }
    if (about->pinned == BENCH_TWO_CPUS && bench->cpu_count < 2) {
        bench_skip(bench, about, "there is only one CPU");
        return false;
    }
    return true;
}

/* Whether the group has anything to do at all; reports nothing. */
static bool
has_work(struct bench *bench)
{
    size_t i;

    for (i = 0; i < bench->group->count; i++) {
        if (is_named(bench, &bench->group->records[i]))
            return true;
    }
    return false;
}

void
bench_run(struct bench *bench)
{
    size_t i;

    for (i = 0; bench_groups[i] != NULL; i++) {
        bench->group = bench_groups[i];
        bench->group_shown = false;
        if (has_work(bench))
            bench->group->run(bench);
    }
    status_line_hide(&bench->line);
}

/* ---- a record ---- */

void
bench_say(struct bench *bench, const struct bench_about *about, int round,
          int rounds)
{
    char text[120];

    if (!status_line_is_due(&bench->line))
        return;
    snprintf(text, sizeof(text), "%s %d/%d, %.0f s", about->name, round, rounds,
             status_line_now() - bench->line.started);
    status_line_show(&bench->line, text);
}

void
bench_note(struct bench *bench, double us)
{
    if (bench->single_count < BENCH_SINGLES_MAX)
        bench->singles[bench->single_count++] = us;
}

/* On paper and on the screen; the singles are spent. */
static void
put(struct bench *bench, const struct bench_figures *figures)
{
    json_t *record = bench_save_record(bench, figures);

    if (record == NULL || json_array_append_new(bench->records, record) < 0)
        bench_die("out of memory");
    bench_report(bench, figures);
    bench->single_count = 0;
}

static struct bench_spread
spread_of(const double *values, int count)
{
    double sorted[BENCH_ROUNDS_MAX];
    size_t n = (size_t)count;
    struct bench_spread spread;

    memcpy(sorted, values, n * sizeof(*values));
    spread.median = bench_quantile(sorted, n, 0.5);
    spread.min = sorted[0];
    spread.low = sorted[(n - 1) / 4];
    spread.high = sorted[(n - 1) - (n - 1) / 4];
    spread.max = sorted[n - 1];
    return spread;
}

void
bench_put(struct bench *bench, const struct bench_about *about,
          const double *values, const double *limits, int count)
{
    struct bench_figures figures = { .about = about, .rounds = count };
    double ratios[BENCH_ROUNDS_MAX];
    int i;

    figures.value = spread_of(values, count);
    if (limits != NULL) {
        for (i = 0; i < count; i++)
            ratios[i] = values[i] / limits[i];
        figures.limit = spread_of(limits, count);
        figures.ratio = spread_of(ratios, count);
        figures.has_limit = true;
    }
    if (bench->single_count > 0) {
        figures.p99 = bench_quantile(bench->singles, bench->single_count, 0.99);
        figures.has_p99 = true;
    }
    put(bench, &figures);
}

void
bench_put_one(struct bench *bench, const struct bench_about *about,
              double value)
{
    bench_put(bench, about, &value, NULL, 1);
}

void
bench_skip(struct bench *bench, const struct bench_about *about,
           const char *why)
{
    struct bench_figures figures = { .about = about, .skipped = why };

    put(bench, &figures);
}

void
bench_measure(struct bench *bench, const struct bench_about *about,
              const struct bench_pair *pair)
{
    double values[BENCH_ROUNDS_MAX], limits[BENCH_ROUNDS_MAX];
    int rounds = pair->rounds > 0 ? pair->rounds : bench->rounds, i;

    if (!pair->cold) {
        if (pair->limit != NULL)
            pair->limit(pair->user);
        pair->ours(pair->user);
        bench->single_count = 0;
    }
    for (i = 0; i < rounds; i++) {
        bench_say(bench, about, i + 1, rounds);
        if (pair->limit != NULL)
            limits[i] = pair->limit(pair->user);
        values[i] = pair->ours(pair->user);
    }
    bench_put(bench, about, values, pair->limit != NULL ? limits : NULL,
              rounds);
}

/* compare.c - a run beside an earlier one. */
#include "bench/compare.h"

#include <stdio.h>

#include "base/base.h"
#include "bench/report.h"

/* Less is no news, however narrow the spread. */
#define NEWS 0.05

json_t *
bench_compare_load(const char *path)
{
    json_error_t error;
    json_t *run = json_load_file(path, 0, &error);

    if (run != NULL && json_is_array(json_object_get(run, "records")))
        return run;
    fprintf(stderr, "lean-worker bench: %s is no saved run: %s\n", path,
            run == NULL ? error.text : "it has no records");
    json_decref(run);
    return NULL;
}

static json_t *
find(json_t *records, const char *name)
{
    json_t *record;
    const char *other;
    size_t i;

    json_array_foreach(records, i, record)
    {
        other = json_string_value(json_object_get(record, "name"));
        if (other != NULL && strcmp(other, name) == 0)
            return record;
    }
    return NULL;
}

/* A spread's member; 0 where the file has none. */
static double
number(const json_t *spread, const char *name)
{
    return json_number_value(json_object_get(spread, name));
}

/*
 * Each median lies outside the middle half of the other run: what is left
 * then is more than rounds differ among themselves.
 */
static bool
differ(const json_t *now, const json_t *before)
{
    double a = number(now, "median"), b = number(before, "median");

    return (a < number(before, "low") || a > number(before, "high")) &&
           (b < number(now, "low") || b > number(now, "high")) && b > 0 &&
           (a > b * (1 + NEWS) || a < b * (1 - NEWS));
}

static bool
is_more_better(const json_t *record)
{
    const char *better = json_string_value(json_object_get(record, "better"));

    return better != NULL && strcmp(better, "more") == 0;
}

/* True: a line was printed. */
static bool
compare_one(const struct term *term, const json_t *record, const json_t *before)
{
    const char *what = json_is_object(json_object_get(record, "ratio")) &&
                               json_is_object(json_object_get(before, "ratio"))
                           ? "ratio"
                           : "spread";
    const json_t *now = json_object_get(record, what),
                 *then = json_object_get(before, what);
    double a = number(now, "median"), b = number(then, "median");
    char was[32], is[32];
    bool worse;

    if (!json_is_object(now) || !json_is_object(then) || !differ(now, then))
        return false;
    worse = is_more_better(record) ? a < b : a > b;
    fprintf(term->file, "  %-28s %s%-7s%s %+6.0f %%   %s was %s, is %s\n",
            json_string_value(json_object_get(record, "name")),
            term_style_on(term, worse ? TERM_YELLOW : TERM_GREEN),
            worse ? "worse" : "better", term_style_off(term), (a / b - 1) * 100,
            strcmp(what, "ratio") == 0 ? "the ratio" : "it",
            bench_number(was, sizeof(was), b), bench_number(is, sizeof(is), a));
    return true;
}

void
bench_compare(const struct bench *bench, json_t *before)
{
    const struct term *term = &bench->out;
    json_t *old = json_object_get(before, "records"), *record, *other;
    size_t i, compared = 0, differing = 0;

    fprintf(term->file, "%sBeside the earlier run%s\n",
            term_style_on(term, TERM_BOLD), term_style_off(term));
    json_array_foreach(bench->records, i, record)
    {
        other = find(old, json_string_value(json_object_get(record, "name")));
        if (other == NULL || json_is_null(json_object_get(record, "value")) ||
            json_is_null(json_object_get(other, "value")))
            continue;
        compared++;
        differing += compare_one(term, record, other);
    }
    fprintf(term->file,
            "  %zu records compared, %zu differ by more than their spread\n",
            compared, differing);
}

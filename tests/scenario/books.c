/* books.c - the policy words of a scenario's parent. */
#include "scenario/books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char fault[512];

/* ---- config ---- */

void
books_config(const struct script_step *step, lw_worker_config *config)
{
    static lw_restart_policy policy;
    static const lw_restart_policy defaults = LW_RESTART_POLICY_INIT;
    const struct {
        const char *name;
        uint64_t *member;
    } limits[] = {
        { "max_requests", &policy.max_requests },
        { "max_imports", &policy.max_imports },
        { "max_import", &policy.max_import_kib },
        { "max_rss", &policy.max_rss_kib },
        { "max_pss", &policy.max_pss_kib },
        { "idle", &policy.idle_ms },
        { "window", &policy.restart_window_ms },
    };
    size_t i;

    if (config->policy == NULL)
        policy = defaults;
    config->policy = &policy;
    for (i = 0; i < COUNT(limits); i++)
        *limits[i].member =
            step_number(step, limits[i].name, *limits[i].member);
    policy.max_restarts =
        (uint32_t)step_number(step, "max_restarts", policy.max_restarts);
    policy.keep_sessions = step_number(step, "keep", policy.keep_sessions) != 0;
}

/* ---- looking ---- */

struct number {
    const char *name;
    uint64_t is;
};

static bool
same_text(const char *name, const char *is, const char *wanted)
{
    if (wanted == NULL || strcmp(is, wanted) == 0)
        return true;
    snprintf(fault, sizeof(fault), "%s is %s, not %s", name, is, wanted);
    return false;
}

/* The NAME=VALUE words of a step against numbers; counts those it knows. */
static bool
same_numbers(const struct script_step *step, const struct number *numbers,
             size_t count, size_t *known)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const char *wanted = step_value(step, numbers[i].name);

        if (wanted == NULL)
            continue;
        ++*known;
        if (strtoull(wanted, NULL, 0) == numbers[i].is)
            continue;
        snprintf(fault, sizeof(fault), "%s is %llu, not %s", numbers[i].name,
                 (unsigned long long)numbers[i].is, wanted);
        return false;
    }
    return true;
}

/* How many of these words the step has. */
static size_t
count_words(const struct script_step *step, const char *const *names)
{
    size_t known = 0;

    for (; *names != NULL; names++)
        known += step_value(step, *names) != NULL;
    return known;
}

static const char *
all_known(const struct script_step *step, size_t known)
{
    if (known + 1 != step->count)
        snprintf(fault, sizeof(fault), "a name is not known, or none given");
    return fault;
}

static bool
same_parts(const struct script_step *step, const lw_worker_stats *stats,
           size_t *known)
{
    char name[64];
    int kind;

    for (kind = 0; kind < LW_RESTART_KIND_COUNT; kind++) {
        struct number part = { name, stats->restarts_by[kind] };

        snprintf(name, sizeof(name), "by_%s",
                 lw_restart_kind_name((lw_restart_kind)kind));
        if (!same_numbers(step, &part, 1, known))
            return false;
    }
    return true;
}

#define NUMBER(member)                                                         \
    {                                                                          \
#member, stats.member                                                  \
    }

const char *
books_stats(lw_worker *worker, const struct script_step *step)
{
    static const char *const texts[] = { "last", "last_operation", NULL };
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    size_t known = count_words(step, texts);

    fault[0] = '\0';
    if (lw_worker_get_stats(worker, &stats, NULL) != LW_OK)
        return "there are no stats";
    const struct number numbers[] = {
        NUMBER(requests),
        NUMBER(imports),
        NUMBER(sessions_reused),
        NUMBER(sessions_reopened),
        NUMBER(starts),
        NUMBER(failed_starts),
        NUMBER(exits),
        NUMBER(restarts),
        NUMBER(cancels_acknowledged),
        NUMBER(streams),
        NUMBER(streams_ok),
        NUMBER(streams_failed),
        NUMBER(rows),
        NUMBER(row_bytes),
        NUMBER(backpressure_waits),
        NUMBER(backpressure_failures),
    };
    if (!same_numbers(step, numbers, COUNT(numbers), &known) ||
        !same_parts(step, &stats, &known) ||
        !same_text("last", lw_restart_kind_name(stats.last_restart.kind),
                   step_value(step, "last")) ||
        !same_text("last_operation", stats.last_restart.operation,
                   step_value(step, "last_operation")))
        return fault;
    return all_known(step, known);
}

#undef NUMBER
#define NUMBER(member)                                                         \
    {                                                                          \
#member, life.member                                                   \
    }

const char *
books_lifecycle(lw_worker *worker, const struct script_step *step)
{
    static const char *const texts[] = { "due", NULL };
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };
    size_t known = count_words(step, texts);

    fault[0] = '\0';
    if (lw_worker_get_lifecycle(worker, &life, NULL) != LW_OK)
        return "there is no lifecycle";
    const struct number numbers[] = {
        NUMBER(generation),
        NUMBER(child_requests),
        NUMBER(child_imports),
        NUMBER(child_import_kib),
        NUMBER(idle_ms),
        NUMBER(age_ms),
        NUMBER(restarts_in_window),
        { "due_current", life.due.current },
        { "due_limit", life.due.limit },
    };
    if (!same_numbers(step, numbers, COUNT(numbers), &known) ||
        !same_text("due",
                   life.restart_due ? lw_restart_kind_name(life.due.kind)
                                    : "none",
                   step_value(step, "due")))
        return fault;
    return all_known(step, known);
}

/* ---- around each step ---- */

static lw_worker_stats last;
static uint64_t generation;
static bool was_due;

void
books_before(lw_worker *worker)
{
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };

    last = (lw_worker_stats){ .struct_size = sizeof(last) };
    if (worker != NULL)
        lw_worker_get_stats(worker, &last, NULL);
    was_due = worker != NULL &&
              lw_worker_get_lifecycle(worker, &life, NULL) == LW_OK &&
              life.restart_due;
    generation = life.generation;
}

/* All that is counted, as an array: what lies between two members. */
static bool
nothing_fell(const lw_worker_stats *now)
{
    const uint64_t *from = &last.requests, *to = &now->requests;
    const uint64_t *end = &now->backpressure_failures;

    for (; to <= end; from++, to++) {
        if (*to < *from)
            return false;
    }
    return true;
}

static bool
sums_agree(const lw_worker_stats *now)
{
    uint64_t sum = 0;
    int kind;

    for (kind = 0; kind < LW_RESTART_KIND_COUNT; kind++)
        sum += now->restarts_by[kind];
    return sum == now->restarts && now->restarts_by[LW_RESTART_NONE] == 0 &&
           now->starts - now->exits <= 1 &&
           (now->starts == 0 || now->restarts == now->starts - 1) &&
           now->streams == now->streams_ok + now->streams_failed;
}

const char *
books_after(lw_worker *worker, bool request, bool succeeded)
{
    lw_worker_stats now = { .struct_size = sizeof(now) };

    if (worker == NULL || lw_worker_get_stats(worker, &now, NULL) != LW_OK)
        return "";
    if (!nothing_fell(&now))
        return "a counter fell";
    if (!sums_agree(&now))
        return "the counters do not agree with each other";
    if (request && succeeded && was_due &&
        lw_worker_get_generation(worker) == generation)
        return "a restart was due, and the old child has served the request";
    return "";
}

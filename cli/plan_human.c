/* plan_human.c - a plan for people. */
#include "base/base.h"
#include "plan_output.h"

#define SHOWN_BATCHES 40
#define MIB (1024.0 * 1024.0)

static void
put_styled(const struct term *term, enum term_style style, const char *text)
{
    fputs(term_style_on(term, style), term->file);
    term_put_line(term, text);
    fputs(term_style_off(term), term->file);
}

static const char *
plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void
plan_put_problems(const lw_plan *plan, const struct term *term)
{
    size_t i;

    for (i = 0; i < plan->problem_count; i++) {
        const lw_plan_problem *problem = &plan->problems[i];

        put_styled(term, TERM_RED, lw_plan_problem_name(problem->code));
        fputs("  ", term->file);
        if (problem->module[0] != '\0') {
            put_styled(term, TERM_BOLD, problem->module);
            fputs(": ", term->file);
        }
        term_put_line(term, problem->message);
        if (problem->path[0] != '\0') {
            fputs("\n    ", term->file);
            term_put_line(term, problem->path);
            if (problem->line > 0)
                fprintf(term->file, ":%u:%u", problem->line, problem->column);
        }
        putc('\n', term->file);
    }
}

/* "Init.Data.List" or "Init.Data.List … Init.Data.Nat" */
static void
put_range(const lw_plan *plan, const lw_plan_batch *batch,
          const struct term *term)
{
    term_put_line(term, plan->modules[batch->modules[0]].name);
    if (batch->module_count == 1)
        return;
    fputs(term_symbol(term, " … ", " ... "), term->file);
    term_put_line(term,
                  plan->modules[batch->modules[batch->module_count - 1]].name);
}

static void
put_batch(const struct plan_shown *shown, size_t index, const struct term *term)
{
    const lw_plan_batch *batch = &shown->plan->batches[index];

    put_styled(term, TERM_DIM, batch->id);
    fprintf(term->file, "  %3zu module%-1s  loads %4llu, %6.1f MiB%s  ",
            batch->module_count, plural(batch->module_count),
            (unsigned long long)batch->session_modules,
            (double)batch->session_bytes / MIB,
            batch->over_budget ? " (over the limit)" : "");
    put_range(shown->plan, batch, term);
    putc('\n', term->file);
}

/* The first ones; nobody reads a thousand lines. */
static void
put_batches(const struct plan_shown *shown, const struct term *term)
{
    size_t i, put = 0, left = shown->plan->batch_count - shown->unchanged_count;

    for (i = 0; i < shown->plan->batch_count && put < SHOWN_BATCHES; i++) {
        if (shown->unchanged[i])
            continue;
        put_batch(shown, i, term);
        put++;
    }
    if (left > put)
        fprintf(term->file, "and %zu more; --output json has all\n",
                left - put);
}

void
plan_put_human(const struct plan_shown *shown, const struct term *term)
{
    const lw_plan *plan = shown->plan;

    put_styled(term, TERM_BOLD, shown->lean);
    fputs(" (", term->file);
    term_put_line(term, shown->reason);
    fputs(")\n", term->file);
    if (plan->project[0] != '\0') {
        fputs("project ", term->file);
        term_put_line(term, plan->project);
        putc('\n', term->file);
    }
    put_batches(shown, term);
    plan_put_problems(plan, term);
    fprintf(term->file, "%zu module%s in %zu batch%s", plan->planned_count,
            plural(plan->planned_count), plan->batch_count,
            plan->batch_count == 1 ? "" : "es");
    if (shown->since)
        fprintf(term->file, ", %zu of them unchanged", shown->unchanged_count);
    fprintf(term->file, "; %zu more imported; %zu problem%s\n",
            plan->module_count - plan->planned_count, plan->problem_count,
            plural(plan->problem_count));
}

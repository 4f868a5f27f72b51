/* build_output.c - what `lean-worker build` prints. */
#include "build_output.h"

#include <string.h>

#include "human.h"
#include "json_text.h"

#define INDENT 6
#define SHOWN_DIAGNOSTICS 20

void
build_output_init(struct build_output *output, bool jsonl,
                  enum term_color_mode color)
{
    *output = (struct build_output){ .jsonl = jsonl };
    term_init(&output->out, stdout, color);
    term_init(&output->err, stderr, color);
    status_line_init(&output->line, jsonl ? NULL : &output->out, &output->err);
}

void
build_output_begin(struct build_output *output, const lw_toolchain *toolchain,
                   const char *project)
{
    const char *version = lw_toolchain_get_version(toolchain);

    if (output->jsonl)
        return;
    printf("lean%s%s (", version[0] != '\0' ? " " : "", version);
    term_put_line(&output->out, lw_toolchain_get_reason(toolchain));
    printf(")\nproject ");
    term_put_line(&output->out, project);
    putchar('\n');
}

void
build_output_hide(struct build_output *output)
{
    status_line_hide(&output->line);
}

/* ---- while it runs ---- */

static bool
put_json_progress(const lw_build_progress *progress)
{
    json_t *line =
        progress->state == LW_BUILD_OUTPUT
            ? json_pack("{ss so}", "event", "output", "line",
                        json_text(progress->line))
            : json_pack("{ss ss so sI sI}", "event", "module", "state",
                        lw_build_state_name(progress->state), "module",
                        json_text(progress->module), "done",
                        (json_int_t)progress->done, "total",
                        (json_int_t)progress->total);

    return json_put_line(stdout, line);
}

static void
put_module(struct build_output *output, const lw_build_progress *progress)
{
    bool built = progress->state == LW_BUILD_MODULE_BUILT;
    const struct term *term = &output->out;

    printf("  %s%s%s ", term_style_on(term, built ? TERM_GREEN : TERM_RED),
           built ? term_symbol(term, "✓", "ok")
                 : term_symbol(term, "✗", "failed"),
           term_style_off(term));
    term_put_line(term, progress->module);
    putchar('\n');
}

static void
show_line(struct build_output *output, const lw_build_progress *progress)
{
    struct status_line *line = &output->line;
    char text[256];
    int columns;

    if (!status_line_is_due(line))
        return;
    term_update_width(line->term);
    columns = line->term->columns;
    snprintf(text, sizeof(text), " %zu/%zu  %s   %.0f s", progress->done,
             progress->total, progress->module,
             status_line_now() - line->started);
    if (columns > 0 && (size_t)columns < sizeof(text))
        text[columns] = '\0';
    status_line_show(line, text);
}

bool
build_output_progress(struct build_output *output,
                      const lw_build_progress *progress)
{
    if (output->jsonl)
        return put_json_progress(progress) && ferror(stdout) == 0;
    if (progress->state == LW_BUILD_MODULE_BUILT ||
        progress->state == LW_BUILD_MODULE_FAILED) {
        status_line_hide(&output->line);
        put_module(output, progress);
    }
    show_line(output, progress);
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

/* ---- at the end, as JSON ---- */

static json_t *
json_failure(const lw_build_failure *failure)
{
    json_t *diagnostics = json_array();
    const char *problem = failure->code == LW_BUILD_BAD_MODULE
                              ? lw_plan_problem_name(failure->problem)
                              : NULL;
    size_t i;

    for (i = 0; i < failure->diagnostic_count; i++)
        json_array_append_new(diagnostics,
                              json_diagnostic(&failure->diagnostics[i]));
    return json_pack("{ss ss ss? so so so so so so}", "event", "failure",
                     "code", lw_build_failure_name(failure->code), "problem",
                     problem, "module", json_text(failure->module), "path",
                     json_text(failure->path), "line",
                     json_known(failure->line, failure->line), "column",
                     json_known(failure->line, failure->column), "message",
                     json_text(failure->message), "diagnostics", diagnostics);
}

static json_t *
json_texts(const char *const *texts)
{
    json_t *list = json_array();

    for (; *texts != NULL; texts++)
        json_array_append_new(list, json_text(*texts));
    return list;
}

static void
put_json_end(const lw_build *build)
{
    size_t i;

    for (i = 0; i < build->failure_count; i++)
        json_put_line(stdout, json_failure(&build->failures[i]));
    json_put_line(
        stdout,
        json_pack("{ss ss so sI sI sI sI so so so sb}", "event", "end", "way",
                  lw_build_way_name(build->way), "folder",
                  json_text(build->folder), "total", (json_int_t)build->total,
                  "fresh", (json_int_t)build->fresh, "built",
                  (json_int_t)build->built, "failed", (json_int_t)build->failed,
                  "notes", json_texts(build->notes), "search_path",
                  json_texts(build->search_path), "output",
                  json_text(build->output), "truncated",
                  build->output_truncated));
}

/* ---- at the end, for people ---- */

static void
put_failure(struct build_output *output, const lw_build_failure *failure)
{
    const struct term *term = &output->out;
    size_t i;

    printf("%s%s%s ", term_style_on(term, TERM_RED),
           failure->code == LW_BUILD_BAD_MODULE
               ? lw_plan_problem_name(failure->problem)
               : lw_build_failure_name(failure->code),
           term_style_off(term));
    term_put_line(term,
                  failure->path[0] != '\0' ? failure->path : failure->module);
    if (failure->line > 0)
        printf(":%u:%u", failure->line, failure->column);
    putchar('\n');
    for (i = 0; i < failure->diagnostic_count && i < SHOWN_DIAGNOSTICS; i++)
        human_put_diagnostic(term, &failure->diagnostics[i], INDENT);
    if (failure->diagnostic_count > SHOWN_DIAGNOSTICS)
        human_put_more(term, INDENT,
                       failure->diagnostic_count - SHOWN_DIAGNOSTICS,
                       "messages");
    if (failure->diagnostic_count > 0)
        return;
    printf("%*s", INDENT, "");
    human_put_lines(term,
                    (lw_span){ failure->message, strlen(failure->message) },
                    INDENT, 20);
}

static bool
speaks_of_missing_half(const lw_build *build)
{
    size_t i, j;

    for (i = 0; i < build->failure_count; i++) {
        const lw_build_failure *failure = &build->failures[i];

        for (j = 0; j < failure->diagnostic_count; j++) {
            if (human_speaks_of_missing_half(failure->diagnostics[j].message))
                return true;
        }
    }
    return false;
}

static void
put_human_end(struct build_output *output, const lw_build *build)
{
    const char *const *note;
    size_t i;

    for (i = 0; i < build->failure_count; i++)
        put_failure(output, &build->failures[i]);
    for (note = build->notes; *note != NULL; note++) {
        printf("note: ");
        term_put_line(&output->out, *note);
        putchar('\n');
    }
    if (build->way == LW_BUILD_DIRECT) {
        printf("%zu modules: %zu built, %zu unchanged, %zu failed\n",
               build->total, build->built, build->fresh, build->failed);
        printf("in ");
        term_put_line(&output->out, build->folder);
        putchar('\n');
        if (speaks_of_missing_half(build))
            human_put_missing_half(stdout);
    } else {
        printf("lake: %zu built, %zu failed\n", build->built, build->failed);
    }
}

void
build_output_end(struct build_output *output, const lw_build *build)
{
    if (output->jsonl)
        put_json_end(build);
    else
        put_human_end(output, build);
}

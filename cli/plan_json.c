/* plan_json.c - a plan as one JSON document. */
#include "json_text.h"
#include "plan_output.h"

/* A list with NULL at its end; NULL is an empty one. */
static json_t *
texts(const char *const *items)
{
    json_t *list = json_array();

    for (; items != NULL && *items != NULL; items++)
        json_array_append_new(list, json_text(*items));
    return list;
}

static json_t *
header_imports(const lw_header *header)
{
    json_t *list = json_array();
    size_t i;

    for (i = 0; header != NULL && i < header->import_count; i++)
        json_array_append_new(list, json_span(header->imports[i]));
    return list;
}

static json_t *
module_json(const lw_plan_module *module)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:o, s:I, s:s}", "name",
        json_text(module->name), "path", json_text(module->path), "package",
        json_text(module->package), "library", json_text(module->library),
        "source", (int)module->has_source, "planned", (int)module->planned,
        "broken", (int)module->broken, "is_module",
        (int)(module->header != NULL && module->header->is_module), "imports",
        header_imports(module->header), "bytes", (json_int_t)module->bytes,
        "fingerprint", module->fingerprint);
}

static json_t *
batch_json(const struct plan_shown *shown, size_t index)
{
    const lw_plan_batch *batch = &shown->plan->batches[index];
    json_t *modules = json_array();
    size_t i;

    for (i = 0; i < batch->module_count; i++)
        json_array_append_new(
            modules, json_text(shown->plan->modules[batch->modules[i]].name));
    return json_pack(
        "{s:s, s:s, s:b, s:o, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:b}", "id",
        batch->id, "fingerprint", batch->fingerprint, "unchanged",
        (int)shown->unchanged[index], "package", json_text(batch->package),
        "library", json_text(batch->library), "is_module",
        (int)(batch->header != NULL && batch->header->is_module), "imports",
        batch->header != NULL ? header_imports(batch->header)
                              : texts(batch->imports),
        "options", texts(batch->options), "modules", modules, "session_modules",
        (json_int_t)batch->session_modules, "session_bytes",
        (json_int_t)batch->session_bytes, "over_budget",
        (int)batch->over_budget);
}

static json_t *
problem_json(const lw_plan_problem *problem)
{
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o}", "code",
        lw_plan_problem_name(problem->code), "module",
        problem->module[0] == '\0' ? json_null() : json_text(problem->module),
        "path",
        problem->path[0] == '\0' ? json_null() : json_text(problem->path),
        "line", json_known(problem->line, problem->line), "column",
        json_known(problem->line, problem->column), "message",
        json_text(problem->message));
}

int
plan_put_json(const struct plan_shown *shown)
{
    const lw_plan *plan = shown->plan;
    json_t *modules = json_array(), *batches = json_array(),
           *problems = json_array();
    size_t i;

    for (i = 0; i < plan->module_count; i++)
        json_array_append_new(modules, module_json(&plan->modules[i]));
    for (i = 0; i < plan->batch_count; i++)
        json_array_append_new(batches, batch_json(shown, i));
    for (i = 0; i < plan->problem_count; i++)
        json_array_append_new(problems, problem_json(&plan->problems[i]));
    return json_print(
        json_pack("{s:o, s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o}",
                  "lean", json_text(shown->lean), "toolchain", plan->toolchain,
                  "session", shown->session, "project",
                  plan->project[0] == '\0' ? json_null()
                                           : json_text(plan->project),
                  "search_path", texts(plan->search_path), "planned",
                  (json_int_t)plan->planned_count, "imported",
                  (json_int_t)(plan->module_count - plan->planned_count),
                  "unchanged", (json_int_t)shown->unchanged_count, "modules",
                  modules, "batches", batches, "problems", problems),
        0);
}

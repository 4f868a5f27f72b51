/* plan_graph.c - the modules of a plan as a graph. */
#include <stdlib.h>

#include "json_text.h"
#include "plan_output.h"

/* In the picture: what is planned or should be, and what that imports. */
static bool *
choose(const lw_plan *plan)
{
    bool *shown = calloc(plan->module_count + 1, sizeof(*shown));
    size_t i, j;

    for (i = 0; shown != NULL && i < plan->module_count; i++) {
        const lw_plan_module *module = &plan->modules[i];

        if (!module->planned && !module->broken)
            continue;
        shown[i] = true;
        for (j = 0; j < module->import_count; j++)
            shown[module->imports[j]] = true;
    }
    if (shown == NULL)
        fputs("lean-worker: out of memory\n", stderr);
    return shown;
}

/* A quoted word of Graphviz. Names have no control characters. */
static void
put_word(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void
put_node(const lw_plan_module *module)
{
    printf("  ");
    put_word(module->name);
    if (module->broken)
        printf(" [color=red]");
    else if (!module->planned)
        printf(" [style=dashed, color=gray]");
    printf(";\n");
}

static void
put_edges(const lw_plan *plan, size_t from)
{
    const lw_plan_module *module = &plan->modules[from];
    size_t i;

    for (i = 0; i < module->import_count; i++) {
        printf("  ");
        put_word(module->name);
        printf(" -> ");
        put_word(plan->modules[module->imports[i]].name);
        printf(";\n");
    }
}

int
plan_put_graph_dot(const lw_plan *plan)
{
    bool *shown = choose(plan);
    size_t i;

    if (shown == NULL)
        return 2;
    printf("digraph imports {\n  rankdir=LR;\n  node [shape=box];\n");
    for (i = 0; i < plan->module_count; i++)
        if (shown[i])
            put_node(&plan->modules[i]);
    for (i = 0; i < plan->module_count; i++)
        if (plan->modules[i].planned || plan->modules[i].broken)
            put_edges(plan, i);
    printf("}\n");
    free(shown);
    return 0;
}

static void
add_edges(json_t *edges, const lw_plan *plan, size_t from)
{
    const lw_plan_module *module = &plan->modules[from];
    size_t i;

    for (i = 0; i < module->import_count; i++)
        json_array_append_new(
            edges,
            json_pack("{s:o, s:o}", "from", json_text(module->name), "to",
                      json_text(plan->modules[module->imports[i]].name)));
}

int
plan_put_graph_json(const lw_plan *plan)
{
    json_t *nodes = json_array(), *edges = json_array();
    bool *shown = choose(plan);
    size_t i;

    if (shown == NULL)
        return 2;
    for (i = 0; i < plan->module_count; i++) {
        const lw_plan_module *module = &plan->modules[i];

        if (shown[i])
            json_array_append_new(
                nodes,
                json_pack("{s:o, s:o, s:o, s:b, s:b}", "name",
                          json_text(module->name), "package",
                          json_text(module->package), "library",
                          json_text(module->library), "planned",
                          (int)module->planned, "broken", (int)module->broken));
        if (module->planned || module->broken)
            add_edges(edges, plan, i);
    }
    free(shown);
    return json_print(json_pack("{s:o, s:o}", "nodes", nodes, "edges", edges),
                      0);
}

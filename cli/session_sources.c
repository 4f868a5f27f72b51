/* session_sources.c - files that --source names, as modules of a session. */
#include "session_sources.h"

#include "base/path.h"
#include "base/text.h"
#include "cmd.h"

/* ---- names ---- */

static bool
leads_up(const char *path)
{
    return path[0] == '/' || lwi_text_starts(path, "../") ||
           strstr(path, "/../") != NULL;
}

char *
session_sources_module(const char *path)
{
    char *name, *at;

    while (lwi_text_starts(path, "./"))
        path += 2;
    name = strdup(leads_up(path) ? lwi_path_name(path) : path);
    if (name == NULL)
        return NULL;
    if (lwi_text_ends(name, ".lean"))
        name[strlen(name) - strlen(".lean")] = '\0';
    for (at = name; *at != '\0'; at++) {
        if (*at == '/')
            *at = '.';
    }
    return name;
}

/* "Module=path" or "path". An = behind a slash belongs to the path. */
static const char *
path_of(const char *value)
{
    size_t length = strcspn(value, "=/");

    return length > 0 && value[length] == '=' ? value + length + 1 : value;
}

static char *
module_of(const char *value)
{
    const char *path = path_of(value);

    return path == value ? session_sources_module(path)
                         : strndup(value, (size_t)(path - value) - 1);
}

/* ---- reading ---- */

static int
load_one(struct session_sources *sources, const struct opt_page *page,
         const char *value)
{
    struct input *input = &sources->inputs[sources->count];
    const char *path = path_of(value);
    char *module;
    int code = input_check_argument(page, "--source", value);

    if (code != EXIT_FINE)
        return code;
    if (path[0] == '\0')
        return opt_usage_error(page, "--source %.200s names no file", value);
    code = input_from_file(input, page, path);
    if (code != EXIT_FINE)
        return code;
    module = module_of(value);
    sources->modules[sources->count] = module;
    sources->items[sources->count] =
        (lw_source){ .module = module, .label = path, .text = input->text };
    sources->count++;
    if (module == NULL || module[0] == '\0')
        return opt_usage_error(page, "--source %.200s gives no module's name",
                               value);
    return EXIT_FINE;
}

int
session_sources_load(struct session_sources *sources,
                     const struct opt_page *page, const struct opt_list *list)
{
    int code = EXIT_FINE;
    size_t i;

    if (list->count == 0)
        return EXIT_FINE;
    sources->items = calloc(list->count, sizeof(*sources->items));
    sources->inputs = calloc(list->count, sizeof(*sources->inputs));
    sources->modules = calloc(list->count, sizeof(*sources->modules));
    if (sources->items == NULL || sources->inputs == NULL ||
        sources->modules == NULL) {
        fprintf(stderr, "%s: out of memory\n", page->name);
        return EXIT_CANNOT_RUN;
    }
    for (i = 0; code == EXIT_FINE && i < list->count; i++)
        code = load_one(sources, page, list->values[i]);
    return code;
}

void
session_sources_fini(struct session_sources *sources)
{
    size_t i;

    for (i = 0; i < sources->count; i++) {
        input_fini(&sources->inputs[i]);
        free(sources->modules[i]);
    }
    free(sources->items);
    free(sources->inputs);
    free(sources->modules);
    *sources = (struct session_sources){ 0 };
}

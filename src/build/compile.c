/* compile.c - one module, one run of lean. */
#include <jansson.h>

#include "base/c_locale.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/direct.h"
#include "toolchain/environment.h"

#define OUTPUT_LIMIT ((uint64_t)256 * 1024 * 1024)

/* ---- starting it ---- */

static int
add_text(struct lwi_strings *list, const char *before, const char *text)
{
    return lwi_strings_take(list, lwi_path_printf("%s%s", before, text));
}

/* The source as lean is to read it; the caller's. */
static char *
source_of(const struct lwi_node *node)
{
    return node->rewritten == NULL
               ? lwi_copy_text(&lwi_system_allocator, node->module->path)
               : lwi_path_printf("%s/source/%s.lean", node->room, node->file);
}

static char *
root_of(const struct lwi_node *node)
{
    return node->rewritten == NULL
               ? lwi_copy_text(&lwi_system_allocator, node->root)
               : lwi_path_join(node->room, "source");
}

static int
add_options(struct lwi_strings *argv, const struct lwi_node *node)
{
    const struct lwi_lake_flags *flags = node->flags;
    const char *const *option = lwi_public_options;
    int rc = LW_OK;
    size_t i;

    for (; rc == LW_OK && node->rewritten != NULL && *option != NULL; option++)
        rc = add_text(argv, "-D", *option);
    for (i = 0; rc == LW_OK && flags != NULL && i < flags->options.count; i++)
        rc = add_text(argv, "-D", flags->options.items[i]);
    for (i = 0; rc == LW_OK && flags != NULL && i < flags->arguments.count; i++)
        rc = lwi_strings_add(argv, flags->arguments.items[i]);
    return rc;
}

/* lean --json --root=ROOT -DNAME=VALUE … -o ROOM/module.olean … FILE */
static int
make_arguments(struct lwi_strings *argv, const struct lwi_direct *d,
               const struct lwi_node *node)
{
    char *root = root_of(node);
    int rc = root == NULL ? LW_ENOMEM : lwi_strings_add(argv, d->lean);

    if (rc == LW_OK)
        rc = lwi_strings_add(argv, "--json");
    if (rc == LW_OK)
        rc = add_text(argv, "--root=", root);
    lwi_free(&lwi_system_allocator, root);
    if (rc == LW_OK)
        rc = add_options(argv, node);
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, "-o");
    if (rc == LW_OK)
        rc = lwi_strings_take(argv, lwi_path_join(node->room, "module.olean"));
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, "-i");
    if (rc == LW_OK)
        rc = lwi_strings_take(argv, lwi_path_join(node->room, "module.ilean"));
    return rc == LW_OK ? lwi_strings_take(argv, source_of(node)) : rc;
}

/* ---- a rewritten source ---- */

void
lwi_compile_forget(struct lwi_node *node)
{
    if (node->rewritten != NULL)
        lwi_public_fini(node->rewritten);
    node->rewritten = NULL;
}

void
lwi_compile_rewrite(struct lwi_direct *d, struct lwi_node *node, lw_span text)
{
    struct lwi_build_run *b = d->b;
    struct lwi_public *rewritten =
        lwi_build_alloc(b, 1, sizeof(struct lwi_public));
    int rc;

    if (rewritten == NULL)
        return;
    node->rewritten = rewritten;
    if (lwi_public_rewrite(rewritten, text, &rc))
        return;
    lwi_compile_forget(node);
    if (rc != LW_OK)
        lwi_build_no_memory(b);
}

/* Its text may go when it is written; where things are in it is needed. */
static void
write_source(struct lwi_build_run *b, struct lwi_node *node)
{
    char *path = source_of(node);

    if (path == NULL)
        lwi_build_no_memory(b);
    else
        lwi_store_write(b, path, &node->rewritten->text);
    lwi_buf_fini(&node->rewritten->text);
    lwi_free(&lwi_system_allocator, path);
}

/* ---- the process ---- */

/* Messages of the limit's size, escaped. */
static size_t
output_room(const struct lwi_build_run *b)
{
    return b->options.output_limit > OUTPUT_LIMIT / 4
               ? (size_t)OUTPUT_LIMIT
               : (size_t)b->options.output_limit * 4 + 65536;
}

void
lwi_compile_start(struct lwi_direct *d, struct lwi_node *node, size_t place)
{
    struct lwi_build_run *b = d->b;
    struct lwi_strings argv = { 0 }, environment = { 0 };
    struct lwi_tool_words words;
    int rc;

    node->room = lwi_store_room(b, &d->store, (size_t)(node - d->nodes));
    if (node->room != NULL && node->rewritten != NULL)
        write_source(b, node);
    if (b->rc != LW_OK)
        return;
    rc = make_arguments(&argv, d, node);
    if (rc == LW_OK)
        rc = lwi_toolchain_environment(&environment, d->lean);
    /* Behind the one that takes the caller's away. */
    if (rc == LW_OK)
        rc = lwi_strings_add(&environment, d->lean_path);
    words = (struct lwi_tool_words){
        .argv = (const char *const *)argv.items,
        .environment = (const char *const *)environment.items,
        .folder = lw_project_get_folder(b->project),
    };
    if (rc != LW_OK)
        lwi_build_no_memory(b);
    else
        b->rc = lwi_tool_start(&d->tools[place], b->runtime, output_room(b),
                               &words, b->err);
    lwi_strings_fini(&argv);
    lwi_strings_fini(&environment);
}

/* ---- what it said ---- */

static uint32_t
number_of(const json_t *place, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(place, key));

    return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static lw_severity
severity_of(const char *word)
{
    return word == NULL || strcmp(word, "error") == 0 ? LW_SEVERITY_ERROR
           : strcmp(word, "warning") == 0             ? LW_SEVERITY_WARNING
                                                      : LW_SEVERITY_INFO;
}

static lw_span
span_of(const json_t *value)
{
    const char *text = json_string_value(value);

    return text == NULL ? (lw_span){ "", 0 }
                        : (lw_span){ text, json_string_length(value) };
}

/* What is no message is what the module printed, or Node. */
static void
take_message(struct lwi_build_run *b, struct lwi_said *said,
             const struct lwi_node *node, const char *line, size_t size)
{
    locale_t before = lwi_c_locale_enter();
    json_t *message = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
    const json_t *start = json_object_get(message, "pos");
    const json_t *end = json_object_get(message, "endPos");
    const json_t *data = json_object_get(message, "data");
    lw_diagnostic diagnostic = {
        .severity = severity_of(
            json_string_value(json_object_get(message, "severity"))),
        .line = number_of(start, "line"),
        .column = number_of(start, "column"),
        .end_line = number_of(end, "line"),
        .end_column = number_of(end, "column"),
        .kind = span_of(json_object_get(message, "kind")),
        .message = span_of(data),
    };

    lwi_c_locale_leave(before);
    if (node->rewritten != NULL) {
        lwi_public_place(node->rewritten, diagnostic.line, &diagnostic.column);
        lwi_public_place(node->rewritten, diagnostic.end_line,
                         &diagnostic.end_column);
    }
    if (json_is_string(data))
        lwi_said_add(b, said, &diagnostic);
    json_decref(message);
}

static void
read_messages(struct lwi_build_run *b, struct lwi_said *said,
              const struct lwi_node *node, const struct lwi_tool *tool)
{
    const char *at = tool->output.data, *end, *newline;

    end = at + tool->output.size;
    while (at != NULL && at < end) {
        newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            newline = end;
        if (*at == '{')
            take_message(b, said, node, at, (size_t)(newline - at));
        at = newline + (newline < end);
    }
    if (tool->cut) {
        said->truncated = true;
        b->facts.output_truncated = true;
    }
}

/* ---- how it ended ---- */

static bool
has_error(const struct lwi_said *said)
{
    size_t i;

    for (i = 0; i < said->count; i++) {
        if (said->items[i].severity == LW_SEVERITY_ERROR)
            return true;
    }
    return false;
}

static void
fail_ended(struct lwi_direct *d, struct lwi_node *node,
           const struct lwi_obituary *obituary, const struct lwi_said *said)
{
    bool by_signal = obituary->exit_signal != 0;
    lw_span words = lwi_tool_last_words(obituary);
    lw_build_failure failure = { .code = LW_BUILD_LEAN_ENDED,
                                 .module = node->module->name,
                                 .path = node->module->path };
    char *message = lwi_path_printf(
        "lean ended with %s %d before the module was written%s%.*s",
        by_signal ? "signal" : "exit code",
        by_signal ? obituary->exit_signal : obituary->exit_code,
        words.size > 0 ? ": " : "", (int)words.size,
        words.size > 0 ? words.data : "");

    if (message == NULL)
        lwi_build_no_memory(d->b);
    failure.message = message;
    lwi_direct_fail(d, node, &failure, said);
    lwi_free(&lwi_system_allocator, message);
}

bool
lwi_compile_judge(struct lwi_direct *d, struct lwi_node *node, size_t place,
                  const struct lwi_obituary *obituary)
{
    lw_build_failure failure = { .code = LW_BUILD_LEAN_ERROR,
                                 .module = node->module->name,
                                 .path = node->module->path };
    struct lwi_said said = { 0 };
    bool written = lwi_path_has(node->room, "module.olean");
    bool well = obituary->exit_signal == 0 && obituary->exit_code == 0;

    read_messages(d->b, &said, node, &d->tools[place]);
    if (well && written && !has_error(&said))
        return true;
    if (has_error(&said))
        lwi_direct_fail(d, node, &failure, &said);
    else
        fail_ended(d, node, obituary, &said);
    return false;
}

/*
 * lake.c - a build by the toolchain's own lake.
 *
 * What lake prints is for people, and differs between its versions. Only these
 * lines are understood, in any of their forms; the others belong to the module
 * that was named last:
 *
 *     ✔ [3/7] Built A.B          ⚠ [3/7] Replayed A.B      [3/7] Building A.B
 *     ✖ [4/7] Building A.C
 *     error: ././A/C.lean:3:7: unknown identifier …
 */
#include "base/cancel.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/build.h"
#include "proc/tool.h"
#include "toolchain/environment.h"

#define TAKEN_AT_ONCE ((size_t)16 * 1024 * 1024)
#define KEPT_MAX ((size_t)64 * 1024 * 1024)
#define LINE_COST 256 /* what is kept of a line besides its text */

struct lake {
    struct lwi_build_run *b;
    struct lwi_tool tool;
    struct lwi_buf tail; /* the end of the output */
    const char *module;  /* named last */
    bool is_broken;      /* with the mark of a failure */
    const char *path;    /* of its first error */
    struct lwi_said said;
    size_t kept; /* of all lines that were understood, at most */
};

/* ---- what a line means ---- */

/* The module that was named last is done with. */
static void
finish_module(struct lake *l)
{
    lw_build_failure failure = { .code = LW_BUILD_LEAN_ERROR };

    if (l->is_broken) {
        failure.module = l->module;
        failure.path = l->path;
        if (l->said.count == 0)
            failure.message = "lake says no more of it";
        lwi_build_fail_module(l->b, &failure, &l->said);
        l->b->facts.failed++;
    }
    l->is_broken = false;
    l->module = l->path = NULL;
    l->said = (struct lwi_said){ 0 };
}

/* Reads "[3/7] " somewhere near the start; NULL where there is none. */
static const char *
read_step(const char *line, size_t *step, size_t *steps)
{
    const char *at = strchr(line, '[');
    char *end;

    if (at == NULL || at - line > 8)
        return NULL;
    *step = strtoul(at + 1, &end, 10);
    if (end == at + 1 || *end != '/')
        return NULL;
    at = end + 1;
    *steps = strtoul(at, &end, 10);
    return end == at || strncmp(end, "] ", 2) != 0 ? NULL : end + 2;
}

/* The word behind the first one of what a step does. */
static const char *
read_subject(struct lwi_build_run *b, const char *what)
{
    const char *at = what + strcspn(what, " ");
    size_t size;

    at += *at == ' ';
    size = strcspn(at, " ");
    return lwi_arena_span(&b->arena, (lw_span){ at, size }).data;
}

static bool
take_step(struct lake *l, const char *line)
{
    struct lwi_build_run *b = l->b;
    size_t step, steps;
    const char *what = read_step(line, &step, &steps);

    if (what == NULL)
        return false;
    finish_module(l);
    b->facts.total = steps;
    l->module = read_subject(b, what);
    l->is_broken = lwi_text_starts(line, "\xe2\x9c\x96"); /* ✖ */
    if (l->is_broken)
        lwi_build_tell(b, LW_BUILD_MODULE_FAILED, l->module, "");
    else if (lwi_text_starts(what, "Built ")) {
        b->facts.built++;
        lwi_build_tell(b, LW_BUILD_MODULE_BUILT, l->module, "");
    }
    return true;
}

/* Cuts "PATH:LINE:COLUMN: TEXT"; the text, or NULL where it is none. */
static const char *
read_place(const char *text, size_t *path_size, lw_diagnostic *to)
{
    const char *at = strstr(text, ".lean:");
    char *end;

    if (at == NULL)
        return NULL;
    *path_size = (size_t)(at - text) + strlen(".lean");
    at = text + *path_size + 1;
    to->line = (uint32_t)strtoul(at, &end, 10);
    if (end == at || *end != ':')
        return NULL;
    at = end + 1;
    to->column = (uint32_t)strtoul(at, &end, 10);
    if (end == at || *end != ':')
        return NULL;
    at = end + 1;
    return at + strspn(at, " ");
}

static const char *
read_severity(const char *line, lw_severity *severity)
{
    static const struct {
        const char *word;
        lw_severity severity;
    } words[] = { { "error: ", LW_SEVERITY_ERROR },
                  { "warning: ", LW_SEVERITY_WARNING },
                  { "info: ", LW_SEVERITY_INFO } };
    size_t i;

    for (i = 0; i < LWI_COUNT(words); i++) {
        *severity = words[i].severity;
        if (lwi_text_starts(line, words[i].word))
            return line + strlen(words[i].word);
    }
    return NULL;
}

static bool
take_message(struct lake *l, const char *line)
{
    lw_diagnostic diagnostic = { .kind = { "", 0 } };
    const char *text = read_severity(line, &diagnostic.severity), *behind;
    size_t size = 0;

    if (text == NULL || l->module == NULL)
        return false;
    behind = read_place(text, &size, &diagnostic);
    if (behind != NULL && l->path == NULL) {
        char *path = lwi_copy_bytes(&lwi_system_allocator, text, size);
        char *whole =
            path == NULL
                ? NULL
                : lwi_path_join(lw_project_get_folder(l->b->project), path);

        l->path = lwi_build_text(l->b, whole == NULL ? "" : whole);
        lwi_free(&lwi_system_allocator, path);
        lwi_free(&lwi_system_allocator, whole);
    }
    diagnostic.message = lwi_span_of(behind == NULL ? text : behind);
    lwi_said_add(l->b, &l->said, &diagnostic);
    return true;
}

/* What a lakefile prints may have no end: then lines are passed on only. */
static void
take_line(struct lake *l, const char *line)
{
    if (l->kept >= KEPT_MAX)
        l->b->facts.output_truncated = true;
    else if (take_step(l, line) || take_message(l, line))
        l->kept += strlen(line) + LINE_COST;
    lwi_build_tell(l->b, LW_BUILD_OUTPUT, l->module == NULL ? "" : l->module,
                   line);
}

/* ---- while it runs ---- */

static void
keep_tail(struct lake *l, const char *data, size_t size)
{
    size_t limit = (size_t)l->b->options.output_limit;

    if (lwi_buf_append(&l->tail, data, size) != LW_OK)
        lwi_build_no_memory(l->b);
    if (l->tail.size > limit) {
        lwi_buf_drop_front(&l->tail, l->tail.size - limit);
        l->b->facts.output_truncated = true;
    }
}

/* All whole lines; at the end what is left as well. */
static void
take_output(struct lake *l, bool at_end)
{
    struct lwi_buf *output = &l->tool.output;
    char *data = output->data, *end;
    size_t at = 0;

    while (l->b->rc == LW_OK && at < output->size &&
           (end = memchr(data + at, '\n', output->size - at)) != NULL) {
        *end = '\0';
        take_line(l, data + at);
        *end = '\n';
        at = (size_t)(end - data) + 1;
    }
    if (at > 0)
        keep_tail(l, data, at);
    lwi_buf_drop_front(output, at);
    if (at_end && output->size > 0 && l->b->rc == LW_OK) {
        take_line(l, lwi_buf_peek_text(output));
        keep_tail(l, output->data, output->size);
        output->size = 0;
    }
}

static void
attend(struct lake *l, struct lwi_obituary *obituary)
{
    struct lwi_build_run *b = l->b;
    bool ended = false;

    while (!ended && lwi_build_goes_on(b)) {
        b->rc = lwi_tools_wait(&l->tool, 1, lwi_cancel_fd(b->options.cancel),
                               b->clock, b->deadline, LWI_BUILDING, b->err);
        if (b->rc != LW_OK)
            return;
        ended = lwi_tool_ended(&l->tool, b->clock, obituary);
        if (!ended && lwi_tool_drain(&l->tool) != LW_OK)
            lwi_build_no_memory(b);
        take_output(l, ended);
    }
}

/* Its last words, where no module is to blame. */
static void
blame_lake(struct lake *l, const struct lwi_obituary *obituary)
{
    lw_build_failure failure = { .code = LW_BUILD_LAKE_FAILED };
    const char *text = lwi_buf_peek_text(&l->tail);
    lw_span words = lwi_tool_end_of((lw_span){ text, strlen(text) });
    char *message;

    message = lwi_path_printf(
        "`lake build` fails (%s %d)%s%.*s",
        obituary->exit_signal != 0 ? "signal" : "exit code",
        obituary->exit_signal != 0 ? obituary->exit_signal
                                   : obituary->exit_code,
        words.size > 0 ? ": " : "", (int)words.size, words.data);
    if (message == NULL)
        lwi_build_no_memory(l->b);
    failure.message = message;
    lwi_build_fail_module(l->b, &failure, NULL);
    l->b->facts.failed++;
    lwi_free(&lwi_system_allocator, message);
}

static void
judge(struct lake *l, const struct lwi_obituary *obituary)
{
    struct lwi_build_run *b = l->b;

    finish_module(l);
    if (obituary->exit_signal != 0 || obituary->exit_code != 0) {
        if (b->facts.failed == 0)
            blame_lake(l, obituary);
    } else if (b->facts.failed > 0) {
        /* Lake has the last word: it took them as warnings. */
        b->facts.failed = b->facts.failure_count = 0;
    }
    b->facts.output = lwi_build_text(b, lwi_buf_peek_text(&l->tail));
}

/* ---- the whole ---- */

/* Through a shell, for stdout and stderr in the order in which they come. */
static void
start(struct lake *l, const char *lake)
{
    static const char *const shell[] = { "/bin/sh", "-c", "exec \"$@\" 2>&1",
                                         "sh" };
    struct lwi_build_run *b = l->b;
    struct lwi_strings argv = { 0 }, environment = { 0 };
    struct lwi_tool_words words;
    const char *const *target = b->options.targets;
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(shell); i++)
        rc = lwi_strings_add(&argv, shell[i]);
    if (rc == LW_OK)
        rc = lwi_strings_add(&argv, lake);
    if (rc == LW_OK)
        rc = lwi_strings_add(&argv, "build");
    for (; rc == LW_OK && target != NULL && *target != NULL; target++)
        rc = lwi_strings_add(&argv, *target);
    if (rc == LW_OK)
        rc = lwi_toolchain_environment(&environment, lake);
    words = (struct lwi_tool_words){
        .argv = (const char *const *)argv.items,
        .environment = (const char *const *)environment.items,
        .folder = lw_project_get_folder(b->project),
    };
    if (rc == LW_OK)
        b->rc =
            lwi_tool_start(&l->tool, b->runtime, TAKEN_AT_ONCE, &words, b->err);
    else
        lwi_build_no_memory(b);
    lwi_strings_fini(&argv);
    lwi_strings_fini(&environment);
}

static void
load_search_path(struct lwi_build_run *b)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;

    how.runtime = b->runtime;
    how.cancel = b->options.cancel;
    b->rc = lw_project_load(b->project, b->options.toolchain, &how, b->err);
    if (b->rc == LW_OK)
        b->facts.search_path =
            lwi_arena_texts(&b->arena, lw_project_get_search_path(b->project));
}

void
lwi_build_by_lake(struct lwi_build_run *b, const char *lake)
{
    struct lake l = { .b = b };
    struct lwi_obituary obituary;

    b->facts.way = LW_BUILD_BY_LAKE;
    lwi_buf_init(&l.tail, &lwi_system_allocator);
    start(&l, lake);
    if (b->rc == LW_OK) {
        attend(&l, &obituary);
        if (b->rc == LW_OK)
            judge(&l, &obituary);
    }
    lwi_tool_fini(&l.tool, b->clock,
                  b->rc == LW_ECANCELLED ? LWI_KILL_CANCELLED
                  : b->rc == LW_ETIMEOUT ? LWI_KILL_TIMEOUT
                                         : LWI_KILL_POLICY);
    lwi_buf_fini(&l.tail);
    if (b->rc == LW_OK && b->facts.failed == 0)
        load_search_path(b);
}

/* result.c - what a build says, while it grows. */
#include <stdarg.h>
#include <stdio.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/text.h"
#include "build/build.h"

#define TEXT_SIZE 2048

void
lwi_build_no_memory(struct lwi_build_run *b)
{
    if (b->rc == LW_OK)
        b->rc = lwi_fail(b->err, LW_ENOMEM, LWI_BUILDING, "out of memory");
}

bool
lwi_build_goes_on(struct lwi_build_run *b)
{
    if (b->arena.no_memory)
        lwi_build_no_memory(b);
    if (b->rc == LW_OK && lw_cancel_is_set(b->options.cancel))
        b->rc = lwi_fail(b->err, LW_ECANCELLED, LWI_BUILDING, "cancelled");
    if (b->rc == LW_OK && lwi_now(b->clock) >= b->deadline)
        b->rc = lwi_fail(b->err, LW_ETIMEOUT, LWI_BUILDING,
                         "it did not end within %.1f s",
                         (double)b->options.timeout_ms / 1000);
    return b->rc == LW_OK;
}

void *
lwi_build_alloc(struct lwi_build_run *b, size_t count, size_t size)
{
    void *block = lwi_arena_array(&b->arena, count, size);

    if (block == NULL)
        lwi_build_no_memory(b);
    return block;
}

const char *
lwi_build_text(struct lwi_build_run *b, const char *text)
{
    const char *copy = lwi_arena_text(&b->arena, text);

    if (copy == NULL)
        lwi_build_no_memory(b);
    return copy;
}

bool
lwi_build_grow(struct lwi_build_run *b, void **items, size_t count,
               size_t *room, size_t size)
{
    bool grown = lwi_arena_grow(&b->arena, items, count, room, size);

    if (!grown)
        lwi_build_no_memory(b);
    return grown;
}

/* ---- what is wrong with a module ---- */

void
lwi_said_add(struct lwi_build_run *b, struct lwi_said *said,
             const lw_diagnostic *diagnostic)
{
    uint64_t size = diagnostic->kind.size + diagnostic->message.size;
    void *items = said->items;
    lw_diagnostic copy = *diagnostic;

    if (said->truncated || size > b->options.output_limit - said->bytes) {
        said->truncated = true;
        b->facts.output_truncated = true;
        return;
    }
    if (b->rc != LW_OK || !lwi_build_grow(b, &items, said->count, &said->room,
                                          sizeof(lw_diagnostic)))
        return;
    said->items = items;
    copy.kind = lwi_arena_span(&b->arena, diagnostic->kind);
    copy.message = lwi_arena_span(&b->arena, diagnostic->message);
    if (b->arena.no_memory) {
        lwi_build_no_memory(b);
        return;
    }
    said->items[said->count++] = copy;
    said->bytes += size;
}

static const lw_diagnostic *
first_error(const struct lwi_said *said)
{
    size_t i;

    for (i = 0; said != NULL && i < said->count; i++) {
        if (said->items[i].severity == LW_SEVERITY_ERROR)
            return &said->items[i];
    }
    return NULL;
}

void
lwi_build_fail_module(struct lwi_build_run *b, const lw_build_failure *failure,
                      const struct lwi_said *said)
{
    const lw_diagnostic *error = first_error(said);
    void *items = b->failures;
    lw_build_failure copy = *failure;

    if (b->rc != LW_OK ||
        !lwi_build_grow(b, &items, b->facts.failure_count, &b->failure_room,
                        sizeof(lw_build_failure)))
        return;
    b->failures = items;
    if (copy.message == NULL && error != NULL) {
        copy.line = error->line;
        copy.column = error->column;
        copy.message = error->message.data;
    }
    copy.module = lwi_build_text(b, copy.module == NULL ? "" : copy.module);
    copy.path = lwi_build_text(b, copy.path == NULL ? "" : copy.path);
    copy.message = lwi_build_text(b, copy.message == NULL ? "" : copy.message);
    if (said != NULL) {
        copy.diagnostics = said->items;
        copy.diagnostic_count = said->count;
    }
    if (b->rc == LW_OK)
        b->failures[b->facts.failure_count++] = copy;
}

void
lwi_build_note(struct lwi_build_run *b, const char *format, ...)
{
    void *items = b->notes;
    char text[TEXT_SIZE];
    va_list values;
    size_t i;

    va_start(values, format);
    vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    for (i = 0; i < b->note_count; i++) {
        if (strcmp(b->notes[i], text) == 0)
            return;
    }
    /* One more than there are: the NULL at the end. */
    if (b->rc != LW_OK || !lwi_build_grow(b, &items, b->note_count + 1,
                                          &b->note_room, sizeof(const char *)))
        return;
    b->notes = items;
    b->notes[b->note_count++] = lwi_build_text(b, text);
    b->notes[b->note_count] = NULL;
}

void
lwi_build_tell(struct lwi_build_run *b, lw_build_state state,
               const char *module, const char *line)
{
    lw_build_progress progress = {
        .state = state,
        .module = module,
        .line = line,
        .done = b->facts.fresh + b->facts.built + b->facts.failed,
        .total = b->facts.total,
    };

    if (b->rc != LW_OK || b->options.progress == NULL)
        return;
    if (b->options.progress(&progress, b->options.progress_user) < 0)
        b->rc = lwi_fail(b->err, LW_ESINK, LWI_BUILDING,
                         "the progress callback ended the build");
}

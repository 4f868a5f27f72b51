/* outcome.c - what is known of one file. */
#include "check/outcome.h"

#include "base/text.h"
#include "proto/utf8.h"

void
lwi_outcome_init(struct lwi_outcome *outcome, const lw_allocator *allocator)
{
    *outcome =
        (struct lwi_outcome){ .verdict = LW_VERDICT_CRASHED, .exit_code = -1 };
    lwi_buf_init(&outcome->items, allocator);
    lwi_buf_init(&outcome->texts, allocator);
    lwi_buf_init(&outcome->stderr_tail, allocator);
}

void
lwi_outcome_fini(struct lwi_outcome *outcome)
{
    lwi_buf_fini(&outcome->items);
    lwi_buf_fini(&outcome->texts);
    lwi_buf_fini(&outcome->stderr_tail);
}

void
lwi_outcome_restart(struct lwi_outcome *outcome)
{
    const lw_allocator *allocator = outcome->items.allocator;
    double elapsed_ms = outcome->elapsed_ms;
    uint32_t attempts = outcome->attempts;

    lwi_outcome_fini(outcome);
    lwi_outcome_init(outcome, allocator);
    outcome->elapsed_ms = elapsed_ms;
    outcome->attempts = attempts;
}

/* The start of a text, not ending inside a code point. */
static lw_span
cut(lw_span text, size_t limit)
{
    if (text.size > limit)
        text.size = lwi_utf8_valid_prefix(text.data, limit);
    return text;
}

int
lwi_outcome_add(struct lwi_outcome *outcome, const lw_diagnostic *diagnostic)
{
    size_t count = outcome->items.size / sizeof(*diagnostic);
    size_t room = LWI_DIAGNOSTIC_BYTES - outcome->texts.size;
    lw_diagnostic kept = *diagnostic;

    outcome->errors += diagnostic->severity == LW_SEVERITY_ERROR;
    if (count >= LWI_DIAGNOSTIC_COUNT || room == 0) {
        outcome->dropped++;
        outcome->truncated = true;
        return LW_OK;
    }
    kept.kind = cut(kept.kind, room);
    kept.message = cut(kept.message, room - kept.kind.size);
    if (kept.message.size < diagnostic->message.size)
        outcome->truncated = true;
    if (lwi_buf_reserve(&outcome->items, sizeof(kept)) < 0 ||
        lwi_buf_reserve(&outcome->texts, kept.kind.size + kept.message.size) <
            0) {
        outcome->no_memory = true;
        return LW_ENOMEM;
    }
    lwi_buf_append(&outcome->texts, kept.kind.data, kept.kind.size);
    lwi_buf_append(&outcome->texts, kept.message.data, kept.message.size);
    return lwi_buf_append(&outcome->items, &kept, sizeof(kept));
}

int
lwi_outcome_fail(struct lwi_outcome *outcome, lw_verdict verdict,
                 struct lwi_source_place place, lw_span message)
{
    lw_diagnostic diagnostic = {
        .severity = LW_SEVERITY_ERROR,
        .line = place.line,
        .column = place.column,
        .kind = { "", 0 },
        .message = message,
    };

    outcome->verdict = verdict;
    return lwi_outcome_add(outcome, &diagnostic);
}

void
lwi_outcome_note(struct lwi_outcome *outcome, uint32_t line, lw_span command)
{
    command = cut(command, sizeof(outcome->command) - 1);
    memcpy(outcome->command, command.data, command.size);
    outcome->command[command.size] = '\0';
    outcome->line = line;
}

void
lwi_outcome_set_cause(struct lwi_outcome *outcome, lw_verdict verdict,
                      const char *cause, const char *sentence)
{
    outcome->verdict = verdict;
    outcome->cause = cause;
    lwi_text_copy(outcome->sentence, sizeof(outcome->sentence), sentence);
}

/* The last bytes of head and tail together, which is where the reason is. */
static int
keep_stderr(struct lwi_outcome *outcome, lw_span head, lw_span tail)
{
    size_t from_tail = tail.size;
    size_t from_head = head.size;
    int rc;

    if (from_tail > LWI_STDERR_KEPT)
        from_tail = LWI_STDERR_KEPT;
    if (from_head > LWI_STDERR_KEPT - from_tail)
        from_head = LWI_STDERR_KEPT - from_tail;
    outcome->stderr_tail.size = 0;
    rc = lwi_buf_append(&outcome->stderr_tail,
                        head.data + (head.size - from_head), from_head);
    if (rc == LW_OK)
        rc = lwi_buf_append(&outcome->stderr_tail,
                            tail.data + (tail.size - from_tail), from_tail);
    return rc;
}

int
lwi_outcome_set_death(struct lwi_outcome *outcome, lw_verdict verdict,
                      const lw_exit_report *report)
{
    lwi_outcome_set_cause(outcome, verdict, report->cause, report->sentence);
    outcome->exit_code = report->exit_code;
    outcome->exit_signal = report->exit_signal;
    return keep_stderr(outcome, report->stderr_head, report->stderr_tail);
}

/* Puts the pointers in: texts lie in the order of the items. */
static void
point(struct lwi_outcome *outcome)
{
    lw_diagnostic *items = (lw_diagnostic *)(void *)outcome->items.data;
    size_t count = outcome->items.size / sizeof(*items), i;
    const char *at = outcome->texts.data;

    for (i = 0; i < count; i++) {
        if (at == NULL)
            at = "";
        items[i].kind.data = at;
        at += items[i].kind.size;
        items[i].message.data = at;
        at += items[i].message.size;
    }
}

void
lwi_outcome_report(struct lwi_outcome *outcome, const char *path,
                   lw_check_report *report)
{
    point(outcome);
    *report = (lw_check_report){
        .path = path,
        .verdict = outcome->verdict,
        .elapsed_ms = outcome->elapsed_ms,
        .lean_ms = outcome->lean_ms,
        .diagnostic_count = outcome->items.size / sizeof(lw_diagnostic),
        .diagnostics = (lw_diagnostic *)(void *)outcome->items.data,
        .truncated = outcome->truncated,
        .cause = {
            .kind = outcome->cause,
            .sentence = outcome->sentence,
            .exit_code = outcome->exit_code,
            .exit_signal = outcome->exit_signal,
            .line = outcome->line,
            .command = outcome->command,
            .stderr_tail = { outcome->stderr_tail.data,
                             outcome->stderr_tail.size },
        },
        .lean_version = outcome->lean_version,
        .session_reused = outcome->session_reused,
        .attempts = outcome->attempts,
        .not_forked = outcome->not_forked,
    };
}

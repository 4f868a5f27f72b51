/*
 * jsonl_helper.c - reads the JSON Lines of `lean-worker check` on stdin, holds
 * each object against what docs/checking.md promises, and prints for each
 *
 *     PATH VERDICT DIAGNOSTICS CAUSE MESSAGE_BYTES
 *
 * with - for no cause. Exits with 1 at the first line that is not as promised.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static unsigned line_number;

static _Noreturn void
wrong(const char *what)
{
    printf("line %u: %s\n", line_number, what);
    exit(1);
}

static json_t *
member(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);

    if (value == NULL) {
        printf("no %s: ", name);
        wrong("a field is missing");
    }
    return value;
}

static const char *
text(json_t *object, const char *name)
{
    json_t *value = member(object, name);

    if (!json_is_string(value))
        wrong("no text");
    return json_string_value(value);
}

static void
number_or_null(json_t *object, const char *name)
{
    json_t *value = member(object, name);

    if (!json_is_null(value) &&
        (!json_is_integer(value) || json_integer_value(value) < 0))
        wrong("neither a whole number nor null");
}

static size_t
judge_diagnostic(json_t *diagnostic)
{
    const char *severity = text(diagnostic, "severity");

    if (strcmp(severity, "info") != 0 && strcmp(severity, "warning") != 0 &&
        strcmp(severity, "error") != 0)
        wrong("no such severity");
    number_or_null(diagnostic, "line");
    number_or_null(diagnostic, "column");
    number_or_null(diagnostic, "end_line");
    number_or_null(diagnostic, "end_column");
    text(diagnostic, "kind");
    text(diagnostic, "message");
    return json_string_length(member(diagnostic, "message"));
}

static const char *
judge_cause(json_t *cause)
{
    if (json_is_null(cause))
        return "-";
    text(cause, "sentence");
    text(cause, "command");
    text(cause, "stderr_tail");
    number_or_null(cause, "line");
    number_or_null(cause, "exit_code");
    number_or_null(cause, "exit_signal");
    return text(cause, "kind");
}

static void
judge_verdict(const char *verdict)
{
    static const char *const verdicts[] = {
        "ok",      "sorry",  "error",   "bad_header",
        "timeout", "memory", "crashed", "cancelled",
    };
    size_t i;

    for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (strcmp(verdict, verdicts[i]) == 0)
            return;
    }
    wrong("no such verdict");
}

static void
judge(json_t *object)
{
    json_t *diagnostics = member(object, "diagnostics");
    size_t count = json_array_size(diagnostics), bytes = 0, i;

    if (!json_is_number(member(object, "elapsed_ms")) ||
        !json_is_number(member(object, "lean_ms")) ||
        !json_is_array(diagnostics) ||
        !json_is_boolean(member(object, "truncated")) ||
        !json_is_boolean(member(object, "session_reused")) ||
        !json_is_integer(member(object, "attempts")))
        wrong("a field of another type");
    text(object, "lean_version");
    judge_verdict(text(object, "verdict"));
    for (i = 0; i < count; i++)
        bytes += judge_diagnostic(json_array_get(diagnostics, i));
    printf("%s %s %zu %s %zu\n", text(object, "path"), text(object, "verdict"),
           count, judge_cause(member(object, "cause")), bytes);
}

int
main(void)
{
    char *line = NULL;
    size_t room = 0;
    json_error_t error;
    json_t *object;

    while (getline(&line, &room, stdin) > 0) {
        line_number++;
        object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        if (object == NULL)
            wrong(error.text);
        judge(object);
        json_decref(object);
    }
    free(line);
    return 0;
}

/*
 * fake_session.c - a worker without Lean that answers what a session can be
 * asked, for tests of the commands that ask it.
 *
 *     fake_session [LOG]           LOG gets the pid and what is asked
 *
 * A text that is elaborated, or checked by the kernel, obeys its lines:
 *
 *     import NAME                  part of the header; Missing… cannot be
 *                                  imported
 *     -- fake: error TEXT          a message; also warning TEXT
 *     -- fake: errors N            as many
 *     -- fake: sorry
 *     -- fake: progress TEXT       what is being worked on
 *     -- fake: wait | crash | hang
 *
 * Of what is listed, described, asked or run the name says what happens:
 *
 *     missing…  there is none            wait…  until the cancel
 *     many…     100,000 of them          bad…   Lean refuses it
 *     crash…    the process ends by a signal
 *     typed…    there is one, which is no export
 *     doctor    answers with a report of health; doctor.ill with an error in
 *               it, doctor.odd with one that is none
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "support/fake_child.h"

static const char *log_path;

/* Line ends are shown as |, so that it stays one line. */
static void
note(const char *what, lw_span text)
{
    char line[1024], *at;
    int fd, n;

    if (log_path == NULL)
        return;
    n = snprintf(line, sizeof(line), "%d %s %.*s", (int)getpid(), what,
                 (int)(text.size > 900 ? 900 : text.size), text.data);
    while ((at = strchr(line, '\n')) != NULL)
        *at = '|';
    line[n++] = '\n';
    fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)n) < 0)
        _exit(97);
    close(fd);
}

static bool
is_called(lw_span name, const char *start)
{
    return name.size >= strlen(start) &&
           memcmp(name.data, start, strlen(start)) == 0;
}

/* ---- header and session ---- */

/* Leading lines of `import NAME`; none of them counts as `public Init`. */
static void
serve_header(uint64_t tag, const struct lwi_msg_parse_header *request)
{
    static char names[16][64];
    lw_span imports[16] = { span("public Init") };
    struct lwi_msg_header header = { .imports = { 0, { NULL, 0 }, imports },
                                     .error = span("") };
    lw_span source = request->source;
    char line[256] = "", key[2048] = "public Init";
    size_t used = 0;

    while (next_line(&source, line, sizeof(line)) &&
           lwi_text_starts(line, "import ") && header.imports.count < 16) {
        lwi_text_copy(names[header.imports.count], 64, line + 7);
        imports[header.imports.count] = span(names[header.imports.count]);
        used +=
            (size_t)snprintf(key + used, sizeof(key) - used, "%s%s",
                             used > 0 ? "; " : "", names[header.imports.count]);
        header.imports.count++;
        header.body_offset = (uint32_t)(request->source.size - source.size);
    }
    if (strcmp(line, "import") == 0) {
        header.error_line = header.imports.count + 1;
        header.error_column = 6;
        header.error = span("unexpected end of input; expected identifier");
    }
    if (header.imports.count == 0)
        header.imports.count = 1;
    header.key = span(key);
    send_frame(LWI_MSG_HEADER, tag, &header);
}

static void
note_all(const char *what, const struct lwi_texts *texts)
{
    size_t at = 0;
    lw_span text;

    while (lwi_texts_next(texts, &at, &text))
        note(what, text);
}

/* A source whose text begins with "bad" has an error. */
static void
serve_session(uint64_t tag, const struct lwi_msg_open_session *request)
{
    struct lwi_msg_session_opened opened = { .session = 1, .modules = 1 };
    struct lwi_msg_diagnostic diagnostic = { .severity = LWI_SEVERITY_ERROR,
                                             .line = 1,
                                             .end_line = 1,
                                             .end_column = 3,
                                             .kind = span(""),
                                             .message = span("no good") };
    const char *failure = NULL;
    size_t at = 0;
    lw_span text;

    note_all("import", &request->imports);
    note_all("source", &request->source_modules);
    note_all("option", &request->options);
    note_all("open", &request->namespaces);
    while (lwi_texts_next(&request->imports, &at, &text)) {
        if (memmem(text.data, text.size, "Missing", 7) != NULL)
            failure = "unknown module prefix 'Missing'\n\nNo directory "
                      "'Missing' in the search path entries:\n/nowhere";
    }
    for (at = 0; lwi_texts_next(&request->source_texts, &at, &text);) {
        if (is_called(text, "bad")) {
            send_frame(LWI_MSG_DIAGNOSTIC, tag, &diagnostic);
            failure = "Bad.lean:1:0: no good\n\n  Hint: be better";
        }
    }
    if (failure != NULL)
        send_failed(tag, LWI_FAILURE_IMPORT, failure);
    else
        send_frame(LWI_MSG_SESSION_OPENED, tag, &opened);
}

/* ---- texts ---- */

struct work {
    uint64_t tag;
    uint32_t errors, warnings, sorry, cancelled;
};

static void
say(struct work *w, enum lwi_severity severity, const char *text)
{
    struct lwi_msg_diagnostic diagnostic = {
        .severity = severity,
        .line = 1 + w->errors + w->warnings,
        .column = 4,
        .end_line = 1 + w->errors + w->warnings,
        .end_column = 5,
        .kind = span(""),
        .message = span(text),
    };

    w->errors += severity == LWI_SEVERITY_ERROR;
    w->warnings += severity == LWI_SEVERITY_WARNING;
    send_frame(LWI_MSG_DIAGNOSTIC, w->tag, &diagnostic);
}

static void
show_progress(const struct work *w, const char *text)
{
    struct lwi_msg_progress progress = { .current = 3, .phase = span(text) };

    send_frame(LWI_MSG_PROGRESS, w->tag, &progress);
}

static _Noreturn void
crash(void)
{
    fprintf(stderr, "these are its last words\n");
    raise(SIGKILL);
    _exit(99);
}

static void
obey(struct work *w, const char *text)
{
    long i;

    if (lwi_text_starts(text, "error "))
        say(w, LWI_SEVERITY_ERROR, text + 6);
    else if (lwi_text_starts(text, "warning "))
        say(w, LWI_SEVERITY_WARNING, text + 8);
    else if (lwi_text_starts(text, "errors "))
        for (i = strtol(text + 7, NULL, 10); i > 0; i--)
            say(w, LWI_SEVERITY_ERROR, "one of many");
    else if (lwi_text_starts(text, "progress "))
        show_progress(w, text + 9);
    else if (strcmp(text, "sorry") == 0)
        w->sorry = 1;
    else if (strcmp(text, "wait") == 0)
        w->cancelled = fake_wait();
    else if (strcmp(text, "crash") == 0)
        crash();
    else if (strcmp(text, "hang") == 0)
        hang();
}

static void
obey_all(struct work *w, lw_span source)
{
    char line[1024];
    const char *text;

    note("text", source);
    while (next_line(&source, line, sizeof(line))) {
        text = directive(line);
        if (text != NULL)
            obey(w, text);
    }
}

static void
serve_elaborate(uint64_t tag, const struct lwi_msg_elaborate *request)
{
    struct lwi_msg_elaborated answer = { .type = span(""),
                                         .value = span(""),
                                         .elapsed_us = 1500 };
    struct work w = { .tag = tag };

    note("label", request->label);
    note("namespace", request->name_space);
    obey_all(&w, request->source);
    if (request->kind == 1 && w.errors == 0) {
        answer.type = request->expected_type.size > 0 ? request->expected_type
                                                      : span("Fake");
        answer.value = request->source;
    }
    answer.errors = w.errors;
    answer.warnings = w.warnings;
    answer.has_sorry = w.sorry;
    answer.cancelled = w.cancelled;
    send_frame(LWI_MSG_ELABORATED, tag, &answer);
}

static void
serve_kernel(uint64_t tag, const struct lwi_msg_kernel_check *request)
{
    static const lw_span axioms[] = { { "propext", 7 }, { "sorryAx", 7 } };
    struct lwi_msg_kernel_checked answer = { .elapsed_us = 1500 };
    struct work w = { .tag = tag };

    obey_all(&w, request->source);
    answer.status = w.errors > 0;
    answer.summary = span(w.errors == 0 ? "1 declaration was checked"
                                        : "Lean reported an error");
    answer.declarations = w.errors == 0;
    answer.errors = w.errors;
    answer.has_sorry = w.sorry;
    answer.cancelled = w.cancelled;
    answer.axioms.items = axioms;
    answer.axioms.count = w.errors == 0 ? 1 + w.sorry : 0;
    send_frame(LWI_MSG_KERNEL_CHECKED, tag, &answer);
}

/* ---- names ---- */

/* Does what a name begins with; gives 1 where a cancel came. */
static uint32_t
heed(lw_span name)
{
    note("name", name);
    if (is_called(name, "crash"))
        crash();
    return is_called(name, "wait") ? fake_wait() : 0;
}

static void
send_declaration(uint64_t tag, uint32_t kind, lw_span name)
{
    char text[512];
    lw_span item = { text, 0 };
    struct lwi_msg_declarations some = { .items = { 1, { NULL, 0 }, &item } };

    item.size = (size_t)snprintf(text, sizeof(text), "%u%.*s", kind,
                                 (int)name.size, name.data);
    send_frame(LWI_MSG_DECLARATIONS, tag, &some);
}

/* Two defs, or theorems where these may come; or the names asked for. */
static void
serve_list(uint64_t tag, const struct lwi_msg_list *request)
{
    struct lwi_msg_listed answer = { 0 };
    uint32_t most = is_called(request->prefix, "many") ? 100000 : 2;
    uint32_t kind = request->kinds >> 2 & 1 ? 2 : 3;
    char text[64];
    size_t at = 0;
    lw_span name;

    note(request->in_module ? "module" : "no module", request->module);
    answer.cancelled = heed(request->prefix);
    while (request->all == 0 && lwi_texts_next(&request->names, &at, &name)) {
        send_declaration(tag, is_called(name, "missing") ? 0 : 3, name);
        answer.count++;
    }
    if (request->limit > 0 && request->limit < most) {
        most = request->limit;
        answer.limited = 1;
    }
    while (request->all != 0 && !answer.cancelled && answer.count < most) {
        snprintf(text, sizeof(text), "Fake.n%u", answer.count);
        send_declaration(tag, kind, span(text));
        answer.count++;
    }
    send_frame(LWI_MSG_LISTED, tag, &answer);
}

static void
serve_describe(uint64_t tag, const struct lwi_msg_describe *request)
{
    struct lwi_msg_described answer = { .type = span(""),
                                        .module = span(""),
                                        .doc = span("") };

    heed(request->name);
    if (!is_called(request->name, "missing")) {
        answer = (struct lwi_msg_described){
            .kind = 3,
            .line = 7,
            .column = 8,
            .end_line = 9,
            .end_column = 2,
            .type = span("∀ n,\n  n = n"),
            .module = span("Fake.Module"),
            .doc = span("Says \033[31mmuch\nof it."),
        };
    }
    send_frame(LWI_MSG_DESCRIBED, tag, &answer);
}

static void
serve_term(uint64_t tag, const struct lwi_msg_term *request)
{
    struct lwi_msg_term_answered answer = { .elapsed_us = 1500,
                                            .text = request->first };

    answer.cancelled = heed(request->first);
    if (is_called(request->first, "bad")) {
        answer.outcome = 1;
        answer.text = span("unknown identifier 'bad'");
    } else if (is_called(request->first, "slow")) {
        answer.outcome = 2;
        answer.text = span("");
    }
    answer.equal = answer.outcome == 0 && request->operation == 2 &&
                   request->first.size == request->second.size &&
                   memcmp(request->first.data, request->second.data,
                          request->first.size) == 0;
    send_frame(LWI_MSG_TERM_ANSWERED, tag, &answer);
}

/* Reports of health; what a terminal obeys may be in any text of them. */
static void
serve_doctor(uint64_t tag, lw_span name)
{
    struct lwi_msg_ran answer = {
        .response =
            span("{\"diagnostics\": ["
                 "{\"severity\": \"info\", \"code\": \"cache\", "
                 "\"message\": \"there is one\"}, "
                 "{\"severity\": \"warning\", \"code\": \"old\\u001b[31m\", "
                 "\"message\": \"it is old\\nvery old\", "
                 "\"details\": {\"days\": 9}}]}")
    };

    if (is_called(name, "doctor.ill"))
        answer.response = span("{\"diagnostics\": [{\"severity\": \"error\", "
                               "\"code\": \"gone\", \"message\": \"it is "
                               "gone\"}]}");
    else if (is_called(name, "doctor.odd"))
        answer.response = span("{\"diagnostics\": [{\"severity\": 1}]}");
    send_frame(LWI_MSG_RAN, tag, &answer);
}

/* Three rows, one that is no text, and what was asked as the answer. A request
 * that begins with "[" gets rows that are JSON, and progress before them. */
static void
serve_run(uint64_t tag, const struct lwi_msg_run *request)
{
    static const lw_span mixed[] = { { "{\"n\": 1}", 8 },
                                     { "a\nb\xff", 4 },
                                     { "", 0 } };
    static const lw_span json[] = { { "{\"n\":\n 1.50}", 12 },
                                    { "\"a\xce\xb2\\n\"", 7 },
                                    { "9223372036854775807", 19 } };
    const lw_span *rows = is_called(request->request, "[") ? json : mixed;
    struct lwi_msg_progress progress = { .current = 1,
                                         .total = 3,
                                         .phase = span("p\033[31m") };
    struct lwi_msg_stream stream = { span("rows") };
    struct lwi_msg_notice notice = { span("note"), span("by the way") };
    struct lwi_msg_ran answer = { .response = request->request };
    uint64_t most = is_called(request->name, "many") ? 100000 : 3;
    struct lwi_msg_row row;

    if (is_called(request->name, "missing") ||
        is_called(request->name, "typed")) {
        send_failed(tag, LWI_FAILURE_NO_EXPORT, "there is no such export");
        return;
    }
    if (is_called(request->name, "doctor")) {
        serve_doctor(tag, request->name);
        return;
    }
    send_frame(LWI_MSG_NOTICE, tag, &notice);
    if (rows == json)
        send_frame(LWI_MSG_PROGRESS, tag, &progress);
    send_on_stream(LWI_MSG_STREAM, 1, tag, &stream);
    for (; answer.rows < most; answer.rows++) {
        row = (struct lwi_msg_row){ answer.rows, rows[answer.rows % 3] };
        send_on_stream(LWI_MSG_ROW, 1, tag, &row);
    }
    if (heed(request->name))
        send_failed(tag, LWI_FAILURE_CANCELLED, "cancelled");
    else if (is_called(request->name, "bad"))
        send_failed(tag, LWI_FAILURE_EXPORT, "it did not like that");
    else
        send_frame(LWI_MSG_RAN, tag, &answer);
}

/* ---- the loop ---- */

static void
serve(const struct lwi_frame *frame)
{
    struct lwi_msg_goodbye goodbye = { LWI_GOODBYE_ASKED, { "", 0 } };
    union lwi_any_message message;
    const char *field;

    if (lwi_message_decode(frame, &message, &field) != LWI_DECODE_OK)
        _exit(94);
    switch (frame->type) {
#define SERVE(symbol, function, member)                                        \
    case LWI_MSG_##symbol:                                                     \
        function(frame->tag, &message.member);                                 \
        break;
        SERVE(PARSE_HEADER, serve_header, parse_header)
        SERVE(OPEN_SESSION, serve_session, open_session)
        SERVE(ELABORATE, serve_elaborate, elaborate)
        SERVE(KERNEL_CHECK, serve_kernel, kernel_check)
        SERVE(LIST, serve_list, list)
        SERVE(DESCRIBE, serve_describe, describe)
        SERVE(TERM, serve_term, term)
        SERVE(RUN, serve_run, run)
#undef SERVE
    case LWI_MSG_PING:
        send_frame(LWI_MSG_PONG, frame->tag, &message.ping);
        break;
    case LWI_MSG_SHUTDOWN:
        send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
        _exit(0);
    default:
        send_failed(frame->tag, LWI_FAILURE_UNSUPPORTED, "not served here");
        break;
    }
}

int
main(int argc, char **argv)
{
    struct lwi_buf input;
    struct lwi_frame frame;
    size_t size;

    if (argc > 1)
        log_path = argv[1];
    lwi_buf_init(&input, &lwi_system_allocator);
    greet(&input);
    note("start", span(""));
    for (;;) {
        size = next_frame(&input, &frame);
        serve(&frame);
        lwi_buf_drop_front(&input, size);
    }
}

/* worker_answer.c - one answer of fake_worker, as the directives change it. */
#include "fake/worker_answer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

bool poisoned;

static lw_span kind_of_messages;

/* ---- small things ---- */

void
sleep_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        ;
}

const char *
split_place(const char *text, uint32_t *line, uint32_t *column)
{
    char *end = NULL;

    *line = (uint32_t)strtoul(text, &end, 10);
    *column = (uint32_t)strtoul(end + (*end == ':'), &end, 10);
    return end + (*end == ' ');
}

/* ---- fields by name ---- */

/* NULL where the message has none of that name. */
static const struct lwi_field *
find_field(uint8_t type, const char *name, size_t size)
{
    const struct lwi_descriptor *descriptor = lwi_message_descriptor(type);
    size_t i;

    for (i = 0; i < descriptor->field_count; i++)
        if (strlen(descriptor->fields[i].name) == size &&
            memcmp(descriptor->fields[i].name, name, size) == 0)
            return &descriptor->fields[i];
    return NULL;
}

static void *
member(struct answer *a, const struct lwi_field *field)
{
    return (char *)&a->message + field->offset;
}

/* The number of that name in the answer, or one that nobody reads. */
static uint32_t *
number(struct answer *a, const char *name)
{
    static uint32_t nowhere;
    const struct lwi_field *field = find_field(a->type, name, strlen(name));

    return field == NULL ? &nowhere : member(a, field);
}

/* A copy with \n and \xNN as bytes; it stays for the life of the process. */
static lw_span
unescape(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    char hex[3] = "";
    size_t n = 0;

    if (copy == NULL)
        _exit(98);
    while (*text != '\0') {
        if (text[0] == '\\' && text[1] == 'n') {
            copy[n++] = '\n';
            text += 2;
        } else if (text[0] == '\\' && text[1] == 'x') {
            memcpy(hex, text + 2, 2);
            copy[n++] = (char)strtoul(hex, NULL, 16);
            text += 4;
        } else {
            copy[n++] = *text++;
        }
    }
    copy[n] = '\0'; /* numbers are read from it */
    return (lw_span){ copy, n };
}

/* ---- setting fields ---- */

static void
add_item(struct answer *a, struct lwi_texts *list, lw_span item)
{
    if (list->count == ANSWER_ITEMS)
        _exit(92);
    a->items[list->count++] = item;
    list->items = a->items;
}

static void
set_field(struct answer *a, const struct lwi_field *field, lw_span value)
{
    void *to = member(a, field);

    switch (field->kind) {
    case LWI_KIND_U32:
        *(uint32_t *)to = (uint32_t)strtoul(value.data, NULL, 10);
        break;
    case LWI_KIND_U64:
        *(uint64_t *)to = strtoul(value.data, NULL, 10);
        break;
    case LWI_KIND_TEXT:
    case LWI_KIND_REST:
        *(lw_span *)to = value;
        break;
    case LWI_KIND_TEXTS:
        add_item(a, to, value);
        break;
    }
}

void
answer_set(struct answer *a, const char *text)
{
    size_t name = strcspn(text, " ");
    const struct lwi_field *field = find_field(a->type, text, name);

    if (field == NULL)
        _exit(92);
    set_field(a, field, unescape(text + name + (text[name] == ' ')));
}

/* "fill FIELD N": N bytes, all of them the letter x. */
static void
do_fill(struct answer *a, const char *text)
{
    size_t name = strcspn(text, " ");
    const struct lwi_field *field = find_field(a->type, text, name);
    size_t size = strtoul(text + name, NULL, 10);
    char *bytes = malloc(size + 1);

    if (field == NULL || bytes == NULL)
        _exit(92);
    memset(bytes, 'x', size);
    set_field(a, field, (lw_span){ bytes, size });
}

/* ---- what was asked, as text ---- */

static void
print_list(struct lwi_buf *to, const struct lwi_texts *list)
{
    size_t at = 0;
    lw_span item;

    lwi_buf_append_text(to, "[");
    while (lwi_texts_next(list, &at, &item)) {
        lwi_buf_append(to, item.data, item.size);
        lwi_buf_append_text(to, ",");
    }
    lwi_buf_append_text(to, "]");
}

static void
print_field(struct lwi_buf *to, const struct lwi_field *field,
            const void *message)
{
    const void *from = (const char *)message + field->offset;

    lwi_buf_printf(to, "%s=", field->name);
    switch (field->kind) {
    case LWI_KIND_U32:
        lwi_buf_printf(to, "%u", *(const uint32_t *)from);
        break;
    case LWI_KIND_U64:
        lwi_buf_printf(to, "%lu", (unsigned long)*(const uint64_t *)from);
        break;
    case LWI_KIND_TEXT:
    case LWI_KIND_REST:
        lwi_buf_append(to, ((const lw_span *)from)->data,
                       ((const lw_span *)from)->size);
        break;
    case LWI_KIND_TEXTS:
        print_list(to, from);
        break;
    }
    lwi_buf_append_text(to, "\n");
}

/* "mirror": the request, field by field, as a notice or in a field. */
static void
do_mirror(struct answer *a, const char *text)
{
    const struct lwi_descriptor *descriptor =
        lwi_message_descriptor(a->request->type);
    struct lwi_msg_notice notice = { .code = span("request") };
    union lwi_any_message request;
    const char *field;
    struct lwi_buf all;
    size_t i;

    if (lwi_message_decode(a->request, &request, &field) != LWI_DECODE_OK)
        _exit(92);
    lwi_buf_init(&all, &lwi_system_allocator);
    for (i = 0; i < descriptor->field_count; i++)
        print_field(&all, &descriptor->fields[i], &request);
    notice.message = (lw_span){ all.data, all.size };
    if (*text == '\0')
        send_frame(LWI_MSG_NOTICE, a->tag, &notice);
    else
        set_field(a, find_field(a->type, text, strlen(text)), notice.message);
}

/* ---- messages of Lean ---- */

static void
send_diagnostic(struct answer *a, enum lwi_severity severity, uint32_t line,
                uint32_t column, lw_span message)
{
    struct lwi_msg_diagnostic diagnostic = {
        .severity = severity,
        .line = line,
        .column = column,
        .end_line = line,
        .end_column = column + 1,
        .kind = kind_of_messages,
        .message = message,
    };

    a->errors += severity == LWI_SEVERITY_ERROR;
    *number(a, "errors") += severity == LWI_SEVERITY_ERROR;
    *number(a, "warnings") += severity == LWI_SEVERITY_WARNING;
    send_frame(LWI_MSG_DIAGNOSTIC, a->tag, &diagnostic);
}

static void
do_diag(struct answer *a, const char *text)
{
    enum lwi_severity severity = *text == 'i'   ? LWI_SEVERITY_INFO
                                 : *text == 'w' ? LWI_SEVERITY_WARNING
                                                : LWI_SEVERITY_ERROR;
    uint32_t line, column;

    text += strcspn(text, " ");
    text += *text == ' ';
    text = split_place(text, &line, &column);
    send_diagnostic(a, severity, line, column, unescape(text));
}

static void
do_diags(struct answer *a, const char *text)
{
    unsigned long count = strtoul(text, NULL, 10), i;
    char message[64];

    for (i = 1; i <= count; i++) {
        snprintf(message, sizeof(message), "error number %lu", i);
        send_diagnostic(a, LWI_SEVERITY_ERROR, (uint32_t)i, 0, span(message));
    }
}

static void
do_kind(struct answer *a, const char *text)
{
    (void)a;
    kind_of_messages = unescape(text);
}

static void
do_lines(struct answer *a, const char *text)
{
    unsigned long count = strtoul(text, NULL, 10), i;
    struct lwi_buf buf;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (i = 1; i <= count; i++)
        lwi_buf_printf(&buf, "line %lu%s", i, i < count ? "\n" : "");
    send_diagnostic(a, LWI_SEVERITY_ERROR, 1, 0,
                    (lw_span){ buf.data, buf.size });
    lwi_buf_fini(&buf);
}

static void
do_bytes(struct answer *a, const char *text)
{
    size_t count = strtoul(text, NULL, 10);
    char *bytes = malloc(count + 1);

    if (bytes == NULL)
        _exit(98);
    memset(bytes, 'x', count);
    send_diagnostic(a, LWI_SEVERITY_ERROR, 1, 0, (lw_span){ bytes, count });
    free(bytes);
}

/* ---- other events ---- */

static void
do_progress(struct answer *a, const char *text)
{
    struct lwi_msg_progress progress = { 0 };
    char *end = NULL;

    progress.current = (uint32_t)strtoul(text, &end, 10);
    progress.phase = span(end + (*end == ' '));
    send_frame(LWI_MSG_PROGRESS, a->tag, &progress);
}

/* "declare ITEM ITEM …": one message with all of them. */
static void
do_declare(struct answer *a, const char *text)
{
    lw_span items[ANSWER_ITEMS];
    struct lwi_msg_declarations message = { .items = {
                                                0, { NULL, 0 }, items } };
    size_t size;

    for (; *text != '\0'; text += size + (text[size] == ' ')) {
        size = strcspn(text, " ");
        items[message.items.count++] = (lw_span){ text, size };
    }
    *number(a, "count") += message.items.count;
    send_frame(LWI_MSG_DECLARATIONS, a->tag, &message);
}

/* "stream NUMBER NAME" and "row NUMBER SEQUENCE BYTES". */
static void
do_stream(struct answer *a, const char *text)
{
    char *end = NULL;
    uint16_t stream = (uint16_t)strtoul(text, &end, 10);
    struct lwi_msg_stream message = { span(end + (*end == ' ')) };

    send_on_stream(LWI_MSG_STREAM, stream, a->tag, &message);
}

static void
do_row(struct answer *a, const char *text)
{
    char *end = NULL;
    uint16_t stream = (uint16_t)strtoul(text, &end, 10);
    struct lwi_msg_row row = { .sequence = strtoul(end, &end, 10) };

    row.payload = span(end + (*end == ' '));
    if (a->type == LWI_MSG_RAN)
        a->message.ran.rows++;
    send_on_stream(LWI_MSG_ROW, stream, a->tag, &row);
}

/* ---- what is no message ---- */

static void
do_sorry(struct answer *a, const char *text)
{
    (void)text;
    *number(a, "has_sorry") = 1;
}

static void
do_heap(struct answer *a, const char *text)
{
    *number(a, "heap_kib") = (uint32_t)strtoul(text, NULL, 10);
}

static void
do_sleep(struct answer *a, const char *text)
{
    (void)a;
    sleep_ms(strtol(text, NULL, 10));
}

static void
do_stderr(struct answer *a, const char *text)
{
    (void)a;
    fprintf(stderr, "%s\n", text);
}

static void
do_flood(struct answer *a, const char *text)
{
    static const char line[] = "flood flood flood flood flood flood flood\n";
    unsigned long bytes = strtoul(text, NULL, 10);

    (void)a;
    for (; bytes >= sizeof(line); bytes -= sizeof(line))
        fputs(line, stderr);
}

static void
do_wait(struct answer *a, const char *text)
{
    (void)text;
    *number(a, "cancelled") = fake_wait();
}

static void
do_poison(struct answer *a, const char *text)
{
    (void)a, (void)text;
    poisoned = true;
}

static void
do_once(struct answer *a, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    a->skip = fd < 0;
    if (fd >= 0)
        close(fd);
}

static void
do_fail(struct answer *a, const char *text)
{
    char *end = NULL;
    unsigned long code = strtoul(text, &end, 10);

    send_failed(a->tag, (enum lwi_failure_code)code, end + (*end == ' '));
    a->answered = true;
}

/* ---- ends, and frames that no honest worker sends ---- */

static void
do_exit(struct answer *a, const char *text)
{
    (void)a;
    _exit((int)strtol(text, NULL, 10));
}

static void
do_signal(struct answer *a, const char *text)
{
    int signal_number = (int)strtol(text, NULL, 10);

    (void)a;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void
do_hang(struct answer *a, const char *text)
{
    (void)a, (void)text;
    hang();
}

static void
do_goodbye(struct answer *a, const char *text)
{
    struct lwi_msg_goodbye goodbye = { LWI_GOODBYE_SECRET,
                                       span("called without its secret") };

    (void)a, (void)text;
    send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
    _exit(0);
}

static void
do_forge(struct answer *a, const char *text)
{
    (void)text;
    send_frame(a->type, a->tag + 1, &a->message);
    a->answered = true;
}

static void
do_oversized(struct answer *a, const char *text)
{
    uint8_t header[LWI_HEADER_SIZE];

    (void)text;
    lwi_wire_put_header(header, a->type, 0, a->tag, UINT32_MAX);
    write_all(header, sizeof(header));
    hang();
}

static void
do_half(struct answer *a, const char *text)
{
    uint8_t header[LWI_HEADER_SIZE];

    (void)text;
    lwi_wire_put_header(header, a->type, 0, a->tag, 100);
    write_all(header, sizeof(header));
    _exit(0);
}

static void
do_rubbish(struct answer *a, const char *text)
{
    (void)a, (void)text;
    write_all("hello from #eval IO.println\n", 28);
}

static void
do_deny(struct answer *a, const char *text)
{
    (void)text;
    *number(a, "errors") = 0;
}

static void
do_twice(struct answer *a, const char *text)
{
    (void)text;
    send_frame(a->type, a->tag, &a->message);
}

/* ---- the words ---- */

static const struct {
    const char *word;
    void (*act)(struct answer *a, const char *rest);
} words[] = {
    { "bytes", do_bytes },   { "declare", do_declare },
    { "deny", do_deny },     { "diag", do_diag },
    { "diags", do_diags },   { "exit", do_exit },
    { "fail", do_fail },     { "fill", do_fill },
    { "forge", do_forge },   { "goodbye", do_goodbye },
    { "half", do_half },     { "hang", do_hang },
    { "heap", do_heap },     { "kind", do_kind },
    { "lines", do_lines },   { "mirror", do_mirror },
    { "once", do_once },     { "oversized", do_oversized },
    { "poison", do_poison }, { "progress", do_progress },
    { "row", do_row },       { "rubbish", do_rubbish },
    { "set", answer_set },   { "signal", do_signal },
    { "sleep", do_sleep },   { "sorry", do_sorry },
    { "stderr", do_stderr }, { "stderr-flood", do_flood },
    { "stream", do_stream }, { "twice", do_twice },
    { "wait", do_wait },
};

static void
obey(struct answer *a, const char *text)
{
    size_t size = strcspn(text, " "), i;

    for (i = 0; i < LWI_COUNT(words); i++) {
        if (strlen(words[i].word) == size &&
            memcmp(words[i].word, text, size) == 0)
            words[i].act(a, text + size + (text[size] == ' '));
    }
}

void
answer_obey(struct answer *answer, lw_span text)
{
    char line[4096];
    const char *what;

    while (next_line(&text, line, sizeof(line)) && !answer->skip) {
        what = directive(line);
        if (what != NULL)
            obey(answer, what);
    }
}

void
answer_send(const struct answer *answer)
{
    if (!answer->answered)
        send_frame(answer->type, answer->tag, &answer->message);
}

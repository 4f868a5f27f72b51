/*
 * fake_worker.c - a worker without Lean, for tests of what stands above it.
 *
 *     fake_worker [--log FILE] [--starts FILE N] [--start exit|hang|slow]
 *
 * It serves the real protocol on stdin and stdout, and does what the text of a
 * request says: a source, the first term, the name to describe, a part of the
 * names to list (`contains`), the bytes for an export. Lines, in their order:
 *
 *     import NAME                  part of the header; Missing… cannot be
 *                                  imported, Crash… kills, Hang… never ends
 *     -- fake: header-error L:C TEXT   the header does not parse
 *     -- fake: header-set FIELD VALUE  a field of HEADER, as in `set`
 *     -- fake: diag SEVERITY L:C TEXT  a message; \n in TEXT is a new line
 *     -- fake: diags N             N errors
 *     -- fake: lines N             one error of N lines
 *     -- fake: bytes N             one error of N bytes
 *     -- fake: progress L TEXT     what is being worked on
 *     -- fake: sorry               the file rests on sorry
 *     -- fake: heap KIB            heap to report in the answer
 *     -- fake: sleep MS
 *     -- fake: stderr TEXT         and stderr-flood BYTES
 *     -- fake: exit CODE           and signal NUMBER
 *     -- fake: hang                ignores the cancel
 *     -- fake: wait                gives in to the cancel
 *     -- fake: poison              the next check of this process dies
 *     -- fake: once FILE           the rest only where FILE is not there yet;
 *                                  it is then made
 *     -- fake: forge | oversized | half | rubbish | twice     bad frames
 *     -- fake: deny                says that there were no errors so far
 *     -- fake: goodbye             an orderly end instead of an answer
 *     -- fake: fail CODE TEXT      FAILED instead of an answer
 *     -- fake: set FIELD VALUE     a field of the answer, by its name in
 *                                  proto/messages.h; \n and \xNN are bytes;
 *                                  a list gets one item more
 *     -- fake: fill FIELD N        the same with N bytes
 *     -- fake: kind TEXT           of the messages from here on
 *     -- fake: declare ITEM …      one DECLARATIONS
 *     -- fake: stream N NAME       and row N SEQUENCE BYTES
 *     -- fake: mirror [FIELD]      the request, as a notice or in the field
 *
 * --log FILE gets one line for each start, session and check, with the pid.
 * --starts FILE N: only the first N processes that share FILE come up.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "fake/worker_answer.h"

#define SESSIONS 64

static const char *log_path;
static char *session_keys[SESSIONS];
static uint32_t preloaded_count; /* the first of them */
static uint32_t session_count;

/* ---- small things ---- */

static void
note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
note(const char *format, ...)
{
    char line[512];
    va_list args;
    int fd, n;

    if (log_path == NULL)
        return;
    va_start(args, format);
    n = snprintf(line, sizeof(line), "%d ", (int)getpid());
    n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
    va_end(args);
    if ((size_t)n > sizeof(line) - 2)
        n = sizeof(line) - 2;
    line[n++] = '\n';
    fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)n) < 0)
        _exit(97);
    close(fd);
}

/* Nothing whose name begins like that is there. */
static bool
is_missing(lw_span name)
{
    return name.size >= 7 && memcmp(name.data, "Missing", 7) == 0;
}

/* ---- header and session ---- */

static void
serve_header(const struct lwi_frame *frame,
             const struct lwi_msg_parse_header *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_HEADER };
    lw_span imports[64];
    char names[64][128], line[512], key[8192] = "";
    lw_span source = request->source;
    struct lwi_msg_header header = { .imports = { 0, { NULL, 0 }, imports },
                                     .start_line = 1 };
    const char *name, *what, *lies;
    size_t used = 0;

    while (next_line(&source, line, sizeof(line))) {
        name = after(line, "import ");
        what = directive(line);
        lies = what == NULL ? NULL : after(what, "header-set ");
        what = what == NULL ? NULL : after(what, "header-error ");
        if (name != NULL && header.imports.count < 64) {
            lwi_text_copy(names[header.imports.count], 128, name);
            imports[header.imports.count] = span(names[header.imports.count]);
            header.imports.count++;
            used +=
                (size_t)snprintf(key + used, sizeof(key) - used, "%s\n", name);
        } else if (what != NULL) {
            what = split_place(what, &header.error_line, &header.error_column);
            header.error = span(strdup(what));
        } else if (lies != NULL) {
            a.message.header = header;
            answer_set(&a, lies);
            header = a.message.header;
        }
    }
    header.key = span(key);
    a.message.header = header;
    answer_send(&a);
}

static uint32_t
find_session(lw_span key)
{
    uint32_t i;

    for (i = 0; i < session_count; i++) {
        if (strlen(session_keys[i]) == key.size &&
            memcmp(session_keys[i], key.data, key.size) == 0)
            break;
    }
    return i;
}

/* What the sources say; an error in one of them is that of an import. */
static void
read_sources(struct answer *a, const struct lwi_msg_open_session *request)
{
    size_t at = 0;
    lw_span text;

    while (lwi_texts_next(&request->source_texts, &at, &text))
        answer_obey(a, text);
    if (a->errors > 0 && !a->answered) {
        send_failed(a->tag, LWI_FAILURE_IMPORT, "a source has an error");
        a->answered = true;
    }
}

static void
serve_session(const struct lwi_frame *frame,
              const struct lwi_msg_open_session *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_SESSION_OPENED,
                        .message.session_opened = { .modules = 1 } };
    struct lwi_msg_session_opened *opened = &a.message.session_opened;
    uint32_t number = find_session(request->key);
    uint64_t tag = frame->tag;
    size_t at = 0;
    lw_span name;

    note("open %.*s", (int)request->key.size, request->key.data);
    while (lwi_texts_next(&request->imports, &at, &name)) {
        if (name.size >= 7 && memcmp(name.data, "public ", 7) == 0)
            name = (lw_span){ name.data + 7, name.size - 7 };
        if (is_missing(name)) {
            send_failed(tag, LWI_FAILURE_IMPORT,
                        "unknown module prefix 'Missing'\n\nNo directory "
                        "'Missing' in the search path entries:\n/nowhere");
            return;
        }
        if (name.size >= 5 && memcmp(name.data, "Crash", 5) == 0)
            abort();
        if (name.size >= 4 && memcmp(name.data, "Hang", 4) == 0)
            hang();
    }
    opened->preloaded = number < preloaded_count;
    opened->reused = number < session_count;
    if (!opened->reused) {
        if (session_count == SESSIONS)
            _exit(95);
        session_keys[session_count++] =
            strndup(request->key.data, request->key.size);
    }
    opened->session = number + 1;
    read_sources(&a, request);
    answer_send(&a);
}

/* ---- what is asked in a session ---- */

static void
serve_check(const struct lwi_frame *frame, const struct lwi_msg_check *request)
{
    struct answer a = {
        .tag = frame->tag,
        .request = frame,
        .type = LWI_MSG_CHECKED,
        .message.checked = { .commands = 1,
                             .elapsed_us = 1500,
                             .heap_kib = 1000 },
    };

    note("check %.*s", (int)request->label.size, request->label.data);
    if (poisoned)
        raise(SIGSEGV);
    answer_obey(&a, request->source);
    answer_send(&a);
}

static void
serve_elaborate(const struct lwi_frame *frame,
                const struct lwi_msg_elaborate *request)
{
    struct answer a = {
        .tag = frame->tag,
        .request = frame,
        .type = LWI_MSG_ELABORATED,
        .message.elaborated = { .elapsed_us = 700, .heap_kib = 1000 },
    };

    if (request->kind == 1) {
        a.message.elaborated.type = span("Nat");
        a.message.elaborated.value = span("value");
    }
    answer_obey(&a, request->source);
    answer_send(&a);
}

static void
serve_kernel(const struct lwi_frame *frame,
             const struct lwi_msg_kernel_check *request)
{
    struct answer a = {
        .tag = frame->tag,
        .request = frame,
        .type = LWI_MSG_KERNEL_CHECKED,
        .message.kernel_checked = { .declarations = 1,
                                    .summary = span("1 declaration") },
    };

    answer_obey(&a, request->source);
    answer_send(&a);
}

/* Those asked for by name; or three, unless `contains` says others. */
static void
send_declarations(struct answer *a, const struct lwi_msg_list *request)
{
    char names[ANSWER_ITEMS][128];
    lw_span items[ANSWER_ITEMS], name;
    struct lwi_msg_declarations message = { .items = {
                                                0, { NULL, 0 }, items } };
    size_t at = 0;

    if (request->all != 0) {
        items[0] = span("1propext");
        items[1] = span("2Nat.add");
        items[2] = span("3Nat.add_comm");
        message.items.count = 3;
        if (request->limit != 0 && request->limit < 3) {
            message.items.count = request->limit;
            a->message.listed.limited = 1;
        }
    }
    while (request->all == 0 && message.items.count < ANSWER_ITEMS &&
           lwi_texts_next(&request->names, &at, &name)) {
        snprintf(names[message.items.count], sizeof(names[0]), "%c%.*s",
                 is_missing(name) ? '0' : '2', (int)name.size, name.data);
        items[message.items.count] = span(names[message.items.count]);
        message.items.count++;
    }
    a->message.listed.count = message.items.count;
    send_frame(LWI_MSG_DECLARATIONS, a->tag, &message);
}

static void
serve_list(const struct lwi_frame *frame, const struct lwi_msg_list *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_LISTED };

    if (request->contains.size == 0)
        send_declarations(&a, request);
    answer_obey(&a, request->contains);
    answer_send(&a);
}

static void
serve_describe(const struct lwi_frame *frame,
               const struct lwi_msg_describe *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_DESCRIBED };

    if (!is_missing(request->name))
        a.message.described = (struct lwi_msg_described){
            .kind = 2,
            .line = 3,
            .column = 4,
            .end_line = 5,
            .end_column = 6,
            .type = span("Nat"),
            .module = span("Init"),
            .doc = span("What it is."),
        };
    answer_obey(&a, request->name);
    answer_send(&a);
}

static void
serve_term(const struct lwi_frame *frame, const struct lwi_msg_term *request)
{
    struct answer a = {
        .tag = frame->tag,
        .request = frame,
        .type = LWI_MSG_TERM_ANSWERED,
        .message.term_answered = { .equal = request->operation == 2,
                                   .text = span("Nat") },
    };

    answer_obey(&a, request->first);
    answer_send(&a);
}

/* An export that gives back what it is given. */
static void
serve_run(const struct lwi_frame *frame, const struct lwi_msg_run *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_RAN,
                        .message.ran = { .response = request->request } };

    answer_obey(&a, request->request);
    answer_send(&a);
}

static void
serve_ping(const struct lwi_frame *frame, const struct lwi_msg_ping *request)
{
    struct answer a = { .tag = frame->tag,
                        .request = frame,
                        .type = LWI_MSG_PONG,
                        .message.pong = { request->payload } };

    answer_obey(&a, request->payload);
    answer_send(&a);
}

/* ---- the loop ---- */

static void
serve(const struct lwi_frame *frame)
{
    union lwi_any_message message;
    struct lwi_msg_goodbye goodbye = { LWI_GOODBYE_ASKED, { "", 0 } };
    const char *field;

    if (lwi_message_decode(frame, &message, &field) != LWI_DECODE_OK)
        _exit(94);
    switch (frame->type) {
    case LWI_MSG_PARSE_HEADER:
        serve_header(frame, &message.parse_header);
        break;
    case LWI_MSG_OPEN_SESSION:
        serve_session(frame, &message.open_session);
        break;
    case LWI_MSG_CHECK:
        serve_check(frame, &message.check);
        break;
    case LWI_MSG_ELABORATE:
        serve_elaborate(frame, &message.elaborate);
        break;
    case LWI_MSG_KERNEL_CHECK:
        serve_kernel(frame, &message.kernel_check);
        break;
    case LWI_MSG_LIST:
        serve_list(frame, &message.list);
        break;
    case LWI_MSG_DESCRIBE:
        serve_describe(frame, &message.describe);
        break;
    case LWI_MSG_TERM:
        serve_term(frame, &message.term);
        break;
    case LWI_MSG_RUN:
        serve_run(frame, &message.run);
        break;
    case LWI_MSG_PING:
        serve_ping(frame, &message.ping);
        break;
    case LWI_MSG_SHUTDOWN:
        send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
        _exit(0);
    default:
        send_failed(frame->tag, LWI_FAILURE_UNSUPPORTED, "not served here");
        break;
    }
}

/* Whether this process is one of the first `count` that share the file. */
static bool
among_first(const char *path, const char *count)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    off_t place;

    if (fd < 0 || write(fd, "x", 1) != 1)
        _exit(93);
    /* Behind our own byte; the file's size may count those of others too. */
    place = lseek(fd, 0, SEEK_CUR);
    close(fd);
    return place <= strtol(count, NULL, 10);
}

static void
read_arguments(int argc, char **argv)
{
    int i;

    for (i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--log") == 0)
            log_path = argv[i + 1];
        if (strcmp(argv[i], "--start") == 0) {
            if (strcmp(argv[i + 1], "slow") == 0)
                sleep_ms(300);
            else if (strcmp(argv[i + 1], "hang") == 0)
                hang();
            else
                _exit(9);
        }
        if (strcmp(argv[i], "--starts") == 0 && i + 2 < argc &&
            !among_first(argv[i + 1], argv[i + 2]))
            _exit(9);
    }
}

int
main(int argc, char **argv)
{
    struct lwi_buf input;
    struct lwi_frame frame;
    size_t size;

    read_arguments(argc, argv);
    note("start");
    session_keys[0] = getenv("LW_FAKE_PRELOADED"); /* of fake_zygote */
    session_count = preloaded_count = session_keys[0] == NULL ? 0 : 1;
    lwi_buf_init(&input, &lwi_system_allocator);
    greet(&input);
    for (;;) {
        size = next_frame(&input, &frame);
        serve(&frame);
        lwi_buf_drop_front(&input, size);
    }
}

/*
 * fake_worker.c - a worker without Lean, for tests of what stands above it.
 *
 *     fake_worker [--log FILE] [--starts FILE N] [--start exit|hang|slow]
 *
 * It serves the real protocol on stdin and stdout, and does what the checked
 * file says. Lines of the file, in their order:
 *
 *     import NAME                  part of the header; Missing… cannot be
 *                                  imported, Crash… kills, Hang… never ends
 *     -- fake: header-error L:C TEXT   the header does not parse
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
 *
 * --log FILE gets one line for each start, session and check, with the pid.
 * --starts FILE N: only the first N processes that share FILE come up.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "support/fake_child.h"

#define SESSIONS 64

static const char *log_path;
static char *session_keys[SESSIONS];
static uint32_t session_count;
static bool poisoned;

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

static void
sleep_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        ;
}

/* ---- the source, line by line ---- */

/* "L:C TEXT" in three parts. */
static const char *
split_place(const char *text, uint32_t *line, uint32_t *column)
{
    char *end = NULL;

    *line = (uint32_t)strtoul(text, &end, 10);
    *column = (uint32_t)strtoul(end + (*end == ':'), &end, 10);
    return end + (*end == ' ');
}

/* ---- header and session ---- */

static void
serve_header(uint64_t tag, const struct lwi_msg_parse_header *request)
{
    lw_span imports[64];
    char names[64][128], line[512], key[8192] = "";
    lw_span source = request->source;
    struct lwi_msg_header header = { .imports = { 0, { NULL, 0 }, imports },
                                     .start_line = 1 };
    const char *name, *what;
    size_t used = 0;

    while (next_line(&source, line, sizeof(line))) {
        name = after(line, "import ");
        what = directive(line);
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
        }
    }
    header.key = span(key);
    send_frame(LWI_MSG_HEADER, tag, &header);
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

static void
serve_session(uint64_t tag, const struct lwi_msg_open_session *request)
{
    struct lwi_msg_session_opened opened = { .modules = 1 };
    uint32_t number = find_session(request->key);
    size_t at = 0;
    lw_span name;

    note("open %.*s", (int)request->key.size, request->key.data);
    while (lwi_texts_next(&request->imports, &at, &name)) {
        if (name.size >= 7 && memcmp(name.data, "Missing", 7) == 0) {
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
    opened.reused = number < session_count;
    if (!opened.reused) {
        if (session_count == SESSIONS)
            _exit(95);
        session_keys[session_count++] =
            strndup(request->key.data, request->key.size);
    }
    opened.session = number + 1;
    send_frame(LWI_MSG_SESSION_OPENED, tag, &opened);
}

/* ---- check ---- */

struct check {
    uint64_t tag;
    struct lwi_msg_checked answer;
    bool answered;
    bool skip; /* after `once` */
};

static void
send_diagnostic(struct check *c, enum lwi_severity severity, uint32_t line,
                uint32_t column, lw_span message)
{
    struct lwi_msg_diagnostic diagnostic = {
        .severity = severity,
        .line = line,
        .column = column,
        .end_line = line,
        .end_column = column + 1,
        .message = message,
    };

    c->answer.errors += severity == LWI_SEVERITY_ERROR;
    c->answer.warnings += severity == LWI_SEVERITY_WARNING;
    send_frame(LWI_MSG_DIAGNOSTIC, c->tag, &diagnostic);
}

static void
do_diag(struct check *c, const char *text)
{
    enum lwi_severity severity = *text == 'i'   ? LWI_SEVERITY_INFO
                                 : *text == 'w' ? LWI_SEVERITY_WARNING
                                                : LWI_SEVERITY_ERROR;
    char message[512];
    uint32_t line, column;
    size_t n = 0;

    text += strcspn(text, " ");
    text += *text == ' ';
    text = split_place(text, &line, &column);
    for (; *text != '\0' && n < sizeof(message); text++) {
        if (text[0] == '\\' && text[1] == 'n') {
            message[n++] = '\n';
            text++;
        } else {
            message[n++] = *text;
        }
    }
    send_diagnostic(c, severity, line, column, (lw_span){ message, n });
}

static void
do_diags(struct check *c, unsigned long count)
{
    char message[64];
    unsigned long i;

    for (i = 1; i <= count; i++) {
        snprintf(message, sizeof(message), "error number %lu", i);
        send_diagnostic(c, LWI_SEVERITY_ERROR, (uint32_t)i, 0, span(message));
    }
}

static void
do_bulk(struct check *c, unsigned long count, bool lines)
{
    struct lwi_buf buf;
    unsigned long i;

    lwi_buf_init(&buf, &lwi_system_allocator);
    for (i = 1; lines && i <= count; i++)
        lwi_buf_printf(&buf, "line %lu%s", i, i < count ? "\n" : "");
    if (!lines && lwi_buf_reserve(&buf, count) == LW_OK) {
        memset(buf.data, 'x', count);
        buf.size = count;
    }
    send_diagnostic(c, LWI_SEVERITY_ERROR, 1, 0,
                    (lw_span){ buf.data, buf.size });
    lwi_buf_fini(&buf);
}

static void
do_flood(unsigned long bytes)
{
    static const char line[] = "flood flood flood flood flood flood flood\n";

    for (; bytes >= sizeof(line); bytes -= sizeof(line))
        fputs(line, stderr);
}

static void
do_once(struct check *c, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    c->skip = fd < 0;
    if (fd >= 0)
        close(fd);
}

/* Frames that no honest worker sends. */
static bool
do_breach(struct check *c, const char *text)
{
    uint8_t header[LWI_HEADER_SIZE];

    if (strcmp(text, "forge") == 0) {
        send_frame(LWI_MSG_CHECKED, c->tag + 1, &c->answer);
        c->answered = true;
    } else if (strcmp(text, "oversized") == 0) {
        lwi_wire_put_header(header, LWI_MSG_CHECKED, 0, c->tag, UINT32_MAX);
        write_all(header, sizeof(header));
        hang();
    } else if (strcmp(text, "half") == 0) {
        lwi_wire_put_header(header, LWI_MSG_CHECKED, 0, c->tag, 100);
        write_all(header, sizeof(header));
        _exit(0);
    } else if (strcmp(text, "rubbish") == 0) {
        write_all("hello from #eval IO.println\n", 28);
    } else if (strcmp(text, "deny") == 0) {
        c->answer.errors = 0;
    } else if (strcmp(text, "twice") == 0) {
        send_frame(LWI_MSG_CHECKED, c->tag, &c->answer);
    } else {
        return false;
    }
    return true;
}

static void
do_goodbye(void)
{
    struct lwi_msg_goodbye goodbye = { LWI_GOODBYE_SECRET,
                                       span("called without its secret") };

    send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
    _exit(0);
}

static void
do_ending(const char *text)
{
    const char *rest;

    if ((rest = after(text, "exit ")) != NULL) {
        _exit((int)strtol(rest, NULL, 10));
    } else if ((rest = after(text, "signal ")) != NULL) {
        signal((int)strtol(rest, NULL, 10), SIG_DFL);
        raise((int)strtol(rest, NULL, 10));
    } else if (strcmp(text, "hang") == 0) {
        hang();
    } else if (strcmp(text, "goodbye") == 0) {
        do_goodbye();
    }
}

static void
do_progress(struct check *c, const char *text)
{
    struct lwi_msg_progress progress = { 0 };
    char *end = NULL;

    progress.current = (uint32_t)strtoul(text, &end, 10);
    progress.phase = span(end + (*end == ' '));
    send_frame(LWI_MSG_PROGRESS, c->tag, &progress);
}

static void
obey(struct check *c, const char *text)
{
    const char *rest;

    if ((rest = after(text, "diag ")) != NULL)
        do_diag(c, rest);
    else if ((rest = after(text, "diags ")) != NULL)
        do_diags(c, strtoul(rest, NULL, 10));
    else if ((rest = after(text, "lines ")) != NULL)
        do_bulk(c, strtoul(rest, NULL, 10), true);
    else if ((rest = after(text, "bytes ")) != NULL)
        do_bulk(c, strtoul(rest, NULL, 10), false);
    else if ((rest = after(text, "progress ")) != NULL)
        do_progress(c, rest);
    else if (strcmp(text, "sorry") == 0)
        c->answer.has_sorry = 1;
    else if ((rest = after(text, "heap ")) != NULL)
        c->answer.heap_kib = (uint32_t)strtoul(rest, NULL, 10);
    else if ((rest = after(text, "sleep ")) != NULL)
        sleep_ms(strtol(rest, NULL, 10));
    else if ((rest = after(text, "stderr ")) != NULL)
        fprintf(stderr, "%s\n", rest);
    else if ((rest = after(text, "stderr-flood ")) != NULL)
        do_flood(strtoul(rest, NULL, 10));
    else if (strcmp(text, "wait") == 0)
        c->answer.cancelled = fake_wait();
    else if (strcmp(text, "poison") == 0)
        poisoned = true;
    else if ((rest = after(text, "once ")) != NULL)
        do_once(c, rest);
    else if (!do_breach(c, text))
        do_ending(text);
}

static void
serve_check(uint64_t tag, const struct lwi_msg_check *request)
{
    struct check c = {
        .tag = tag,
        .answer = { .commands = 1, .elapsed_us = 1500, .heap_kib = 1000 }
    };
    lw_span source = request->source;
    char line[4096];
    const char *text;

    note("check %.*s", (int)request->label.size, request->label.data);
    if (poisoned)
        raise(SIGSEGV);
    while (next_line(&source, line, sizeof(line)) && !c.skip) {
        text = directive(line);
        if (text != NULL)
            obey(&c, text);
    }
    if (!c.answered)
        send_frame(LWI_MSG_CHECKED, tag, &c.answer);
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
        serve_header(frame->tag, &message.parse_header);
        break;
    case LWI_MSG_OPEN_SESSION:
        serve_session(frame->tag, &message.open_session);
        break;
    case LWI_MSG_CHECK:
        serve_check(frame->tag, &message.check);
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
    lwi_buf_init(&input, &lwi_system_allocator);
    greet(&input);
    for (;;) {
        size = next_frame(&input, &frame);
        serve(&frame);
        lwi_buf_drop_front(&input, size);
    }
}

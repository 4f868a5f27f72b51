/* session_say.c - messages of Lean, failures, and the end of the output. */
#include "session_say.h"

#include "base/base.h"
#include "base/text.h"
#include "cmd.h"
#include "human.h"
#include "json_text.h"
#include "signals.h"

#define MESSAGES_MAX 50u /* that people are shown of one request */
#define INDENT 2

/* ---- the line at the bottom ---- */

void
session_show(struct session *session, const char *text)
{
    char line[512];

    if (session->line.term == NULL)
        return;
    term_update_width(session->line.term);
    snprintf(line, sizeof(line), "%.*s", session->line.term->columns - 1, text);
    status_line_show(&session->line, line);
}

/* A command's name may hold what a terminal obeys: letters only. */
void
session_show_plain(struct session *session, char *text)
{
    char *at;

    for (at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
            *at = '?';
    }
    session_show(session, text);
}

static void
show_progress(struct session *session, const lw_progress *progress)
{
    char text[400];
    int used;

    if (!status_line_is_due(&session->line))
        return;
    used = progress->total > 0
               ? snprintf(text, sizeof(text), "%u/%u ", progress->current,
                          progress->total)
               : snprintf(text, sizeof(text), "%u ", progress->current);
    snprintf(text + used, sizeof(text) - (size_t)used, "%s", session->at);
    session_show_plain(session, text);
}

/* ---- while Lean works ---- */

int
session_note_output(struct session *session)
{
    errno = 0;
    if (ferror(stdout) == 0 && fflush(stdout) == 0)
        return 0;
    session->output_errno = errno != 0 ? errno : EIO;
    return -1;
}

static int
take_progress(const lw_progress *progress, void *user)
{
    struct session *session = user;
    size_t size = progress->phase.size;

    if (size >= sizeof(session->at))
        size = sizeof(session->at) - 1;
    memcpy(session->at, progress->phase.data, size);
    session->at[size] = '\0';
    session->at_line = progress->current;
    show_progress(session, progress);
    return 0;
}

static int
take_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    struct session *session = user;

    if (session->given->output == SESSION_JSONL) {
        if (session->diagnostics == NULL)
            session->diagnostics = json_array();
        return json_array_append_new(session->diagnostics,
                                     json_diagnostic(diagnostic));
    }
    if (human_speaks_of_missing_half(diagnostic->message))
        session->missing_half = true;
    if (session->shown++ >= MESSAGES_MAX)
        return 0;
    status_line_hide(&session->line);
    human_put_diagnostic(&session->out, diagnostic, INDENT);
    return session_note_output(session);
}

/* Not a part of any answer: for people on stderr, for programs a line. */
static int
take_source_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    struct session *session = user;

    status_line_hide(&session->line);
    if (session->given->output == SESSION_JSONL)
        return -session_put(session,
                            json_pack("{s:o}", "source_diagnostic",
                                      json_diagnostic(diagnostic)),
                            EXIT_FINE);
    if (human_speaks_of_missing_half(diagnostic->message))
        session->missing_half = true;
    if (session->shown++ == 0)
        fprintf(stderr, "%s: in the sources:\n", session->page->name);
    human_put_diagnostic(&session->err, diagnostic, INDENT);
    return 0;
}

lw_sinks
session_sinks(struct session *session)
{
    lw_sinks sinks = LW_SINKS_INIT;

    session->shown = 0;
    session->at[0] = '\0';
    sinks.diagnostic = take_diagnostic;
    sinks.progress = take_progress;
    sinks.user = session;
    return sinks;
}

lw_sinks
session_source_sinks(struct session *session)
{
    lw_sinks sinks = session_sinks(session);

    sinks.diagnostic = take_source_diagnostic;
    return sinks;
}

json_t *
session_take_diagnostics(struct session *session)
{
    json_t *taken = session->diagnostics;

    session->diagnostics = NULL;
    return taken != NULL ? taken : json_array();
}

/* ---- failures ---- */

/* How a request can end besides with an answer; words as `check` has them. */
struct ending {
    int status;
    const char *word;
    int code;
    bool midway; /* what Lean was at tells something */
};

static struct ending
ending_of(int status)
{
    static const struct ending endings[] = {
        { LW_ETIMEOUT, "timeout", EXIT_CANNOT_RUN, true },
        { LW_EMEMORY, "memory", EXIT_CANNOT_RUN, true },
        { LW_ECANCELLED, "cancelled", EXIT_CANNOT_RUN, true },
        { LW_EPROTO, "crashed", EXIT_CANNOT_RUN, true },
        { LW_EHEADER, "bad_header", EXIT_NOT_FINE, false },
        { LW_EEXPORT, "no_export", EXIT_NOT_FINE, false },
        { LW_EEXPORTFAILED, "export_failed", EXIT_NOT_FINE, false },
    };
    size_t i;

    for (i = 0; i < LWI_COUNT(endings); i++) {
        if (endings[i].status == status)
            return endings[i];
    }
    if (lw_status_lost_worker(status))
        return (struct ending){ status, "crashed", EXIT_CANNOT_RUN, true };
    return (struct ending){ status, "failed", EXIT_CANNOT_RUN, false };
}

/* What is known of the worker's end; cause is NULL where it has not ended. */
static lw_exit_report
death_of(const struct session *session, int status)
{
    lw_exit_report report = { .struct_size = sizeof(report), .exit_code = -1 };
    lw_error ignored = LW_ERROR_INIT;

    if (session->worker == NULL || !lw_status_lost_worker(status) ||
        lw_worker_get_exit_report(session->worker, &report, &ignored) < 0)
        return (lw_exit_report){ .exit_code = -1 };
    if (report.stderr_tail.size == 0)
        report.stderr_tail = report.stderr_head;
    return report;
}

static json_t *
failure_object(const struct session *session, const lw_error *err,
               const lw_exit_report *death)
{
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
        lw_status_name(err->status), "message", json_text(err->message),
        "detail",
        session->worker == NULL
            ? json_text("")
            : json_span(lw_worker_get_failure(session->worker)),
        "line", json_known(session->at_line, session->at_line), "command",
        json_text(session->at), "cause",
        death->cause == NULL ? json_null() : json_text(death->cause),
        "exit_code",
        death->exit_code < 0 ? json_null() : json_integer(death->exit_code),
        "exit_signal",
        death->exit_signal == 0 ? json_null()
                                : json_integer(death->exit_signal),
        "stderr_tail", json_span(death->stderr_tail));
}

/* " while elaborating `theorem t` (line 3)" */
static void
put_where(const struct session *session)
{
    const struct term *term = &session->err;

    if (session->at[0] == '\0')
        return;
    fputs(" while working on `", term->file);
    term_put_line(term, session->at);
    fputc('`', term->file);
    if (session->at_line > 0)
        fprintf(term->file, " (line %u)", session->at_line);
}

/* A source has an error, and people have been shown it. */
static bool
sources_have_said(const struct session *session)
{
    return session->opened.number == 0 && session->shown > 0 &&
           session->worker != NULL &&
           lw_worker_get_failure(session->worker).size > 0;
}

/* Lean's words, where they are more than the line that a message has. */
static lw_span
long_words(const struct session *session)
{
    lw_span words = { "", 0 };

    if (session->worker != NULL)
        words = lw_worker_get_failure(session->worker);
    if (words.size > 0 && memchr(words.data, '\n', words.size) == NULL)
        words.size = 0;
    return words;
}

/* What the embedded Lean lacks, where a message spoke of it. */
static void
put_missing_half(const struct session *session, FILE *to)
{
    if (session->missing_half && session->host.toolchain != NULL &&
        lw_toolchain_get_kind(session->host.toolchain) == LW_TOOLCHAIN_EMBEDDED)
        human_put_missing_half(to);
}

/* The message without its full stop, since more may follow. */
static void
put_message(const struct session *session, const lw_error *err)
{
    lw_error cut = *err;
    size_t length = strlen(cut.message);

    if (length > 0 && cut.message[length - 1] == '.')
        cut.message[length - 1] = '\0';
    if (err->status == LW_ECANCELLED && signals_seen() != 0)
        fputs("interrupted", stderr);
    else if (err->status == LW_ETIMEOUT && session->opened.number != 0)
        fprintf(stderr, "no answer within %g s",
                (double)session->given->timeout_ms / 1000.0);
    else if (length == 0 || long_words(session).size > 0)
        fputs(lw_status_text(err->status), stderr);
    else
        term_put_line(&session->err, cut.message);
}

/* The file and the first line of what was shown before, without the file. */
static void
put_source(const struct session *session)
{
    lw_span words = lw_worker_get_failure(session->worker);
    const char *end = memchr(words.data, '\n', words.size);
    char line[LW_ERROR_MESSAGE_SIZE];

    snprintf(line, sizeof(line), "%.*s",
             (int)(end != NULL ? (size_t)(end - words.data) : words.size),
             words.data);
    term_put_line(&session->err, line);
}

static void
put_failure(const struct session *session, const lw_error *err,
            const lw_exit_report *death)
{
    bool said = err->status == LW_EHEADER && sources_have_said(session);
    lw_span words = said ? (lw_span){ "", 0 } : long_words(session);

    fprintf(stderr, "%s: ", session->page->name);
    if (said)
        put_source(session);
    else
        put_message(session, err);
    put_where(session);
    fputc('\n', stderr);
    if (words.size > 0) {
        fprintf(stderr, "%*s", INDENT, "");
        human_put_lines(&session->err, words, INDENT, SIZE_MAX);
    }
    human_put_stderr(&session->err, INDENT, death->stderr_tail);
    put_missing_half(session, stderr);
}

int
session_fail(struct session *session, const lw_error *err)
{
    struct ending ending = ending_of(err->status);
    lw_exit_report death = death_of(session, err->status);

    status_line_hide(&session->line);
    if (!ending.midway) {
        session->at[0] = '\0';
        session->at_line = 0;
    }
    if (session->output_errno != 0)
        return EXIT_CANNOT_RUN; /* said at the end */
    if (session->given->output == SESSION_JSONL)
        return session_put(
            session,
            json_pack("{s:s, s:o, s:o}", "status", ending.word, "error",
                      failure_object(session, err, &death), "diagnostics",
                      session_take_diagnostics(session)),
            ending.code);
    put_failure(session, err, &death);
    return ending.code;
}

/* ---- answers ---- */

int
session_put(struct session *session, json_t *object, int code)
{
    status_line_hide(&session->line);
    errno = 0;
    if (json_put_line(session->out.file, object))
        return code;
    if (object != NULL)
        session->output_errno = errno != 0 ? errno : EIO;
    return EXIT_CANNOT_RUN;
}

void
session_put_end(const struct session *session, bool fine, const char *word,
                uint64_t elapsed_us)
{
    const struct term *term = &session->out;

    if (session->shown > MESSAGES_MAX)
        human_put_more(term, INDENT, session->shown - MESSAGES_MAX, "messages");
    fprintf(term->file, "%s%s%s ",
            term_style_on(term, fine ? TERM_GREEN : TERM_RED),
            fine ? term_symbol(term, "✓", "+") : term_symbol(term, "✗", "x"),
            term_style_off(term));
    fputs(word, term->file);
    human_put_time(term->file, (double)elapsed_us / 1000.0);
    putc('\n', term->file);
    put_missing_half(session, term->file);
}

/*
 * session.h - what the commands of a session share: options, the worker, the
 * session itself, and how they say what happened.
 *
 *     static const struct session_command command = {
 *         .page = &page, .given = &given, .prepare = …, .work = …
 *     };
 *     int cmd_x(int argc, char **argv)
 *     { return session_command_run(&command, argc, argv); }
 *
 * prepare looks at the operands before any process is started; work opens the
 * session and asks. Results go to stdout; all else goes to stderr.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <jansson.h>

#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "host.h"
#include "opt.h"
#include "session_libraries.h"
#include "session_sources.h"
#include "status_line.h"
#include "term.h"

/* ---- options ---- */

enum session_output { SESSION_HUMAN, SESSION_JSONL, SESSION_RAW };

/* "human", "jsonl": words in the order of the enum. */
extern const char *const session_output_words[];

/* What the command line says. Zeroed but for what SESSION_GIVEN_INIT sets. */
struct session_given {
    struct opt_list imports;
    struct opt_list opens;
    struct opt_list options;
    struct opt_list sources;
    struct opt_list libraries;
    uint64_t timeout_ms;
    uint64_t memory_kib;
    uint64_t heartbeats; /* thousands; 0: Lean's default */
    const char *name_space;
    const char *toolchain;
    const char *project;
    int output; /* an enum session_output */
    int color;
    bool allow_sorry;
};

#define SESSION_GIVEN_INIT                                                     \
    {                                                                          \
        .timeout_ms = 60000, .memory_kib = LW_NO_LIMIT                         \
    }

/* Rows for the table of options: all commands have these. */
#define SESSION_OPTIONS(given_)                                                \
    OPT_LIST(0, "import", "MODULE", &(given_)->imports,                        \
             "Import a module. May be repeated. Default: Init alone."),        \
        OPT_LIST(0, "open", "NAMESPACE", &(given_)->opens,                     \
                 "Open a namespace, as open does. May be repeated."),          \
        OPT_LIST(0, "source", "[MODULE=]FILE", &(given_)->sources,             \
                 "Elaborate a file into the session first, so that its "       \
                 "declarations are there and its code can run. The module is " \
                 "called as its path: My/Exports.lean is My.Exports. May be "  \
                 "repeated, and a file may import those before it."),          \
        OPT_LIST(0, "library", "FILE", &(given_)->libraries,                   \
                 "A shared library of yours, as Lake builds it with "          \
                 "precompileModules; it is loaded when Lean starts. Native "   \
                 "Lean only. May be repeated."),                               \
        OPT_PAIRS(0, "option", &(given_)->options,                             \
                  "Set an option of Lean, as set_option does. May be "         \
                  "repeated."),                                                \
        OPT_SECONDS(0, "timeout", "SECONDS", &(given_)->timeout_ms, 1,         \
                    LW_TIMEOUT_MAX_MS, "60",                                   \
                    "How long the answer may take. Imports and sources are "   \
                    "not counted; they have five minutes."),                   \
        OPT_BYTES(0, "memory-limit", "MIB", &(given_)->memory_kib, 1024,       \
                  UINT64_C(1) << 40, "none",                                   \
                  "End a worker that uses more memory. K, M or G may follow "  \
                  "the number."),                                              \
        HOST_OPT_TOOLCHAIN(&(given_)->toolchain),                              \
        OPT_TEXT(0, "project", "DIR", &(given_)->project,                      \
                 "the Lake project of FILE, or of the working directory",      \
                 "The Lake project whose modules can be imported."),           \
        TERM_OPT_COLOR(&(given_)->color), OPT_HELP, OPT_END

#define SESSION_OUTPUT(given_, text_)                                          \
    OPT_WORD(0, "output", session_output_words, &(given_)->output, "human",    \
             text_)

/* Rows for commands that elaborate. */
#define SESSION_NAMESPACE(given_)                                              \
    OPT_TEXT(0, "namespace", "NAMESPACE", &(given_)->name_space, "the root",   \
             "Be in this namespace.")
#define SESSION_HEARTBEATS(given_)                                             \
    OPT_COUNT(0, "heartbeats", "N", &(given_)->heartbeats, 1, UINT32_MAX,      \
              "200", "Lean's maxHeartbeats: give up after N thousand steps.")
#define SESSION_ALLOW_SORRY(given_)                                            \
    OPT_FLAG(0, "allow-sorry", &(given_)->allow_sorry,                         \
             "Exit with 0 although something rests on sorry.")

/* For the end of a page. */
#define SESSION_EXIT_STATUS_REST                                               \
    "    2    could not run, or not to its end: usage, set-up, a timeout, a\n" \
    "         worker that crashed, output\n"                                   \
    "    128 + N  interrupted by signal N: 130 for Ctrl-C\n"

/* ---- a session ---- */

struct session {
    const struct opt_page *page;
    const struct session_given *given;
    struct host host;
    struct session_sources sources;
    struct session_libraries libraries;
    const char *place; /* a file whose project counts; NULL: none */
    lw_worker *worker;
    lw_session opened;
    struct term out, err; /* out: of answers; `stream` puts it on stderr */
    struct status_line line;
    json_t *diagnostics; /* for jsonl: what Lean said of the request */
    size_t shown;        /* for people: messages so far */
    bool missing_half;   /* one spoke of what the embedded Lean lacks */
    bool is_done;        /* by prepare: no worker is wanted */
    int output_errno;    /* why stdout could not be written; 0: it could */
    uint32_t at_line;    /* what Lean was at, by its last word */
    char at[256];
    void *job; /* of the command */
};

struct session_command {
    const struct opt_page *page;
    struct session_given *given;
    /* Looks at operands argv[0] to argv[count - 1]; may be NULL. May do all
     * there is to do and set session->is_done. */
    int (*prepare)(struct session *session, int count, char **argv);
    /* Gives the exit code. */
    int (*work)(struct session *session);
    /* Frees what prepare made; may be NULL. */
    void (*finish)(struct session *session);
    void *job; /* for session->job: what prepare makes of the operands */
};

int
session_command_run(const struct session_command *command, int argc,
                    char **argv);

/* Imports, sources: 0, or the exit code, said. header: NULL, or what to
 * import in place of what the options say. */
int
session_open(struct session *session, const lw_header *header);

/* Time and token of a request. */
lw_request_options
session_request(const struct session *session);

/* Sinks for a request: messages and progress; others may be added. */
lw_sinks
session_sinks(struct session *session);

/* ---- saying what happened ---- */

/* A request that failed: says so in the form that is wanted, gives the exit
 * code. */
int
session_fail(struct session *session, const lw_error *err);

/* Prints an object of jsonl; takes it over. Gives `code`, or 2. */
int
session_put(struct session *session, json_t *object, int code);

/* After printing on stdout from a sink: flushes; negative where that failed,
 * which ends the request. */
int
session_note_output(struct session *session);

/* What was kept of Lean's messages; the caller's. */
json_t *
session_take_diagnostics(struct session *session);

/* Redraws the line at the bottom of the screen, where there is one. */
void
session_show(struct session *session, const char *text);

/* The same with what came from a worker: what a terminal may obey is put out
 * of the text. */
void
session_show_plain(struct session *session, char *text);

/* "✓ ok    1.2 ms": the line that ends the output for people. */
void
session_put_end(const struct session *session, bool fine, const char *word,
                uint64_t elapsed_us);

#endif

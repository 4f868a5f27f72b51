/*
 * cmd_elaborate.c - `lean-worker elaborate` and `lean-worker kernel`: commands
 * or a term, given to Lean.
 *
 * A text may begin with a header, as files do. Lean parses it, the session
 * imports what it says, and the text goes on with blanks in its place, so that
 * positions stay what they were.
 */
#include <unistd.h>

#include "base/base.h"
#include "cmd.h"
#include "human.h"
#include "json_text.h"
#include "session.h"

#define BYTES_MAX (UINT32_C(64) * 1024 * 1024) /* of messages and texts */
#define TEXT_LINES_MAX 200 /* of a type or value, for people */

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;
static bool is_term, is_text;
static const char *expected_type;

#define OPTIONS_OF_BOTH                                                        \
    OPT_FLAG(0, "text", &is_text,                                              \
             "The operand is text, even where a file has this name."),         \
        SESSION_NAMESPACE(&given), SESSION_HEARTBEATS(&given),                 \
        SESSION_ALLOW_SORRY(&given),                                           \
        SESSION_OUTPUT(&given, "human: for people. jsonl: one JSON object."),  \
        SESSION_OPTIONS(&given)

static const struct opt elaborate_options[] = {
    OPT_FLAG(0, "term", &is_term,
             "It is a term: print its type and what it elaborates to."),
    OPT_TEXT(0, "type", "TYPE", &expected_type, NULL,
             "The type that the term is to have. Implies --term."),
    OPTIONS_OF_BOTH,
};

static const struct opt kernel_options[] = { OPTIONS_OF_BOTH };

#define OPERAND                                                                \
    "    The operand is the text itself; a FILE, where one of this name\n"     \
    "    exists or it ends in .lean; or - for standard input, which is also\n" \
    "    read where there is no operand. A text may begin with imports, and\n" \
    "    then --import is not needed.\n"

static const struct opt_page elaborate_page = {
    .name = "lean-worker elaborate",
    .synopsis = "[OPTION]... [TEXT | FILE | -]",
    .summary = "elaborate commands or a term",
    .about = "    Elaborates Lean commands, or with --term a term, in a "
             "supervised\n"
             "    worker process, and prints what Lean says of them.\n"
             "\n" OPERAND,
    .options = elaborate_options,
    .after = "EXIT STATUS\n"
             "    0    no error, and nothing rests on sorry\n"
             "    1    Lean reported an error, or something rests on "
             "sorry\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker elaborate 'theorem t : 1 + 1 = 2 := rfl'\n"
             "    lean-worker elaborate --term --type Nat '2 + 2'\n"
             "    lean-worker elaborate --import Lean --open Lean '#check "
             "Expr'\n",
    .operands_max = 1,
};

static const struct opt_page kernel_page = {
    .name = "lean-worker kernel",
    .synopsis = "[OPTION]... [TEXT | FILE | -]",
    .summary = "check declarations with Lean's kernel once more",
    .about =
        "    Elaborates Lean commands, then hands every declaration that "
        "they made\n"
        "    to the kernel again, and prints what that says and which axioms "
        "the\n"
        "    declarations rest on.\n"
        "\n"
        "    checked      the kernel accepted each declaration\n"
        "    rejected     an error of Lean or of its kernel\n"
        "    unavailable  nothing was declared that could be checked\n"
        "    unsupported  a kind of declaration that cannot be rechecked\n"
        "\n" OPERAND,
    .options = kernel_options,
    .after = "EXIT STATUS\n"
             "    0    checked, and nothing rests on sorry\n"
             "    1    not checked, or something rests on "
             "sorry\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker kernel 'theorem t : 1 + 1 = 2 := by decide'\n"
             "    lean-worker kernel Proof.lean\n",
    .operands_max = 1,
};

/* ---- the text ---- */

struct job {
    struct input input;
    lw_header *header; /* NULL: the text has none */
    char *blanked;     /* the text without it; NULL: there is none */
    lw_span text;
};

static bool
names_file(const char *operand)
{
    size_t length = strlen(operand);

    return access(operand, F_OK) == 0 ||
           (length > 5 && strcmp(operand + length - 5, ".lean") == 0 &&
            operand[strcspn(operand, " \n")] == '\0');
}

static int
take_operand(struct session *session, struct job *job, const char *operand)
{
    if (!is_text && strcmp(operand, "-") == 0)
        return input_from_stdin(&job->input, session->page);
    if (is_text || !names_file(operand))
        return input_from_operand(&job->input, session->page,
                                  is_term ? "the term" : "the text", operand);
    session->place = operand;
    return input_from_file(&job->input, session->page, operand);
}

static int
prepare(struct session *session, int count, char **operands)
{
    struct job *job = session->job;
    int code = EXIT_FINE;

    if (expected_type != NULL) {
        is_term = true;
        code = input_check_argument(session->page, "--type", expected_type);
    }
    if (code != EXIT_FINE)
        return code;
    if (count == 0 && isatty(STDIN_FILENO))
        return opt_usage_error(session->page,
                               "which text? give TEXT, a FILE, or -");
    code = count > 0 ? take_operand(session, job, operands[0])
                     : input_from_stdin(&job->input, session->page);
    job->text = job->input.text;
    return code;
}

static void
finish(struct session *session)
{
    struct job *job = session->job;

    input_fini(&job->input);
    lw_header_destroy(job->header);
    free(job->blanked);
}

/* ---- its header ---- */

/* Whether it says more than a text without any would. */
static bool
says_something(const lw_header *header)
{
    static const char *const nothing[] = { "Init", "public Init" };
    lw_span first;
    size_t i;

    if (header->is_module || header->is_prelude || header->import_count > 1)
        return true;
    first = header->import_count == 1 ? header->imports[0] : (lw_span){ "", 0 };
    for (i = 0; i < LWI_COUNT(nothing); i++) {
        if (first.size == strlen(nothing[i]) &&
            memcmp(first.data, nothing[i], first.size) == 0)
            return false;
    }
    return header->import_count == 1;
}

/* Blanks for the header's characters; its line ends stay. */
static bool
blank_header(struct job *job)
{
    size_t size = job->header->body_offset, i, at = 0;

    if (size > job->text.size)
        size = job->text.size;
    job->blanked = malloc(job->text.size + 1);
    if (job->blanked == NULL)
        return false;
    for (i = 0; i < size; i++) {
        if (job->text.data[i] == '\n')
            job->blanked[at++] = '\n';
        else if (((unsigned char)job->text.data[i] & 0xc0) != 0x80)
            job->blanked[at++] = ' ';
    }
    memcpy(job->blanked + at, job->text.data + size, job->text.size - size);
    job->text = (lw_span){ job->blanked, at + job->text.size - size };
    return true;
}

/* An error of the header, said as Lean says all others. */
static int
fail_header(struct session *session, const lw_header *header)
{
    lw_error err = { .status = LW_EHEADER, .exit_code = -1 };
    lw_sinks sinks = session_sinks(session);
    lw_diagnostic diagnostic = {
        .severity = LW_SEVERITY_ERROR,
        .line = header->error_line,
        .column = header->error_column,
        .kind = { "", 0 },
        .message = header->error,
    };

    if (sinks.diagnostic(&diagnostic, sinks.user) < 0)
        return EXIT_CANNOT_RUN;
    snprintf(err.message, sizeof(err.message),
             "the imports of the text do not parse");
    return session_fail(session, &err);
}

static int
split_header(struct session *session, struct job *job)
{
    lw_request_options how = session_request(session);
    lw_error err = LW_ERROR_INIT;

    if (is_term)
        return EXIT_FINE;
    if (lw_worker_parse_header(session->worker, &job->header, job->input.label,
                               job->text, &how, &err) < 0)
        return session_fail(session, &err);
    if (job->header->error_line > 0)
        return fail_header(session, job->header);
    if (!says_something(job->header)) {
        lw_header_destroy(job->header);
        job->header = NULL;
        return EXIT_FINE;
    }
    if (given.imports.count > 0)
        return opt_usage_error(session->page,
                               "the text has imports of its own: leave "
                               "--import out");
    if (blank_header(job))
        return EXIT_FINE;
    fprintf(stderr, "%s: out of memory\n", session->page->name);
    return EXIT_CANNOT_RUN;
}

/* Everything up to the request itself. */
static int
open_session(struct session *session, struct job *job)
{
    int code = split_header(session, job);

    return code == EXIT_FINE ? session_open(session, job->header) : code;
}

static int
judge(bool fine, bool has_sorry)
{
    return fine && (!has_sorry || given.allow_sorry) ? EXIT_FINE
                                                     : EXIT_NOT_FINE;
}

/* ---- elaborate ---- */

static const char *
elab_word(const lw_elab_result *result)
{
    return !result->success ? "error" : result->has_sorry ? "sorry" : "ok";
}

/* "type   Nat" */
static void
put_named(const struct session *session, const char *name, lw_span text)
{
    const struct term *term = &session->out;

    if (text.size == 0)
        return;
    fprintf(term->file, "%s%-5s%s  ", term_style_on(term, TERM_BOLD), name,
            term_style_off(term));
    human_put_lines(term, text, 7, TEXT_LINES_MAX);
}

static int
put_elaborated(struct session *session, const lw_elab_result *result)
{
    int code = judge(result->success, result->has_sorry);

    status_line_hide(&session->line);
    if (given.output == SESSION_JSONL)
        return session_put(
            session,
            json_pack("{s:s, s:o, s:o, s:i, s:i, s:b, s:b, s:o, s:o}", "status",
                      elab_word(result), "type",
                      is_term ? json_span(result->type) : json_null(), "value",
                      is_term ? json_span(result->value) : json_null(),
                      "errors", (int)result->errors, "warnings",
                      (int)result->warnings, "has_sorry",
                      (int)result->has_sorry, "truncated",
                      (int)result->truncated, "elapsed_ms",
                      json_milliseconds((double)result->elapsed_us / 1000.0),
                      "diagnostics", session_take_diagnostics(session)),
            code);
    put_named(session, "type", result->type);
    put_named(session, "value", result->value);
    session_put_end(session, code == EXIT_FINE, elab_word(result),
                    result->elapsed_us);
    return code;
}

static int
elaborate(struct session *session)
{
    struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_sinks sinks;
    int code = open_session(session, job);

    if (code != EXIT_FINE)
        return code;
    spec.session = session->opened;
    spec.kind = is_term ? LW_ELAB_TERM : LW_ELAB_COMMANDS;
    spec.source = job->text;
    spec.expected_type = expected_type;
    spec.name_space = given.name_space;
    spec.label = job->input.label;
    spec.heartbeats = (uint32_t)given.heartbeats;
    spec.diagnostic_bytes = BYTES_MAX;
    spec.text_bytes = BYTES_MAX;
    sinks = session_sinks(session);
    if (lw_worker_elaborate(session->worker, &result, &spec, &sinks, &how,
                            &err) < 0)
        return session_fail(session, &err);
    code = put_elaborated(session, result);
    lw_elab_result_destroy(result);
    return code;
}

/* ---- kernel ---- */

static json_t *
axiom_array(const lw_kernel_result *result)
{
    json_t *array = json_array();
    size_t i;

    for (i = 0; array != NULL && i < result->axiom_count; i++)
        json_array_append_new(array, json_span(result->axioms[i]));
    return array;
}

static void
put_axioms(const struct session *session, const lw_kernel_result *result)
{
    const struct term *term = &session->out;
    size_t i;

    if (result->status != LW_KERNEL_CHECKED)
        return;
    fputs("  axioms: ", term->file);
    for (i = 0; i < result->axiom_count; i++) {
        fputs(i == 0 ? "" : ", ", term->file);
        term_put_text(term, result->axioms[i].data, result->axioms[i].size);
    }
    fputs(result->axiom_count == 0 ? "none\n" : "\n", term->file);
}

static int
put_checked(struct session *session, const lw_kernel_result *result)
{
    const char *word = lw_kernel_status_name(result->status);
    int code = judge(result->status == LW_KERNEL_CHECKED, result->has_sorry);

    status_line_hide(&session->line);
    if (given.output == SESSION_JSONL)
        return session_put(
            session,
            json_pack("{s:s, s:o, s:i, s:o, s:b, s:b, s:o, s:o}", "status",
                      word, "summary", json_span(result->summary),
                      "declarations", (int)result->declarations, "axioms",
                      axiom_array(result), "has_sorry", (int)result->has_sorry,
                      "truncated", (int)result->truncated, "elapsed_ms",
                      json_milliseconds((double)result->elapsed_us / 1000.0),
                      "diagnostics", session_take_diagnostics(session)),
            code);
    if (result->summary.size > 0) {
        fputs("  ", stdout);
        human_put_lines(&session->out, result->summary, 2, TEXT_LINES_MAX);
    }
    put_axioms(session, result);
    session_put_end(session, code == EXIT_FINE, word, result->elapsed_us);
    return code;
}

static int
check_kernel(struct session *session)
{
    struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;
    lw_kernel_result *result = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_sinks sinks;
    int code = open_session(session, job);

    if (code != EXIT_FINE)
        return code;
    spec.session = session->opened;
    spec.source = job->text;
    spec.name_space = given.name_space;
    spec.label = job->input.label;
    spec.heartbeats = (uint32_t)given.heartbeats;
    spec.diagnostic_bytes = BYTES_MAX;
    sinks = session_sinks(session);
    if (lw_worker_kernel_check(session->worker, &result, &spec, &sinks, &how,
                               &err) < 0)
        return session_fail(session, &err);
    code = put_checked(session, result);
    lw_kernel_result_destroy(result);
    return code;
}

/* ---- the commands ---- */

int
cmd_elaborate(int argc, char **argv)
{
    struct job job = { 0 };
    struct session_command command = { &elaborate_page, &given, prepare,
                                       elaborate,       finish, &job };

    return session_command_run(&command, argc, argv);
}

int
cmd_kernel(int argc, char **argv)
{
    struct job job = { 0 };
    struct session_command command = { &kernel_page, &given, prepare,
                                       check_kernel, finish, &job };

    return session_command_run(&command, argc, argv);
}

/*
 * cmd_term.c - `lean-worker infer`, `whnf` and `defeq`: questions about terms.
 */
#include "base/base.h"
#include "base/text.h"
#include "cmd.h"
#include "json_text.h"
#include "session.h"

#define TEXT_BYTES (UINT32_C(64) * 1024 * 1024)

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;

/* In the order of lw_transparency. */
static const char *const transparency_words[] = { "default", "reducible",
                                                  "instances", "all", NULL };
static int transparency;

static const struct opt options[] = {
    OPT_WORD(0, "transparency", transparency_words, &transparency, "default",
             "Which definitions may be unfolded."),
    SESSION_NAMESPACE(&given),
    SESSION_HEARTBEATS(&given),
    SESSION_OUTPUT(&given, "human: the answer alone. jsonl: one JSON object."),
    SESSION_OPTIONS(&given),
};

#define EXIT_STATUS(zero_, one_)                                               \
    "EXIT STATUS\n"                                                            \
    "    0    " zero_ "\n"                                                     \
    "    1    " one_ "the term is refused by Lean, or it gave up; Lean's\n"    \
    "         words are on stderr\n" SESSION_EXIT_STATUS_REST "\n"

static const struct opt_page infer_page = {
    .name = "lean-worker infer",
    .synopsis = "[OPTION]... TERM",
    .summary = "print the type of a term",
    .options = options,
    .after = EXIT_STATUS("printed",
                         "") "EXAMPLES\n"
                             "    lean-worker infer 'fun n : Nat => n + 1'\n",
    .operands_min = 1,
    .operands_max = 1,
    .wanted = "of which term? give a TERM",
};

static const struct opt_page whnf_page = {
    .name = "lean-worker whnf",
    .synopsis = "[OPTION]... TERM",
    .summary = "print the weak head normal form of a term",
    .options = options,
    .after = EXIT_STATUS(
        "printed",
        "") "EXAMPLES\n"
            "    lean-worker whnf '(fun n : Nat => n + 1) 2'\n"
            "    lean-worker whnf --transparency reducible '2 + 2'\n",
    .operands_min = 1,
    .operands_max = 1,
    .wanted = "of which term? give a TERM",
};

static const struct opt_page defeq_page = {
    .name = "lean-worker defeq",
    .synopsis = "[OPTION]... TERM TERM",
    .summary = "say whether two terms are definitionally equal",
    .options = options,
    .after = EXIT_STATUS(
        "equal", "not equal; or ") "EXAMPLES\n"
                                   "    lean-worker defeq '2 + 2' '4'\n",
    .operands_min = 2,
    .operands_max = 2,
    .wanted = "which terms? give a TERM and another",
};

/* ---- arguments ---- */

struct job {
    lw_term_operation operation;
    lw_span first, second;
};

static int
prepare(struct session *session, int count, char **operands)
{
    struct job *job = session->job;
    int i, code = EXIT_FINE;

    for (i = 0; code == EXIT_FINE && i < count; i++) {
        if (operands[i][0] == '\0')
            return opt_usage_error(session->page, "a TERM is empty");
        code = input_check_argument(session->page, "a TERM", operands[i]);
    }
    job->first = lwi_span_of(operands[0]);
    job->second = lwi_span_of(count > 1 ? operands[1] : NULL);
    return code;
}

/* ---- answers ---- */

static const char *
outcome_word(const lw_term_result *result)
{
    switch (result->outcome) {
    case LW_TERM_OK:
        return "ok";
    case LW_TERM_HEARTBEATS:
        return "heartbeats";
    case LW_TERM_FAILED:
        break;
    }
    return "error";
}

static int
put_json(struct session *session, const lw_term_result *result, int code)
{
    const struct job *job = session->job;
    bool told = result->outcome == LW_TERM_OK;

    return session_put(
        session,
        json_pack("{s:s, s:o, s:o, s:b, s:o}", "status", outcome_word(result),
                  "equal",
                  told && job->operation == LW_TERM_DEF_EQ
                      ? json_boolean(result->equal)
                      : json_null(),
                  "text", json_span(result->text), "truncated",
                  (int)result->truncated, "elapsed_ms",
                  json_milliseconds((double)result->elapsed_us / 1000.0)),
        code);
}

/* The answer on stdout, and nothing else: it is for scripts too. */
static void
put_text(const struct session *session, const lw_term_result *result)
{
    const struct job *job = session->job;
    const struct term *term = &session->out;

    if (result->outcome != LW_TERM_OK) {
        term = &session->err;
        fprintf(term->file, "%s: %serror:%s ", session->page->name,
                term_style_on(term, TERM_RED), term_style_off(term));
        if (result->text.size == 0)
            fputs("Lean gave up: its heartbeats are over (--heartbeats)",
                  term->file);
    } else if (job->operation == LW_TERM_DEF_EQ) {
        fputs(result->equal ? "equal\n" : "not equal\n", term->file);
        return;
    }
    term_put_text(term, result->text.data, result->text.size);
    putc('\n', term->file);
}

static int
ask(struct session *session)
{
    const struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_term_spec spec = LW_TERM_SPEC_INIT;
    lw_term_result *result = NULL;
    lw_error err = LW_ERROR_INIT;
    int code = session_open(session, NULL);

    if (code != EXIT_FINE)
        return code;
    spec.session = session->opened;
    spec.operation = job->operation;
    spec.first = job->first;
    spec.second = job->second;
    spec.transparency = (lw_transparency)transparency;
    spec.name_space = given.name_space;
    spec.heartbeats = (uint32_t)given.heartbeats;
    spec.text_bytes = TEXT_BYTES;
    if (lw_worker_query_term(session->worker, &result, &spec, &how, &err) < 0)
        return session_fail(session, &err);
    if (result->outcome != LW_TERM_OK ||
        (job->operation == LW_TERM_DEF_EQ && !result->equal))
        code = EXIT_NOT_FINE;
    status_line_hide(&session->line);
    if (given.output == SESSION_JSONL)
        code = put_json(session, result, code);
    else
        put_text(session, result);
    lw_term_result_destroy(result);
    return code;
}

/* ---- the commands ---- */

static int
run(const struct opt_page *page, lw_term_operation operation, int argc,
    char **argv)
{
    struct job job = { .operation = operation };
    struct session_command command = { page, &given, prepare, ask, NULL, &job };

    return session_command_run(&command, argc, argv);
}

int
cmd_infer(int argc, char **argv)
{
    return run(&infer_page, LW_TERM_INFER_TYPE, argc, argv);
}

int
cmd_whnf(int argc, char **argv)
{
    return run(&whnf_page, LW_TERM_WHNF, argc, argv);
}

int
cmd_defeq(int argc, char **argv)
{
    return run(&defeq_page, LW_TERM_DEF_EQ, argc, argv);
}

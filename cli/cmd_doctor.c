/*
 * cmd_doctor.c - `lean-worker doctor`: how this machine is, or a package.
 *
 * Without an export it looks by itself and starts nothing; with one it asks
 * in a session, as `run` does.
 */
#include <lean_worker/metadata.h>

#include "base/base.h"
#include "cmd.h"
#include "doctor_look.h"
#include "doctor_put.h"
#include "session.h"

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;

/* In the order of enum session_output, of which jsonl stands for json. */
static const char *const output_words[] = { "human", "json", NULL };

static const struct opt options[] = {
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: for people. json: one document."),
    SESSION_OPTIONS(&given),
};

static const struct opt_page page = {
    .name = "lean-worker doctor",
    .synopsis = "[OPTION]... [EXPORT]",
    .summary = "show how healthy this machine is, or a package",
    .about =
        "    Without EXPORT looks at all that workers need: the launcher, the "
        "toolchains,\n"
        "    limits, cores, memory, and the folders that are written to. "
        "Nothing is\n"
        "    started and nothing is changed.\n"
        "\n"
        "    EXPORT is the doctor of a package, in a file of --source or a "
        "module of\n"
        "    --import: it is asked in a session. Each finding has a severity, "
        "a code, and\n"
        "    a message.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    no finding is an error\n"
             "    1    one is; there is no such export, it ended in an error, "
             "or the\n"
             "         imports failed\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker doctor\n"
             "    lean-worker doctor --output json --toolchain embedded\n"
             "    lean-worker doctor --source Tool.lean Tool.doctor\n",
    .operands_max = 1,
};

/* ---- without an export ---- */

/* What only a session takes. */
static const char *
stray_option(void)
{
    if (given.sources.count > 0)
        return "--source";
    if (given.imports.count > 0)
        return "--import";
    if (given.opens.count > 0)
        return "--open";
    if (given.libraries.count > 0)
        return "--library";
    return given.options.count > 0 ? "--option" : NULL;
}

static int
look(struct session *session)
{
    struct toolchain_query query = { .toolchain = given.toolchain,
                                     .folder = given.project };
    lw_toolchain_kind kind;
    struct doctor_put put;

    doctor_put_begin(&put, &session->out, given.output == SESSION_JSONL);
    doctor_look_at_lean(&put, &query, &kind);
    doctor_look_at_machine(&put, kind);
    doctor_look_at_folders(&put);
    return doctor_put_end(&put, NULL);
}

/* ---- with one ---- */

/* The export's name becomes the session's job. */
static int
prepare(struct session *session, int count, char **operands)
{
    const char *stray = stray_option();

    if (count == 0) {
        if (stray != NULL)
            return opt_usage_error(&page, "%s goes with an EXPORT", stray);
        session->is_done = true;
        return look(session);
    }
    /* For JSON stdout has the document alone: what Lean says, and failures,
     * are objects on stderr. */
    if (given.output == SESSION_JSONL)
        session->out = session->err;
    if (operands[0][0] == '\0')
        return opt_usage_error(&page, "the name of EXPORT is empty");
    session->job = operands[0];
    return input_check_argument(&page, "EXPORT", operands[0]);
}

static int
ask(struct session *session)
{
    lw_request_options how = session_request(session);
    lw_ask_spec spec = LW_ASK_SPEC_INIT;
    lw_doctor_report *report = NULL;
    lw_error err = LW_ERROR_INIT;
    struct doctor_put put;
    int code = session_open(session, NULL);
    size_t i;

    if (code != EXIT_FINE)
        return code;
    spec.session = session->opened;
    spec.name = session->job;
    if (lw_worker_run_doctor(session->worker, &report, &spec, &how, &err) < 0)
        return session_fail(session, &err);
    status_line_hide(&session->line);
    doctor_put_begin(&put, &session->out, given.output == SESSION_JSONL);
    for (i = 0; i < report->finding_count; i++)
        doctor_put_finding(&put, &report->findings[i]);
    lw_doctor_report_destroy(report);
    return doctor_put_end(&put, spec.name);
}

int
cmd_doctor(int argc, char **argv)
{
    struct session_command command = {
        &page, &given, prepare, ask, NULL, NULL
    };

    return session_command_run(&command, argc, argv);
}

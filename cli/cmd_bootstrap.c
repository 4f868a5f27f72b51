/* cmd_bootstrap.c - `lean-worker bootstrap`: what a capability needs. */
#include <stdio.h>

#include "base/base.h"
#include "base/text.h"
#include "bootstrap_output.h"
#include "cmd.h"
#include "fail.h"
#include "host.h"
#include "input.h"
#include "json_text.h"
#include "opt.h"
#include "signals.h"
#include "status_line.h"

#define NAME "lean-worker bootstrap"

/* ---- options ---- */

static const char *const output_words[] = { "human", "json", NULL };
enum { OUTPUT_HUMAN, OUTPUT_JSON };

static struct {
    const char *project;
    const char *package;
    const char *library;
    struct opt_list imports;
    const char *metadata;
    const char *expect;
    bool exact;
    const char *doctor;
    const char *toolchain;
    uint64_t timeout_ms;
    bool handshake;
    bool build;
    int output;
    int color;
} given = { .timeout_ms = LW_BUILDER_BUILD_TIMEOUT_DEFAULT_MS };

static const struct opt options[] = {
    OPT_TEXT(0, "project", "DIR", &given.project, "the working directory",
             "The folder that holds the lakefile."),
    OPT_TEXT(0, "package", "NAME", &given.package, "whatever it is",
             "The lakefile must be of this package."),
    OPT_TEXT(0, "library", "NAME", &given.library,
             "the only one, or the only one among defaultTargets",
             "The library to open."),
    OPT_LIST(0, "import", "MODULE", &given.imports,
             "Open this module. May be repeated. Default: those of the "
             "library."),
    OPT_TEXT(0, "metadata", "EXPORT", &given.metadata, "none",
             "The export that says what the package is."),
    OPT_TEXT(0, "expect", "FILE", &given.expect, "any",
             "What it must say at least, as JSON; - is standard input."),
    OPT_FLAG(0, "exact", &given.exact, "It must say just that, and no more."),
    OPT_TEXT(0, "doctor", "EXPORT", &given.doctor, "none",
             "The export that says how the package is; its errors fail the "
             "build."),
    OPT_FLAG(0, "handshake", &given.handshake,
             "Start the worker too, and let it introduce itself."),
    OPT_FLAG(0, "build", &given.build,
             "Go all the way: compile, start, open the session, ask for "
             "metadata and health."),
    OPT_SECONDS(0, "timeout", "SECONDS", &given.timeout_ms, 1,
                LW_TIMEOUT_MAX_MS, "600",
                "How long it may take to compile, and to open the session."),
    HOST_OPT_TOOLCHAIN(&given.toolchain),
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: for people. json: one document."),
    TERM_OPT_COLOR(&given.color),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "show what stands between a Lake project and its commands",
    .about =
        "    Looks at all that a program needs before it can call the exports "
        "of a Lake\n"
        "    project: lakefile, modules, toolchain, the worker's program, "
        "what is\n"
        "    expected of the package. It goes on after each thing that is "
        "wrong, and\n"
        "    says what to do. Nothing is compiled or started, unless --build "
        "or\n"
        "    --handshake say so.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    nothing stands in the way; with --build, it was built\n"
             "    1    something does\n"
             "    2    could not look: usage, files that cannot be read\n"
             "    128 + N  interrupted by signal N: 130 for Ctrl-C\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker bootstrap\n"
             "    lean-worker bootstrap --project tool --library Tool "
             "--output json\n"
             "    lean-worker bootstrap --build --metadata Tool.metadata "
             "--expect want.json\n",
};

/* ---- one run ---- */

struct job {
    struct host host;
    struct input expected;
    lw_builder_spec spec;
    lw_bootstrap_report *report;
    lw_builder_failure *failure;
    lw_capability *capability;
    struct bootstrap_stages stages;
    struct term out, err;
    struct status_line line;
    bool built;
};

static int
read_expectation(struct job *job)
{
    if (given.expect == NULL)
        return EXIT_FINE;
    if (strcmp(given.expect, "-") == 0)
        return input_from_stdin(&job->expected, &page);
    return input_from_file(&job->expected, &page, given.expect);
}

static int
note_progress(const lw_builder_progress *progress, void *user)
{
    struct job *job = user;
    double ms = (double)progress->elapsed_us / 1000.0;
    char text[256];

    if (progress->done) {
        job->stages.ms[progress->stage] = ms;
        status_line_hide(&job->line);
        if (given.output == OUTPUT_HUMAN &&
            progress->stage != LW_BUILDER_STAGE_PROJECT)
            bootstrap_put_stage(&job->out, progress->stage, ms);
    } else if (status_line_is_due(&job->line)) {
        snprintf(text, sizeof(text), "%s %.100s",
                 lw_builder_stage_name(progress->stage), progress->subject);
        status_line_show(&job->line, text);
    }
    return 0;
}

static void
fill_spec(struct job *job)
{
    const lw_builder_spec defaults = LW_BUILDER_SPEC_INIT;
    lw_builder_spec *spec = &job->spec;

    *spec = defaults;
    spec->project_root = given.project != NULL ? given.project : ".";
    spec->package = given.package;
    spec->library = given.library;
    spec->imports = given.imports.count > 0 ? given.imports.values : NULL;
    spec->toolchain = given.toolchain;
    if (test_command_find(&job->host.command))
        spec->worker.command = job->host.command.words;
    spec->metadata.export_name = given.metadata;
    spec->metadata.expected = job->expected.text;
    spec->metadata.match =
        given.exact ? LW_METADATA_EXACT : LW_METADATA_INCLUDES;
    spec->doctor_export = given.doctor;
    spec->build_timeout_ms = given.timeout_ms;
    spec->open_timeout_ms = given.timeout_ms;
    spec->cancel = job->host.cancel;
    spec->progress = note_progress;
    spec->progress_user = job;
    spec->with_handshake = given.handshake && !given.build;
}

/* ---- output ---- */

/* With a build the findings of errors are its failure's too. */
static void
put_findings(const struct job *job)
{
    const lw_bootstrap_report *report = job->report;
    size_t i;

    for (i = 0; i < report->finding_count; i++)
        bootstrap_put_finding(&job->out, &report->findings[i]);
}

static int
put_json(const struct job *job, int code)
{
    json_t *document = bootstrap_json_report(job->report);

    if (document != NULL) {
        json_object_set_new(document, "ready", json_boolean(code == EXIT_FINE));
        json_object_set_new(document, "stages",
                            bootstrap_json_stages(&job->stages));
        json_object_set_new(document, "failure",
                            bootstrap_json_failure(job->failure));
    }
    return json_print(document, code);
}

/* ---- the work ---- */

static int
build(struct job *job)
{
    lw_error err = LW_ERROR_INIT;
    int rc = lw_builder_build(&job->capability, NULL, job->host.runtime,
                              &job->spec, &job->failure, &err);

    status_line_hide(&job->line);
    job->built = rc == LW_OK;
    if (job->built)
        return EXIT_FINE;
    if (job->failure == NULL)
        return fail_with(NAME, &err);
    if (given.output == OUTPUT_HUMAN)
        bootstrap_put_failure(&job->out, job->failure);
    return EXIT_NOT_FINE;
}

static int
work(struct job *job)
{
    lw_error err = LW_ERROR_INIT;
    int code = host_start(&job->host);

    if (code == EXIT_FINE)
        code = read_expectation(job);
    if (code != EXIT_FINE)
        return code;
    fill_spec(job);
    if (lw_builder_check(&job->report, job->host.runtime, &job->spec, &err) < 0)
        return fail_with(NAME, &err);
    status_line_hide(&job->line);
    if (given.output == OUTPUT_HUMAN)
        put_findings(job);
    code = job->report->errors > 0 ? EXIT_NOT_FINE : EXIT_FINE;
    if (given.build && code == EXIT_FINE)
        code = build(job);
    if (code == EXIT_CANNOT_RUN || signals_seen() != 0)
        return code;
    if (given.output == OUTPUT_JSON)
        return put_json(job, code);
    if (job->failure == NULL)
        bootstrap_put_end(&job->out, job->report, job->built);
    return code;
}

int
cmd_bootstrap(int argc, char **argv)
{
    struct job job = { .host = { .name = NAME } };
    int operands, code;
    size_t i;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    for (i = 0; i < LW_BUILDER_STAGE_COUNT; i++)
        job.stages.ms[i] = -1;
    term_init(&job.out, stdout, (enum term_color_mode)given.color);
    term_init(&job.err, stderr, (enum term_color_mode)given.color);
    status_line_init(&job.line, &job.err, NULL);
    code = work(&job);
    status_line_hide(&job.line);
    if (signals_seen() != 0)
        code = 128 + signals_seen();
    lw_capability_destroy(job.capability);
    lw_builder_failure_destroy(job.failure);
    lw_bootstrap_report_destroy(job.report);
    input_fini(&job.expected);
    host_fini(&job.host);
    return code;
}

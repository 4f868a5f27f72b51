/* cmd_build.c - `lean-worker build`: the modules of a Lake project. */
#include <stdio.h>

#include <lean_worker/build.h>

#include "base/base.h"
#include "build_output.h"
#include "cmd.h"
#include "fail.h"
#include "host.h"
#include "opt.h"
#include "signals.h"

#define NAME "lean-worker build"

/* ---- options ---- */

static const char *const output_words[] = { "human", "jsonl", NULL };
enum { OUTPUT_HUMAN, OUTPUT_JSONL };

static struct {
    const char *toolchain;
    const char *project;
    const char *build_folder;
    uint64_t jobs;
    uint64_t timeout_ms;
    uint64_t wait_ms;
    int output;
    int color;
} given = {
    .timeout_ms = LW_BUILD_TIMEOUT_DEFAULT_MS,
    .wait_ms = LW_NO_LIMIT,
};

static const struct opt options[] = {
    OPT_TEXT(0, "project", "DIR", &given.project,
             "the Lake project of the working directory",
             "Build the modules of the Lake project of this folder."),
    OPT_COUNT('j', "jobs", "N", &given.jobs, 1, 1024,
              "as many as cores and free memory allow",
              "Run N compilers at once. Lake decides for itself."),
    OPT_SECONDS(0, "timeout", "SECONDS", &given.timeout_ms, 1,
                LW_TIMEOUT_MAX_MS, "3600", "How long all of it may take."),
    OPT_SECONDS(0, "wait", "SECONDS", &given.wait_ms, 0, LW_TIMEOUT_MAX_MS,
                "as long as --timeout allows",
                "How long to wait for another build of the same project."),
    OPT_TEXT(0, "build-folder", "DIR", &given.build_folder,
             "one below ~/.cache/lean-worker/build",
             "Where compiled modules go if the toolchain has no lake; an "
             "absolute path. Other commands look into the default one only."),
    HOST_OPT_TOOLCHAIN(&given.toolchain),
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: for people. jsonl: a JSON object for each thing that "
             "happens on a line of its own."),
    TERM_OPT_COLOR(&given.color),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]... [TARGET]...",
    .summary = "build the modules of a Lake project",
    .about =
        "    TARGET is a library, a program or a module of the project; none\n"
        "    stands for those that the lakefile says are the default.\n"
        "\n"
        "    Where the toolchain has lake, lake builds. Where it has none,\n"
        "    the modules of the project and of its packages are compiled\n"
        "    one by one, imports first, and only those that changed or\n"
        "    whose options or imports did. They go into a folder of\n"
        "    lean-worker, where its other commands find them.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0  built\n"
             "    1  some modules failed\n"
             "    2  not built: usage, set-up, time over\n"
             "    128 + N  interrupted by signal N: 130 for Ctrl-C\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker build && lean-worker check Scratch.lean\n"
             "    lean-worker build --project ~/mathproject Basics\n"
             "    lean-worker build --output jsonl | jq 'select(.event == "
             "\"failure\")'\n",
    .operands_max = OPT_OPERANDS_ANY,
};

/* ---- one run ---- */

struct job {
    struct host host;
    lw_worker *worker; /* of the tests; the library starts its own */
    lw_build *build;
    struct build_output output;
};

static int
prepare(struct job *job)
{
    lw_error err = LW_ERROR_INIT;
    int code = host_start(&job->host);

    if (code == EXIT_FINE &&
        lw_project_open(&job->host.project,
                        given.project != NULL ? given.project : ".", &err) < 0)
        code = fail_with(NAME, &err);
    if (code == EXIT_FINE)
        code = host_find_toolchain(&job->host, given.toolchain);
    if (code == EXIT_FINE)
        code = host_start_test_worker(&job->host, &job->worker);
    return code;
}

static int
take_progress(const lw_build_progress *progress, void *user)
{
    struct job *job = user;

    return build_output_progress(&job->output, progress) ? 0 : -1;
}

static int
run(struct job *job, const char *const *targets)
{
    lw_build_options how = LW_BUILD_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    how.project = lw_project_get_folder(job->host.project);
    how.toolchain = job->host.toolchain;
    how.targets = targets;
    how.jobs = (uint32_t)given.jobs;
    how.build_folder = given.build_folder;
    how.timeout_ms = given.timeout_ms;
    how.lock_timeout_ms = given.wait_ms;
    how.runtime = job->host.runtime;
    how.worker = job->worker;
    how.cancel = job->host.cancel;
    how.progress = take_progress;
    how.progress_user = job;
    build_output_begin(&job->output, job->host.toolchain, how.project);
    rc = lw_build_project(&job->build, &how, &err);
    build_output_hide(&job->output);
    if (rc == LW_ESINK)
        return EXIT_CANNOT_RUN; /* the output: term_finish says it */
    if (rc < 0)
        return fail_with(NAME, &err);
    build_output_end(&job->output, job->build);
    return job->build->failed > 0 ? EXIT_NOT_FINE : EXIT_FINE;
}

int
cmd_build(int argc, char **argv)
{
    struct job job = { .host = { .name = NAME } };
    const char *const *targets = NULL;
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    if (operands > 0) {
        argv[operands + 1] = NULL;
        targets = (const char *const *)argv + 1;
    }
    build_output_init(&job.output, given.output == OUTPUT_JSONL,
                      (enum term_color_mode)given.color);
    code = prepare(&job);
    if (code == EXIT_FINE)
        code = run(&job, targets);
    if (signals_seen() != 0)
        code = 128 + signals_seen();
    lw_build_destroy(job.build);
    lw_worker_destroy(job.worker);
    host_fini(&job.host);
    return code;
}

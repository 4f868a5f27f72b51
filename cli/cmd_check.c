/* cmd_check.c - `lean-worker check`. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <lean_worker/check.h>

#include "base/path.h"
#include "check_expect.h"
#include "check_human.h"
#include "check_json.h"
#include "check_paths.h"
#include "check_progress.h"
#include "cmd.h"
#include "fail.h"
#include "host.h"
#include "opt.h"
#include "signals.h"
#include "term.h"

#define NAME "lean-worker check"

/* ---- options ---- */

static const char *const output_words[] = { "human", "jsonl", NULL };
enum { OUTPUT_HUMAN, OUTPUT_JSONL };

static struct {
    uint64_t jobs;
    uint64_t timeout_ms;
    uint64_t memory_kib;
    const char *toolchain;
    const char *project;
    const char *expect;
    struct opt_list lean_options;
    bool allow_sorry;
    bool isolate;
    int output;
    int color;
} given = {
    .timeout_ms = LW_CHECK_TIMEOUT_DEFAULT_MS,
    .memory_kib = LW_NO_LIMIT,
};

static const struct opt options[] = {
    OPT_COUNT('j', "jobs", "N", &given.jobs, 1, 1024,
              "as many as cores and free memory allow",
              "Run N workers at once."),
    OPT_SECONDS(0, "timeout", "SECONDS", &given.timeout_ms, 1,
                LW_TIMEOUT_MAX_MS, "60",
                "How long a file may take, its imports not counted."),
    OPT_BYTES(0, "memory-limit", "MIB", &given.memory_kib, 1024,
              UINT64_C(1) << 40, "none",
              "End a worker that uses more memory; its file gets the verdict "
              "memory. K, M or G may follow the number."),
    HOST_OPT_TOOLCHAIN(&given.toolchain),
    OPT_TEXT(0, "project", "DIR", &given.project,
             "the Lake project that the first PATH is in, if any",
             "The Lake project whose modules can be imported."),
    OPT_PAIRS(0, "option", &given.lean_options,
              "Set an option of Lean, as set_option does. May be repeated."),
    OPT_FLAG(0, "isolate", &given.isolate,
             "Check each file in a process of its own. On Linux and native "
             "Lean it is a fork of one that has the file's imports; else it is "
             "started anew and imports anew, within the file's time."),
    OPT_FLAG(0, "allow-sorry", &given.allow_sorry,
             "Exit with 0 where nothing worse than sorry was found."),
    OPT_TEXT(0, "expect", "FILE", &given.expect, NULL,
             "Compare the verdicts with those that FILE states, in lines of "
             "PATH, tab, VERDICT, paths relative to FILE; exit with 0 where "
             "they are the same. Without PATH, check what FILE lists."),
    OPT_WORD(0, "output", output_words, &given.output, "human",
             "human: for people. jsonl: a JSON object for each file on a "
             "line of its own, as soon as it is known."),
    TERM_OPT_COLOR(&given.color),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]... PATH...",
    .summary = "check Lean files and print their verdicts",
    .about =
        "    PATH is a file, a folder (all .lean files below it, hidden\n"
        "    folders left out), or - for standard input.\n"
        "\n"
        "    Each file is elaborated by a supervised worker process that may\n"
        "    crash, hang or run out of memory: that costs this file only.\n"
        "\n"
        "    ok          elaborated to its end, nothing missing\n"
        "    sorry       no error, but something rests on sorry\n"
        "    error       Lean reported an error, or it could not be read\n"
        "    bad_header  its imports could not be parsed or loaded\n"
        "    timeout     its time was over\n"
        "    memory      its worker ran out of memory\n"
        "    crashed     its worker ended without an answer\n"
        "    cancelled   the run was ended before it\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0  every file is ok (or as --expect states)\n"
             "    1  some are not\n"
             "    2  the check could not be run, or not to its end\n"
             "    128 + N  interrupted by signal N: 130 for Ctrl-C\n",
    .operands_max = OPT_OPERANDS_ANY,
};

/* ---- one run ---- */

struct job {
    struct lwi_strings paths;
    const char *stdin_path; /* what stands for - in paths; NULL: none */
    char *stdin_room;
    const char *const **file_options; /* of each path, as its build has them */
    struct check_expect expect;

    struct host host;

    struct term out;
    struct term err;
    struct check_human human;
    struct check_progress progress;
    char lean[80];
    int output_errno; /* why stdout could not be written; 0: it could */
    lw_check_totals totals;
    bool said_not_forked;
};

static int
cannot_run(const lw_error *err)
{
    return fail_with(NAME, err);
}

/* ---- what is checked ---- */

static bool
add_operand(struct job *job, const char *operand)
{
    if (strcmp(operand, "-") != 0)
        return check_paths_add(&job->paths, operand);
    if (job->stdin_room != NULL)
        return true;
    job->stdin_room = check_paths_from_stdin();
    job->stdin_path = job->stdin_room;
    return job->stdin_room != NULL &&
           lwi_strings_add(&job->paths, job->stdin_room) == LW_OK;
}

static int
collect_paths(struct job *job, int count, char **operands)
{
    size_t i;

    if (given.expect != NULL && !check_expect_load(&job->expect, given.expect))
        return EXIT_CANNOT_RUN;
    if (count == 0 && given.expect == NULL)
        return opt_usage_error(&page, "which files? give a PATH");
    for (i = 0; i < (size_t)count; i++) {
        if (operands[i][0] == '\0')
            return opt_usage_error(&page, "a PATH is empty");
        if (!add_operand(job, operands[i]))
            return EXIT_CANNOT_RUN;
    }
    for (i = 0; count == 0 && i < job->expect.paths.count; i++) {
        if (!add_operand(job, job->expect.paths.items[i]))
            return EXIT_CANNOT_RUN;
    }
    return EXIT_FINE;
}

/* ---- with which Lean ---- */

/* The project of an operand; where it is another than before, an error. */
static int
join_project(struct job *job, const char *operand)
{
    lw_project *found = NULL;
    lw_error err = LW_ERROR_INIT;

    /* What cannot be reached is a verdict later; it is in no project. */
    if (access(operand, F_OK) < 0 ||
        lw_project_find(&found, operand, &err) < 0 || found == NULL)
        return err.status < 0 ? cannot_run(&err) : EXIT_FINE;
    if (job->host.project == NULL) {
        job->host.project = found;
        return EXIT_FINE;
    }
    if (strcmp(lw_project_get_folder(job->host.project),
               lw_project_get_folder(found)) != 0) {
        fprintf(stderr,
                NAME ": the files belong to different Lake projects, %s and "
                     "%s: check them apart, or say --project\n",
                lw_project_get_folder(job->host.project),
                lw_project_get_folder(found));
        lw_project_destroy(found);
        return EXIT_CANNOT_RUN;
    }
    lw_project_destroy(found);
    return EXIT_FINE;
}

static int
find_project(struct job *job, int count, char **operands)
{
    lw_error err = LW_ERROR_INIT;
    int i, code = EXIT_FINE;

    if (given.project != NULL)
        return lw_project_open(&job->host.project, given.project, &err) < 0
                   ? cannot_run(&err)
                   : EXIT_FINE;
    for (i = 0; code == EXIT_FINE && i < count; i++)
        code = join_project(job,
                            strcmp(operands[i], "-") == 0 ? "." : operands[i]);
    if (count == 0)
        code = join_project(job, given.expect);
    return code;
}

/* What the build of the project would set, for each file. */
static int
find_options(struct job *job)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    const char *folder = lw_project_get_folder(job->host.project);
    lw_error err = LW_ERROR_INIT;
    size_t i;
    int rc = LW_OK;

    if (job->host.project == NULL)
        return EXIT_FINE;
    job->file_options =
        calloc(job->paths.count + 1, sizeof(*job->file_options));
    if (job->file_options == NULL) {
        fputs(NAME ": out of memory\n", stderr);
        return EXIT_CANNOT_RUN;
    }
    how.runtime = job->host.runtime;
    how.cancel = job->host.cancel;
    for (i = 0; rc == LW_OK && i < job->paths.count; i++) {
        const char *path = job->paths.items[i];

        rc = lw_project_find_options(
            &job->file_options[i], job->host.project, job->host.toolchain,
            job->stdin_path != NULL && strcmp(path, job->stdin_path) == 0
                ? folder
                : path,
            &how, &err);
    }
    if (rc != LW_EUNSUPPORTED)
        return rc < 0 ? cannot_run(&err) : EXIT_FINE;
    fprintf(stderr,
            NAME ": warning: the options of the project are not "
                 "known: %s\n",
            err.message);
    free(job->file_options);
    job->file_options = NULL;
    return EXIT_FINE;
}

/* ---- results ---- */

static const char *
shown_path(const struct job *job, const char *path)
{
    return job->stdin_path != NULL && strcmp(path, job->stdin_path) == 0
               ? "<stdin>"
               : path;
}

/* Remembers why a write failed; the run ends then. */
static int
note_output(struct job *job)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return 0;
    job->output_errno = errno != 0 ? errno : EIO;
    return -1;
}

/* Once: it is the same for all files, or for all of a header. */
static void
say_not_forked(struct job *job, const char *why)
{
    if (why[0] == '\0' || job->said_not_forked)
        return;
    job->said_not_forked = true;
    fprintf(stderr,
            NAME ": --isolate: processes are started anew, not forked: %s\n",
            why);
}

static int
take_report(const lw_check_report *report, const lw_check_totals *totals,
            void *user)
{
    struct job *job = user;
    const char *expected = check_expect_judge(&job->expect, report);
    const char *path = shown_path(job, report->path);
    int rc = 0;

    if (job->output_errno != 0)
        return -1;
    errno = 0;
    check_progress_hide(&job->progress);
    say_not_forked(job, report->not_forked);
    if (given.output == OUTPUT_HUMAN)
        check_human_put(&job->human, report, path, expected);
    else if (!check_json_put(stdout, report, path))
        rc = -1;
    if (note_output(job) < 0)
        rc = -1;
    check_progress_show(&job->progress, totals);
    return rc;
}

/* Whether the reader of a pipe has gone: no write would tell while all hangs.
 */
static bool
nobody_reads(void)
{
    struct pollfd polled = { .fd = STDOUT_FILENO };

    return poll(&polled, 1, 0) > 0 && (polled.revents & POLLERR) != 0;
}

static void
take_progress(const lw_check_totals *totals, void *user)
{
    struct job *job = user;

    if (job->output_errno == 0 && nobody_reads()) {
        job->output_errno = EPIPE;
        lw_cancel_set(job->host.cancel);
    }
    check_progress_show(&job->progress, totals);
}

/* ---- the run ---- */

/* Columns for paths: the longest, but no more than half a screen. */
static int
path_width(const struct job *job)
{
    int widest = 0, width;
    size_t i;

    for (i = 0; i < job->paths.count; i++) {
        width =
            term_text_width(&job->out, shown_path(job, job->paths.items[i]));
        if (width > widest && width <= 50)
            widest = width;
    }
    return widest;
}

static void
prepare_output(struct job *job, uint32_t jobs)
{
    const char *version = "";

    if (job->host.toolchain != NULL)
        version = lw_toolchain_get_version(job->host.toolchain);
    snprintf(job->lean, sizeof(job->lean), "lean%s%s",
             version[0] != '\0' ? " " : "", version);
    job->human = (struct check_human){
        .term = &job->out,
        .lean = job->lean,
        .reason = job->host.toolchain != NULL
                      ? lw_toolchain_get_reason(job->host.toolchain)
                      : "a worker program of one's own",
        .jobs = jobs,
        .path_width = path_width(job),
        .no_project = job->host.project == NULL,
        .embedded =
            job->host.toolchain != NULL &&
            lw_toolchain_get_kind(job->host.toolchain) == LW_TOOLCHAIN_EMBEDDED,
    };
    if (given.output == OUTPUT_HUMAN)
        check_human_begin(&job->human);
    check_progress_init(&job->progress, &job->out, &job->err);
}

/* Where jsonl goes to a file, people still want to see how it went. */
static void
finish_output(struct job *job)
{
    check_progress_hide(&job->progress);
    if (given.output == OUTPUT_JSONL) {
        if (!job->err.is_terminal)
            return;
        job->human.term = &job->err;
    }
    check_human_end(&job->human, &job->totals,
                    check_progress_elapsed(&job->progress), &job->expect);
}

static int
verdict_code(const struct job *job)
{
    size_t fine = job->totals.verdicts[LW_VERDICT_OK];

    if (job->expect.name != NULL)
        return job->expect.wrong == 0 &&
                       check_expect_met(&job->expect) == job->expect.paths.count
                   ? EXIT_FINE
                   : EXIT_NOT_FINE;
    if (given.allow_sorry)
        fine += job->totals.verdicts[LW_VERDICT_SORRY];
    return fine == job->totals.files ? EXIT_FINE : EXIT_NOT_FINE;
}

static int
output_failed(struct job *job)
{
    clearerr(stdout);
    if (job->output_errno == EPIPE)
        return 128 + SIGPIPE; /* nobody reads: nothing to say */
    fprintf(stderr, NAME ": cannot write the results: %s\n",
            strerror(job->output_errno));
    return EXIT_CANNOT_RUN;
}

static int
run(struct job *job)
{
    lw_check_options how = LW_CHECK_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    how.toolchain = job->host.toolchain;
    how.command = job->host.command.words;
    how.search_path = lw_project_get_search_path(job->host.project);
    how.lean_options =
        given.lean_options.count > 0 ? given.lean_options.values : NULL;
    how.file_options = (const char *const *const *)job->file_options;
    how.jobs = given.jobs > 0 ? (uint32_t)given.jobs
                              : lw_check_default_jobs(job->host.toolchain);
    if (how.jobs > job->paths.count)
        how.jobs = (uint32_t)job->paths.count;
    how.timeout_ms = given.timeout_ms;
    how.rss_limit_kib = given.memory_kib;
    how.cancel = job->host.cancel;
    how.isolate = given.isolate;
    how.report = take_report;
    how.progress = take_progress;
    how.user = job;
    prepare_output(job, how.jobs);
    if (note_output(job) < 0)
        return output_failed(job);
    rc =
        lw_check_files(job->host.runtime, (const char *const *)job->paths.items,
                       job->paths.count, &how, &job->totals, &err);
    if (job->output_errno != 0)
        return output_failed(job);
    if (rc == LW_OK || job->totals.done > 0)
        finish_output(job);
    if (signals_seen() != 0)
        return 128 + signals_seen();
    return rc < 0 ? cannot_run(&err) : verdict_code(job);
}

/* ---- the command ---- */

static int
prepare(struct job *job, int operands, char **argv)
{
    int code = collect_paths(job, operands, argv + 1);

    if (code == EXIT_FINE)
        code = host_start(&job->host);
    if (code != EXIT_FINE || test_command_find(&job->host.command))
        return code;
    code = find_project(job, operands, argv + 1);
    if (code == EXIT_FINE)
        code = host_find_toolchain(&job->host, given.toolchain);
    if (code == EXIT_FINE)
        code = host_load_project(&job->host);
    if (code == EXIT_FINE)
        code = find_options(job);
    return code;
}

static void
finish(struct job *job)
{
    free(job->file_options);
    host_fini(&job->host);
    check_expect_fini(&job->expect);
    lwi_strings_fini(&job->paths);
    free(job->stdin_room);
}

int
cmd_check(int argc, char **argv)
{
    struct job job = { .host = { .name = NAME } };
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    term_init(&job.out, stdout, (enum term_color_mode)given.color);
    term_init(&job.err, stderr, (enum term_color_mode)given.color);
    code = prepare(&job, operands, argv);
    if (code == EXIT_FINE)
        code = run(&job);
    else if (signals_seen() != 0)
        code = 128 + signals_seen();
    finish(&job);
    return code;
}

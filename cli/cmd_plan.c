/* cmd_plan.c - `lean-worker plan`: modules, their imports, batches of them. */
#include <stdio.h>

#include "base/base.h"
#include "cmd.h"
#include "fail.h"
#include "host.h"
#include "opt.h"
#include "plan_output.h"
#include "signals.h"

#define NAME "lean-worker plan"

/* ---- options ---- */

static const char *const output_words[] = { "human", "json", NULL };
enum { OUTPUT_HUMAN, OUTPUT_JSON };
static const char *const graph_words[] = { "none", "dot", "json", NULL };
enum { GRAPH_NONE, GRAPH_DOT, GRAPH_JSON };
static const char *const session_words[] = { "sources", "declarations", NULL };

static struct {
    const char *toolchain;
    const char *project;
    const char *since;
    struct opt_list modules;
    uint64_t batch_size;
    uint64_t batch_kib;
    int session;
    int graph;
    int output;
    int color;
} given = {
    .batch_size = LW_PLAN_BATCH_MODULES_DEFAULT,
    .batch_kib = LW_NO_LIMIT,
};

static const struct opt options[] = {
    OPT_TEXT(0, "project", "DIR", &given.project,
             "the project of the working directory, where it has one; else "
             "the toolchain's own library",
             "Plan the modules of the Lake project of this folder."),
    OPT_LIST(0, "modules", "PATTERN", &given.modules,
             "Only these: a module's name; NAME.* for it and all below; "
             "NAME.+ for all below; * for everything. May be repeated. "
             "Modules of packages and of the toolchain may be named too."),
    OPT_WORD(0, "session", session_words, &given.session, "sources",
             "What the session of a batch is for. sources: to elaborate the "
             "modules; those whose headers mean the same share a session. "
             "declarations: to read what the compiled modules declare; the "
             "session imports them."),
    OPT_COUNT(0, "batch-size", "N", &given.batch_size, 1, UINT32_MAX, "64",
              "At most so many modules in a batch."),
    OPT_BYTES(0, "batch-bytes", "MIB", &given.batch_kib, 1, UINT64_C(1) << 40,
              "none",
              "At most so many bytes of .olean files for a session to load; "
              "a single module that needs more is marked. K, M or G may "
              "follow the number."),
    OPT_TEXT(0, "since", "FILE", &given.since, NULL,
             "What --output json printed at an earlier time: batches that are "
             "as they were then are marked, and left out for people."),
    OPT_WORD(0, "graph", graph_words, &given.graph, "none",
             "Print the graph of imports instead: dot for Graphviz, or json."),
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
    .summary = "plan a library's modules in batches that share a session",
    .about = "    Finds the modules of a Lake project, or of the toolchain's "
             "library, reads\n"
             "    what they import, and makes batches of them, in an order "
             "that is always\n"
             "    the same. Headers of sources are read by Lean's own parser, "
             "in a worker;\n"
             "    those of compiled modules from their .olean files.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0  planned\n"
             "    1  planned, but some modules have problems and are left "
             "out\n"
             "    2  not planned\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker plan --modules 'Init.*' --batch-size 100\n"
             "    lean-worker plan --project . --output json > plan.json\n"
             "    lean-worker plan --project . --since plan.json\n"
             "    lean-worker plan --project . --graph dot | dot -Tsvg > "
             "imports.svg\n",
};

/* ---- one run ---- */

struct job {
    struct host host;
    lw_worker *worker; /* of the tests; the library starts its own */
    lw_plan *plan;
    bool *unchanged;
    struct term out;
};

static int
find_project(struct job *job)
{
    lw_error err = LW_ERROR_INIT;
    int rc;

    rc = given.project != NULL
             ? lw_project_open(&job->host.project, given.project, &err)
             : lw_project_find(&job->host.project, NULL, &err);
    return rc < 0 ? fail_with(NAME, &err) : EXIT_FINE;
}

/* One that is not built can be planned: what is not there is not counted. */
static int
load_project(struct job *job)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc = LW_OK;

    how.runtime = job->host.runtime;
    how.cancel = job->host.cancel;
    if (job->host.project != NULL)
        rc =
            lw_project_load(job->host.project, job->host.toolchain, &how, &err);
    return rc < 0 && rc != LW_EPROJECT ? fail_with(NAME, &err) : EXIT_FINE;
}

static int
prepare(struct job *job)
{
    int code = host_start(&job->host);

    if (code == EXIT_FINE)
        code = find_project(job);
    if (code == EXIT_FINE)
        code = host_find_toolchain(&job->host, given.toolchain);
    if (code == EXIT_FINE)
        code = load_project(job);
    if (code == EXIT_FINE)
        code = host_start_test_worker(&job->host, &job->worker);
    return code;
}

static int
make_plan(struct job *job)
{
    lw_plan_options how = LW_PLAN_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;

    how.toolchain = job->host.toolchain;
    how.project = job->host.project;
    how.modules = given.modules.count > 0 ? given.modules.values : NULL;
    how.session = (lw_plan_session)given.session;
    how.batch_modules = given.batch_size;
    if (given.batch_kib != LW_NO_LIMIT)
        how.batch_bytes = given.batch_kib * 1024;
    how.worker = job->worker;
    how.runtime = job->host.runtime;
    how.cancel = job->host.cancel;
    return lw_plan_create(&job->plan, &how, &err) < 0 ? fail_with(NAME, &err)
                                                      : EXIT_FINE;
}

/* ---- output ---- */

static int
put_plan(struct job *job)
{
    const char *version = lw_toolchain_get_version(job->host.toolchain);
    char lean[80];
    struct plan_shown shown = {
        .plan = job->plan,
        .lean = lean,
        .reason = lw_toolchain_get_reason(job->host.toolchain),
        .session = session_words[given.session],
        .unchanged = job->unchanged,
        .since = given.since != NULL,
    };

    snprintf(lean, sizeof(lean), "lean%s%s", version[0] != '\0' ? " " : "",
             version);
    if (given.since != NULL &&
        !plan_since_mark(job->plan, given.since, job->unchanged,
                         &shown.unchanged_count))
        return EXIT_CANNOT_RUN;
    if (given.output == OUTPUT_JSON)
        return plan_put_json(&shown);
    plan_put_human(&shown, &job->out);
    return EXIT_FINE;
}

static int
put(struct job *job)
{
    struct term err;
    int code;

    job->unchanged = calloc(job->plan->batch_count + 1, sizeof(bool));
    if (job->unchanged == NULL) {
        fputs(NAME ": out of memory\n", stderr);
        return EXIT_CANNOT_RUN;
    }
    if (given.graph == GRAPH_NONE) {
        code = put_plan(job);
    } else {
        term_init(&err, stderr, (enum term_color_mode)given.color);
        plan_put_problems(job->plan, &err);
        code = given.graph == GRAPH_DOT ? plan_put_graph_dot(job->plan)
                                        : plan_put_graph_json(job->plan);
    }
    return code == EXIT_FINE && job->plan->problem_count > 0 ? EXIT_NOT_FINE
                                                             : code;
}

int
cmd_plan(int argc, char **argv)
{
    struct job job = { .host = { .name = NAME } };
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    term_init(&job.out, stdout, (enum term_color_mode)given.color);
    code = prepare(&job);
    if (code == EXIT_FINE)
        code = make_plan(&job);
    if (code == EXIT_FINE)
        code = put(&job);
    if (signals_seen() != 0)
        code = 128 + signals_seen();
    lw_plan_destroy(job.plan);
    free(job.unchanged);
    lw_worker_destroy(job.worker);
    host_fini(&job.host);
    return code;
}

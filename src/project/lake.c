/*
 * lake.c - asking Lake about a project.
 *
 * Lake may elaborate a lakefile.lean, which is a program: it runs as a child
 * like every other, in a group of its own that is killed with it.
 */
#include "project/lake.h"

#include "base/cancel.h"
#include "base/error.h"
#include "proc/runtime.h"
#include "proc/tool.h"
#include "toolchain/environment.h"

#define DOING "run lake"
#define WORDS_MAX 4
#define OUTPUT_LIMIT ((size_t)1024 * 1024)

struct run {
    const char *lake;
    const char *const *words; /* behind `lake`; NULL at the end */
    const char *project;
    const lw_project_options *options;
    const struct lwi_clock *clock;
    int64_t deadline;
    struct lwi_tool tool;
};

static int
start(struct run *run, lw_runtime *runtime, lw_error *err)
{
    const char *argv[WORDS_MAX + 2] = { run->lake };
    struct lwi_strings environment = { 0 };
    int rc = lwi_toolchain_environment(&environment, run->lake);
    size_t i;

    for (i = 0; run->words[i] != NULL; i++) {
        LW_ASSERT(i < WORDS_MAX);
        argv[i + 1] = run->words[i];
    }
    if (rc == LW_OK)
        rc = lwi_tool_start(
            &run->tool, runtime, OUTPUT_LIMIT,
            &(struct lwi_tool_words){
                .argv = argv,
                .environment = (const char *const *)environment.items,
                .folder = run->project,
            },
            err);
    else
        lwi_fail(err, rc, DOING, "out of memory");
    lwi_strings_fini(&environment);
    return rc;
}

/* ---- while it runs ---- */

static int
check_time(const struct run *run, lw_error *err)
{
    if (lw_cancel_is_set(run->options->cancel))
        return lwi_fail(err, LW_ECANCELLED, DOING, "cancelled");
    if (lwi_now(run->clock) >= run->deadline)
        return lwi_fail(
            err, LW_ETIMEOUT, DOING,
            "`lake %s` did not end within %.1f s in %s", run->words[0],
            (double)run->options->lake_timeout_ms / 1000, run->project);
    return LW_OK;
}

/* Reads until the child is dead. */
static int
attend(struct run *run, lw_error *err)
{
    struct lwi_tool *tool = &run->tool;
    bool dead = false;
    int rc = LW_OK;

    while (rc == LW_OK && !dead) {
        rc = check_time(run, err);
        if (rc == LW_OK)
            rc = lwi_tools_wait(tool, 1, lwi_cancel_fd(run->options->cancel),
                                run->clock, run->deadline, DOING, err);
        if (rc != LW_OK)
            break;
        /* Where it is dead before, all that it wrote is in the pipe. */
        dead = lwi_tool_is_dead(tool);
        if (lwi_tool_drain(tool) != LW_OK)
            rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
        else if (tool->cut)
            rc = lwi_fail(err, LW_EPROJECT, DOING,
                          "`lake %s` prints more than %zu bytes in %s",
                          run->words[0], OUTPUT_LIMIT, run->project);
    }
    return rc;
}

/* ---- when it has ended ---- */

static int
judge(struct run *run, lw_error *err)
{
    struct lwi_obituary obituary;
    bool by_signal, unknown;
    lw_span words;

    if (!lwi_tool_ended(&run->tool, run->clock, &obituary))
        return lwi_fail(err, LW_ESYSTEM, DOING, "%s does not end", run->lake);
    by_signal = obituary.exit_signal != 0;
    unknown = !by_signal && obituary.exit_code < 0;
    /* Somebody else may have taken its status: what it printed is left. */
    if (obituary.exit_code == 0 || (unknown && run->tool.output.size > 0))
        return LW_OK;
    words = lwi_tool_last_words(&obituary);
    lwi_fail(err, LW_EPROJECT, DOING, "`lake %s` fails in %s (%s %d)%s%.*s",
             run->words[0], run->project, by_signal ? "signal" : "exit code",
             by_signal ? obituary.exit_signal : obituary.exit_code,
             words.size > 0 ? ": " : "", (int)words.size,
             words.size > 0 ? words.data : "");
    if (err != NULL) {
        err->exit_code = obituary.exit_code;
        err->exit_signal = obituary.exit_signal;
    }
    return LW_EPROJECT;
}

/* Cuts the last line that holds anything at its colons. */
static int
split(struct run *run, struct lwi_strings *entries)
{
    const char *text = lwi_buf_peek_text(&run->tool.output), *end, *at;
    size_t length;
    int rc = LW_OK;

    end = text + run->tool.output.size;
    while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    for (at = end; at > text && at[-1] != '\n';)
        at--;
    while (rc == LW_OK && at < end) {
        for (length = 0; at + length < end && at[length] != ':';)
            length++;
        if (length > 0)
            rc = lwi_strings_take(
                entries, lwi_copy_bytes(&lwi_system_allocator, at, length));
        at += length + 1;
    }
    return rc;
}

static enum lwi_kill_reason
kill_reason(int rc)
{
    return rc == LW_ECANCELLED ? LWI_KILL_CANCELLED
           : rc == LW_ETIMEOUT ? LWI_KILL_TIMEOUT
                               : LWI_KILL_POLICY;
}

/* The search path that it printed goes to `entries`; NULL: not wanted. */
static int
run_child(struct run *run, lw_runtime *runtime, struct lwi_strings *entries,
          lw_error *err)
{
    int rc = start(run, runtime, err);

    if (rc != LW_OK)
        return rc;
    rc = attend(run, err);
    if (rc == LW_OK)
        rc = judge(run, err);
    if (rc == LW_OK && entries != NULL && split(run, entries) != LW_OK)
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    lwi_tool_fini(&run->tool, run->clock, kill_reason(rc));
    return rc;
}

static int
run_lake(struct run *run, struct lwi_strings *entries, lw_error *err)
{
    lw_runtime *runtime = run->options->runtime;
    int rc = LW_OK;

    if (runtime == NULL)
        rc = lw_runtime_create(&runtime, NULL, err);
    if (rc != LW_OK)
        return rc;
    run->clock = lwi_runtime_clock(runtime);
    run->deadline =
        run->options->lake_timeout_ms == LW_NO_LIMIT
            ? LWI_NEVER
            : lwi_deadline_after(run->clock, run->options->lake_timeout_ms);
    rc = run_child(run, runtime, entries, err);
    if (run->options->runtime == NULL)
        lw_runtime_destroy(runtime);
    return rc;
}

int
lwi_lake_search_path(struct lwi_strings *entries, const char *lake,
                     const char *project, const lw_project_options *options,
                     lw_error *err)
{
    static const char *const words[] = { "env", "printenv", "LEAN_PATH", NULL };
    struct run run = {
        .lake = lake, .words = words, .project = project, .options = options
    };

    return run_lake(&run, entries, err);
}

int
lwi_lake_translate(const char *path, const char *lake, const char *project,
                   const lw_project_options *options, lw_error *err)
{
    const char *const words[] = { "translate-config", "toml", path, NULL };
    struct run run = {
        .lake = lake, .words = words, .project = project, .options = options
    };

    return run_lake(&run, NULL, err);
}

/* engine_support.c - runs of lw_check_files on the fake worker. */
#include "check/engine_support.h"

#include <ftw.h>
#include <sys/stat.h>

lw_runtime *runtime;
char folder[] = "/tmp/lw-engine-test-XXXXXX";
static char log_name[64];

/* ---- files ---- */

static char *
put(const char *name, const char *text)
{
    char *path = malloc(256);
    FILE *file;

    assert_non_null(path);
    snprintf(path, 256, "%s/%s", folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* How often a word is in the log of the workers. */
unsigned
count_log(const char *word)
{
    char line[600];
    FILE *file = fopen(log_name, "re");
    unsigned count = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        count += strstr(line, word) != NULL;
    if (file != NULL)
        fclose(file);
    return count;
}

static int
remove_one(const char *name, const struct stat *stat, int kind,
           struct FTW *where)
{
    (void)stat;
    (void)kind;
    return where->level == 0 ? 0 : remove(name);
}

static void
clear(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- a run and what it reported ---- */

static void
copy_span(char *to, size_t size, lw_span from)
{
    size_t n = from.size < size ? from.size : size - 1;

    memcpy(to, from.data == NULL ? "" : from.data, n);
    to[n] = '\0';
}

static int
take(const lw_check_report *report, const lw_check_totals *totals, void *user)
{
    struct run *run = user;
    struct seen *seen = &run->seen[run->count];

    assert_true(run->count < FILES_MAX);
    *seen = (struct seen){ .path = strdup(report->path),
                           .verdict = report->verdict,
                           .diagnostics = report->diagnostic_count,
                           .exit_code = report->cause.exit_code,
                           .exit_signal = report->cause.exit_signal,
                           .truncated = report->truncated,
                           .reused = report->session_reused,
                           .attempts = report->attempts };
    snprintf(seen->not_forked, sizeof(seen->not_forked), "%s",
             report->not_forked);
    if (report->cause.kind != NULL) {
        snprintf(seen->kind, sizeof(seen->kind), "%s", report->cause.kind);
        snprintf(seen->sentence, sizeof(seen->sentence), "%s",
                 report->cause.sentence);
        snprintf(seen->command, sizeof(seen->command), "%s",
                 report->cause.command);
    }
    copy_span(seen->stderr_tail, sizeof(seen->stderr_tail),
              report->cause.stderr_tail);
    if (report->diagnostic_count > 0) {
        const lw_diagnostic *first = &report->diagnostics[0];

        copy_span(seen->message, sizeof(seen->message), first->message);
        seen->message_size = first->message.size;
        seen->line = first->line;
        seen->column = first->column;
    }
    run->count++;
    assert_int_equal(totals->done, run->count);
    if (run->count == run->cancel_at)
        lw_cancel_set(run->options.cancel);
    return run->count == run->fail_at ? -1 : 0;
}

static void
tick(const lw_check_totals *totals, void *user)
{
    struct run *run = user;

    assert_true(totals->running <= 8);
    run->ticks++;
}

struct run *
run_init(void)
{
    struct run *run = calloc(1, sizeof(*run));

    assert_non_null(run);
    run->options = (lw_check_options)LW_CHECK_OPTIONS_INIT;
    run->command[0] = LW_BUILD_DIR "/tests/fake_worker";
    run->command[1] = "--log";
    run->command[2] = log_name;
    run->options.command = run->command;
    run->options.jobs = 1;
    run->options.timeout_ms = 120000;
    run->options.report = take;
    run->options.progress = tick;
    run->options.user = run;
    run->fail_at = run->cancel_at = SIZE_MAX;
    run->err = (lw_error)LW_ERROR_INIT;
    clear();
    return run;
}

void
add(struct run *run, const char *name, const char *text)
{
    assert_true(run->files < FILES_MAX);
    run->paths[run->files++] = put(name, text);
}

int
go(struct run *run)
{
    return lw_check_files(runtime, (const char *const *)run->paths, run->files,
                          &run->options, &run->totals, &run->err);
}

/* Nothing of a run is left in the runtime's process. */
void
run_fini(struct run *run)
{
    size_t i;

    for (i = 0; i < run->count; i++)
        free(run->seen[i].path);
    for (i = 0; i < run->files; i++)
        free(run->paths[i]);
    free(run);
    clear();
}

struct seen *
find(struct run *run, const char *name)
{
    size_t i;

    for (i = 0; i < run->count; i++) {
        if (strcmp(strrchr(run->seen[i].path, '/') + 1, name) == 0)
            return &run->seen[i];
    }
    fail_msg("%s was not reported", name);
    return NULL;
}

/* Runs one file alone and gives what was reported of it. */
struct seen
run_one(const char *text)
{
    struct run *run = run_init();
    struct seen seen;

    run->options.timeout_ms = 120000;
    add(run, "one.lean", text);
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->count, 1);
    seen = run->seen[0];
    seen.path = NULL;
    run_fini(run);
    return seen;
}

void
expect_text(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, text);
}

int
engine_setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(log_name, sizeof(log_name), "%s/log", folder);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    return lw_runtime_create(&runtime, &options, NULL);
}

int
engine_teardown(void **state)
{
    (void)state;
    lw_runtime_destroy(runtime);
    clear();
    return rmdir(folder);
}

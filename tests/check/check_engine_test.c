/*
 * check_engine_test.c - lw_check_files on the fake worker: what each kind of
 * end means for a file, for its neighbours, and for the run.
 */
#include "support/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <lean_worker/check.h>

#include "check/limits.h"

#define FILES_MAX 512

static lw_runtime *runtime;
static char folder[] = "/tmp/lw-engine-test-XXXXXX";
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
static unsigned
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

struct seen {
    char *path;
    lw_verdict verdict;
    char kind[32];
    char sentence[256];
    char command[64];
    char message[256]; /* of the first diagnostic */
    size_t diagnostics;
    size_t message_size;
    uint32_t line;
    uint32_t column;
    int exit_code;
    int exit_signal;
    bool truncated;
    bool reused;
    uint32_t attempts;
    char stderr_tail[64];
};

struct run {
    struct seen seen[FILES_MAX];
    size_t count;
    char *paths[FILES_MAX + 1];
    size_t files;
    lw_check_options options;
    lw_check_totals totals;
    lw_error err;
    const char *command[8];
    size_t fail_at;   /* report fails at this one; SIZE_MAX: never */
    size_t cancel_at; /* report sets the token at this one */
    unsigned ticks;
};

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

static struct run *
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
    run->options.timeout_ms = 10000;
    run->options.report = take;
    run->options.progress = tick;
    run->options.user = run;
    run->fail_at = run->cancel_at = SIZE_MAX;
    run->err = (lw_error)LW_ERROR_INIT;
    clear();
    return run;
}

static void
add(struct run *run, const char *name, const char *text)
{
    assert_true(run->files < FILES_MAX);
    run->paths[run->files++] = put(name, text);
}

static int
go(struct run *run)
{
    return lw_check_files(runtime, (const char *const *)run->paths, run->files,
                          &run->options, &run->totals, &run->err);
}

/* Nothing of a run is left in the runtime's process. */
static void
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

static struct seen *
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
static struct seen
run_one(const char *text)
{
    struct run *run = run_init();
    struct seen seen;

    run->options.timeout_ms = 20000;
    add(run, "one.lean", text);
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->count, 1);
    seen = run->seen[0];
    seen.path = NULL;
    run_fini(run);
    return seen;
}

static void
expect_text(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, text);
}

/* ---- verdicts ---- */

static void
test_lean_has_the_say(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("import Init\ntheorem t : True := trivial\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
    assert_int_equal(seen.attempts, 1);
    assert_false(seen.reused);
    assert_string_equal(seen.kind, "");
    assert_int_equal(run_one("").verdict, LW_VERDICT_OK);
    assert_int_equal(run_one("-- fake: sorry\n").verdict, LW_VERDICT_SORRY);
    seen = run_one("-- fake: sorry\n-- fake: diag error 3:24 no\\nnever\n");
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    assert_int_equal(seen.line, 3);
    assert_int_equal(seen.column, 24);
    assert_string_equal(seen.message, "no\nnever");
    seen = run_one("-- fake: diag warning 1:0 mind\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
    assert_int_equal(seen.diagnostics, 1);
}

static void
test_bad_headers(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: header-error 2:7 unexpected token\n");
    assert_int_equal(seen.verdict, LW_VERDICT_BAD_HEADER);
    assert_int_equal(seen.line, 2);
    assert_int_equal(seen.column, 7);
    assert_string_equal(seen.message, "unexpected token");
    seen = run_one("import Missing\n");
    assert_int_equal(seen.verdict, LW_VERDICT_BAD_HEADER);
    assert_int_equal(seen.line, 1);
    /* Whole, with its lines. */
    expect_text(seen.message, "'Missing'\n\nNo directory");
}

static void
test_a_worker_that_dies(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: progress 7 theorem foo\n-- fake: exit 0\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "ended_itself");
    assert_string_equal(seen.command, "theorem foo");
    assert_int_equal(seen.exit_code, 0);
    assert_int_equal(seen.attempts, 1);
    seen = run_one("-- fake: stderr last words\n-- fake: exit 3\n");
    assert_int_equal(seen.exit_code, 3);
    expect_text(seen.stderr_tail, "last words");
    seen = run_one("-- fake: signal 11\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "signal");
    assert_int_equal(seen.exit_signal, SIGSEGV);
    seen = run_one("-- fake: stderr INTERNAL PANIC: out of memory\n"
                   "-- fake: exit 1\n");
    assert_int_equal(seen.verdict, LW_VERDICT_MEMORY);
    seen = run_one("-- fake: stderr RangeError: Maximum call stack size "
                   "exceeded\n-- fake: exit 1\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.kind, "deep_recursion");
    seen = run_one("import Crash\n");
    assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
    assert_string_equal(seen.command, "its imports");
}

static void
test_a_worker_that_lies(void **state)
{
    static const char *const lies[] = { "forge", "oversized", "half", "rubbish",
                                        "goodbye" };
    struct seen seen;
    char text[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(lies); i++) {
        snprintf(text, sizeof(text), "-- fake: %s\n", lies[i]);
        seen = run_one(text);
        assert_int_equal(seen.verdict, LW_VERDICT_CRASHED);
        assert_int_equal(seen.attempts, 1);
    }
    seen = run_one("-- fake: forge\n");
    assert_string_equal(seen.kind, "protocol");
    expect_text(seen.sentence, "does not belong to the request");
}

static void
test_timeouts(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->options.timeout_ms = 200;
    add(run, "wait.lean", "-- fake: progress 4 theorem slow\n-- fake: wait\n");
    add(run, "after.lean", "");
    add(run, "hang.lean", "-- fake: hang\n");
    add(run, "last.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "wait.lean")->verdict, LW_VERDICT_TIMEOUT);
    assert_string_equal(find(run, "wait.lean")->command, "theorem slow");
    assert_int_equal(find(run, "wait.lean")->attempts, 1);
    assert_int_equal(find(run, "hang.lean")->verdict, LW_VERDICT_TIMEOUT);
    assert_int_equal(find(run, "hang.lean")->exit_signal, SIGKILL);
    /* Its worker had served others, but time is time. */
    assert_int_equal(find(run, "hang.lean")->attempts, 1);
    assert_int_equal(find(run, "after.lean")->verdict, LW_VERDICT_OK);
    assert_true(find(run, "after.lean")->reused);
    assert_int_equal(find(run, "last.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(run->totals.workers_lost, 1);
    assert_true(run->ticks > 0);
    run_fini(run);
}

/* ---- neighbours ---- */

static void
test_an_earlier_file_cannot_decide(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "-- fake: poison\n");
    add(run, "b.lean", ""); /* killed by a, in its process */
    add(run, "c.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->attempts, 2);
    assert_int_equal(find(run, "c.lean")->attempts, 1);
    assert_int_equal(run->totals.workers_started, 2);
    run_fini(run);
}

static void
test_its_own_death_counts_when_alone(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "");
    add(run, "b.lean", "-- fake: diag error 1:0 once\n-- fake: exit 5\n");
    add(run, "c.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_CRASHED);
    assert_int_equal(find(run, "b.lean")->attempts, 2);
    /* The messages of the first try are not told twice. */
    assert_int_equal(find(run, "b.lean")->diagnostics, 1);
    assert_int_equal(find(run, "c.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(run->totals.workers_started, 3);
    run_fini(run);
}

static void
test_second_answers_hurt_nobody(void **state)
{
    struct run *run = run_init();

    (void)state;
    add(run, "a.lean", "-- fake: twice\n");
    add(run, "b.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(find(run, "a.lean")->verdict, LW_VERDICT_OK);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    run_fini(run);
}

static void
test_headers_share_sessions(void **state)
{
    struct run *run = run_init();
    char name[32], text[64];
    unsigned i;

    (void)state;
    run->options.jobs = 2;
    for (i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "f%02u.lean", i);
        snprintf(text, sizeof(text), "import H%u\n", i % 3);
        add(run, name, text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK], 60);
    assert_true(count_log(" open ") <= 6);
    assert_int_equal(count_log(" check "), 60);
    assert_int_equal(count_log(" start"), run->totals.workers_started);
    run_fini(run);
}

static void
test_a_worker_has_enough(void **state)
{
    struct run *run = run_init();
    char name[32], text[64];
    unsigned i;

    (void)state;
    for (i = 0; i < LWI_SESSIONS_MAX + 1; i++) {
        snprintf(name, sizeof(name), "s%02u.lean", i);
        snprintf(text, sizeof(text), "import H%u\n", i);
        add(run, name, text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(run->totals.workers_lost, 0);
    run_fini(run);

    run = run_init();
    add(run, "a.lean", "-- fake: heap 4000000\n");
    add(run, "b.lean", "");
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.workers_started, 2);
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_OK);
    run_fini(run);
}

/* ---- files that cannot be read ---- */

static void
test_what_cannot_be_read(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->paths[run->files++] = strdup("/nowhere/a.lean");
    run->paths[run->files++] = strdup(folder);
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_ERROR], 2);
    expect_text(find(run, "a.lean")->message, "No such file");
    assert_int_equal(find(run, "a.lean")->attempts, 0);
    /* No worker was needed for that. */
    assert_int_equal(run->totals.workers_started, 0);
    run_fini(run);
}

/* ---- bounds ---- */

static void
test_much_to_say(void **state)
{
    struct seen seen;

    (void)state;
    seen = run_one("-- fake: diags 10000\n");
    assert_int_equal(seen.diagnostics, 10000);
    assert_false(seen.truncated);
    seen = run_one("-- fake: lines 10000\n");
    assert_int_equal(seen.diagnostics, 1);
    seen = run_one("-- fake: bytes 20000000\n");
    assert_int_equal(seen.message_size, 20000000);
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    seen = run_one("-- fake: bytes 60000000\n-- fake: bytes 60000000\n");
    assert_true(seen.truncated);
    assert_int_equal(seen.verdict, LW_VERDICT_ERROR);
    seen = run_one("-- fake: diags 100001\n");
    assert_true(seen.truncated);
    assert_int_equal(seen.diagnostics, LWI_DIAGNOSTIC_COUNT);
    seen = run_one("-- fake: stderr-flood 5000000\n");
    assert_int_equal(seen.verdict, LW_VERDICT_OK);
}

static void
test_a_large_file(void **state)
{
    struct run *run = run_init();
    static char text[600001];

    (void)state;
    memset(text, '\n', sizeof(text) - 1);
    memcpy(text, "import A\n-- fake: sorry\n", 24);
    add(run, "large.lean", text); /* not kept: read again for each stage */
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->seen[0].verdict, LW_VERDICT_SORRY);
    run_fini(run);
}

/* ---- the run ---- */

static void
test_no_worker_at_all(void **state)
{
    struct run *run = run_init();

    (void)state;
    run->options.jobs = 3;
    run->command[3] = "--start";
    run->command[4] = "exit";
    add(run, "a.lean", "");
    add(run, "b.lean", "");
    run->paths[run->files++] = strdup("/nowhere/c.lean");
    assert_true(go(run) < 0);
    assert_true(run->err.status < 0);
    assert_string_not_equal(run->err.message, "");
    assert_true(run->count <= 1); /* the one that needs no worker */
    run_fini(run);

    run = run_init();
    run->command[0] = "/nowhere/worker";
    add(run, "a.lean", "");
    assert_int_equal(go(run), LW_ESPAWN);
    assert_int_equal(run->count, 0);
    run_fini(run);
}

static void
test_workers_run_out(void **state)
{
    struct run *run = run_init();
    char starts[64];

    (void)state;
    snprintf(starts, sizeof(starts), "%s/starts", folder);
    run->command[3] = "--starts";
    run->command[4] = starts;
    run->command[5] = "1";
    add(run, "a.lean", "");
    add(run, "b.lean", "-- fake: exit 1\n");
    add(run, "c.lean", "");
    assert_true(go(run) < 0);
    assert_int_equal(run->count, 3);
    assert_int_equal(find(run, "a.lean")->verdict, LW_VERDICT_OK);
    /* No second try was possible: the first one counts. */
    assert_int_equal(find(run, "b.lean")->verdict, LW_VERDICT_CRASHED);
    assert_int_equal(find(run, "c.lean")->verdict, LW_VERDICT_CANCELLED);
    assert_string_equal(find(run, "c.lean")->kind, "no_worker");
    run_fini(run);
}

static void
test_one_slot_without_a_worker(void **state)
{
    struct run *run = run_init();
    char starts[64], name[32];
    unsigned i;

    (void)state;
    snprintf(starts, sizeof(starts), "%s/starts", folder);
    run->options.jobs = 2;
    run->command[3] = "--starts";
    run->command[4] = starts;
    run->command[5] = "1";
    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "f%02u.lean", i);
        add(run, name, "-- fake: sleep 20\n");
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK], 20);
    assert_int_equal(run->totals.workers_started, 1);
    run_fini(run);
}

static void
test_cancel(void **state)
{
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    assert_int_equal(lw_cancel_create(&run->options.cancel, NULL), LW_OK);
    run->options.jobs = 2;
    run->options.timeout_ms = LW_NO_LIMIT;
    run->cancel_at = 1;
    add(run, "first.lean", "");
    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "h%02u.lean", i);
        add(run, name, i < 2 ? "-- fake: hang\n" : "");
    }
    assert_int_equal(go(run), LW_ECANCELLED);
    assert_int_equal(run->count, 101);
    assert_int_equal(run->totals.verdicts[LW_VERDICT_OK] +
                         run->totals.verdicts[LW_VERDICT_CANCELLED],
                     101);
    assert_true(run->totals.verdicts[LW_VERDICT_CANCELLED] > 0);
    lw_cancel_destroy(run->options.cancel);
    run_fini(run);
}

static void
test_cancelled_before(void **state)
{
    struct run *run = run_init();

    (void)state;
    assert_int_equal(lw_cancel_create(&run->options.cancel, NULL), LW_OK);
    lw_cancel_set(run->options.cancel);
    add(run, "a.lean", "-- fake: hang\n");
    assert_int_equal(go(run), LW_ECANCELLED);
    assert_int_equal(run->count, 1);
    assert_int_equal(run->seen[0].verdict, LW_VERDICT_CANCELLED);
    lw_cancel_destroy(run->options.cancel);
    run_fini(run);
}

static void
test_report_fails(void **state)
{
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    run->options.jobs = 2;
    run->fail_at = 3;
    for (i = 0; i < 50; i++) {
        snprintf(name, sizeof(name), "r%02u.lean", i);
        add(run, name, i > 40 ? "-- fake: hang\n" : "");
    }
    assert_int_equal(go(run), LW_ESINK);
    assert_int_equal(run->count, 3);
    run_fini(run);
}

static void
test_arguments(void **state)
{
    struct run *run = run_init();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(go(run), LW_OK); /* no file: nothing to do */
    run->options.timeout_ms = 0;
    assert_int_equal(go(run), LW_EINVAL);
    run->options.timeout_ms = 1;
    run->options.command = NULL;
    assert_int_equal(go(run), LW_EINVAL);
    assert_int_equal(lw_check_files(runtime, NULL, 0, NULL, NULL, &err),
                     LW_EINVAL);
    assert_int_equal(lw_check_files(NULL, NULL, 0, &run->options, NULL, &err),
                     LW_EBADHANDLE);
    assert_true(lw_check_default_jobs(NULL) >= 1);
    assert_string_equal(lw_verdict_name(LW_VERDICT_BAD_HEADER), "bad_header");
    run_fini(run);
}

/* A thousand files of all kinds, several workers: each is reported once. */
static void
test_everything_together(void **state)
{
    static const struct {
        const char *text;
        lw_verdict verdict;
    } kinds[] = {
        { "import A\n", LW_VERDICT_OK },
        { "import B\n", LW_VERDICT_OK },
        { "import A\n-- fake: sorry\n", LW_VERDICT_SORRY },
        { "import C\n-- fake: diag error 1:0 x\n", LW_VERDICT_ERROR },
        { "import Missing\n", LW_VERDICT_BAD_HEADER },
        { "import B\n-- fake: exit 1\n", LW_VERDICT_CRASHED },
        { "import A\n-- fake: poison\n", LW_VERDICT_OK },
        { "import D\n-- fake: forge\n", LW_VERDICT_CRASHED },
        { "-- fake: sleep 1\n", LW_VERDICT_OK },
    };
    struct run *run = run_init();
    char name[32];
    unsigned i;

    (void)state;
    run->options.jobs = 4;
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "x%03u.lean", i);
        add(run, name, kinds[i * 7 % LWI_COUNT(kinds)].text);
    }
    assert_int_equal(go(run), LW_OK);
    assert_int_equal(run->count, 300);
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "x%03u.lean", i);
        assert_int_equal(find(run, name)->verdict,
                         kinds[i * 7 % LWI_COUNT(kinds)].verdict);
    }
    run_fini(run);
}

/* ---- no memory ---- */

/* Fails one call; the library's threads share it. */
static struct {
    pthread_mutex_t lock;
    size_t calls;
    size_t fail_at;
    size_t live;
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *
scarce_resize(void *block, size_t size, void *user)
{
    void *moved = NULL;

    (void)user;
    pthread_mutex_lock(&memory.lock);
    if (size == 0) {
        free(block);
        memory.live--;
    } else if (memory.calls++ != memory.fail_at) {
        moved = realloc(block, size);
        memory.live += block == NULL;
    }
    pthread_mutex_unlock(&memory.lock);
    return moved;
}

/* The run ends in one way or the other, and nothing is lost. */
static bool
run_with_failure(size_t fail_at)
{
    static const lw_allocator allocator = { scarce_resize, NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *usual = runtime;
    struct run *run = run_init();
    int rc;

    memory.calls = memory.live = 0;
    memory.fail_at = fail_at;
    options.allocator = &allocator;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    if (lw_runtime_create(&runtime, &options, NULL) == LW_OK) {
        add(run, "a.lean", "import A\n-- fake: diag error 1:0 x\n");
        add(run, "b.lean", "import B\n-- fake: exit 1\n");
        add(run, "c.lean", "import Missing\n");
        rc = go(run);
        if (rc == LW_OK)
            assert_int_equal(run->count, 3);
        else
            assert_true(run->err.status < 0);
        lw_runtime_destroy(runtime);
    }
    runtime = usual;
    run_fini(run);
    assert_int_equal(memory.live, 0);
    return memory.calls <= fail_at;
}

static void
test_no_memory(void **state)
{
    size_t fail_at;

    (void)state;
    for (fail_at = 0; !run_with_failure(fail_at); fail_at++)
        ;
    assert_true(fail_at > 50);
}

static int
setup(void **state)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(log_name, sizeof(log_name), "%s/log", folder);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    return lw_runtime_create(&runtime, &options, NULL);
}

static int
teardown(void **state)
{
    (void)state;
    lw_runtime_destroy(runtime);
    clear();
    return rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lean_has_the_say),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_a_worker_that_dies),
        cmocka_unit_test(test_a_worker_that_lies),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_an_earlier_file_cannot_decide),
        cmocka_unit_test(test_its_own_death_counts_when_alone),
        cmocka_unit_test(test_second_answers_hurt_nobody),
        cmocka_unit_test(test_headers_share_sessions),
        cmocka_unit_test(test_a_worker_has_enough),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_much_to_say),
        cmocka_unit_test(test_a_large_file),
        cmocka_unit_test(test_no_worker_at_all),
        cmocka_unit_test(test_workers_run_out),
        cmocka_unit_test(test_one_slot_without_a_worker),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancelled_before),
        cmocka_unit_test(test_report_fails),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_everything_together),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

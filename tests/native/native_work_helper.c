/*
 * native_work_helper.c - requests on native Lean that go well: the handshake,
 * exports, rows, events, cancels, elaboration, and the kernel.
 *
 *     native_work_helper [--fork] TOOLCHAIN BASIS
 *
 * BASIS is the file that every elaboration here builds on.
 */
#include "native/child.h"

static struct lwt_native native;
static char basis[64 * 1024];

/* ---- what comes while a request runs ---- */

#define TEXTS 8

struct seen {
    uint64_t rows;
    bool in_order;
    char texts[TEXTS][256]; /* the first rows, or notice and progress */
    lw_cancel *cancel;      /* set at the row `cancel_at` */
    uint64_t cancel_at;
};

static int
take_row(const lw_row *row, void *user)
{
    struct seen *seen = user;

    seen->in_order = seen->in_order && row->sequence == seen->rows;
    if (seen->rows < TEXTS)
        snprintf(seen->texts[seen->rows], sizeof(seen->texts[0]), "%.*s",
                 (int)row->payload.size, row->payload.data);
    seen->rows++;
    if (seen->cancel != NULL && seen->rows == seen->cancel_at)
        lw_cancel_set(seen->cancel);
    return 0;
}

static int
take_notice(const lw_notice *notice, void *user)
{
    struct seen *seen = user;

    snprintf(seen->texts[0], sizeof(seen->texts[0]), "%.*s: %.*s",
             (int)notice->code.size, notice->code.data,
             (int)notice->message.size, notice->message.data);
    return 0;
}

static int
take_progress(const lw_progress *progress, void *user)
{
    struct seen *seen = user;

    snprintf(seen->texts[1], sizeof(seen->texts[1]), "%.*s %u of %u",
             (int)progress->phase.size, progress->phase.data, progress->current,
             progress->total);
    if (seen->cancel != NULL)
        lw_cancel_set(seen->cancel);
    return 0;
}

static int
ask(const char *name, const char *request, struct seen *seen, char answer[256],
    lw_error *err)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_sinks sinks = LW_SINKS_INIT;

    answer[0] = '\0';
    seen->in_order = true;
    sinks.row = take_row;
    sinks.notice = take_notice;
    sinks.progress = take_progress;
    sinks.user = seen;
    options.timeout_ms = PATIENCE_MS;
    options.cancel = seen->cancel;
    return run(&native, name, request, &sinks, &options, answer, err);
}

/* An export must answer so, after so many rows. */
static bool
expect(const char *name, const char *request, const char *wanted, uint64_t rows,
       struct seen *seen)
{
    lw_error err = LW_ERROR_INIT;
    char answer[256], what[768];
    int rc;

    memset(seen, 0, sizeof(*seen));
    rc = ask(name, request, seen, answer, &err);
    snprintf(what, sizeof(what), "%s, %.300s, %lu rows", lw_status_name(rc),
             rc == LW_OK ? answer : err.message, (unsigned long)seen->rows);
    check(rc == LW_OK && strcmp(answer, wanted) == 0 && seen->rows == rows &&
              seen->in_order,
          name, what);
    return rc == LW_OK;
}

static void
expect_text(const struct seen *seen, size_t i, const char *part)
{
    check(strstr(seen->texts[i], part) != NULL, part, seen->texts[i]);
}

/* ---- the tests ---- */

static void
the_child_says_what_it_is(void)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_error err = LW_ERROR_INIT;
    char what[512];
    int rc = lw_worker_get_metadata(native.worker, &metadata, &err);

    if (rc != LW_OK) {
        check(false, "metadata", err.message);
        return;
    }
    snprintf(what, sizeof(what), "Lean %s, commit %s", metadata.lean_version,
             metadata.lean_githash);
    check(strcmp(metadata.lean_version, "4.35.0") == 0 &&
              strlen(metadata.lean_githash) == 40,
          "metadata", what);
}

static void
exports_answer_and_send_rows(void)
{
    struct seen seen;

    expect("echo", "Lean ∀ ∃", "Lean ∀ ∃", 0, &seen);
    expect("echo", "", "", 0, &seen);
    expect("rows", "200000", "all rows are sent", 200000, &seen);
    expect_text(&seen, 0, "a row of some length");
    expect("tell", "a message", "told", 0, &seen);
    expect_text(&seen, 0, "code: a message");
    expect_text(&seen, 1, "phase 1 of 2");
}

/* The child gives in: it looks at the flag, or its next row fails. */
static void
a_cancel_comes_in_the_middle(const char *name, uint64_t cancel_at)
{
    uint64_t generation = lw_worker_get_generation(native.worker);
    struct seen seen = { .cancel_at = cancel_at };
    lw_error err = LW_ERROR_INIT;
    char answer[256];
    int rc = lw_cancel_create(&seen.cancel, &err);

    if (rc == LW_OK)
        rc = ask(name, "", &seen, answer, &err);
    check(rc == LW_ECANCELLED, name, lw_status_name(rc));
    lw_cancel_destroy(seen.cancel);
    expect("echo", "warm", "warm", 0, &seen);
    check(generation == lw_worker_get_generation(native.worker), name,
          "the child lives on");
}

static void
the_elaborator_answers(void)
{
    struct seen seen;

    expect("base", basis, "fine", 0, &seen);
    expect("elaborate", "theorem t : Eq Nat.zero Nat.zero := Eq.refl Nat.zero",
           "fine", 0, &seen);
    /* Not on top of an earlier request. */
    expect("elaborate",
           "theorem t : Eq Bool.true Bool.true := Eq.refl Bool.true", "fine", 0,
           &seen);
    expect("elaborate",
           "theorem t : Eq Nat.zero (Nat.succ Nat.zero) :=\n"
           "  Eq.refl Nat.zero\ndef d : Nat := nothing",
           "errors", 2, &seen);
    expect_text(&seen, 0, "<request>:2:2: error: Type mismatch");
    expect_text(&seen, 1, "<request>:3:15: error(lean.unknownIdentifier)");
    expect("elaborate", "theorem t : Nat := ", "errors", 1, &seen);
    expect_text(&seen, 0, "unexpected end of input");
}

/* Elaborated recursion is a message of Lean, and no death. */
static void
a_term_of_great_depth_is_an_error(void)
{
    enum { DEPTH = 4000 };
    static const char begin[] = "def deep : Nat := ";
    char *text = malloc(sizeof(begin) + (size_t)DEPTH * 11 + 16), *end = text;
    struct seen seen;
    int i;

    if (text == NULL)
        return;
    end += sprintf(end, "%s", begin);
    for (i = 0; i < DEPTH; i++)
        end += sprintf(end, "Nat.succ (");
    end += sprintf(end, "Nat.zero");
    for (i = 0; i < DEPTH; i++)
        *end++ = ')';
    *end = '\0';
    expect("elaborate", text, "errors", 1, &seen);
    expect_text(&seen, 0, "maximum recursion depth has been reached");
    free(text);
}

static void
the_kernel_answers(void)
{
    struct seen seen;

    expect("kernel",
           "theorem one : Eq Nat.zero Nat.zero := Eq.refl Nat.zero\n"
           "theorem two : Eq Bool.true Bool.true := Eq.refl Bool.true",
           "fine", 4, &seen);
    expect_text(&seen, 0, "accepted");
    expect_text(&seen, 1, "(kernel) declaration type mismatch, 'one'");
    expect_text(&seen, 2, "(kernel) unknown constant 'Eq'");
    expect_text(&seen, 3, "(kernel) constant has already been declared 'one'");
}

static void
the_end_is_orderly(void)
{
    lw_exit_report report = { .struct_size = sizeof(report) };
    lw_error err = LW_ERROR_INIT;
    int rc = lw_worker_shutdown(native.worker, PATIENCE_MS, NULL, &err);

    if (rc == LW_OK)
        rc = lw_worker_get_exit_report(native.worker, &report, &err);
    check(rc == LW_OK && strcmp(report.cause, "orderly") == 0 &&
              report.exit_code == 0 && report.stderr_bytes == 0,
          "shutdown", rc == LW_OK ? report.sentence : err.message);
}

static bool
read_basis(const char *path)
{
    static const char header[] = "prelude";
    FILE *file = fopen(path, "r");
    size_t size = file != NULL ? fread(basis, 1, sizeof(basis) - 1, file) : 0;

    if (file != NULL)
        fclose(file);
    /* Lean.Elab.process takes commands, and the header is none. */
    if (size < sizeof(header) || memcmp(basis, header, sizeof(header) - 1) != 0)
        return false;
    memset(basis, ' ', sizeof(header) - 1);
    return true;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    by_fork = argc > 1 && strcmp(argv[1], "--fork") == 0;
    argc -= by_fork;
    argv += by_fork;
    if (argc != 3 || !read_basis(argv[2])) {
        fprintf(stderr, "usage: native_work_helper [--fork] TOOLCHAIN BASIS\n");
        return 2;
    }
    config.cancel_grace_ms = PATIENCE_MS; /* the machine may be loaded */
    if (start(&native, argv[1], &config, &err) != LW_OK) {
        check(false, "start", err.message);
    } else {
        the_child_says_what_it_is();
        exports_answer_and_send_rows();
        a_cancel_comes_in_the_middle("endless", 1000);
        a_cancel_comes_in_the_middle("wait", 1);
        the_elaborator_answers();
        a_term_of_great_depth_is_an_error();
        the_kernel_answers();
        the_end_is_orderly();
    }
    stop(&native);
    return tell_counts();
}

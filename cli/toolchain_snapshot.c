/* toolchain_snapshot.c - `lean-worker toolchain snapshot`. */
#include <inttypes.h>
#include <stdio.h>

#include <lean_worker/snapshot.h>

#include "cmd.h"
#include "fail.h"
#include "host.h"
#include "json_text.h"
#include "opt.h"
#include "term.h"
#include "toolchain_query.h"

#define NAME "lean-worker toolchain snapshot"

enum output { OUTPUT_HUMAN, OUTPUT_JSON };
static const char *const output_words[] = { "human", "json", NULL };

static struct toolchain_query query;
static const char *folder;
static bool list;
static bool take_away;
static bool again;
static int output;

static const struct opt options[] = {
    QUERY_TOOLCHAIN(&query),
    QUERY_PROJECT(&query),
    OPT_TEXT(0, "folder", "DIR", &folder,
             "LEAN_WORKER_SNAPSHOTS, or lean-worker/snapshots in the user's "
             "cache",
             "Keep snapshots in this folder, an absolute one, which must be "
             "the user's alone."),
    OPT_FLAG(0, "list", &list, "Show those that are there, and make none."),
    OPT_FLAG(0, "remove", &take_away,
             "Remove all that are there, and make none."),
    OPT_FLAG(0, "again", &again, "Make one though another is there that fits."),
    OPT_WORD(0, "output", output_words, &output, "human",
             "human: a few lines; json: an object, or with --list an array."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "write a start down, prove it, and load it",
    .about =
        "    A native Lean imports its library and elaborates the shim at "
        "each\n"
        "    start. Since 4.32 it can write what comes of it to a file, and "
        "load that\n"
        "    instead. This makes such a file and proves it: a worker that was "
        "started\n"
        "    from it gives the same answers as one that was started without. "
        "Then\n"
        "    programs with LEAN_WORKER_SNAPSHOTS=DIR start their workers from "
        "it, as\n"
        "    long as nothing that it rests on has changed, and plainly where "
        "something\n"
        "    has.\n",
    .options = options,
    .after =
        "EXIT STATUS\n"
        "    0    it is made and proved, or was there; --list: all fit\n"
        "    1    it cannot be made, or its answers differ; --list: one does "
        "not fit\n"
        "    2    usage, or the worker or the folder could not be used\n"
        "\n"
        "EXAMPLES\n"
        "    lean-worker toolchain snapshot --toolchain v4.35.0\n"
        "    lean-worker toolchain snapshot --list\n",
};

static json_t *
as_json(const lw_snapshot_report *report)
{
    return json_pack(
        "{s:b, s:b, s:o, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "fits",
        report->state == LW_SNAPSHOT_FITS, "made", report->made, "folder",
        json_text(report->folder), "key", report->key, "lean",
        json_text(report->lean), "reason", json_text(report->reason), "bytes",
        (json_int_t)report->bytes, "files", (json_int_t)report->files, "probes",
        (json_int_t)report->probes, "plain_ms",
        json_milliseconds((double)report->plain_us / 1e3), "warm_ms",
        json_milliseconds((double)report->warm_us / 1e3));
}

/* ---- the list ---- */

struct listing {
    struct term term;
    json_t *array; /* NULL: for people */
    bool all_fit;
};

static int
show(const lw_snapshot_report *report, void *user)
{
    struct listing *listing = user;
    bool fits = report->state == LW_SNAPSHOT_FITS;

    listing->all_fit = listing->all_fit && fits;
    if (listing->array != NULL)
        return json_array_append_new(listing->array, as_json(report));
    printf("%s %s  Lean %s, %" PRIu64 " KiB\n", fits ? "+" : "x", report->key,
           *report->lean != '\0' ? report->lean : "of unknown version",
           report->bytes / 1024);
    if (!fits) {
        printf("  ");
        term_put_line(&listing->term, report->reason);
        putchar('\n');
    }
    return 0;
}

static int
run_list(void)
{
    struct listing listing = { .all_fit = true };
    lw_error err = LW_ERROR_INIT;

    term_init(&listing.term, stdout, TERM_COLOR_AUTO);
    if (output == OUTPUT_JSON)
        listing.array = json_array();
    if (lw_snapshot_list(folder, show, &listing, &err) < 0) {
        json_decref(listing.array);
        return fail_with(NAME, &err);
    }
    return output == OUTPUT_JSON
               ? json_print(listing.array,
                            listing.all_fit ? EXIT_FINE : EXIT_NOT_FINE)
           : listing.all_fit ? EXIT_FINE
                             : EXIT_NOT_FINE;
}

static int
run_remove(void)
{
    lw_error err = LW_ERROR_INIT;

    return lw_snapshot_remove(folder, NULL, &err) < 0 ? fail_with(NAME, &err)
                                                      : EXIT_FINE;
}

/* ---- making ---- */

static int
tell(const lw_snapshot_report *report)
{
    struct term term;

    if (output == OUTPUT_JSON)
        return json_print(as_json(report), EXIT_FINE);
    term_init(&term, stdout, TERM_COLOR_AUTO);
    printf("%s %s\n  %s by %" PRIu64 " probes: Lean %s, %" PRIu64
           " KiB, start %" PRIu64 " ms, from it %" PRIu64 " ms\n  use   "
           "LEAN_WORKER_SNAPSHOTS=",
           report->made ? "made" : "was there:", report->key,
           report->made ? "proved" : "proved before", report->probes,
           report->lean, report->bytes / 1024, report->plain_us / 1000,
           report->warm_us / 1000);
    term_put_line(&term, report->folder);
    putchar('\n');
    return EXIT_FINE;
}

static int
make(struct host *host)
{
    lw_snapshot_report report = { .struct_size = sizeof(report) };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    int code, rc;

    config.toolchain = host->toolchain;
    config.snapshots = folder;
    spec.config = &config;
    spec.again = again;
    spec.cancel = host->cancel;
    rc = lw_snapshot_make(&report, host->runtime, &spec, &err);
    if (rc >= 0)
        return tell(&report);
    code = fail_with(NAME, &err);
    return rc == LW_EUNSUPPORTED || rc == LW_EMISMATCH ? EXIT_NOT_FINE : code;
}

static int
run_make(void)
{
    struct host host = { .name = NAME };
    lw_toolchain_request request;
    lw_error err = LW_ERROR_INIT;
    int code = toolchain_query_open(&query, NAME, &request);

    if (code == EXIT_FINE)
        code = host_start(&host);
    if (code == EXIT_FINE &&
        lw_toolchain_find(&host.toolchain, &request, &err) < 0)
        code = fail_with(NAME, &err);
    if (code == EXIT_FINE)
        code = make(&host);
    host_fini(&host);
    toolchain_query_close(&query);
    return code;
}

int
cmd_toolchain_snapshot(int argc, char **argv)
{
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    if (list + take_away + again > 1)
        return opt_usage_error(&page, "one of --list, --remove and --again");
    if (list)
        return run_list();
    return take_away ? run_remove() : run_make();
}

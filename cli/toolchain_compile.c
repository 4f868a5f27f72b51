/* toolchain_compile.c - `lean-worker toolchain compile`. */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

#include "cmd.h"
#include "fail.h"
#include "signals.h"
#include "term.h"
#include "toolchain_query.h"

#define NAME "lean-worker toolchain compile"

static struct toolchain_query query;
static bool again, quiet;
static uint64_t timeout_ms = 600000;

static const struct opt options[] = {
    QUERY_TOOLCHAIN(&query),
    QUERY_PROJECT(&query),
    OPT_SECONDS(0, "timeout", "SECONDS", &timeout_ms, 1, LW_TIMEOUT_MAX_MS,
                "600", "Give up after so long."),
    OPT_FLAG(0, "again", &again, "Compile it also where it is compiled."),
    OPT_FLAG('q', "quiet", &quiet, "Print errors only."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "compile the shim for a native Lean",
    .about =
        "    The part of a child that is written in Lean is elaborated and\n"
        "    interpreted at each start of a native Lean. This compiles it with "
        "the\n"
        "    toolchain's own leanc, starts a child with it, and keeps it "
        "below\n"
        "    $XDG_CACHE_HOME/lean-worker/shim. Workers that start afterwards "
        "use it\n"
        "    as long as the toolchain and lean-worker are the same.\n"
        "    LEAN_WORKER_SHIM=interpreted passes it over.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    it is compiled\n"
             "    1    it cannot be; the message says why\n"
             "    2    usage, or the project cannot be read\n"
             "    130  interrupted\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker toolchain compile\n"
             "    lean-worker toolchain compile --toolchain v4.35.0 --again\n",
};

static void
print(const lw_shim *shim)
{
    struct term term;

    term_init(&term, stdout, TERM_COLOR_AUTO);
    printf("compiled: ");
    term_put_line(&term, shim->detail);
    putchar('\n');
}

static int
compile(const lw_toolchain *toolchain, lw_cancel *cancel, lw_error *err)
{
    lw_shim_options how = LW_SHIM_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    lw_shim shim = LW_SHIM_INIT;
    int rc = lw_runtime_create(&runtime, NULL, err);

    how.timeout_ms = timeout_ms;
    how.cancel = cancel;
    how.again = again;
    if (rc == LW_OK)
        rc = lw_toolchain_compile_shim(&shim, runtime, toolchain, &how, err);
    if (rc == LW_OK && !quiet)
        print(&shim);
    lw_runtime_destroy(runtime);
    return rc;
}

/* 1 where it cannot be compiled, 2 where it could not be tried. */
static int
run(void)
{
    lw_toolchain_request request;
    lw_toolchain *toolchain = NULL;
    lw_cancel *cancel = NULL;
    lw_error err = LW_ERROR_INIT;
    int code = toolchain_query_open(&query, NAME, &request), rc;

    if (code != EXIT_FINE)
        return code;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_cancel_create(&cancel, &err);
    if (rc == LW_OK) {
        signals_start(cancel);
        rc = compile(toolchain, cancel, &err);
    }
    if (rc != LW_OK) {
        fail_with(NAME, &err);
        code = EXIT_NOT_FINE;
    }
    if (signals_seen() != 0)
        code = 128 + signals_seen();
    lw_cancel_destroy(cancel);
    lw_toolchain_destroy(toolchain);
    toolchain_query_close(&query);
    return code;
}

int
cmd_toolchain_compile(int argc, char **argv)
{
    int operands, code;

    return opt_begin(&page, argc, argv, &operands, &code) ? run() : code;
}

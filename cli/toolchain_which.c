/* toolchain_which.c - `lean-worker toolchain which`. */
#include <stdio.h>

#include <lean_worker/shim.h>

#include "cmd.h"
#include "fail.h"
#include "json_text.h"
#include "term.h"
#include "toolchain_query.h"

#define NAME "lean-worker toolchain which"

enum output { OUTPUT_HUMAN, OUTPUT_JSON, OUTPUT_PATH };
static const char *const output_words[] = { "human", "json", "path", NULL };

static struct toolchain_query query;
static int output;

static const struct opt options[] = {
    QUERY_TOOLCHAIN(&query),
    QUERY_PROJECT(&query),
    OPT_WORD(0, "output", output_words, &output, "human",
             "human: what it is and why; json: one object; path: its folder "
             "alone, for scripts."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "show the toolchain that would be used, and why",
    .about = "    Reads a few files and starts nothing. Lean's version is "
             "shown as far as\n"
             "    it is known without starting Lean.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    there is one, and it is usable\n"
             "    1    there is none, or the one that is named is not usable\n"
             "    2    usage, or the project cannot be read\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker toolchain which\n"
             "    lean-worker toolchain which --project ~/my-proofs\n"
             "    $(lean-worker toolchain which --output path)/bin/lean "
             "--version\n",
};

static void
print_human(const lw_toolchain *toolchain, const lw_shim *shim)
{
    const char *version = lw_toolchain_get_version(toolchain);
    struct term term;

    term_init(&term, stdout, TERM_COLOR_AUTO);
    printf("%sLean %s%s (%s)\n", term_style_on(&term, TERM_BOLD),
           version[0] == '\0' ? "of unknown version" : version,
           term_style_off(&term),
           lw_toolchain_kind_name(lw_toolchain_get_kind(toolchain)));
    printf("  in   ");
    term_put_line(&term, lw_toolchain_get_prefix(toolchain));
    printf("\n  why  ");
    term_put_line(&term, lw_toolchain_get_reason(toolchain));
    printf("\n  shim ");
    term_put_line(&term, lw_shim_state_name(shim->state));
    if (shim->detail[0] != '\0') {
        printf(": ");
        term_put_line(&term, shim->detail);
    }
    putchar('\n');
}

static int
print_json(const lw_toolchain *toolchain, const lw_shim *shim)
{
    return json_print(
        json_pack(
            "{s:b, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "usable", 1, "source",
            lw_toolchain_source_name(lw_toolchain_get_source(toolchain)),
            "kind", lw_toolchain_kind_name(lw_toolchain_get_kind(toolchain)),
            "prefix", json_text(lw_toolchain_get_prefix(toolchain)), "version",
            json_text(lw_toolchain_get_version(toolchain)), "reason",
            json_text(lw_toolchain_get_reason(toolchain)), "shim",
            lw_shim_state_name(shim->state), "shim_detail",
            json_text(shim->detail)),
        EXIT_FINE);
}

static int
print(const lw_toolchain *toolchain)
{
    lw_shim shim = LW_SHIM_INIT;
    lw_error why = LW_ERROR_INIT;

    /* What cannot be found out is no fault of the toolchain. */
    if (lw_toolchain_get_shim(toolchain, &shim, &why) != LW_OK)
        snprintf(shim.detail, sizeof(shim.detail), "%s", why.message);
    switch ((enum output)output) {
    case OUTPUT_HUMAN:
        print_human(toolchain, &shim);
        break;
    case OUTPUT_JSON:
        return print_json(toolchain, &shim);
    case OUTPUT_PATH:
        printf("%s\n", lw_toolchain_get_prefix(toolchain));
        break;
    }
    return EXIT_FINE;
}

/* Not usable is an answer too; what could not be found out is not. */
static int
print_failure(const lw_error *err)
{
    if (err->status != LW_ETOOLCHAIN)
        return fail_with(NAME, err);
    if (output == OUTPUT_JSON)
        return json_print(json_pack("{s:b, s:o}", "usable", 0, "problem",
                                    json_text(err->message)),
                          EXIT_NOT_FINE);
    fail_with(NAME, err);
    return EXIT_NOT_FINE;
}

static int
run(void)
{
    lw_toolchain_request request;
    lw_toolchain *toolchain;
    lw_error err = LW_ERROR_INIT;
    int code = toolchain_query_open(&query, NAME, &request);

    if (code != EXIT_FINE)
        return code;
    if (lw_toolchain_find(&toolchain, &request, &err) == LW_OK) {
        code = print(toolchain);
        lw_toolchain_destroy(toolchain);
    } else {
        code = print_failure(&err);
    }
    toolchain_query_close(&query);
    return code;
}

int
cmd_toolchain_which(int argc, char **argv)
{
    int operands, code;

    return opt_begin(&page, argc, argv, &operands, &code) ? run() : code;
}

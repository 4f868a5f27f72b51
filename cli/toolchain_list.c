/* toolchain_list.c - `lean-worker toolchain list`. */
#include <stdio.h>

#include "cmd.h"
#include "fail.h"
#include "json_text.h"
#include "term.h"
#include "toolchain_query.h"

#define NAME "lean-worker toolchain list"

enum output { OUTPUT_HUMAN, OUTPUT_JSON };
static const char *const output_words[] = { "human", "json", NULL };

static struct toolchain_query query;
static int output;

static const struct opt options[] = {
    QUERY_TOOLCHAIN(&query),
    QUERY_PROJECT(&query),
    OPT_WORD(0, "output", output_words, &output, "human",
             "human: a few lines for each place; json: one array."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "show every place where a toolchain is looked for",
    .about =
        "    One entry for each place, in the order in which they are looked "
        "at. The\n"
        "    first that names a toolchain decides, and is marked: with `*` "
        "where it is\n"
        "    usable, with `!` where it is not. `x` marks another one that is "
        "not\n"
        "    usable, and `+` one that would do.\n",
    .options = options,
    .after =
        "EXIT STATUS\n"
        "    0    the toolchain that would be used is usable\n"
        "    1    there is none, or the one that is named is not usable\n"
        "    2    usage, or the project cannot be read\n"
        "\n"
        "EXAMPLES\n"
        "    lean-worker toolchain list\n"
        "    lean-worker toolchain list --output json --project ~/my-proofs\n",
};

/* What the callback adds up. */
struct listing {
    struct term term;
    json_t *array; /* NULL: for people */
    bool decided;  /* the place that decides has been seen */
    bool usable;   /* what it names is usable */
};

static const char *
state_word(lw_candidate_state state)
{
    switch (state) {
    case LW_CANDIDATE_ABSENT:
        return "absent";
    case LW_CANDIDATE_UNUSABLE:
        return "unusable";
    case LW_CANDIDATE_USABLE:
        return "usable";
    }
    return "unknown";
}

/* ---- for people ---- */

static const char *
mark(lw_candidate_state state, bool chosen)
{
    switch (state) {
    case LW_CANDIDATE_ABSENT:
        break;
    case LW_CANDIDATE_UNUSABLE:
        return chosen ? "!" : "x";
    case LW_CANDIDATE_USABLE:
        return chosen ? "*" : "+";
    }
    return " ";
}

static enum term_style
style_of(lw_candidate_state state)
{
    switch (state) {
    case LW_CANDIDATE_ABSENT:
        return TERM_DIM;
    case LW_CANDIDATE_UNUSABLE:
        return TERM_RED;
    case LW_CANDIDATE_USABLE:
        return TERM_GREEN;
    }
    return TERM_PLAIN;
}

static void
print_line(const struct term *term, const char *label, const char *text)
{
    printf("                 %s", label);
    term_put_line(term, text);
    putchar('\n');
}

static void
print_human(const struct term *term, const lw_toolchain_candidate *candidate,
            bool chosen)
{
    printf("%s%s %-12s%s  ", term_style_on(term, style_of(candidate->state)),
           mark(candidate->state, chosen),
           lw_toolchain_source_name(candidate->source), term_style_off(term));
    if (candidate->state == LW_CANDIDATE_ABSENT) {
        term_put_line(term, candidate->reason);
        putchar('\n');
        return;
    }
    printf("Lean %s (%s)\n",
           candidate->version[0] == '\0' ? "of unknown version"
                                         : candidate->version,
           lw_toolchain_kind_name(candidate->kind));
    if (candidate->prefix[0] != '\0')
        print_line(term, "in   ", candidate->prefix);
    print_line(term, "why  ", candidate->reason);
    if (candidate->problem[0] != '\0')
        print_line(term, "but  ", candidate->problem);
}

/* ---- for programs ---- */

static int
add_json(json_t *array, const lw_toolchain_candidate *candidate, bool chosen)
{
    bool named = candidate->state != LW_CANDIDATE_ABSENT;
    json_t *entry = json_pack(
        "{s:s, s:s, s:b, s:s?, s:o, s:o, s:o, s:o}", "source",
        lw_toolchain_source_name(candidate->source), "state",
        state_word(candidate->state), "chosen", chosen, "kind",
        named ? lw_toolchain_kind_name(candidate->kind) : NULL, "prefix",
        json_text(candidate->prefix), "version", json_text(candidate->version),
        "reason", json_text(candidate->reason), "problem",
        json_text(candidate->problem));

    return json_array_append_new(array, entry) == 0 ? 0 : -1;
}

static int
show(const lw_toolchain_candidate *candidate, void *user)
{
    struct listing *listing = user;
    bool chosen = !listing->decided && candidate->state != LW_CANDIDATE_ABSENT;

    if (chosen) {
        listing->decided = true;
        listing->usable = candidate->state == LW_CANDIDATE_USABLE;
    }
    if (listing->array != NULL)
        return add_json(listing->array, candidate, chosen);
    print_human(&listing->term, candidate, chosen);
    return 0;
}

static int
run(void)
{
    lw_toolchain_request request;
    struct listing listing = { 0 };
    lw_error err = LW_ERROR_INIT;
    int code = toolchain_query_open(&query, NAME, &request);

    if (code != EXIT_FINE)
        return code;
    term_init(&listing.term, stdout, TERM_COLOR_AUTO);
    if (output == OUTPUT_JSON)
        listing.array = json_array();
    if (lw_toolchain_list(&request, show, &listing, &err) != LW_OK) {
        json_decref(listing.array);
        code = fail_with(NAME, &err);
    } else {
        code = listing.usable ? EXIT_FINE : EXIT_NOT_FINE;
        if (listing.array != NULL)
            code = json_print(listing.array, code);
    }
    toolchain_query_close(&query);
    return code;
}

int
cmd_toolchain_list(int argc, char **argv)
{
    int operands, code;

    return opt_begin(&page, argc, argv, &operands, &code) ? run() : code;
}

/* cli_opt_test.c - options of commands: what is taken, what is said. */
#include "../../cli/opt.h"

#include <fcntl.h>

#include "support/test.h"

static const char *const colors[] = { "auto", "always", "never", NULL };

static bool verbose, quiet;
static const char *text;
static struct opt_list list;
static struct opt_list pairs;
static uint64_t jobs, timeout_ms, memory_kib, colors_seen;
static int color;

static const struct opt options[] = {
    OPT_FLAG('v', "verbose", &verbose, "Say more."),
    OPT_FLAG('q', "quiet", &quiet, "Say less."),
    OPT_TEXT('o', "output-file", "FILE", &text, "none", "Write there."),
    OPT_LIST('D', "define", "NAME=VALUE", &list, "Set an option of Lean."),
    OPT_COUNT('j', "jobs", "N", &jobs, 1, 64, "as cores allow", "Workers."),
    OPT_SECONDS(0, "timeout", "SECONDS", &timeout_ms, 100, 3600000, "60",
                "For each file."),
    OPT_BYTES(0, "memory", "SIZE", &memory_kib, 1024, 1024 * 1024 * 1024, NULL,
              "For each worker."),
    OPT_WORD(0, "color", colors, &color, "auto", "Whether to use colours."),
    OPT_PAIRS(0, "pair", &pairs, "Set an option of Lean."),
    OPT_WORDS(0, "seen", colors, &colors_seen, NULL, "What was seen."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = "lean-worker test",
    .synopsis = "[OPTION]... FILE...\n--version",
    .summary = "a page",
    .about = "    About.\n",
    .options = options,
    .after = "EXAMPLES\n    none\n",
};

static char said[8192]; /* on stderr, by the last parse */
static int operand_count;
static char *words[64];

/* Parses words that blanks separate; "_" stands for an empty one. */
static enum opt_result
parse(const char *line)
{
    static char copy[8192];
    FILE *capture = tmpfile();
    int saved = dup(2), argc = 0;
    enum opt_result result;
    char *at, *rest = copy;
    size_t size;

    verbose = quiet = false;
    text = NULL;
    list.count = pairs.count = 0;
    jobs = timeout_ms = memory_kib = colors_seen = 0;
    color = -1;
    snprintf(copy, sizeof(copy), "test %s", line);
    while ((at = strsep(&rest, " ")) != NULL && argc < 60) {
        if (strcmp(at, "_") == 0)
            *at = '\0';
        words[argc++] = at;
    }
    words[argc] = NULL;
    fflush(stderr);
    dup2(fileno(capture), 2);
    result = opt_parse(&page, argc, words, &operand_count);
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    rewind(capture);
    size = fread(said, 1, sizeof(said) - 1, capture);
    said[size] = '\0';
    fclose(capture);
    return result;
}

static void
refused(const char *line, const char *part)
{
    if (parse(line) != OPT_WRONG)
        fail_msg("taken: %s", line);
    if (strstr(said, part) == NULL)
        fail_msg("%s: no \"%s\" in: %s", line, part, said);
    assert_non_null(strstr(said, "lean-worker test: "));
    assert_non_null(strstr(said, "Try `lean-worker test --help`."));
}

static void
taken(const char *line)
{
    if (parse(line) != OPT_OK)
        fail_msg("%s: %s", line, said);
    assert_string_equal(said, "");
}

static void
values_may_be_apart_or_not(void **state)
{
    static const char *const same[] = { "--jobs 4",     "--jobs=4", "-j 4",
                                        "-j4",          "-vj4",     "-vj 4",
                                        "-j 9 --jobs 4" };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(same); i++) {
        taken(same[i]);
        assert_int_equal(jobs, 4);
        assert_int_equal(operand_count, 0);
    }
    taken("--output-file=a=b");
    assert_string_equal(text, "a=b");
    taken("-o-");
    assert_string_equal(text, "-");
    taken("-o --quiet");
    assert_string_equal(text, "--quiet");
    assert_false(quiet);
}

static void
operands_move_to_the_front(void **state)
{
    (void)state;
    taken("a -v b --jobs 2 - c -- -q --nonsense");
    assert_true(verbose);
    assert_false(quiet);
    assert_int_equal(operand_count, 6);
    assert_string_equal(words[1], "a");
    assert_string_equal(words[2], "b");
    assert_string_equal(words[3], "-");
    assert_string_equal(words[4], "c");
    assert_string_equal(words[5], "-q");
    assert_string_equal(words[6], "--nonsense");
    taken("_");
    assert_int_equal(operand_count, 1);
}

static void
flags_may_share_a_word(void **state)
{
    (void)state;
    taken("-vq");
    assert_true(verbose && quiet);
    refused("--verbose=yes", "--verbose takes no value");
    refused("-vx", "no option -x (in -vx)\n");
    refused("-1", "an operand that begins with - goes behind --");
}

static void
lists_keep_their_order(void **state)
{
    char line[2048] = "";
    int i;

    (void)state;
    taken("-D a=1 --define b=2 -Dc=3");
    assert_int_equal(list.count, 3);
    assert_string_equal(list.values[0], "a=1");
    assert_string_equal(list.values[2], "c=3");
    assert_null(list.values[3]);
    for (i = 0; i < 50; i++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s-Dx",
                 i == 0 ? "" : " ");
    taken(line);
    assert_int_equal(list.count, 50);
}

static void
pairs_have_a_name_and_a_value(void **state)
{
    (void)state;
    taken("--pair a=1 --pair=b= --pair c=d=e");
    assert_int_equal(pairs.count, 3);
    assert_string_equal(pairs.values[1], "b=");
    refused("--pair a", "--pair must be NAME=VALUE, and not a");
    refused("--pair ==", "--pair must be NAME=VALUE, and not ==");
}

static void
words_add_up(void **state)
{
    (void)state;
    taken("--seen never");
    assert_int_equal(colors_seen, 4);
    taken("--seen never --seen auto --seen never");
    assert_int_equal(colors_seen, 5);
    refused("--seen alwys", "is it always?");
}

static void
seconds_are_decimal(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms; /* 0: refused */
    } cases[] = {
        { "1", 1000 },
        { "90", 90000 },
        { "0.1", 100 },
        { "1.5", 1500 },
        { ".25", 250 },
        { "0.125", 125 },
        { "3600", 3600000 },
        { "3600.001", 0 },
        { "0.05", 0 },
        { "0", 0 },
        { "-1", 0 },
        { "1.", 0 },
        { "1.2345", 0 },
        { "1e3", 0 },
        { "1,5", 0 },
        { "\t1", 0 },
        { "nan", 0 },
        { "inf", 0 },
        { "0x10", 0 },
        { "99999999999999999999999", 0 },
        { "18446744073709551.616", 0 },
        { ".", 0 },
        { "1.-1", 0 },
    };
    char line[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        snprintf(line, sizeof(line), "--timeout=%s", cases[i].text);
        if (cases[i].ms == 0) {
            refused(line, "--timeout must be a number of seconds from 0.1 "
                          "to 3600");
            continue;
        }
        taken(line);
        assert_int_equal(timeout_ms, cases[i].ms);
    }
}

static void
sizes_have_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t kib; /* 0: refused */
    } cases[] = {
        { "512", 512 * 1024 },
        { "512M", 512 * 1024 },
        { "4G", 4 * 1024 * 1024 },
        { "4g", 4 * 1024 * 1024 },
        { "2048K", 2048 },
        { "1023K", 0 },
        { "0", 0 },
        { "G", 0 },
        { "1.5G", 0 },
        { "4GB", 0 },
        { "-1G", 0 },
        { "99999999999999999999G", 0 },
        { "18014398509481984G", 0 },
    };
    char line[64];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        snprintf(line, sizeof(line), "--memory %s", cases[i].text);
        if (cases[i].kib == 0) {
            refused(line, "--memory must be a size");
            continue;
        }
        taken(line);
        assert_int_equal(memory_kib, cases[i].kib);
    }
}

static void
counts_have_bounds(void **state)
{
    (void)state;
    refused("-j 0", "-j must be a whole number from 1 to 64, and not 0");
    refused("-j 65", "from 1 to 64");
    refused("-j x", "and not x");
    refused("-j -1", "and not -1");
    refused("--jobs=", "--jobs needs a value (N) that is not empty");
    refused("--jobs", "--jobs needs a value (N)");
    refused("-j", "-j needs a value (N)");
    refused("-o _", "needs a value (FILE)");
}

static void
words_are_chosen_from(void **state)
{
    (void)state;
    taken("--color never");
    assert_int_equal(color, 2);
    refused("--color nevre",
            "must be one of auto|always|never, and not nevre; is it never?");
    refused("--color purple", "auto|always|never");
}

static void
unknown_options_name_the_nearest(void **state)
{
    (void)state;
    refused("--job 3", "no option --job; is it --jobs?");
    refused("--time=3", "no option --time; is it --timeout?");
    refused("--tiemout=3", "is it --timeout?");
    refused("--hlep", "is it --help?");
    refused("--verbos", "is it --verbose?");
    refused("--frobnicate", "no option --frobnicate\n");
}

static void
messages_are_safe_on_a_terminal(void **state)
{
    (void)state;
    refused("--\x1b[2J", "\\x1b[2J");
    refused("-\x9b", "\\x9b");
    refused("-j \x1b]0;x\x07", "\\x1b]0;x\\x07");
    assert_null(strchr(said, '\x1b'));
}

static void
help_stops_the_reading(void **state)
{
    (void)state;
    assert_int_equal(parse("--help --nonsense"), OPT_HELP_WANTED);
    assert_int_equal(parse("-vh"), OPT_HELP_WANTED);
    assert_int_equal(parse("--nonsense --help"), OPT_WRONG);
}

static void
the_page_has_all_of_the_table(void **state)
{
    const struct opt *opt;
    char *printed = NULL, *line, *rest;
    size_t size;
    FILE *file = open_memstream(&printed, &size);
    char name[64];

    (void)state;
    opt_print_page(&page, file);
    fclose(file);
    for (opt = options; opt->kind != OPT_KIND_END; opt++) {
        snprintf(name, sizeof(name), "--%s", opt->name);
        assert_non_null(strstr(printed, name));
    }
    assert_non_null(strstr(printed, "    lean-worker test [OPTION]... "
                                    "FILE...\n    lean-worker test "
                                    "--version\n"));
    assert_non_null(strstr(printed, "    -j, --jobs N\n        Workers. "
                                    "Default: as cores allow.\n"));
    assert_non_null(strstr(printed, "--color auto|always|never\n"));
    for (rest = printed; (line = strsep(&rest, "\n")) != NULL;)
        assert_true(strlen(line) <= 80);
    free(printed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_may_be_apart_or_not),
        cmocka_unit_test(operands_move_to_the_front),
        cmocka_unit_test(flags_may_share_a_word),
        cmocka_unit_test(lists_keep_their_order),
        cmocka_unit_test(pairs_have_a_name_and_a_value),
        cmocka_unit_test(words_add_up),
        cmocka_unit_test(seconds_are_decimal),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(counts_have_bounds),
        cmocka_unit_test(words_are_chosen_from),
        cmocka_unit_test(unknown_options_name_the_nearest),
        cmocka_unit_test(messages_are_safe_on_a_terminal),
        cmocka_unit_test(help_stops_the_reading),
        cmocka_unit_test(the_page_has_all_of_the_table),
    };

    return LWT_RUN(tests);
}

/* opt.c - options of commands: reading argv by the table. */
#include "opt.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "opt_value.h"
#include "term.h"

#define NAMES_MAX 64 /* options that a command may have */

/* Where opt_parse is. */
struct reading {
    const struct opt_page *page;
    int argc;
    char **argv;
    int at;       /* the next argument to look at */
    int operands; /* how many were moved to the front */
};

int
opt_usage_error(const struct opt_page *page, const char *format, ...)
{
    char message[2048];
    struct term term;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    term_init(&term, stderr, TERM_COLOR_AUTO);
    fprintf(stderr, "%s: ", page->name);
    term_put_line(&term, message);
    fprintf(stderr, "\nTry `%s --help`.\n", page->name);
    return EXIT_CANNOT_RUN;
}

/* ---- finding an option ---- */

static const struct opt *
find_name(const struct opt_page *page, const char *name, size_t length)
{
    const struct opt *opt;

    for (opt = page->options; opt->kind != OPT_KIND_END; opt++) {
        if (strncmp(opt->name, name, length) == 0 && opt->name[length] == '\0')
            return opt;
    }
    return NULL;
}

static const struct opt *
find_letter(const struct opt_page *page, char letter)
{
    const struct opt *opt;

    for (opt = page->options; opt->kind != OPT_KIND_END; opt++) {
        if (opt->letter == letter)
            return opt;
    }
    return NULL;
}

static enum opt_result
fail_unknown(const struct opt_page *page, const char *name, size_t length)
{
    const char *names[NAMES_MAX + 1];
    const struct opt *opt;
    const char *nearest;
    char wrong[256];
    size_t count = 0;

    for (opt = page->options; opt->kind != OPT_KIND_END; opt++) {
        if (count < NAMES_MAX)
            names[count++] = opt->name;
    }
    names[count] = NULL;
    snprintf(wrong, sizeof(wrong), "%.*s", (int)(length > 200 ? 200 : length),
             name);
    nearest = opt_nearest(wrong, names);
    if (nearest != NULL)
        opt_usage_error(page, "there is no option --%s; is it --%s?", wrong,
                        nearest);
    else
        opt_usage_error(page, "there is no option --%s", wrong);
    return OPT_WRONG;
}

/* ---- reading ---- */

static bool
takes_value(const struct opt *opt)
{
    return opt->kind != OPT_KIND_FLAG && opt->kind != OPT_KIND_HELP;
}

/* Does what an option asks for. value: NULL for those that take none. */
static enum opt_result
obey(const struct opt_page *page, const struct opt *opt, const char *shown,
     const char *value)
{
    char problem[1024];

    if (opt->kind == OPT_KIND_HELP)
        return OPT_HELP_WANTED;
    if (opt->kind == OPT_KIND_FLAG) {
        *opt->out.flag = true;
        return OPT_OK;
    }
    if (opt_value_set(opt, value, problem, sizeof(problem)))
        return OPT_OK;
    opt_usage_error(page, "%s %s", shown, problem);
    return OPT_WRONG;
}

/* The value that follows as an argument of its own. */
static enum opt_result
obey_next(struct reading *reading, const struct opt *opt, const char *shown)
{
    if (reading->at >= reading->argc) {
        opt_usage_error(reading->page, "%s needs a value (%s)", shown,
                        opt_value_name(opt));
        return OPT_WRONG;
    }
    return obey(reading->page, opt, shown, reading->argv[reading->at++]);
}

/* --name, --name VALUE, --name=VALUE */
static enum opt_result
read_long(struct reading *reading, const char *text)
{
    const char *name = text + 2, *equals = strchr(name, '=');
    size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct opt *opt = find_name(reading->page, name, length);
    char shown[64];

    if (opt == NULL)
        return fail_unknown(reading->page, name, length);
    snprintf(shown, sizeof(shown), "--%s", opt->name);
    if (!takes_value(opt) && equals != NULL) {
        opt_usage_error(reading->page, "%s takes no value", shown);
        return OPT_WRONG;
    }
    if (!takes_value(opt))
        return obey(reading->page, opt, shown, NULL);
    if (equals != NULL)
        return obey(reading->page, opt, shown, equals + 1);
    return obey_next(reading, opt, shown);
}

/* -n, -n VALUE, -nVALUE, -abc */
static enum opt_result
read_short(struct reading *reading, const char *text)
{
    enum opt_result result = OPT_OK;
    const struct opt *opt;
    char shown[3] = "-?";
    const char *at;

    for (at = text + 1; *at != '\0' && result == OPT_OK; at++) {
        opt = find_letter(reading->page, *at);
        shown[1] = *at;
        if (opt == NULL) {
            opt_usage_error(reading->page, "there is no option %s (in %s)%s",
                            shown, text,
                            *at >= '0' && *at <= '9'
                                ? "; an operand that begins with - goes "
                                  "behind --"
                                : "");
            return OPT_WRONG;
        }
        if (!takes_value(opt))
            result = obey(reading->page, opt, shown, NULL);
        else if (at[1] != '\0')
            return obey(reading->page, opt, shown, at + 1);
        else
            return obey_next(reading, opt, shown);
    }
    return result;
}

/* "file", "-", and a comment of Lean: "-- so". */
static bool
is_operand(const char *text)
{
    return text[0] != '-' || text[1] == '\0' ||
           (text[1] == '-' && (text[2] == ' ' || text[2] == '\n'));
}

enum opt_result
opt_parse(const struct opt_page *page, int argc, char **argv, int *operands)
{
    struct reading reading = { .page = page, .argc = argc, .argv = argv };
    enum opt_result result = OPT_OK;
    bool only_operands = false;
    char *text;

    reading.at = 1;
    while (reading.at < argc && result == OPT_OK) {
        text = argv[reading.at++];
        if (only_operands || is_operand(text))
            argv[1 + reading.operands++] = text;
        else if (strcmp(text, "--") == 0)
            only_operands = true;
        else if (text[1] == '-')
            result = read_long(&reading, text);
        else
            result = read_short(&reading, text);
    }
    *operands = reading.operands;
    return result;
}

/* ---- the beginning of a command ---- */

/* Too few or too many operands. */
static int
judge_operands(const struct opt_page *page, int count, char **argv)
{
    if (count < page->operands_min)
        return opt_usage_error(page, "%s", page->wanted);
    if (count <= page->operands_max)
        return EXIT_FINE;
    if (page->operands_max == 0)
        return opt_usage_error(page, "takes no operand: %.200s", argv[1]);
    return opt_usage_error(
        page, "takes %d operand%s and no more: %.200s", page->operands_max,
        page->operands_max == 1 ? "" : "s", argv[1 + page->operands_max]);
}

bool
opt_begin(const struct opt_page *page, int argc, char **argv, int *operands,
          int *code)
{
    switch (opt_parse(page, argc, argv, operands)) {
    case OPT_OK:
        *code = judge_operands(page, *operands, argv);
        return *code == EXIT_FINE;
    case OPT_HELP_WANTED:
        opt_print_page(page, stdout);
        *code = EXIT_FINE;
        return false;
    case OPT_WRONG:
        break;
    }
    *code = EXIT_CANNOT_RUN;
    return false;
}

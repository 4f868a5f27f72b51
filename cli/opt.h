/*
 * opt.h - options of commands, from one table each.
 *
 * A command writes its options down once:
 *
 *     static const struct opt options[] = {
 *         OPT_COUNT('j', "jobs", "N", &jobs, 1, 1024, "as cores allow",
 *                   "Run N workers at once."),
 *         OPT_FLAG(0, "allow-sorry", &allow, "…"),
 *         OPT_HELP, OPT_END
 *     };
 *
 * and gets parsing, messages for what is wrong, and the options section of
 * its --help. Taken are `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`,
 * several short flags in one word, and `--` before operands. Options and
 * operands may be mixed; a word that begins with dashes and a blank is an
 * operand. An option that is given twice: the last one counts.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum opt_kind {
    OPT_KIND_END,
    OPT_KIND_FLAG,    /* *flag = true */
    OPT_KIND_TEXT,    /* *text = the value, not empty; borrowed from argv */
    OPT_KIND_LIST,    /* the value is put behind the others in *list */
    OPT_KIND_PAIRS,   /* the same for values of the form NAME=VALUE */
    OPT_KIND_COUNT,   /* *number = a whole number in [min, max] */
    OPT_KIND_SECONDS, /* *number = milliseconds; decimal fractions are
                         taken; min and max are in milliseconds */
    OPT_KIND_BYTES,   /* *number = KiB; with a unit K, M, G (1024) or without
                         one in MiB; min and max are in KiB */
    OPT_KIND_WORD,    /* *choice = index of the value in words */
    OPT_KIND_WORDS,   /* *number |= 1 << index; may be repeated */
    OPT_KIND_HELP,    /* opt_parse gives OPT_HELP_WANTED */
};

/* Values of a repeated option, in order; at most OPT_LIST_MAX. */
#define OPT_LIST_MAX 256
struct opt_list {
    const char *values[OPT_LIST_MAX + 1]; /* NULL at the end */
    size_t count;
};

struct opt {
    enum opt_kind kind;
    char letter;              /* 0: none */
    const char *name;         /* without the dashes */
    const char *value;        /* how --help calls the value: "SECONDS" */
    const char *fallback;     /* the default, for --help; NULL: none to state */
    const char *text;         /* sentences for --help */
    const char *const *words; /* NULL at the end */
    uint64_t min, max;
    union {
        bool *flag;
        const char **text;
        struct opt_list *list;
        uint64_t *number;
        int *choice;
    } out;
};

#define OPT_FLAG(letter_, name_, out_, text_)                                  \
    {                                                                          \
        .kind = OPT_KIND_FLAG, .letter = (letter_), .name = (name_),           \
        .text = (text_), .out.flag = (out_)                                    \
    }
#define OPT_TEXT(letter_, name_, value_, out_, fallback_, text_)               \
    {                                                                          \
        .kind = OPT_KIND_TEXT, .letter = (letter_), .name = (name_),           \
        .value = (value_), .text = (text_), .fallback = (fallback_),           \
        .out.text = (out_)                                                     \
    }
#define OPT_LIST(letter_, name_, value_, out_, text_)                          \
    {                                                                          \
        .kind = OPT_KIND_LIST, .letter = (letter_), .name = (name_),           \
        .value = (value_), .text = (text_), .out.list = (out_)                 \
    }
#define OPT_PAIRS(letter_, name_, out_, text_)                                 \
    {                                                                          \
        .kind = OPT_KIND_PAIRS, .letter = (letter_), .name = (name_),          \
        .value = "NAME=VALUE", .text = (text_), .out.list = (out_)             \
    }
#define OPT_NUMBER_(kind_, letter_, name_, value_, out_, min_, max_,           \
                    fallback_, text_)                                          \
    {                                                                          \
        .kind = (kind_), .letter = (letter_), .name = (name_),                 \
        .value = (value_), .min = (min_), .max = (max_),                       \
        .fallback = (fallback_), .text = (text_), .out.number = (out_)         \
    }
#define OPT_COUNT(letter, name, value, out, min, max, fallback, text)          \
    OPT_NUMBER_(OPT_KIND_COUNT, letter, name, value, out, min, max, fallback,  \
                text)
#define OPT_SECONDS(letter, name, value, out, min, max, fallback, text)        \
    OPT_NUMBER_(OPT_KIND_SECONDS, letter, name, value, out, min, max,          \
                fallback, text)
#define OPT_BYTES(letter, name, value, out, min, max, fallback, text)          \
    OPT_NUMBER_(OPT_KIND_BYTES, letter, name, value, out, min, max, fallback,  \
                text)
#define OPT_WORD(letter_, name_, words_, out_, fallback_, text_)               \
    {                                                                          \
        .kind = OPT_KIND_WORD, .letter = (letter_), .name = (name_),           \
        .words = (words_), .text = (text_), .fallback = (fallback_),           \
        .out.choice = (out_)                                                   \
    }
#define OPT_WORDS(letter_, name_, words_, out_, fallback_, text_)              \
    {                                                                          \
        .kind = OPT_KIND_WORDS, .letter = (letter_), .name = (name_),          \
        .words = (words_), .text = (text_), .fallback = (fallback_),           \
        .out.number = (out_)                                                   \
    }
#define OPT_HELP                                                               \
    {                                                                          \
        .kind = OPT_KIND_HELP, .letter = 'h', .name = "help",                  \
        .text = "Print this help and exit."                                    \
    }
#define OPT_END                                                                \
    {                                                                          \
        .kind = OPT_KIND_END                                                   \
    }

#define OPT_OPERANDS_ANY INT_MAX

/* What --help prints besides the options, and how many operands there are. */
struct opt_page {
    const char *name;     /* "lean-worker check" */
    const char *synopsis; /* "[OPTION]… PATH…", a line for each form */
    const char *summary;  /* one line */
    const char *about;    /* paragraphs, wrapped by hand at 76 columns */
    const struct opt *options;
    const char *after; /* EXIT STATUS, EXAMPLES, as they are to be printed */
    int operands_min;
    int operands_max;
    const char *wanted; /* said where operands are missing: "which files?" */
};

enum opt_result {
    OPT_OK,
    OPT_HELP_WANTED, /* print the page with opt_print_page, exit 0 */
    OPT_WRONG,       /* said on stderr what; exit 2 */
};

/*
 * Reads argv[1] to argv[argc - 1] into the places that the table names, and
 * moves the operands to argv[1] and on, their number in *operands. Where one
 * is wrong, says so on stderr with the nearest known name.
 */
enum opt_result
opt_parse(const struct opt_page *page, int argc, char **argv, int *operands);

/*
 * How every command begins: reads argv as opt_parse does, prints the page
 * where help is wanted, and counts the operands. True: argv[1] to
 * argv[*operands] are the operands. False: the command ends with *code.
 */
bool
opt_begin(const struct opt_page *page, int argc, char **argv, int *operands,
          int *code);

void
opt_print_page(const struct opt_page *page, FILE *to);

/*
 * Prints "lean-worker check: …" on stderr and where to read on; gives exit
 * code 2. For what opt_parse cannot see, such as operands.
 */
int
opt_usage_error(const struct opt_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The name in `names` (NULL at the end) that is most like `wrong`, NULL where
 * none comes near.
 */
const char *
opt_nearest(const char *wrong, const char *const *names);

#endif

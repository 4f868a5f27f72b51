/* opt_value.c - values of options. */
#include "opt_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define NUMBER_SIZE 32

/* ---- numbers, and how they are written back ---- */

/* "90", "1.5", "0.25": milliseconds. */
static bool
read_seconds(const char *text, uint64_t *ms)
{
    const char *dot = strchr(text, '.');
    char whole[NUMBER_SIZE], fraction[4] = "000";
    uint64_t seconds, rest;
    size_t length;

    if (dot == NULL)
        return lwi_parse_u64(text, 0, UINT64_MAX / 1000, &seconds) &&
               (*ms = seconds * 1000, true);
    length = (size_t)(dot - text);
    if (length >= sizeof(whole) || strlen(dot + 1) > 3 || dot[1] == '\0')
        return false;
    memcpy(whole, length == 0 ? "0" : text, length == 0 ? 1 : length);
    whole[length == 0 ? 1 : length] = '\0';
    memcpy(fraction, dot + 1, strlen(dot + 1));
    if (!lwi_parse_u64(whole, 0, UINT64_MAX / 1000 - 1, &seconds) ||
        !lwi_parse_u64(fraction, 0, 999, &rest))
        return false;
    *ms = seconds * 1000 + rest;
    return true;
}

/* "4G", "512M", "512": KiB. */
static bool
read_bytes(const char *text, uint64_t *kib)
{
    uint64_t unit = 1024, number;
    char digits[NUMBER_SIZE];
    size_t length = strlen(text);

    if (length == 0 || length >= sizeof(digits))
        return false;
    memcpy(digits, text, length + 1);
    switch (digits[length - 1]) {
    case 'K':
    case 'k':
        unit = 1;
        break;
    case 'M':
    case 'm':
        break;
    case 'G':
    case 'g':
        unit = UINT64_C(1024) * 1024;
        break;
    default:
        length++; /* no unit to take off */
    }
    digits[length - 1] = '\0';
    return lwi_parse_u64(digits, 0, UINT64_MAX / unit, &number) &&
           (*kib = number * unit, true);
}

static bool
read_number(const struct opt *opt, const char *text, uint64_t *number)
{
    if (opt->kind == OPT_KIND_SECONDS)
        return read_seconds(text, number);
    if (opt->kind == OPT_KIND_BYTES)
        return read_bytes(text, number);
    return lwi_parse_u64(text, 0, UINT64_MAX, number);
}

static void
write_number(const struct opt *opt, uint64_t number, char out[NUMBER_SIZE])
{
    if (opt->kind == OPT_KIND_COUNT)
        snprintf(out, NUMBER_SIZE, "%" PRIu64, number);
    else if (opt->kind == OPT_KIND_SECONDS)
        snprintf(out, NUMBER_SIZE, "%.10g", (double)number / 1000);
    else if (number % (UINT64_C(1024) * 1024) == 0 && number > 0)
        snprintf(out, NUMBER_SIZE, "%" PRIu64 "G",
                 number / (UINT64_C(1024) * 1024));
    else
        snprintf(out, NUMBER_SIZE, "%" PRIu64 "M", number / 1024);
}

static const char *
number_noun(const struct opt *opt)
{
    if (opt->kind == OPT_KIND_SECONDS)
        return "a number of seconds";
    if (opt->kind == OPT_KIND_BYTES)
        return "a size in MiB, or with K, M or G,";
    return "a whole number";
}

static bool
set_number(const struct opt *opt, const char *value, char *problem, size_t size)
{
    char least[NUMBER_SIZE], most[NUMBER_SIZE];
    uint64_t number;

    if (read_number(opt, value, &number) && number >= opt->min &&
        number <= opt->max) {
        *opt->out.number = number;
        return true;
    }
    write_number(opt, opt->min, least);
    write_number(opt, opt->max, most);
    snprintf(problem, size, "must be %s from %s to %s, and not %.200s",
             number_noun(opt), least, most, value);
    return false;
}

/* ---- words ---- */

static bool
set_word(const struct opt *opt, const char *value, char *problem, size_t size)
{
    const char *nearest;
    int i;

    for (i = 0; opt->words[i] != NULL; i++) {
        if (strcmp(opt->words[i], value) != 0)
            continue;
        if (opt->kind == OPT_KIND_WORDS)
            *opt->out.number |= UINT64_C(1) << i;
        else
            *opt->out.choice = i;
        return true;
    }
    nearest = opt_nearest(value, opt->words);
    snprintf(problem, size, "must be one of %s, and not %.200s%s%s%s",
             opt_value_name(opt), value, nearest == NULL ? "" : "; is it ",
             nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
    return false;
}

const char *
opt_value_name(const struct opt *opt)
{
    static char names[256];
    size_t used = 0;
    int i;

    if (opt->words == NULL)
        return opt->value;
    names[0] = '\0';
    for (i = 0; opt->words[i] != NULL && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                 i == 0 ? "" : "|", opt->words[i]);
    return names;
}

/* ---- all ---- */

static bool
set_list(const struct opt *opt, const char *value, char *problem, size_t size)
{
    struct opt_list *list = opt->out.list;

    if (list->count == OPT_LIST_MAX) {
        snprintf(problem, size, "is given more than %d times", OPT_LIST_MAX);
        return false;
    }
    list->values[list->count++] = value;
    list->values[list->count] = NULL;
    return true;
}

static bool
set_pair(const struct opt *opt, const char *value, char *problem, size_t size)
{
    if (value[0] != '=' && strchr(value, '=') != NULL)
        return set_list(opt, value, problem, size);
    snprintf(problem, size, "must be %s, and not %.200s", opt->value, value);
    return false;
}

bool
opt_value_set(const struct opt *opt, const char *value, char *problem,
              size_t size)
{
    if (value[0] == '\0') {
        snprintf(problem, size, "needs a value (%s) that is not empty",
                 opt_value_name(opt));
        return false;
    }
    switch (opt->kind) {
    case OPT_KIND_TEXT:
        *opt->out.text = value;
        return true;
    case OPT_KIND_LIST:
        return set_list(opt, value, problem, size);
    case OPT_KIND_PAIRS:
        return set_pair(opt, value, problem, size);
    case OPT_KIND_COUNT:
    case OPT_KIND_SECONDS:
    case OPT_KIND_BYTES:
        return set_number(opt, value, problem, size);
    case OPT_KIND_WORD:
    case OPT_KIND_WORDS:
        return set_word(opt, value, problem, size);
    case OPT_KIND_END:
    case OPT_KIND_FLAG:
    case OPT_KIND_HELP:
        break;
    }
    snprintf(problem, size, "takes no value");
    return false;
}

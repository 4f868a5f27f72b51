/* lean_arguments.c - what moreLeanArgs and weakLeanArgs of a lakefile mean. */
#include "project/lean_arguments.h"

#include "base/text.h"

/* Lean's own, as `lean --help` lists them. */
static const struct {
    const char *letter; /* "" : none */
    const char *name;
    bool has_value;
    enum lwi_lean_argument kind;
} known[] = {
    { "-D", "", true, LWI_ARGUMENT_OPTION },
    { "-E", "--error", true, LWI_ARGUMENT_BUILD },
    { "-T", "--timeout", true, LWI_ARGUMENT_BUILD },
    { "-t", "--trust", true, LWI_ARGUMENT_QUIET },
    { "-M", "--memory", true, LWI_ARGUMENT_QUIET },
    { "-j", "--threads", true, LWI_ARGUMENT_QUIET },
    { "-s", "--tstack", true, LWI_ARGUMENT_QUIET },
    { "-q", "--quiet", false, LWI_ARGUMENT_QUIET },
    { "", "--profile", false, LWI_ARGUMENT_QUIET },
    { "", "--stats", false, LWI_ARGUMENT_QUIET },
    { "", "--plugin", true, LWI_ARGUMENT_NATIVE },
    { "", "--load-dynlib", true, LWI_ARGUMENT_NATIVE },
};

/* "-Dx=y", "-D x=y", "--error=k", "--error k". False: another argument. */
static bool
matches(size_t i, const struct lwi_strings *list, size_t at, size_t *used,
        const char **value)
{
    const char *text = list->items[at], *next = list->items[at + 1];
    size_t letter = strlen(known[i].letter), name = strlen(known[i].name);

    *used = 1;
    *value = NULL;
    if (strcmp(text, letter > 0 ? known[i].letter : known[i].name) == 0 ||
        (name > 0 && strcmp(text, known[i].name) == 0)) {
        *value = known[i].has_value ? next : "";
        *used = known[i].has_value ? 2 : 1;
        return *value != NULL;
    }
    if (!known[i].has_value)
        return false;
    if (letter > 0 && lwi_text_starts(text, known[i].letter))
        *value = text + letter;
    else if (name > 0 && lwi_text_starts(text, known[i].name) &&
             text[name] == '=')
        *value = text + name + 1;
    return *value != NULL;
}

enum lwi_lean_argument
lwi_lean_argument_read(const struct lwi_strings *list, size_t at, size_t *used,
                       const char **value)
{
    const char *equals;
    size_t i;

    for (i = 0; i < LWI_COUNT(known); i++) {
        if (!matches(i, list, at, used, value))
            continue;
        if (known[i].kind != LWI_ARGUMENT_OPTION) {
            *value = NULL;
            return known[i].kind;
        }
        equals = strchr(*value, '=');
        if (equals != NULL && equals != *value)
            return LWI_ARGUMENT_OPTION;
    }
    *used = 1;
    *value = NULL;
    return LWI_ARGUMENT_UNKNOWN;
}

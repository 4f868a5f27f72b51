/*
 * lean_arguments.h - what moreLeanArgs and weakLeanArgs of a lakefile mean.
 */
#ifndef LWI_LEAN_ARGUMENTS_H
#define LWI_LEAN_ARGUMENTS_H

#include "base/strings.h"

enum lwi_lean_argument {
    LWI_ARGUMENT_OPTION,  /* -Dname=value: a session can set it too */
    LWI_ARGUMENT_QUIET,   /* changes no verdict: threads, memory, profiles */
    LWI_ARGUMENT_BUILD,   /* changes verdicts, and only a compiler takes it */
    LWI_ARGUMENT_NATIVE,  /* loads native code */
    LWI_ARGUMENT_UNKNOWN, /* not one that can stand in a build */
};

/*
 * What the argument at list[at] is; *used is 2 where it has its value in the
 * next one. *value is "name=value" of an option, else NULL.
 */
enum lwi_lean_argument
lwi_lean_argument_read(const struct lwi_strings *list, size_t at, size_t *used,
                       const char **value);

#endif

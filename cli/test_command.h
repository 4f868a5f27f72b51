/*
 * test_command.h - a program instead of Lean, for the tests of this program.
 */
#ifndef CLI_TEST_COMMAND_H
#define CLI_TEST_COMMAND_H

#include <stdbool.h>

/* What LEAN_WORKER_TEST_COMMAND says, in words. Zeroed: there is none. */
struct test_command {
    const char **words; /* NULL at the end; NULL: there is none */
    char *room;         /* the words' bytes */
};

/* Takes blanks as what is between words. False: there is none. */
bool
test_command_find(struct test_command *command);

void
test_command_fini(struct test_command *command);

#endif

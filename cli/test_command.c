/* test_command.c - a program instead of Lean, for tests. */
#include "test_command.h"

#include "base/path.h"

bool
test_command_find(struct test_command *command)
{
    const char *text = lwi_environment("LEAN_WORKER_TEST_COMMAND");
    size_t count = 0;
    char *next;

    if (text == NULL)
        return false;
    command->room = strdup(text);
    command->words = calloc(strlen(text) + 2, sizeof(*command->words));
    if (command->room == NULL || command->words == NULL) {
        test_command_fini(command);
        return false;
    }
    next = command->room;
    while (next != NULL)
        command->words[count++] = strsep(&next, " ");
    return true;
}

void
test_command_fini(struct test_command *command)
{
    free(command->words);
    free(command->room);
    *command = (struct test_command){ 0 };
}

/*
 * fuzz_script.c - scenario files, as anybody may write them.
 *
 *   input:  the text of a scenario
 */
#include "scenario/script.h"

#include "fuzz.h"

static void
check_step(const struct script_step *step)
{
    size_t i;

    LW_ASSERT(step->line >= 1 && step->count >= 1);
    LW_ASSERT(step->count <= SCRIPT_MAX_WORDS);
    for (i = 0; i < step->count; i++)
        LW_ASSERT(step->words[i].data[step->words[i].size] == '\0');
    LW_ASSERT(step_word(step, step->count) == NULL);
    (void)step_value(step, "size");
    (void)step_number(step, "timeout", 7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script;
    size_t part, i;

    if (script_parse(&script, "f", (const char *)data, size)) {
        LW_ASSERT(script_parent(&script) != NULL);
        for (part = 0; part < script.count; part++) {
            for (i = 0; i < script.parts[part].count; i++)
                check_step(&script.parts[part].steps[i]);
        }
    } else {
        /* A fault is named with its file and line. */
        LW_ASSERT(strncmp(script.error, "f:", 2) == 0);
        LW_ASSERT(strtol(script.error + 2, NULL, 10) >= 1);
    }
    script_fini(&script);
    return 0;
}

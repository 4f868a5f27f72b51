/*
 * machine-doc.c - prints the life of a worker, from the table of its states.
 *
 * Markdown: a diagram in Mermaid's language, then the states, the events, and
 * the table itself. `make docs` puts it into docs/design.md.
 */
#include <stdio.h>

#include "worker/machine.h"

static const char *const event_texts[] = {
#define TEXT(symbol, what) what,
    LWI_EVENTS(TEXT)
#undef TEXT
};

static void
print_diagram(void)
{
    int from, event;

    printf("```mermaid\nstateDiagram-v2\n    [*] --> NONE\n");
    for (from = 0; from < LWI_STATE_COUNT; from++) {
        for (event = 0; event < LWI_EVENT_COUNT; event++) {
            enum lwi_state to;

            if (lwi_machine_next((enum lwi_state)from, (enum lwi_event)event,
                                 &to))
                printf("    %s --> %s: %s\n",
                       lwi_state_name((enum lwi_state)from), lwi_state_name(to),
                       lwi_event_name((enum lwi_event)event));
        }
    }
    printf("```\n\n");
}

static void
print_words(void)
{
    int i;

    printf("| state | what is true in it |\n| --- | --- |\n");
    for (i = 0; i < LWI_STATE_COUNT; i++)
        printf("| %s | %s |\n", lwi_state_name((enum lwi_state)i),
               lwi_state_what((enum lwi_state)i));
    printf("\n| event | what happened |\n| --- | --- |\n");
    for (i = 0; i < LWI_EVENT_COUNT; i++)
        printf("| %s | %s |\n", lwi_event_name((enum lwi_event)i),
               event_texts[i]);
    printf("\n");
}

static void
print_table(void)
{
    int from, event;

    printf("Each cell is where the event leads; an empty one is impossible "
           "and asserted so.\n\n| |");
    for (event = 0; event < LWI_EVENT_COUNT; event++)
        printf(" %s |", lwi_event_name((enum lwi_event)event));
    printf("\n| --- |");
    for (event = 0; event < LWI_EVENT_COUNT; event++)
        printf(" --- |");
    printf("\n");
    for (from = 0; from < LWI_STATE_COUNT; from++) {
        printf("| **%s** |", lwi_state_name((enum lwi_state)from));
        for (event = 0; event < LWI_EVENT_COUNT; event++) {
            enum lwi_state to;

            if (lwi_machine_next((enum lwi_state)from, (enum lwi_event)event,
                                 &to))
                printf(" %s |", lwi_state_name(to));
            else
                printf(" |");
        }
        printf("\n");
    }
}

int
main(void)
{
    print_diagram();
    print_words();
    print_table();
    return 0;
}

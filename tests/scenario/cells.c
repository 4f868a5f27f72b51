/* cells.c - which cells of the worker's table a scenario passes through. */
#include "scenario/cells.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/machine.h"

/* The names that the linker's --wrap gives. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
bool
__real_lwi_machine_next(enum lwi_state from, enum lwi_event event,
                        enum lwi_state *to);
bool
__wrap_lwi_machine_next(enum lwi_state from, enum lwi_event event,
                        enum lwi_state *to);

static atomic_bool seen[LWI_STATE_COUNT][LWI_EVENT_COUNT];

static void
note(enum lwi_state from, enum lwi_event event)
{
    const char *path = getenv("LW_CELLS");
    char line[64];
    int fd, size;

    if (path == NULL || atomic_exchange(&seen[from][event], true))
        return;
    size = snprintf(line, sizeof(line), "%s %s\n", lwi_state_name(from),
                    lwi_event_name(event));
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)size) != size)
        abort();
    close(fd);
}

bool
__wrap_lwi_machine_next(enum lwi_state from, enum lwi_event event,
                        enum lwi_state *to)
{
    bool possible = __real_lwi_machine_next(from, event, to);

    if (possible)
        note(from, event);
    return possible;
}

void
cells_list(void)
{
    enum lwi_state to;
    int from, event;

    for (from = 0; from < LWI_STATE_COUNT; from++) {
        for (event = 0; event < LWI_EVENT_COUNT; event++) {
            if (__real_lwi_machine_next((enum lwi_state)from,
                                        (enum lwi_event)event, &to))
                printf("%s %s\n", lwi_state_name((enum lwi_state)from),
                       lwi_event_name((enum lwi_event)event));
        }
    }
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* signals.c - Ctrl-C and its like end a run in an orderly way. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static lw_cancel *token;
static volatile sig_atomic_t seen;

static void
take_signal(int number)
{
    if (seen != 0)
        _exit(128 + number);
    seen = number;
    lw_cancel_set(token);
}

void
signals_start(lw_cancel *cancel)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = take_signal,
                                .sa_flags = SA_RESTART };
    struct sigaction before;
    size_t i;

    token = cancel;
    sigemptyset(&action.sa_mask);
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 &&
            before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

int
signals_seen(void)
{
    return seen;
}

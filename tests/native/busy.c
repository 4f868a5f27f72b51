/*
 * busy.c - a thread that Lean knows nothing of, in what this is loaded into: a
 * fork server with it is not quiet.
 */
#include <pthread.h>
#include <unistd.h>

static void *
wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument;
}

__attribute__((constructor)) static void
begin(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
        _exit(99);
}

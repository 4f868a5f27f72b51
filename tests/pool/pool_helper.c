/*
 * pool_helper.c - a worker for the pool's tests:
 *
 *     pool_helper [NAME [FIFO [grows]]]
 *
 * With a FIFO it comes up when somebody opens that for writing; with "grows" it
 * comes up at once, and grows then.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <lean_worker/child.h>

static const char *name = "";

static int
respond(lw_child_call *call, const char *text)
{
    return lw_child_respond(call, (lw_span){ text, strlen(text) });
}

static int
who(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return respond(call, name);
}

static int
quits(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    _exit(3);
}

/* Waits for a cancel, and gives in. */
static int
waits(lw_child_call *call, lw_span request, void *user)
{
    struct pollfd cancel = { .fd = lw_child_cancel_fd(call), .events = POLLIN };

    (void)request;
    (void)user;
    while (!lw_child_is_cancelled(call))
        poll(&cancel, 1, 1000);
    return lw_child_fail(call, "cancelled");
}

/* Waits, and does not. */
static int
hangs(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    while (pause() < 0)
        ; /* no signal of ours returns */
    return 0;
}

static int
fails(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    return lw_child_fail(call, "no");
}

/* A row first: something for a sink. */
static int
rows(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    if (lw_child_emit_row(call, "rows", (lw_span){ "1", 1 }) != 0)
        return lw_child_fail(call, "cancelled");
    return respond(call, name);
}

/* ---- memory: blocks of 32 MiB ---- */

#define BLOCK ((size_t)32 << 20)

static void *blocks[8];
static size_t block_count;

static int
grows(lw_child_call *call, lw_span request, void *user)
{
    void *block = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    (void)request;
    (void)user;
    if (block == MAP_FAILED)
        return lw_child_fail(call, "no memory");
    memset(block, 1, BLOCK);
    blocks[block_count++] = block;
    return respond(call, name);
}

/* Asked for nothing, and busy with something. */
static void *
swell(void *fifo)
{
    size_t i;

    if (fifo != NULL && open(fifo, O_RDONLY | O_CLOEXEC) < 0)
        return NULL;
    for (i = 0; i < 4; i++)
        mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return NULL;
}

static int
swells(lw_child_call *call, lw_span request, void *user)
{
    pthread_t thread;

    (void)request;
    (void)user;
    pthread_create(&thread, NULL, swell, NULL);
    return respond(call, name);
}

static volatile bool stubborn;

static void *
spin(void *nothing)
{
    while (stubborn)
        ; /* for as long as it is let */
    return nothing;
}

/* Spins on behind its answer, and does not end when it is asked to. */
static int
spins(lw_child_call *call, lw_span request, void *user)
{
    pthread_t thread;

    (void)request;
    (void)user;
    stubborn = true;
    signal(SIGTERM, SIG_IGN);
    pthread_create(&thread, NULL, spin, NULL);
    return respond(call, name);
}

static int
shrinks(lw_child_call *call, lw_span request, void *user)
{
    (void)request;
    (void)user;
    while (block_count > 0)
        munmap(blocks[--block_count], BLOCK);
    return respond(call, name);
}

static int
metadata(lw_child_call *call, lw_span request, void *user)
{
    char text[128];

    (void)request;
    (void)user;
    snprintf(text, sizeof(text),
             "{\"commands\":[{\"name\":\"who\",\"version\":\"%s\"}]}", name);
    return respond(call, text);
}

int
main(int argc, char **argv)
{
    static const lw_child_handler handlers[] = {
        { "who", who },       { "quits", quits }, { "waits", waits },
        { "hangs", hangs },   { "fails", fails }, { "metadata", metadata },
        { "rows", rows },     { "grows", grows }, { "shrinks", shrinks },
        { "swells", swells }, { "spins", spins }, { NULL, NULL },
    };
    lw_child_config config = LW_CHILD_CONFIG_INIT;
    pthread_t thread;
    int rc;

    if (argc > 1)
        name = argv[1];
    if (argc > 3)
        pthread_create(&thread, NULL, swell, argv[2]);
    else if (argc > 2 && open(argv[2], O_RDONLY | O_CLOEXEC) < 0)
        return 1;
    config.handlers = handlers;
    rc = lw_child_run_stdio(&config);
    while (stubborn)
        ;
    return rc;
}

/*
 * main.c - the other side: `lean-worker-bench-child CPU ROLE`.
 *
 * As "serve" it is a worker, made as docs/performance.md tells anybody to make
 * theirs: it is linked with lean-worker::child, and uses nothing else of the
 * library. In the other roles it does with bare system calls what is the limit
 * of a measurement; those end with their parent.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include <lean_worker/child.h>

#include "bench/word.h"
#include "cmd.h"

/* ---- a worker ---- */

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_respond(call, request);
}

/* The request is "COUNT SIZE". */
static int
rows(lw_child_call *call, lw_span request, void *user)
{
    unsigned long count, size, i;
    char text[64], *row, *end;
    int rc = 0;

    (void)user;
    snprintf(text, sizeof(text), "%.*s", (int)request.size, request.data);
    count = strtoul(text, &end, 10);
    size = strtoul(end, NULL, 10);
    row = malloc(size + 1);
    if (row == NULL)
        return lw_child_fail(call, "out of memory");
    memset(row, 'r', size);
    for (i = 0; i < count && rc >= 0; i++)
        rc = lw_child_emit_row(call, "rows", (lw_span){ row, size });
    free(row);
    return lw_child_respond(call, (lw_span){ "", 0 });
}

/* Says nothing, and hears nothing. */
static int
silent(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    while (pause() < 0)
        ;
    return 0;
}

static int
sleep_10_ms(lw_child_call *call, lw_span request, void *user)
{
    static const struct timespec time = { 0, 10000000 };

    (void)request;
    (void)user;
    nanosleep(&time, NULL);
    return lw_child_respond(call, (lw_span){ "", 0 });
}

static int
tell_pid(lw_child_call *call, lw_span request, void *user)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%ld", (long)getpid());

    (void)request;
    (void)user;
    return lw_child_respond(call, (lw_span){ text, (size_t)size });
}

static int
serve(void)
{
    static const lw_child_handler handlers[] = {
        { "echo", echo },         { "rows", rows },    { "silent", silent },
        { "sleep", sleep_10_ms }, { "pid", tell_pid }, { NULL, NULL }
    };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

/* ---- limits ---- */

static bool
write_all(const char *bytes, size_t size)
{
    ssize_t n;

    while (size > 0) {
        n = write(STDOUT_FILENO, bytes, size);
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

static int
run_echo(void)
{
    char bytes[BENCH_PING_BYTES];
    ssize_t n;

    while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0 &&
           write_all(bytes, (size_t)n))
        ;
    return EXIT_FINE;
}

/* sizes is "CHUNK-TOTAL". */
static int
run_writer(const char *sizes)
{
    char *end, *bytes, order;
    size_t chunk = strtoul(sizes, &end, 10), total = 0, done;
    bool ok = true;

    if (*end == '-')
        total = strtoul(end + 1, NULL, 10);
    bytes = calloc(1, chunk + 1);
    while (bytes != NULL && chunk > 0 && ok &&
           read(STDIN_FILENO, &order, 1) == 1) {
        for (done = 0; ok && done < total; done += chunk)
            ok = write_all(bytes, chunk);
    }
    free(bytes);
    return EXIT_FINE;
}

/* Answers in the shared word; its parent ends it. */
static int
run_word(bool spin)
{
    atomic_int *word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE,
                            MAP_SHARED, BENCH_WORD_FD, 0);

    if (word == MAP_FAILED)
        return EXIT_CANNOT_RUN;
    for (;;) {
        bench_word_await(word, 1, spin);
        bench_word_set(word, 0, spin);
    }
}

static void
pin(const char *cpu)
{
    cpu_set_t set;
    char *end;
    unsigned long number = strtoul(cpu, &end, 10);

    if (end == cpu || *end != '\0' || number >= CPU_SETSIZE)
        return; /* "any" */
    CPU_ZERO(&set);
    CPU_SET(number, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

int
main(int argc, char **argv)
{
    const char *role = argc == 3 ? argv[2] : "";

    if (argc == 3)
        pin(argv[1]);
    if (strcmp(role, "serve") == 0)
        return serve();
    if (strcmp(role, "nothing") == 0)
        return EXIT_FINE;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (strcmp(role, "echo") == 0)
        return run_echo();
    if (strncmp(role, "write-", 6) == 0)
        return run_writer(role + 6);
    if (strcmp(role, "spin") == 0 || strcmp(role, "futex") == 0)
        return run_word(role[0] == 's');
    return EXIT_CANNOT_RUN;
}

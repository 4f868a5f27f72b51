/* partner.c - places, workers, and processes that are a limit. */
#include "bench/partner.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/base.h"
#include "bench/word.h"

extern char **environ;

/* ---- where ---- */

static void
pin_to(const struct bench *bench, int cpu)
{
    cpu_set_t set = bench->allowed;

    if (cpu >= 0) {
        CPU_ZERO(&set);
        CPU_SET((size_t)cpu, &set);
    }
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        bench_die(strerror(errno));
}

void
bench_place_open(struct bench_place *place, struct bench *bench,
                 enum bench_pinned pinned)
{
    lw_error err = LW_ERROR_INIT;

    *place = (struct bench_place){ .bench = bench, .child_cpu = -1 };
    if (pinned != BENCH_UNPINNED) {
        pin_to(bench, bench->cpus[0]); /* children inherit it */
        if (pinned == BENCH_TWO_CPUS)
            place->child_cpu = bench->cpus[1];
    }
    bench_need(lw_runtime_create(&place->runtime, NULL, &err), "runtime", &err);
}

void
bench_place_close(struct bench_place *place)
{
    lw_runtime_destroy(place->runtime);
    pin_to(place->bench, -1);
}

/* ---- workers ---- */

void
bench_command_init(struct bench_command *command,
                   const struct bench_place *place, const char *role)
{
    snprintf(command->cpu, sizeof(command->cpu),
             place->child_cpu < 0 ? "any" : "%d", place->child_cpu);
    command->quiet = false;
    command->words[0] = place->bench->child;
    command->words[1] = command->cpu;
    command->words[2] = role;
    command->words[3] = NULL;
}

lw_worker *
bench_worker_start(const struct bench_place *place, uint64_t grace_ms,
                   uint64_t rss_limit_kib)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    struct bench_command command;
    lw_worker *worker = NULL;

    bench_command_init(&command, place, "serve");
    policy.max_restarts = 0; /* silent children are killed here */
    config.command = command.words;
    config.policy = &policy;
    config.cancel_grace_ms = grace_ms;
    config.rss_limit_kib = rss_limit_kib;
    bench_need(lw_worker_start(&worker, place->runtime, &config, NULL, &err),
               "start a worker", &err);
    return worker;
}

void
bench_worker_ask(lw_worker *worker, const char *name, lw_span request)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    spec.name = name;
    spec.request = request;
    bench_need(lw_worker_run(worker, &reply, &spec, NULL, NULL, &err), name,
               &err);
    lw_reply_destroy(reply);
}

/* ---- processes that are a limit ---- */

static void
spawn(pid_t *pid, const struct bench_command *command, const int fds[3])
{
    posix_spawn_file_actions_t actions;
    int i, error = posix_spawn_file_actions_init(&actions);

    for (i = 1; i < 3 && error == 0 && command->quiet; i++)
        error = posix_spawn_file_actions_addopen(&actions, i, "/dev/null",
                                                 O_WRONLY, 0);
    for (i = 0; i < 3 && error == 0; i++) {
        if (fds[i] >= 0)
            error = posix_spawn_file_actions_adddup2(
                &actions, fds[i], i == 2 ? BENCH_WORD_FD : i);
    }
    if (error == 0)
        error = posix_spawn(pid, command->words[0], &actions, NULL,
                            (char *const *)command->words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        bench_die(strerror(error));
}

/* A page of zeroes that a child can map too; its descriptor. */
static int
make_shared(struct bench_raw *raw)
{
    int fd = memfd_create("lean-worker-bench", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, (off_t)sizeof(*raw->shared)) < 0)
        bench_die(strerror(errno));
    raw->shared = mmap(NULL, sizeof(*raw->shared), PROT_READ | PROT_WRITE,
                       MAP_SHARED, fd, 0);
    if (raw->shared == MAP_FAILED)
        bench_die(strerror(errno));
    return fd;
}

void
bench_raw_start(struct bench_raw *raw, const struct bench_place *place,
                const char *role, int pipe_bytes)
{
    bool shares = strcmp(role, "spin") == 0 || strcmp(role, "futex") == 0;
    struct bench_command command;
    int there[2], back[2], memory = -1;

    raw->shared = NULL;
    if (shares)
        memory = make_shared(raw);
    if (pipe2(there, O_CLOEXEC) < 0 || pipe2(back, O_CLOEXEC) < 0)
        bench_die(strerror(errno));
    /* Where the system allows less, the limit is what it allows. */
    if (pipe_bytes > 0)
        (void)fcntl(back[1], F_SETPIPE_SZ, pipe_bytes);
    bench_command_init(&command, place, role);
    spawn(&raw->pid, &command, (const int[3]){ there[0], back[1], memory });
    close(there[0]);
    close(back[1]);
    if (memory >= 0)
        close(memory);
    raw->to = there[1];
    raw->from = back[0];
}

void
bench_raw_stop(struct bench_raw *raw)
{
    close(raw->to);
    close(raw->from);
    if (raw->shared != NULL) {
        kill(raw->pid, SIGKILL);
        munmap(raw->shared, sizeof(*raw->shared));
    }
    while (waitpid(raw->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* ---- rounds of limits ---- */

double
bench_raw_ping(void *user)
{
    const struct bench_raw *raw = user;
    char bytes[BENCH_PING_BYTES] = { 0 };
    double start_us = bench_now_us();
    int i;

    for (i = 0; i < BENCH_PINGS; i++) {
        if (write(raw->to, bytes, sizeof(bytes)) != sizeof(bytes) ||
            read(raw->from, bytes, sizeof(bytes)) != sizeof(bytes))
            bench_die("the pipe broke");
    }
    return (bench_now_us() - start_us) / BENCH_PINGS;
}

double
bench_raw_flow(void *user)
{
    static char bytes[1 << 20];
    const struct bench_raw *raw = user;
    size_t got = 0;
    double start_us = bench_now_us();
    ssize_t n;

    if (write(raw->to, "", 1) != 1)
        bench_die("the pipe broke");
    while (got < BENCH_FLOW_BYTES) {
        n = read(raw->from, bytes, sizeof(bytes));
        if (n <= 0)
            bench_die("the pipe broke");
        got += (size_t)n;
    }
    return (double)got / (bench_now_us() - start_us);
}

static double
pass_word(const struct bench_raw *raw, bool spin)
{
    atomic_int *word = (atomic_int *)raw->shared;
    double start_us = bench_now_us();
    int i;

    for (i = 0; i < BENCH_PINGS; i++) {
        bench_word_set(word, 1, spin);
        bench_word_await(word, 0, spin);
    }
    return (bench_now_us() - start_us) / BENCH_PINGS;
}

double
bench_raw_spin(void *raw)
{
    return pass_word(raw, true);
}

double
bench_raw_futex(void *raw)
{
    return pass_word(raw, false);
}

double
bench_spawn_and_wait(void *command)
{
    double start_us = bench_now_us();
    pid_t pid;

    spawn(&pid, command, (const int[3]){ -1, -1, -1 });
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return bench_now_us() - start_us;
}

/*
 * soak.c - many requests on several workers, with kills, cancels, timeouts
 * and broken children at random; every outcome is known beforehand.
 *
 *     soak REQUESTS [THREADS] [SEED]    prints the seed; the same seed draws
 *                                       the same requests for each thread
 *     soak --child                      the child
 *
 * The parent draws what the child shall do and says so in the first byte of a
 * ping. At the end no process, descriptor, thread or byte may be left.
 */
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "base/alloc.h"
#include "proto/message.h"
#include "worker/worker.h"

extern char **environ;

/*     name         what the child does            what the parent gets */
#define ACTS(ACT)                                                              \
    ACT(ECHO, "answers", LW_OK)                                                \
    ACT(LARGE, "answers with what a pipe cannot hold", LW_OK)                  \
    ACT(NOISY, "floods stderr, then answers", LW_OK)                           \
    ACT(REFUSE, "says FAILED", LW_EWORKER)                                     \
    ACT(YIELD, "gives in to a cancel", LW_ETIMEOUT)                            \
    ACT(HANG, "says nothing", LW_ETIMEOUT)                                     \
    ACT(CANCEL, "says nothing, is cancelled", LW_ECANCELLED)                   \
    ACT(KILL, "is killed by another thread", LW_ECHILDCRASHED)                 \
    ACT(EXIT, "exits with 0", LW_ECHILDEXITED)                                 \
    ACT(CRASH, "dies by SIGSEGV", LW_ECHILDCRASHED)                            \
    ACT(FORGE, "sends a frame with a wrong tag", LW_EPROTO)                    \
    ACT(HALF, "sends half an answer and dies", LW_ECHILDEXITED)                \
    ACT(ORPHAN, "leaves a process with all pipes", LW_ECHILDEXITED)

enum act {
#define ACT_ENUM(name, what, status) ACT_##name,
    ACTS(ACT_ENUM) ACT_COUNT
};

static const int expected[] = {
#define ACT_STATUS(name, what, status) status,
    ACTS(ACT_STATUS)
};

static const char *const act_names[] = {
#define ACT_NAME(name, what, status) #name,
    ACTS(ACT_NAME)
};

/* ---- the child ---- */

static void
write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    ssize_t n;

    while (size > 0) {
        n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(98);
        at += n;
        size -= (size_t)n;
    }
}

static void
read_all(int fd, void *data, size_t size)
{
    char *at = data;
    ssize_t n;

    while (size > 0) {
        n = read(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(0);
        at += n;
        size -= (size_t)n;
    }
}

static void
say(uint8_t type, uint64_t tag, const void *message, size_t at_most)
{
    size_t size = LWI_HEADER_SIZE + lwi_message_body_size(type, message);
    uint8_t *bytes = malloc(size);

    if (bytes == NULL)
        _exit(98);
    lwi_wire_put_header(bytes, type, 0, tag,
                        (uint32_t)(size - LWI_HEADER_SIZE));
    lwi_message_encode_body(type, message, bytes + LWI_HEADER_SIZE);
    write_all(1, bytes, size < at_most ? size : at_most);
    free(bytes);
}

static _Noreturn void
hang(void)
{
    for (;;)
        pause();
}

static void
hold_pipes(void)
{
    char *argv[] = { (char *)"soak", (char *)"--hold", NULL };
    pid_t pid;

    if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) != 0)
        _exit(98);
}

static void
flood(void)
{
    static char block[4096];
    int i;

    memset(block, 'n', sizeof(block));
    for (i = 0; i < 75; i++)
        write_all(2, block, sizeof(block));
}

static void
answer(const struct lwi_msg_ping *ping, uint64_t tag)
{
    struct lwi_msg_pong pong = { ping->payload };

    say(LWI_MSG_PONG, tag, &pong, SIZE_MAX);
}

static void
yield(uint64_t tag)
{
    struct lwi_msg_failed failed = { .code = LWI_FAILURE_CANCELLED };
    uint8_t record[LWI_CANCEL_RECORD_SIZE];

    read_all(3, record, sizeof(record));
    say(LWI_MSG_FAILED, tag, &failed, SIZE_MAX);
}

static void
act_out(const struct lwi_msg_ping *ping, uint64_t tag)
{
    static const struct lwi_msg_failed refusal = { .code = LWI_FAILURE_INTERNAL,
                                                   .detail = { "no", 2 } };
    struct lwi_msg_pong pong = { ping->payload };

    switch ((enum act)ping->payload.data[0]) {
    case ACT_NOISY:
        flood();
        answer(ping, tag);
        return;
    case ACT_REFUSE:
        say(LWI_MSG_FAILED, tag, &refusal, SIZE_MAX);
        return;
    case ACT_YIELD:
        yield(tag);
        return;
    case ACT_HANG:
    case ACT_CANCEL:
    case ACT_KILL:
        hang();
    case ACT_EXIT:
        _exit(0);
    case ACT_CRASH:
        raise(SIGSEGV);
        hang();
    case ACT_FORGE:
        say(LWI_MSG_PONG, tag + 1, &pong, SIZE_MAX);
        hang();
    case ACT_HALF:
        say(LWI_MSG_PONG, tag, &pong, 18);
        _exit(1);
    case ACT_ORPHAN:
        hold_pipes();
        _exit(2);
    case ACT_ECHO:
    case ACT_LARGE:
    case ACT_COUNT:
        break;
    }
    answer(ping, tag);
}

static int
run_child(void)
{
    static const struct lwi_msg_hello hello = { .magic = LWI_HELLO_MAGIC,
                                                .version_min = 1,
                                                .version_max = 1 };
    static const lw_span ability = { "cancel", 6 };
    struct lwi_msg_ready ready = { .abilities = { .count = 1,
                                                  .items = &ability } };
    union lwi_any_message message;
    uint8_t header[LWI_HEADER_SIZE];
    struct lwi_frame frame;
    const char *field;

    signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would talk */
    say(LWI_MSG_HELLO, 0, &hello, SIZE_MAX);
    for (;;) {
        size_t size;
        uint8_t *bytes;

        read_all(0, header, sizeof(header));
        size = LWI_HEADER_SIZE + lwi_wire_get_u32(header);
        bytes = malloc(size);
        if (bytes == NULL)
            _exit(98);
        memcpy(bytes, header, sizeof(header));
        read_all(0, bytes + LWI_HEADER_SIZE, size - LWI_HEADER_SIZE);
        if (lwi_wire_parse(bytes, size, UINT32_MAX, &frame, &size) !=
                LWI_WIRE_FRAME ||
            lwi_message_decode(&frame, &message, &field) != LWI_DECODE_OK)
            _exit(97);
        if (frame.type == LWI_MSG_WELCOME)
            say(LWI_MSG_READY, 0, &ready, SIZE_MAX);
        else if (frame.type == LWI_MSG_PING)
            act_out(&message.ping, frame.tag);
        else
            _exit(0);
        free(bytes);
    }
}

/* ---- the parent ---- */

struct player {
    pthread_t thread;
    lw_runtime *runtime;
    uint64_t seed;
    unsigned long requests;
    unsigned long counts[ACT_COUNT];
    const char *self;
    bool failed;
};

static uint64_t
draw(uint64_t *seed)
{
    /* splitmix64: every seed is a good one. */
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Acts from another thread while a request is in progress. */
struct meddler {
    pthread_t thread;
    lw_worker *worker;
    lw_cancel *cancel;
};

static bool
in_progress(lw_worker *worker)
{
    bool held;

    pthread_mutex_lock(&worker->lock);
    held = worker->holder == LWI_A_CALL;
    pthread_mutex_unlock(&worker->lock);
    return held;
}

static void *
meddle(void *user)
{
    struct meddler *meddler = user;

    /* A kill before the request would cost it nothing: it gets a child. */
    while (meddler->cancel == NULL && !in_progress(meddler->worker))
        sched_yield();
    /* Then no order is wanted: any moment of the request is a good one. */
    sched_yield();
    if (meddler->cancel != NULL)
        lw_cancel_set(meddler->cancel);
    else
        lw_worker_kill(meddler->worker);
    return NULL;
}

/* An event loop for one. */
static int
drive(lw_request *request, lw_error *err)
{
    struct pollfd polled = { .fd = lw_request_get_fd(request),
                             .events = POLLIN };
    int status;

    while ((status = lw_request_step(request, err)) == LW_MORE)
        poll(&polled, 1, -1);
    lw_request_destroy(request);
    return status;
}

static int
play(struct player *player, lw_worker *worker, enum act act, lw_error *err)
{
    static char payload[200000];
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    struct meddler meddler = { .worker = worker };
    bool meddled = act == ACT_CANCEL || act == ACT_KILL;
    char small[16] = { (char)act };
    lw_span span = { small, sizeof(small) };
    lw_request *request = NULL;
    int status;

    if (act == ACT_LARGE)
        span = (lw_span){ payload, sizeof(payload) };
    options.timeout_ms = act == ACT_HANG || act == ACT_YIELD ? 3 : 20000;
    if (act == ACT_CANCEL)
        lw_cancel_create(&meddler.cancel, NULL);
    options.cancel = meddler.cancel;
    if (meddled)
        pthread_create(&meddler.thread, NULL, meddle, &meddler);
    if (draw(&player->seed) % 4 == 0)
        options.request = &request;
    status = lw_worker_ping(worker, span, &options, err);
    if (status == LW_OK && request != NULL)
        status = drive(request, err);
    if (meddled)
        pthread_join(meddler.thread, NULL);
    lw_cancel_destroy(meddler.cancel);
    return status;
}

/* One in four gets a fresh child by force; else the next request sees to it. */
static bool
recover(struct player *player, lw_worker *worker, enum act act)
{
    lw_error err = LW_ERROR_INIT;
    int status;

    if (draw(&player->seed) % 4 != 0)
        return true;
    status = lw_worker_cycle(worker, NULL, &err);
    if (status != LW_OK)
        fprintf(stderr, "soak: after %s: cycle: %s: %s\n", act_names[act],
                lw_status_name(status), err.message);
    return status == LW_OK;
}

static void *
play_all(void *user)
{
    struct player *player = user;
    const char *command[] = { player->self, "--child", NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker *worker = NULL;
    unsigned long i;

    config.command = command;
    config.cancel_grace_ms = 20;
    policy.max_restarts = 0; /* here it never is too often */
    config.policy = &policy;
    if (lw_worker_start(&worker, player->runtime, &config, NULL, &err) !=
        LW_OK) {
        fprintf(stderr, "soak: start: %s\n", err.message);
        player->failed = true;
        return NULL;
    }
    for (i = 0; i < player->requests && !player->failed; i++) {
        uint64_t drawn = draw(&player->seed);
        /* Three of four are plain, as in life. */
        enum act act =
            drawn % 4 != 0 ? ACT_ECHO : (enum act)(drawn / 4 % ACT_COUNT);
        int status = play(player, worker, act, &err);

        player->counts[act]++;
        if (status != expected[act]) {
            fprintf(stderr, "soak: request %lu: %s gave %s (%s), not %s\n", i,
                    act_names[act], lw_status_name(status), err.message,
                    lw_status_name(expected[act]));
            player->failed = true;
        }
        if (!recover(player, worker, act))
            player->failed = true;
    }
    lw_worker_destroy(worker);
    return NULL;
}

static size_t
entries(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static _Atomic long blocks;

static void *
counting_resize(void *block, size_t size, void *user)
{
    void *result;

    (void)user;
    if (size == 0) {
        if (block != NULL)
            blocks--;
        free(block);
        return NULL;
    }
    result = realloc(block, size);
    if (block == NULL && result != NULL)
        blocks++;
    return result;
}

static void *
do_nothing(void *arg)
{
    return arg;
}

/* ThreadSanitizer starts a thread of its own with the first of the program. */
static size_t
count_threads(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    return entries("/proc/self/task");
}

static bool
nothing_left(size_t fds, size_t threads)
{
    siginfo_t info;
    bool child = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    int tries;

    /* A joined thread may stand in /proc for a moment longer. */
    for (tries = 0; tries < 1000 && entries("/proc/self/task") > threads;
         tries++)
        usleep(1000);
    if (entries("/proc/self/fd") == fds &&
        entries("/proc/self/task") <= threads && blocks == 0 && !child)
        return true;
    fprintf(stderr,
            "soak: left: descriptors %zu of %zu, threads %zu of %zu, "
            "blocks %ld, children %s\n",
            entries("/proc/self/fd"), fds, entries("/proc/self/task"), threads,
            (long)blocks, child ? "yes" : "no");
    return false;
}

static bool
run_parent(unsigned long requests, unsigned long threads, uint64_t seed,
           const char *self)
{
    struct player *players = calloc(threads, sizeof(*players));
    lw_allocator allocator = { counting_resize, NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_runtime *runtime = NULL;
    unsigned long counts[ACT_COUNT] = { 0 }, i, j;
    bool failed = false;

    options.allocator = &allocator;
    if (players == NULL ||
        lw_runtime_create(&runtime, &options, &err) != LW_OK) {
        fprintf(stderr, "soak: %s\n", err.message);
        free(players);
        return false;
    }
    for (i = 0; i < threads; i++) {
        players[i] = (struct player){ .runtime = runtime,
                                      .seed = seed + i,
                                      .self = self,
                                      .requests = requests / threads };
        pthread_create(&players[i].thread, NULL, play_all, &players[i]);
    }
    for (i = 0; i < threads; i++) {
        pthread_join(players[i].thread, NULL);
        failed |= players[i].failed;
        for (j = 0; j < ACT_COUNT; j++)
            counts[j] += players[i].counts[j];
    }
    lw_runtime_destroy(runtime);
    for (j = 0; j < ACT_COUNT; j++)
        printf("soak: %-7s %lu\n", act_names[j], counts[j]);
    free(players);
    return !failed;
}

int
main(int argc, char **argv)
{
    unsigned long requests = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    unsigned long threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 4;
    uint64_t seed =
        argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
    size_t fds, tasks;
    char self[4096];
    ssize_t n;
    bool good;

    if (argc == 2 && strcmp(argv[1], "--child") == 0)
        return run_child();
    if (argc == 2 && strcmp(argv[1], "--hold") == 0)
        hang();
    n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n < 0 || threads == 0)
        return 2;
    self[n] = '\0';
    printf("soak: %lu requests, %lu threads, seed %llu\n", requests, threads,
           (unsigned long long)seed);
    fds = entries("/proc/self/fd");
    tasks = count_threads();
    good = run_parent(requests, threads, seed, self);
    good = nothing_left(fds, tasks) && good;
    printf("%d passed, %d failed\n", good ? 1 : 0, good ? 0 : 1);
    return good ? 0 : 1;
}

/*
 * fuzz_worker.c - a whole worker, handshake and requests, against a child
 * that may say anything at any time.
 *
 *   input:  segments of what the child says: a length byte, then the bytes.
 *           One becomes readable with each write of the parent (HELLO needs
 *           none). Length 255 is the child's death. The ring has the whole
 *           input in it, again and again: a RING can name any part of it.
 *
 * There is no process and no thread: this file takes the place of src/proc
 * and of the tags' random numbers, which are 1, 2, 3, … so that an input can
 * name them. Time passes where the parent waits and nothing comes. What the
 * housekeeping thread would do is done between two calls, or not: then the
 * next call finds it undone.
 */
#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "fuzz.h"
#include "proc/child.h"
#include "proc/fd.h"
#include "proc/runtime.h"
#include "toolchain/fingerprint.h"
#include "proc/watch.h"
#include "toolchain/launch.h"
#include "worker/worker.h"

enum {
    FD_REQUEST = 10,
    FD_RESPONSE,
    FD_CANCEL,
    FD_DEATH,
    FD_TIMER,
    FD_EPOLL,
    FD_RING,
    DEATH_BYTE = 255
};

struct lw_runtime {
    int unused;
};

struct lwi_child {
    bool dead;
};

static struct {
    struct lwf_input input;
    struct lwf_input whole; /* what the ring has, again and again */
    size_t readable;        /* of the present segment */
    int64_t now_ns;
    uint64_t tag;
    struct lwi_watch *watch; /* that is set; NULL: none */
    struct lwi_child child;
    struct lw_runtime runtime;
} world;

static void
next_segment(void)
{
    uint8_t length;

    if (world.readable > 0 || world.child.dead)
        return;
    if (world.input.left == 0) {
        world.child.dead = true;
        return;
    }
    length = lwf_take_byte(&world.input);
    if (length == DEATH_BYTE)
        world.child.dead = true;
    world.readable = length < world.input.left ? length : world.input.left;
}

/* ---- system calls ---- */

static ssize_t
fake_read(int fd, void *data, size_t size)
{
    size_t n = size < world.readable ? size : world.readable;

    LW_ASSERT(fd == FD_RESPONSE);
    if (n == 0 && world.child.dead)
        return 0;
    if (n == 0) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(data, world.input.at, n);
    world.input.at += n;
    world.input.left -= n;
    world.readable -= n;
    return (ssize_t)n;
}

static ssize_t
fake_write(int fd, const void *data, size_t size)
{
    (void)data;
    LW_ASSERT(fd == FD_REQUEST || fd == FD_CANCEL);
    next_segment();
    return (ssize_t)size;
}

static int
fake_poll(struct pollfd *fds, size_t count, const struct timespec *left)
{
    int ready = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        fds[i].revents = 0;
        if ((fds[i].fd == FD_RESPONSE && world.readable > 0) ||
            (fds[i].fd == FD_DEATH && world.child.dead))
            fds[i].revents = POLLIN;
        if (fds[i].fd == FD_REQUEST)
            fds[i].revents = POLLOUT;
        ready += fds[i].revents != 0;
    }
    if (ready == 0 && left != NULL)
        world.now_ns +=
            (int64_t)left->tv_sec * 1000 * LWI_NS_PER_MS + left->tv_nsec + 1;
    return ready;
}

static int
fake_timer_fd(void)
{
    return FD_TIMER;
}

static int
fake_timer_set(int fd, const struct timespec *left)
{
    (void)left;
    LW_ASSERT(fd == FD_TIMER);
    return 0;
}

static int
fake_epoll_create(void)
{
    return FD_EPOLL;
}

static int
fake_epoll_set(int epoll, int operation, int fd, unsigned events)
{
    (void)operation;
    (void)events;
    LW_ASSERT(epoll == FD_EPOLL && fd >= FD_REQUEST && fd <= FD_TIMER);
    return 0;
}

/* A part of what was asked for, now and then. */
static ssize_t
fake_read_at(int fd, void *data, size_t size, uint64_t at)
{
    size_t n = size > 3 && at % 5 == 0 ? size / 2 : size, i;
    uint8_t *to = data;

    LW_ASSERT(fd == FD_RING && at < LW_RING_DEFAULT_BYTES &&
              size <= LW_RING_DEFAULT_BYTES - at);
    for (i = 0; i < n; i++)
        to[i] = world.whole.at[(at + i) % world.whole.left];
    return (ssize_t)n;
}

static const struct lwi_sys fake_sys = { .read = fake_read,
                                         .read_at = fake_read_at,
                                         .write = fake_write,
                                         .poll = fake_poll,
                                         .timer_fd = fake_timer_fd,
                                         .timer_set = fake_timer_set,
                                         .epoll_create = fake_epoll_create,
                                         .epoll_set = fake_epoll_set };

int
lwi_fd_raise(const struct lwi_sys *sys, int fd)
{
    (void)sys;
    return fd;
}

void
lwi_fd_close(int *fd)
{
    *fd = -1;
}

int
lwi_fail_system(lw_error *err, lw_status otherwise, const char *operation,
                const char *what)
{
    return lwi_fail(err, otherwise, operation, "%s", what);
}

static int64_t
fake_now(void *user)
{
    (void)user;
    return world.now_ns;
}

static const struct lwi_clock fake_clock = { fake_now, NULL };

/* ---- the runtime ---- */

lw_runtime *
lwi_runtime_retain(lw_runtime *runtime)
{
    return runtime;
}

void
lwi_runtime_release(lw_runtime *runtime)
{
    (void)runtime;
}

bool
lwi_runtime_is_copy(const lw_runtime *runtime)
{
    (void)runtime;
    return false;
}

int
lwi_runtime_check(const lw_runtime *runtime, const char *operation,
                  lw_error *err)
{
    (void)runtime;
    (void)operation;
    (void)err;
    return LW_OK;
}

const lw_allocator *
lwi_runtime_allocator(const lw_runtime *runtime)
{
    (void)runtime;
    return &lwi_system_allocator;
}

const struct lwi_clock *
lwi_runtime_clock(const lw_runtime *runtime)
{
    (void)runtime;
    return &fake_clock;
}

const struct lwi_sys *
lwi_runtime_sys(const lw_runtime *runtime)
{
    (void)runtime;
    return &fake_sys;
}

/* ---- what the housekeeping thread looks after ---- */

void
lwi_watch_init(struct lwi_watch *watch, lw_runtime *runtime,
               void (*run)(void *user), void *user)
{
    *watch = (struct lwi_watch){
        .runtime = runtime, .run = run, .user = user, .fd = -1
    };
}

void
lwi_watch_set(struct lwi_watch *watch, int fd, int64_t due)
{
    watch->fd = fd;
    watch->due = due;
    world.watch = watch;
}

void
lwi_watch_stop(struct lwi_watch *watch)
{
    if (world.watch == watch)
        world.watch = NULL;
}

/* Its turns, until there is nothing more for it to do. */
static void
keep_house(void)
{
    while (world.watch != NULL) {
        next_segment();
        if (world.readable == 0 && !world.child.dead)
            world.now_ns = world.watch->due;
        world.watch->run(world.watch->user);
    }
}

/* ---- the child ---- */

int
lwi_child_spawn(struct lwi_child **out, lw_runtime *runtime,
                const struct lwi_child_spec *spec, lw_error *err)
{
    (void)runtime;
    (void)spec;
    (void)err;
    world.child.dead = false;
    world.readable = 0;
    next_segment();
    *out = &world.child;
    return LW_OK;
}

struct lwi_child_fds
lwi_child_get_fds(const struct lwi_child *child)
{
    (void)child;
    return (struct lwi_child_fds){ FD_REQUEST, FD_RESPONSE, FD_CANCEL, FD_DEATH,
                                   FD_RING };
}

void
lwi_child_close_ring(struct lwi_child *child)
{
    (void)child;
}

pid_t
lwi_child_get_pid(const struct lwi_child *child)
{
    (void)child;
    return 1;
}

void
lwi_child_kill(struct lwi_child *child, enum lwi_kill_reason reason)
{
    (void)reason;
    child->dead = true;
}

void
lwi_child_terminate(struct lwi_child *child, uint64_t grace_ms)
{
    (void)grace_ms;
    child->dead = true;
}

int
lwi_child_wait_buried(struct lwi_child *child, int64_t deadline)
{
    (void)deadline;
    return child->dead ? LW_OK : LW_ETIMEOUT;
}

bool
lwi_child_get_obituary(struct lwi_child *child, struct lwi_obituary *out)
{
    *out = (struct lwi_obituary){ .exit_kind = LWI_EXIT_CODE };
    return child->dead;
}

enum lwi_death_cause
lwi_obituary_cause(const struct lwi_obituary *obituary, bool goodbye)
{
    (void)obituary;
    return goodbye ? LWI_DEATH_ORDERLY : LWI_DEATH_ENDED_ITSELF;
}

int
lwi_child_get_memory(struct lwi_child *child, enum lwi_memory_detail detail,
                     struct lwi_memory *out)
{
    (void)child;
    (void)detail;
    (void)out;
    return LW_ESYSTEM;
}

int
lwi_child_get_cpu_ms(struct lwi_child *child, uint64_t *cpu_ms)
{
    (void)child;
    (void)cpu_ms;
    return LW_ESYSTEM;
}

bool
lwi_child_is_buried(struct lwi_child *child)
{
    return lwi_child_wait_buried(child, 0) == LW_OK;
}

bool
lwi_child_awaits_word(struct lwi_child *child)
{
    (void)child;
    return false; /* it is no fork */
}

int
lwi_zygote_await(struct lwi_child *zygote, int64_t deadline, lw_error *err)
{
    (void)zygote;
    (void)deadline;
    (void)err;
    return LW_EUNSUPPORTED;
}

void
lwi_runtime_log(const lw_runtime *runtime, lw_log_level level,
                const char *format, ...)
{
    (void)runtime;
    (void)level;
    (void)format;
}

const char *
lwi_runtime_launcher(const lw_runtime *runtime, lw_error *err)
{
    (void)runtime;
    (void)err;
    return NULL;
}

struct lwi_child *
lwi_child_retain(struct lwi_child *child)
{
    return child;
}

void
lwi_child_release(struct lwi_child *child)
{
    (void)child;
}

/* ---- what configuration and tags need ---- */

int
lwi_toolchain_command_with(const lw_toolchain *toolchain,
                           const char *const *libraries,
                           struct lwi_command *out, lw_error *err)
{
    (void)toolchain;
    (void)libraries;
    (void)out;
    (void)err;
    return LW_ETOOLCHAIN;
}

int
lw_toolchain_find(lw_toolchain **out, const lw_toolchain_request *request,
                  lw_error *err)
{
    (void)request;
    (void)err;
    *out = NULL;
    return LW_ETOOLCHAIN;
}

lw_toolchain_kind
lw_toolchain_get_kind(const lw_toolchain *toolchain)
{
    (void)toolchain;
    return LW_TOOLCHAIN_NATIVE;
}

void
lw_toolchain_destroy(lw_toolchain *toolchain)
{
    (void)toolchain;
}

void
lwi_command_fini(struct lwi_command *command)
{
    (void)command;
}

const char *const *
lw_toolchain_get_search_path(const lw_toolchain *toolchain)
{
    (void)toolchain;
    return NULL;
}

void
lwi_toolchain_fingerprint(const lw_toolchain *toolchain,
                          char to[LWI_FINGERPRINT_SIZE])
{
    (void)toolchain;
    to[0] = '\0';
}

int
lwi_tags_next(struct lwi_tags *tags, uint64_t *tag)
{
    (void)tags;
    *tag = ++world.tag;
    return LW_OK;
}

/* ---- the parent's calls ---- */

static int
take_row(const lw_row *row, void *user)
{
    LW_ASSERT(row->stream.data != NULL);
    (void)user;
    return 0;
}

/* An event loop: something comes, or time passes. */
static void
drive(lw_request *request)
{
    while (request != NULL && lw_request_step(request, NULL) == LW_MORE) {
        next_segment();
        if (world.readable == 0 && !world.child.dead &&
            lwi_request_due(request) > world.now_ns)
            world.now_ns = lwi_request_due(request);
    }
    lw_request_destroy(request);
}

static void
call_once(lw_worker *worker, unsigned which)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_request *request = NULL;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_run_spec run = LW_RUN_SPEC_INIT;
    lw_check_spec check = LW_CHECK_SPEC_INIT;
    lw_check_result result;
    lw_header *header = NULL;
    lw_reply *reply = NULL;
    lw_span text = { "import A", 8 };

    sinks.row = take_row;
    run.name = "x";
    options.request = which % 8 >= 4 ? &request : NULL;
    switch (which % 4) {
    case 0:
        lw_worker_ping(worker, text, &options, NULL);
        drive(request);
        break;
    case 1:
        lw_worker_parse_header(worker, &header, "f", text, &options, NULL);
        drive(request);
        lw_header_destroy(header);
        break;
    case 2:
        check.session.generation = lw_worker_get_generation(worker);
        lwi_sessions_add(worker, 1, NULL, 0, &check.session.number);
        check.source = text;
        lw_worker_check(worker, &result, &check, &sinks, &options, NULL);
        drive(request);
        break;
    default:
        lw_worker_run(worker, &reply, &run, &sinks, &options, NULL);
        drive(request);
        lw_reply_destroy(reply);
        break;
    }
}

static void
ask_elaborate(lw_worker *worker, const lw_session *session, lw_span text)
{
    lw_elab_spec elab = LW_ELAB_SPEC_INIT;
    lw_kernel_spec kernel = LW_KERNEL_SPEC_INIT;
    lw_elab_result *elaborated = NULL;
    lw_kernel_result *checked = NULL;

    elab.session = kernel.session = *session;
    elab.source = kernel.source = text;
    elab.diagnostic_bytes = elab.text_bytes = 3;
    lw_worker_elaborate(worker, &elaborated, &elab, NULL, NULL, NULL);
    lw_elab_result_destroy(elaborated);
    lw_worker_kernel_check(worker, &checked, &kernel, NULL, NULL, NULL);
    lw_kernel_result_destroy(checked);
}

static void
ask_about(lw_worker *worker, const lw_session *session, lw_span text)
{
    lw_declarations_spec list = LW_DECLARATIONS_SPEC_INIT;
    lw_describe_spec describe = LW_DESCRIBE_SPEC_INIT;
    lw_term_spec term = LW_TERM_SPEC_INIT;
    lw_declarations_result listed;
    lw_description *description = NULL;
    lw_term_result *answered = NULL;

    list.session = describe.session = term.session = *session;
    describe.name = "x";
    term.first = text;
    lw_worker_list_declarations(worker, &listed, &list, NULL, NULL, NULL);
    lw_worker_describe(worker, &description, &describe, NULL, NULL);
    lw_description_destroy(description);
    lw_worker_query_term(worker, &answered, &term, NULL, NULL);
    lw_term_result_destroy(answered);
}

/* What else a session can be asked, each once. */
static void
ask_session(lw_worker *worker)
{
    lw_session session = LW_SESSION_NONE;
    lw_span text = { "x", 1 };

    session.generation = lw_worker_get_generation(worker);
    lwi_sessions_add(worker, 1, NULL, 0, &session.number);
    ask_elaborate(worker, &session, text);
    ask_about(worker, &session, text);
}

/* Never stuck: it has an end behind it, or one that will come. */
static void
check_state(lw_worker *worker)
{
    switch (lw_worker_get_state(worker)) {
    case LW_WORKER_IDLE:
        LW_ASSERT(world.watch == NULL);
        break;
    case LW_WORKER_DEAD: /* it may have died while it was settled */
        LW_ASSERT(world.watch == NULL || world.child.dead);
        break;
    case LW_WORKER_SETTLING:
        LW_ASSERT(world.watch != NULL);
        break;
    case LW_WORKER_ENDING: /* the kernel takes its time; not in this world */
    case LW_WORKER_STARTING:
    case LW_WORKER_BUSY:
        LW_ASSERT(false);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *command[] = { "worker", NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;
    unsigned i;

    memset(&world, 0, sizeof(world));
    world.input = world.whole = (struct lwf_input){ data, size };
    config.command = command;
    if (lw_worker_start(&worker, &world.runtime, &config, NULL, NULL) != LW_OK)
        return 0;
    /* An input that ends like this is about the requests of a session. */
    if (size > 0 && data[size - 1] == 254) {
        ask_session(worker);
        check_state(worker);
    }
    for (i = 0; i < 16; i++) {
        call_once(worker, i);
        check_state(worker);
        /* What a request left is what the next one finds, settled or not. */
        if (i % 3 == 0)
            keep_house();
        check_state(worker);
    }
    lw_worker_destroy(worker);
    return 0;
}

/*
 * spawn.c - the caller's part of starting a child.
 *
 *      caller:        prepare ─► post the job, wait ─► hear from the launcher
 *      housekeeping:                   └► start.c ┘
 *
 * All that can fail for want of memory or descriptors is done here, on the
 * caller's thread. Every wait has one bound, LWI_SPAWN_BOUND_MS.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/text.h"
#include "proc/child_impl.h"
#include "proc/fd.h"
#include "proc/launcher_wire.h"
#include "proc/runtime_impl.h"

static const char operation[] = "start a child";

/* ---- lists of strings, each in one block ---- */

/* Builds a block of pointers and text; the first pass only measures. */
struct block {
    char **items; /* NULL in the first pass */
    char *text;
    size_t count;
    size_t bytes;
};

static void
block_add(struct block *block, const char *text)
{
    size_t size = strlen(text) + 1;

    if (block->items != NULL) {
        block->items[block->count] = block->text + block->bytes;
        memcpy(block->items[block->count], text, size);
    }
    block->count++;
    block->bytes += size;
}

/* Runs a filler twice: to measure, then to fill. NULL: out of memory. */
static char **
block_build(const lw_allocator *allocator,
            void (*fill)(struct block *, const struct lwi_child_spec *),
            const struct lwi_child_spec *spec)
{
    struct block block = { .items = NULL };
    size_t pointers;

    fill(&block, spec);
    pointers = (block.count + 1) * sizeof(char *);
    block.items = lwi_alloc(allocator, pointers + block.bytes);
    if (block.items == NULL)
        return NULL;
    block.text = (char *)block.items + pointers;
    block.count = block.bytes = 0;
    fill(&block, spec);
    return block.items;
}

/* The two as one text. */
static void
block_join(struct block *block, const char *first, const char *second)
{
    size_t length = strlen(first);

    block_add(block, second);
    if (block->items != NULL) {
        char *item = block->items[block->count - 1];

        memmove(item + length, item, strlen(second) + 1);
        memcpy(item, first, length);
    }
    block->bytes += length;
}

static void
add_limit(struct block *block, const char *name, uint64_t value)
{
    char text[64];

    if (value == LW_NO_LIMIT)
        return;
    snprintf(text, sizeof(text), "--limit-%s=%" PRIu64, name, value);
    block_add(block, text);
}

static void
add_launcher(struct block *block, const struct lwi_child_spec *spec)
{
    char parent[32], status[32], ring[32];

    snprintf(parent, sizeof(parent), "--parent=%ld", (long)getpid());
    snprintf(status, sizeof(status), "--status-fd=%d", LWI_LAUNCH_FD_STATUS);
    snprintf(ring, sizeof(ring), "--ring-fd=%d", LWI_LAUNCH_FD_RING);
    block_add(block, "lean-worker-child");
    block_add(block, "--wire=" LWI_WIRE_VERSION);
    block_add(block, parent);
    block_add(block, LWI_THREAD_OPTION); /* filled in by start.c */
    block_add(block, status);
    if (spec->zygote)
        block_add(block, "--zygote");
    if (spec->ring_bytes > 0 || spec->preload.size > 0)
        block_add(block, ring);
    add_limit(block, "core", spec->core_limit_kib);
    add_limit(block, "cpu", spec->cpu_limit_s);
    add_limit(block, "address", spec->address_limit_kib);
    add_limit(block, "data", spec->data_limit_kib);
    add_limit(block, "file", spec->file_limit_kib);
    if (spec->host != NULL)
        block_join(block, "--host=", spec->host);
    block_add(block, "--");
}

static void
fill_argv(struct block *block, const struct lwi_child_spec *spec)
{
    const char *const *arg;

    if (spec->launch)
        add_launcher(block, spec);
    for (arg = spec->argv; *arg != NULL; arg++)
        block_add(block, *arg);
}

static size_t
name_length(const char *variable)
{
    return strcspn(variable, "=");
}

/* Does the spec set or remove this variable, at `from` or later? */
static bool
is_overridden(const char *variable, const char *const *from)
{
    size_t length = name_length(variable);

    for (; from != NULL && *from != NULL; from++) {
        if (name_length(*from) == length &&
            strncmp(*from, variable, length) == 0)
            return true;
    }
    return false;
}

static void
fill_env(struct block *block, const struct lwi_child_spec *spec)
{
    /* This process may be a child itself, with a ring of its own. */
    static const char *const ours[] = { LWI_CHILD_RING_VARIABLE
                                        "=" LWI_DIRECT_RING_VALUE,
                                        NULL };
    const char *const *own;
    char **inherited;

    for (inherited = environ; inherited != NULL && *inherited != NULL;
         inherited++) {
        if (!is_overridden(*inherited, spec->env) &&
            !is_overridden(*inherited, ours))
            block_add(block, *inherited);
    }
    for (own = spec->env; own != NULL && *own != NULL; own++) {
        if (strchr(*own, '=') != NULL && !is_overridden(*own, own + 1))
            block_add(block, *own);
    }
    if (spec->ring_bytes > 0 && !spec->launch)
        block_add(block, ours[0]);
}

/* ---- preparing ---- */

static bool
has_limits(const struct lwi_child_spec *spec)
{
    return spec->cpu_limit_s != LW_NO_LIMIT ||
           spec->address_limit_kib != LW_NO_LIMIT ||
           spec->data_limit_kib != LW_NO_LIMIT ||
           spec->file_limit_kib != LW_NO_LIMIT;
}

static int
check(lw_runtime *runtime, const struct lwi_child_spec *spec, lw_error *err)
{
    int rc = lwi_runtime_check(runtime, operation, err);

    if (rc != LW_OK)
        return rc;
    if (spec->forked_from == NULL &&
        (spec->argv == NULL || spec->argv[0] == NULL || *spec->argv[0] == '\0'))
        return lwi_fail(err, LW_EINVAL, operation, "no program is given");
    if (spec->stderr_tail_bytes > LWI_STDERR_TAIL_MAX)
        return lwi_fail(err, LW_EINVAL, operation,
                        "the tail of stderr may have at most %u bytes",
                        (unsigned)LWI_STDERR_TAIL_MAX);
    if (!spec->launch && has_limits(spec))
        return lwi_fail(err, LW_EINVAL, operation,
                        "only the launcher can set limits");
    /* Without it there is no warden either. */
    if (runtime->launcher == NULL) {
        if (err != NULL)
            *err = runtime->launcher_error;
        return runtime->launcher_error.status;
    }
    if (lwi_runtime_lost_descriptors(runtime))
        return lwi_fail(err, LW_ESYSTEM, operation,
                        "this program closed a file descriptor of the "
                        "library: no worker can be started any more");
    return LW_OK;
}

/* The launcher's socket, or that of a fork. */
static int
open_status(struct lwi_child *child, bool launch)
{
    int status[2];

    if (child->forked.zygote != NULL) {
        if (lwi_fd_packet_pair(child->sys, status) < 0)
            return -1;
        child->forked.status = status[0];
        child->start.status_child = status[1];
    } else if (launch) {
        if (lwi_fd_socket_pair(child->sys, status) < 0)
            return -1;
        child->start.status = status[0];
        child->start.status_child = status[1];
    }
    return 0;
}

static int
open_pipes(struct lwi_child *child, bool launch)
{
    const struct lwi_sys *sys = child->sys;
    int request[2], response[2], cancel[2], err[2];

    if (child->is_zygote ? lwi_fd_packet_pair(sys, request) < 0
                         : lwi_fd_pipe(sys, request) < 0)
        return -1;
    child->request_read = request[0];
    child->request = request[1];
    if (lwi_fd_pipe(sys, response) < 0)
        return -1;
    child->response = response[0];
    child->start.response_write = response[1];
    if (lwi_fd_pipe(sys, cancel) < 0)
        return -1;
    child->cancel_read = cancel[0];
    child->cancel = cancel[1];
    if (lwi_fd_pipe(sys, err) < 0)
        return -1;
    child->stderr_read = err[0];
    child->start.stderr_write = err[1];
    if (open_status(child, launch) < 0)
        return -1;
    if (sys->set_nonblocking(child->request) < 0 ||
        sys->set_nonblocking(child->response) < 0 ||
        sys->set_nonblocking(child->cancel) < 0 ||
        sys->set_nonblocking(child->stderr_read) < 0)
        return -1;
    return 0;
}

/* Bytes of the ring. A child without one is slower, and that is all. */
static size_t
open_ring(struct lwi_child *child, size_t bytes)
{
    if (bytes > 0)
        child->ring =
            lwi_fd_raise(child->sys, child->sys->shared_memory(bytes));
    return child->ring >= 0 ? bytes : 0;
}

/* What a zygote is to open, in the ring's place. 0 or -1 with errno. */
static int
open_preload(struct lwi_child *child, lw_span preload)
{
    size_t put = 0;
    ssize_t n;

    if (preload.size == 0)
        return 0;
    child->ring =
        lwi_fd_raise(child->sys, child->sys->shared_memory(preload.size));
    while (child->ring >= 0 && put < preload.size) {
        n = child->sys->write_at(child->ring, preload.data + put,
                                 preload.size - put, put);
        if (n > 0)
            put += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return -1;
    }
    return child->ring < 0 ? -1 : 0;
}

static size_t
first_after_dashes(const struct lwi_start *start)
{
    size_t i = 0;

    while (strcmp(start->argv[i], "--") != 0)
        i++;
    return i + 1;
}

/* What to run, with what, and where. */
static int
prepare_program(struct lwi_child *child, const struct lwi_child_spec *spec,
                lw_error *err)
{
    struct lwi_start *start = &child->start;
    struct lwi_child_spec known = *spec;

    known.ring_bytes = open_ring(child, spec->ring_bytes);
    if (open_preload(child, spec->preload) < 0)
        return lwi_fail_system(err, LW_ESYSTEM, operation,
                               "no memory for what it is to open");
    start->argv = block_build(&child->allocator, fill_argv, &known);
    start->env = block_build(&child->allocator, fill_env, &known);
    if (start->argv == NULL || start->env == NULL)
        return lwi_fail(err, LW_ENOMEM, operation, "out of memory");
    start->path = spec->launch ? child->runtime->launcher : start->argv[0];
    start->program = start->argv[spec->launch ? first_after_dashes(start) : 0];
    if (spec->cwd != NULL) {
        start->cwd = lwi_fd_raise(
            child->sys, child->sys->open(spec->cwd, O_PATH | O_DIRECTORY));
        if (start->cwd < 0)
            return lwi_fail_errno(err, LW_ESPAWN, operation,
                                  "the working directory %s cannot be used",
                                  spec->cwd);
    }
    return LW_OK;
}

static int
prepare(struct lwi_child *child, const struct lwi_child_spec *spec,
        lw_error *err)
{
    int rc = LW_OK;

    if (spec->forked_from == NULL)
        rc = prepare_program(child, spec, err);
    else
        child->start.path = child->start.program = "a fork";
    if (rc != LW_OK)
        return rc;
    if (open_pipes(child, spec->launch) < 0)
        return lwi_fail_system(err, LW_ESYSTEM, operation,
                               "the pipes to the child could not be made");
    return LW_OK;
}

/* ---- waiting ---- */

/* What the housekeeping thread said. */
static int
report_failure(const struct lwi_child *child, lw_error *err)
{
    const struct lwi_start *start = &child->start;
    char what[512];

    if (start->failure == LW_ECLOSED)
        return lwi_fail(err, LW_ECLOSED, operation, "the runtime is ending");
    if (start->failed_at == NULL) {
        if (err != NULL)
            *err = start->warden_error;
        return start->failure;
    }
    snprintf(what, sizeof(what), "%s %s", start->failed_at, start->path);
    errno = start->failure_errno;
    return lwi_fail_system(err, (lw_status)start->failure, operation, what);
}

static int
wait_started(struct lwi_child *child, int64_t deadline, lw_error *err)
{
    enum lwi_child_state state;

    pthread_mutex_lock(&child->lock);
    while (child->state == LWI_CHILD_STARTING &&
           lwi_child_wait_changed(child, deadline))
        continue;
    state = child->state;
    pthread_mutex_unlock(&child->lock);
    if (state == LWI_CHILD_FAILED)
        return report_failure(child, err);
    if (state == LWI_CHILD_STARTING)
        return lwi_fail(err, LW_ESPAWN, operation,
                        "the child was not started within %u s",
                        (unsigned)(LWI_SPAWN_BOUND_MS / 1000));
    return LW_OK;
}

static const char *
stage_text(uint32_t stage)
{
#define TEXT(name, number, text)                                               \
    case number:                                                               \
        return text;
    switch (stage) {
        LWI_STAGE_MAP(TEXT)
    default:
        return "it said something unknown";
    }
#undef TEXT
}

/* The launcher ended and said nothing: its stderr may tell why. */
static int
report_silence(struct lwi_child *child, lw_error *err)
{
    struct lwi_obituary obituary = { .exit_code = -1 };
    size_t size;
    int64_t deadline = lwi_deadline_after(child->clock, 1000);

    lwi_child_wait_buried(child, deadline);
    lwi_child_get_obituary(child, &obituary);
    size = obituary.stderr_head.size;
    if (size > 300)
        size = 300;
    lwi_fail(err, LW_ESPAWN, operation,
             "the launcher %s ended before it ran %s (exit code %d, signal "
             "%d): %.*s",
             child->start.path, child->start.program, obituary.exit_code,
             obituary.exit_signal, (int)size,
             size == 0 ? "" : obituary.stderr_head.data);
    return LW_ESPAWN;
}

/*
 * Reads at most one record more than was heard. 1: a record, 0: the launcher
 * has closed its end, by exec or by dying; -1: the deadline passed.
 */
static int
read_status(struct lwi_child *child, unsigned char *record, int64_t deadline)
{
    struct pollfd ready = { .fd = child->start.status, .events = POLLIN };
    struct timespec left;
    size_t used = 0;
    ssize_t n;

    while (used < LWI_STATUS_SIZE) {
        if (child->sys->poll(&ready, 1,
                             lwi_time_left(child->clock, deadline, &left)) == 0)
            return -1;
        n = child->sys->read(child->start.status, record + used,
                             LWI_STATUS_SIZE - used);
        if (n > 0)
            used += (size_t)n;
        else if (n == 0 || (errno != EINTR && errno != EAGAIN))
            return 0;
    }
    return 1;
}

/* It inherited the limit from here. */
static int
report_limited(const struct lwi_child *child, lw_error *err)
{
    struct rlimit limit = { 0, 0 };

    getrlimit(RLIMIT_NOFILE, &limit);
    return lwi_fail_errno(err, LW_ELIMIT, operation,
                          "%s needs %u file descriptors, and may have %llu "
                          "(RLIMIT_NOFILE, ulimit -n)",
                          child->start.program, LWI_LAUNCH_DESCRIPTORS,
                          (unsigned long long)limit.rlim_max);
}

static int
report_stage(const struct lwi_child *child, uint32_t stage, lw_error *err)
{
    if (stage == LWI_STAGE_LIMITED)
        return report_limited(child, err);
    return lwi_fail_errno(err, LW_ESPAWN, operation, "%s: %s",
                          child->start.program, stage_text(stage));
}

/*
 * A copy of this program made by fork a moment ago holds the launcher's end
 * too, and then the end of the socket does not come with the exec. What fails
 * after READY fails at once.
 */
#define EXEC_BOUND_MS UINT64_C(2000)

static int
wait_exec(struct lwi_child *child, int64_t deadline, lw_error *err)
{
    unsigned char record[LWI_STATUS_SIZE];
    uint32_t stage;
    bool ready = false;
    int heard;

    while ((heard = read_status(child, record, deadline)) > 0) {
        stage = lwi_launch_get_u32(record);
        if (stage != LWI_STAGE_READY) {
            errno = (int)lwi_launch_get_u32(record + 4);
            return report_stage(child, stage, err);
        }
        ready = true;
        deadline = lwi_deadline_after(child->clock, EXEC_BOUND_MS);
    }
    if (heard < 0 && !ready)
        return lwi_fail(err, LW_ESPAWN, operation,
                        "%s was not executed within %u s", child->start.program,
                        (unsigned)(LWI_SPAWN_BOUND_MS / 1000));
    return ready ? LW_OK : report_silence(child, err);
}

/* ---- all of it ---- */

static int
ask_for_fork(struct lwi_child *child, uint64_t bound_ms, lw_error *err)
{
    if (child->forked.zygote == NULL)
        return LW_OK;
    return lwi_fork_ask(child, bound_ms > 0 ? bound_ms : LWI_SPAWN_BOUND_MS,
                        err);
}

static int
start(struct lwi_child *child, const struct lwi_child_spec *spec, lw_error *err)
{
    bool forked = child->forked.zygote != NULL;
    int64_t deadline;
    int rc = ask_for_fork(child, spec->fork_bound_ms, err);

    if (rc != LW_OK)
        return rc;
    deadline = lwi_deadline_after(child->clock, LWI_SPAWN_BOUND_MS);
    if (!lwi_runtime_post(child->runtime, child))
        return lwi_fail(err, LW_ECLOSED, operation, "the runtime is ending");
    rc = wait_started(child, deadline, err);
    if (rc == LW_OK && spec->launch && !forked)
        rc = wait_exec(child, deadline, err);
    lwi_fd_close(&child->start.status);
    return rc;
}

/* Whatever there is of it ends, before the caller hears of the failure. */
static void
give_up(struct lwi_child *child)
{
    lwi_child_kill(child, LWI_KILL_SHUTDOWN);
    lwi_child_wait_buried(child, lwi_deadline_after(child->clock, 1000));
    lwi_child_release(child);
}

/* From here on burying it is news; it may have died already. */
static void
arm(struct lwi_child *child, const struct lwi_child_spec *spec)
{
    bool buried;

    pthread_mutex_lock(&child->lock);
    buried = child->state == LWI_CHILD_BURIED;
    if (!buried) {
        child->on_buried = spec->on_buried;
        child->on_buried_user = spec->on_buried_user;
    }
    pthread_mutex_unlock(&child->lock);
    if (buried && spec->on_buried != NULL)
        spec->on_buried(spec->on_buried_user);
}

int
lwi_child_spawn(struct lwi_child **out, lw_runtime *runtime,
                const struct lwi_child_spec *spec, lw_error *err)
{
    struct lwi_child *child;
    int rc;

    *out = NULL;
    rc = check(runtime, spec, err);
    if (rc != LW_OK)
        return rc;
    child = lwi_child_create(runtime, spec);
    if (child == NULL)
        return lwi_fail(err, LW_ENOMEM, operation, "out of memory");
    rc = prepare(child, spec, err);
    if (rc == LW_OK)
        rc = start(child, spec, err);
    if (rc != LW_OK) {
        give_up(child);
        return rc;
    }
    arm(child, spec);
    *out = child;
    return LW_OK;
}

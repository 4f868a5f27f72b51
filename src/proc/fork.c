/*
 * fork.c - a child that is a fork of a zygote: asked for, checked, buried.
 *
 *      caller:        ask ─► check what came ─► post the job, wait
 *      housekeeping:                               └► adopt: warden, go
 *
 * The zygote has run code of others, and is believed nothing that can be
 * looked up: the process is the one that the descriptor means, its father is
 * the zygote, and it leads a group of its own. So a zygote that lies can name
 * only its own forks. What it says of their end is believed; it decides
 * nothing but the words of an obituary. Nobody waits for it without a bound.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"
#include "proc/child_impl.h"
#include "proc/fd.h"
#include "proc/identity.h"
#include "proc/launcher_wire.h"
#include "proc/runtime_impl.h"
#include "proto/message.h"

static const char operation[] = "fork a child";

#define LOOK_MS UINT64_C(100) /* at a zygote that does not answer */

/* ---- until the zygote is ready ---- */

/* It is ending, and what it wrote is wanted. */
static struct lwi_obituary
await_obituary(struct lwi_child *zygote)
{
    struct lwi_obituary obituary = { .exit_code = -1 };

    lwi_child_wait_buried(zygote, lwi_deadline_after(zygote->clock, 1000));
    lwi_child_get_obituary(zygote, &obituary);
    if (obituary.stderr_head.data == NULL)
        obituary.stderr_head = (lw_span){ "", 0 };
    return obituary;
}

static int
report_end(struct lwi_child *zygote, lw_error *err)
{
    struct lwi_obituary obituary = await_obituary(zygote);
    lw_span said = obituary.stderr_head;

    return lwi_fail(err, LW_ECHILDEXITED, operation,
                    "the fork server ended before it was ready (%s, exit code "
                    "%d, signal %d): %.*s",
                    lwi_death_word(lwi_obituary_cause(&obituary, false)),
                    obituary.exit_code, obituary.exit_signal,
                    said.size < 300 ? (int)said.size : 300, said.data);
}

/* What the plugin wrote last on stderr, behind what others may have. */
static lw_span
last_words(lw_span said)
{
    static const char mark[] = "lean-worker child: ";
    const size_t length = sizeof(mark) - 1;
    lw_span words = said;

    for (; said.size >= length; said.data++, said.size--) {
        if (memcmp(said.data, mark, length) == 0)
            words = (lw_span){ said.data + length, said.size - length };
    }
    while (words.size > 0 && words.data[words.size - 1] == '\n')
        words.size--;
    return words;
}

static int
report_not_opened(struct lwi_child *zygote, uint32_t code, lw_error *err)
{
    struct lwi_obituary obituary = await_obituary(zygote);
    lw_span words = last_words(obituary.stderr_head);

    return lwi_fail(err, code == LWI_FAILURE_IMPORT ? LW_EHEADER : LW_EWORKER,
                    operation,
                    "a session could not be opened in the fork server: %.*s",
                    words.size < 400 ? (int)words.size : 400, words.data);
}

static int
report_word(struct lwi_child *zygote, uint32_t word, uint32_t number,
            lw_error *err)
{
#define TEXT(name, value, text) [value] = (text),
    static const char *const texts[] = { LWI_ZYGOTE_MAP(TEXT) };
#undef TEXT

    if (word == LWI_ZYGOTE_READY)
        return LW_OK;
    if (word == LWI_ZYGOTE_NOT_OPENED)
        return report_not_opened(zygote, number, err);
    if (word >= LWI_COUNT(texts))
        return lwi_fail(err, LW_EPROTO, operation,
                        "the fork server said something unknown");
    return lwi_fail(err, LW_EUNSUPPORTED, operation,
                    "the fork server cannot fork: %s (%u)", texts[word],
                    (unsigned)number);
}

/* By a signal: it answers nobody until it is let go on, if ever. */
static bool
is_stopped(const struct lwi_child *zygote)
{
    char text[1024];
    const char *at;

    if (!lwi_proc_read(zygote->sys, zygote->pid, "stat", text, sizeof(text)))
        return false;
    at = strrchr(text, ')'); /* the name may hold blanks and parentheses */
    return at != NULL && strncmp(at, ") T", 3) == 0;
}

/*
 * Waits for `fd`, or the zygote's end. False where the deadline passed, or two
 * looks in a row find the zygote stopped.
 */
static bool
wait_for_word(const struct lwi_child *zygote, int fd, int64_t deadline)
{
    struct pollfd polls[] = { { .fd = fd, .events = POLLIN },
                              { .fd = zygote->death, .events = POLLIN } };
    bool stopped = false, was_stopped;
    struct timespec left;
    int64_t look;

    do {
        was_stopped = stopped;
        stopped = is_stopped(zygote);
        if (lwi_now(zygote->clock) >= deadline || (stopped && was_stopped))
            return false;
        look = lwi_deadline_after(zygote->clock, LOOK_MS);
        look = look < deadline ? look : deadline;
    } while (zygote->sys->poll(polls, 2,
                               lwi_time_left(zygote->clock, look, &left)) == 0);
    return true;
}

/*
 * One packet of `size`. 1: it came; 0: the other end is closed, or the zygote
 * is dead and left nothing; -1: the deadline passed; -2: it is no such packet.
 */
static int
receive(struct lwi_child *zygote, int fd, void *record, size_t size, int *with,
        int64_t deadline)
{
    struct pollfd death = { .fd = zygote->death, .events = POLLIN };
    static const struct timespec at_once = { 0, 0 };
    bool dead;
    ssize_t n;

    for (;;) {
        dead = zygote->sys->poll(&death, 1, &at_once) > 0;
        n = zygote->sys->receive_with(fd, record, size, with);
        if (n == (ssize_t)size)
            return 1;
        if (n >= 0 || errno == ECONNRESET)
            return n > 0 ? -2 : 0;
        if (errno != EAGAIN && errno != EINTR)
            return -2;
        if (dead)
            return 0;
        if (errno == EAGAIN && !wait_for_word(zygote, fd, deadline))
            return -1;
    }
}

int
lwi_zygote_await(struct lwi_child *zygote, int64_t deadline, lw_error *err)
{
    unsigned char record[LWI_CONTROL_SIZE];
    int with = -1;

    switch (receive(zygote, zygote->request, record, sizeof(record), &with,
                    deadline)) {
    case 1:
        lwi_fd_close(&with);
        return report_word(zygote, lwi_launch_get_u32(record),
                           lwi_launch_get_u32(record + 4), err);
    case 0:
        return report_end(zygote, err);
    case -1:
        if (is_stopped(zygote))
            return lwi_fail(err, LW_ESPAWN, operation,
                            "the fork server was stopped before it was ready");
        return lwi_fail(err, LW_ETIMEOUT, operation,
                        "the fork server was not ready in time");
    default:
        lwi_fd_close(&with);
        return lwi_fail(err, LW_EPROTO, operation,
                        "the fork server said something unknown");
    }
}

/* ---- asking for a fork ---- */

static int
send_request(struct lwi_child *child, lw_error *err)
{
    const struct lwi_start *start = &child->start;
    const int with[LWI_FORK_FDS] = {
        [LWI_FORK_FD_REQUEST] = child->request_read,
        [LWI_FORK_FD_RESPONSE] = start->response_write,
        [LWI_FORK_FD_CANCEL] = child->cancel_read,
        [LWI_FORK_FD_STDERR] = start->stderr_write,
        [LWI_FORK_FD_STATUS] = start->status_child,
    };
    unsigned char record[LWI_CONTROL_SIZE] = { 0 };

    lwi_launch_put_u32(record, LWI_CONTROL_FORK);
    if (child->sys->send_with(child->forked.zygote->request, record,
                              sizeof(record), with,
                              LWI_FORK_FDS) == (ssize_t)sizeof(record))
        return LW_OK;
    return lwi_fail_errno(err, LW_ESPAWN, operation,
                          "the fork server cannot be asked");
}

/* The process that a pidfd means; 0: it is none, or its process is gone. */
static pid_t
pid_of(const struct lwi_sys *sys, int pidfd)
{
    char name[32], text[512];
    const char *at;
    long pid;

    snprintf(name, sizeof(name), "fdinfo/%d", pidfd);
    if (!lwi_proc_read(sys, getpid(), name, text, sizeof(text)))
        return 0;
    at = strstr(text, "\nPid:");
    if (at == NULL || sscanf(at + 5, "%ld", &pid) != 1 || pid < 2)
        return 0;
    return (pid_t)pid;
}

/* A child of the zygote, at the head of a group of its own. */
static bool
is_fork_of(const struct lwi_child *zygote, pid_t pid)
{
    char text[1024];
    const char *at;
    long father, group;

    if (!lwi_proc_read(zygote->sys, pid, "stat", text, sizeof(text)))
        return false;
    at = strrchr(text, ')'); /* the name may hold blanks and parentheses */
    return at != NULL && sscanf(at + 1, " %*c %ld %ld", &father, &group) == 2 &&
           father == (long)zygote->pid && group == (long)pid;
}

static int
refuse_lie(lw_error *err)
{
    return lwi_fail(err, LW_ESPAWN, operation,
                    "what the fork server handed over is no fork of it");
}

/* Takes the descriptor. */
static int
accept_fork(struct lwi_child *child, const unsigned char *record, int with,
            lw_error *err)
{
    if (lwi_launch_get_u32(record) == LWI_FORK_NOT_FORKED) {
        errno = (int)lwi_launch_get_u32(record + 4);
        return lwi_fail_system(err, LW_ESPAWN, operation,
                               "the fork server could not fork");
    }
    if (lwi_launch_get_u32(record) != LWI_FORK_FORKED || with < 0)
        return refuse_lie(err);
    child->pid = pid_of(child->sys, with);
    if (child->pid == 0)
        return refuse_lie(err);
    child->ward.group = child->pid;
    child->ward.start_ticks = lwi_start_ticks(child->pid);
    if (child->ward.start_ticks == 0 ||
        !is_fork_of(child->forked.zygote, child->pid))
        return refuse_lie(err);
    return LW_OK;
}

static int
report_no_answer(const struct lwi_child *zygote, uint64_t bound_ms,
                 lw_error *err)
{
    if (is_stopped(zygote))
        return lwi_fail(err, LW_ESPAWN, operation,
                        "the fork server did not answer: it was stopped");
    return lwi_fail(err, LW_ESPAWN, operation,
                    "the fork server did not answer within %u ms",
                    (unsigned)bound_ms);
}

static int
hear_answer(struct lwi_child *child, uint64_t bound_ms, lw_error *err)
{
    int64_t deadline = lwi_deadline_after(child->clock, bound_ms);
    unsigned char record[LWI_FORK_STATUS_SIZE];
    int with = -1, rc;

    switch (receive(child->forked.zygote, child->forked.status, record,
                    sizeof(record), &with, deadline)) {
    case 1:
        with = lwi_fd_raise(child->sys, with);
        rc = accept_fork(child, record, with, err);
        break;
    case 0:
        rc = lwi_fail(err, LW_ESPAWN, operation,
                      "the fork server ended, or refused");
        break;
    case -1:
        rc = report_no_answer(child->forked.zygote, bound_ms, err);
        break;
    default:
        rc = refuse_lie(err);
    }
    if (rc == LW_OK)
        child->pidfd = with;
    else
        lwi_fd_close(&with);
    return rc;
}

int
lwi_fork_ask(struct lwi_child *child, uint64_t bound_ms, lw_error *err)
{
    struct lwi_start *start = &child->start;
    int rc = send_request(child, err);

    /* The zygote's from here on: only so their ends show. */
    lwi_fd_close(&start->response_write);
    lwi_fd_close(&start->stderr_write);
    lwi_fd_close(&start->status_child);
    return rc == LW_OK ? hear_answer(child, bound_ms, err) : rc;
}

bool
lwi_fork_adopt(struct lwi_child *child)
{
    static const char go = LWI_LAUNCH_GO;
    struct lwi_start *start = &child->start;
    struct lwi_warden *warden = &child->runtime->warden;
    bool heard;
    int rc = lwi_warden_ensure(warden, &start->warden_error);

    if (rc != LW_OK) {
        lwi_child_start_failed(child, rc, 0, NULL);
        return false;
    }
    child->death = lwi_fd_raise(child->sys, child->sys->event_fd());
    if (child->death < 0) {
        lwi_child_start_failed(child, LW_ESYSTEM, errno, "cannot watch");
        return false;
    }
    child->born_ns = lwi_now(child->clock);
    lwi_warden_add(warden, &child->ward);
    atomic_fetch_add(&child->runtime->live, 1);
    heard = child->sys->send(child->forked.status, &go, 1) == 1;
    lwi_child_started(child, LWI_CHILD_LIVE);
    if (!heard)
        lwi_child_kill(child, LWI_KILL_SHUTDOWN);
    return true;
}

/* ---- its end ---- */

bool
lwi_fork_is_dead(const struct lwi_child *child)
{
    static const struct timespec at_once = { 0, 0 };
    struct pollfd ended = { .fd = child->pidfd, .events = POLLIN };

    if (child->pidfd >= 0 && child->sys->poll(&ended, 1, &at_once) >= 0 &&
        (ended.revents & POLLNVAL) == 0 && !child->death_lost)
        return ended.revents != 0;
    /* The program closed our descriptor. */
    return lwi_start_ticks(child->pid) != child->ward.start_ticks;
}

static void
note_end(struct lwi_obituary *obituary, const unsigned char *record)
{
    uint32_t number = lwi_launch_get_u32(record + 4);
    uint32_t code = lwi_launch_get_u32(record + 8);

    if (code == CLD_EXITED && number <= 255) {
        obituary->exit_kind = LWI_EXIT_CODE;
        obituary->exit_code = (int)number;
    } else if ((code == CLD_KILLED || code == CLD_DUMPED) && number >= 1 &&
               number <= 64) {
        obituary->exit_kind = LWI_EXIT_SIGNAL;
        obituary->exit_signal = (int)number;
        obituary->core_dumped = code == CLD_DUMPED;
    } else {
        return;
    }
    obituary->has_usage = true;
    obituary->max_rss_kib = lwi_launch_get_u64(record + 16);
    obituary->user_cpu_us = lwi_launch_get_u64(record + 24);
    obituary->system_cpu_us = lwi_launch_get_u64(record + 32);
}

/* Its group's number is safe while the zygote has not reaped it. */
static void
note_death(struct lwi_child *child)
{
    child->forked.told_by = lwi_deadline_after(child->clock, LWI_FORK_TELL_MS);
    lwi_child_signal_locked(child, SIGKILL);
    if (child->runtime != NULL)
        lwi_runtime_wake(child->runtime); /* which watches `status` now */
}

bool
lwi_fork_hear_end(struct lwi_child *child)
{
    unsigned char record[LWI_FORK_STATUS_SIZE];
    int with = -1;
    ssize_t n;

    if (child->forked.told_by == LWI_NEVER)
        note_death(child);
    do
        n = child->sys->receive_with(child->forked.status, record,
                                     sizeof(record), &with);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN &&
        lwi_now(child->clock) < child->forked.told_by)
        return false;
    child->obituary.exit_kind = LWI_EXIT_UNTOLD;
    child->obituary.exit_code = -1;
    if (n == (ssize_t)sizeof(record) &&
        lwi_launch_get_u32(record) == LWI_FORK_ENDED)
        note_end(&child->obituary, record);
    lwi_fd_close(&with);
    return true;
}

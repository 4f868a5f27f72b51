/*
 * warden.c - the process that outlives its parent for a millisecond.
 *
 * It knows the process groups of the parent's children from records on its
 * lifeline, fd 0. It kills them when the parent is gone, and none of the three
 * signs of that is enough alone:
 *
 *      lifeline  parent-death  parent's
 *      at end    signal came   number
 *      yes       yes           the same   gone: it became another program
 *      yes       no            the same   it closed what it does not know, or
 *                                         dies now: look again
 *      no        yes           the same   only the library's thread ended
 *      any       any           another    gone; a copy of it made by fork may
 *                                         hold the lifeline open
 *
 * A group's number can be another's by then; identity.h tells.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "launcher.h"
#include "proc/identity.h"

struct group {
    pid_t number;
    uint64_t start_ticks; /* of its leader */
};

struct table {
    struct group *groups;
    size_t count;
    size_t capacity;
};

#if defined(PR_SET_PDEATHSIG) && !defined(LWI_WITHOUT_PDEATHSIG)
static volatile sig_atomic_t signal_came;
#else
static volatile sig_atomic_t signal_came = 1; /* none will: do not wait */
#endif

/* Comes from the kernel; from anybody else it is only a reason to look. */
static void
note_signal(int signal)
{
    (void)signal;
    signal_came = 1;
}

/*
 * Ends with the parent, and not because somebody presses a key or logs out.
 * The library starts it with every signal blocked, so that none comes before.
 */
static void
arrange_signals(void)
{
    static const int ignored[] = { SIGINT,  SIGQUIT, SIGTERM, SIGHUP,
                                   SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
    struct sigaction action = { .sa_handler = SIG_IGN };
    sigset_t wake;
    size_t i;

    sigemptyset(&action.sa_mask);
    for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        sigaction(ignored[i], &action, NULL);
    action.sa_handler = note_signal;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&wake);
    sigaddset(&wake, SIGUSR1);
    sigprocmask(SIG_SETMASK, &wake, NULL);
}

/* False: no memory. The parent sees us end then, and starts another. */
static bool
add(struct table *table, struct group group)
{
    size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
    struct group *groups;

    if (table->count == table->capacity) {
        groups = realloc(table->groups, capacity * sizeof(*groups));
        if (groups == NULL)
            return false;
        table->groups = groups;
        table->capacity = capacity;
    }
    table->groups[table->count++] = group;
    return true;
}

static void
drop(struct table *table, pid_t number)
{
    size_t i;

    for (i = 0; i < table->count; i++) {
        if (table->groups[i].number == number) {
            table->groups[i] = table->groups[--table->count];
            return;
        }
    }
}

static void
kill_all(const struct table *table)
{
    const struct group *group;
    size_t i;

    for (i = 0; i < table->count; i++) {
        group = &table->groups[i];
        if (lwi_group_is_ours(group->number, group->start_ticks))
            kill(-group->number, SIGKILL);
    }
}

/* False for what no parent of this version says, and without memory. */
static bool
apply(struct table *table, const unsigned char *record)
{
    uint32_t number = lwi_launch_get_u32(record + 4);
    struct group group = {
        .number = (pid_t)number,
        .start_ticks = lwi_launch_get_u64(record + 8),
    };

    /* 0 and 1 would make kill mean our own group, or everybody. */
    if (number < 2 || number > INT32_MAX)
        return false;
    switch (lwi_launch_get_u32(record)) {
    case LWI_LIFELINE_ADD:
        return add(table, group);
    case LWI_LIFELINE_REMOVE:
        drop(table, group.number);
        return true;
    default:
        return false;
    }
}

/* One read from the lifeline: 1 applied, 0 the end, -1 unusable. */
static int
read_records(struct table *table)
{
    static unsigned char bytes[64 * LWI_LIFELINE_SIZE];
    static size_t used;
    size_t at;
    ssize_t n = read(0, bytes + used, sizeof(bytes) - used);

    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN) ? 1 : 0;
    used += (size_t)n;
    for (at = 0; used - at >= LWI_LIFELINE_SIZE; at += LWI_LIFELINE_SIZE) {
        if (!apply(table, bytes + at))
            return -1;
    }
    memmove(bytes, bytes + at, used - at);
    used -= at;
    return 1;
}

/* Reads until the parent is gone; false where the lifeline is unusable. */
static bool
wait_for_the_end(struct table *table, pid_t parent)
{
    static const struct timespec at_once = { 0, 0 };
    static const struct timespec tick = { 0, 10000000 };
    struct pollfd lifeline = { .fd = 0, .events = POLLIN };
    const struct timespec *wait;
    bool gone = getppid() != parent;
    sigset_t none;
    int state;

    sigemptyset(&none);
    for (;;) {
        wait = gone ? &at_once : lifeline.fd < 0 ? &tick : NULL;
        if (ppoll(&lifeline, 1, wait, &none) > 0) {
            state = read_records(table);
            if (state < 0)
                return false;
            if (state == 0)
                lifeline.fd = -1;
        } else if (gone) {
            return true; /* what it said before it died was read */
        }
        gone = gone || getppid() != parent || (lifeline.fd < 0 && signal_came);
    }
}

int
watch(const struct settings *settings)
{
    static struct table table;
    arrange_signals();
    (void)setsid(); /* the library did it already, as a rule */
    /*
     * Whatever the program lets its children inherit: it may wait for the end
     * of a pipe that we would hold open as long as it lives.
     */
    close_all();
    if (chdir("/") < 0)
        errno = 0;
    prctl(PR_SET_NAME, "lw-warden", 0, 0, 0);
    if (tie_to_parent(settings, SIGUSR1) < 0)
        signal_came = 1; /* it would have, a moment later */
    if (!wait_for_the_end(&table, settings->parent))
        return EXIT_OWN_FAILURE;
    kill_all(&table);
    return 0;
}

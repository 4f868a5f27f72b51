/* world.c - time, memory, and what is left behind. */
#include "scenario/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "scenario/faults.h"

#define MAX_WAITERS 16
#define MAX_TIMERS 4

/* A thread that waits in virtual time. */
struct waiter {
    bool used;
    bool is_main;
    int64_t due;
    const struct pollfd *fds; /* what else it waits for */
    size_t count;
};

/*
 * A thread of the library's that has waited once and is awake now: time stands
 * still until it waits again or ends. It may be about to do what was due.
 */
static _Thread_local bool awake;

/* What stands for a timerfd: an eventfd, written to when it is due. */
struct timer {
    int fd;
    int64_t due;
};

static struct {
    pthread_mutex_t lock;
    pthread_mutex_t acting; /* held while when_quiet runs */
    pthread_t reader;
    char folder[64];
    char path[80];
    int notes;
    int quiet;            /* an eventfd: readable while the child is quiet */
    bool silent;          /* it will stay so */
    bool killed;          /* what it still says does not count */
    unsigned long starts; /* of scripted children */
    bool spawning;        /* a start is not finished: see starting_spawn */
    pthread_t spawner;    /* the thread that starts children */
    int64_t now_ns;
    struct waiter waiters[MAX_WAITERS];
    struct timer timers[MAX_TIMERS];
    size_t timer_count;
    pthread_t main;
    pthread_key_t ends; /* of threads: see `awake` */
    size_t awake;       /* how many are, but for the main thread */
    bool runs_free;     /* time need not wait for the main thread */
    bool (*when_quiet)(void *user, bool silent);
    void *when_quiet_user;
    char complaints[1024];
    _Atomic size_t blocks;
    struct lwi_sys virtual; /* real calls in virtual time */
    struct lwi_sys sys;     /* the same with the armed fault */
    struct lwi_clock clock;
    struct lwi_runtime_hooks hooks;
    lw_allocator allocator;
} world = { .lock = PTHREAD_MUTEX_INITIALIZER,
            .acting = PTHREAD_MUTEX_INITIALIZER };

/* ---- notes ---- */

static void
set_quiet(bool quiet)
{
    uint64_t count = 1;

    /* Non-blocking: setting twice and clearing twice are both fine. */
    if (quiet ? write(world.quiet, &count, sizeof(count)) < 0
              : read(world.quiet, &count, sizeof(count)) < 0)
        return;
}

/* True where nothing else is on the way. */
static bool
act_when_quiet(bool silent)
{
    bool (*act)(void *user, bool silent);
    void *user;

    pthread_mutex_lock(&world.lock);
    act = world.when_quiet;
    user = world.when_quiet_user;
    world.when_quiet = NULL;
    pthread_mutex_unlock(&world.lock);
    return act == NULL || act(user, silent);
}

/* What a child says that is killed, or not the last one, does not count. */
static void
take_quiet(bool silent, unsigned long start)
{
    bool still;

    pthread_mutex_lock(&world.acting);
    still = act_when_quiet(silent);
    pthread_mutex_unlock(&world.acting);
    if (!still)
        return;
    pthread_mutex_lock(&world.lock);
    if (!world.killed && start == world.starts) {
        world.silent = silent;
        set_quiet(true);
    }
    pthread_mutex_unlock(&world.lock);
}

/* Under the lock. Time never goes back. */
static void
set_time(int64_t now_ns)
{
    uint64_t one = 1;
    size_t i;

    if (now_ns > world.now_ns)
        world.now_ns = now_ns;
    for (i = 0; i < world.timer_count; i++) {
        if (world.timers[i].due > world.now_ns)
            continue;
        world.timers[i].due = LWI_NEVER;
        if (write(world.timers[i].fd, &one, sizeof(one)) < 0)
            abort();
    }
}

static bool
is_last(unsigned long start)
{
    bool last;

    pthread_mutex_lock(&world.lock);
    last = start == world.starts;
    pthread_mutex_unlock(&world.lock);
    return last;
}

static void
take_note(const char *line)
{
    char *rest;
    unsigned long start = strtoul(line, &rest, 10);

    line = *rest == ' ' ? rest + 1 : rest;
    if (strcmp(line, "quiet") == 0 || strcmp(line, "silent") == 0) {
        if (is_last(start))
            take_quiet(*line == 's', start);
        return;
    }
    if (strcmp(line, "fault") == 0)
        faults_child_fired();
    pthread_mutex_lock(&world.lock);
    if (strncmp(line, "tick ", 5) == 0)
        set_time(world.now_ns + strtoll(line + 5, NULL, 10) * LWI_NS_PER_MS);
    else if (strncmp(line, "fail ", 5) == 0)
        snprintf(world.complaints, sizeof(world.complaints), "%s", line + 5);
    pthread_mutex_unlock(&world.lock);
}

static void *
read_notes(void *unused)
{
    char line[600];
    size_t size = 0;
    char c;

    (void)unused;
    /* Opened for writing as well, so it never ends; "end" does. */
    while (read(world.notes, &c, 1) == 1) {
        if (c != '\n') {
            if (size + 1 < sizeof(line))
                line[size++] = c;
            continue;
        }
        line[size] = '\0';
        size = 0;
        if (strcmp(line, "end") == 0)
            break;
        take_note(line);
    }
    return NULL;
}

const char *
world_notes_path(void)
{
    return world.path;
}

const char *
world_complaints(void)
{
    return world.complaints;
}

void
world_settle(void)
{
    world_when_quiet(NULL, NULL);
    pthread_mutex_lock(&world.acting);
    pthread_mutex_unlock(&world.acting);
}

void
world_when_quiet(bool (*act)(void *user, bool silent), void *user)
{
    pthread_mutex_lock(&world.lock);
    world.when_quiet = act;
    world.when_quiet_user = user;
    pthread_mutex_unlock(&world.lock);
}

/* ---- time ---- */

static int64_t
virtual_now(void *user)
{
    int64_t now;

    (void)user;
    pthread_mutex_lock(&world.lock);
    now = world.now_ns;
    pthread_mutex_unlock(&world.lock);
    return now;
}

int64_t
world_now_ms(void)
{
    return virtual_now(NULL) / LWI_NS_PER_MS;
}

void
world_pass(int64_t ms)
{
    pthread_mutex_lock(&world.lock);
    set_time(world.now_ns + ms * LWI_NS_PER_MS);
    pthread_mutex_unlock(&world.lock);
}

static struct waiter *
begin_wait(int64_t due, const struct pollfd *fds, size_t count)
{
    struct waiter *waiter = NULL;
    size_t i;

    pthread_mutex_lock(&world.lock);
    for (i = 0; i < MAX_WAITERS && waiter == NULL; i++) {
        if (!world.waiters[i].used)
            waiter = &world.waiters[i];
    }
    LW_ASSERT(waiter != NULL);
    *waiter = (struct waiter){ true, pthread_equal(pthread_self(), world.main),
                               due, fds, count };
    world.awake -= awake;
    awake = false;
    pthread_mutex_unlock(&world.lock);
    return waiter;
}

static void
end_wait(struct waiter *waiter)
{
    pthread_mutex_lock(&world.lock);
    waiter->used = false;
    awake = !waiter->is_main;
    world.awake += awake;
    if (awake)
        pthread_setspecific(world.ends, &world);
    pthread_mutex_unlock(&world.lock);
}

/* A thread ends: it will not wait any more. */
static void
end_thread(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&world.lock);
    world.awake -= awake;
    awake = false;
    pthread_mutex_unlock(&world.lock);
}

#define MAX_POLLED 64

/* Something has happened that it does not know yet. */
static bool
is_called(const struct waiter *waiter)
{
    static const struct timespec now = { 0, 0 };
    struct pollfd fds[MAX_POLLED];

    memcpy(fds, waiter->fds, waiter->count * sizeof(*fds));
    return lwi_real_sys.poll(fds, waiter->count, &now) > 0;
}

/*
 * Under the lock: only the first that is due may move time, and only while the
 * others wait as well, the main thread before all. What they do takes no time.
 */
static bool
may_jump(const struct waiter *waiter)
{
    bool main_waits = world.runs_free;
    size_t i;

    for (i = 0; i < MAX_WAITERS; i++) {
        const struct waiter *other = &world.waiters[i];

        if (!other->used)
            continue;
        main_waits = main_waits || other->is_main;
        if (other->due < waiter->due || (other->count > 0 && is_called(other)))
            return false;
    }
    return main_waits && world.awake == 0 && !world.spawning &&
           waiter->due != LWI_NEVER;
}

/* True where time has moved: a child that is only quiet has one jump. */
static bool
jump(const struct waiter *waiter)
{
    uint64_t count;
    bool moves;

    pthread_mutex_lock(&world.lock);
    moves = waiter->due <= world.now_ns;
    if (!moves && may_jump(waiter) &&
        (world.silent || read(world.quiet, &count, sizeof(count)) > 0)) {
        set_time(waiter->due);
        moves = true;
    }
    pthread_mutex_unlock(&world.lock);
    if (!moves)
        sched_yield(); /* it is somebody else's turn */
    return moves;
}

static int64_t
due_in(const struct timespec *left)
{
    if (left == NULL)
        return LWI_NEVER;
    return virtual_now(NULL) + (int64_t)left->tv_sec * 1000 * LWI_NS_PER_MS +
           left->tv_nsec;
}

/* The environment with the number of this start, for a scripted child. */
static int
spawn_numbered(pid_t *pid, const char *path,
               const posix_spawn_file_actions_t *actions,
               const posix_spawnattr_t *attr, char *const argv[],
               char *const env[])
{
    char number[64], **more;
    size_t count = 0;
    int rc;

    if (argv[1] == NULL || strcmp(argv[1], "--child") != 0)
        return lwi_real_sys.spawn(pid, path, actions, attr, argv, env);
    while (env[count] != NULL)
        count++;
    more = calloc(count + 2, sizeof(*more));
    if (more == NULL)
        return ENOMEM;
    memcpy(more, env, count * sizeof(*more));
    pthread_mutex_lock(&world.lock);
    snprintf(number, sizeof(number), WORLD_START "=%lu", ++world.starts);
    /* The silence of the one before says nothing of this one. */
    world.killed = world.silent = false;
    set_quiet(false);
    pthread_mutex_unlock(&world.lock);
    more[count] = number;
    rc = lwi_real_sys.spawn(pid, path, actions, attr, argv, more);
    free(more);
    return rc;
}

/*
 * A child may be silent before its start has come to an end in the parent:
 * time stands still until the caller waits for the child itself.
 */
static int
starting_spawn(pid_t *pid, const char *path,
               const posix_spawn_file_actions_t *actions,
               const posix_spawnattr_t *attr, char *const argv[],
               char *const env[])
{
    pthread_mutex_lock(&world.lock);
    world.spawning = true;
    world.spawner = pthread_self();
    pthread_mutex_unlock(&world.lock);
    return spawn_numbered(pid, path, actions, attr, argv, env);
}

void
world_end_spawn(void)
{
    pthread_mutex_lock(&world.lock);
    if (world.spawning && !pthread_equal(world.spawner, pthread_self()))
        world.spawning = false;
    pthread_mutex_unlock(&world.lock);
}

/* Until something real happens, or time has come to `due`. */
static int
poll_until(struct pollfd *fds, size_t count, int64_t due)
{
    struct pollfd all[MAX_POLLED + 1];
    struct waiter *waiter = begin_wait(due, fds, count);
    int rc;

    do {
        memcpy(all, fds, count * sizeof(*fds));
        all[count] = (struct pollfd){ .fd = due != LWI_NEVER ? world.quiet : -1,
                                      .events = POLLIN };
        rc = lwi_real_sys.poll(all, count + 1, NULL);
        if (rc > 0 && all[count].revents != 0)
            rc--;
        /* Nothing real: another thread may have taken the jump. */
    } while (rc == 0 && !jump(waiter));
    end_wait(waiter); /* others look at fds until here */
    memcpy(fds, all, count * sizeof(*fds));
    return rc;
}

/* poll in virtual time: see world.h. */
static int
virtual_poll(struct pollfd *fds, size_t count, const struct timespec *left)
{
    LW_ASSERT(count <= MAX_POLLED);
    if (left != NULL && left->tv_sec == 0 && left->tv_nsec == 0)
        return lwi_real_sys.poll(fds, count, left);
    world_end_spawn();
    return poll_until(fds, count, due_in(left));
}

/*
 * The same for a wait on a condition, which poll cannot see: it looks again
 * each millisecond of real time whether the clock may jump.
 */
static void
virtual_cond_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                  const struct timespec *left)
{
    static const struct timespec slice = { 0, LWI_NS_PER_MS };
    struct waiter *waiter = begin_wait(due_in(left), NULL, 0);

    lwi_real_sys.cond_wait(condition, lock, left == NULL ? NULL : &slice);
    if (left != NULL)
        jump(waiter);
    end_wait(waiter);
}

/* ---- timers ---- */

static int
virtual_timer_fd(void)
{
    int fd = lwi_real_sys.event_fd();

    pthread_mutex_lock(&world.lock);
    LW_ASSERT(world.timer_count < MAX_TIMERS);
    if (fd >= 0)
        world.timers[world.timer_count++] = (struct timer){ fd, LWI_NEVER };
    pthread_mutex_unlock(&world.lock);
    return fd;
}

/* The descriptor may have been moved since it was made. */
static struct timer *
find_timer(int fd)
{
    size_t i;

    for (i = 0; i < world.timer_count; i++) {
        if (world.timers[i].fd == fd)
            return &world.timers[i];
    }
    LW_ASSERT(world.timer_count > 0);
    world.timers[world.timer_count - 1].fd = fd;
    return &world.timers[world.timer_count - 1];
}

static int
virtual_timer_set(int fd, const struct timespec *left)
{
    int64_t due = due_in(left);
    struct timer *timer;
    uint64_t count;

    /* Setting it forgets that it has called. */
    if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return -1;
    pthread_mutex_lock(&world.lock);
    timer = find_timer(fd);
    /* "At once" is a nanosecond. */
    timer->due = due <= world.now_ns + 1 ? world.now_ns : due;
    set_time(world.now_ns);
    pthread_mutex_unlock(&world.lock);
    return 0;
}

static int64_t
first_timer(void)
{
    int64_t due = LWI_NEVER;
    size_t i;

    pthread_mutex_lock(&world.lock);
    for (i = 0; i < world.timer_count; i++) {
        if (world.timers[i].due < due)
            due = world.timers[i].due;
    }
    pthread_mutex_unlock(&world.lock);
    return due;
}

void
world_wait_readable(int fd)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };

    world_end_spawn();
    poll_until(&polled, 1, first_timer());
}

void
world_wait_until(bool (*is_so)(void *user), void *user)
{
    struct waiter *waiter = begin_wait(LWI_NEVER, NULL, 0);

    world_end_spawn();
    while (!is_so(user))
        sched_yield();
    end_wait(waiter);
}

void
world_run_free(void)
{
    pthread_mutex_lock(&world.lock);
    world.runs_free = true;
    pthread_mutex_unlock(&world.lock);
}

/* A killed child is not quiet: its death is on the way. */
static void
break_silence(int number)
{
    if (number != SIGKILL)
        return;
    pthread_mutex_lock(&world.lock);
    world.silent = false;
    world.killed = true;
    set_quiet(false);
    pthread_mutex_unlock(&world.lock);
}

static int
noticing_pidfd_signal(int pidfd, int number)
{
    break_silence(number);
    return lwi_real_sys.pidfd_signal(pidfd, number);
}

static int
noticing_kill(pid_t pid, int number)
{
    break_silence(number);
    return lwi_real_sys.kill(pid, number);
}

/* ---- memory ---- */

static void *
counting_resize(void *block, size_t size, void *user)
{
    void *result;

    (void)user;
    if (size == 0) {
        if (block != NULL)
            world.blocks--;
        free(block);
        return NULL;
    }
    if (faults_hit_allocation())
        return NULL;
    result = realloc(block, size);
    if (block == NULL && result != NULL)
        world.blocks++;
    return result;
}

const lw_allocator *
world_allocator(void)
{
    return &world.allocator;
}

size_t
world_blocks(void)
{
    return world.blocks;
}

/* ---- open and close ---- */

const struct lwi_runtime_hooks *
world_hooks(void)
{
    return &world.hooks;
}

void
world_open(void)
{
    world.clock = (struct lwi_clock){ virtual_now, NULL };
    world.virtual = lwi_real_sys;
    if (faults_need_real_time()) {
        world.clock = lwi_system_clock;
        world.virtual.spawn = spawn_numbered;
    } else {
        world.virtual.poll = virtual_poll;
        world.virtual.spawn = starting_spawn;
        world.virtual.cond_wait = virtual_cond_wait;
        world.virtual.timer_fd = virtual_timer_fd;
        world.virtual.timer_set = virtual_timer_set;
        world.virtual.pidfd_signal = noticing_pidfd_signal;
        world.virtual.kill = noticing_kill;
    }
    world.sys = faults_wrap(&world.virtual);
    world.now_ns = 1000 * LWI_NS_PER_MS;
    world.main = pthread_self();
    world.hooks =
        (struct lwi_runtime_hooks){ .sys = &world.sys, .clock = &world.clock };
    world.allocator = (lw_allocator){ counting_resize, NULL };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    snprintf(world.folder, sizeof(world.folder), "/tmp/lw-scenario.XXXXXX");
    if (mkdtemp(world.folder) == NULL) {
        perror("mkdtemp");
        exit(2);
    }
    snprintf(world.path, sizeof(world.path), "%s/notes", world.folder);
    world.quiet = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pthread_key_create(&world.ends, end_thread) != 0 ||
        mkfifo(world.path, 0600) != 0 ||
        (world.notes = open(world.path, O_RDWR | O_CLOEXEC)) < 0 ||
        pthread_create(&world.reader, NULL, read_notes, NULL) != 0) {
        perror("scenario");
        exit(2);
    }
}

void
world_close(void)
{
    if (write(world.notes, "end\n", 4) != 4)
        abort();
    pthread_join(world.reader, NULL);
    close(world.notes);
    close(world.quiet);
    unlink(world.path);
    rmdir(world.folder);
}

/* ---- what is left ---- */

static size_t
count_entries(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    if (folder == NULL)
        return 0;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

size_t
world_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

size_t
world_threads(size_t wanted)
{
    size_t count, tries = 1000;

    /* A joined thread may stand in /proc for a moment longer. */
    while ((count = count_entries("/proc/self/task")) > wanted && wanted > 0 &&
           tries-- > 0)
        usleep(1000);
    return count;
}

/* Children of ours that still live: /proc names them. */
static void
kill_children(void)
{
    char path[64], text[256], *at = text;
    ssize_t n;
    long pid;
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    while ((pid = strtol(at, &at, 10)) > 0)
        kill((pid_t)pid, SIGKILL);
}

size_t
world_reap_escaped(bool kill_them)
{
    siginfo_t info;
    size_t count = 0;

    if (kill_them)
        kill_children();
    /* A process that lives on although nothing should: the alarm tells. */
    while (waitid(P_ALL, 0, &info, WEXITED) == 0)
        count++;
    return count;
}

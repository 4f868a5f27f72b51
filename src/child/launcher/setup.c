/* setup.c - the steps that make a process fit to be a child. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

#define OOM_SCORE "1000" /* first of all to go */

void
reset_signals(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;
    int i;

    sigemptyset(&action.sa_mask);
    for (i = 1; i < NSIG; i++)
        sigaction(i, &action, NULL); /* SIGKILL and SIGSTOP refuse */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The signal comes when the thread ends that started us. Where that happened
 * before we asked for it, no signal will come: the parent is dead, or it has
 * become another program, which keeps its number but no thread.
 */
int
tie_to_parent(const struct settings *settings, int signal)
{
#if defined(PR_SET_PDEATHSIG) && !defined(LWI_WITHOUT_PDEATHSIG)
    if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
        return -1;
#else
    (void)signal;
#endif
    if (settings->thread > 0 &&
        syscall(SYS_tgkill, settings->parent, settings->thread, 0) < 0 &&
        errno == ESRCH)
        return -1;
    if (getppid() == settings->parent)
        return 0;
    errno = ESRCH;
    return -1;
}

int
allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    if (limit.rlim_cur >= LWI_LAUNCH_DESCRIPTORS)
        return 0;
    if (limit.rlim_max < LWI_LAUNCH_DESCRIPTORS) {
        errno = EMFILE;
        return -1;
    }
    limit.rlim_cur = LWI_LAUNCH_DESCRIPTORS;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

int
move_descriptors(struct settings *settings)
{
    int null;

    /* Sources are all below 10, so no step overwrites what another needs. */
    if (dup2(LWI_LAUNCH_FD_REQUEST, LWI_CHILD_FD_REQUEST) < 0 ||
        dup2(LWI_LAUNCH_FD_RESPONSE, LWI_CHILD_FD_RESPONSE) < 0 ||
        dup2(LWI_LAUNCH_FD_CANCEL, LWI_CHILD_FD_CANCEL) < 0)
        return -1;
    if (settings->status >= 0) {
        if (dup3(settings->status, LAUNCHER_FD_STATUS, O_CLOEXEC) < 0)
            return -1;
        settings->status = LAUNCHER_FD_STATUS;
    }
    if (settings->ring >= 0 && dup2(settings->ring, LWI_CHILD_FD_RING) < 0)
        return -1;
    null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0)
        return -1;
    /* Without a stderr, what is printed goes to nothing. */
    if (fcntl(2, F_GETFD) < 0 && dup2(null, 2) < 0)
        return -1;
    if (dup2(2, 1) < 0)
        return -1;
    return null > 2 ? close(null) : 0;
}

/* ---- closing ---- */

static bool
is_kept(const struct settings *settings, int fd)
{
    size_t i;

    if (fd <= 2 || fd == settings->status ||
        (fd >= LWI_CHILD_FD_REQUEST && fd <= LWI_CHILD_FD_CANCEL) ||
        (fd == LWI_CHILD_FD_RING && settings->ring >= 0))
        return true;
    for (i = 0; i < settings->keep_count; i++) {
        if (settings->keep[i] == fd)
            return true;
    }
    return false;
}

static int
close_from(int first)
{
#ifdef SYS_close_range
    return (int)syscall(SYS_close_range, (unsigned)first, ~0u, 0u);
#else
    (void)first;
    return -1;
#endif
}

/* Without close_range. settings NULL: nothing is kept. */
static void
close_each(const struct settings *settings, int first)
{
    long most = sysconf(_SC_OPEN_MAX);
    int fd;

    if (most < 0 || most > 1048576)
        most = 1048576;
    for (fd = first; fd < (int)most; fd++) {
        if (settings == NULL || !is_kept(settings, fd))
            close(fd);
    }
}

void
close_all(void)
{
    if (close_from(3) < 0)
        close_each(NULL, 3);
}

void
close_others(const struct settings *settings)
{
    int fd, above = LAUNCHER_FD_STATUS + 1;
    size_t i;

    for (i = 0; i < settings->keep_count; i++) {
        if (settings->keep[i] >= above)
            above = settings->keep[i] + 1;
    }
    for (fd = 3; fd < above; fd++) {
        if (!is_kept(settings, fd))
            close(fd);
    }
    if (close_from(above) < 0)
        close_each(settings, above);
}

/* ---- limits ---- */

static int
set_limit(int resource, uint64_t soft, uint64_t hard)
{
    struct rlimit old, limit;

    if (getrlimit((__rlimit_resource_t)resource, &old) < 0)
        return -1;
    /* Never above what we were given: only root could raise it. */
    limit.rlim_max = hard < old.rlim_max ? (rlim_t)hard : old.rlim_max;
    limit.rlim_cur = soft < limit.rlim_max ? (rlim_t)soft : limit.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &limit);
}

int
set_limits(const struct settings *settings)
{
    static const int resources[LIMIT_COUNT] = {
        [LIMIT_CORE] = (int)RLIMIT_CORE,  [LIMIT_CPU] = (int)RLIMIT_CPU,
        [LIMIT_ADDRESS] = (int)RLIMIT_AS, [LIMIT_DATA] = (int)RLIMIT_DATA,
        [LIMIT_FILE] = (int)RLIMIT_FSIZE,
    };
    uint64_t value;
    size_t i;

    for (i = 0; i < LIMIT_COUNT; i++) {
        value = settings->limits[i];
        if (value == UNLIMITED)
            continue;
        if (i != LIMIT_CPU)
            value *= 1024;
        /* Only a soft CPU limit gives SIGXCPU, the hard one is SIGKILL. */
        if (set_limit(resources[i], value, i == LIMIT_CPU ? value + 2 : value) <
            0)
            return -1;
    }
    return 0;
}

/* Not possible everywhere, and then not needed either. */
void
volunteer_for_oom(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, OOM_SCORE, sizeof(OOM_SCORE) - 1) < 0)
        errno = 0;
    close(fd);
}

/* cpu.c - how much processor time a child has used, from /proc. */
#include <stdio.h>

#include "proc/child_impl.h"

#include "base/process.h"

/* utime and stime: fields 14 and 15 of the line, in clock ticks. */
static bool
read_ticks(const struct lwi_sys *sys, pid_t pid, uint64_t *ticks)
{
    unsigned long long user, system;
    char text[1024];
    const char *at;

    if (!lwi_proc_read(sys, pid, "stat", text, sizeof(text)))
        return false;
    /* The second field, the name, may hold blanks and parentheses. */
    at = strrchr(text, ')');
    if (at == NULL || sscanf(at + 1,
                             " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                             "%llu %llu",
                             &user, &system) != 2)
        return false;
    *ticks = user + system;
    return true;
}

int
lwi_child_get_cpu_ms(struct lwi_child *child, uint64_t *cpu_ms)
{
    long per_second = sysconf(_SC_CLK_TCK);
    uint64_t ticks;
    siginfo_t info;
    bool lives;

    if (child->host != lwi_process_id())
        return LW_EBADHANDLE;
    if (per_second <= 0 || !read_ticks(child->sys, child->pid, &ticks))
        return LW_ESYSTEM;
    /* It lives now: the process id was its own when this was read. */
    pthread_mutex_lock(&child->lock);
    lives = child->state == LWI_CHILD_LIVE &&
            !lwi_child_is_dead_locked(child, &info);
    pthread_mutex_unlock(&child->lock);
    if (!lives)
        return LW_ESYSTEM;
    *cpu_ms = ticks * 1000 / (uint64_t)per_second;
    return LW_OK;
}

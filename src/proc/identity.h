/*
 * identity.h - is this process id still the process that was meant?
 *
 * A number is given to a new process once its old owner was reaped and no
 * process group or session bears it. Start times tell the two apart where
 * there is no pidfd. Inline, as the launcher is built without the library.
 */
#ifndef LWI_PROC_IDENTITY_H
#define LWI_PROC_IDENTITY_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/*
 * When a process (a zombie too) started, in clock ticks since boot; 0 where
 * there is no such process or no /proc.
 */
static inline uint64_t
lwi_start_ticks(pid_t pid)
{
    char path[64], text[1024];
    const char *at;
    ssize_t size;
    int fd, field;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    size = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (size <= 0)
        return 0;
    text[size] = '\0';
    /* The second field, the name, may hold blanks and parentheses. */
    at = strrchr(text, ')');
    for (field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at == NULL ? 0 : strtoull(at + 1, NULL, 10);
}

/*
 * The clock behind those start times, now; 0 where there is none. Not every
 * system that looks like Linux counts both alike: see lwi_warden.
 */
static inline uint64_t
lwi_boot_ticks(void)
{
    long each_second = sysconf(_SC_CLK_TCK);
    struct timespec now;

    if (each_second <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        return 0;
    return (uint64_t)now.tv_sec * (uint64_t)each_second +
           (uint64_t)now.tv_nsec / (1000000000u / (uint64_t)each_second);
}

/*
 * One and the same process? Its number comes round no sooner than after all
 * others, so a tick to either side is no other process; it is what reading
 * two clocks, or rounding, may make of one moment.
 */
static inline bool
lwi_same_start(uint64_t one, uint64_t other)
{
    return (one > other ? one - other : other - one) <= 1;
}

/*
 * May the group be signalled by its number? Yes while its leader is the one
 * that was meant. Yes too where no process has the number: then what is left
 * of the group is ours, because a number that a group still bears is never
 * given away. No where another process has it.
 */
static inline bool
lwi_group_is_ours(pid_t group, uint64_t started)
{
    uint64_t now = lwi_start_ticks(group);

    return now == 0 || lwi_same_start(now, started);
}

#endif

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
 * May the group be signalled by its number? Yes while its leader is the one
 * that was meant. Yes too where no process has the number: then what is left
 * of the group is ours, because a number that a group still bears is never
 * given away. No where another process has it.
 */
static inline bool
lwi_group_is_ours(pid_t group, uint64_t started)
{
    uint64_t now = lwi_start_ticks(group);

    return now == 0 || now == started;
}

#endif

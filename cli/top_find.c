/* top_find.c - the control sockets of this user's processes. */
#include "top_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "pool/control_socket.h"

/* PID.sock or PID-N.sock; 0: neither. */
static long
pid_of(const char *name)
{
    char *end;
    long pid = strtol(name, &end, 10);

    if (pid <= 0 || !lwi_text_ends(name, LWI_CONTROL_SUFFIX))
        return 0;
    return *end == '-' || *end == '.' ? pid : 0;
}

static void
add(struct top_paths *to, const char *folder, const char *name)
{
    int length;

    if (to->count == TOP_POOLS_MAX)
        return;
    length = snprintf(to->paths[to->count], TOP_PATH, "%s/%s", folder, name);
    to->count += length > 0 && length < TOP_PATH;
}

static void
look_through(struct top_paths *to, const char *path, DIR *folder, long wanted)
{
    struct dirent *entry;
    long pid;

    while ((entry = readdir(folder)) != NULL) {
        pid = pid_of(entry->d_name);
        if (pid == 0 || (wanted != 0 && pid != wanted))
            continue;
        if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
            unlinkat(dirfd(folder), entry->d_name, 0);
        else
            add(to, path, entry->d_name);
    }
}

/* False: it is there, and others may write in it. */
static bool
look_in(struct top_paths *to, const char *path, long wanted)
{
    int fd = lwi_control_open_folder(path), readable;
    DIR *folder;

    if (fd < 0)
        return errno != EPERM;
    readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(fd);
    folder = readable < 0 ? NULL : fdopendir(readable);
    if (folder == NULL)
        return true;
    look_through(to, path, folder, wanted);
    closedir(folder);
    return true;
}

/* By the process's number, then by the pool's. */
static int
compare(const void *a, const void *b)
{
    const char *x = strrchr(a, '/') + 1, *y = strrchr(b, '/') + 1;
    long p = strtol(x, NULL, 10), q = strtol(y, NULL, 10);

    if (p != q)
        return p < q ? -1 : 1;
    return strlen(x) != strlen(y) ? (strlen(x) < strlen(y) ? -1 : 1)
                                  : strcmp(x, y);
}

bool
top_find(struct top_paths *paths, long pid)
{
    char path[TOP_PATH - 24];
    unsigned which;

    paths->count = 0;
    for (which = 0; which < LWI_CONTROL_FOLDERS; which++) {
        if (!lwi_control_folder(which, path, sizeof(path)))
            continue;
        if (!look_in(paths, path, pid)) {
            snprintf(paths->paths[0], TOP_PATH, "%s", path);
            return false;
        }
    }
    qsort(paths->paths, paths->count, TOP_PATH, compare);
    return true;
}

void
top_say_folders(void)
{
    char path[TOP_PATH];
    unsigned which;

    for (which = 0; which < LWI_CONTROL_FOLDERS; which++) {
        if (lwi_control_folder(which, path, sizeof(path)))
            fprintf(stderr, "    looked in %s\n", path);
    }
}

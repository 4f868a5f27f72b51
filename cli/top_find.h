/*
 * top_find.h - the control sockets of this user's processes.
 */
#ifndef CLI_TOP_FIND_H
#define CLI_TOP_FIND_H

#include <stdbool.h>
#include <stddef.h>

#define TOP_POOLS_MAX 64
#define TOP_PATH 128 /* a socket's path is shorter */

struct top_paths {
    size_t count;
    char paths[TOP_POOLS_MAX][TOP_PATH];
};

/*
 * Those of a process, or of all where pid is 0, in the order of their numbers.
 * What is left of processes that are gone is removed. False where a folder is
 * there that is not this user's alone: its path is in *paths alone.
 */
bool
top_find(struct top_paths *paths, long pid);

/* Prints where was looked, a line for each folder, on stderr. */
void
top_say_folders(void);

#endif

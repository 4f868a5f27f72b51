/*
 * path.h - names of files and folders.
 *
 * Everything that gives a char * gives memory of lwi_system_allocator that
 * belongs to the caller, or NULL where there is none left (errno is ENOMEM)
 * or as the function says.
 */
#ifndef LWI_PATH_H
#define LWI_PATH_H

#include "base/alloc.h"

/* Like asprintf; the name is that of its main use. */
char *
lwi_path_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* folder/name; the name as it is where it is absolute or the folder "". */
char *
lwi_path_join(const char *folder, const char *name);

/* Absolute and without symbolic links; NULL with errno where it is not there
 * or cannot be reached. */
char *
lwi_path_resolve(const char *path);

/* Cuts an absolute path down to its parent; false, untouched, for "/". */
bool
lwi_path_to_parent(char *path);

/* Makes an absolute folder and those above it, for this user alone; one that
 * is there stays as it is. False with errno: path is cut at the one that cannot
 * be made. */
bool
lwi_path_make_folders(char *path);

/* What follows the last slash. Borrowed from the path. */
const char *
lwi_path_name(const char *path);

/* Symbolic links are followed; errno says why not. */
bool
lwi_path_is_folder(const char *path);
bool
lwi_path_is_file(const char *path);
/* Something has this name, a broken link included. */
bool
lwi_path_is_there(const char *path);

/* The same for folder/name; allocates nothing. */
bool
lwi_path_has(const char *folder, const char *name);

/* An environment variable that is set and not empty, else NULL. */
const char *
lwi_environment(const char *name);

#endif

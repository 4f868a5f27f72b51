/*
 * private.h - a folder that nobody but this user can write, or read.
 *
 * For files that a child is told to load: what is in them runs. The folder
 * and its files belong to this user, have no rights for others, and are no
 * symbolic links; no folder above it can be written by somebody else who
 * could put another in its place, where the user's own group counts as the
 * user. All of that is looked at each time.
 *
 * Who writes holds its lock (cache_folder.h). A file is written beside its
 * place and renamed, so it is whole or not there.
 */
#ifndef LWI_PRIVATE_H
#define LWI_PRIVATE_H

#include <sys/stat.h>

#include "base/buf.h"

/* Where the reason goes, for people. */
#define LWI_PRIVATE_REASON 256

struct lwi_private {
    char *path; /* absolute, without symbolic links */
    int fd;
};

/* One that is not open: lwi_private_close does nothing. */
#define LWI_PRIVATE_INIT                                                       \
    {                                                                          \
        NULL, -1                                                               \
    }

/* Makes it where it is not there, with those above it. LW_OK, LW_ENOMEM, or
 * LW_EFILE with the reason. */
int
lwi_private_make(const char *path, char reason[LWI_PRIVATE_REASON]);

/* Looks at all of the above. LW_OK, LW_ENOMEM, or LW_EFILE with the reason. */
int
lwi_private_open(struct lwi_private *folder, const char *path,
                 char reason[LWI_PRIVATE_REASON]);

void
lwi_private_close(struct lwi_private *folder);

/* A regular file of this user that no other one can write; -1 with errno,
 * EPERM where it is something else. For reading. */
int
lwi_private_open_file(const struct lwi_private *folder, const char *name,
                      struct stat *facts);

/* A small one, put behind what is in buf. LW_OK, LW_ENOMEM, LW_EFILE with
 * errno. */
int
lwi_private_read(const struct lwi_private *folder, const char *name,
                 struct lwi_buf *buf, size_t limit);

/* Replaces it as a whole, or leaves it as it is. LW_OK, LW_EFILE with
 * errno. */
int
lwi_private_write(const struct lwi_private *folder, const char *name,
                  const struct lwi_buf *text);

#endif

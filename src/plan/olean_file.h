/*
 * olean_file.h - of a compiled module's file, what olean.h needs.
 */
#ifndef LWI_PLAN_OLEAN_FILE_H
#define LWI_PLAN_OLEAN_FILE_H

#include "plan/olean.h"

/*
 * Reads a regular file of so many bytes: the whole, or its two ends, which do
 * for nearly all. What buf held is gone; *bytes is of it, and as far as it was
 * read. LW_OK, LW_ENOMEM, or LW_EFILE with errno.
 */
int
lwi_olean_read_ends(int fd, struct lwi_buf *buf, uint64_t size, bool whole,
                    struct lwi_olean_bytes *bytes);

#endif

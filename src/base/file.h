/*
 * file.h - whole files, small ones, from outside.
 */
#ifndef LWI_FILE_H
#define LWI_FILE_H

#include "base/buf.h"

/*
 * Puts the contents of a regular file behind what is in buf. Never waits on a
 * FIFO or a device. LW_OK, LW_ENOMEM, or LW_EFILE with errno: EFBIG where the
 * file has more than `limit` bytes, EINVAL where it is no regular file.
 */
int
lwi_file_read(struct lwi_buf *buf, const char *path, size_t limit);

#endif

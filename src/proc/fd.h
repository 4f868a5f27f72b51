/*
 * fd.h - descriptors of the library in a program that has its own.
 *
 * All are close-on-exec from birth, and none is low: where the program runs
 * with its stdin or stdout closed, a pipe of ours must not take the place that
 * its next printf writes to.
 */
#ifndef LWI_PROC_FD_H
#define LWI_PROC_FD_H

#include "proc/sys.h"

/* Also above every number that a child's descriptor is put on (start.c). */
#define LWI_FD_FLOOR 6

/* Closes where open and sets to -1; errno stays. */
void
lwi_fd_close(int *fd);

/* A pipe: [0] reads, [1] writes. 0, or -1 with errno and both -1. */
int
lwi_fd_pipe(const struct lwi_sys *sys, int fds[2]);

/* A connected pair of sockets; the same rules. */
int
lwi_fd_socket_pair(const struct lwi_sys *sys, int fds[2]);

int
lwi_fd_packet_pair(const struct lwi_sys *sys, int fds[2]);

/* One descriptor, moved over the floor where it is under it; -1 with errno. */
int
lwi_fd_raise(const struct lwi_sys *sys, int fd);

/*
 * Fills in *err from errno: LW_ELIMIT with the limit's name and value where a
 * limit was reached, LW_ENOMEM where memory was, else `otherwise`.
 */
int
lwi_fail_system(lw_error *err, lw_status otherwise, const char *operation,
                const char *what);

#endif

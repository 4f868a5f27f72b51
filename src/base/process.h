/*
 * process.h - which process this is, without a system call.
 *
 * What belongs to one process must be refused in a copy of it that fork made.
 * That is asked at each entry, and getpid is a system call: 0.1 to 0.7 µs.
 */
#ifndef LWI_PROCESS_H
#define LWI_PROCESS_H

#include <sys/types.h>

/* As getpid, in any thread and in any copy, however that was made. */
pid_t
lwi_process_id(void);

#endif

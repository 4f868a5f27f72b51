/*
 * sys.h - every system call of this folder that can fail, in one table.
 *
 * A runtime has one; tests give it another that fails the Nth call. The table
 * is the only thing that knows which Linux calls are optional: an entry that
 * answers ENOSYS is taken as a kernel without it.
 */
#ifndef LWI_PROC_SYS_H
#define LWI_PROC_SYS_H

#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

#include "base/base.h"

struct lwi_sys {
    int (*pipe)(int fds[2]);        /* close-on-exec both */
    int (*socket_pair)(int fds[2]); /* a stream; close-on-exec both */
    int (*packet_pair)(int fds[2]); /* the same, of packets */
    int (*event_fd)(void);          /* close-on-exec, non-blocking */
    int (*timer_fd)(void);          /* on the runtime's clock; the same */
    int (*timer_set)(int fd, const struct timespec *left); /* NULL: stops */
    int (*epoll_create)(void);                             /* close-on-exec */
    int (*epoll_set)(int epoll, int operation, int fd, unsigned events);
    int (*dup_above)(int fd, int minimum);
    int (*replace)(int from, int to); /* dup3, close-on-exec */
    int (*set_nonblocking)(int fd);
    int (*open)(const char *path, int flags);
    /* Of a size that nobody can change any more; close-on-exec. */
    int (*shared_memory)(size_t size);
    ssize_t (*read_at)(int fd, void *data, size_t size, uint64_t at);
    ssize_t (*write_at)(int fd, const void *data, size_t size, uint64_t at);
    ssize_t (*read)(int fd, void *data, size_t size);
    ssize_t (*write)(int fd, const void *data, size_t size);
    /* Never blocks, never raises SIGPIPE. */
    ssize_t (*send)(int fd, const void *data, size_t size);
    /* The same of one packet, and descriptors with it. */
    ssize_t (*send_with)(int fd, const void *data, size_t size, const int *with,
                         size_t count);
    /*
     * One packet, and the one descriptor that may come with it, close-on-exec;
     * -1: none. Never blocks. EPROTO: a longer packet, or more descriptors,
     * which are closed.
     */
    ssize_t (*receive_with)(int fd, void *data, size_t size, int *with);
    int (*poll)(struct pollfd *fds, size_t count, const struct timespec *left);
    int (*spawn)(pid_t *pid, const char *path,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr, char *const argv[],
                 char *const env[]); /* posix_spawnp: gives errno */
    int (*pidfd_open)(pid_t pid);
    int (*pidfd_signal)(int pidfd, int signal);
    int (*kill)(pid_t pid, int signal);
    /* The raw call: rusage may be NULL. */
    int (*wait_id)(idtype_t type, id_t id, siginfo_t *info, int options,
                   struct rusage *usage);
    /* At most for `left`; NULL: until it is signalled. */
    void (*cond_wait)(pthread_cond_t *condition, pthread_mutex_t *lock,
                      const struct timespec *left);
    int (*thread_create)(pthread_t *thread, void *(*run)(void *), void *arg);
};

/* The real calls. Static storage. */
extern const struct lwi_sys lwi_real_sys;

#endif

/*
 * platform.h - what the plugin takes from the C library.
 *
 * The wasm build has no headers but the compiler's own: Lean's main module
 * exports the functions of its C library, so they are declared here and
 * found when the side module is loaded. The native build includes the
 * system's headers.
 */
#ifndef LWI_PLUGIN_PLATFORM_H
#define LWI_PLUGIN_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__

typedef long ssize_t;

extern ssize_t
read(int fd, void *to, size_t size);
extern ssize_t
write(int fd, const void *from, size_t size);
extern int
usleep(unsigned microseconds);
extern int
getentropy(void *to, size_t size);
extern _Noreturn void
_exit(int code);
extern char *
getenv(const char *name);
extern void *
malloc(size_t size);
extern void *
realloc(void *old, size_t size);
extern void
free(void *memory);
extern size_t
strlen(const char *text);
extern int
memcmp(const void *a, const void *b, size_t size);
extern void *
sbrk(intptr_t increment);

struct timespec {
    int64_t tv_sec;
    long tv_nsec;
};
#define CLOCK_MONOTONIC 1
#define PLUGIN_CLOCK CLOCK_MONOTONIC /* it has no other */
extern int
clock_gettime(int clock, struct timespec *now);

/* Sizes of the 32-bit musl that emscripten carries; all zeros is a new one. */
typedef struct {
    int words[6];
} pthread_mutex_t;
typedef struct {
    int words[12];
} pthread_cond_t;
#define PTHREAD_MUTEX_INITIALIZER                                              \
    {                                                                          \
        {                                                                      \
            0                                                                  \
        }                                                                      \
    }
#define PTHREAD_COND_INITIALIZER                                               \
    {                                                                          \
        {                                                                      \
            0                                                                  \
        }                                                                      \
    }

extern int
pthread_mutex_lock(pthread_mutex_t *mutex);
extern int
pthread_mutex_unlock(pthread_mutex_t *mutex);
extern int
pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
extern int
pthread_cond_broadcast(pthread_cond_t *condition);
extern int *
__errno_location(void);

#define errno (*__errno_location())
/* The numbers of WASI, which emscripten uses. */
#define EAGAIN 6
#define EINTR 27

#else

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Looked at for each row, so the one that costs least: right to a few ms. */
#define PLUGIN_CLOCK CLOCK_MONOTONIC_COARSE

#endif

#endif

/* find_ring.c - a child finds the memory that it shares with its parent. */
#include "child/common/find_ring.h"

#ifdef __wasm__

/* Its memory is its own: nothing can be mapped into it. */
void
lwi_find_ring(struct lwi_ring *ring)
{
    ring->base = (void *)0;
}

#else

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "LW_CHILD_RING"

/* -1: no number is given. */
static int
offered(void)
{
    const char *text = getenv(VARIABLE);
    char *end;
    long fd;

    if (text == NULL || *text == '\0')
        return -1;
    fd = strtol(text, &end, 10);
    return *end == '\0' && fd > 2 && fd < 10000 ? (int)fd : -1;
}

/* The number may be another's, from a program in between: look what it is. */
static size_t
ring_size(int fd)
{
    const int sealed = F_SEAL_SHRINK | F_SEAL_GROW;
    int seals = fcntl(fd, F_GET_SEALS);
    struct stat facts;

    if (seals < 0 || (seals & sealed) != sealed || fstat(fd, &facts) < 0 ||
        facts.st_size < (off_t)LWI_RING_MIN ||
        facts.st_size > (off_t)LWI_RING_MAX)
        return 0;
    return (size_t)facts.st_size;
}

void
lwi_find_ring(struct lwi_ring *ring)
{
    int fd = offered();
    size_t size = fd >= 0 ? ring_size(fd) : 0;
    void *base;

    ring->base = NULL;
    if (size == 0)
        return;
    base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    unsetenv(VARIABLE); /* what is started from here has none */
    if (base != MAP_FAILED)
        lwi_ring_init(ring, base, size);
}

void
lwi_drop_ring(struct lwi_ring *ring)
{
    if (ring->base != NULL)
        munmap(ring->base, ring->size);
    ring->base = NULL;
}

#endif

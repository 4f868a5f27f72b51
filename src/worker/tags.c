/* tags.c - names of requests that cannot be guessed. */
#include "worker/tags.h"

#include <sys/random.h>

static int
refill(struct lwi_tags *tags)
{
    ssize_t n;

    /* Up to 256 bytes come whole once the generator is ready. */
    do
        n = getrandom(tags->pool, sizeof(tags->pool), 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(tags->pool))
        return LW_ESYSTEM;
    tags->left = LWI_TAGS_POOL;
    return LW_OK;
}

int
lwi_tags_next(struct lwi_tags *tags, uint64_t *tag)
{
    do {
        if (tags->left == 0 && refill(tags) != LW_OK)
            return LW_ESYSTEM;
        *tag = tags->pool[--tags->left];
        /* A spent name stays nowhere. */
        tags->pool[tags->left] = 0;
    } while (*tag == 0);
    return LW_OK;
}

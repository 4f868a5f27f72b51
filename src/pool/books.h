/*
 * books.h - the restarts of a key, over all workers that it has and had.
 *
 *      key ──► book ◄── worker, worker        its limit counts for each of
 *                   ◄── owed by one that is gone     those that are there
 *
 * A worker of a pool is given up where it cannot be made ready, and where its
 * place is wanted; the next one of its key must not begin with empty books.
 * Thread rule: with the pool's lock held, but for the book's own restarts.
 */
#ifndef LWI_POOL_BOOKS_H
#define LWI_POOL_BOOKS_H

#include "capability/capability.h"
#include "worker/restarts.h"

struct lwi_book {
    struct lwi_book *next;     /* in its bucket */
    lw_capability *capability; /* a reference, for its key */
    uint32_t users;
    struct lwi_restarts restarts;
};

#define LWI_BOOKS_BUCKETS 256u

struct lwi_books {
    const lw_allocator *allocator;
    struct lwi_book *buckets[LWI_BOOKS_BUCKETS];
};

void
lwi_books_init(struct lwi_books *books, const lw_allocator *allocator);

/* Nobody may use one any more. */
void
lwi_books_fini(struct lwi_books *books);

/*
 * The key's book, for one worker more; lwi_books_close gives it back. Forgets
 * those of its bucket that say nothing any more. NULL: no memory.
 */
struct lwi_book *
lwi_books_open(struct lwi_books *books, lw_capability *capability, int64_t now);

void
lwi_books_close(struct lwi_books *books, struct lwi_book *book, int64_t now);

#endif

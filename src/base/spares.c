/*
 * spares.c - an allocator that keeps a few small blocks.
 *
 * No lock: a block that waits is owned by whoever exchanges it out of its
 * place. The last owner, be it the maker or a block, frees all.
 */
#include "base/spares.h"

#include <stdalign.h>
#include <stdatomic.h>

#define PLACES 8 /* a typed command with two streams, and its answer */

/* Sizes are rounded up, so that one block serves for several things; larger
 * ones are not kept. */
#define SMALLEST ((size_t)512)
#define LARGEST ((size_t)64 * 1024)

struct spare {
    alignas(max_align_t) struct lwi_spares *home;
    size_t capacity;
};

struct lwi_spares {
    lw_allocator above; /* what users call */
    lw_allocator below;
    atomic_size_t owners;
    _Atomic(struct spare *) kept[PLACES];
};

static void
disown(struct lwi_spares *spares)
{
    lw_allocator below = spares->below;
    size_t i;

    if (atomic_fetch_sub(&spares->owners, 1) > 1)
        return;
    for (i = 0; i < PLACES; i++)
        lwi_free(&below, atomic_load(&spares->kept[i]));
    lwi_free(&below, spares);
}

/* One that waits and is large enough; NULL: there is none. */
static struct spare *
find(struct lwi_spares *spares, size_t size)
{
    struct spare *spare, *none;
    size_t i;

    for (i = 0; i < PLACES; i++) {
        spare = atomic_exchange(&spares->kept[i], NULL);
        if (spare == NULL)
            continue;
        if (spare->capacity >= size)
            return spare;
        none = NULL; /* too small: back again, where its place is still free */
        if (!atomic_compare_exchange_strong(&spares->kept[i], &none, spare))
            lwi_free(&spares->below, spare);
    }
    return NULL;
}

static void *
take(struct lwi_spares *spares, size_t size)
{
    struct spare *spare = size <= LARGEST ? find(spares, size) : NULL;
    size_t capacity = SMALLEST;

    if (spare == NULL) {
        while (capacity < size && capacity < LARGEST)
            capacity *= 2;
        if (capacity < size)
            capacity = size;
        if (capacity > SIZE_MAX - sizeof(*spare))
            return NULL;
        spare = lwi_resize(&spares->below, NULL, sizeof(*spare) + capacity);
        if (spare == NULL)
            return NULL;
        *spare = (struct spare){ .home = spares, .capacity = capacity };
    }
    atomic_fetch_add(&spares->owners, 1);
    return spare + 1;
}

static void
give_back(struct spare *spare)
{
    struct lwi_spares *spares = spare->home;
    struct spare *none;
    size_t i;

    for (i = 0; i < PLACES && spare->capacity <= LARGEST; i++) {
        none = NULL;
        if (atomic_compare_exchange_strong(&spares->kept[i], &none, spare))
            break;
    }
    if (i == PLACES || spare->capacity > LARGEST)
        lwi_free(&spares->below, spare);
    disown(spares);
}

/* A large one, where it is: it is not to be there twice. */
static void *
grow(struct spare *spare, size_t size)
{
    if (size > SIZE_MAX - sizeof(*spare))
        return NULL;
    spare = lwi_resize(&spare->home->below, spare, sizeof(*spare) + size);
    if (spare == NULL)
        return NULL;
    spare->capacity = size;
    return spare + 1;
}

static void *
resize(void *block, size_t size, void *user)
{
    struct spare *spare = block == NULL ? NULL : (struct spare *)block - 1;
    void *moved;

    if (size == 0) {
        if (spare != NULL)
            give_back(spare);
        return NULL;
    }
    if (spare != NULL && spare->capacity >= size)
        return block;
    if (spare != NULL && spare->capacity > LARGEST)
        return grow(spare, size);
    moved = take(user, size);
    if (moved != NULL && spare != NULL) {
        memcpy(moved, block, spare->capacity);
        give_back(spare);
    }
    return moved;
}

struct lwi_spares *
lwi_spares_create(const lw_allocator *below)
{
    struct lwi_spares *spares = lwi_alloc(below, sizeof(*spares));

    if (spares == NULL)
        return NULL;
    spares->below = *below;
    spares->above = (lw_allocator){ resize, spares };
    atomic_init(&spares->owners, 1);
    return spares;
}

void
lwi_spares_release(struct lwi_spares *spares)
{
    if (spares != NULL)
        disown(spares);
}

const lw_allocator *
lwi_spares_allocator(const struct lwi_spares *spares)
{
    return &spares->above;
}

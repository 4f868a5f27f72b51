/* books.c - the restarts of a key, over all workers that it has and had. */
#include "pool/books.h"

static struct lwi_book **
bucket_of(struct lwi_books *books, const lw_capability *capability)
{
    uint64_t hash = lw_session_key_hash(lw_capability_get_key(capability));

    return &books->buckets[hash % LWI_BOOKS_BUCKETS];
}

static void
drop(struct lwi_books *books, struct lwi_book **at)
{
    struct lwi_book *book = *at;

    *at = book->next;
    lwi_restarts_fini(&book->restarts);
    lw_capability_destroy(book->capability);
    lwi_free(books->allocator, book);
}

/* What nobody uses, and nobody who comes would miss. */
static void
sweep(struct lwi_books *books, struct lwi_book **at, int64_t now)
{
    while (*at != NULL) {
        if ((*at)->users == 0 && lwi_restarts_is_blank(&(*at)->restarts, now))
            drop(books, at);
        else
            at = &(*at)->next;
    }
}

void
lwi_books_init(struct lwi_books *books, const lw_allocator *allocator)
{
    memset(books, 0, sizeof(*books));
    books->allocator = allocator;
}

void
lwi_books_fini(struct lwi_books *books)
{
    size_t i;

    for (i = 0; i < LWI_BOOKS_BUCKETS; i++) {
        while (books->buckets[i] != NULL) {
            LW_ASSERT(books->buckets[i]->users == 0);
            drop(books, &books->buckets[i]);
        }
    }
}

static struct lwi_book *
find(struct lwi_book *book, const lw_capability *capability)
{
    const lw_session_key *key = lw_capability_get_key(capability);

    while (book != NULL &&
           lw_session_key_compare(lw_capability_get_key(book->capability),
                                  key) != 0)
        book = book->next;
    return book;
}

static struct lwi_book *
make(struct lwi_books *books, lw_capability *capability)
{
    static const lw_restart_policy defaults = LW_RESTART_POLICY_INIT;
    const lw_restart_policy *policy =
        lwi_capability_spec(capability)->worker.policy;
    struct lwi_book *book = lwi_alloc(books->allocator, sizeof(*book));

    if (book == NULL)
        return NULL;
    if (lwi_restarts_init(&book->restarts, "a worker of this key was",
                          policy != NULL ? policy : &defaults,
                          books->allocator) != LW_OK) {
        lwi_restarts_fini(&book->restarts);
        lwi_free(books->allocator, book);
        return NULL;
    }
    book->restarts.workers = 0;
    book->capability = lwi_capability_retain(capability);
    return book;
}

struct lwi_book *
lwi_books_open(struct lwi_books *books, lw_capability *capability, int64_t now)
{
    struct lwi_book **bucket = bucket_of(books, capability), *book;

    sweep(books, bucket, now);
    book = find(*bucket, capability);
    if (book == NULL) {
        book = make(books, capability);
        if (book == NULL)
            return NULL;
        book->next = *bucket;
        *bucket = book;
    }
    book->users++;
    lwi_restarts_share(&book->restarts, 1);
    return book;
}

void
lwi_books_close(struct lwi_books *books, struct lwi_book *book, int64_t now)
{
    book->users--;
    lwi_restarts_share(&book->restarts, -1);
    if (book->users == 0)
        sweep(books, bucket_of(books, book->capability), now);
}

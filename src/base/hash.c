/* hash.c - is this the same as then? */
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"

#define PRIME_A UINT64_C(0x00000100000001b3)
#define PRIME_B UINT64_C(0xff51afd7ed558ccd)
#define BLOCK ((size_t)256 * 1024)

/* Both steps can be undone, so no word is lost on the way. */
static void
add_word(struct lwi_hash *hash, uint64_t word)
{
    hash->a = (hash->a ^ word) * PRIME_A;
    hash->a ^= hash->a >> 29;
    hash->b = (hash->b + word) * PRIME_B;
    hash->b ^= hash->b >> 32;
}

void
lwi_hash_add(struct lwi_hash *hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t left = size;
    uint64_t word;

    for (; left >= sizeof(word); left -= sizeof(word), bytes += sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        add_word(hash, word);
    }
    word = 0;
    if (left > 0)
        memcpy(&word, bytes, left);
    add_word(hash, word);
    add_word(hash, size);
}

void
lwi_hash_add_text(struct lwi_hash *hash, const char *text)
{
    if (text == NULL)
        add_word(hash, UINT64_MAX);
    else
        lwi_hash_add(hash, text, strlen(text));
}

void
lwi_hash_add_number(struct lwi_hash *hash, uint64_t number)
{
    add_word(hash, number);
}

void
lwi_hash_add_texts(struct lwi_hash *hash, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++)
        lwi_hash_add_text(hash, *texts);
    lwi_hash_add_text(hash, NULL);
}

/* As much as fits, and less at the end only: blocks decide what is hashed. */
static ssize_t
read_block(int fd, char *block)
{
    size_t size = 0;
    ssize_t n;

    while (size < BLOCK) {
        n = read(fd, block + size, BLOCK - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        size += (size_t)n;
    }
    return (ssize_t)size;
}

bool
lwi_hash_add_file(struct lwi_hash *hash, int fd, uint64_t *size)
{
    char *block = lwi_alloc(&lwi_system_allocator, BLOCK);
    uint64_t total = 0;
    ssize_t n = -1;

    if (block == NULL)
        errno = ENOMEM;
    while (block != NULL && (n = read_block(fd, block)) > 0) {
        lwi_hash_add(hash, block, (size_t)n);
        total += (uint64_t)n;
    }
    lwi_free(&lwi_system_allocator, block);
    lwi_hash_add_number(hash, total);
    if (size != NULL)
        *size = total;
    return n == 0;
}

void
lwi_hash_text(const struct lwi_hash *hash, char text[LWI_HASH_TEXT_SIZE])
{
    snprintf(text, LWI_HASH_TEXT_SIZE, "%016" PRIx64 "%016" PRIx64, hash->a,
             hash->b);
}

/*
 * hash.h - is this the same as then? 128 bits of it.
 *
 * Against accidents, not against who wants two things to be alike: damage of a
 * disk, another version, another place. Some gigabytes a second.
 */
#ifndef LWI_HASH_H
#define LWI_HASH_H

#include "base/base.h"

/* In hexadecimal digits, with a NUL. */
#define LWI_HASH_TEXT_SIZE 33

struct lwi_hash {
    uint64_t a;
    uint64_t b;
};

#define LWI_HASH_INIT                                                          \
    {                                                                          \
        UINT64_C(0xcbf29ce484222325), UINT64_C(0x9e3779b97f4a7c15)             \
    }

/* Each call counts as one thing: "a" and "bc" differ from "ab" and "c". */
void
lwi_hash_add(struct lwi_hash *hash, const void *data, size_t size);

/* NULL differs from "". */
void
lwi_hash_add_text(struct lwi_hash *hash, const char *text);

void
lwi_hash_add_number(struct lwi_hash *hash, uint64_t number);

/* A list with NULL at the end; NULL is an empty one. */
void
lwi_hash_add_texts(struct lwi_hash *hash, const char *const *texts);

/*
 * The bytes of a file, which is read to its end from where it is. False with
 * errno. *size, where it is not NULL: how many.
 */
bool
lwi_hash_add_file(struct lwi_hash *hash, int fd, uint64_t *size);

void
lwi_hash_text(const struct lwi_hash *hash, char text[LWI_HASH_TEXT_SIZE]);

#endif

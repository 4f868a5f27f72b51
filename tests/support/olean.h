/*
 * olean.h - makes .olean files as Lean writes them, or nearly.
 *
 *     struct lwt_olean olean = LWT_OLEAN_INIT;
 *     lwt_olean_add(&olean, "Init", LWT_EXPORTED);
 *     lwt_olean_finish(&olean, true);
 *     … olean.bytes, olean.size …
 */
#ifndef LWT_OLEAN_H
#define LWT_OLEAN_H

#include "base/base.h"

#define LWT_OLEAN_ROOM 65536
#define LWT_OLEAN_IMPORTS 64

enum {
    LWT_ALL = 1,
    LWT_EXPORTED = 2,
    LWT_META = 4,
};

struct lwt_olean {
    unsigned word;       /* 4 or 8 */
    bool root_is_first;  /* else at the end, as older ones have it */
    const char *version; /* of Lean */
    uint64_t base;
    unsigned char bytes[LWT_OLEAN_ROOM];
    size_t size;
    uint64_t imports[LWT_OLEAN_IMPORTS];
    size_t count;
};

#define LWT_OLEAN_INIT                                                         \
    {                                                                          \
        .word = 8, .root_is_first = true, .version = "4.28.0",                 \
        .base = 0x7f310000                                                     \
    }

static inline void
lwt_olean_put(struct lwt_olean *o, const void *data, size_t size)
{
    LW_ASSERT(o->size + size <= LWT_OLEAN_ROOM);
    memcpy(o->bytes + o->size, data, size);
    o->size += size;
}

static inline void
lwt_olean_word(struct lwt_olean *o, uint64_t value)
{
    unsigned char bytes[8];
    unsigned i;

    for (i = 0; i < o->word; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    lwt_olean_put(o, bytes, o->word);
}

/* The header; called by the first object. */
static inline void
lwt_olean_begin(struct lwt_olean *o)
{
    unsigned char header[80] = "olean\2";

    if (o->size > 0)
        return;
    memcpy(header + 7, o->version, strlen(o->version));
    memset(header + 40, 'c', 40);
    lwt_olean_put(o, header, sizeof(header));
    lwt_olean_word(o, o->base);
    if (o->root_is_first)
        lwt_olean_word(o, 0); /* lwt_olean_finish says where */
}

/* The address of an object that follows. */
static inline uint64_t
lwt_olean_object(struct lwt_olean *o, unsigned tag, unsigned fields)
{
    unsigned char head[8] = {
        0, 0, 0, 0, 1, 0, (unsigned char)fields, (unsigned char)tag
    };
    uint64_t address;

    lwt_olean_begin(o);
    while (o->size % o->word != 0)
        lwt_olean_put(o, "", 1);
    address = o->base + o->size;
    lwt_olean_put(o, head, sizeof(head));
    return address;
}

static inline uint64_t
lwt_olean_string(struct lwt_olean *o, const char *text, size_t size)
{
    uint64_t address = lwt_olean_object(o, 249, 0);

    lwt_olean_word(o, size + 1);
    lwt_olean_word(o, size + 1);
    lwt_olean_word(o, size);
    lwt_olean_put(o, text, size);
    lwt_olean_put(o, "", 1);
    return address;
}

/* Dots part a name, and nothing else does. */
static inline uint64_t
lwt_olean_name(struct lwt_olean *o, const char *name)
{
    uint64_t address = 1, part, next;
    size_t size;

    for (;; name += size + 1) {
        size = strcspn(name, ".");
        part = lwt_olean_string(o, name, size);
        next = lwt_olean_object(o, 1, 2);
        lwt_olean_word(o, address);
        lwt_olean_word(o, part);
        address = next;
        if (name[size] == '\0')
            return address;
    }
}

static inline void
lwt_olean_add(struct lwt_olean *o, const char *module, unsigned flags)
{
    uint64_t name = lwt_olean_name(o, module);
    unsigned char bits[8] = { (flags & LWT_ALL) != 0,
                              (flags & LWT_EXPORTED) != 0,
                              (flags & LWT_META) != 0 };

    LW_ASSERT(o->count < LWT_OLEAN_IMPORTS);
    o->imports[o->count++] = lwt_olean_object(o, 0, 1);
    lwt_olean_word(o, name);
    lwt_olean_put(o, bits, o->word);
}

static inline void
lwt_olean_finish(struct lwt_olean *o, bool is_module)
{
    uint64_t array = lwt_olean_object(o, 246, 0), root;
    unsigned char flag[8] = { is_module };
    size_t i, end;

    lwt_olean_word(o, o->count);
    lwt_olean_word(o, o->count);
    for (i = 0; i < o->count; i++)
        lwt_olean_word(o, o->imports[i]);
    root = lwt_olean_object(o, 0, 5);
    for (i = 0; i < 5; i++)
        lwt_olean_word(o, array);
    lwt_olean_put(o, flag, o->word);
    if (!o->root_is_first) {
        lwt_olean_word(o, root);
        return;
    }
    end = o->size;
    o->size = 80 + o->word;
    lwt_olean_word(o, root);
    o->size = end;
}

#endif

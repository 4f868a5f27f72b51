/*
 * lean_abi.h - the few facts about Lean's objects that the plugin rests on.
 *
 * There is no lean.h in the toolchains we meet, so this is our own view of
 * the layout, for 32-bit and 64-bit hosts alike: a word is a size_t.
 *
 *   header   rc i32 | cs_sz u16 | other u8 | tag u8          8 bytes
 *   string   header | size (with NUL) | capacity | code points | bytes
 *   array    header | size | capacity | items
 *   bytes    header | size | capacity | bytes; other: 1 in its lower 7 bits
 *   others   header | fields; other: how many
 *
 * A scalar (Nat below 2^31 or 2^63, Unit) is no pointer: (n << 1) | 1.
 *
 * Whatever can be made by an exported function of the runtime is made by it;
 * the layout is only used to read, and to fill in arrays that the runtime has
 * just made for us. lean_abi_check (probe.c) proves it on live objects before
 * anything else happens: a Lean with another layout gets a sentence, not a
 * crash.
 *
 * Ownership, as the interpreter wants it of the boxed symbols that it calls:
 * every argument arrives owned, so each entry point releases its arguments;
 * results leave owned. Functions of type BaseIO return the bare value.
 */
#ifndef LWI_LEAN_ABI_H
#define LWI_LEAN_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lean_object {
    int32_t rc; /* > 0: one thread; < 0: shared, atomic; 0: never freed */
    uint16_t cs_sz;
    uint8_t other;
    uint8_t tag;
} lean_object;

typedef struct lean_string {
    lean_object header;
    size_t size; /* bytes, with the NUL at the end */
    size_t capacity;
    size_t length; /* code points */
    char data[];
} lean_string;

typedef struct lean_array {
    lean_object header;
    size_t size;
    size_t capacity;
    lean_object *items[];
} lean_array;

typedef struct lean_byte_array {
    lean_object header;
    size_t size;
    size_t capacity;
    uint8_t bytes[];
} lean_byte_array;

typedef struct lean_constructor {
    lean_object header;
    lean_object *fields[];
} lean_constructor;

enum {
    LEAN_TAG_ARRAY = 246,
    LEAN_TAG_BYTES = 248,
    LEAN_TAG_STRING = 249,
    LEAN_TAG_MPZ = 250,
};

/* Exported by every Lean runtime. */
extern lean_object *
lean_mk_string_from_bytes(const char *data, size_t size);
extern lean_object *
lean_mk_array(lean_object *count, lean_object *item);
extern lean_object *
lean_big_uint64_to_nat(uint64_t value);
extern uint64_t
lean_uint64_of_big_nat(lean_object *nat);
extern void
lean_dec_ref_cold(lean_object *object);

static inline lean_object *
lean_box(size_t value)
{
    return (lean_object *)((value << 1) | 1u);
}

static inline bool
lean_is_scalar(const lean_object *object)
{
    return ((uintptr_t)object & 1u) != 0;
}

static inline size_t
lean_unbox(const lean_object *object)
{
    return (uintptr_t)object >> 1;
}

/* Gives up one reference. */
static inline void
lean_release(lean_object *object)
{
    if (lean_is_scalar(object))
        return;
    if (object->rc > 1)
        object->rc--;
    else if (object->rc != 0)
        lean_dec_ref_cold(object);
}

static inline lean_object *
lean_nat_from_u64(uint64_t value)
{
    return value <= SIZE_MAX >> 1 ? lean_box((size_t)value)
                                  : lean_big_uint64_to_nat(value);
}

/* Borrows; a number of more than 64 bits loses its upper ones. */
static inline uint64_t
lean_nat_to_u64(lean_object *nat)
{
    return lean_is_scalar(nat) ? lean_unbox(nat) : lean_uint64_of_big_nat(nat);
}

/* Borrows. */
static inline const char *
lean_string_data(lean_object *string)
{
    return ((lean_string *)string)->data;
}

/* Borrows; without the NUL. */
static inline size_t
lean_string_bytes(lean_object *string)
{
    return ((lean_string *)string)->size - 1;
}

/* Borrows. */
static inline size_t
lean_array_size(lean_object *array)
{
    return ((lean_array *)array)->size;
}

/* Borrows both. */
static inline lean_object *
lean_array_item(lean_object *array, size_t i)
{
    return ((lean_array *)array)->items[i];
}

/*
 * An array of `count` items, each box(0) until the caller, who is its only
 * owner, stores an owned object over it with lean_array_put.
 */
static inline lean_object *
lean_array_create(size_t count)
{
    return lean_mk_array(lean_box(count), lean_box(0));
}

static inline void
lean_array_put(lean_object *array, size_t i, lean_object *item)
{
    ((lean_array *)array)->items[i] = item;
}

/* probe.c: NULL where this Lean is as described, else what is not so. */
const char *
lean_abi_check(void);

#endif

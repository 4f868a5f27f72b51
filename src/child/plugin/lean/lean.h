/*
 * lean/lean.h - what C code that Lean's compiler emits for our shim asks for.
 *
 * The embedded toolchain has no lean.h, and of the real one the shim needs
 * little: this is our own, written against the facts in lean_abi.h. Functions
 * that the runtime exports are declared by the emitted code itself; here is
 * what a runtime expects to be inline. Owned and borrowed arguments are as in
 * Lean's own convention: lean_ctor_get, sizes and comparisons borrow,
 * constructors and setters take.
 *
 * A name that is missing here is an error when the emitted code is compiled
 * (-Werror=implicit-function-declaration), not a surprise at run time.
 */
#ifndef LWI_PLUGIN_LEAN_H
#define LWI_PLUGIN_LEAN_H

#include "lean_abi.h"

/* Nothing of the shim is visible to the files that it checks. */
#define LEAN_EXPORT __attribute__((visibility("hidden")))

typedef struct lean_closure {
    lean_object header;
    void *function;
    uint16_t arity;
    uint16_t fixed;
    lean_object *captured[];
} lean_closure;

enum {
    LEAN_TAG_CLOSURE = 245,
};

extern lean_object *
lean_alloc_object(size_t size);
extern void
lean_free_object(lean_object *object);
extern void
lean_mark_persistent(lean_object *object);
extern lean_object *
lean_mk_string_unchecked(const char *data, size_t size, size_t length);
extern uint8_t
lean_string_eq_cold(lean_object *a, lean_object *b);
extern uint8_t
lean_string_lt(lean_object *a, lean_object *b);
extern uint8_t
lean_nat_big_eq(lean_object *a, lean_object *b);
extern uint8_t
lean_nat_big_le(lean_object *a, lean_object *b);
extern uint8_t
lean_nat_big_lt(lean_object *a, lean_object *b);
extern lean_object *
lean_nat_big_add(lean_object *a, lean_object *b);
extern lean_object *
lean_nat_big_sub(lean_object *a, lean_object *b);
extern lean_object *
lean_nat_big_mul(lean_object *a, lean_object *b);
extern lean_object *
lean_nat_big_div(lean_object *a, lean_object *b);
extern lean_object *
lean_nat_big_shiftr(lean_object *a, lean_object *b);
extern lean_object *
lean_task_get(lean_object *task);
extern lean_object *
lean_io_as_task(lean_object *action, lean_object *priority);
extern lean_object *
lean_apply_1(lean_object *f, lean_object *a);
extern lean_object *
lean_apply_2(lean_object *f, lean_object *a, lean_object *b);
extern lean_object *
lean_apply_3(lean_object *f, lean_object *a, lean_object *b, lean_object *c);
extern lean_object *
lean_apply_4(lean_object *f, lean_object *a, lean_object *b, lean_object *c,
             lean_object *d);
extern lean_object *
lean_apply_5(lean_object *f, lean_object *a, lean_object *b, lean_object *c,
             lean_object *d, lean_object *e);

/* ---- references ---- */

static inline void
lean_inc_ref_n(lean_object *object, size_t n)
{
    if (object->rc > 0)
        object->rc += (int32_t)n;
    else if (object->rc != 0)
        __atomic_fetch_sub(&object->rc, (int32_t)n, __ATOMIC_RELAXED);
}

static inline void
lean_inc_ref(lean_object *object)
{
    lean_inc_ref_n(object, 1);
}

static inline void
lean_inc_n(lean_object *object, size_t n)
{
    if (!lean_is_scalar(object))
        lean_inc_ref_n(object, n);
}

static inline void
lean_inc(lean_object *object)
{
    lean_inc_n(object, 1);
}

static inline void
lean_dec_ref(lean_object *object)
{
    if (object->rc > 1)
        object->rc--;
    else if (object->rc != 0)
        lean_dec_ref_cold(object);
}

static inline void
lean_dec(lean_object *object)
{
    lean_release(object);
}

static inline bool
lean_is_exclusive(const lean_object *object)
{
    return object->rc == 1;
}

/* ---- constructors ---- */

static inline unsigned
lean_obj_tag(const lean_object *object)
{
    return lean_is_scalar(object) ? (unsigned)lean_unbox(object) : object->tag;
}

/* The end is cleared, since Lean compares and hashes whole words. */
static inline lean_object *
lean_alloc_ctor(unsigned tag, unsigned field_count, unsigned scalar_size)
{
    size_t size =
        sizeof(lean_object) + field_count * sizeof(void *) + scalar_size;
    size_t rounded = (size + 7u) & ~(size_t)7u;
    lean_object *object = lean_alloc_object(rounded);

    if (rounded != size)
        ((size_t *)object)[rounded / sizeof(size_t) - 1] = 0;
    object->rc = 1;
    object->cs_sz = (uint16_t)rounded;
    object->other = (uint8_t)field_count;
    object->tag = (uint8_t)tag;
    return object;
}

static inline lean_object *
lean_ctor_get(lean_object *object, unsigned i)
{
    return ((lean_constructor *)object)->fields[i];
}

static inline void
lean_ctor_set(lean_object *object, unsigned i, lean_object *value)
{
    ((lean_constructor *)object)->fields[i] = value;
}

static inline void
lean_ctor_set_tag(lean_object *object, uint8_t tag)
{
    object->tag = tag;
}

static inline void
lean_ctor_release(lean_object *object, unsigned i)
{
    lean_release(lean_ctor_get(object, i));
    lean_ctor_set(object, i, lean_box(0));
}

/* Offsets of scalars count from the first field. */
static inline void *
lean_ctor_scalar(lean_object *object, unsigned offset)
{
    return (char *)((lean_constructor *)object)->fields + offset;
}

static inline uint8_t
lean_ctor_get_uint8(lean_object *object, unsigned offset)
{
    return *(uint8_t *)lean_ctor_scalar(object, offset);
}

static inline void
lean_ctor_set_uint8(lean_object *object, unsigned offset, uint8_t value)
{
    *(uint8_t *)lean_ctor_scalar(object, offset) = value;
}

static inline void
lean_ctor_set_uint64(lean_object *object, unsigned offset, uint64_t value)
{
    __builtin_memcpy(lean_ctor_scalar(object, offset), &value, sizeof value);
}

/* A size_t is counted in words, as fields are. */
static inline void
lean_ctor_set_usize(lean_object *object, unsigned i, size_t value)
{
    ((size_t *)((lean_constructor *)object)->fields)[i] = value;
}

static inline size_t
lean_unbox_usize(const lean_object *object)
{
    size_t value;

    __builtin_memcpy(&value, ((const lean_constructor *)object)->fields,
                     sizeof value);
    return value;
}

/* ---- closures ---- */

static inline lean_object *
lean_alloc_closure(void *function, unsigned arity, unsigned fixed)
{
    size_t size = sizeof(lean_closure) + fixed * sizeof(void *);
    size_t rounded = (size + 7u) & ~(size_t)7u;
    lean_closure *closure = (lean_closure *)lean_alloc_object(rounded);

    closure->header.rc = 1;
    closure->header.cs_sz = (uint16_t)rounded;
    closure->header.other = 0;
    closure->header.tag = LEAN_TAG_CLOSURE;
    closure->function = function;
    closure->arity = (uint16_t)arity;
    closure->fixed = (uint16_t)fixed;
    return &closure->header;
}

static inline void
lean_closure_set(lean_object *closure, unsigned i, lean_object *value)
{
    ((lean_closure *)closure)->captured[i] = value;
}

/* ---- natural numbers ---- */

static inline bool
lean_both_scalars(const lean_object *a, const lean_object *b)
{
    return ((uintptr_t)a & (uintptr_t)b & 1u) != 0;
}

static inline lean_object *
lean_unsigned_to_nat(unsigned value)
{
    return lean_nat_from_u64(value);
}

static inline uint8_t
lean_nat_dec_eq(lean_object *a, lean_object *b)
{
    return a == b || (!lean_both_scalars(a, b) && lean_nat_big_eq(a, b));
}

static inline uint8_t
lean_nat_dec_le(lean_object *a, lean_object *b)
{
    return lean_both_scalars(a, b) ? a <= b : lean_nat_big_le(a, b);
}

static inline uint8_t
lean_nat_dec_lt(lean_object *a, lean_object *b)
{
    return lean_both_scalars(a, b) ? a < b : lean_nat_big_lt(a, b);
}

static inline lean_object *
lean_nat_add(lean_object *a, lean_object *b)
{
    if (!lean_both_scalars(a, b))
        return lean_nat_big_add(a, b);
    return lean_nat_from_u64((uint64_t)lean_unbox(a) + lean_unbox(b));
}

static inline lean_object *
lean_nat_sub(lean_object *a, lean_object *b)
{
    if (!lean_both_scalars(a, b))
        return lean_nat_big_sub(a, b);
    return lean_box(a < b ? 0 : lean_unbox(a) - lean_unbox(b));
}

static inline lean_object *
lean_nat_mul(lean_object *a, lean_object *b)
{
    if (!lean_both_scalars(a, b))
        return lean_nat_big_mul(a, b);
    return lean_nat_from_u64((uint64_t)lean_unbox(a) * lean_unbox(b));
}

static inline lean_object *
lean_nat_div(lean_object *a, lean_object *b)
{
    if (!lean_both_scalars(a, b))
        return lean_nat_big_div(a, b);
    return lean_box(lean_unbox(b) == 0 ? 0 : lean_unbox(a) / lean_unbox(b));
}

static inline lean_object *
lean_nat_shiftr(lean_object *a, lean_object *b)
{
    if (!lean_both_scalars(a, b))
        return lean_nat_big_shiftr(a, b);
    return lean_box(lean_unbox(b) < 8 * sizeof(size_t)
                        ? lean_unbox(a) >> lean_unbox(b)
                        : 0);
}

static inline lean_object *
lean_usize_to_nat(size_t value)
{
    return lean_nat_from_u64(value);
}

static inline uint8_t
lean_uint8_dec_eq(uint8_t a, uint8_t b)
{
    return a == b;
}

static inline size_t
lean_usize_of_nat(lean_object *a)
{
    return (size_t)lean_nat_to_u64(a);
}

static inline uint64_t
lean_uint64_lor(uint64_t a, uint64_t b)
{
    return a | b;
}

static inline uint64_t
lean_uint64_shift_left(uint64_t a, uint64_t bits)
{
    return a << (bits & 63);
}

static inline uint64_t
lean_uint64_shift_right(uint64_t a, uint64_t bits)
{
    return a >> (bits & 63);
}

static inline uint8_t
lean_uint32_dec_eq(uint32_t a, uint32_t b)
{
    return a == b;
}

static inline uint8_t
lean_uint32_dec_le(uint32_t a, uint32_t b)
{
    return a <= b;
}

static inline lean_object *
lean_uint32_to_nat(uint32_t a)
{
    return lean_nat_from_u64(a);
}

/* ---- strings and arrays ---- */

static inline uint8_t
lean_string_dec_eq(lean_object *a, lean_object *b)
{
    return a == b || (lean_string_bytes(a) == lean_string_bytes(b) &&
                      lean_string_eq_cold(a, b));
}

static inline uint8_t
lean_string_dec_lt(lean_object *a, lean_object *b)
{
    return lean_string_lt(a, b);
}

static inline lean_object *
lean_string_utf8_byte_size(lean_object *text)
{
    return lean_box(lean_string_bytes(text));
}

static inline lean_object *
lean_array_get_size(lean_object *array)
{
    return lean_box(lean_array_size(array));
}

/* The index is within bounds; both arguments are borrowed. */
static inline lean_object *
lean_array_fget(lean_object *array, lean_object *i)
{
    lean_object *item = lean_array_item(array, lean_unbox(i));

    lean_inc(item);
    return item;
}

/* Capacity is a hint; the shim only makes small arrays. */
static inline lean_object *
lean_mk_empty_array_with_capacity(lean_object *capacity)
{
    (void)capacity;
    return lean_array_create(0);
}

static inline lean_object *
lean_byte_array_size(lean_object *array)
{
    return lean_box(((lean_byte_array *)array)->size);
}

/* Lean's `get!`; the shim stays within bounds, as a default would do too. */
static inline uint8_t
lean_byte_array_get(lean_object *array, lean_object *i)
{
    const lean_byte_array *view = (const lean_byte_array *)array;

    return lean_is_scalar(i) && lean_unbox(i) < view->size
               ? view->bytes[lean_unbox(i)]
               : 0;
}

/* ---- tasks and results ---- */

/* Takes the task; lean_task_get borrows it. */
static inline lean_object *
lean_task_get_own(lean_object *task)
{
    lean_object *value = lean_task_get(task);

    lean_inc(value);
    lean_release(task);
    return value;
}

/* An IO result is a constructor of one field: 0 is ok, 1 an error. */
static inline lean_object *
lean_io_result_mk_ok(lean_object *value)
{
    lean_object *result = lean_alloc_ctor(0, 1, 0);

    lean_ctor_set(result, 0, value);
    return result;
}

static inline bool
lean_io_result_is_ok(const lean_object *result)
{
    return result->tag == 0;
}

static inline bool
lean_io_result_is_error(const lean_object *result)
{
    return result->tag == 1;
}

#endif

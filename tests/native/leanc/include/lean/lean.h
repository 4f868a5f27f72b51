/*
 * lean/lean.h - what C code that native Lean 4.35 emits for the freestanding
 * modules of this folder asks for.
 *
 * The runtime of the tests comes without a lean.h. The plugin's own has most of
 * it; here is what a newer compiler emits besides, written against the facts of
 * lean_abi.h and what the exported functions of the runtime do.
 */
#ifndef LW_TEST_LEAN_H
#define LW_TEST_LEAN_H

#define _GNU_SOURCE
#include <dlfcn.h>
#include <plugin/lean/lean.h>

/* What a module's shared library shows is said when it is linked. */
#undef LEAN_EXPORT
#define LEAN_EXPORT __attribute__((visibility("default")))

/* ---- objects that are there before anything runs ---- */

typedef struct {
    int32_t m_rc;
    uint16_t m_cs_sz;
    uint8_t m_other;
    uint8_t m_tag;
} lean_static_header;

typedef struct {
    lean_static_header m_header;
    size_t m_size;
    size_t m_capacity;
    size_t m_length;
    char m_data[];
} lean_string_object;

typedef struct {
    lean_static_header m_header;
    lean_object *m_objs[];
} lean_ctor_object;

typedef struct {
    lean_static_header m_header;
    size_t m_size;
    size_t m_capacity;
    lean_object *m_data[];
} lean_array_object;

/* ---- values that are computed once, when they are first asked for ---- */

typedef struct {
    int32_t done;
    int32_t lock;
} lean_once_cell_t;

#define LEAN_ONCE_CELL_INITIALIZER                                             \
    {                                                                          \
        0, 0                                                                   \
    }

extern lean_object *
lean_obj_once_cold(lean_object **value, lean_once_cell_t *cell,
                   lean_object *(*compute)(void));

static inline lean_object *
lean_obj_once(lean_object **value, lean_once_cell_t *cell,
              lean_object *(*compute)(void))
{
    if (__atomic_load_n(&cell->done, __ATOMIC_ACQUIRE) == 1)
        return *value;
    return lean_obj_once_cold(value, cell, compute);
}

/* ---- references ---- */

/* To an object of so many fields, which are given up apart. */
static inline void
lean_dec_ref_known(lean_object *object, unsigned fields)
{
    (void)fields;
    lean_dec_ref(object);
}

/* The memory alone: its fields live on. */
static inline void
lean_del_object(lean_object *object)
{
    lean_free_object(object);
}

/* ---- numbers ---- */

static inline uint8_t
lean_uint8_of_nat(lean_object *a)
{
    return (uint8_t)lean_nat_to_u64(a);
}

static inline uint32_t
lean_uint32_of_nat(lean_object *a)
{
    return (uint32_t)lean_nat_to_u64(a);
}

static inline lean_object *
lean_box_uint32(uint32_t value)
{
    return lean_box(value);
}

static inline uint32_t
lean_unbox_uint32(const lean_object *object)
{
    return (uint32_t)lean_unbox(object);
}

static inline lean_object *
lean_box_usize(size_t value)
{
    lean_object *object = lean_alloc_ctor(0, 0, sizeof(size_t));

    lean_ctor_set_usize(object, 0, value);
    return object;
}

/*
 * Constants that a freestanding module declares as Lean's own. One that imports
 * them would let their own module compute them; one that declares them asks for
 * a function to do it.
 */
#define CONSTANT_OF_LEAN(name)                                                 \
    static inline lean_object *_init_##name(void)                              \
    {                                                                          \
        return *(lean_object **)dlsym(RTLD_DEFAULT, #name);                    \
    }

CONSTANT_OF_LEAN(l_IO_Error_instToString)
CONSTANT_OF_LEAN(l_Lean_versionStringCore)
CONSTANT_OF_LEAN(l_Lean_githash)
CONSTANT_OF_LEAN(l_Lean_Options_empty)

#endif

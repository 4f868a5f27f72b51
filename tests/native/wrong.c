/*
 * wrong.c - a runtime that is not as the plugin thinks, for the tests on native
 * Lean: loaded before it (LD_PRELOAD), it takes the place of one function.
 */
#include "lean_abi.h"

extern lean_object *
lean_alloc_object(size_t size);

/* A result of IO as older versions of Lean make it: value and world. */
__attribute__((visibility("default"))) lean_object *
lean_io_process_get_current_dir(lean_object *world);
lean_object *
lean_io_process_get_current_dir(lean_object *world)
{
    lean_constructor *result = (lean_constructor *)lean_alloc_object(24);

    result->header = (lean_object){ .rc = 1, .cs_sz = 24, .other = 2 };
    result->fields[0] = lean_mk_string_from_bytes("/", 1);
    result->fields[1] = world;
    return &result->header;
}

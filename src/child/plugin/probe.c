/*
 * probe.c - is this Lean the one that lean_abi.h describes?
 *
 * One plugin serves several versions of Lean. None of them promises a layout,
 * so each fact that the plugin rests on is looked for on live objects before
 * anything else happens, in the process that is to work. What does not hold is
 * named, and the child ends: LWI_GOODBYE_HOST with the sentence.
 *
 * The embedded Lean is one version, and a side module that asks it for a
 * function of another type is refused when it is loaded: there the facts about
 * names and IO are known before, and only the objects are looked at.
 */
#include "lean_abi.h"
#include "platform.h"

#ifndef __wasm__
#include <dlfcn.h>
#include <stdio.h>
#endif

/* ---- objects ---- */

static const char *
check_string(void)
{
    lean_object *text = lean_mk_string_from_bytes("a\xc3\xa9z", 4);
    const lean_string *view = (const lean_string *)text;
    bool good;

    good = !lean_is_scalar(text) && view->header.rc == 1 &&
           view->header.tag == LEAN_TAG_STRING && view->size == 5 &&
           view->length == 3 && view->capacity >= 5 &&
           memcmp(view->data, "a\xc3\xa9z", 5) == 0;
    if (!good)
        return "the layout of strings is unknown";
    lean_release(text);
    return NULL;
}

static const char *
check_array(void)
{
    lean_object *array = lean_mk_array(lean_box(2), lean_box(7));
    const lean_array *view = (const lean_array *)array;
    bool good;

    good = !lean_is_scalar(array) && view->header.rc == 1 &&
           view->header.tag == LEAN_TAG_ARRAY && view->size == 2 &&
           view->capacity >= 2 && view->items[0] == lean_box(7) &&
           view->items[1] == lean_box(7);
    if (!good)
        return "the layout of arrays is unknown";
    lean_release(array);
    return NULL;
}

static const char *
check_nat(void)
{
    lean_object *nat = lean_nat_from_u64(UINT64_MAX);

    if (lean_is_scalar(nat) || nat->tag != LEAN_TAG_MPZ ||
        lean_nat_to_u64(nat) != UINT64_MAX)
        return "the layout of large numbers is unknown";
    lean_release(nat);
    return NULL;
}

#ifndef __wasm__

/* ---- names ---- */

#ifndef PROBE_FIND
#define PROBE_FIND(name) dlsym(RTLD_DEFAULT, name)
#endif

/*
 * All of Lean's that the plugin calls; a test holds this list against the
 * plugin's undefined symbols. They are bound when they are first called, so the
 * probe comes before one that is missing ends the process.
 */
static const char *const names[] = {
    "lean_alloc_object",      "lean_big_uint64_to_nat",
    "lean_dec_ref_cold",      "lean_eval_const",
    "lean_io_mono_nanos_now", "lean_io_process_get_current_dir",
    "lean_mark_mt",           "lean_mk_array",
    "lean_mk_io_user_error",  "lean_mk_string_from_bytes",
    "lean_nat_big_le",        "lean_string_to_utf8",
    "lean_uint64_of_big_nat",
};

static const char *
check_names(void)
{
    static char sentence[128];
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (PROBE_FIND(names[i]) == NULL) {
            snprintf(sentence, sizeof(sentence),
                     "the runtime has no function %s", names[i]);
            return sentence;
        }
    }
    return NULL;
}

/* ---- what only the native plugin needs to be told ---- */

extern lean_object *
lean_string_to_utf8(lean_object *borrowed);
extern void
lean_mark_mt(lean_object *object);
extern lean_object *
lean_mk_io_user_error(lean_object *text);
/* Both had the token of the world as argument once, and pass over it now. */
extern lean_object *
lean_io_mono_nanos_now(lean_object *world);
extern lean_object *
lean_io_process_get_current_dir(lean_object *world);

static const char *
check_bytes(void)
{
    lean_object *text = lean_mk_string_from_bytes("abc", 3);
    lean_object *bytes = lean_string_to_utf8(text);
    const lean_byte_array *view = (const lean_byte_array *)bytes;

    if (lean_is_scalar(bytes) || view->header.tag != LEAN_TAG_BYTES ||
        (view->header.other & 0x7f) != 1 || view->size != 3 ||
        view->capacity < 3 || memcmp(view->bytes, "abc", 3) != 0)
        return "the layout of byte arrays is unknown";
    lean_release(bytes);
    lean_release(text);
    return NULL;
}

/* An object that threads share is counted downwards from -1. */
static const char *
check_sharing(void)
{
    lean_object *text = lean_mk_string_from_bytes("abc", 3);

    lean_mark_mt(text);
    if (text->rc != -1)
        return "the counting of shared objects is unknown";
    lean_release(text);
    return NULL;
}

static const char *
check_constructor(void)
{
    lean_object *text = lean_mk_string_from_bytes("abc", 3);
    lean_object *error = lean_mk_io_user_error(text);
    const lean_constructor *view = (const lean_constructor *)error;

    if (lean_is_scalar(error) || view->header.rc != 1 ||
        view->header.other != 1 || view->fields[0] != text)
        return "the layout of constructors is unknown";
    lean_release(error);
    return NULL;
}

/* The action may fail, where its folder is gone: an error has that shape too.
 */
static const char *
check_io(void)
{
    lean_object *result = lean_io_process_get_current_dir(lean_box(0));

    if (lean_is_scalar(result) || result->rc != 1 || result->tag > 1)
        return "the results of IO are unknown";
    if (result->other != 1)
        return "the results of IO have another number of fields than one, as "
               "those of older versions of Lean";
    lean_release(result);
    if (!lean_is_scalar(lean_io_mono_nanos_now(lean_box(0))))
        return "actions of BaseIO do not return their bare value, as those of "
               "older versions of Lean";
    return NULL;
}

#endif

const char *
lean_abi_check(void)
{
    static const char *(*const checks[])(void) = {
#ifndef __wasm__
        check_names, /* first: the others call what it finds */
#endif
        check_string, check_array,   check_nat,
#ifndef __wasm__
        check_bytes,  check_sharing, check_constructor, check_io,
#endif
    };
    const char *fault = NULL;
    size_t i;

    for (i = 0; fault == NULL && i < sizeof(checks) / sizeof(checks[0]); i++)
        fault = checks[i]();
    return fault;
}

/*
 * native_probe_test.c - the plugin's probe against runtimes that are each wrong
 * in one way. The runtime is made here; the real ones are in tests/lean and
 * tests/native/run.
 */
#include "support/test.h"

/* Which name the runtime lacks, and what of it is not as it should be. */
static const char *missing;
static enum {
    NOTHING,
    STRING_LENGTH,
    STRING_TAG,
    ARRAY_OFFSET,
    NAT_SCALAR,
    BYTES_WIDE,
    SHARED_UPWARDS,
    FIELDS_LATER,
    IO_TWO_FIELDS,
    IO_SCALAR,
    IO_TAG,
    BASE_IO_BOXED,
} wrong;

static void *
find(const char *name)
{
    return missing != NULL && strcmp(missing, name) == 0 ? NULL : &wrong;
}

#define PROBE_FIND(name) find(name)
#include "child/plugin/probe.c"

/* A probe that finds a fault releases nothing: each test ends with free_all. */
static lean_object *made[1024];
static size_t made_count;

static int
free_all(void **state)
{
    (void)state;
    while (made_count > 0)
        free(made[--made_count]);
    return 0;
}

static lean_object *
make(size_t size, uint8_t other, uint8_t tag)
{
    lean_object *object = calloc(1, sizeof(*object) + size);

    assert_non_null(object);
    assert_true(made_count < sizeof(made) / sizeof(made[0]));
    made[made_count++] = object;
    object->rc = 1;
    object->other = other;
    object->tag = tag;
    return object;
}

lean_object *
lean_mk_string_from_bytes(const char *data, size_t size)
{
    lean_object *object = make(64, 0, LEAN_TAG_STRING);
    lean_string *string = (lean_string *)object;

    string->size = size + 1;
    string->capacity = 32;
    string->length = size == 4 && wrong != STRING_LENGTH ? 3 : size;
    memcpy(string->data, data, size);
    if (wrong == STRING_TAG)
        object->tag--;
    return object;
}

lean_object *
lean_mk_array(lean_object *count, lean_object *item)
{
    lean_object *object = make(64, 0, LEAN_TAG_ARRAY);
    lean_array *array = (lean_array *)object;
    size_t i, first = wrong == ARRAY_OFFSET;

    array->size = array->capacity = lean_unbox(count);
    for (i = 0; i < array->size; i++)
        array->items[first + i] = item;
    return object;
}

lean_object *
lean_big_uint64_to_nat(uint64_t value)
{
    (void)value;
    return wrong == NAT_SCALAR ? lean_box(1) : make(8, 0, LEAN_TAG_MPZ);
}

uint64_t
lean_uint64_of_big_nat(lean_object *nat)
{
    (void)nat;
    return UINT64_MAX;
}

void
lean_dec_ref_cold(lean_object *object)
{
    object->tag = 0; /* of no use any more */
}

lean_object *
lean_string_to_utf8(lean_object *text)
{
    lean_object *object = make(64, wrong == BYTES_WIDE ? 8 : 1, LEAN_TAG_BYTES);
    lean_byte_array *bytes = (lean_byte_array *)object;

    bytes->size = bytes->capacity = lean_string_bytes(text);
    memcpy(bytes->bytes, lean_string_data(text), bytes->size);
    return object;
}

void
lean_mark_mt(lean_object *object)
{
    object->rc = wrong == SHARED_UPWARDS ? 1 << 30 : -object->rc;
}

static lean_object *
make_constructor(uint8_t tag, uint8_t count, lean_object *first)
{
    lean_object *object = make(64, count, tag);

    ((lean_constructor *)object)->fields[wrong == FIELDS_LATER] = first;
    return object;
}

lean_object *
lean_mk_io_user_error(lean_object *text)
{
    return make_constructor(18, 1, text);
}

lean_object *
lean_io_mono_nanos_now(lean_object *world)
{
    return wrong == BASE_IO_BOXED ? make_constructor(0, 2, world) : lean_box(5);
}

lean_object *
lean_io_process_get_current_dir(lean_object *world)
{
    if (wrong == IO_SCALAR)
        return lean_box(0);
    return make_constructor(wrong == IO_TAG ? 2 : 0,
                            wrong == IO_TWO_FIELDS ? 2 : 1, world);
}

/* ---- the tests ---- */

static void
a_runtime_that_is_as_described_passes(void **state)
{
    (void)state;
    wrong = NOTHING;
    missing = NULL;
    assert_null(lean_abi_check());
}

static void
what_is_not_as_described_is_named(void **state)
{
    static const char *const words[] = {
        [STRING_LENGTH] = "strings",
        [STRING_TAG] = "strings",
        [ARRAY_OFFSET] = "arrays",
        [NAT_SCALAR] = "large numbers",
        [BYTES_WIDE] = "byte arrays",
        [SHARED_UPWARDS] = "shared objects",
        [FIELDS_LATER] = "constructors",
        [IO_TWO_FIELDS] = "another number of fields than one",
        [IO_SCALAR] = "results of IO are unknown",
        [IO_TAG] = "results of IO are unknown",
        [BASE_IO_BOXED] = "do not return their bare value",
    };
    const char *fault;
    size_t i;

    (void)state;
    missing = NULL;
    for (i = STRING_LENGTH; i <= BASE_IO_BOXED; i++) {
        wrong = i;
        fault = lean_abi_check();
        assert_non_null(fault);
        if (strstr(fault, words[i]) == NULL)
            fail_msg("%s is not in: %s", words[i], fault);
    }
}

static void
a_name_that_is_missing_is_named(void **state)
{
    size_t i;

    (void)state;
    wrong = NOTHING;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        missing = names[i];
        assert_non_null(strstr(lean_abi_check(), names[i]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_runtime_that_is_as_described_passes,
                                  free_all),
        cmocka_unit_test_teardown(what_is_not_as_described_is_named, free_all),
        cmocka_unit_test_teardown(a_name_that_is_missing_is_named, free_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

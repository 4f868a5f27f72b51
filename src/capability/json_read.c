/*
 * json_read.c - JSON that a hook reads, by pointer.
 *
 * The bytes come from a worker, so from anybody: how deep they are nested is
 * looked at before they are read by recursion, and each value says what it is
 * not.
 */
#include <lean_worker/json.h>

#include <jansson.h>
#include <stdio.h>

#include "base/c_locale.h"
#include "capability/json.h"

/* A handle is the value itself: nothing else is needed of it. */
static const json_t *
root_of(const lw_json *json)
{
    return (const json_t *)json;
}

/* ---- reading all of it ---- */

int
lw_json_parse(lw_json **out, lw_span bytes, lw_fault *fault)
{
    json_error_t error;
    const char *excess = lwi_json_excess(bytes);
    char detail[sizeof(fault->detail)];
    locale_t before;
    json_t *root;

    *out = NULL;
    if (excess != NULL)
        return lw_fault_set(fault, "", excess);
    /* Jansson takes one at the end for the end. */
    if (bytes.size > 0 && memchr(bytes.data, '\0', bytes.size) != NULL)
        return lw_fault_set(fault, "", "no JSON: it has a NUL byte");
    before = lwi_c_locale_enter();
    root = json_loadb(bytes.data, bytes.size,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    lwi_c_locale_leave(before);
    if (root != NULL) {
        *out = (lw_json *)root;
        return 0;
    }
    if (json_error_code(&error) == json_error_out_of_memory)
        return -1;
    snprintf(detail, sizeof(detail), "no JSON at byte %d: %s", error.position,
             error.text);
    return lw_fault_set(fault, "", detail);
}

void
lw_json_destroy(lw_json *json)
{
    json_decref((json_t *)json);
}

/* ---- places ---- */

/* The part of a pointer behind a slash, with ~0 and ~1 undone; false where it
 * is too long for any name that could be meant, or escapes something else. */
static bool
read_part(const char **at, char *part, size_t room)
{
    size_t size = 0;

    for (; **at != '\0' && **at != '/'; (*at)++) {
        char c = **at;

        if (c == '~') {
            (*at)++;
            if (**at != '0' && **at != '1')
                return false;
            c = **at == '0' ? '~' : '/';
        }
        if (size + 1 >= room)
            return false;
        part[size++] = c;
    }
    part[size] = '\0';
    return true;
}

/* Digits without a zero in front, as RFC 6901 has them. */
static const json_t *
item_at(const json_t *list, const char *part)
{
    size_t index = 0;
    const char *digit;

    if (*part == '\0' || (*part == '0' && part[1] != '\0'))
        return NULL;
    for (digit = part; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || index > SIZE_MAX / 10 - 1)
            return NULL;
        index = 10 * index + (size_t)(*digit - '0');
    }
    return json_array_get(list, index);
}

/* NULL where there is nothing. */
static const json_t *
find(const lw_json *json, const char *pointer)
{
    const json_t *value = root_of(json);
    char part[512];

    while (value != NULL && *pointer != '\0') {
        if (*pointer++ != '/' || !read_part(&pointer, part, sizeof(part)))
            return NULL;
        value = json_is_array(value) ? item_at(value, part)
                                     : json_object_get(value, part);
    }
    return value;
}

bool
lw_json_has(const lw_json *json, const char *pointer)
{
    const json_t *value = find(json, pointer);

    return value != NULL && !json_is_null(value);
}

/* ---- values ---- */

static const char *
kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

static int
wrong_kind(const json_t *value, const char *pointer, const char *wanted,
           lw_fault *fault)
{
    char detail[128];

    if (value == NULL)
        return lw_fault_set(fault, pointer, "it is missing");
    snprintf(detail, sizeof(detail), "%s is wanted, not %s", wanted,
             kind_of(value));
    return lw_fault_set(fault, pointer, detail);
}

int
lw_json_get_bool(const lw_json *json, const char *pointer, bool *value,
                 lw_fault *fault)
{
    const json_t *found = find(json, pointer);

    if (!json_is_boolean(found))
        return wrong_kind(found, pointer, "true or false", fault);
    *value = json_is_true(found);
    return 0;
}

int
lw_json_get_i64(const lw_json *json, const char *pointer, int64_t *value,
                lw_fault *fault)
{
    const json_t *found = find(json, pointer);

    if (!json_is_integer(found))
        return wrong_kind(found, pointer, "a whole number", fault);
    *value = json_integer_value(found);
    return 0;
}

int
lw_json_get_u64(const lw_json *json, const char *pointer, uint64_t *value,
                lw_fault *fault)
{
    int64_t number;
    int rc = lw_json_get_i64(json, pointer, &number, fault);

    if (rc != 0)
        return rc;
    if (number < 0)
        return lw_fault_set(fault, pointer, "it is negative");
    *value = (uint64_t)number;
    return 0;
}

/* A double has 53 bits for a whole number. */
int
lw_json_get_double(const lw_json *json, const char *pointer, double *value,
                   lw_fault *fault)
{
    const int64_t exact = INT64_C(1) << 53;
    const json_t *found = find(json, pointer);
    int64_t number = json_integer_value(found);

    if (!json_is_number(found))
        return wrong_kind(found, pointer, "a number", fault);
    if (json_is_integer(found) && (number > exact || number < -exact))
        return lw_fault_set(fault, pointer,
                            "a double does not have this whole number");
    *value = json_number_value(found);
    return 0;
}

int
lw_json_get_text(const lw_json *json, const char *pointer, lw_span *text,
                 lw_fault *fault)
{
    const json_t *found = find(json, pointer);

    if (!json_is_string(found))
        return wrong_kind(found, pointer, "a string", fault);
    *text = (lw_span){ json_string_value(found), json_string_length(found) };
    return 0;
}

int
lw_json_copy_text(const lw_json *json, const char *pointer, char *to,
                  size_t room, lw_fault *fault)
{
    lw_span text;
    char detail[96];
    int rc = lw_json_get_text(json, pointer, &text, fault);

    if (rc != 0)
        return rc;
    if (text.size >= room) {
        snprintf(detail, sizeof(detail),
                 "the string has %zu bytes, and there is room for %zu",
                 text.size, room > 0 ? room - 1 : 0);
        return lw_fault_set(fault, pointer, detail);
    }
    memcpy(to, text.data, text.size + 1);
    return 0;
}

int
lw_json_get_count(const lw_json *json, const char *pointer, size_t *count,
                  lw_fault *fault)
{
    const json_t *found = find(json, pointer);

    if (!json_is_array(found))
        return wrong_kind(found, pointer, "a list", fault);
    *count = json_array_size(found);
    return 0;
}

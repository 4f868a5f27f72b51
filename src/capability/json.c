/* json.c - reading JSON of a known form, with the place of what is wrong. */
#include "capability/json.h"

#include <lean_worker/json.h>
#include <stdio.h>

#include "base/c_locale.h"
#include "base/error.h"
#include "base/json_size.h"

void
lwi_json_fault(struct lwi_json *json, const char *at, const char *name,
               const char *detail)
{
    if (json->failed)
        return;
    json->failed = true;
    snprintf(json->pointer, sizeof(json->pointer), "%s%s%s", at,
             name != NULL ? "/" : "", name != NULL ? name : "");
    snprintf(json->detail, sizeof(json->detail), "%s", detail);
}

const char *
lwi_json_excess(lw_span bytes)
{
    struct lwi_json_size size = lwi_json_size(bytes);

    if (size.depth > LW_JSON_DEPTH_MAX)
        return "it is nested too deeply";
    return size.values > LW_JSON_VALUES_MAX ? "it has more than 1000000 values"
                                            : NULL;
}

void
lwi_json_init(struct lwi_json *json, lw_span text)
{
    locale_t before;
    json_error_t error;
    char detail[sizeof(error.text) + 64];
    const char *excess = lwi_json_excess(text);

    memset(json, 0, sizeof(*json));
    if (excess != NULL) {
        lwi_json_fault(json, "", NULL, excess);
        return;
    }
    before = lwi_c_locale_enter();
    json->root = json_loadb(text.data, text.size,
                            JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    lwi_c_locale_leave(before);
    if (json->root == NULL) {
        json->no_memory = json_error_code(&error) == json_error_out_of_memory;
        snprintf(detail, sizeof(detail), "no JSON at byte %d: %s",
                 error.position, error.text);
        lwi_json_fault(json, "", NULL, detail);
    } else if (!json_is_object(json->root)) {
        lwi_json_fault(json, "", NULL, "it must be an object");
    }
}

int
lwi_json_result(const struct lwi_json *json, lw_status status,
                const char *doing, lw_error *err)
{
    if (json->no_memory)
        return lwi_fail(err, LW_ENOMEM, doing, "out of memory");
    if (json->failed)
        return lwi_fail(err, status, doing, "at \"%s\": %s", json->pointer,
                        json->detail);
    return LW_OK;
}

void
lwi_json_fini(struct lwi_json *json)
{
    json_decref(json->root);
    json->root = NULL;
}

const char *
lwi_json_text(struct lwi_json *json, const json_t *object, const char *at,
              const char *name, const char *missing)
{
    const json_t *member = json_object_get(object, name);

    if (member == NULL && missing != NULL)
        return missing;
    if (json_is_string(member))
        return json_string_value(member);
    lwi_json_fault(json, at, name,
                   member == NULL ? "it is missing" : "it must be a string");
    return "";
}

const json_t *
lwi_json_list(struct lwi_json *json, const json_t *object, const char *at,
              const char *name)
{
    const json_t *member = json_object_get(object, name);

    if (member == NULL || json_is_array(member))
        return member;
    lwi_json_fault(json, at, name, "it must be an array");
    return NULL;
}

const json_t *
lwi_json_item(struct lwi_json *json, const json_t *list, const char *at,
              size_t index, char *at_item, size_t at_item_size)
{
    const json_t *item = json_array_get(list, index);

    snprintf(at_item, at_item_size, "%s/%zu", at, index);
    if (!json_is_object(item))
        lwi_json_fault(json, at_item, NULL, "it must be an object");
    return item;
}

char *
lwi_json_write(const json_t *value)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    locale_t before = lwi_c_locale_enter();
    char *text = value == NULL ? strdup("null") : json_dumps(value, flags);

    lwi_c_locale_leave(before);
    return text;
}

/* row_form.c - is a row what the caller wants rows to be? */
#include "worker/row_form.h"

#include <jansson.h>
#include <lean_worker/json.h>
#include <string.h>

#include "base/c_locale.h"
#include "base/json_size.h"
#include "proto/utf8.h"

static bool
is_json(lw_span payload)
{
    locale_t before;
    json_error_t error;
    json_t *value;
    bool is;

    if (lwi_json_size(payload).values > LW_JSON_VALUES_MAX)
        return false;
    before = lwi_c_locale_enter();
    value = json_loadb(payload.data, payload.size,
                       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    /* Jansson takes a NUL at the end for the end. */
    is = value != NULL && memchr(payload.data, '\0', payload.size) == NULL;
    lwi_c_locale_leave(before);
    json_decref(value);
    return is;
}

bool
lwi_row_has_form(lw_row_form form, lw_span payload)
{
    switch (form) {
    case LW_ROWS_ANY:
        return true;
    case LW_ROWS_TEXT:
        return lwi_utf8_valid_prefix(payload.data, payload.size) ==
               payload.size;
    case LW_ROWS_JSON:
        return is_json(payload);
    }
    return false;
}

/* plan_since.c - which batches are as they were in an earlier plan. */
#include "plan_since.h"

#include <jansson.h>

#include "base/base.h"

#define NAME "lean-worker plan"

/* id to fingerprint. NULL where it is no plan. */
static json_t *
index_batches(const json_t *earlier)
{
    const json_t *batches = json_object_get(earlier, "batches"), *batch;
    json_t *index = json_is_array(batches) ? json_object() : NULL;
    size_t i;

    for (i = 0; index != NULL && i < json_array_size(batches); i++) {
        batch = json_array_get(batches, i);
        const char *id = json_string_value(json_object_get(batch, "id"));
        json_t *print = json_object_get(batch, "fingerprint");

        if (id == NULL || !json_is_string(print) ||
            json_object_set(index, id, print) != 0) {
            json_decref(index);
            return NULL;
        }
    }
    return index;
}

bool
plan_since_mark(const lw_plan *plan, const char *file, bool *unchanged,
                size_t *count)
{
    json_error_t wrong;
    json_t *earlier = json_load_file(file, JSON_REJECT_DUPLICATES, &wrong);
    json_t *index = earlier == NULL ? NULL : index_batches(earlier);
    size_t i;

    *count = 0;
    if (earlier == NULL && wrong.line > 0)
        fprintf(stderr, NAME ": %s: line %d: %s\n", file, wrong.line,
                wrong.text);
    else if (earlier == NULL) /* it was not even read; the text has the name */
        fprintf(stderr, NAME ": %s\n", wrong.text);
    else if (index == NULL)
        fprintf(stderr, NAME ": %s is not what --output json prints\n", file);
    for (i = 0; index != NULL && i < plan->batch_count; i++) {
        const char *then =
            json_string_value(json_object_get(index, plan->batches[i].id));

        unchanged[i] =
            then != NULL && strcmp(then, plan->batches[i].fingerprint) == 0;
        *count += unchanged[i];
    }
    json_decref(earlier);
    if (index == NULL)
        return false;
    json_decref(index);
    return true;
}

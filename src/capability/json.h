/*
 * json.h - reading JSON of a known form, with the place of what is wrong.
 *
 * A reader remembers the first fault and where it was, as a JSON pointer, and
 * gives harmless values from then on: callers look at it once, at the end.
 */
#ifndef LWI_CAPABILITY_JSON_H
#define LWI_CAPABILITY_JSON_H

#include <jansson.h>

#include <lean_worker/span.h>

#include "base/base.h"

struct lwi_json {
    json_t *root; /* NULL where the text is no JSON */
    bool failed;
    bool no_memory;
    char pointer[128]; /* of the fault */
    char detail[256];
};

/*
 * What is too much of it, NULL: nothing. Looked at before anything is read: a
 * thread may have little stack, and a few bytes of text become many of memory.
 */
const char *
lwi_json_excess(lw_span bytes);

/*
 * Parses; the root must be an object. A member twice is a fault, and so is more
 * depth than LW_JSON_DEPTH_MAX.
 */
void
lwi_json_init(struct lwi_json *json, lw_span text);

void
lwi_json_fini(struct lwi_json *json);

/*
 * Members of an object that stands at `at`, a JSON pointer. Borrowed from the
 * root. `missing` is what a member that is not there gives; NULL: it must be.
 */
const char *
lwi_json_text(struct lwi_json *json, const json_t *object, const char *at,
              const char *name, const char *missing);

/* NULL where it is missing, which is right. */
const json_t *
lwi_json_list(struct lwi_json *json, const json_t *object, const char *at,
              const char *name);

/* An item, which must be an object; writes its pointer to `at_item`. */
const json_t *
lwi_json_item(struct lwi_json *json, const json_t *list, const char *at,
              size_t index, char *at_item, size_t at_item_size);

/*
 * What came of the reading: LW_OK; LW_ENOMEM; or `status` with the place and
 * what is wrong there.
 */
int
lwi_json_result(const struct lwi_json *json, lw_status status,
                const char *doing, lw_error *err);

/* Notes a fault, unless there was one. */
void
lwi_json_fault(struct lwi_json *json, const char *at, const char *name,
               const char *detail);

/* Compact, members sorted; "null" for NULL. free() it; NULL: no memory. */
char *
lwi_json_write(const json_t *value);

#endif

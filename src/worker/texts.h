/*
 * texts.h - what the caller gave: is it text, and as a list to send.
 */
#ifndef LWI_TEXTS_H
#define LWI_TEXTS_H

#include "base/alloc.h"
#include "base/text.h"
#include "proto/message.h"

/* ---- checks ---- */

/*
 * Looks at one member of a spec after the other. The first fault stays, as
 * LW_EINVAL that names the member and the byte; the checks behind it do
 * nothing. `rc` is LW_OK as long as there is none.
 */
struct lwi_spec_check {
    const char *doing;
    lw_error *err;
    int rc;
};

/* Any fault, in words. */
void
lwi_spec_fault(struct lwi_spec_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text as Lean can take it: UTF-8 without NUL bytes. */
void
lwi_spec_text(struct lwi_spec_check *check, const char *member, lw_span text);

/* The same of a string; NULL is fine. */
void
lwi_spec_string(struct lwi_spec_check *check, const char *member,
                const char *string);

/* The same of a string that must be there and not be empty. */
void
lwi_spec_name(struct lwi_spec_check *check, const char *member,
              const char *string);

/* The same of each string of a list with NULL at its end; NULL is fine. */
void
lwi_spec_strings(struct lwi_spec_check *check, const char *member,
                 const char *const *strings);

/*
 * The name of a module: parts between dots, none of them empty; a part in
 * « » may hold dots and spaces.
 */
void
lwi_spec_module(struct lwi_spec_check *check, const char *member,
                const char *name);

#define LWI_MODULE_NAME_MAX 1024u /* bytes */

/* A flag of an answer: 0 or 1, and a child that says otherwise is broken. */
static inline bool
lwi_is_flag(uint32_t value)
{
    return value <= 1;
}

/* ---- lists ---- */

#define LWI_LISTS_MAX 8

/* The arrays that a message borrows until it is encoded. */
struct lwi_lists {
    const lw_allocator *allocator;
    lw_span *arrays[LWI_LISTS_MAX];
    size_t count;
    bool no_memory; /* for one of them; it is then sent as empty */
};

void
lwi_lists_init(struct lwi_lists *lists, const lw_allocator *allocator);

void
lwi_lists_fini(struct lwi_lists *lists);

/* Room for a list of `count`, all empty; NULL where there is no memory. */
lw_span *
lwi_lists_array(struct lwi_lists *lists, size_t count);

/* A list to send, from strings with NULL at their end. Strings are borrowed. */
struct lwi_texts
lwi_lists_add(struct lwi_lists *lists, const char *const *strings);

#endif

/*
 * name.h - names of modules, and the files that they stand for.
 *
 *     Init.Data.List        Init/Data/List
 *     My.«odd name».«1»     My/odd name/1
 *
 * A name has one form here: a part is in guillemets where Lean could not read
 * it without them. Lean prints some letters without that this file puts into
 * guillemets; so names from Lean go through lwi_name_read too, and then equal
 * names are equal texts.
 */
#ifndef LWI_PLAN_NAME_H
#define LWI_PLAN_NAME_H

#include "base/buf.h"

#define LWI_NAME_MAX 1024u /* bytes, as sessions take it */
#define LWI_NAME_PARTS_MAX 64u

/*
 * Puts a part behind the name, with a dot where one is there. LW_EINVAL, and
 * nothing is changed, for what is no part of a module's name: nothing at all,
 * "." and "..", a slash, guillemets, control characters, broken UTF-8; or
 * where the name would become too long. LW_ENOMEM.
 */
int
lwi_name_add(struct lwi_buf *name, const char *part, size_t size);

/*
 * Reads a name as people and Lean write it. Puts its form here behind `name`
 * and its file, without an ending, behind `path`; either may be NULL. Errors
 * as with lwi_name_add; what was put is taken back then.
 */
int
lwi_name_read(struct lwi_buf *name, struct lwi_buf *path, const char *text,
              size_t size);

/* The name is `above` or below it; both in the form of this file. */
bool
lwi_name_is_within(const char *name, const char *above);

#endif

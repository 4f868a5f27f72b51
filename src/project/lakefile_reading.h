/*
 * lakefile_reading.h - a lakefile.toml while it is read. lakefile.c has its
 * packages and libraries, lakefile_flags.c what changes a verdict.
 */
#ifndef LWI_LAKEFILE_READING_H
#define LWI_LAKEFILE_READING_H

#include "project/lakefile.h"
#include "project/toml_tree.h"

/* One text; the first failure stays, and then nothing more is read. */
struct lwi_lakefile_reading {
    struct lwi_lakefile *out;
    const char *label;
    lw_error *err;
    int rc;
};

void
lwi_lakefile_no_memory(struct lwi_lakefile_reading *r);

/* The member is missing, or not what is wanted: names its line. */
void
lwi_lakefile_wrong(struct lwi_lakefile_reading *r, const json_t *table,
                   const char *key, const char *wanted);

/* A list, or one string that stands for a list of one. */
void
lwi_lakefile_texts(struct lwi_lakefile_reading *r, struct lwi_strings *list,
                   const json_t *table, const char *key);

/* Those of the package, and then of a library; table NULL: there is none. */
void
lwi_lakefile_flags(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
                   const json_t *package, const json_t *table);

void
lwi_lake_flags_fini(struct lwi_lake_flags *flags);

#endif

/*
 * project.h - what the files of this folder share.
 */
#ifndef LWI_PROJECT_H
#define LWI_PROJECT_H

#include <lean_worker/project.h>

#include "base/strings.h"

struct lwi_project_lakefiles;

#define LWI_PROJECT_MAGIC 0x6c77706au

struct lw_project {
    uint32_t magic;
    char *folder;
    struct lwi_strings search_path;          /* empty before the load */
    char *reason;                            /* NULL before the load */
    char *warning;                           /* NULL: none */
    struct lwi_project_lakefiles *lakefiles; /* NULL: not read */
    bool for_build; /* the load leaves out our own build folder, and takes it
                       that nothing is built */
};

/* NULL is allowed. */
void
lwi_project_forget_lakefiles(struct lwi_project_lakefiles *lakefiles);

#endif

/*
 * lake.h - asking Lake about a project.
 */
#ifndef LWI_LAKE_H
#define LWI_LAKE_H

#include <lean_worker/project.h>

#include "base/strings.h"

/*
 * Runs `lake env printenv LEAN_PATH` in the project with the toolchain's own
 * lake, and adds what it printed to `entries`, as it printed it. The output is
 * bounded, the time as options say; lake and what it started are gone when
 * this returns. Errors: LW_EPROJECT with what lake said, LW_ETIMEOUT,
 * LW_ECANCELLED, LW_ENOMEM, those of starting a process.
 */
int
lwi_lake_search_path(struct lwi_strings *entries, const char *lake,
                     const char *project, const lw_project_options *options,
                     lw_error *err);

/*
 * Runs `lake translate-config toml PATH`: what the project's lakefile.lean
 * amounts to is then in the file `path`, which must not be there before. The
 * same bounds and errors.
 */
int
lwi_lake_translate(const char *path, const char *lake, const char *project,
                   const lw_project_options *options, lw_error *err);

#endif

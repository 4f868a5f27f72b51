/*
 * survey.h - the modules of a project, without Lean.
 */
#ifndef LWI_PLAN_SURVEY_H
#define LWI_PLAN_SURVEY_H

#include <lean_worker/plan.h>

/*
 * A plan as lw_plan_create makes it, with modules and problems and without
 * batches. No process is started, but for lake where the lakefile is a
 * program: imports are found by scan.h, modules of the toolchain are looked
 * for and not read. What a survey takes to be there without looking has "" as
 * its path: `LeanWorker`, and where options.toolchain is NULL, which is
 * allowed here, whatever is not the project's. lw_plan_destroy ends it.
 */
int
lwi_plan_survey(lw_plan **out, const lw_plan_options *options, lw_error *err);

#endif

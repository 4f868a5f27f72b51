/*
 * build_output.h - what `lean-worker build` prints, for people or as JSON
 * Lines.
 */
#ifndef CLI_BUILD_OUTPUT_H
#define CLI_BUILD_OUTPUT_H

#include <lean_worker/build.h>

#include "status_line.h"

struct build_output {
    struct term out;
    struct term err;
    struct status_line line;
    bool jsonl;
};

void
build_output_init(struct build_output *output, bool jsonl,
                  enum term_color_mode color);

/* Which Lean, which project. */
void
build_output_begin(struct build_output *output, const lw_toolchain *toolchain,
                   const char *project);

/* False where it could not be written: the build is to end. */
bool
build_output_progress(struct build_output *output,
                      const lw_build_progress *progress);

void
build_output_hide(struct build_output *output);

/* Failures, notes, numbers. */
void
build_output_end(struct build_output *output, const lw_build *build);

#endif

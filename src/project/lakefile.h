/*
 * lakefile.h - what a package's lakefile says of its modules.
 *
 * Names are as they stand there: whoever uses them checks them.
 */
#ifndef LWI_LAKEFILE_H
#define LWI_LAKEFILE_H

#include <lean_worker/project.h>

#include "base/strings.h"

/*
 * What changes the verdict of a module: leanOptions, moreLeanArgs,
 * weakLeanArgs, buildType, … The package's come before the library's own.
 */
struct lwi_lake_flags {
    struct lwi_strings options;   /* "name=value", those of -D as well */
    struct lwi_strings arguments; /* for lean besides options */
    char *not_in_session; /* what no session can honour: file, line, sentence;
                             NULL: nothing */
    char *native;         /* what loads native code into lean; the same */
    bool precompiled;     /* precompileModules */
};

/* A library, or a program, which has one module as its root. */
struct lwi_lake_library {
    char *name;
    char *folder; /* of its sources, below the package */
    struct lwi_strings roots;
    struct lwi_strings globs; /* A, A.* (with those below), A.+ (only those) */
    struct lwi_lake_flags flags;
    bool is_program;
};

struct lwi_lakefile {
    char *package;
    struct lwi_strings default_targets;
    struct lwi_lake_flags flags; /* for what is in no library */
    struct lwi_lake_library *libraries;
    size_t count;
    size_t room;
};

/*
 * Reads the lakefile of the package in `folder`: lakefile.lean, as Lake itself
 * prefers it, by `lake translate-config`; else lakefile.toml. lake: its
 * program, or NULL where the toolchain has none; then lakefile.lean, which is
 * a program, is an error that says what to do.
 * Errors: LW_EPROJECT with the file and, where it cannot be understood, the
 * line; LW_ENOMEM; and those of running lake.
 */
int
lwi_lakefile_read(struct lwi_lakefile *out, const char *folder,
                  const char *lake, const lw_project_options *options,
                  lw_error *err);

/* The same for a text of TOML; label is its file, for messages. */
int
lwi_lakefile_parse(struct lwi_lakefile *out, const char *text, size_t size,
                   const char *label, lw_error *err);

/* Right for a zeroed one as well. */
void
lwi_lakefile_fini(struct lwi_lakefile *lakefile);

#endif

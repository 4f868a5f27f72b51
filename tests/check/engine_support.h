/*
 * engine_support.h - runs of lw_check_files on the fake worker, and what they
 * reported. One runtime and one folder for all tests of a program.
 */
#ifndef ENGINE_SUPPORT_H
#define ENGINE_SUPPORT_H

#include "support/test.h"

#include <lean_worker/check.h>

#define FILES_MAX 512

extern lw_runtime *runtime;
extern char folder[];

/* How often a word is in the log of the workers. */
unsigned
count_log(const char *word);

/* What was reported of a file. */
struct seen {
    char *path;
    lw_verdict verdict;
    char kind[32];
    char sentence[256];
    char command[64];
    char message[256]; /* of the first diagnostic */
    size_t diagnostics;
    size_t message_size;
    uint32_t line;
    uint32_t column;
    int exit_code;
    int exit_signal;
    bool truncated;
    bool reused;
    uint32_t attempts;
    char not_forked[256];
    char stderr_tail[64];
};

struct run {
    struct seen seen[FILES_MAX];
    size_t count;
    char *paths[FILES_MAX + 1];
    size_t files;
    lw_check_options options;
    lw_check_totals totals;
    lw_error err;
    const char *command[8];
    size_t fail_at;   /* report fails at this one; SIZE_MAX: never */
    size_t cancel_at; /* report sets the token at this one */
    unsigned ticks;
};

/* A run with one worker and every default of a test. */
struct run *
run_init(void);

/* Writes a file and adds it to the run. */
void
add(struct run *run, const char *name, const char *text);

/* lw_check_files with what the run has. */
int
go(struct run *run);

void
run_fini(struct run *run);

/* The report of a file; the test fails where there is none. */
struct seen *
find(struct run *run, const char *name);

/* Runs one file alone and gives what was reported of it. */
struct seen
run_one(const char *text);

void
expect_text(const char *text, const char *words);

/* Of the group of tests. */
int
engine_setup(void **state);
int
engine_teardown(void **state);

#endif

/*
 * check.c - checks Lean files side by side and says what became of each.
 *
 *     check [--on PROGRAM] FILE...
 *
 * On the Lean that lw_toolchain_find finds; --on takes a program that serves
 * the protocol instead. Exit code 0 where all files are ok.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* From a thread of the run, one call at a time. All of it is borrowed. */
static int
report(const lw_check_report *report, const lw_check_totals *totals, void *user)
{
    size_t i;

    (void)user;
    printf("[%lu/%lu] %s: %s\n", (unsigned long)totals->done,
           (unsigned long)totals->files, report->path,
           lw_verdict_name(report->verdict));
    for (i = 0; i < report->diagnostic_count; i++) {
        const lw_diagnostic *diagnostic = &report->diagnostics[i];

        printf("    %u:%u %.*s\n", (unsigned)diagnostic->line,
               (unsigned)diagnostic->column, (int)diagnostic->message.size,
               diagnostic->message.data);
    }
    if (report->cause.kind != NULL)
        printf("    %s\n", report->cause.sentence);
    return 0;
}

static int
check(const lw_toolchain *toolchain, const char *const *command,
      const char *const *files, size_t count, lw_check_totals *totals,
      lw_error *err)
{
    lw_check_options options = LW_CHECK_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    int rc = lw_runtime_create(&runtime, NULL, err);

    options.toolchain = toolchain;
    options.command = command;
    options.jobs = lw_check_default_jobs(toolchain);
    options.timeout_ms = 30000;
    options.report = report;
    if (rc == LW_OK)
        rc = lw_check_files(runtime, files, count, &options, totals, err);
    lw_runtime_destroy(runtime);
    return rc;
}

int
main(int argc, char **argv)
{
    const char *command[] = { NULL, NULL };
    lw_toolchain *toolchain = NULL;
    lw_check_totals totals;
    lw_error err = LW_ERROR_INIT;
    int first = 1, rc = LW_OK;

    memset(&totals, 0, sizeof(totals));
    if (argc > 2 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        first = 3;
    }
    if (argc <= first) {
        fprintf(stderr, "usage: check [--on PROGRAM] FILE...\n");
        return 2;
    }
    if (command[0] == NULL)
        rc = lw_toolchain_find(&toolchain, NULL, &err);
    if (rc == LW_OK)
        rc = check(toolchain, command[0] == NULL ? NULL : command,
                   (const char *const *)argv + first, (size_t)(argc - first),
                   &totals, &err);
    if (rc != LW_OK)
        fprintf(stderr, "check: %s: %s\n", err.operation, err.message);
    else
        printf("%lu of %lu ok, %lu workers\n",
               (unsigned long)totals.verdicts[LW_VERDICT_OK],
               (unsigned long)totals.files,
               (unsigned long)totals.workers_started);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK && totals.verdicts[LW_VERDICT_OK] == totals.files ? 0
                                                                         : 1;
}

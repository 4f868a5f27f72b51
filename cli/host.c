/* host.c - what a command runs Lean on. */
#include "host.h"

#include "cmd.h"
#include "fail.h"
#include "signals.h"
#include "term.h"

int
host_start(struct host *host)
{
    lw_error err = LW_ERROR_INIT;

    if (lw_runtime_create(&host->runtime, NULL, &err) < 0 ||
        lw_cancel_create(&host->cancel, &err) < 0)
        return fail_with(host->name, &err);
    signals_start(host->cancel);
    return EXIT_FINE;
}

int
host_start_test_worker(struct host *host, lw_worker **worker)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    if (!test_command_find(&host->command))
        return EXIT_FINE;
    config.command = host->command.words;
    return lw_worker_start(worker, host->runtime, &config, host->cancel, &err) <
                   0
               ? fail_with(host->name, &err)
               : EXIT_FINE;
}

int
host_find_toolchain(struct host *host, const char *asked)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;

    request.toolchain = asked;
    request.project = lw_project_get_folder(host->project);
    if (lw_toolchain_find(&host->toolchain, &request, &err) < 0)
        return fail_with(host->name, &err);
    return EXIT_FINE;
}

int
host_load_project(struct host *host)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    struct term term;

    if (host->project == NULL)
        return EXIT_FINE;
    how.runtime = host->runtime;
    how.cancel = host->cancel;
    if (lw_project_load(host->project, host->toolchain, &how, &err) < 0)
        return fail_with(host->name, &err);
    if (lw_project_get_warning(host->project)[0] != '\0') {
        term_init(&term, stderr, TERM_COLOR_AUTO);
        fprintf(stderr, "%s: warning: ", host->name);
        term_put_line(&term, lw_project_get_warning(host->project));
        fputc('\n', stderr);
    }
    return EXIT_FINE;
}

void
host_fini(struct host *host)
{
    lw_toolchain_destroy(host->toolchain);
    lw_project_destroy(host->project);
    lw_runtime_destroy(host->runtime);
    test_command_fini(&host->command);
}

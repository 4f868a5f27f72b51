/*
 * session.c - a command of a session, from its arguments to its exit code.
 *
 *     arguments -> prepare -> runtime, project, toolchain, worker -> work
 *
 * Whatever can be wrong with an argument is found before a process starts.
 */
#include "session.h"

#include <signal.h>

#include "base/base.h"
#include "cmd.h"
#include "fail.h"
#include "session_say.h"
#include "signals.h"

/* Imports are shared, large, and read from a disk that may be cold. */
#define OPEN_TIMEOUT_MS UINT64_C(300000)

const char *const session_output_words[] = { "human", "jsonl", NULL };

/* ---- arguments ---- */

static int
check_texts(const struct session *session)
{
    const struct session_given *given = session->given;
    const struct {
        const char *name;
        const struct opt_list *list;
    } lists[] = {
        { "--import", &given->imports },
        { "--open", &given->opens },
        { "--option", &given->options },
    };
    int code = EXIT_FINE;
    size_t i, j;

    for (i = 0; i < LWI_COUNT(lists); i++) {
        for (j = 0; code == EXIT_FINE && j < lists[i].list->count; j++)
            code = input_check_argument(session->page, lists[i].name,
                                        lists[i].list->values[j]);
    }
    if (code == EXIT_FINE && given->name_space != NULL)
        code = input_check_argument(session->page, "--namespace",
                                    given->name_space);
    return code;
}

static int
prepare(struct session *session, const struct session_command *command,
        int count, char **operands)
{
    int code = check_texts(session);

    if (code == EXIT_FINE)
        code = session_sources_load(&session->sources, session->page,
                                    &session->given->sources);
    if (code == EXIT_FINE)
        code = session_libraries_load(&session->libraries, session->page,
                                      &session->given->libraries);
    if (code == EXIT_FINE && command->prepare != NULL)
        code = command->prepare(session, count, operands);
    return code;
}

/* ---- the worker ---- */

static int
find_host(struct session *session)
{
    const struct session_given *given = session->given;
    struct host *host = &session->host;
    lw_error err = LW_ERROR_INIT;
    int code = host_start(host), rc;

    if (code != EXIT_FINE || test_command_find(&host->command))
        return code;
    rc = given->project != NULL
             ? lw_project_open(&host->project, given->project, &err)
             : lw_project_find(&host->project, session->place, &err);
    if (rc < 0)
        return fail_with(host->name, &err);
    return host_find_toolchain(host, given->toolchain);
}

static int
start(struct session *session)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    int code = find_host(session);

    if (code != EXIT_FINE)
        return code;
    config.toolchain = session->host.toolchain;
    config.command = session->host.command.words;
    config.libraries = (const char *const *)session->libraries.paths;
    config.rss_limit_kib = session->given->memory_kib;
    session_show(session, "starting Lean");
    if (lw_worker_start(&session->worker, session->host.runtime, &config,
                        session->host.cancel, &err) < 0)
        return session_fail(session, &err);
    return EXIT_FINE;
}

/* ---- requests ---- */

lw_request_options
session_request(const struct session *session)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;

    options.timeout_ms = session->given->timeout_ms;
    options.cancel = session->host.cancel;
    return options;
}

/* NULL for none, as specs want it. */
static const char *const *
texts_of(const struct opt_list *list)
{
    return list->count > 0 ? list->values : NULL;
}

/* Only who imports something needs a project that is built. */
static int
load_project(struct session *session, const lw_header *header)
{
    if (session->host.toolchain == NULL ||
        (header == NULL && session->given->imports.count == 0 &&
         session->sources.count == 0))
        return EXIT_FINE;
    session_show(session, "asking the project for its search path");
    return host_load_project(&session->host);
}

int
session_open(struct session *session, const lw_header *header)
{
    const struct session_given *given = session->given;
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_request_options how = session_request(session);
    lw_sinks sinks = session_source_sinks(session);
    lw_error err = LW_ERROR_INIT;
    int code = load_project(session, header);

    if (code != EXIT_FINE)
        return code;
    spec.header = header;
    spec.imports = header == NULL ? texts_of(&given->imports) : NULL;
    spec.search_path = lw_project_get_search_path(session->host.project);
    spec.options = texts_of(&given->options);
    spec.namespaces = texts_of(&given->opens);
    spec.sources = session->sources.items;
    spec.source_count = session->sources.count;
    if (how.timeout_ms < OPEN_TIMEOUT_MS)
        how.timeout_ms = OPEN_TIMEOUT_MS;
    session_show(session, "importing");
    if (lw_worker_open_session(session->worker, &session->opened, &spec, &sinks,
                               &how, &err) < 0)
        return session_fail(session, &err);
    session_show(session, "asking Lean");
    return EXIT_FINE;
}

/* ---- the end ---- */

static int
output_failed(const struct session *session)
{
    clearerr(stdout);
    if (session->output_errno == EPIPE)
        return 128 + SIGPIPE; /* nobody reads: nothing to say */
    fprintf(stderr, "%s: cannot write the results: %s\n", session->page->name,
            strerror(session->output_errno));
    return EXIT_CANNOT_RUN;
}

/* After a failure there is nothing to wait for. */
static int
end(struct session *session, const struct session_command *command, int code)
{
    status_line_hide(&session->line);
    if (session->output_errno != 0)
        code = output_failed(session);
    else if (signals_seen() != 0)
        code = 128 + signals_seen();
    if (code != EXIT_FINE && code != EXIT_NOT_FINE && session->worker != NULL)
        lw_worker_kill(session->worker);
    lw_worker_destroy(session->worker);
    host_fini(&session->host);
    if (command->finish != NULL)
        command->finish(session);
    session_sources_fini(&session->sources);
    session_libraries_fini(&session->libraries);
    json_decref(session->diagnostics);
    return code;
}

int
session_command_run(const struct session_command *command, int argc,
                    char **argv)
{
    struct session session = {
        .page = command->page,
        .given = command->given,
        .host = { .name = command->page->name },
        .opened = LW_SESSION_NONE,
        .job = command->job,
    };
    int operands, code;

    if (!opt_begin(command->page, argc, argv, &operands, &code))
        return code;
    term_init(&session.out, stdout,
              (enum term_color_mode)command->given->color);
    term_init(&session.err, stderr,
              (enum term_color_mode)command->given->color);
    status_line_init(&session.line, &session.err, NULL);
    code = prepare(&session, command, operands, argv + 1);
    if (code == EXIT_FINE && !session.is_done) {
        code = start(&session);
        if (code == EXIT_FINE)
            code = command->work(&session);
    }
    return end(&session, command, code);
}

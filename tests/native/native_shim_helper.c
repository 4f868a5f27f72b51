/*
 * native_shim_helper.c - the shim compiled by a toolchain's leanc.
 *
 *     native_shim_helper compile TOOLCHAIN STATUS TEXT [TIMEOUT_MS]
 *     native_shim_helper state TOOLCHAIN STATE TEXT
 *     native_shim_helper serve TOOLCHAIN
 *
 * `compile` does it, and STATUS is the name of what must come of it; TEXT is a
 * part of the message, or of what lw_shim tells. `state` looks only. `serve`
 * asks a child that has it for what is different where code is compiled.
 */
#include <signal.h>

#include "native/child.h"

static struct lwt_native native;

static void
compile(char **words)
{
    lw_shim_options options = LW_SHIM_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_shim shim = LW_SHIM_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc = prepare(&native, words[0], &config, &err);

    options.timeout_ms =
        words[3] != NULL ? (uint64_t)atoll(words[3]) : PATIENCE_MS;
    if (rc == LW_OK)
        rc = lw_toolchain_compile_shim(&shim, native.runtime, native.toolchain,
                                       &options, &err);
    check(strcmp(lw_status_name(rc), words[1]) == 0, words[1],
          lw_status_name(rc));
    check(strstr(rc == LW_OK ? shim.detail : err.message, words[2]) != NULL,
          words[2], rc == LW_OK ? shim.detail : err.message);
}

static void
look(char **words)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_shim shim = LW_SHIM_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc = prepare(&native, words[0], &config, &err);

    if (rc == LW_OK)
        rc = lw_toolchain_get_shim(native.toolchain, &shim, &err);
    check(rc == LW_OK && strcmp(lw_shim_state_name(shim.state), words[1]) == 0,
          words[1], lw_shim_state_name(shim.state));
    check(strstr(shim.detail, words[2]) != NULL, words[2], shim.detail);
}

/* ---- a child that has it ---- */

static void
check_state(const char *wanted)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    int rc = lw_worker_get_metadata(native.worker, &metadata, NULL);

    check(rc == LW_OK && strcmp(lw_shim_state_name(metadata.shim), wanted) == 0,
          wanted, rc == LW_OK ? metadata.shim_detail : lw_status_name(rc));
}

/* The export ends the child, with this signal and words on stderr. */
static void
check_end(const char *name, int wanted, int signal, const char *words)
{
    lw_error err = LW_ERROR_INIT;
    lw_exit_report report = { .struct_size = sizeof(report) };
    int rc = run(&native, name, "", NULL, NULL, NULL, &err);

    check(rc == wanted, name, lw_status_name(rc));
    rc = lw_worker_get_exit_report(native.worker, &report, &err);
    check(rc == LW_OK && report.exit_signal == signal, name, err.message);
    check(rc == LW_OK &&
              memmem(report.stderr_head.data, report.stderr_head.size, words,
                     strlen(words)) != NULL,
          name, words);
}

static void
serve(const char *toolchain)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_error err = LW_ERROR_INIT;
    char answer[256];
    int rc = start(&native, toolchain, &config, &err);

    check(rc == LW_OK, "start", err.message);
    if (rc != LW_OK)
        return;
    check_state("compiled");
    rc = run(&native, "panics", "a panic of compiled code", NULL, NULL, answer,
             &err);
    check(rc == LW_OK && strcmp(answer, "not zero") == 0, "panics",
          rc == LW_OK ? answer : err.message);
    /* Interpreted, Lean itself finds it, and aborts: native_faults_helper. */
    check_end("deep", LW_ERECURSION, SIGSEGV, "the stack is used up");
    rc = run(&native, "echo", "alive", NULL, NULL, answer, &err);
    check(rc == LW_OK && strcmp(answer, "alive") == 0, "echo", err.message);

    /* The cache is cleared under a worker: its next child does without. */
    lw_worker_get_metadata(native.worker, &metadata, NULL);
    check(remove(metadata.shim_detail) == 0, "remove", metadata.shim_detail);
    rc = lw_worker_cycle(native.worker, NULL, &err);
    check(rc == LW_OK, "cycle", err.message);
    check_state("interpreted");
    rc = run(&native, "echo", "alive", NULL, NULL, answer, &err);
    check(rc == LW_OK && strcmp(answer, "alive") == 0, "echo", err.message);
}

int
main(int argc, char **argv)
{
    if (argc >= 5 && strcmp(argv[1], "compile") == 0)
        compile(argv + 2);
    else if (argc >= 5 && strcmp(argv[1], "state") == 0)
        look(argv + 2);
    else if (argc == 3 && strcmp(argv[1], "serve") == 0)
        serve(argv[2]);
    else
        return fprintf(stderr, "usage: %s compile|state|serve TOOLCHAIN …\n",
                       argv[0]),
               2;
    stop(&native);
    return tell_counts();
}

/*
 * native_faults_helper.c - the ways in which native Lean ends, one by one: the
 * caller learns the cause by its name, and the next request works.
 *
 *     native_faults_helper [--fork] TOOLCHAIN FAULTS.so [NAME]
 *
 * --fork: in forks of a fork server, where a fault is one like any other.
 * LEAN_WORKER_CHILD is tests/native/limited, which sets the limits of a fault.
 */
#include <signal.h>

#include "native/child.h"

struct fault {
    const char *name;
    const char *export; /* what is run, and with what request */
    const char *request;
    int status; /* of the request */
    const char *cause;
    const char *stderr_has; /* NULL: anything */
    int exit_code;          /* -1: a signal */
    int exit_signal;
    const char *environment;  /* NAME=VALUE for the child, or NULL */
    const char *limits;       /* of the launcher, or NULL */
    const char *lean_options; /* or NULL */
    uint64_t rss_limit_kib;   /* 0: none */
};

/* clang-format off */
static const struct fault faults[] = {
    /* ---- panics ---- */
    { "a panic goes on", .export = "panics", .request = "PANIC at a test",
      .stderr_has = "PANIC at a test" },
    { "a panic that aborts", .export = "panics", .request = "PANIC at a test",
      .status = LW_ECHILDPANIC, .cause = "panic", .exit_signal = SIGABRT,
      .stderr_has = "PANIC at a test",
      .environment = "LEAN_ABORT_ON_PANIC=1" },
    { "a panic that exits", .export = "fault", .request = "exit on panic",
      .status = LW_ECHILDPANIC, .cause = "panic", .exit_code = 1,
      .stderr_has = "PANIC at C code" },
    { "a panic inside of the runtime", .export = "fault",
      .request = "internal panic", .status = LW_ECHILDPANIC, .cause = "panic",
      .exit_code = 1, .stderr_has = "INTERNAL PANIC: on purpose" },
    { "an exception of the runtime", .export = "fault", .request = "x",
      .status = LW_ECHILDEXITED, .cause = "uncaught", .exit_signal = SIGABRT,
      .stderr_has = "Could not find native implementation",
      .environment = "LD_PRELOAD=" },

    /* ---- the stack ---- */
    { "recursion of interpreted code", .export = "deep", .request = "",
      .status = LW_ERECURSION, .cause = "deep_recursion",
      .exit_signal = SIGABRT, .stderr_has = "deep recursion was detected" },
    { "the same on a small stack", .export = "deep", .request = "",
      .status = LW_ERECURSION, .cause = "deep_recursion",
      .exit_signal = SIGABRT, .stderr_has = "deep recursion was detected",
      .lean_options = "-s8192" },
    { "a stack of small frames", .export = "fault", .request = "small frames",
      .status = LW_ERECURSION, .cause = "deep_recursion",
      .exit_signal = SIGSEGV, .stderr_has = "the stack is used up" },
    { "a stack of big frames", .export = "fault", .request = "big frames",
      .status = LW_ERECURSION, .cause = "deep_recursion",
      .exit_signal = SIGSEGV, .stderr_has = "the stack is used up" },

    /* ---- memory ---- */
    { "growth up to -M", .export = "grow", .request = "",
      .status = LW_EMEMORY, .cause = "out_of_memory", .exit_signal = SIGABRT,
      .stderr_has = "excessive memory consumption detected",
      .lean_options = "-M300" },
    { "growth up to the limit of the data segment", .export = "grow",
      .request = "", .status = LW_EMEMORY, .cause = "out_of_memory",
      .exit_code = 1, .stderr_has = "INTERNAL PANIC: out of memory",
      .limits = "--limit-data=3145728", .lean_options = "-s8192 -j1" },
    { "growth in C up to the limit of address space", .export = "fault",
      .request = "allocate", .status = LW_EMEMORY, .cause = "out_of_memory",
      .exit_code = 1, .stderr_has = "INTERNAL PANIC: out of memory",
      .limits = "--limit-address=4194304", .lean_options = "-s8192 -j1" },
    { "growth up to the worker's limit", .export = "grow", .request = "",
      .status = LW_EMEMORY, .cause = "memory_limit", .exit_signal = SIGKILL,
      .rss_limit_kib = 400 * 1024 },

    /* ---- signals ---- */
    { "a write to null", .export = "fault", .request = "null",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGSEGV,
      .stderr_has = "a fault in memory" },
    { "SIGSEGV of others", .export = "fault", .request = "raise 11",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGSEGV,
      .stderr_has = "a fault in memory" },
    { "abort", .export = "fault", .request = "abort",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGABRT },
    { "SIGTERM", .export = "fault", .request = "raise 15",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGTERM },
    { "SIGINT", .export = "fault", .request = "raise 2",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGINT },
    { "SIGHUP", .export = "fault", .request = "raise 1",
      .status = LW_ECHILDCRASHED, .cause = "signal", .exit_signal = SIGHUP },
    { "SIGKILL of others", .export = "fault", .request = "raise 9",
      .status = LW_ECHILDCRASHED, .cause = "killed", .exit_signal = SIGKILL },
    { "SIGPIPE is ignored", .export = "fault", .request = "raise 13" },

    /* ---- limits ---- */
    { "processor time up to its limit", .export = "spin", .request = "",
      .status = LW_ECHILDCRASHED, .cause = "cpu_limit", .exit_signal = SIGXCPU,
      .limits = "--limit-cpu=2" },

    /* ---- exits ---- */
    { "IO.Process.exit 0", .export = "exits", .request = "0",
      .status = LW_ECHILDEXITED, .cause = "ended_itself", .exit_code = 0 },
    { "IO.Process.exit 5", .export = "exits", .request = "5",
      .status = LW_ECHILDEXITED, .cause = "ended_itself", .exit_code = 5 },

    /* ---- what is no fault ---- */
    { "an error of IO", .export = "throws", .request = "/nowhere",
      .status = LW_EEXPORTFAILED },
    { "prints", .export = "prints", .request = "not a frame",
      .stderr_has = "not a framenot a frame" },
    { "reads of stdin", .export = "reads", .request = "" },
};
/* clang-format on */

static void
set(const char *name, const char *value)
{
    setenv(name, value != NULL ? value : "", 1);
}

static bool
contains(lw_span text, const char *part)
{
    return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

/* The child is dead, or is ended now: how it ended, and what it had said. */
static void
check_end(struct lwt_native *native, const struct fault *fault)
{
    lw_exit_report report = { .struct_size = sizeof(report) };
    lw_error err = LW_ERROR_INIT;
    char what[512];
    int rc;

    if (fault->cause == NULL)
        lw_worker_shutdown(native->worker, PATIENCE_MS, NULL, &err);
    rc = lw_worker_get_exit_report(native->worker, &report, &err);
    if (rc != LW_OK) {
        check(false, fault->name, err.message);
        return;
    }
    snprintf(what, sizeof(what), "%s, code %d, signal %d", report.cause,
             report.exit_code, report.exit_signal);
    check(strcmp(report.cause,
                 fault->cause != NULL ? fault->cause : "orderly") == 0 &&
              report.exit_code ==
                  (fault->exit_signal != 0 ? -1 : fault->exit_code) &&
              report.exit_signal == fault->exit_signal,
          fault->name, what);
    snprintf(what, sizeof(what), "%.*s", (int)report.stderr_head.size,
             report.stderr_head.data);
    if (fault->stderr_has != NULL)
        check(contains(report.stderr_head, fault->stderr_has) ||
                  contains(report.stderr_tail, fault->stderr_has),
              fault->name, what);
    else if (fault->cause == NULL)
        check(report.stderr_bytes == 0, fault->name,
              report.stderr_bytes == 0 ? "nothing on stderr" : what);
}

static int
begin(struct lwt_native *native, const struct fault *fault,
      const char *const *toolchain_and_preload, lw_error *err)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    char preload[4096];
    const char *environment[] = { preload, fault->environment, NULL };

    snprintf(preload, sizeof(preload), "LD_PRELOAD=%s",
             toolchain_and_preload[1]);
    set("LW_TEST_LIMITS", fault->limits);
    set("LW_TEST_LEAN_OPTIONS", fault->lean_options);
    config.environment = environment;
    if (fault->rss_limit_kib > 0)
        config.rss_limit_kib = fault->rss_limit_kib;
    return start(native, toolchain_and_preload[0], &config, err);
}

static void
commit(const struct fault *fault, const char *const *toolchain_and_preload)
{
    lw_error err = LW_ERROR_INIT;
    struct lwt_native native;
    char what[768], answer[256] = "";
    int rc = begin(&native, fault, toolchain_and_preload, &err);

    if (rc != LW_OK) {
        check(false, fault->name, err.message);
        stop(&native);
        return;
    }
    rc = run(&native, fault->export, fault->request, NULL, NULL, answer, &err);
    snprintf(what, sizeof(what), "%s %.300s", lw_status_name(rc),
             rc == LW_OK ? answer : err.message);
    check(rc == fault->status, fault->name, what);
    check_end(&native, fault);
    rc = run(&native, "echo", "after it", NULL, NULL, answer, &err);
    check(rc == LW_OK && strcmp(answer, "after it") == 0, fault->name,
          rc == LW_OK ? "the next request works" : err.message);
    stop(&native);
}

int
main(int argc, char **argv)
{
    size_t i;

    by_fork = argc > 1 && strcmp(argv[1], "--fork") == 0;
    argc -= by_fork;
    argv += by_fork;
    if (argc < 3) {
        fprintf(stderr, "usage: native_faults_helper [--fork] TOOLCHAIN "
                        "FAULTS.so [NAME]\n");
        return 2;
    }
    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (argc == 3 || strstr(faults[i].name, argv[3]) != NULL)
            commit(&faults[i], (const char *const *)argv + 1);
    }
    return tell_counts();
}

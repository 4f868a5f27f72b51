/*
 * cmd.h - the commands of the program.
 *
 * One table, CMD_MAP, gives the dispatcher, the list of `lean-worker help`
 * and the prototypes. A command gets its own name as argv[0] and gives the
 * program's exit code.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

/* Exit codes of every command. */
enum {
    EXIT_FINE = 0,       /* done; all is well */
    EXIT_NOT_FINE = 1,   /* done; something is not as it should be */
    EXIT_CANNOT_RUN = 2, /* not done: usage, set-up, output */
    /* 128 + signal: interrupted (130 SIGINT, 143 SIGTERM) */
};

/*    function       name         what it does */
#define CMD_MAP(X)                                                             \
    X(cmd_check, "check", "check Lean files and print their verdicts")         \
    X(cmd_elaborate, "elaborate", "elaborate commands or a term")              \
    X(cmd_kernel, "kernel", "check declarations with Lean's kernel once more") \
    X(cmd_declarations, "declarations", "list declarations")                   \
    X(cmd_describe, "describe",                                                \
      "show a declaration's type, place and documentation")                    \
    X(cmd_infer, "infer", "print the type of a term")                          \
    X(cmd_whnf, "whnf", "print the weak head normal form of a term")           \
    X(cmd_defeq, "defeq", "say whether two terms are definitionally equal")    \
    X(cmd_run, "run", "run an export: a function of Lean in a session")        \
    X(cmd_stream, "stream", "print the rows of an export as JSON Lines")       \
    X(cmd_build, "build", "build the modules of a Lake project")               \
    X(cmd_bootstrap, "bootstrap",                                              \
      "show what stands between a Lake project and its commands")              \
    X(cmd_doctor, "doctor", "show how healthy this machine is, or a package")  \
    X(cmd_plan, "plan",                                                        \
      "plan a library's modules in batches that share a session")              \
    X(cmd_bench, "bench", "measure this library beside the machine's limits")  \
    X(cmd_top, "top", "show the pools of running processes")                   \
    X(cmd_toolchain, "toolchain",                                              \
      "install, list, choose and prepare Lean toolchains")                     \
    X(cmd_version, "version", "print the version of this program")             \
    X(cmd_help, "help", "explain a command")

/* How `lean-worker toolchain` goes on. */
#define CMD_TOOLCHAIN_MAP(X)                                                   \
    X(cmd_toolchain_install, "install", "install the embedded toolchain")      \
    X(cmd_toolchain_list, "list", "show every place that is looked at")        \
    X(cmd_toolchain_which, "which",                                            \
      "show the one that would be used, and why")                              \
    X(cmd_toolchain_prepare, "prepare", "do what the first start would do")    \
    X(cmd_toolchain_compile, "compile", "compile the shim for a native Lean")  \
    X(cmd_toolchain_snapshot, "snapshot",                                      \
      "write a start down, prove it, and load it from then on")

#define CMD_DECLARE_(function, name, text) int function(int argc, char **argv);
CMD_MAP(CMD_DECLARE_)
CMD_TOOLCHAIN_MAP(CMD_DECLARE_)
#undef CMD_DECLARE_

#endif

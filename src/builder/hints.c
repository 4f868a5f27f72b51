/* hints.c - what to do about a finding where nothing better is known. */
#include "builder/findings.h"

static const struct {
    lw_bootstrap_code code;
    const char *hint;
} hints[] = {
    { LW_BOOTSTRAP_ROOT_MISSING, "give the folder that holds the lakefile" },
    { LW_BOOTSTRAP_NO_LAKEFILE,
      "give the folder that holds the lakefile; `lake init` makes one" },
    { LW_BOOTSTRAP_BROKEN_LAKEFILE, "correct the file in the place named" },
    { LW_BOOTSTRAP_WRONG_PACKAGE,
      "ask for the package that the lakefile names, or for none" },
    { LW_BOOTSTRAP_UNKNOWN_TARGET, "name a library of the lakefile" },
    { LW_BOOTSTRAP_MISSING_DEPENDENCY,
      "run `lake update` in the project, or `lake build`" },
    { LW_BOOTSTRAP_MISSING_MODULE,
      "write the module, or take its name away where it is asked for" },
    { LW_BOOTSTRAP_BAD_MODULE_NAME,
      "use names as Lean has them: parts with dots between, such as A.B" },
    { LW_BOOTSTRAP_DUPLICATE_MODULE, "rename or remove one of the two files" },
    { LW_BOOTSTRAP_IMPORT_CYCLE,
      "move what both need into a module that imports neither" },
    { LW_BOOTSTRAP_OUTSIDE,
      "put the file into the package, or require its package" },
    { LW_BOOTSTRAP_UNREADABLE,
      "give this user the right to read it, as UTF-8 text" },
    { LW_BOOTSTRAP_BAD_HEADER, "correct the imports in the place named" },
    { LW_BOOTSTRAP_BROKEN_IMPORT, "see to the module that it imports" },
    { LW_BOOTSTRAP_NO_TOOLCHAIN,
      "install one: `lean-worker toolchain install`, or elan; "
      "`lean-worker toolchain list` shows where it is looked for" },
    { LW_BOOTSTRAP_WRONG_TOOLCHAIN,
      "install the Lean that the project names: `elan toolchain install`" },
    { LW_BOOTSTRAP_BROKEN_TOOLCHAIN, "install the toolchain again" },
    { LW_BOOTSTRAP_BAD_PIN,
      "write one line into lean-toolchain, such as leanprover/lean4:v4.28.0" },
    { LW_BOOTSTRAP_MISSING_BUILD,
      "nothing: the stage build compiles them, and takes its time" },
    { LW_BOOTSTRAP_STALE_BUILD,
      "nothing: the stage build compiles them again" },
    { LW_BOOTSTRAP_BUILD_LOCKED, "wait for the other build" },
    { LW_BOOTSTRAP_BUILD_FAILED, "correct what Lean reports" },
    { LW_BOOTSTRAP_NO_SHARED_LIBRARY,
      "install a toolchain that has it: all of elan's do" },
    { LW_BOOTSTRAP_MISSING_CHILD,
      "install lean-worker with all its files, or name the program" },
    { LW_BOOTSTRAP_NOT_EXECUTABLE, "make it executable: `chmod +x`" },
    { LW_BOOTSTRAP_WRONG_ARCHITECTURE,
      "install or build the program for this machine" },
    { LW_BOOTSTRAP_BAD_CONFIG, "correct the configuration of the worker" },
    { LW_BOOTSTRAP_SPAWN_FAILED, "start the program by hand to see why" },
    { LW_BOOTSTRAP_HANDSHAKE_FAILED,
      "look at what the worker wrote; `lean-worker doctor` checks the host" },
    { LW_BOOTSTRAP_SESSION_FAILED,
      "correct what Lean reports; `lake build` shows the same" },
    { LW_BOOTSTRAP_BAD_EXPECTATION,
      "write it as include/lean_worker/metadata.h says" },
    { LW_BOOTSTRAP_EXPORT_MISSING,
      "define it as `def NAME (request : String) : IO String`, or correct "
      "its name" },
    { LW_BOOTSTRAP_EXPORT_TYPE, "give it the type `String → IO String`" },
    { LW_BOOTSTRAP_EXPORT_FAILED, "correct the export: the error is its own" },
    { LW_BOOTSTRAP_METADATA_MALFORMED,
      "answer with LeanWorker.metadata, which writes the right form" },
    { LW_BOOTSTRAP_METADATA_MISMATCH,
      "use the version of the package that is expected, or expect this one" },
    { LW_BOOTSTRAP_DOCTOR_MALFORMED,
      "answer with LeanWorker.doctor, which writes the right form" },
    { LW_BOOTSTRAP_UNHEALTHY, "see what the package's own findings say" },
    { LW_BOOTSTRAP_STOPPED, "try again, with more time" },
    { LW_BOOTSTRAP_NO_MEANS, "give the process more memory or descriptors" },
};

const char *
lwi_bootstrap_hint(lw_bootstrap_code code)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(hints); i++) {
        if (hints[i].code == code)
            return hints[i].hint;
    }
    return "";
}

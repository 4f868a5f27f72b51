/* builder_check_test.c - every finding of a report, provoked. */
#include "builder/builder_support.h"

#include <elf.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "builder/findings.h"
#include "proc/runtime.h"
#include "project/build_folder.h"
#include "support/isolated.h"

#define NOBODY 65534

/* ---- what is right ---- */

static void
nothing_is_wrong(void **state)
{
    const lw_bootstrap_finding *finding;

    (void)state;
    check();
    expect_none(LW_BOOTSTRAP_FOUND);
    assert_int_equal(report->errors, 0);
    assert_int_equal(report->warnings, 0);
    assert_string_equal(report->package, "p");
    assert_string_equal(report->library, "A");
    assert_string_equal(report->lean, "4.28.0");
    assert_string_equal(report->project, spec.project_root);
    assert_string_equal(report->toolchain, spec.toolchain);
    assert_non_null(strstr(report->child, "lean-worker-child"));
    finding = expect(LW_BOOTSTRAP_FOUND, LW_BOOTSTRAP_INFO, "A", "1 to open");
    assert_int_equal(finding->status, LW_OK);
}

/* Stages in their order, and errors of a stage before what is none. */
static void
findings_are_in_order(void **state)
{
    size_t i;

    (void)state;
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:v4.9.0\n");
    lwt_sandbox_file(&box, "p/A/B.lean", "import A\n");
    spec.toolchain = NULL;
    spec.library = "Nope";
    spec.metadata.expected = (lw_span){ "[]", 2 };
    check();
    assert_true(report->errors >= 3);
    for (i = 1; i < report->finding_count; i++) {
        const lw_bootstrap_finding *a = &report->findings[i - 1];
        const lw_bootstrap_finding *b = &report->findings[i];

        assert_true(a->stage <= b->stage);
        if (a->stage == b->stage)
            assert_true(a->severity >= b->severity);
    }
}

/* ---- the project ---- */

static void
a_missing_root(void **state)
{
    char path[PATH_MAX];

    (void)state;
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "nowhere"));
    spec.project_root = path;
    check();
    expect(LW_BOOTSTRAP_ROOT_MISSING, LW_BOOTSTRAP_ERROR, "nowhere",
           "No such file");
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "p/A.lean"));
    check();
    expect(LW_BOOTSTRAP_ROOT_MISSING, LW_BOOTSTRAP_ERROR, "A.lean",
           "no folder");
    spec.project_root = "";
    check();
    expect(LW_BOOTSTRAP_ROOT_MISSING, LW_BOOTSTRAP_ERROR, "", "No such file");
    spec.project_root = NULL;
    check();
    expect(LW_BOOTSTRAP_ROOT_MISSING, LW_BOOTSTRAP_ERROR, "",
           "nor anything to import");
}

static void
no_lakefile(void **state)
{
    const lw_bootstrap_finding *finding;
    char path[PATH_MAX];

    (void)state;
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "p/A"));
    spec.project_root = path;
    check();
    finding =
        expect(LW_BOOTSTRAP_NO_LAKEFILE, LW_BOOTSTRAP_ERROR, "p/A", "neither");
    assert_non_null(strstr(finding->hint, "the project around it"));
    assert_int_equal(finding->status, LW_EPROJECT);
}

static void
a_broken_lakefile(void **state)
{
    const lw_bootstrap_finding *finding;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = 'p'\n[[lean_lib\n");
    check();
    finding =
        expect(LW_BOOTSTRAP_BROKEN_LAKEFILE, LW_BOOTSTRAP_ERROR, "p", "line");
    assert_string_equal(finding->path, "lakefile.toml");
    assert_int_equal(finding->line, 2);
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\n[[lean_lib]]\nname = 7\n");
    check();
    finding = expect(LW_BOOTSTRAP_BROKEN_LAKEFILE, LW_BOOTSTRAP_ERROR, "p",
                     "name must be");
    assert_int_equal(finding->line, 3);
}

/* A toolchain without lake cannot run it. */
static void
a_lakefile_that_is_a_program(void **state)
{
    const lw_bootstrap_finding *finding;

    (void)state;
    assert_int_equal(unlink(lwt_sandbox_path(&box, "tc/bin/lake")), 0);
    assert_int_equal(unlink(lwt_sandbox_path(&box, "p/lakefile.toml")), 0);
    lwt_sandbox_file(&box, "p/lakefile.lean", "package p");
    check();
    finding = expect(LW_BOOTSTRAP_BROKEN_LAKEFILE, LW_BOOTSTRAP_ERROR, "p",
                     "no lake");
    assert_non_null(strstr(finding->hint, "translate-config"));
}

static void
a_broken_manifest(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lake-manifest.json", "{");
    check();
    expect(LW_BOOTSTRAP_BROKEN_LAKEFILE, LW_BOOTSTRAP_ERROR, "p", "manifest");
}

static void
a_missing_dependency(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"version\": \"1.1.0\", \"packagesDir\": "
                     "\".lake/packages\", \"packages\": [{\"name\": \"dep\", "
                     "\"type\": \"git\", \"url\": \"u\", \"rev\": \"r\"}]}");
    check();
    expect(LW_BOOTSTRAP_MISSING_DEPENDENCY, LW_BOOTSTRAP_ERROR, "dep",
           ".lake/packages");
}

static void
another_package(void **state)
{
    (void)state;
    spec.package = "q";
    check();
    expect(LW_BOOTSTRAP_WRONG_PACKAGE, LW_BOOTSTRAP_ERROR, "q", "is of p");
    spec.package = "p";
    check();
    expect_none(LW_BOOTSTRAP_FOUND);
}

static void
an_unknown_target(void **state)
{
    (void)state;
    spec.library = "Nope";
    check();
    expect(LW_BOOTSTRAP_UNKNOWN_TARGET, LW_BOOTSTRAP_ERROR, "Nope",
           "it has: A");
    spec.library = NULL;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\n[[lean_lib]]\nname = 'A'\n"
                     "[[lean_lib]]\nname = 'C'\n");
    check();
    expect(LW_BOOTSTRAP_UNKNOWN_TARGET, LW_BOOTSTRAP_ERROR, "p",
           "several: A, C");
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = 'p'\n");
    check();
    expect(LW_BOOTSTRAP_UNKNOWN_TARGET, LW_BOOTSTRAP_ERROR, "p",
           "has no library");
}

/* Where one is the default, it is the one that is meant. */
static void
a_default_target(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\ndefaultTargets = ['tool', 'A']\n"
                     "[[lean_lib]]\nname = 'A'\n"
                     "[[lean_lib]]\nname = 'C'\n"
                     "[[lean_exe]]\nname = 'tool'\n");
    check();
    expect_none(LW_BOOTSTRAP_UNKNOWN_TARGET);
    assert_string_equal(report->library, "A");
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\ndefaultTargets = ['C', 'A']\n"
                     "[[lean_lib]]\nname = 'A'\n"
                     "[[lean_lib]]\nname = 'C'\n");
    check();
    expect(LW_BOOTSTRAP_UNKNOWN_TARGET, LW_BOOTSTRAP_ERROR, "p",
           "several: A, C");
}

/* ---- modules ---- */

static void
missing_modules(void **state)
{
    const char *imports[] = { "A", "A.Nope", NULL };

    (void)state;
    spec.imports = imports;
    check();
    expect(LW_BOOTSTRAP_MISSING_MODULE, LW_BOOTSTRAP_ERROR, "A.Nope",
           "no module A.Nope");
    spec.imports = NULL;
    lwt_sandbox_file(&box, "p/A/B.lean", "import A.C\nimport Elsewhere\n");
    check();
    expect(LW_BOOTSTRAP_MISSING_MODULE, LW_BOOTSTRAP_ERROR, "A.B", "A.C");
    expect(LW_BOOTSTRAP_MISSING_MODULE, LW_BOOTSTRAP_ERROR, "A.B", "Elsewhere");
    expect(LW_BOOTSTRAP_BROKEN_IMPORT, LW_BOOTSTRAP_ERROR, "A", "A.B");
}

static void
bad_module_names(void **state)
{
    static const char *const bad[] = {
        "A..B", "../A", "", "A/B", "A\nB", ".A", "A.", "..", "A.\xff.B", "A B"
    };
    const char *imports[] = { NULL, NULL };
    size_t i;

    (void)state;
    spec.imports = imports;
    for (i = 0; i < LWI_COUNT(bad); i++) {
        imports[0] = bad[i];
        check();
        expect(LW_BOOTSTRAP_BAD_MODULE_NAME, LW_BOOTSTRAP_ERROR, "",
               "no name that a module can have");
    }
    spec.imports = NULL;
    lwt_sandbox_file(&box, "p/A/B.lean", "import ../etc\n");
    check();
    expect(LW_BOOTSTRAP_BAD_MODULE_NAME, LW_BOOTSTRAP_ERROR, "A.B", "../etc");
}

static void
duplicate_modules(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\n[[lean_lib]]\nname = 'A'\n"
                     "[[lean_lib]]\nname = 'C'\nsrcDir = 'other'\n"
                     "roots = ['A.B']\n");
    lwt_sandbox_file(&box, "p/other/A/B.lean", "def other := 1\n");
    spec.library = "A";
    check();
    expect(LW_BOOTSTRAP_DUPLICATE_MODULE, LW_BOOTSTRAP_ERROR, "A.B", "both");
}

static void
an_import_cycle(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/A/B.lean", "import A\n");
    check();
    expect(LW_BOOTSTRAP_IMPORT_CYCLE, LW_BOOTSTRAP_ERROR, "A",
           "A imports A.B, which imports A");
    lwt_sandbox_file(&box, "p/A/B.lean", "import A.B\n");
    check();
    expect(LW_BOOTSTRAP_IMPORT_CYCLE, LW_BOOTSTRAP_ERROR, "A.B",
           "A.B imports A.B");
}

static void
a_file_outside(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "outside.lean", "def stolen := 1\n");
    assert_int_equal(unlink(lwt_sandbox_path(&box, "p/A/B.lean")), 0);
    lwt_sandbox_link(&box, "../../outside.lean", "p/A/B.lean");
    check();
    expect(LW_BOOTSTRAP_OUTSIDE, LW_BOOTSTRAP_ERROR, "A.B", "outside");
}

static void
a_bad_header(void **state)
{
    const lw_bootstrap_finding *finding;

    (void)state;
    lwt_sandbox_file(&box, "p/A/B.lean", "\nimport (x)\n");
    check();
    finding = expect(LW_BOOTSTRAP_BAD_HEADER, LW_BOOTSTRAP_ERROR, "A.B",
                     "the name of a module");
    assert_int_equal(finding->line, 2);
    assert_int_equal(finding->column, 7);
    assert_non_null(strstr(finding->path, "A/B.lean"));
}

static void
a_file_that_is_no_text(void **state)
{
    (void)state;
    lwt_sandbox_bytes(&box, "p/A/B.lean", "a\0b", 3, 0644);
    check();
    expect(LW_BOOTSTRAP_UNREADABLE, LW_BOOTSTRAP_ERROR, "A.B", "NUL");
    lwt_sandbox_file(&box, "p/A/B.lean", "\xff");
    check();
    expect(LW_BOOTSTRAP_UNREADABLE, LW_BOOTSTRAP_ERROR, "A.B", "UTF-8");
}

/* As a user who may not: whoever runs this is root. No leak check, which could
 * not look at a process that has changed its user. */
static void
look_as_nobody(void)
{
    lw_bootstrap_report *seen = NULL;
    size_t i;

    CHECK_INT(setresgid(NOBODY, NOBODY, NOBODY), 0);
    CHECK_INT(setresuid(NOBODY, NOBODY, NOBODY), 0);
    CHECK_INT(lw_builder_check(&seen, NULL, &spec, &err), LW_OK);
    for (i = 0; i < seen->finding_count; i++) {
        if (seen->findings[i].code == LW_BOOTSTRAP_UNREADABLE &&
            seen->findings[i].severity == LW_BOOTSTRAP_ERROR &&
            strstr(seen->findings[i].message, "Permission denied") != NULL)
            _exit(0);
    }
    _exit(1);
}

static void
must_be_unreadable(const char *name, mode_t mode)
{
    struct stat facts;

    assert_int_equal(chmod(box.folder, 0755), 0);
    assert_int_equal(stat(lwt_sandbox_path(&box, name), &facts), 0);
    assert_int_equal(chmod(lwt_sandbox_path(&box, name), mode), 0);
    /* A copy starts threads of its own only where it is one of a single one. */
    lw_runtime_destroy(runtime);
    isolated(look_as_nobody);
    assert_int_equal(lw_runtime_create(&runtime, NULL, &err), LW_OK);
    assert_int_equal(chmod(lwt_sandbox_path(&box, name), facts.st_mode & 0777),
                     0);
}

static void
what_cannot_be_read(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    must_be_unreadable("p/A/B.lean", 0);
    must_be_unreadable("p/lakefile.toml", 0);
    must_be_unreadable("p/lean-toolchain", 0);
    must_be_unreadable("p", 0700);
}

/* ---- the toolchain ---- */

static void
no_toolchain(void **state)
{
    char path[PATH_MAX];

    (void)state;
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "nothing"));
    spec.toolchain = path;
    check();
    expect(LW_BOOTSTRAP_NO_TOOLCHAIN, LW_BOOTSTRAP_ERROR, "nothing", "");
    /* The modules are looked at all the same. */
    lwt_sandbox_file(&box, "p/A/B.lean", "import A.C\nimport Lean\n");
    check();
    expect(LW_BOOTSTRAP_MISSING_MODULE, LW_BOOTSTRAP_ERROR, "A.B", "A.C");
    assert_string_equal(report->toolchain, "");
}

static void
a_broken_toolchain(void **state)
{
    (void)state;
    assert_int_equal(unlink(lwt_sandbox_path(&box, "tc/bin/lean")), 0);
    check();
    expect(LW_BOOTSTRAP_BROKEN_TOOLCHAIN, LW_BOOTSTRAP_ERROR, "tc", "lean");
    lwt_sandbox_script(&box, "tc/bin/lean", "exit 1");
    assert_int_equal(unlink(lwt_sandbox_path(&box, "tc/lib/lean/Init.olean")),
                     0);
    check();
    expect(LW_BOOTSTRAP_BROKEN_TOOLCHAIN, LW_BOOTSTRAP_ERROR, "tc",
           "Init.olean");
}

static void
no_shared_library(void **state)
{
    (void)state;
    assert_int_equal(
        unlink(lwt_sandbox_path(&box, "tc/lib/lean/libleanshared.so")), 0);
    check();
    expect(LW_BOOTSTRAP_NO_SHARED_LIBRARY, LW_BOOTSTRAP_WARNING, "tc",
           "libleanshared.so");
}

/* Chosen by the caller it is only a warning. */
static void
the_wrong_toolchain(void **state)
{
    const lw_bootstrap_finding *finding;
    char path[PATH_MAX];

    (void)state;
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:v4.9.0\n");
    check();
    expect(LW_BOOTSTRAP_WRONG_TOOLCHAIN, LW_BOOTSTRAP_WARNING, "tc",
           "v4.9.0, and this is Lean 4.28.0");
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "tc"));
    assert_int_equal(setenv("LEAN_WORKER_TOOLCHAIN", path, 1), 0);
    spec.toolchain = NULL;
    check();
    finding = expect(LW_BOOTSTRAP_WRONG_TOOLCHAIN, LW_BOOTSTRAP_ERROR, "tc",
                     "v4.9.0, and this is Lean 4.28.0");
    assert_non_null(strstr(finding->hint, "elan toolchain install"));
    assert_int_equal(finding->status, LW_ETOOLCHAIN);
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:stable\n");
    check();
    expect_none(LW_BOOTSTRAP_WRONG_TOOLCHAIN);
    assert_int_equal(unsetenv("LEAN_WORKER_TOOLCHAIN"), 0);
}

static void
a_pin_that_is_none(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lean-toolchain", "../../etc\n");
    check();
    expect(LW_BOOTSTRAP_BAD_PIN, LW_BOOTSTRAP_WARNING, "lean-toolchain", "");
    assert_int_equal(unlink(lwt_sandbox_path(&box, "p/lean-toolchain")), 0);
    check();
    expect(LW_BOOTSTRAP_BAD_PIN, LW_BOOTSTRAP_INFO, "lean-toolchain", "any");
    assert_int_equal(report->warnings, 0);
}

/* ---- what is compiled ---- */

static void
a_missing_build(void **state)
{
    const char *olean = "p/.lake/build/lib/lean/A/B.olean";

    (void)state;
    check();
    expect(LW_BOOTSTRAP_FOUND, LW_BOOTSTRAP_INFO, ".lake", "2 compiled");
    assert_int_equal(unlink(lwt_sandbox_path(&box, olean)), 0);
    check();
    expect(LW_BOOTSTRAP_MISSING_BUILD, LW_BOOTSTRAP_WARNING, "A.B", "1 of 2");
    assert_int_equal(report->errors, 0);
    /* Without lake there is a folder of ours. */
    assert_int_equal(unlink(lwt_sandbox_path(&box, "tc/bin/lake")), 0);
    check();
    expect(LW_BOOTSTRAP_MISSING_BUILD, LW_BOOTSTRAP_WARNING, "A.B", "2 of 2");
}

static void
a_stale_build(void **state)
{
    const struct timespec old[] = { { 1, 0 }, { 1, 0 } };

    (void)state;
    assert_int_equal(
        utimensat(AT_FDCWD,
                  lwt_sandbox_path(&box, "p/.lake/build/lib/lean/A.olean"), old,
                  0),
        0);
    check();
    expect(LW_BOOTSTRAP_STALE_BUILD, LW_BOOTSTRAP_WARNING, "A", "1 of 2");
    expect_none(LW_BOOTSTRAP_MISSING_BUILD);
}

static void
a_locked_build(void **state)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = NULL;
    char name[PATH_MAX], *folder;
    int fd;

    (void)state;
    assert_int_equal(unlink(lwt_sandbox_path(&box, "tc/bin/lake")), 0);
    request.toolchain = spec.toolchain;
    assert_int_equal(lw_toolchain_find(&found, &request, &err), LW_OK);
    folder = lwi_build_folder(spec.project_root, found);
    assert_non_null(folder);
    snprintf(name, sizeof(name), "%s/lock", folder + strlen(box.folder) + 1);
    lwt_sandbox_file(&box, name, "1\n");
    check();
    expect_none(LW_BOOTSTRAP_BUILD_LOCKED);
    fd = open(lwt_sandbox_path(&box, name), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    check();
    expect(LW_BOOTSTRAP_BUILD_LOCKED, LW_BOOTSTRAP_WARNING, "build",
           "another process");
    close(fd);
    lwi_free(&lwi_system_allocator, folder);
    lw_toolchain_destroy(found);
}

/* ---- the worker ---- */

static char program[PATH_MAX];

static void
use_program(const char *name)
{
    static const char *command[] = { program, NULL };

    snprintf(program, sizeof(program), "%s", lwt_sandbox_path(&box, name));
    spec.worker.command = command;
    spec.toolchain = NULL;
}

static void
a_missing_child(void **state)
{
    (void)state;
    use_program("worker");
    check();
    expect(LW_BOOTSTRAP_MISSING_CHILD, LW_BOOTSTRAP_ERROR, "worker",
           "No such file");
    lwt_sandbox_folder(&box, "worker");
    check();
    expect(LW_BOOTSTRAP_MISSING_CHILD, LW_BOOTSTRAP_ERROR, "worker",
           "not there as a file");
}

/* The launcher is found when the runtime is made. */
static void
with_launcher(const char *name, lw_bootstrap_code wanted)
{
    setenv("LEAN_WORKER_CHILD", lwt_sandbox_path(&box, name), 1);
    lw_runtime_destroy(runtime);
    if (lw_runtime_create(&runtime, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    check();
    expect(wanted, LW_BOOTSTRAP_ERROR, name, name);
}

static void
a_launcher_that_is_not_right(void **state)
{
    (void)state;
    with_launcher("nowhere", LW_BOOTSTRAP_MISSING_CHILD);
    lwt_sandbox_file(&box, "plain", "#!/bin/sh\n");
    with_launcher("plain", LW_BOOTSTRAP_NOT_EXECUTABLE);
    lwt_sandbox_bytes(&box, "text", "hello, world\n", 13, 0755);
    with_launcher("text", LW_BOOTSTRAP_NOT_EXECUTABLE);
}

static void
a_child_that_is_not_executable(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "worker", "#!/bin/sh\n");
    use_program("worker");
    check();
    expect(LW_BOOTSTRAP_NOT_EXECUTABLE, LW_BOOTSTRAP_ERROR, "worker",
           "cannot be executed");
}

static void
a_child_for_another_machine(void **state)
{
    unsigned char elf[64] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

    (void)state;
    elf[16] = 2;
    elf[18] = EM_S390;
    lwt_sandbox_bytes(&box, "worker", elf, sizeof(elf), 0755);
    use_program("worker");
    check();
    expect(LW_BOOTSTRAP_WRONG_ARCHITECTURE, LW_BOOTSTRAP_ERROR, "worker",
           "is a program for");
    lwt_sandbox_bytes(&box, "worker", "MZ windows program here", 23, 0755);
    check();
    expect(LW_BOOTSTRAP_WRONG_ARCHITECTURE, LW_BOOTSTRAP_ERROR, "worker",
           "Windows");
}

static void
a_configuration_that_no_worker_takes(void **state)
{
    (void)state;
    spec.worker.startup_timeout_ms = 0;
    check();
    expect(LW_BOOTSTRAP_BAD_CONFIG, LW_BOOTSTRAP_ERROR, "worker",
           "startup_timeout_ms");
    spec.worker.startup_timeout_ms = 1000;
    spec.worker.working_directory = "/nowhere/at/all";
    check();
    expect(LW_BOOTSTRAP_BAD_CONFIG, LW_BOOTSTRAP_ERROR, "working_directory",
           "/nowhere/at/all");
}

/* ---- what is expected ---- */

static void
a_bad_expectation(void **state)
{
    static const struct {
        const char *name, *request, *expected, *doctor, *message;
    } cases[] = {
        { NULL, "", "{}", NULL, "no export is named" },
        { "", "", "", NULL, "is empty" },
        { "m", "", "[]", NULL, "" },
        { "m", "", "{\"commands\": 3}", NULL, "/commands" },
        { "m", "{\"a\": }", "", NULL, "the request" },
        { "m", "", "", "", "doctor" },
    };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        spec.metadata.export_name = cases[i].name;
        spec.metadata.request =
            (lw_span){ cases[i].request, strlen(cases[i].request) };
        spec.metadata.expected =
            (lw_span){ cases[i].expected, strlen(cases[i].expected) };
        spec.doctor_export = cases[i].doctor;
        check();
        expect(LW_BOOTSTRAP_BAD_EXPECTATION, LW_BOOTSTRAP_ERROR, "",
               cases[i].message);
    }
}

/* ---- the handshake ---- */

static void
a_handshake_only_where_it_is_asked_for(void **state)
{
    (void)state;
    use_fake_session();
    check();
    assert_false(log_has("text"));
    assert_int_equal(lwi_runtime_warden_pid(runtime), 0);
    spec.with_handshake = true;
    check();
    expect_none(LW_BOOTSTRAP_FOUND);
    expect(LW_BOOTSTRAP_FOUND, LW_BOOTSTRAP_INFO, "fake_session", "answers");
    assert_int_equal(lwi_runtime_live_children(runtime), 0);
}

static void
a_handshake_that_fails(void **state)
{
    const lw_bootstrap_finding *finding;

    (void)state;
    lwt_sandbox_script(&box, "worker", "echo no protocol here; exit 3");
    use_program("worker");
    spec.with_handshake = true;
    check();
    finding =
        expect(LW_BOOTSTRAP_HANDSHAKE_FAILED, LW_BOOTSTRAP_ERROR, "worker", "");
    assert_int_equal(finding->stage, LW_BUILDER_STAGE_HANDSHAKE);
    lwt_sandbox_bytes(&box, "worker", "#!/no/such/interpreter\n", 23, 0755);
    check();
    finding =
        expect(LW_BOOTSTRAP_SPAWN_FAILED, LW_BOOTSTRAP_ERROR, "worker", "");
    assert_int_equal(finding->stage, LW_BUILDER_STAGE_SPAWN);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_wrong),
        CASE(findings_are_in_order),
        CASE(a_missing_root),
        CASE(no_lakefile),
        CASE(a_broken_lakefile),
        CASE(a_lakefile_that_is_a_program),
        CASE(a_broken_manifest),
        CASE(a_missing_dependency),
        CASE(another_package),
        CASE(an_unknown_target),
        CASE(a_default_target),
        CASE(missing_modules),
        CASE(bad_module_names),
        CASE(duplicate_modules),
        CASE(an_import_cycle),
        CASE(a_file_outside),
        CASE(a_bad_header),
        CASE(a_file_that_is_no_text),
        CASE(what_cannot_be_read),
        CASE(no_toolchain),
        CASE(a_broken_toolchain),
        CASE(no_shared_library),
        CASE(the_wrong_toolchain),
        CASE(a_pin_that_is_none),
        CASE(a_missing_build),
        CASE(a_stale_build),
        CASE(a_locked_build),
        CASE(a_missing_child),
        CASE(a_launcher_that_is_not_right),
        CASE(a_child_that_is_not_executable),
        CASE(a_child_for_another_machine),
        CASE(a_configuration_that_no_worker_takes),
        CASE(a_bad_expectation),
        CASE(a_handshake_only_where_it_is_asked_for),
        CASE(a_handshake_that_fails),
    };

    return LWT_RUN(tests);
}

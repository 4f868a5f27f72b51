/* builder_support.c - projects and toolchains that are only files. */
#include "builder/builder_support.h"

#include <dirent.h>

#include "base/buf.h"
#include "base/file.h"
#include "proc/runtime.h"

struct lwt_sandbox box;
lw_runtime *runtime;
lw_builder_spec spec;
lw_bootstrap_report *report;
lw_builder_failure *failure;
lw_capability *capability;
lw_error err;

static char root[PATH_MAX], toolchain[PATH_MAX], log_path[PATH_MAX];
static const char *session_command[] = { LW_BUILD_DIR "/tests/fake_session",
                                         log_path, NULL };

int
set_up(void **state)
{
    const lw_builder_spec defaults = LW_BUILDER_SPEC_INIT;
    const lw_error none = LW_ERROR_INIT;

    (void)state;
    setenv("LEAN_WORKER_CHILD", LW_BUILD_DIR "/lean-worker-child", 1);
    lwt_sandbox_open(&box);
    setenv("XDG_CACHE_HOME", lwt_sandbox_path(&box, "cache"), 1);
    lwt_sandbox_toolchain(&box, "tc", 28);
    lwt_sandbox_file(&box, "tc/lib/lean/libleanshared.so", "not loaded");
    use_lake("exit 1");
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\n[[lean_lib]]\nname = 'A'\n");
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:v4.28.0\n");
    lwt_sandbox_file(&box, "p/A.lean", "import A.B\ndef a := 1\n");
    lwt_sandbox_file(&box, "p/A/B.lean", "def b := 1\n");
    lwt_sandbox_file(&box, "p/.lake/build/lib/lean/A.olean", "compiled");
    lwt_sandbox_file(&box, "p/.lake/build/lib/lean/A/B.olean", "compiled");
    snprintf(root, sizeof(root), "%s", lwt_sandbox_path(&box, "p"));
    snprintf(toolchain, sizeof(toolchain), "%s", lwt_sandbox_path(&box, "tc"));
    snprintf(log_path, sizeof(log_path), "%s", lwt_sandbox_path(&box, "log"));
    err = none;
    spec = defaults;
    spec.project_root = root;
    spec.toolchain = toolchain;
    if (lw_runtime_create(&runtime, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    return 0;
}

int
tear_down(void **state)
{
    (void)state;
    lw_bootstrap_report_destroy(report);
    lw_builder_failure_destroy(failure);
    lw_capability_destroy(capability);
    report = NULL;
    failure = NULL;
    capability = NULL;
    assert_int_equal(lwi_runtime_live_children(runtime), 0);
    lw_runtime_destroy(runtime);
    lwt_sandbox_close(&box);
    return 0;
}

void
use_lake(const char *body)
{
    lwt_sandbox_script(&box, "tc/bin/lake", body);
}

void
use_fake_session(void)
{
    spec.toolchain = NULL;
    spec.worker.command = session_command;
}

bool
log_has(const char *text)
{
    struct lwi_buf buf;
    bool has;

    lwi_buf_init(&buf, &lwi_system_allocator);
    has = lwi_file_read(&buf, log_path, 1 << 20) == LW_OK &&
          strstr(lwi_buf_peek_text(&buf), text) != NULL;
    lwi_buf_fini(&buf);
    return has;
}

/* ---- reports ---- */

void
check(void)
{
    lw_bootstrap_report_destroy(report);
    report = NULL;
    if (lw_builder_check(&report, runtime, &spec, &err) != LW_OK)
        fail_msg("%s", err.message);
    assert_non_null(report);
}

static _Noreturn void
show(const char *what)
{
    size_t i;

    for (i = 0; i < report->finding_count; i++)
        print_message("%s %s: %s: %s\n",
                      lw_bootstrap_severity_name(report->findings[i].severity),
                      lw_bootstrap_code_name(report->findings[i].code),
                      report->findings[i].subject, report->findings[i].message);
    fail_msg("%s", what);
    abort();
}

const lw_bootstrap_finding *
expect(lw_bootstrap_code code, lw_bootstrap_severity severity,
       const char *subject, const char *message)
{
    size_t i;

    for (i = 0; i < report->finding_count; i++) {
        const lw_bootstrap_finding *finding = &report->findings[i];

        if (finding->code == code && finding->severity == severity &&
            strstr(finding->subject, subject) != NULL &&
            strstr(finding->message, message) != NULL)
            return finding;
    }
    show(lw_bootstrap_code_name(code));
}

void
expect_none(lw_bootstrap_code code)
{
    size_t i;

    for (i = 0; i < report->finding_count; i++) {
        if (code == LW_BOOTSTRAP_FOUND
                ? report->findings[i].severity != LW_BOOTSTRAP_INFO
                : report->findings[i].code == code)
            show("this was not to be found");
    }
}

/* ---- builds ---- */

static size_t
count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

void
must_build(void)
{
    lw_builder_failure_destroy(failure);
    if (lw_builder_build(&capability, NULL, runtime, &spec, &failure, &err) !=
        LW_OK)
        fail_msg("%s: %s", lw_status_name(err.status), err.message);
    assert_non_null(capability);
    assert_null(failure);
}

/* One that failed before, since the warden comes with the first child. */
static void
fail_once(lw_builder_failure **to)
{
    lw_worker *worker = (lw_worker *)&spec; /* must be overwritten */
    int rc;

    capability = (lw_capability *)&spec;
    rc = lw_builder_build(&capability, &worker, runtime, &spec, to, &err);
    assert_null(capability);
    assert_null(worker);
    if (rc != err.status || rc == LW_OK)
        fail_msg("%s and %s", lw_status_name(rc), lw_status_name(err.status));
    assert_int_equal(lwi_runtime_live_children(runtime), 0);
}

void
must_fail(int status, lw_builder_stage stage, lw_bootstrap_code code,
          const char *message)
{
    size_t before;

    fail_once(NULL);
    before = count_descriptors();
    lw_builder_failure_destroy(failure);
    failure = NULL;
    fail_once(&failure);
    assert_int_equal(count_descriptors(), before);
    assert_non_null(failure);
    if (err.status != status || failure->stage != stage ||
        failure->finding.code != code ||
        strstr(failure->finding.message, message) == NULL)
        fail_msg("%s, %s, %s: %s", lw_status_name(err.status),
                 lw_builder_stage_name(failure->stage),
                 lw_bootstrap_code_name(failure->finding.code),
                 failure->finding.message);
    assert_int_equal(failure->finding.status, status);
    assert_int_equal(failure->finding.severity, LW_BOOTSTRAP_ERROR);
    assert_true(failure->finding.hint[0] != '\0');
    assert_true(err.message[0] != '\0');
}

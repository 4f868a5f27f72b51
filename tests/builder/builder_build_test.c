/* builder_build_test.c - each stage, done and failed; nothing is left. */
#include "builder/builder_support.h"

#include <sys/resource.h>

#include <lean_worker/pool.h>

#include "capability/capability.h"
#include "proc/runtime.h"

#define METADATA                                                               \
    "{\"commands\": [{\"name\": \"stats\", \"version\": \"1\"}], "             \
    "\"lean_version\": \"4.28.0\"}"

/* fake_session answers an export with its request. */
static void
say_metadata(const char *name, const char *json)
{
    spec.metadata.export_name = name;
    spec.metadata.request = (lw_span){ json, strlen(json) };
}

static void
expect_metadata(const char *json, lw_metadata_match match)
{
    spec.metadata.expected = (lw_span){ json, strlen(json) };
    spec.metadata.match = match;
}

/* ---- all goes well ---- */

static void
own_modules_become_sources(void **state)
{
    const lw_capability_spec *made;

    (void)state;
    use_fake_session();
    must_build();
    made = lwi_capability_spec(capability);
    assert_non_null(made->session);
    assert_null(made->session->imports);
    assert_int_equal(made->session->source_count, 2);
    assert_string_equal(made->session->sources[0].module, "A.B");
    assert_string_equal(made->session->sources[0].label, "A/B.lean");
    assert_string_equal(made->session->sources[1].module, "A");
    assert_string_equal(made->session->sources[1].text.data,
                        "import A.B\ndef a := 1\n");
    assert_string_equal(made->project_root, spec.project_root);
    assert_string_equal(made->package, "p");
    assert_string_equal(made->library, "A");
    assert_true(log_has("source A.B"));
}

static void
options_of_lakefile_and_caller_are_joined(void **state)
{
    static const char *const options[] = { "pp.all=true", NULL };
    static const char *const namespaces[] = { "A", NULL };

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = 'p'\n[leanOptions]\nautoImplicit = false\n"
                     "[[lean_lib]]\nname = 'A'\n");
    spec.options = options;
    spec.namespaces = namespaces;
    use_fake_session();
    must_build();
    assert_true(log_has("option autoImplicit=false"));
    assert_true(log_has("option pp.all=true"));
    assert_true(log_has("open A"));
}

/* On a native toolchain lake compiles them, and sessions import them. */
static void
use_native(const char *lake)
{
    static char path[PATH_MAX];

    use_fake_session();
    snprintf(path, sizeof(path), "%s", lwt_sandbox_path(&box, "tc"));
    spec.toolchain = path;
    use_lake(lake);
}

#define SAY_PATH "env) echo \"$PWD/.lake/build/lib/lean\";; "

static void
compiled_modules_are_imported(void **state)
{
    const lw_capability_spec *made;
    lw_session_key *key = NULL;

    (void)state;
    use_native("case $1 in " SAY_PATH "build) echo \"$@\" >built;; esac");
    must_build();
    made = lwi_capability_spec(capability);
    assert_int_equal(made->session->source_count, 0);
    assert_string_equal(made->session->imports[0], "A");
    assert_non_null(
        strstr(made->session->search_path[0], "p/.lake/build/lib/lean"));
    assert_int_equal(access(lwt_sandbox_path(&box, "p/built"), R_OK), 0);
    assert_int_equal(lw_builder_make_key(&key, &spec, &err), LW_OK);
    assert_int_equal(
        lw_session_key_compare(key, lw_capability_get_key(capability)), 0);
    lw_session_key_destroy(key);
}

static void
the_build_fails(void **state)
{
    (void)state;
    use_native("case $1 in " SAY_PATH
               "build) echo it goes boom; exit 1;; esac");
    must_fail(LW_EBUILD, LW_BUILDER_STAGE_BUILD, LW_BOOTSTRAP_BUILD_FAILED,
              "boom");
    assert_non_null(strstr(failure->output.data, "it goes boom"));
    use_native("case $1 in " SAY_PATH "build) sleep 1000;; esac");
    spec.build_timeout_ms = 200;
    must_fail(LW_ETIMEOUT, LW_BUILDER_STAGE_BUILD, LW_BOOTSTRAP_BUILD_FAILED,
              "");
}

/* Without a toolchain nobody compiles what other packages have. */
static void
modules_of_packages_become_sources_too(void **state)
{
    const lw_capability_spec *made;

    (void)state;
    lwt_sandbox_file(&box, "p/.lake/packages/dep/lakefile.toml",
                     "name = 'dep'\n[[lean_lib]]\nname = 'Dep'\n");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/Dep.lean", "def d := 1\n");
    lwt_sandbox_file(&box, "p/A/B.lean", "import Dep\nimport Lean\n");
    use_fake_session();
    must_build();
    made = lwi_capability_spec(capability);
    assert_int_equal(made->session->source_count, 3);
    assert_string_equal(made->session->sources[0].module, "Dep");
    assert_string_equal(made->session->sources[2].module, "A");
}

static void
an_application_needs_no_project(void **state)
{
    static const char *const imports[] = { "Fake.Module", NULL };

    (void)state;
    use_fake_session();
    spec.project_root = NULL;
    must_build();
    assert_null(lwi_capability_spec(capability)->session);
    lw_capability_destroy(capability);
    capability = NULL;
    spec.imports = imports;
    must_build();
    assert_string_equal(lwi_capability_spec(capability)->session->imports[0],
                        "Fake.Module");
    assert_true(log_has("import public Fake.Module"));
}

static void
metadata_and_doctor_are_asked(void **state)
{
    (void)state;
    use_fake_session();
    say_metadata("exports", METADATA);
    expect_metadata("{\"commands\": [{\"name\": \"stats\", "
                    "\"version\": \"1\"}]}",
                    LW_METADATA_INCLUDES);
    spec.doctor_export = "health";
    must_build(); /* "{}" is a report without findings */
    assert_true(log_has("name exports"));
    assert_true(log_has("name health"));
}

static void
the_worker_is_warm(void **state)
{
    lw_session again = LW_SESSION_NONE;
    lw_worker *worker = NULL;

    (void)state;
    use_fake_session();
    assert_int_equal(
        lw_builder_build(&capability, &worker, runtime, &spec, &failure, &err),
        LW_OK);
    assert_int_equal(lw_worker_get_state(worker), LW_WORKER_IDLE);
    assert_int_equal(lw_worker_get_generation(worker), 1);
    assert_int_equal(
        lw_worker_open_session(worker, &again,
                               lwi_capability_spec(capability)->session, NULL,
                               NULL, &err),
        LW_OK);
    assert_int_equal(again.number, 1);
    lw_worker_destroy(worker);
}

static void
a_pool_takes_the_capability(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease = NULL;
    lw_pool *pool = NULL;

    (void)state;
    use_fake_session();
    say_metadata("exports", METADATA);
    expect_metadata(METADATA, LW_METADATA_EXACT);
    must_build();
    assert_int_equal(lw_pool_create(&pool, runtime, &config, &err), LW_OK);
    if (lw_pool_acquire(&lease, pool, capability, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    lw_lease_release(lease);
    lw_pool_destroy(pool);
}

static void
the_key_is_known_without_a_build(void **state)
{
    lw_session_key *key = NULL, *other = NULL;

    (void)state;
    use_fake_session();
    assert_int_equal(lw_builder_make_key(&key, &spec, &err), LW_OK);
    assert_int_equal(lwi_runtime_warden_pid(runtime), 0);
    must_build();
    assert_int_equal(
        lw_session_key_compare(key, lw_capability_get_key(capability)), 0);
    lwt_sandbox_file(&box, "p/A/B.lean", "def b := 2\n");
    assert_int_equal(lw_builder_make_key(&other, &spec, &err), LW_OK);
    assert_int_not_equal(lw_session_key_compare(key, other), 0);
    lw_session_key_destroy(key);
    lw_session_key_destroy(other);
    lwt_sandbox_file(&box, "p/A/B.lean", "import A\n");
    assert_int_equal(lw_builder_make_key(&key, &spec, &err), LW_EPROJECT);
    assert_null(key);
}

/* ---- progress ---- */

struct seen {
    char text[512];
    int stop_at; /* a stage; -1: none */
    bool at_end;
};

static int
note_progress(const lw_builder_progress *progress, void *user)
{
    struct seen *seen = user;
    size_t used = strlen(seen->text);

    snprintf(seen->text + used, sizeof(seen->text) - used, "%s%s ",
             progress->done ? "/" : "", lw_builder_stage_name(progress->stage));
    return (int)progress->stage == seen->stop_at &&
                   progress->done == seen->at_end
               ? -1
               : 0;
}

static void
each_stage_is_told(void **state)
{
    struct seen seen = { .stop_at = -1 };

    (void)state;
    use_fake_session();
    say_metadata("exports", METADATA);
    spec.doctor_export = "health";
    spec.progress = note_progress;
    spec.progress_user = &seen;
    must_build();
    assert_string_equal(seen.text,
                        "project /project spawn /spawn handshake /handshake "
                        "session /session metadata /metadata doctor /doctor ");
}

static void
a_caller_may_end_it_at_each_stage(void **state)
{
    struct seen seen = { .stop_at = 0 };
    size_t ended = 0;

    (void)state;
    use_fake_session();
    say_metadata("exports", METADATA);
    spec.doctor_export = "health";
    spec.progress = note_progress;
    spec.progress_user = &seen;
    for (; seen.stop_at < LW_BUILDER_STAGE_COUNT; seen.stop_at++) {
        if (seen.stop_at == LW_BUILDER_STAGE_TOOLCHAIN ||
            seen.stop_at == LW_BUILDER_STAGE_BUILD ||
            seen.stop_at == LW_BUILDER_STAGE_CHILD)
            continue; /* nothing was to do in it */
        seen.at_end = !seen.at_end;
        must_fail(LW_ESINK, (lw_builder_stage)seen.stop_at,
                  LW_BOOTSTRAP_STOPPED, "no more");
        ended++;
    }
    assert_int_equal(ended, 6);
}

/* Sets a token at a stage. */
static int
cancel_at(const lw_builder_progress *progress, void *user)
{
    if (progress->stage == LW_BUILDER_STAGE_SPAWN)
        lw_cancel_set(user);
    return 0;
}

static void
a_build_can_be_cancelled(void **state)
{
    lw_cancel *cancel = NULL;

    (void)state;
    use_fake_session();
    assert_int_equal(lw_cancel_create(&cancel, &err), LW_OK);
    spec.cancel = cancel;
    spec.progress = cancel_at;
    spec.progress_user = cancel;
    assert_int_equal(
        lw_builder_build(&capability, NULL, runtime, &spec, &failure, &err),
        LW_ECANCELLED);
    assert_non_null(failure);
    assert_int_equal(failure->finding.code, LW_BOOTSTRAP_STOPPED);
    must_fail(LW_ECANCELLED, LW_BUILDER_STAGE_PROJECT, LW_BOOTSTRAP_STOPPED,
              "cancelled");
    lw_cancel_destroy(cancel);
}

/* From the stage on, no descriptor can be had; `user` is the old limit. */
static int
starve_at_spawn(const lw_builder_progress *progress, void *user)
{
    struct rlimit *before = user, low;
    int next;

    if (progress->stage != LW_BUILDER_STAGE_SPAWN)
        return 0;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
    next = dup(0);
    assert_in_range(next, 0, 1000);
    close(next);
    low = (struct rlimit){ (rlim_t)next, before->rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    return 0;
}

static void
a_limit_of_the_system_is_named_as_such(void **state)
{
    struct rlimit before = { 0, 0 };
    int rc;

    (void)state;
    use_fake_session();
    spec.progress = starve_at_spawn;
    spec.progress_user = &before;
    rc = lw_builder_build(&capability, NULL, runtime, &spec, &failure, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, LW_ELIMIT);
    assert_null(capability);
    assert_non_null(failure);
    assert_int_equal(failure->stage, LW_BUILDER_STAGE_SPAWN);
    assert_int_equal(failure->finding.code, LW_BOOTSTRAP_NO_MEANS);
    assert_non_null(strstr(failure->finding.hint, "descriptors"));
}

/* ---- each stage fails ---- */

static void
a_precondition_fails_it_before_anything_starts(void **state)
{
    (void)state;
    use_fake_session();
    spec.library = "Nope";
    must_fail(LW_EPROJECT, LW_BUILDER_STAGE_PROJECT,
              LW_BOOTSTRAP_UNKNOWN_TARGET, "Nope");
    spec.library = NULL;
    spec.worker.command = NULL;
    spec.toolchain = "/nowhere/at/all";
    must_fail(LW_ETOOLCHAIN, LW_BUILDER_STAGE_TOOLCHAIN,
              LW_BOOTSTRAP_NO_TOOLCHAIN, "/nowhere/at/all");
    assert_int_equal(lwi_runtime_warden_pid(runtime), 0);
}

static char program[PATH_MAX];

static void
use_script(const char *body)
{
    static const char *command[] = { program, NULL };

    lwt_sandbox_script(&box, "worker", body);
    snprintf(program, sizeof(program), "%s", lwt_sandbox_path(&box, "worker"));
    spec.worker.command = command;
    spec.toolchain = NULL;
}

static void
the_child_is_missing(void **state)
{
    (void)state;
    use_script("exit 0");
    assert_int_equal(unlink(program), 0);
    must_fail(LW_ECHILDPATH, LW_BUILDER_STAGE_CHILD, LW_BOOTSTRAP_MISSING_CHILD,
              "worker");
}

/* The kernel looks at more than a check can. */
static void
the_child_does_not_start(void **state)
{
    (void)state;
    use_script("");
    lwt_sandbox_bytes(&box, "worker", "#!/no/such/interpreter\n", 23, 0755);
    must_fail(LW_ESPAWN, LW_BUILDER_STAGE_SPAWN, LW_BOOTSTRAP_SPAWN_FAILED, "");
}

static void
the_handshake_fails(void **state)
{
    (void)state;
    use_script("echo these are its words >&2; exit 7");
    must_fail(LW_ECHILDEXITED, LW_BUILDER_STAGE_HANDSHAKE,
              LW_BOOTSTRAP_HANDSHAKE_FAILED, "");
    assert_non_null(strstr(failure->output.data, "these are its words"));
    use_script("echo this is no frame of the protocol, and long enough; cat");
    must_fail(LW_EPROTO, LW_BUILDER_STAGE_HANDSHAKE,
              LW_BOOTSTRAP_HANDSHAKE_FAILED, "");
    use_script("exec sleep 1000");
    spec.worker.startup_timeout_ms = 50;
    must_fail(LW_ETIMEOUT, LW_BUILDER_STAGE_HANDSHAKE,
              LW_BOOTSTRAP_HANDSHAKE_FAILED, "");
}

/* It says that it hosts another Lean. */
static void
another_lean_answers(void **state)
{
    (void)state;
    use_fake_session();
    spec.worker.expected_lean = "4.0.0";
    must_fail(LW_EMISMATCH, LW_BUILDER_STAGE_HANDSHAKE,
              LW_BOOTSTRAP_HANDSHAKE_FAILED, "4.99.0-fake");
}

static void
the_session_fails(void **state)
{
    (void)state;
    use_fake_session();
    lwt_sandbox_file(&box, "p/A/B.lean", "bad\n");
    must_fail(LW_EHEADER, LW_BUILDER_STAGE_SESSION, LW_BOOTSTRAP_SESSION_FAILED,
              "");
    assert_non_null(strstr(failure->output.data, "1:0: error: no good\n"));
    assert_non_null(strstr(failure->output.data, "Hint: be better"));
    lwt_sandbox_file(&box, "p/A/B.lean", "-- fine\n");
    spec.imports = (const char *const[]){ "Missing.Module", NULL };
    spec.project_root = NULL;
    must_fail(LW_EHEADER, LW_BUILDER_STAGE_SESSION, LW_BOOTSTRAP_SESSION_FAILED,
              "Missing");
}

static void
the_output_is_bounded(void **state)
{
    (void)state;
    use_fake_session();
    lwt_sandbox_file(&box, "p/A/B.lean", "bad\n");
    spec.output_limit = 10;
    must_fail(LW_EHEADER, LW_BUILDER_STAGE_SESSION, LW_BOOTSTRAP_SESSION_FAILED,
              "");
    assert_true(failure->output.size <= 10);
    assert_true(failure->output_bytes > 10);
    assert_string_equal(failure->output.data, "be better\n");
    use_script("printf 'a\\377\\000b\\nc' >&2; exit 7");
    spec.output_limit = 1000;
    must_fail(LW_ECHILDEXITED, LW_BUILDER_STAGE_HANDSHAKE,
              LW_BOOTSTRAP_HANDSHAKE_FAILED, "");
    assert_non_null(strstr(failure->output.data, "a??b\nc"));
}

static void
metadata_fails(void **state)
{
    static const struct {
        const char *name, *says, *expected;
        int status;
        lw_bootstrap_code code;
    } cases[] = {
        { "missing", "{}", "", LW_EEXPORT, LW_BOOTSTRAP_EXPORT_MISSING },
        { "typed", "{}", "", LW_EEXPORT, LW_BOOTSTRAP_EXPORT_TYPE },
        { "bad", "{}", "", LW_EEXPORTFAILED, LW_BOOTSTRAP_EXPORT_FAILED },
        { "m", "{\"commands\": 1}", "", LW_EMETADATA,
          LW_BOOTSTRAP_METADATA_MALFORMED },
        { "m", METADATA,
          "{\"commands\": [{\"name\": \"stats\", \"version\": "
          "\"2\"}]}",
          LW_EMISMATCH, LW_BOOTSTRAP_METADATA_MISMATCH },
        { "crash", "{}", "", LW_ECHILDCRASHED, LW_BOOTSTRAP_EXPORT_FAILED },
    };
    size_t i;

    (void)state;
    use_fake_session();
    for (i = 0; i < LWI_COUNT(cases); i++) {
        say_metadata(cases[i].name, cases[i].says);
        expect_metadata(cases[i].expected, LW_METADATA_INCLUDES);
        must_fail(cases[i].status, LW_BUILDER_STAGE_METADATA, cases[i].code,
                  "");
    }
    assert_non_null(strstr(failure->output.data, "these are its last words"));
    say_metadata("m", METADATA);
    expect_metadata("{}", LW_METADATA_EXACT);
    must_fail(LW_EMISMATCH, LW_BUILDER_STAGE_METADATA,
              LW_BOOTSTRAP_METADATA_MISMATCH, "");
}

/* A worker that answers each doctor with `says`. */
static void
use_package(const char *says)
{
    static const char *command[] = { LW_BUILD_DIR "/tests/builder_helper", NULL,
                                     NULL };

    command[1] = says;
    spec.worker.command = command;
    spec.toolchain = NULL;
    spec.project_root = NULL;
    spec.doctor_export = "doctor";
}

static void
the_doctor_fails(void **state)
{
    (void)state;
    use_package("{\"diagnostics\": [{\"severity\": \"info\", \"code\": \"i\", "
                "\"message\": \"fine\"}, {\"severity\": \"error\", \"code\": "
                "\"no_cache\", \"message\": \"cache is gone\"}]}");
    must_fail(LW_EBOOTSTRAP, LW_BUILDER_STAGE_DOCTOR, LW_BOOTSTRAP_UNHEALTHY,
              "no_cache: cache is gone");
    assert_string_equal(failure->output.data,
                        "info: i: fine\nerror: no_cache: cache is gone\n");
    use_package("{\"diagnostics\": 7}");
    must_fail(LW_EDOCTOR, LW_BUILDER_STAGE_DOCTOR,
              LW_BOOTSTRAP_DOCTOR_MALFORMED, "");
    spec.doctor_export = "nope";
    must_fail(LW_EEXPORT, LW_BUILDER_STAGE_DOCTOR, LW_BOOTSTRAP_EXPORT_MISSING,
              "nope");
    use_package("{\"diagnostics\": [{\"severity\": \"warning\", \"code\": "
                "\"old\", \"message\": \"is old\"}]}");
    must_build();
}

/* ---- misuse ---- */

static void
a_call_is_checked(void **state)
{
    (void)state;
    assert_int_equal(
        lw_builder_build(NULL, NULL, runtime, &spec, &failure, &err),
        LW_EINVAL);
    assert_int_equal(
        lw_builder_build(&capability, NULL, NULL, &spec, &failure, &err),
        LW_EINVAL);
    assert_int_equal(
        lw_builder_build(&capability, NULL, runtime, NULL, &failure, NULL),
        LW_EINVAL);
    assert_int_equal(lw_builder_build(&capability, NULL, (lw_runtime *)&box,
                                      &spec, &failure, NULL),
                     LW_EBADHANDLE);
    assert_null(capability);
    assert_null(failure);
    lw_builder_failure_destroy(NULL);
    lw_bootstrap_report_destroy(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(own_modules_become_sources),
        CASE(options_of_lakefile_and_caller_are_joined),
        CASE(compiled_modules_are_imported),
        CASE(the_build_fails),
        CASE(modules_of_packages_become_sources_too),
        CASE(an_application_needs_no_project),
        CASE(metadata_and_doctor_are_asked),
        CASE(the_worker_is_warm),
        CASE(a_pool_takes_the_capability),
        CASE(the_key_is_known_without_a_build),
        CASE(each_stage_is_told),
        CASE(a_caller_may_end_it_at_each_stage),
        CASE(a_build_can_be_cancelled),
        CASE(a_limit_of_the_system_is_named_as_such),
        CASE(a_precondition_fails_it_before_anything_starts),
        CASE(the_child_is_missing),
        CASE(the_child_does_not_start),
        CASE(the_handshake_fails),
        CASE(another_lean_answers),
        CASE(the_session_fails),
        CASE(the_output_is_bounded),
        CASE(metadata_fails),
        CASE(the_doctor_fails),
        CASE(a_call_is_checked),
    };

    return LWT_RUN(tests);
}

/*
 * snapshot_test.c - snapshots of starts: made, proved, used, and not used
 * where anything does not fit. The Lean is a fake one (fake/fake_lean.c);
 * tests/native has the real one.
 */
#include <lean_worker/snapshot.h>

#include <dirent.h>
#include <pthread.h>
#include <sys/resource.h>

#include "support/isolated.h"
#include "support/sandbox.h"

#define PATIENCE_MS UINT64_C(100000)

static struct lwt_sandbox box;
static lw_toolchain *toolchain;
static lw_runtime *runtime;
static lw_worker_config config;
static lw_run_spec question;
static lw_snapshot_report made;
static lw_error err;
static char folder[PATH_MAX];
static char variable[PATH_MAX + 32];
static const char *environment[4];

static void
set_mode(const char *mode)
{
    lwt_sandbox_file(&box, "state/mode", mode);
}

static void
begin_with(const char *version)
{
    static const lw_worker_config defaults = LW_WORKER_CONFIG_INIT;
    static const lw_run_spec no_question = LW_RUN_SPEC_INIT;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;

    umask(002); /* what Lean writes is open to a group then */
    lwt_sandbox_open(&box);
    lwt_sandbox_folder(&box, "tc/lib/lean");
    lwt_sandbox_folder(&box, "tc/bin");
    CHECK_INT(symlink(LW_BUILD_DIR "/tests/fake_lean",
                      lwt_sandbox_path(&box, "tc/bin/lean")),
              0);
    lwt_sandbox_file(&box, "share/shim.lean", "the shim");
    lwt_sandbox_file(&box, "share/lean-worker-plugin.so", "the plugin");
    lwt_sandbox_file(&box, "state/A.olean", "a module");
    set_mode("good");
    setenv("LEAN_WORKER_SHARE", lwt_sandbox_path(&box, "share"), 1);
    unsetenv("LEAN_WORKER_SNAPSHOTS");
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    CHECK_INT(lw_runtime_create(&runtime, &options, &err), LW_OK);
    request.toolchain = lwt_sandbox_path(&box, "tc");
    CHECK_INT(lw_toolchain_find(&toolchain, &request, &err), LW_OK);
    snprintf(folder, sizeof(folder), "%s", lwt_sandbox_path(&box, "cache/s"));
    snprintf(variable, sizeof(variable), "LW_FAKE_FOLDER=%s",
             lwt_sandbox_path(&box, "state"));
    environment[0] = variable;
    environment[1] = version;
    config = defaults;
    config.toolchain = toolchain;
    config.environment = environment;
    config.snapshots = folder;
    config.startup_timeout_ms = PATIENCE_MS;
    config.request_timeout_ms = PATIENCE_MS;
    question = no_question;
    question.name = "echo";
    question.request = (lw_span){ "well", 4 };
}

static void
begin(void)
{
    begin_with("LW_FAKE_VERSION=4.35.0");
}

static void
finish(void)
{
    lw_toolchain_destroy(toolchain);
    lw_runtime_destroy(runtime);
    lwt_sandbox_close(&box);
}

static int
make(bool again)
{
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    int rc;

    spec.config = &config;
    spec.runs = &question;
    spec.run_count = 1;
    spec.again = again;
    made.struct_size = sizeof(made);
    rc = lw_snapshot_make(&made, runtime, &spec, &err);
    if (rc != LW_OK)
        fprintf(stderr, "(%s: %s)\n", lw_status_name(rc), err.message);
    return rc;
}

/* A worker starts and answers: from a snapshot, or not for this reason. */
static void
expect(const char *why_not)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    lw_worker *worker = NULL;
    lw_reply *reply = NULL;

    CHECK_INT(lw_worker_start(&worker, runtime, &config, NULL, &err), LW_OK);
    CHECK_INT(lw_worker_run(worker, &reply, &question, NULL, NULL, &err),
              LW_OK);
    CHECK(strcmp(lw_reply_get_facts(reply)->response.data, "well") == 0);
    lw_reply_destroy(reply);
    CHECK_INT(lw_worker_get_metadata(worker, &metadata, &err), LW_OK);
    CHECK_INT(lw_worker_get_stats(worker, &stats, &err), LW_OK);
    if (why_not == NULL ? !metadata.from_snapshot || *metadata.no_snapshot != 0
                        : metadata.from_snapshot ||
                              strstr(metadata.no_snapshot, why_not) == NULL) {
        fprintf(stderr, "wanted: %s; it says: %s\n",
                why_not == NULL ? "a snapshot" : why_not, metadata.no_snapshot);
        CHECK(false);
    }
    CHECK(stats.failed_starts <= 1);
    lw_worker_destroy(worker);
}

/* ---- the folder ---- */

static char reasons[4][256];
static size_t listed;

static int
keep_reason(const lw_snapshot_report *report, void *user)
{
    (void)user;
    CHECK(listed < 4);
    CHECK_INT(report->state == LW_SNAPSHOT_FITS, report->reason[0] == '\0');
    snprintf(reasons[listed++], sizeof(reasons[0]), "%s", report->reason);
    return 0;
}

static void
list(void)
{
    listed = 0;
    CHECK_INT(lw_snapshot_list(folder, keep_reason, NULL, &err), LW_OK);
}

static void
expect_one(const char *reason)
{
    list();
    CHECK_INT(listed, 1);
    if (strstr(reasons[0], reason) == NULL ||
        (*reason == '\0' && reasons[0][0] != '\0')) {
        fprintf(stderr, "wanted: %s; it says: %s\n", reason, reasons[0]);
        CHECK(false);
    }
}

/* How many files it has besides the lock. */
static size_t
count_files(void)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    size_t count = 0;

    CHECK(entries != NULL);
    while ((entry = readdir(entries)) != NULL)
        count += entry->d_name[0] != '.' && strcmp(entry->d_name, "lock") != 0;
    closedir(entries);
    return count;
}

/* The one file whose name ends so. */
static const char *
find(const char *ending)
{
    static char path[PATH_MAX + 300];
    DIR *entries = opendir(folder);
    struct dirent *entry;
    size_t size, length = strlen(ending);

    CHECK(entries != NULL);
    path[0] = '\0';
    while ((entry = readdir(entries)) != NULL) {
        size = strlen(entry->d_name);
        if (size > length && strcmp(entry->d_name + size - length, ending) == 0)
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
    }
    closedir(entries);
    CHECK(path[0] != '\0');
    return path;
}

static void
flip(const char *path, off_t at)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    unsigned char byte;

    CHECK(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= 0x10;
    CHECK_INT(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static off_t
size_of(const char *path)
{
    struct stat facts;

    CHECK_INT(stat(path, &facts), 0);
    return facts.st_size;
}

/* ---- the tests ---- */

TEST(it_is_made_and_proved_and_used)
{
    begin();
    config.snapshots = NULL;
    expect("");
    config.snapshots = folder;
    expect("No such file");
    CHECK_INT(make(false), LW_OK);
    CHECK(made.made && made.state == LW_SNAPSHOT_FITS);
    CHECK_INT(made.bytes, 300000);
    CHECK_INT(made.files, 1);
    CHECK_INT(made.probes, 5);
    CHECK(strcmp(made.lean, "4.35.0") == 0);
    CHECK(strcmp(made.folder, folder) == 0);
    CHECK_INT(count_files(), 3);
    expect(NULL);
    CHECK_INT(make(false), LW_OK);
    CHECK(!made.made);
    CHECK_INT(make(true), LW_OK);
    CHECK(made.made);
    CHECK_INT(count_files(), 3);
    expect_one("");
    expect(NULL);
    CHECK_INT(lw_snapshot_remove(folder, "no such key", &err), LW_OK);
    expect(NULL);
    CHECK_INT(lw_snapshot_remove(folder, made.key, &err), LW_OK);
    CHECK_INT(count_files(), 0);
    expect("none was proved");
    finish();
}

TEST(the_environment_may_name_the_folder)
{
    begin();
    setenv("LEAN_WORKER_SNAPSHOTS", folder, 1);
    config.snapshots = NULL;
    CHECK_INT(make(false), LW_OK);
    CHECK_INT(count_files(), 3);
    expect(NULL);
    config.snapshots = "";
    expect("");
    unsetenv("LEAN_WORKER_SNAPSHOTS");
    finish();
}

TEST(another_start_has_another_key)
{
    const char *other[] = { variable, "LW_FAKE_VERSION=4.35.0", "MORE=1",
                            NULL };

    begin();
    CHECK_INT(make(false), LW_OK);
    config.environment = other;
    expect("none was proved");
    other[2] = "LEAN_PATH=/a:/b";
    expect("not one absolute folder");
    other[2] = "LEAN_PATH=a";
    expect("not one absolute folder");
    CHECK_INT(make(false), LW_EUNSUPPORTED);
    other[2] = "LEAN_PATH=/a";
    expect("none was proved");
    config.environment = environment;
    setenv("LEAN_NUM_THREADS", "1", 1);
    expect("none was proved");
    unsetenv("LEAN_NUM_THREADS");
    config.working_directory = "/";
    expect(NULL);
    config.working_directory = NULL;
    lwt_sandbox_file(&box, "share/shim.lean", "the shin");
    expect("none was proved");
    finish();
}

/* Of several libraries, though only one is handed to the launcher. */
TEST(a_library_that_changes_in_place_has_another_key)
{
    const char *library = "tc/lib/lean/libleanshared_1.so";

    begin();
    lwt_sandbox_file(&box, library, "some code");
    CHECK_INT(make(false), LW_OK);
    expect(NULL);
    lwt_sandbox_file(&box, library, "more code");
    expect("none was proved");
    finish();
}

TEST(what_is_damaged_is_not_used)
{
    static const off_t places[] = { 0, 5, 88, 4096, 150000, 299999 };
    static const off_t sizes[] = { 299999, 150000, 88, 0 };
    size_t i;

    begin();
    CHECK_INT(make(false), LW_OK);
    for (i = 0; i < LWI_COUNT(places); i++) {
        flip(find(".snap"), places[i]);
        expect_one("the snapshot is damaged");
        if (i == 0)
            expect("the snapshot is damaged");
        flip(find(".snap"), places[i]);
    }
    expect(NULL);
    for (i = 0; i < (size_t)size_of(find(".record")); i += 7) {
        flip(find(".record"), (off_t)i);
        expect_one("the record is damaged");
        flip(find(".record"), (off_t)i);
    }
    expect(NULL);
    flip(find(".deps"), 3);
    expect("a module");
    flip(find(".deps"), 3);
    flip(find(".deps"), 0);
    expect("not understood");
    flip(find(".deps"), 0);
    expect(NULL);
    for (i = 0; i < LWI_COUNT(sizes); i++) {
        CHECK_INT(truncate(find(".snap"), sizes[i]), 0);
        expect_one("the snapshot is damaged");
    }
    expect("the snapshot is damaged");
    /* And is made anew. */
    CHECK_INT(make(false), LW_OK);
    CHECK(made.made);
    CHECK_INT(unlink(find(".deps")), 0);
    expect("No such file");
    finish();
}

TEST(a_module_that_changes_ends_it)
{
    begin();
    CHECK_INT(make(false), LW_OK);
    lwt_sandbox_file(&box, "state/A.olean", "b module");
    expect("a module that it rests on has changed");
    CHECK_INT(make(false), LW_OK);
    expect(NULL);
    CHECK_INT(unlink(lwt_sandbox_path(&box, "state/A.olean")), 0);
    expect("a module is gone");
    finish();
}

TEST(answers_that_differ_prove_nothing)
{
    begin();
    set_mode("differs");
    CHECK_INT(make(false), LW_EMISMATCH);
    CHECK(strstr(err.message, "otherwise: run echo") != NULL);
    CHECK_INT(count_files(), 0);
    set_mode("changes");
    CHECK_INT(make(false), LW_EMISMATCH);
    CHECK(strstr(err.message, "changed meanwhile") != NULL);
    set_mode("dies");
    CHECK_INT(make(false), LW_ECHILDEXITED);
    set_mode("nothing");
    CHECK_INT(make(false), LW_EFILE);
    CHECK(strstr(err.message, "did not write") != NULL);
    CHECK_INT(count_files(), 0);
    expect("none was proved");
    finish();
}

static void
it_costs_one_failed_start(const char *mode)
{
    begin();
    CHECK_INT(make(false), LW_OK);
    set_mode(mode);
    expect("the start with it failed");
    expect("none was proved"); /* its record is gone */
    set_mode("good");
    CHECK_INT(make(false), LW_OK);
    expect(NULL);
    finish();
}

TEST(one_that_cannot_be_loaded_is_given_up)
{
    it_costs_one_failed_start("dies");
}

TEST(one_that_says_rubbish_is_given_up)
{
    it_costs_one_failed_start("rubbish");
}

/* The start fails without it as well: it may be good. */
TEST(a_start_that_fails_anyway_is_told)
{
    lw_worker *worker = NULL;

    begin();
    CHECK_INT(make(false), LW_OK);
    CHECK_INT(unlink(lwt_sandbox_path(&box, "state/mode")), 0);
    CHECK_INT(lw_worker_start(&worker, runtime, &config, NULL, &err),
              LW_ECHILDEXITED);
    CHECK(strstr(err.message, "exit code 90") != NULL);
    set_mode("good");
    expect(NULL);
    finish();
}

/* One worker, child after child. */
TEST(a_worker_tries_a_bad_one_once)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    lw_worker *worker = NULL;
    int i;

    begin();
    CHECK_INT(make(false), LW_OK);
    set_mode("dies");
    CHECK_INT(lw_worker_start(&worker, runtime, &config, NULL, &err), LW_OK);
    for (i = 0; i < 3; i++)
        CHECK_INT(lw_worker_cycle(worker, NULL, &err), LW_OK);
    CHECK_INT(lw_worker_get_stats(worker, &stats, &err), LW_OK);
    CHECK_INT(stats.failed_starts, 1);
    set_mode("good");
    CHECK_INT(make(false), LW_OK);
    CHECK_INT(lw_worker_cycle(worker, NULL, &err), LW_OK);
    CHECK_INT(lw_worker_get_metadata(worker, &metadata, &err), LW_OK);
    CHECK(metadata.from_snapshot && *metadata.no_snapshot == '\0');
    lw_worker_destroy(worker);
    finish();
}

/* The snapshot's failure is no reason to wait; one without it is. */
TEST(a_start_that_fails_anyway_backs_off)
{
    enum { MANY = 50 };
    lw_worker *worker = NULL;
    lw_reply *reply = NULL;
    int i, rc = LW_OK;

    begin();
    CHECK_INT(make(false), LW_OK);
    CHECK_INT(lw_worker_start(&worker, runtime, &config, NULL, &err), LW_OK);
    CHECK_INT(unlink(lwt_sandbox_path(&box, "state/mode")), 0);
    CHECK_INT(kill(lw_worker_get_pid(worker), SIGKILL), 0);
    for (i = 0; i < MANY && rc != LW_ERESTARTS; i++)
        rc = lw_worker_run(worker, &reply, &question, NULL, NULL, &err);
    CHECK_INT(rc, LW_ERESTARTS);
    lw_worker_destroy(worker);
    finish();
}

/* ---- the folder is private ---- */

/* Another name of it, say of a backup, may be gone again in a moment. */
TEST(a_record_that_cannot_be_read_keeps_its_files)
{
    char copy[PATH_MAX];

    begin();
    CHECK_INT(make(false), LW_OK);
    snprintf(copy, sizeof(copy), "%s", lwt_sandbox_path(&box, "copy"));
    CHECK_INT(link(find(".record"), copy), 0);
    expect("not permitted");
    CHECK_INT(lw_snapshot_remove(folder, "no such key", &err), LW_OK);
    CHECK_INT(unlink(copy), 0);
    expect(NULL);
    finish();
}

TEST(a_folder_of_others_is_not_used)
{
    char other[PATH_MAX], file[PATH_MAX + 300];

    begin();
    CHECK_INT(make(false), LW_OK);
    CHECK_INT(chmod(folder, 0750), 0);
    expect("is open to other users");
    CHECK_INT(make(true), LW_EFILE);
    CHECK_INT(chmod(folder, 0700), 0);
    expect(NULL);
    CHECK_INT(chmod(lwt_sandbox_path(&box, "cache"), 0777), 0);
    expect("can be written by other users");
    CHECK_INT(chmod(lwt_sandbox_path(&box, "cache"), 0700), 0);
    CHECK_INT(chmod(find(".snap"), 0666), 0);
    expect("not permitted");
    CHECK_INT(chmod(find(".snap"), 0600), 0);
    expect(NULL);
    /* A link in the place of a file, then of the folder. */
    snprintf(file, sizeof(file), "%s", find(".snap"));
    CHECK_INT(rename(file, lwt_sandbox_path(&box, "moved")), 0);
    CHECK_INT(symlink(lwt_sandbox_path(&box, "moved"), file), 0);
    expect("symbolic links");
    CHECK_INT(rename(lwt_sandbox_path(&box, "moved"), file), 0);
    snprintf(other, sizeof(other), "%s", lwt_sandbox_path(&box, "cache/t"));
    CHECK_INT(rename(folder, other), 0);
    CHECK_INT(symlink(other, folder), 0);
    expect("is a symbolic link");
    CHECK_INT(make(true), LW_EFILE);
    CHECK_INT(lw_snapshot_list(folder, keep_reason, NULL, &err), LW_EFILE);
    CHECK_INT(lw_snapshot_remove(folder, NULL, &err), LW_EFILE);
    finish();
}

TEST(what_another_user_owns_is_not_used)
{
    begin();
    CHECK_INT(make(false), LW_OK);
    if (geteuid() == 0) {
        CHECK_INT(chown(find(".snap"), 65534, (gid_t)-1), 0);
        expect("not permitted");
        CHECK_INT(chown(find(".snap"), 0, (gid_t)-1), 0);
        CHECK_INT(chown(folder, 65534, (gid_t)-1), 0);
        expect("belongs to another user");
        CHECK_INT(make(true), LW_EFILE);
    } else {
        config.snapshots = "/proc/1";
        expect("belongs to another user");
    }
    finish();
}

TEST(a_folder_that_cannot_be_written_is_an_error)
{
    begin();
    lwt_sandbox_file(&box, "cache", "no folder");
    CHECK_INT(make(false), LW_EFILE);
    expect("Not a directory");
    CHECK_INT(unlink(lwt_sandbox_path(&box, "cache")), 0);
    CHECK_INT(mkdir(lwt_sandbox_path(&box, "cache"), 0755), 0);
    CHECK_INT(mkdir(folder, 0500), 0);
    CHECK_INT(chmod(box.folder, 0755), 0);
    if (geteuid() == 0) { /* who may write all */
        CHECK_INT(chown(folder, 65534, (gid_t)-1), 0);
        CHECK_INT(seteuid(65534), 0);
    }
    CHECK_INT(make(false), LW_EFILE);
    CHECK_INT(seteuid(getuid()), 0);
    finish();
}

/* What Lean writes ends with its own signal; what is left is swept. */
TEST(a_disk_that_is_full_is_an_error)
{
    struct rlimit all, some;

    begin();
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &all), 0);
    some = all;
    some.rlim_cur = 100000;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &some), 0);
    CHECK(make(false) != LW_OK);
    CHECK_INT(count_files(), 0);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &all), 0);
    CHECK_INT(make(false), LW_OK);
    expect(NULL);
    finish();
}

TEST(wrong_calls_are_refused)
{
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    const char *command[] = { LW_BUILD_DIR "/tests/fake_lean", NULL };
    size_t *older = malloc(sizeof(*older));

    begin_with("LW_FAKE_VERSION=4.31.0");
    CHECK_INT(make(false), LW_EUNSUPPORTED);
    CHECK(strstr(err.message, "4.31.0") != NULL);
    CHECK_INT(lw_snapshot_make(NULL, runtime, &spec, &err), LW_EINVAL);
    made.struct_size = 1;
    spec.config = &config;
    CHECK_INT(lw_snapshot_make(&made, runtime, &spec, &err), LW_EINVAL);
    made.struct_size = sizeof(made);
    spec.run_count = 1;
    CHECK_INT(lw_snapshot_make(&made, runtime, &spec, &err), LW_EINVAL);
    spec.run_count = 0;
    CHECK_INT(lw_snapshot_make(&made, NULL, &spec, &err), LW_EBADHANDLE);
    /* Of another version it may be smaller: no more of it is read. */
    CHECK(older != NULL);
    *older = sizeof(*older);
    spec.config = (const lw_worker_config *)(const void *)older;
    CHECK_INT(lw_snapshot_make(&made, runtime, &spec, &err), LW_EINVAL);
    free(older);
    CHECK_INT(lw_snapshot_list(folder, NULL, NULL, &err), LW_EINVAL);
    CHECK_INT(lw_snapshot_list("a", keep_reason, NULL, &err), LW_EINVAL);
    CHECK_INT(lw_snapshot_list(folder, keep_reason, NULL, &err), LW_OK);
    CHECK_INT(lw_snapshot_remove(folder, NULL, &err), LW_OK);
    config.snapshots = "a";
    CHECK_INT(make(false), LW_EINVAL);
    config.snapshots = folder;
    config.toolchain = NULL;
    config.command = command;
    CHECK_INT(make(false), LW_EUNSUPPORTED);
    expect("a command of one's own");
    finish();
}

/* ---- at once ---- */

static void *
make_another(void *unused)
{
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    lw_snapshot_report report = { .struct_size = sizeof(report) };
    lw_error error = LW_ERROR_INIT;

    (void)unused;
    spec.config = &config;
    CHECK_INT(lw_snapshot_make(&report, runtime, &spec, &error), LW_OK);
    return report.made ? &made : NULL;
}

TEST(of_makers_at_once_one_makes_it)
{
    pthread_t threads[4];
    size_t i, makers = 0;
    void *result;

    begin();
    for (i = 0; i < LWI_COUNT(threads); i++)
        CHECK_INT(pthread_create(&threads[i], NULL, make_another, NULL), 0);
    for (i = 0; i < LWI_COUNT(threads); i++) {
        CHECK_INT(pthread_join(threads[i], &result), 0);
        makers += result != NULL;
    }
    CHECK_INT(makers, 1);
    CHECK_INT(count_files(), 3);
    expect(NULL);
    finish();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_and_proved_and_used),
        cmocka_unit_test(the_environment_may_name_the_folder),
        cmocka_unit_test(another_start_has_another_key),
        cmocka_unit_test(a_library_that_changes_in_place_has_another_key),
        cmocka_unit_test(what_is_damaged_is_not_used),
        cmocka_unit_test(a_module_that_changes_ends_it),
        cmocka_unit_test(answers_that_differ_prove_nothing),
        cmocka_unit_test(one_that_cannot_be_loaded_is_given_up),
        cmocka_unit_test(one_that_says_rubbish_is_given_up),
        cmocka_unit_test(a_start_that_fails_anyway_is_told),
        cmocka_unit_test(a_worker_tries_a_bad_one_once),
        cmocka_unit_test(a_start_that_fails_anyway_backs_off),
        cmocka_unit_test(a_record_that_cannot_be_read_keeps_its_files),
        cmocka_unit_test(a_folder_of_others_is_not_used),
        cmocka_unit_test(what_another_user_owns_is_not_used),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_an_error),
        cmocka_unit_test(a_disk_that_is_full_is_an_error),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(of_makers_at_once_one_makes_it),
    };

    return LWT_RUN(tests);
}

/*
 * native_snapshot_helper.c - snapshots of starts on native Lean: what is
 * started from one does the same work, and what does not fit is not used.
 *
 *     native_snapshot_helper TOOLCHAIN BASIS FOLDER
 *
 * BASIS is the file that the probes elaborate, FOLDER an empty one of ours.
 * LW_TEST_IMPORTS: the shim imports Basis from this folder, which has another
 * file of the same bytes, Other.olean.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native/child.h"

static struct lwt_native native;
static lw_worker_config config = LW_WORKER_CONFIG_INIT;
static lw_error err = LW_ERROR_INIT;
static lw_snapshot_report report = { .struct_size = sizeof(report) };
static char basis[64 * 1024];
static char folder[2048];

#define THEOREM "theorem t : Eq Nat.zero Nat.zero := Eq.refl Nat.zero"

static int
make(const char *name)
{
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    const lw_run_spec runs[] = {
        { sizeof(lw_run_spec), "echo", LW_SESSION_NONE, { "one", 3 }, 0 },
        { sizeof(lw_run_spec),
          "base",
          LW_SESSION_NONE,
          { basis, strlen(basis) },
          0 },
        { sizeof(lw_run_spec),
          "elaborate",
          LW_SESSION_NONE,
          { THEOREM, strlen(THEOREM) },
          0 },
        { sizeof(lw_run_spec),
          "elaborate",
          LW_SESSION_NONE,
          { "def d : Nat := nothing", 22 },
          0 },
        { sizeof(lw_run_spec), "rows", LW_SESSION_NONE, { "200", 3 }, 0 },
        { sizeof(lw_run_spec), "no such", LW_SESSION_NONE, { "", 0 }, 0 },
    };
    char what[1280];
    int rc;

    spec.config = &config;
    spec.runs = runs;
    spec.run_count = sizeof(runs) / sizeof(*runs);
    rc = lw_snapshot_make(&report, native.runtime, &spec, &err);
    snprintf(what, sizeof(what),
             "%s, %lu KiB, %lu probes, start %lu ms, from it %lu ms",
             rc == LW_OK ? "proved" : err.message,
             (unsigned long)report.bytes / 1024, (unsigned long)report.probes,
             (unsigned long)report.plain_us / 1000,
             (unsigned long)report.warm_us / 1000);
    if (name != NULL)
        check(rc == LW_OK && report.made, name, what);
    return rc;
}

/* A worker works: from a snapshot, or not for this reason. */
static void
expect(const char *name, const char *why_not)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    char answer[256] = "", what[1280];
    int rc =
        lw_worker_start(&native.worker, native.runtime, &config, NULL, &err);

    if (rc == LW_OK)
        rc = lw_worker_get_metadata(native.worker, &metadata, &err);
    if (rc == LW_OK && metadata.from_snapshot)
        rc = run(&native, "base", basis, NULL, NULL, answer, &err);
    if (rc == LW_OK && metadata.from_snapshot)
        rc = run(&native, "elaborate", THEOREM, NULL, NULL, answer, &err);
    else if (rc == LW_OK)
        rc = run(&native, "echo", "fine", NULL, NULL, answer, &err);
    snprintf(what, sizeof(what), "%s, %s%s", rc == LW_OK ? answer : err.message,
             metadata.from_snapshot ? "from a snapshot" : "plain: ",
             rc == LW_OK ? metadata.no_snapshot : "");
    check(
        rc == LW_OK && strcmp(answer, "fine") == 0 &&
            metadata.from_snapshot == (why_not == NULL) &&
            (why_not == NULL || strstr(metadata.no_snapshot, why_not) != NULL),
        name, what);
    lw_worker_destroy(native.worker);
    native.worker = NULL;
}

/* ---- files ---- */

static const char *
find(const char *ending)
{
    static char path[4096];
    DIR *entries = opendir(folder);
    struct dirent *entry;
    const char *at;

    path[0] = '\0';
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        at = strrchr(entry->d_name, '.');
        if (at != NULL && strcmp(at, ending) == 0)
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
    }
    if (entries != NULL)
        closedir(entries);
    return path;
}

static void
flip(const char *path, off_t at)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    unsigned char byte = 0;
    bool right = fd >= 0 && pread(fd, &byte, 1, at) == 1;

    byte ^= 0x10;
    if (!right || pwrite(fd, &byte, 1, at) != 1)
        check(false, "flip a bit", path);
    if (fd >= 0)
        close(fd);
}

static int
keep(const lw_snapshot_report *one, void *user)
{
    *(lw_snapshot_report *)user = *one;
    return 0;
}

static bool
is_damaged(void)
{
    lw_snapshot_report one = { .state = LW_SNAPSHOT_FITS };

    return lw_snapshot_list(folder, keep, &one, &err) == LW_OK &&
           one.state == LW_SNAPSHOT_DAMAGED;
}

/* ---- the tests ---- */

static void
it_does_the_same_work(void)
{
    make("a snapshot of the start is proved");
    expect("a worker from it", NULL);
}

/* Lean itself takes most of these: it looks at the first 80 bytes. */
static void
no_bit_may_differ(void)
{
    char path[4096];
    size_t i, found = 0;
    enum { PLACES = 20 };

    snprintf(path, sizeof(path), "%s", find(".snap"));
    for (i = 0; i < PLACES; i++) {
        off_t at = (off_t)(report.bytes * i / PLACES);

        flip(path, at);
        found += is_damaged();
        if (i == PLACES / 2)
            expect("a bit is another", "the snapshot is damaged");
        flip(path, at);
    }
    check(found == PLACES, "a bit is another", "found at 20 places of 20");
    expect("and all are right again", NULL);
    if (truncate(path, (off_t)report.bytes / 2) != 0)
        check(false, "truncate", path);
    expect("half of it", "the snapshot is damaged");
}

/* The fork server starts plainly, and its forks say so. */
static void
it_stands_beside_a_fork_server(void)
{
    lw_zygote_config forking = LW_ZYGOTE_CONFIG_INIT;
    int rc;

    forking.worker = &config;
    rc = lw_zygote_create(&native.zygote, native.runtime, &forking, &err);
    if (rc == LW_OK)
        rc = lw_zygote_wait(native.zygote, PATIENCE_MS, NULL, &err);
    check(rc == LW_OK, "a fork server", lw_status_name(rc));
    config.fork_server = native.zygote;
    expect("a fork", "a fork of the fork server");
    config.fork_server = NULL;
    lw_zygote_destroy(native.zygote);
    native.zygote = NULL;
}

/* Lean maps the modules as they were, and dies or goes wrong with others. */
static void
it_rests_on_its_modules(const char *oleans)
{
    char variable[4200], path[4200], copy[4200];
    const char *environment[] = { variable, NULL };

    snprintf(variable, sizeof(variable), "LEAN_PATH=%s", oleans);
    config.environment = environment;
    make("a snapshot of a start with an import");
    check(report.files == 1, "it rests on one module", "Basis.olean");
    expect("a worker from it", NULL);
    /* The same bytes, but another file. */
    snprintf(path, sizeof(path), "%s/Basis.olean", oleans);
    snprintf(copy, sizeof(copy), "%s/Other.olean", oleans);
    if (rename(copy, path) != 0)
        check(false, "rename", path);
    expect("another module in its place", "has changed");
    snprintf(variable, sizeof(variable), "LEAN_PATH=%s/.", oleans);
    expect("another LEAN_PATH", "none was proved");
    config.environment = NULL;
}

int
main(int argc, char **argv)
{
    const char *imports = getenv("LW_TEST_IMPORTS");
    FILE *file;
    int rc;

    if (argc != 4) {
        fprintf(stderr, "usage: %s TOOLCHAIN BASIS FOLDER\n", argv[0]);
        return 2;
    }
    file = fopen(argv[2], "re");
    if (file == NULL || fread(basis, 1, sizeof(basis) - 1, file) == 0)
        return 2;
    fclose(file);
    snprintf(folder, sizeof(folder), "%s/snapshots", argv[3]);
    config.snapshots = folder;
    rc = prepare(&native, argv[1], &config, &err);
    check(rc == LW_OK, "a toolchain", rc == LW_OK ? argv[1] : err.message);
    if (rc == LW_OK && imports != NULL && *imports != '\0') {
        it_rests_on_its_modules(imports);
    } else if (rc == LW_OK) {
        it_does_the_same_work();
        no_bit_may_differ();
        it_stands_beside_a_fork_server();
    }
    stop(&native);
    return tell_counts();
}

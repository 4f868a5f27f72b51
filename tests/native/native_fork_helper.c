/*
 * native_fork_helper.c - the fork server on native Lean: many forks, ends in
 * between, its own end; and nothing left behind.
 *
 *     native_fork_helper TOOLCHAIN BASIS BUSY.so [FORKS [CROWD]]
 *
 * BASIS is what the fork server elaborates before it is ready, so that each
 * fork begins with it. BUSY.so makes a thread in what it is loaded into.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native/child.h"

#define CROWD_MAX 200

static const char theorem[] =
    "theorem t : Eq Nat.zero Nat.zero := Eq.refl Nat.zero";

static struct lwt_native native;
static lw_worker_config config = LW_WORKER_CONFIG_INIT;
static const char *environment[3];
static const char *toolchain;
static lw_error err;

/* ---- what is left ---- */

static atomic_long live_bytes, live_blocks;

/* | size | block |: what the library holds is known. */
static void *
count_memory(void *block, size_t size, void *user)
{
    size_t *old = block == NULL ? NULL : (size_t *)block - 2, *moved;

    (void)user;
    if (old != NULL) {
        atomic_fetch_sub(&live_bytes, (long)*old);
        atomic_fetch_sub(&live_blocks, 1);
    }
    if (size == 0) {
        free(old);
        return NULL;
    }
    moved = realloc(old, size + 2 * sizeof(size_t));
    if (moved == NULL)
        abort();
    *moved = size;
    atomic_fetch_add(&live_bytes, (long)size);
    atomic_fetch_add(&live_blocks, 1);
    return moved + 2;
}

/* Entries of a folder of /proc that are numbers; -1: there is none. */
static long
count_in(int pid, const char *name)
{
    char path[64];
    struct dirent *entry;
    long count = 0;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    folder = opendir(path);
    if (folder == NULL)
        return -1;
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
    closedir(folder);
    return count;
}

/* Processes, zombies too, whose father is this one. */
static long
count_children(int father)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    long count = 0;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[300], text[512], *at;
        FILE *file;
        int parent = 0;

        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        file = fopen(path, "re");
        if (file == NULL)
            continue;
        at = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
        fclose(file);
        if (at != NULL && sscanf(at + 1, " %*c %d", &parent) == 1)
            count += parent == father;
    }
    if (folder != NULL)
        closedir(folder);
    return count;
}

/* What must be as it was, of this process and of the fork server. */
struct rest {
    long fds, threads, children, zygote_fds, zygote_threads, zygote_children;
};

static lw_zygote_report
report(void)
{
    lw_zygote_report seen = { .struct_size = sizeof(seen) };

    if (lw_zygote_get_report(native.zygote, &seen, &err) != LW_OK)
        seen.state = LW_ZYGOTE_GIVEN_UP;
    return seen;
}

static struct rest
look(void)
{
    int zygote = report().pid;

    return (struct rest){
        .fds = count_in(getpid(), "fd"),
        .threads = count_in(getpid(), "task"),
        .children = count_children(getpid()),
        .zygote_fds = count_in(zygote, "fd"),
        .zygote_threads = count_in(zygote, "task"),
        .zygote_children = count_children(zygote),
    };
}

/* A moment may pass until the housekeeping thread has let go of the last. */
static void
check_rest(const struct rest *before, const char *name)
{
    struct rest now;
    char what[256];
    int i;

    for (i = 0; i < 6000; i++) {
        now = look();
        if (memcmp(&now, before, sizeof(now)) == 0)
            break;
        usleep(10000);
    }
    snprintf(what, sizeof(what),
             "%ld descriptors, %ld threads, %ld children; the fork server: "
             "%ld, %ld, %ld; before: %ld, %ld, %ld; %ld, %ld, %ld",
             now.fds, now.threads, now.children, now.zygote_fds,
             now.zygote_threads, now.zygote_children, before->fds,
             before->threads, before->children, before->zygote_fds,
             before->zygote_threads, before->zygote_children);
    check(memcmp(&now, before, sizeof(now)) == 0, name, what);
}

/* ---- beginning and ending ---- */

static const lw_session_spec *preload; /* one session, or NULL */
static uint64_t preload_timeout_ms = PATIENCE_MS;

static int
create_zygote(void)
{
    lw_zygote_config forks = LW_ZYGOTE_CONFIG_INIT;

    forks.worker = &config;
    forks.sessions = preload;
    forks.session_count = preload != NULL;
    forks.preload_timeout_ms = preload_timeout_ms;
    return lw_zygote_create(&native.zygote, native.runtime, &forks, &err);
}

static int
open_native(const char *basis, const char *library, bool with_worker)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    static char texts[2][4096];
    lw_allocator allocator = { count_memory, NULL };
    int rc, i = 0;

    native = (struct lwt_native){ NULL, NULL, NULL, NULL };
    environment[0] = environment[1] = NULL;
    if (basis != NULL) {
        snprintf(texts[i], sizeof(texts[i]), "LW_TEST_BASIS=%s", basis);
        environment[i] = texts[i];
        i++;
    }
    if (library != NULL) {
        snprintf(texts[i], sizeof(texts[i]), "LD_PRELOAD=%s", library);
        environment[i] = texts[i];
    }
    options.allocator = &allocator;
    request.toolchain = toolchain;
    rc = lw_toolchain_find(&native.toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&native.runtime, &options, &err);
    config = (lw_worker_config)LW_WORKER_CONFIG_INIT;
    config.toolchain = native.toolchain;
    config.environment = environment;
    config.startup_timeout_ms = PATIENCE_MS;
    config.request_timeout_ms = PATIENCE_MS;
    if (rc == LW_OK)
        rc = create_zygote();
    if (rc == LW_OK)
        rc = lw_zygote_wait(native.zygote, PATIENCE_MS, NULL, &err);
    config.fork_server = native.zygote;
    if (rc == LW_OK && with_worker)
        rc = lw_worker_start(&native.worker, native.runtime, &config, NULL,
                             &err);
    return rc;
}

static void
close_native(const char *name)
{
    char what[128];

    stop(&native);
    snprintf(what, sizeof(what), "%ld bytes in %ld blocks are left",
             atomic_load(&live_bytes), atomic_load(&live_blocks));
    check(atomic_load(&live_bytes) == 0, name, what);
    check(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, name,
          "no child is left");
}

/* ---- many, one after the other ---- */

/* One fork: a request, and an end of some kind. Gives what went wrong. */
static const char *
one_of_many(int i)
{
    struct lwt_native one = native;
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    char answer[256] = "";
    int rc = lw_worker_start(&one.worker, native.runtime, &config, NULL, &err);

    if (rc != LW_OK)
        return err.message;
    if (lw_worker_get_metadata(one.worker, &metadata, &err) != LW_OK ||
        !metadata.forked) {
        lw_worker_destroy(one.worker);
        return "it was not forked";
    }
    rc = run(&one, "elaborate", theorem, NULL, NULL, answer, &err);
    switch (rc != LW_OK ? 0 : i % 4) {
    case 1:
        kill(lw_worker_get_pid(one.worker), SIGKILL);
        break;
    case 2:
        if (run(&one, "exits", "3", NULL, NULL, NULL, &err) != LW_ECHILDEXITED)
            rc = LW_EPROTO;
        break;
    case 3:
        lw_worker_kill(one.worker);
        break;
    default:
        break; /* politely */
    }
    lw_worker_destroy(one.worker);
    if (rc == LW_OK && strcmp(answer, "fine") != 0)
        return "the answer is another";
    return rc == LW_OK ? NULL : err.message;
}

static void
many_forks_leave_nothing(int forks)
{
    const char *wrong = one_of_many(0); /* the warden is there afterwards */
    struct rest before = look();
    char what[64];
    int i;

    for (i = 0; i < forks && wrong == NULL; i++)
        wrong = one_of_many(i);
    snprintf(what, sizeof(what), "%d forked requests", i);
    check(wrong == NULL, "many forks", wrong == NULL ? what : wrong);
    check(report().starts == 1 && report().fallbacks == 0, "many forks",
          "of one process");
    check_rest(&before, "many forks");
}

/* ---- many at once ---- */

static unsigned long
kib_of(int pid, const char *line)
{
    char path[64], text[256];
    unsigned long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    file = fopen(path, "re");
    while (file != NULL && fgets(text, sizeof(text), file) != NULL) {
        if (strncmp(text, line, strlen(line)) == 0)
            kib = strtoul(text + strlen(line), NULL, 10);
    }
    if (file != NULL)
        fclose(file);
    return kib;
}

static void
a_crowd_works_at_once(int crowd)
{
    static lw_worker *workers[CROWD_MAX];
    struct rest before = look();
    unsigned long pss = 0, private = 0;
    struct lwt_native one = native;
    char what[128], answer[256];
    int i, started = 0, right = 0;

    for (i = 0; i < crowd; i++)
        started += lw_worker_start(&workers[i], native.runtime, &config, NULL,
                                   &err) == LW_OK;
    check(started == crowd, "a crowd",
          started == crowd ? "all are there" : err.message);
    for (i = 0; i < crowd && started == crowd; i++) {
        one.worker = workers[i];
        right += run(&one, "elaborate", theorem, NULL, NULL, answer, &err) ==
                     LW_OK &&
                 strcmp(answer, "fine") == 0;
    }
    for (i = 0; i < crowd && started == crowd; i++) {
        pss += kib_of(lw_worker_get_pid(workers[i]), "Pss:");
        private += kib_of(lw_worker_get_pid(workers[i]), "Private_Dirty:");
    }
    snprintf(what, sizeof(what),
             "%d at once, %lu KiB of proportional memory each, %lu private",
             right, pss / (unsigned long)crowd, private / (unsigned long)crowd);
    check(right == crowd, "a crowd", what);
    check(count_children(report().pid) == before.zygote_children + crowd,
          "a crowd", "the fork server is the father");
    for (i = 0; i < crowd; i++)
        lw_worker_destroy(workers[i]);
    check_rest(&before, "a crowd");
}

/* ---- a pool of forks ---- */

static bool
ask_lease(lw_lease *lease)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    bool right;

    spec.name = "elaborate";
    spec.request = (lw_span){ theorem, strlen(theorem) };
    right = lw_lease_run(lease, &reply, &spec, NULL, NULL, &err) == LW_OK &&
            strcmp(lw_reply_get_facts(reply)->response.data, "fine") == 0;
    lw_reply_destroy(reply);
    return right;
}

/* Two requests on each of so many leases; gives how many were right. */
static int
use_pool(lw_pool *pool, lw_capability *capability, int leases)
{
    lw_lease *lease;
    int i, right = 0;

    for (i = 0; i < leases; i++) {
        if (lw_pool_acquire(&lease, pool, capability, NULL, &err) != LW_OK)
            return right;
        right += ask_lease(lease);
        right += ask_lease(lease);
        lw_lease_release(lease);
    }
    return right;
}

static void
a_pool_isolates(lw_isolation isolation, uint32_t spare, const char *name)
{
    enum { LEASES = 25 };
    lw_pool_config pool_config = LW_POOL_CONFIG_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_zygote_report before = report(), after;
    lw_pool *pool = NULL;
    char what[128];
    int rc, right = 0;

    pool_config.max_workers = 2;
    pool_config.max_standby = spare;
    pool_config.isolation = isolation;
    spec.worker = config;
    keep.standbys = spare;
    rc = lw_capability_create(&capability, &spec, &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, native.runtime, &pool_config, &err);
    if (rc == LW_OK && spare > 0)
        rc = lw_pool_keep(pool, capability, &keep, &err);
    if (rc == LW_OK && spare > 0)
        rc = lw_pool_wait_warm(pool, capability, PATIENCE_MS, NULL, &err);
    if (rc == LW_OK)
        right = use_pool(pool, capability, LEASES);
    lw_pool_destroy(pool);
    lw_capability_destroy(capability);
    after = report();
    snprintf(what, sizeof(what), "%d right answers, %lu forks", right,
             (unsigned long)(after.forks - before.forks));
    check(right == 2 * LEASES, name, right < 2 * LEASES ? err.message : what);
    check(after.forks - before.forks >=
                  (isolation == LW_ISOLATE_REQUEST ? 2 : 1) * LEASES &&
              after.fallbacks == before.fallbacks,
          name, what);
}

/* ---- a fork can do nothing to the others ---- */

/* Whose descriptors lead to the same sockets, pipes or polls as the server's?
 */
static long
shared_descriptors(int a, int b)
{
    long shared = 0;
    int i, j;

    for (i = 0; i < 64; i++) {
        char path[64], mine[128], other[128];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%d/fd/%d", a, i);
        n = readlink(path, mine, sizeof(mine) - 1);
        if (n <= 0)
            continue;
        mine[n] = '\0';
        if (strchr(mine, ':') == NULL || strncmp(mine, "anon_inode", 10) == 0)
            continue; /* a file, or one of a kind that has no number */
        for (j = 0; j < 64; j++) {
            snprintf(path, sizeof(path), "/proc/%d/fd/%d", b, j);
            n = readlink(path, other, sizeof(other) - 1);
            if (n > 0) {
                other[n] = '\0';
                shared += strcmp(mine, other) == 0;
            }
        }
    }
    return shared;
}

static long
anonymous_descriptors(int pid)
{
    long count = 0;
    int i;

    for (i = 0; i < 1024; i++) {
        char path[64], text[128];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, i);
        n = readlink(path, text, sizeof(text) - 1);
        count += n > 10 && strncmp(text, "anon_inode", 10) == 0;
    }
    return count;
}

/* libuv may open its own again, but these are new. */
static void
a_fork_has_no_descriptor_of_others(void)
{
    lw_worker *other = NULL;
    int rc = lw_worker_start(&other, native.runtime, &config, NULL, &err);
    int one = lw_worker_get_pid(native.worker), two;

    check(rc == LW_OK, "two forks", rc == LW_OK ? "" : err.message);
    two = lw_worker_get_pid(other);
    check(shared_descriptors(one, report().pid) == 0, "descriptors",
          "a fork and the fork server share none");
    check(shared_descriptors(one, two) == 0, "descriptors",
          "two forks share none");
    check(anonymous_descriptors(one) == 0, "descriptors",
          "a fork has no poll and no pidfd of the fork server");
    check(getpgid(one) == one && getpgid(two) == two, "groups",
          "each has its own");
    lw_worker_destroy(other);
}

/* ---- the fork server's own end ---- */

static bool
await_starts(uint64_t starts)
{
    while (report().starts < starts && report().state != LW_ZYGOTE_GIVEN_UP) {
        if (lw_zygote_wait(native.zygote, PATIENCE_MS, NULL, &err) ==
            LW_EUNSUPPORTED)
            return false;
        usleep(1000);
    }
    return report().starts >= starts;
}

static int
kill_zygote(const lw_row *row, void *user)
{
    (void)row;
    kill(report().pid, *(const int *)user);
    return 0;
}

static void
a_killed_one_takes_its_forks_along(void)
{
    static int signal = SIGKILL;
    lw_exit_report end = { .struct_size = sizeof(end) };
    lw_sinks sinks = LW_SINKS_INIT;
    char answer[256] = "";
    int rc;

    sinks.row = kill_zygote;
    sinks.user = &signal;
    rc = run(&native, "spin", "", &sinks, NULL, answer, &err);
    check(rc == LW_ECHILDCRASHED, "a killed fork server", lw_status_name(rc));
    rc = lw_worker_get_exit_report(native.worker, &end, &err);
    check(rc == LW_OK && (strcmp(end.cause, "fork_server") == 0 ||
                          strcmp(end.cause, "killed") == 0),
          "a killed fork server", rc == LW_OK ? end.cause : err.message);
    rc = run(&native, "echo", "after it", NULL, NULL, answer, &err);
    check(rc == LW_OK && strcmp(answer, "after it") == 0,
          "a killed fork server", "the next request works");
    check(await_starts(2), "a killed fork server", "another is started");
    rc = lw_worker_cycle(native.worker, NULL, &err);
    check(rc == LW_OK, "cycle", rc == LW_OK ? "" : err.message);
    check_forked(&native);
}

/* Nobody waits for it longer than the bound, and its fork goes on. */
static void
a_stopped_one_is_replaced(void)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_exit_report end = { .struct_size = sizeof(end) };
    uint64_t starts = report().starts;
    lw_worker *other = NULL;
    char answer[256] = "";
    int rc;

    kill(report().pid, SIGSTOP);
    rc = lw_worker_start(&other, native.runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(other, &metadata, &err);
    check(rc == LW_OK && !metadata.forked, "a stopped fork server",
          rc == LW_OK ? metadata.not_forked : err.message);
    rc = run(&native, "echo", "still", NULL, NULL, answer, &err);
    check(rc == LW_OK && strcmp(answer, "still") == 0, "a stopped fork server",
          "its fork goes on");
    rc = run(&native, "exits", "3", NULL, NULL, NULL, &err);
    check(rc == LW_ECHILDCRASHED, "a stopped fork server", lw_status_name(rc));
    rc = lw_worker_get_exit_report(native.worker, &end, &err);
    check(rc == LW_OK && strcmp(end.cause, "fork_server") == 0,
          "a stopped fork server", rc == LW_OK ? end.cause : err.message);
    check(await_starts(starts + 1), "a stopped fork server",
          "another is started");
    rc = lw_worker_cycle(other, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(other, &metadata, &err);
    check(rc == LW_OK && metadata.forked, "a stopped fork server", "and used");
    lw_worker_destroy(other);
}

/* ---- refusals ---- */

static void
one_that_is_not_quiet_is_refused(const char *busy)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    int rc = open_native(NULL, busy, false);

    check(rc == LW_EUNSUPPORTED && strstr(err.message, "not quiet") != NULL,
          "a thread too many", err.message);
    rc = lw_worker_start(&native.worker, native.runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(native.worker, &metadata, &err);
    check(rc == LW_OK && !metadata.forked &&
              strstr(metadata.not_forked, "not quiet") != NULL,
          "a thread too many", rc == LW_OK ? metadata.not_forked : err.message);
    close_native("a thread too many");
}

int
main(int argc, char **argv)
{
    int forks = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 1000;
    int crowd = argc > 5 ? (int)strtol(argv[5], NULL, 10) : 100;
    int rc;

    if (argc < 4 || forks < 1 || crowd < 1 || crowd > CROWD_MAX) {
        fprintf(stderr, "usage: %s TOOLCHAIN BASIS BUSY.so [FORKS [CROWD]]\n",
                argv[0]);
        return 2;
    }
    toolchain = argv[1];
    rc = open_native(argv[2], NULL, true);
    check(rc == LW_OK, "a fork server", rc == LW_OK ? "ready" : err.message);
    if (rc == LW_OK) {
        check_forked(&native);
        a_fork_has_no_descriptor_of_others();
        many_forks_leave_nothing(forks);
        a_crowd_works_at_once(crowd);
        a_pool_isolates(LW_ISOLATE_LEASE, 0, "a fork for each lease");
        a_pool_isolates(LW_ISOLATE_REQUEST, 0, "a fork for each request");
        a_pool_isolates(LW_ISOLATE_LEASE, 2, "spare forks");
        a_killed_one_takes_its_forks_along();
        a_stopped_one_is_replaced();
    }
    close_native("the end");
    one_that_is_not_quiet_is_refused(argv[3]);
    return tell_counts();
}

/*
 * snapshot_make.c - lw_snapshot_make: three starts, and a record.
 *
 *      plain start ─► asked ────────────┐
 *      start with --incr-save: READY    │ equal? ─► record
 *      start with --incr-load ─► asked ─┘
 *
 * One at a time, under the folder's lock. The file has its last name from the
 * beginning, and what has no record is used by nobody: the next maker takes it
 * away.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/options.h"
#include "base/path.h"
#include "base/text.h"
#include "worker/snapshot_folder.h"
#include "worker/worker.h"

static const char doing[] = "make a snapshot";

#define FIRST_MAJOR 4u /* of the Lean that can write one: 4.32 */
#define FIRST_MINOR 32u
#define STARTS 3u

struct making {
    lw_runtime *runtime;
    const lw_snapshot_spec *spec;
    lw_worker_config config; /* for the workers that are started here */
    struct lwi_private folder;
    struct lwi_snapshot snapshot;
    struct lwi_buf plain; /* answers */
    struct lwi_buf warm;
    lw_error *err;
};

static int
fail_folder(const struct making *m, int rc, const char *reason)
{
    return rc == LW_ENOMEM
               ? lwi_fail(m->err, LW_ENOMEM, doing, "out of memory")
               : lwi_fail(m->err, (lw_status)rc, doing, "%s", reason);
}

/* ---- a worker for a moment ---- */

/* option: one more for Lean; NULL: none. Owned by the worker from here on. */
static int
create(lw_worker **worker, const struct making *m, char *option)
{
    int rc = lwi_worker_create(worker, m->runtime, &m->config, m->err);

    if (rc == LW_OK)
        (*worker)->config.option =
            lwi_copy_text(lwi_runtime_allocator(m->runtime), option);
    if (rc == LW_OK && option != NULL && (*worker)->config.option == NULL)
        rc = lwi_fail(m->err, LW_ENOMEM, doing, "out of memory");
    lwi_free(&lwi_system_allocator, option);
    return rc;
}

/* Starts, measures, and asks where there is room for answers. */
static int
start(const struct making *m, char *option, struct lwi_buf *answers,
      uint64_t *took_us, uint64_t *probes, char lean[LWI_READY_TEXT])
{
    const struct lwi_clock *clock = lwi_runtime_clock(m->runtime);
    lw_cancel *cancel = m->spec->cancel;
    int64_t began = lwi_now(clock);
    lw_worker *worker = NULL;
    int rc = create(&worker, m, option);

    if (rc == LW_OK)
        rc = lw_worker_cycle(worker, cancel, m->err);
    *took_us = (uint64_t)(lwi_now(clock) - began) / 1000;
    if (rc == LW_OK)
        lwi_text_copy(lean, LWI_READY_TEXT, worker->lean_version);
    if (rc == LW_OK && answers != NULL)
        rc = lwi_snapshot_ask(worker, answers, probes, m->spec->runs,
                              m->spec->run_count, cancel, m->err);
    lw_worker_destroy(worker);
    return rc;
}

static char *
option_of(const struct making *m, const char *name)
{
    return lwi_path_printf("%s%s/%s", name, m->folder.path, m->snapshot.file);
}

/* ---- the three ---- */

static bool
is_before_the_first(const char *lean)
{
    char *end;
    unsigned long major = strtoul(lean, &end, 10), minor = 0;

    if (*end == '.')
        minor = strtoul(end + 1, NULL, 10);
    return major < FIRST_MAJOR || (major == FIRST_MAJOR && minor < FIRST_MINOR);
}

static int
start_plainly(struct making *m)
{
    char lean[LWI_READY_TEXT] = "";
    int rc = start(m, NULL, &m->plain, &m->snapshot.plain_us,
                   &m->snapshot.probes, lean);

    if (rc == LW_OK && is_before_the_first(lean))
        return lwi_fail(m->err, LW_EUNSUPPORTED, doing,
                        "Lean %s writes no snapshots: it needs 4.32 at least",
                        lean);
    lwi_text_copy(m->snapshot.lean, sizeof(m->snapshot.lean), lean);
    return rc;
}

/* What Lean wrote is for this user alone, whatever its umask was. */
static int
close_to_others(const struct making *m, const char *ending)
{
    char name[LWI_SNAPSHOT_FILE + sizeof(LWI_SNAPSHOT_DEPS)];

    snprintf(name, sizeof(name), "%s%s", m->snapshot.file, ending);
    return fchmodat(m->folder.fd, name, S_IRUSR | S_IWUSR, 0) == 0
               ? LW_OK
               : lwi_fail_errno(m->err, LW_EFILE, doing,
                                "Lean did not write %s/%s", m->folder.path,
                                name);
}

static int
start_writing(struct making *m)
{
    char *option = option_of(m, LWI_SNAPSHOT_SAVE);
    char lean[LWI_READY_TEXT], reason[LWI_SNAPSHOT_REASON];
    uint64_t took;
    int rc;

    if (option == NULL)
        return lwi_fail(m->err, LW_ENOMEM, doing, "out of memory");
    rc = start(m, option, NULL, &took, NULL, lean);
    if (rc == LW_OK)
        rc = close_to_others(m, "");
    if (rc == LW_OK)
        rc = close_to_others(m, LWI_SNAPSHOT_DEPS);
    if (rc != LW_OK)
        return rc;
    rc = lwi_snapshot_look_below(&m->snapshot, &m->folder, reason);
    if (rc == LW_OK)
        rc = lwi_snapshot_look_inside(&m->snapshot, &m->folder, reason);
    return rc == LW_OK ? LW_OK : fail_folder(m, rc, reason);
}

static int
compare(const struct making *m, uint64_t probes)
{
    char probe[64];

    if (probes == m->snapshot.probes && m->plain.size == m->warm.size &&
        memcmp(m->plain.data, m->warm.data, m->plain.size) == 0)
        return LW_OK;
    lwi_snapshot_difference(&m->plain, &m->warm, probe);
    return lwi_fail(m->err, LW_EMISMATCH, doing,
                    "a worker from the snapshot answers otherwise: %s", probe);
}

static int
start_from_it(struct making *m)
{
    char *option = option_of(m, LWI_SNAPSHOT_LOAD);
    char lean[LWI_READY_TEXT];
    uint64_t probes = 0;
    int rc;

    if (option == NULL)
        return lwi_fail(m->err, LW_ENOMEM, doing, "out of memory");
    rc = start(m, option, &m->warm, &m->snapshot.warm_us, &probes, lean);
    return rc == LW_OK ? compare(m, probes) : rc;
}

/* While it was proved nothing may have changed. Then it counts. */
static int
record(struct making *m, const struct lwi_config *config)
{
    char reason[LWI_SNAPSHOT_REASON] = "", key[LWI_HASH_TEXT_SIZE];
    struct lwi_snapshot now = m->snapshot;
    int rc = lwi_snapshot_key(key, config,
                              lwi_runtime_launcher(m->runtime, NULL), reason);

    if (rc == LW_OK)
        rc = lwi_snapshot_look_below(&now, &m->folder, reason);
    if (rc == LW_OK)
        rc = lwi_snapshot_look_inside(&now, &m->folder, reason);
    if (rc != LW_OK)
        return fail_folder(m, rc, reason);
    if (strcmp(key, m->snapshot.key) != 0 ||
        strcmp(now.rests_on, m->snapshot.rests_on) != 0 ||
        strcmp(now.content, m->snapshot.content) != 0)
        return lwi_fail(m->err, LW_EMISMATCH, doing,
                        "files that it rests on changed meanwhile");
    rc = lwi_snapshot_write(&m->snapshot, &m->folder);
    if (rc == LW_EFILE)
        return lwi_fail_errno(m->err, LW_EFILE, doing,
                              "cannot write its record in %s", m->folder.path);
    return rc == LW_OK ? LW_OK : fail_folder(m, rc, "");
}

/* ---- all of it, under the lock ---- */

static int
name_it(struct making *m)
{
    uint64_t number;

    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        return lwi_fail_errno(m->err, LW_ESYSTEM, doing, "no random number");
    snprintf(m->snapshot.file, sizeof(m->snapshot.file),
             "%s-%08x" LWI_SNAPSHOT_ENDING, m->snapshot.key, (unsigned)number);
    return LW_OK;
}

static int
make(struct making *m, const struct lwi_config *config)
{
    char reason[LWI_SNAPSHOT_REASON], key[LWI_HASH_TEXT_SIZE];
    int rc;

    memcpy(key, m->snapshot.key, sizeof(key));
    lwi_snapshots_sweep(&m->folder);
    if (!m->spec->again &&
        lwi_snapshot_check(&m->snapshot, &m->folder, key, reason) == LW_OK)
        return LW_OK;
    m->snapshot = (struct lwi_snapshot){ .bytes = 0 };
    memcpy(m->snapshot.key, key, sizeof(key));
    rc = name_it(m);
    if (rc == LW_OK)
        rc = start_plainly(m);
    if (rc == LW_OK)
        rc = start_writing(m);
    if (rc == LW_OK)
        rc = start_from_it(m);
    if (rc == LW_OK)
        rc = record(m, config);
    lwi_snapshots_sweep(&m->folder); /* the last one, or this without record */
    return rc == LW_OK ? LW_MORE : rc;
}

/* One maker at a time; this one waits as long as another may take. */
static int
lock_and_make(struct making *m, const struct lwi_config *config)
{
    const struct lwi_clock *clock = lwi_runtime_clock(m->runtime);
    int64_t until =
        lwi_deadline_after(clock, (STARTS + 1) * config->startup_timeout_ms);
    int lock, rc;

    rc = lwi_cache_lock(&lock, m->folder.path, m->spec->cancel, clock, until,
                        m->err);
    if (rc != LW_OK)
        return rc;
    rc = make(m, config);
    close(lock);
    return rc;
}

static int
open_and_make(struct making *m, const struct lwi_config *config,
              lw_snapshot_report *report)
{
    char *path = lwi_snapshots_folder(config->snapshots);
    char reason[LWI_SNAPSHOT_REASON];
    int rc;

    if (path == NULL)
        return lwi_fail_errno(m->err, errno == ENOMEM ? LW_ENOMEM : LW_EFILE,
                              doing, "no folder for snapshots");
    rc = lwi_private_make(path, reason);
    if (rc == LW_OK)
        rc = lwi_private_open(&m->folder, path, reason);
    lwi_free(&lwi_system_allocator, path);
    if (rc != LW_OK)
        return fail_folder(m, rc, reason);
    rc = lock_and_make(m, config);
    if (rc == LW_OK || rc == LW_MORE) {
        lwi_snapshot_tell(report, &m->snapshot, m->folder.path);
        report->made = rc == LW_MORE;
        rc = LW_OK;
    }
    lwi_private_close(&m->folder);
    return rc;
}

static int
check(const lw_snapshot_report *report, lw_runtime *runtime,
      const lw_snapshot_spec *spec, lw_error *err)
{
    if (report == NULL || report->struct_size != sizeof(*report) ||
        spec == NULL || spec->struct_size != sizeof(*spec) ||
        spec->config == NULL || (spec->runs == NULL && spec->run_count > 0))
        return lwi_fail(err, LW_EINVAL, doing,
                        "it needs a report with its struct_size, and "
                        "LW_SNAPSHOT_SPEC_INIT with a config");
    return lwi_runtime_check(runtime, doing, err);
}

/* A worker of this config, of which the config alone is of use. */
static int
make_of(struct making *m, lw_snapshot_report *report)
{
    char reason[LWI_SNAPSHOT_REASON];
    lw_worker *worker = NULL;
    int rc = lwi_worker_create(&worker, m->runtime, m->spec->config, m->err);

    if (rc != LW_OK)
        return rc;
    m->config = *m->spec->config;
    m->config.fork_server = NULL;
    m->config.snapshots = "";
    rc = lwi_snapshot_key(m->snapshot.key, &worker->config,
                          lwi_runtime_launcher(m->runtime, NULL), reason);
    rc = rc == LW_OK ? open_and_make(m, &worker->config, report)
                     : fail_folder(m, rc, reason);
    lw_worker_destroy(worker);
    return rc;
}

int
lw_snapshot_make(lw_snapshot_report *report, lw_runtime *runtime,
                 const lw_snapshot_spec *spec, lw_error *err)
{
    struct making m = {
        .runtime = runtime, .spec = spec, .folder = LWI_PRIVATE_INIT, .err = err
    };
    int rc = check(report, runtime, spec, err);

    if (rc != LW_OK)
        return rc;
    lwi_buf_init(&m.plain, lwi_runtime_allocator(runtime));
    lwi_buf_init(&m.warm, lwi_runtime_allocator(runtime));
    rc = make_of(&m, report);
    lwi_buf_fini(&m.plain);
    lwi_buf_fini(&m.warm);
    return rc;
}

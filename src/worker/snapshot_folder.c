/* snapshot_folder.c - a folder of snapshots as a whole: list, remove, sweep. */
#include "worker/snapshot_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"

#define NAME "snapshots"
#define PATIENCE_MS UINT64_C(10000)

static const char listing[] = "list snapshots";
static const char removing[] = "remove snapshots";

char *
lwi_snapshots_folder(const char *given)
{
    if (given == NULL || given[0] == '\0')
        given = lwi_environment(LWI_SNAPSHOTS_VARIABLE);
    return given != NULL ? lwi_path_printf("%s", given)
                         : lwi_cache_folder(NAME);
}

void
lwi_snapshot_tell(lw_snapshot_report *report,
                  const struct lwi_snapshot *snapshot, const char *folder)
{
    *report = (lw_snapshot_report){ .struct_size = sizeof(*report),
                                    .state = LW_SNAPSHOT_FITS,
                                    .bytes = snapshot->bytes,
                                    .files = snapshot->files,
                                    .probes = snapshot->probes,
                                    .plain_us = snapshot->plain_us,
                                    .warm_us = snapshot->warm_us };
    lwi_text_copy(report->folder, sizeof(report->folder), folder);
    lwi_text_copy(report->key, sizeof(report->key), snapshot->key);
    lwi_text_copy(report->lean, sizeof(report->lean), snapshot->lean);
}

/* All names in it, sorted. LW_OK, LW_ENOMEM, LW_EFILE with errno. */
static int
read_names(struct lwi_strings *names, const struct lwi_private *folder)
{
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int rc = LW_OK;

    if (entries == NULL) {
        if (fd >= 0)
            close(fd);
        return LW_EFILE;
    }
    while (rc == LW_OK && (entry = readdir(entries)) != NULL)
        rc = lwi_strings_add(names, entry->d_name);
    closedir(entries);
    lwi_strings_sort(names);
    return rc;
}

/* ---- sweeping ---- */

/* KEY-N.snap, and what stands behind it: .deps, or a name of Lean's for it
 * while it writes. */
static bool
is_of_a_snapshot(const char *name)
{
    return name[strspn(name, "0123456789abcdef")] == '-' &&
           strspn(name, "0123456789abcdef") == LWI_HASH_TEXT_SIZE - 1 &&
           strstr(name, LWI_SNAPSHOT_ENDING) != NULL;
}

/* That a record cannot be read now does not say that there is none. */
static bool
may_have_record(const struct lwi_private *folder, const char *name)
{
    char key[LWI_HASH_TEXT_SIZE], reason[LWI_SNAPSHOT_REASON];
    struct lwi_snapshot snapshot;
    size_t length;
    int rc;

    memcpy(key, name, sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    rc = lwi_snapshot_read(&snapshot, folder, key, reason);
    if (rc != LW_OK)
        return rc == LW_ENOMEM || (errno != ENOENT && errno != EBADMSG);
    if (!lwi_text_starts(name, snapshot.file))
        return false;
    length = strlen(snapshot.file);
    return name[length] == '\0' ||
           strcmp(name + length, LWI_SNAPSHOT_DEPS) == 0;
}

void
lwi_snapshots_sweep(const struct lwi_private *folder)
{
    struct lwi_strings names = { 0 };
    size_t i;

    if (read_names(&names, folder) == LW_OK) {
        for (i = 0; i < names.count; i++) {
            if (is_of_a_snapshot(names.items[i]) &&
                !may_have_record(folder, names.items[i]))
                (void)unlinkat(folder->fd, names.items[i], 0);
        }
    }
    lwi_strings_fini(&names);
}

/* ---- opening one, for the two calls ---- */

/* LW_MORE: it is not there. */
static int
open_folder(struct lwi_private *folder, const char *given, const char *doing,
            lw_error *err)
{
    char *path = lwi_snapshots_folder(given);
    char reason[LWI_SNAPSHOT_REASON];
    int rc;

    if (path == NULL)
        return errno == ENOMEM
                   ? lwi_fail(err, LW_ENOMEM, doing, "out of memory")
                   : lwi_fail(err, LW_EFILE, doing,
                              "neither XDG_CACHE_HOME nor HOME is set");
    if (path[0] != '/')
        rc = lwi_fail(err, LW_EINVAL, doing, "the folder must be absolute: %s",
                      path);
    else if (!lwi_path_is_there(path))
        rc = LW_MORE;
    else if ((rc = lwi_private_open(folder, path, reason)) != LW_OK)
        lwi_fail(err, (lw_status)rc, doing, "%s",
                 rc == LW_ENOMEM ? "out of memory" : reason);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

/* ---- listing ---- */

static int
show(const struct lwi_private *folder, const char *key, lw_snapshot_cb each,
     void *user, lw_error *err)
{
    char reason[LWI_SNAPSHOT_REASON];
    struct lwi_snapshot snapshot;
    lw_snapshot_report report;
    int rc = lwi_snapshot_check(&snapshot, folder, key, reason);

    if (rc == LW_ENOMEM)
        return lwi_fail(err, LW_ENOMEM, listing, "out of memory");
    lwi_snapshot_tell(&report, &snapshot, folder->path);
    lwi_text_copy(report.key, sizeof(report.key), key);
    if (rc != LW_OK) {
        report.state = LW_SNAPSHOT_DAMAGED;
        lwi_text_copy(report.reason, sizeof(report.reason), reason);
    }
    return each(&report, user) < 0 ? lwi_fail(err, LW_ESINK, listing, "%s",
                                              lw_status_text(LW_ESINK))
                                   : LW_OK;
}

int
lw_snapshot_list(const char *given, lw_snapshot_cb each, void *user,
                 lw_error *err)
{
    struct lwi_private folder = LWI_PRIVATE_INIT;
    struct lwi_strings names = { 0 };
    char key[LWI_HASH_TEXT_SIZE];
    size_t i;
    int rc;

    if (each == NULL)
        return lwi_fail(err, LW_EINVAL, listing, "each is NULL");
    rc = open_folder(&folder, given, listing, err);
    if (rc != LW_OK)
        return rc == LW_MORE ? LW_OK : rc;
    rc = read_names(&names, &folder);
    if (rc != LW_OK)
        lwi_fail_errno(err, (lw_status)rc, listing, "cannot read %s",
                       folder.path);
    for (i = 0; rc == LW_OK && i < names.count; i++) {
        if (lwi_snapshot_is_record(names.items[i], key))
            rc = show(&folder, key, each, user, err);
    }
    lwi_strings_fini(&names);
    lwi_private_close(&folder);
    return rc;
}

/* ---- removing ---- */

static int
remove_records(const struct lwi_private *folder, const char *wanted,
               lw_error *err)
{
    struct lwi_strings names = { 0 };
    char key[LWI_HASH_TEXT_SIZE];
    int rc = read_names(&names, folder);
    size_t i;

    if (rc != LW_OK)
        lwi_fail_errno(err, (lw_status)rc, removing, "cannot read %s",
                       folder->path);
    for (i = 0; rc == LW_OK && i < names.count; i++) {
        if (lwi_snapshot_is_record(names.items[i], key) &&
            (wanted == NULL || strcmp(wanted, key) == 0) &&
            unlinkat(folder->fd, names.items[i], 0) != 0)
            rc = lwi_fail_errno(err, LW_EFILE, removing, "cannot remove %s/%s",
                                folder->path, names.items[i]);
    }
    lwi_strings_fini(&names);
    return rc;
}

int
lw_snapshot_remove(const char *given, const char *key, lw_error *err)
{
    struct lwi_private folder = LWI_PRIVATE_INIT;
    int rc = open_folder(&folder, given, removing, err), lock;

    if (rc != LW_OK)
        return rc == LW_MORE ? LW_OK : rc;
    rc =
        lwi_cache_lock(&lock, folder.path, NULL, &lwi_system_clock,
                       lwi_deadline_after(&lwi_system_clock, PATIENCE_MS), err);
    if (rc == LW_OK) {
        rc = remove_records(&folder, key, err);
        lwi_snapshots_sweep(&folder);
        close(lock);
    }
    lwi_private_close(&folder);
    return rc;
}

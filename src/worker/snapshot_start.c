/*
 * snapshot_start.c - a child is started from a snapshot, or plainly.
 *
 *      spawn ── one fits ──► on trial ── READY ──► warm
 *        │                      └── lost before ──► again, plainly ── READY ─┐
 *        └── none does ──► plain                   the record is withdrawn ◄─┘
 *
 * So a snapshot costs one failed start at most, and only the first worker of
 * all that find it.
 */
#include <stdio.h>

#include "base/path.h"
#include "base/text.h"
#include "worker/worker.h"

/* Its option, or NULL with warm->why_not; *rc LW_ENOMEM where that is why. */
static char *
find(lw_worker *worker, int *rc)
{
    struct lwi_snapstart *warm = &worker->snapstart;
    struct lwi_private folder = LWI_PRIVATE_INIT;
    const struct lwi_config *config = &worker->config;
    struct lwi_snapshot snapshot;
    char *option = NULL;

    *rc = lwi_snapshot_key(warm->key, config,
                           lwi_runtime_launcher(worker->runtime, NULL),
                           warm->why_not);
    if (*rc == LW_OK)
        *rc = lwi_private_open(&folder, config->snapshots, warm->why_not);
    if (*rc == LW_OK)
        *rc = lwi_snapshot_check(&snapshot, &folder, warm->key, warm->why_not);
    if (*rc == LW_OK && strcmp(snapshot.file, warm->bad) == 0)
        *rc = LW_EFILE; /* why_not says how that start ended */
    if (*rc == LW_OK) {
        option = lwi_path_printf(LWI_SNAPSHOT_LOAD "%s/%s", folder.path,
                                 snapshot.file);
        *rc = option == NULL ? LW_ENOMEM : LW_OK;
        lwi_text_copy(warm->file, sizeof(warm->file), snapshot.file);
    }
    lwi_private_close(&folder);
    return option;
}

/* COMMAND option ARGUMENT... */
static const char **
insert(const lw_worker *worker, const char *option)
{
    const char *const *command = (const char *const *)worker->config.command;
    size_t count = lwi_count_texts(command);
    const char **list = lwi_alloc_array(lwi_runtime_allocator(worker->runtime),
                                        count + 2, sizeof(*list));

    if (list == NULL)
        return NULL;
    list[0] = command[0];
    memcpy(list + (option != NULL ? 2 : 1), command + 1,
           count * sizeof(*list)); /* and its NULL */
    if (option != NULL)
        list[1] = option;
    return list;
}

/* What is told of a start without, where there might have been one. */
static char *
choose(lw_worker *worker, int *rc)
{
    struct lwi_snapstart *warm = &worker->snapstart;
    char *option;

    *rc = LW_OK;
    if (worker->config.option != NULL) { /* of who makes or proves one */
        option = lwi_path_printf("%s", worker->config.option);
        *rc = option == NULL ? LW_ENOMEM : LW_OK;
        return option;
    }
    if (worker->config.snapshots == NULL || warm->again)
        return NULL;
    if (warm->bad[0] == '\0')
        warm->why_not[0] = '\0';
    option = find(worker, rc);
    warm->warm = warm->on_trial = option != NULL;
    if (warm->warm)
        warm->why_not[0] = '\0';
    else if (*rc != LW_ENOMEM)
        *rc = LW_OK;
    return option;
}

const char **
lwi_snapstart_arguments(lw_worker *worker, char **option)
{
    struct lwi_snapstart *warm = &worker->snapstart;
    const char **list;
    int rc;

    warm->warm = warm->on_trial = false;
    *option = choose(worker, &rc);
    list = rc == LW_OK ? insert(worker, *option) : NULL;
    if (list == NULL) {
        warm->warm = warm->on_trial = false;
        lwi_free(&lwi_system_allocator, *option);
        *option = NULL;
    } else if (!warm->warm && warm->why_not[0] != '\0') {
        lwi_runtime_log(worker->runtime, LW_LOG_INFO,
                        "a worker is started without a snapshot: %s",
                        warm->why_not);
    }
    return list;
}

void
lwi_snapstart_none(lw_worker *worker, const char *why)
{
    struct lwi_snapstart *warm = &worker->snapstart;

    warm->warm = warm->on_trial = warm->again = false;
    if (worker->config.snapshots != NULL)
        lwi_text_copy(warm->why_not, sizeof(warm->why_not), why);
}

/* The program's own wish is no fault of the snapshot. */
static bool
is_wish(const struct lw_request *request, int rc)
{
    return rc == LW_ECANCELLED || rc == LW_ENOMEM ||
           lwi_worker_killed_since(request->worker);
}

bool
lwi_snapstart_forgive(struct lw_request *request, int rc)
{
    struct lwi_snapstart *warm = &request->worker->snapstart;
    bool was_on_trial = warm->on_trial;

    warm->on_trial = false;
    if (!was_on_trial || rc == LW_OK || rc == LWI_AGAIN || is_wish(request, rc))
        return false;
    warm->again = warm->at_once = true;
    lwi_text_copy(warm->bad, sizeof(warm->bad), warm->file);
    snprintf(warm->why_not, sizeof(warm->why_not),
             "the start with it failed: %.200s",
             request->err != NULL ? request->err->message : lw_status_text(rc));
    if (request->err != NULL)
        *request->err = (lw_error)LW_ERROR_INIT;
    request->burial = LWI_BURIAL_OF_OTHERS;
    request->was_starting = false;
    return true;
}

void
lwi_snapstart_settled(lw_worker *worker)
{
    struct lwi_snapstart *warm = &worker->snapstart;

    warm->on_trial = false;
    if (!warm->again)
        return;
    /* Without it the start goes well: it is the snapshot's fault. */
    warm->again = false;
    lwi_snapshot_withdraw(worker->config.snapshots, warm->key, warm->bad);
    lwi_runtime_log(worker->runtime, LW_LOG_WARNING,
                    "the snapshot %s is given up: %s", warm->bad,
                    warm->why_not);
}

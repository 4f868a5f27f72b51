/*
 * snapshot.h - starts of native Lean that were written down, and are loaded.
 *
 *     KEY-N.snap        what `lean --incr-save` wrote: the elaborated shim
 *     KEY-N.snap.deps   the files of compiled modules that it points into
 *     KEY.record        ours: it was proved on this machine, and is whole
 *
 * Lean believes such a file: it maps it, and checks neither its bytes, nor the
 * modules, nor options, nor LEAN_PATH. So all of that is checked here, before
 * each start. KEY says what the start is (snapshot_key.c). The record, which
 * is written last, names the file, its bytes by their hash, and what the
 * module files were. A start with one that has no record, or does not fit it,
 * is a plain start.
 */
#ifndef LWI_SNAPSHOT_H
#define LWI_SNAPSHOT_H

#include <lean_worker/export.h>
#include <lean_worker/worker.h>

#include "base/hash.h"
#include "base/private.h"
#include "worker/config.h"

#define LWI_SNAPSHOT_ENDING ".snap"
#define LWI_SNAPSHOT_DEPS ".deps"
#define LWI_SNAPSHOT_RECORD ".record"
#define LWI_SNAPSHOT_FILE 80    /* bytes of a name in the folder */
#define LWI_SNAPSHOT_REASON 256 /* bytes of why not */

#define LWI_SNAPSHOT_SAVE "--incr-save="
#define LWI_SNAPSHOT_LOAD "--incr-load="

/* What is written beside it when it has been proved. */
struct lwi_snapshot {
    char key[LWI_HASH_TEXT_SIZE];
    char file[LWI_SNAPSHOT_FILE];
    char content[LWI_HASH_TEXT_SIZE];  /* of the file's bytes */
    char rests_on[LWI_HASH_TEXT_SIZE]; /* of the .deps, and those files */
    char lean[128];                    /* version that made it */
    uint64_t bytes;
    uint64_t files; /* that it rests on */
    uint64_t probes;
    uint64_t plain_us;
    uint64_t warm_us;
};

/* ---- snapshot_key.c ---- */

/*
 * The key of this config's start. LW_OK; LW_EUNSUPPORTED with the reason: such
 * a start cannot be written down; LW_ENOMEM.
 */
int
lwi_snapshot_key(char key[LWI_HASH_TEXT_SIZE], const struct lwi_config *config,
                 const char *launcher, char reason[LWI_SNAPSHOT_REASON]);

/*
 * What `file` of the folder rests on: the bytes of its .deps, and the identity
 * of each file that is named there. LW_OK; LW_EFILE with the reason; LW_ENOMEM.
 */
int
lwi_snapshot_look_below(struct lwi_snapshot *snapshot,
                        const struct lwi_private *folder,
                        char reason[LWI_SNAPSHOT_REASON]);

/* The bytes of the file itself. The same. */
int
lwi_snapshot_look_inside(struct lwi_snapshot *snapshot,
                         const struct lwi_private *folder,
                         char reason[LWI_SNAPSHOT_REASON]);

/* ---- snapshot_record.c ---- */

/* "WHAT: NAME" into reason. LW_EFILE, so that it can be returned. */
int
lwi_snapshot_fail(char reason[LWI_SNAPSHOT_REASON], const char *what,
                  const char *name);

/* Reads KEY.record. LW_OK; LW_EFILE with the reason, and errno: ENOENT where
 * there is none, EBADMSG where it is damaged; LW_ENOMEM. */
int
lwi_snapshot_read(struct lwi_snapshot *snapshot,
                  const struct lwi_private *folder, const char *key,
                  char reason[LWI_SNAPSHOT_REASON]);

/* Writes KEY.record: from now on workers start with it. LW_OK; LW_EFILE with
 * errno; LW_ENOMEM. Under the lock. */
int
lwi_snapshot_write(const struct lwi_snapshot *snapshot,
                   const struct lwi_private *folder);

/* Reads it, and looks whether what it says still holds. The same. */
int
lwi_snapshot_check(struct lwi_snapshot *snapshot,
                   const struct lwi_private *folder, const char *key,
                   char reason[LWI_SNAPSHOT_REASON]);

/* Takes away the record of that file, so that no start uses it. Not where
 * another has come in its place, or somebody has the lock. */
void
lwi_snapshot_withdraw(const char *path, const char *key, const char *file);

/* Is this the name of a record? Its key, which is so long. */
bool
lwi_snapshot_is_record(const char *name, char key[LWI_HASH_TEXT_SIZE]);

/* ---- snapshot_start.c: the start of a worker's child ---- */

/* Of one worker; for the call that has claimed it. */
struct lwi_snapstart {
    bool warm;     /* the present child was started with one */
    bool on_trial; /* and is not ready yet */
    bool again;    /* the last start, with one, failed: now without */
    bool at_once;  /* and the first without waits for no back-off */
    char why_not[LWI_SNAPSHOT_REASON];
    char key[LWI_HASH_TEXT_SIZE];
    char file[LWI_SNAPSHOT_FILE]; /* that the child was started with */
    char bad[LWI_SNAPSHOT_FILE];  /* with which a start failed: never again */
};

struct lwi_child_spec;
struct lw_request;

/*
 * The arguments of the next child: the config's own, or with one more, which
 * *option then owns (the worker's allocator, like the list). NULL: no memory.
 */
const char **
lwi_snapstart_arguments(lw_worker *worker, char **option);

/* The next child is not started at all: it has none for this reason. */
void
lwi_snapstart_none(lw_worker *worker, const char *why);

/* The child was lost before it was ready, and the call would end with this.
 * True: a plain start comes instead. */
bool
lwi_snapstart_forgive(struct lw_request *request, int rc);

/* A child is ready. */
void
lwi_snapstart_settled(lw_worker *worker);

/* ---- snapshot_probe.c: what a worker answers ---- */

/*
 * Asks all that is asked to prove a snapshot, and puts the answers behind what
 * is in `answers`. An error of a request is an answer; the result is one of
 * the asking itself: LW_ENOMEM, LW_ECANCELLED, LW_ETIMEOUT, or the loss of the
 * worker.
 */
int
lwi_snapshot_ask(lw_worker *worker, struct lwi_buf *answers, uint64_t *probes,
                 const lw_run_spec *runs, size_t run_count, lw_cancel *cancel,
                 lw_error *err);

/* The probe in whose answer two texts differ first. */
void
lwi_snapshot_difference(const struct lwi_buf *one, const struct lwi_buf *other,
                        char probe[64]);

#endif

/*
 * snapshot_record.c - the record beside a snapshot: lines of "name value", the
 * last of which is the hash of those before it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/cache_folder.h"
#include "base/text.h"
#include "worker/snapshot.h"

#define FIRST_LINE "lean-worker snapshot 1\n"
#define LAST_NAME "end"
#define RECORD_LIMIT ((size_t)4096)
#define KEY_SIZE (LWI_HASH_TEXT_SIZE - 1)

int
lwi_snapshot_fail(char reason[LWI_SNAPSHOT_REASON], const char *what,
                  const char *name)
{
    snprintf(reason, LWI_SNAPSHOT_REASON, "%s: %s", what, name);
    return LW_EFILE;
}

static void
record_name(char name[LWI_SNAPSHOT_FILE], const char *key)
{
    snprintf(name, LWI_SNAPSHOT_FILE, "%s" LWI_SNAPSHOT_RECORD, key);
}

bool
lwi_snapshot_is_record(const char *name, char key[LWI_HASH_TEXT_SIZE])
{
    if (strspn(name, "0123456789abcdef") != KEY_SIZE ||
        strcmp(name + KEY_SIZE, LWI_SNAPSHOT_RECORD) != 0)
        return false;
    memcpy(key, name, KEY_SIZE);
    key[KEY_SIZE] = '\0';
    return true;
}

/* ---- writing ---- */

static int
put_end(struct lwi_buf *text)
{
    struct lwi_hash hash = LWI_HASH_INIT;
    char end[LWI_HASH_TEXT_SIZE];

    lwi_hash_add(&hash, text->data, text->size);
    lwi_hash_text(&hash, end);
    return lwi_buf_printf(text, LAST_NAME " %s\n", end);
}

static int
put_record(struct lwi_buf *text, const struct lwi_snapshot *s)
{
    int rc = lwi_buf_printf(
        text,
        FIRST_LINE "key %s\nfile %s\ncontent %s\nrests_on %s\nlean %s\n"
                   "bytes %" PRIu64 "\nfiles %" PRIu64 "\nprobes %" PRIu64
                   "\nplain_us %" PRIu64 "\nwarm_us %" PRIu64 "\n",
        s->key, s->file, s->content, s->rests_on, s->lean, s->bytes, s->files,
        s->probes, s->plain_us, s->warm_us);

    return rc == LW_OK ? put_end(text) : rc;
}

int
lwi_snapshot_write(const struct lwi_snapshot *snapshot,
                   const struct lwi_private *folder)
{
    char name[LWI_SNAPSHOT_FILE];
    struct lwi_buf text;
    int rc;

    lwi_buf_init(&text, &lwi_system_allocator);
    record_name(name, snapshot->key);
    rc = put_record(&text, snapshot);
    if (rc == LW_OK)
        rc = lwi_private_write(folder, name, &text);
    lwi_buf_fini(&text);
    return rc;
}

/* ---- reading ---- */

/* The value of the next line, which must have this name; false: it has not. */
static bool
next_text(const char **at, const char *name, char *value, size_t size)
{
    size_t length = strlen(name), end;

    if (strncmp(*at, name, length) != 0 || (*at)[length] != ' ')
        return false;
    *at += length + 1;
    end = strcspn(*at, "\n");
    if ((*at)[end] != '\n' || end >= size)
        return false;
    memcpy(value, *at, end);
    value[end] = '\0';
    *at += end + 1;
    return true;
}

static bool
next_number(const char **at, const char *name, uint64_t *value)
{
    char text[32];

    return next_text(at, name, text, sizeof(text)) &&
           lwi_parse_u64(text, 0, UINT64_MAX, value);
}

static bool
parse(struct lwi_snapshot *s, const char *at)
{
    static const char first[] = FIRST_LINE;

    if (!lwi_text_starts(at, first))
        return false;
    at += sizeof(first) - 1;
    return next_text(&at, "key", s->key, sizeof(s->key)) &&
           next_text(&at, "file", s->file, sizeof(s->file)) &&
           next_text(&at, "content", s->content, sizeof(s->content)) &&
           next_text(&at, "rests_on", s->rests_on, sizeof(s->rests_on)) &&
           next_text(&at, "lean", s->lean, sizeof(s->lean)) &&
           next_number(&at, "bytes", &s->bytes) &&
           next_number(&at, "files", &s->files) &&
           next_number(&at, "probes", &s->probes) &&
           next_number(&at, "plain_us", &s->plain_us) &&
           next_number(&at, "warm_us", &s->warm_us);
}

/* What it says, written again, is the same text: its end fits as well. */
static bool
is_whole(const struct lwi_snapshot *s, const struct lwi_buf *text)
{
    struct lwi_buf again;
    bool whole;

    lwi_buf_init(&again, &lwi_system_allocator);
    whole = put_record(&again, s) == LW_OK && again.size == text->size &&
            memcmp(again.data, text->data, text->size) == 0;
    lwi_buf_fini(&again);
    return whole;
}

/* Of this folder, and of the key: nothing that leads elsewhere. */
static bool
names_its_own(const struct lwi_snapshot *s, const char *key)
{
    return strcmp(s->key, key) == 0 && lwi_text_starts(s->file, key) &&
           strchr(s->file, '/') == NULL &&
           lwi_text_ends(s->file, LWI_SNAPSHOT_ENDING);
}

int
lwi_snapshot_read(struct lwi_snapshot *snapshot,
                  const struct lwi_private *folder, const char *key,
                  char reason[LWI_SNAPSHOT_REASON])
{
    char name[LWI_SNAPSHOT_FILE];
    struct lwi_buf text;
    int rc, saved;

    *snapshot = (struct lwi_snapshot){ .bytes = 0 };
    lwi_buf_init(&text, &lwi_system_allocator);
    record_name(name, key);
    rc = lwi_private_read(folder, name, &text, RECORD_LIMIT);
    saved = errno;
    if (rc == LW_EFILE) {
        lwi_snapshot_fail(reason,
                          saved == ENOENT ? "none was proved for this start"
                                          : strerror(saved),
                          name);
    } else if (rc == LW_OK && lwi_buf_reserve(&text, 1) != LW_OK) {
        rc = LW_ENOMEM;
    } else if (rc == LW_OK &&
               (!parse(snapshot, lwi_buf_peek_text(&text)) ||
                !is_whole(snapshot, &text) || !names_its_own(snapshot, key))) {
        rc = lwi_snapshot_fail(reason, "the record is damaged", name);
        saved = EBADMSG;
    }
    lwi_buf_fini(&text);
    errno = saved;
    return rc;
}

/* ---- does it still hold? ---- */

int
lwi_snapshot_check(struct lwi_snapshot *snapshot,
                   const struct lwi_private *folder, const char *key,
                   char reason[LWI_SNAPSHOT_REASON])
{
    int rc = lwi_snapshot_read(snapshot, folder, key, reason);
    struct lwi_snapshot now = *snapshot;

    if (rc == LW_OK)
        rc = lwi_snapshot_look_below(&now, folder, reason);
    if (rc == LW_OK && strcmp(now.rests_on, snapshot->rests_on) != 0)
        rc = lwi_snapshot_fail(reason, "a module that it rests on has changed",
                               now.file);
    if (rc == LW_OK)
        rc = lwi_snapshot_look_inside(&now, folder, reason);
    if (rc == LW_OK && (now.bytes != snapshot->bytes ||
                        strcmp(now.content, snapshot->content) != 0))
        rc = lwi_snapshot_fail(reason, "the snapshot is damaged", now.file);
    return rc;
}

/* Not at once is not at all: whoever has the lock makes another. */
void
lwi_snapshot_withdraw(const char *path, const char *key, const char *file)
{
    char reason[LWI_PRIVATE_REASON], name[LWI_SNAPSHOT_FILE];
    struct lwi_snapshot snapshot;
    struct lwi_private folder;
    int lock;

    if (lwi_private_open(&folder, path, reason) != LW_OK)
        return;
    record_name(name, key);
    if (lwi_cache_lock(&lock, folder.path, NULL, &lwi_system_clock, 0, NULL) ==
        LW_OK) {
        if (lwi_snapshot_read(&snapshot, &folder, key, reason) == LW_OK &&
            strcmp(snapshot.file, file) == 0)
            (void)unlinkat(folder.fd, name, 0);
        close(lock);
    }
    lwi_private_close(&folder);
}

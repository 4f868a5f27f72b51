/* sessions.c - which sessions a worker has, and how each is opened again. */
#include "worker/sessions.h"

#include "worker/worker.h"

void
lwi_sessions_init(struct lwi_sessions *sessions, const lw_allocator *allocator)
{
    memset(sessions, 0, sizeof(*sessions));
    sessions->allocator = allocator;
}

static void
drop_body(struct lwi_sessions *sessions, struct lwi_session_record *record)
{
    sessions->bytes -= record->size;
    lwi_free(sessions->allocator, record->body);
    record->body = NULL;
    record->size = 0;
}

/* The last record takes its place. */
static void
drop_record(struct lwi_sessions *sessions, struct lwi_session_record *record)
{
    drop_body(sessions, record);
    *record = sessions->records[--sessions->count];
}

void
lwi_sessions_fini(struct lwi_sessions *sessions)
{
    if (sessions->allocator == NULL)
        return;
    while (sessions->count > 0)
        drop_record(sessions, &sessions->records[0]);
    lwi_free(sessions->allocator, sessions->records);
    memset(sessions, 0, sizeof(*sessions));
}

/* The record that was not used for longest; NULL where there is none. */
static struct lwi_session_record *
oldest(struct lwi_sessions *sessions, bool with_body)
{
    struct lwi_session_record *found = NULL;
    size_t i;

    for (i = 0; i < sessions->count; i++) {
        struct lwi_session_record *record = &sessions->records[i];

        if (with_body && record->body == NULL)
            continue;
        if (found == NULL || record->used < found->used)
            found = record;
    }
    return found;
}

/* A place for one more record, or NULL. */
static struct lwi_session_record *
make_room(struct lwi_sessions *sessions)
{
    size_t capacity = sessions->capacity == 0 ? 4 : sessions->capacity * 2;
    struct lwi_session_record *records;

    if (sessions->count == LWI_SESSIONS_MAX)
        drop_record(sessions, oldest(sessions, false));
    if (sessions->count < sessions->capacity)
        return &sessions->records[sessions->count];
    records = lwi_resize(sessions->allocator, sessions->records,
                         capacity * sizeof(*records));
    if (records == NULL)
        return NULL;
    sessions->records = records;
    sessions->capacity = capacity;
    return &sessions->records[sessions->count];
}

static void
keep_body(struct lwi_sessions *sessions, struct lwi_session_record *record,
          const void *body, size_t size)
{
    if (body == NULL || size > LWI_SESSIONS_BYTES)
        return;
    while (sessions->bytes > LWI_SESSIONS_BYTES - size)
        drop_body(sessions, oldest(sessions, true));
    record->body = lwi_copy_bytes(sessions->allocator, body, size);
    record->size = record->body == NULL ? 0 : size;
    sessions->bytes += record->size;
}

static struct lwi_session_record *
find_open(struct lwi_sessions *sessions, uint64_t generation,
          uint32_t child_number)
{
    size_t i;

    for (i = 0; i < sessions->count; i++) {
        struct lwi_session_record *record = &sessions->records[i];

        if (!record->closed && record->generation == generation &&
            record->child_number == child_number)
            return record;
    }
    return NULL;
}

static struct lwi_session_record *
find_number(struct lwi_sessions *sessions, uint32_t number)
{
    size_t i;

    for (i = 0; i < sessions->count; i++) {
        if (sessions->records[i].number == number)
            return &sessions->records[i];
    }
    return NULL;
}

int
lwi_sessions_add(lw_worker *worker, uint32_t child_number, const void *body,
                 size_t size, uint32_t *number)
{
    struct lwi_sessions *sessions = &worker->sessions;
    uint64_t generation = worker->generation;
    struct lwi_session_record *record =
        find_open(sessions, generation, child_number);

    if (record == NULL) {
        if (sessions->last == UINT32_MAX)
            return LW_ELIMIT;
        record = make_room(sessions);
        if (record == NULL)
            return LW_ENOMEM;
        *record = (struct lwi_session_record){ .number = ++sessions->last,
                                               .child_number = child_number,
                                               .generation = generation,
                                               .opened_in = generation };
        keep_body(sessions, record, body, size);
        sessions->count++;
    }
    record->used = ++sessions->uses;
    *number = record->number;
    return LW_OK;
}

const struct lwi_session_record *
lwi_sessions_find(lw_worker *worker, const lw_session *session)
{
    struct lwi_sessions *sessions = &worker->sessions;
    struct lwi_session_record *record = find_number(sessions, session->number);

    /* A number that fits by chance is another worker's where this does not. */
    if (record == NULL || session->generation < record->opened_in ||
        session->generation > worker->generation)
        return NULL;
    record->used = ++sessions->uses;
    return record;
}

bool
lwi_sessions_live(const lw_worker *worker,
                  const struct lwi_session_record *record)
{
    return !record->closed && record->generation == worker->generation;
}

bool
lwi_sessions_reopened(lw_worker *worker, uint32_t number, uint32_t child_number)
{
    struct lwi_session_record *record = find_number(&worker->sessions, number);

    if (record == NULL)
        return false;
    record->generation = worker->generation;
    record->child_number = child_number;
    record->closed = false;
    return true;
}

void
lwi_sessions_child_ended(lw_worker *worker, bool keep)
{
    struct lwi_sessions *sessions = &worker->sessions;
    size_t i = 0;

    while (i < sessions->count) {
        struct lwi_session_record *record = &sessions->records[i];

        if (keep && record->body != NULL) {
            record->closed = true;
            i++;
        } else {
            drop_record(sessions, record);
        }
    }
}

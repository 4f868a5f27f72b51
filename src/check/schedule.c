/*
 * schedule.c - which slot does what next.
 *
 * Files are numbers; queues are lists of numbers threaded through the array of
 * files, in their order. A bucket is a header that files wait for or that a
 * worker has open; when neither holds it is empty and its place is used again,
 * so there are never more than window + slots * (sessions + 1) of them, and a
 * linear search is fast enough.
 */
#include "check/schedule.h"

#define NONE SIZE_MAX

enum state {
    STATE_NEW,
    STATE_READING,
    STATE_READ,
    STATE_PARSING,
    STATE_WAITING,
    STATE_CHECKING,
    STATE_DONE,
};

struct file {
    enum state state;
    size_t next;   /* in the queue of its state */
    size_t bucket; /* of WAITING and CHECKING */
};

struct queue {
    size_t first;
    size_t last;
    size_t count;
};

struct bucket {
    char *key; /* NULL: the place is free */
    size_t key_size;
    void *header;
    struct queue waiting;
    size_t checking; /* files in the hands of slots */
    uint32_t warm;   /* slots whose worker has it open */
};

struct slot {
    bool up;
    bool starting;
    uint32_t sessions; /* in `warm`, the one used last at the front */
    size_t *warm;      /* buckets */
};

struct lwi_schedule {
    struct lwi_schedule_config config;
    struct file *files;
    struct slot *slots;
    size_t *warm; /* room of all slots' lists */
    struct bucket *buckets;
    size_t bucket_count;
    struct queue fresh;
    struct queue read;
    size_t waiting; /* over all buckets */
    size_t done;
    uint32_t starting; /* slots */
};

/* ---- queues ---- */

static const struct queue empty_queue = { NONE, NONE, 0 };

/*
 * In the order of the files: one that took long to read, or comes back, goes
 * before those that overtook it. Few are ahead of it then; the others come in
 * their order, at the end.
 */
static void
insert(struct lwi_schedule *s, struct queue *queue, size_t file)
{
    size_t *link = &queue->first;

    if (queue->count > 0 && queue->last < file)
        link = &s->files[queue->last].next;
    else if (queue->count == 0)
        queue->first = NONE;
    while (*link != NONE && *link < file)
        link = &s->files[*link].next;
    s->files[file].next = *link;
    if (*link == NONE)
        queue->last = file;
    *link = file;
    queue->count++;
}

static size_t
pop_front(struct lwi_schedule *s, struct queue *queue)
{
    size_t file = queue->first;

    LW_ASSERT(queue->count > 0);
    queue->first = s->files[file].next;
    queue->count--;
    return file;
}

/* ---- making and ending ---- */

static int
allocate(struct lwi_schedule *s)
{
    const struct lwi_schedule_config *config = &s->config;
    size_t room;
    uint32_t i;

    room =
        config->window + (size_t)config->slots * ((size_t)config->sessions + 1);
    s->bucket_count = room;
    s->files =
        lwi_alloc_array(config->allocator, config->files, sizeof(*s->files));
    s->slots =
        lwi_alloc_array(config->allocator, config->slots, sizeof(*s->slots));
    s->warm = lwi_alloc_array(config->allocator,
                              (size_t)config->slots * config->sessions,
                              sizeof(*s->warm));
    s->buckets = lwi_alloc_array(config->allocator, room, sizeof(*s->buckets));
    if (s->files == NULL || s->slots == NULL || s->warm == NULL ||
        s->buckets == NULL)
        return LW_ENOMEM;
    for (i = 0; i < config->slots; i++)
        s->slots[i].warm = s->warm + (size_t)i * config->sessions;
    return LW_OK;
}

int
lwi_schedule_create(struct lwi_schedule **out,
                    const struct lwi_schedule_config *config)
{
    struct lwi_schedule *s = lwi_alloc(config->allocator, sizeof(*s));
    size_t file;

    LW_ASSERT(config->slots > 0 && config->sessions > 0 && config->window > 0);
    if (s == NULL)
        return LW_ENOMEM;
    s->config = *config;
    s->fresh = s->read = empty_queue;
    if (allocate(s) != LW_OK) {
        lwi_schedule_destroy(s);
        return LW_ENOMEM;
    }
    for (file = 0; file < config->files; file++)
        insert(s, &s->fresh, file);
    *out = s;
    return LW_OK;
}

static void
empty_bucket(struct lwi_schedule *s, struct bucket *bucket)
{
    if (bucket->key == NULL)
        return;
    lwi_free(s->config.allocator, bucket->key);
    if (bucket->header != NULL)
        s->config.drop(bucket->header);
    *bucket = (struct bucket){ .waiting = empty_queue };
}

void
lwi_schedule_destroy(struct lwi_schedule *schedule)
{
    const lw_allocator *allocator;
    size_t i;

    if (schedule == NULL)
        return;
    allocator = schedule->config.allocator;
    for (i = 0; schedule->buckets != NULL && i < schedule->bucket_count; i++)
        empty_bucket(schedule, &schedule->buckets[i]);
    lwi_free(allocator, schedule->buckets);
    lwi_free(allocator, schedule->warm);
    lwi_free(allocator, schedule->slots);
    lwi_free(allocator, schedule->files);
    lwi_free(allocator, schedule);
}

/* ---- choosing ---- */

static struct lwi_job
take(struct lwi_schedule *s, enum lwi_job_kind kind, struct queue *queue,
     enum state to)
{
    size_t file = pop_front(s, queue);

    s->files[file].state = to;
    return (struct lwi_job){ kind, file, 0, NULL };
}

static struct lwi_job
take_from_bucket(struct lwi_schedule *s, size_t index)
{
    struct bucket *bucket = &s->buckets[index];
    struct lwi_job job;

    job = take(s, LWI_JOB_CHECK, &bucket->waiting, STATE_CHECKING);
    s->waiting--;
    bucket->checking++;
    job.bucket = index;
    job.header = bucket->header;
    return job;
}

/* Puts a session at the front of its slot's list. */
static void
use_session(struct slot *slot, uint32_t at)
{
    size_t bucket = slot->warm[at];

    memmove(slot->warm + 1, slot->warm, at * sizeof(*slot->warm));
    slot->warm[0] = bucket;
}

static bool
find_warm(struct lwi_schedule *s, struct slot *slot, size_t *bucket)
{
    uint32_t i;

    for (i = 0; i < slot->sessions; i++) {
        *bucket = slot->warm[i];
        if (s->buckets[*bucket].waiting.count > 0) {
            use_session(slot, i);
            return true;
        }
    }
    return false;
}

/* Most waiting files for each worker that has the header open, and one. */
static bool
find_fullest(const struct lwi_schedule *s, size_t *found)
{
    const struct bucket *best = NULL;
    size_t i;

    for (i = 0; i < s->bucket_count; i++) {
        const struct bucket *bucket = &s->buckets[i];

        if (bucket->key == NULL || bucket->waiting.count == 0)
            continue;
        if (best == NULL || bucket->waiting.count * (best->warm + 1) >
                                best->waiting.count * (bucket->warm + 1)) {
            best = bucket;
            *found = i;
        }
    }
    return best != NULL;
}

static struct lwi_job
next_without_worker(struct lwi_schedule *s, struct slot *slot)
{
    size_t ready = s->read.count + s->waiting;

    /* A start is dear: one for each file that nobody is starting for yet. */
    if (ready > s->starting) {
        slot->starting = true;
        s->starting++;
        return (struct lwi_job){ LWI_JOB_START, 0, 0, NULL };
    }
    if (s->fresh.count > 0 && ready < s->config.window)
        return take(s, LWI_JOB_READ, &s->fresh, STATE_READING);
    return (struct lwi_job){ LWI_JOB_WAIT, 0, 0, NULL };
}

static struct lwi_job
next_with_worker(struct lwi_schedule *s, struct slot *slot)
{
    /* A worker that has nothing open yet should not look ahead for long:
     * somebody waits for the first line. */
    size_t ahead = s->config.window;
    size_t bucket;

    if (slot->sessions == 0)
        ahead = (ahead + 3) / 4;
    if (find_warm(s, slot, &bucket))
        return take_from_bucket(s, bucket);
    if (s->read.count > 0 && s->waiting < ahead)
        return take(s, LWI_JOB_PARSE, &s->read, STATE_PARSING);
    if (s->fresh.count > 0 && s->read.count + s->waiting < ahead)
        return take(s, LWI_JOB_READ, &s->fresh, STATE_READING);
    if (find_fullest(s, &bucket))
        return take_from_bucket(s, bucket);
    return (struct lwi_job){ LWI_JOB_WAIT, 0, 0, NULL };
}

struct lwi_job
lwi_schedule_next(struct lwi_schedule *schedule, uint32_t slot)
{
    struct slot *asking = &schedule->slots[slot];

    LW_ASSERT(slot < schedule->config.slots && !asking->starting);
    if (schedule->done == schedule->config.files)
        return (struct lwi_job){ LWI_JOB_END, 0, 0, NULL };
    return asking->up ? next_with_worker(schedule, asking)
                      : next_without_worker(schedule, asking);
}

/* ---- buckets ---- */

static struct bucket *
find_bucket(struct lwi_schedule *s, lw_span key)
{
    size_t i;

    for (i = 0; i < s->bucket_count; i++) {
        struct bucket *bucket = &s->buckets[i];

        if (bucket->key != NULL && bucket->key_size == key.size &&
            (key.size == 0 || memcmp(bucket->key, key.data, key.size) == 0))
            return bucket;
    }
    return NULL;
}

static struct bucket *
make_bucket(struct lwi_schedule *s, lw_span key)
{
    size_t i = 0;

    while (i < s->bucket_count && s->buckets[i].key != NULL)
        i++;
    /* See the file's head: each bucket in use has a file or a session. */
    LW_ASSERT(i < s->bucket_count);
    s->buckets[i] = (struct bucket){ .waiting = empty_queue };
    s->buckets[i].key = lwi_copy_bytes(s->config.allocator, key.data, key.size);
    s->buckets[i].key_size = key.size;
    return s->buckets[i].key == NULL ? NULL : &s->buckets[i];
}

static void
empty_unused(struct lwi_schedule *s, size_t index)
{
    struct bucket *bucket = &s->buckets[index];

    if (bucket->waiting.count == 0 && bucket->checking == 0 &&
        bucket->warm == 0)
        empty_bucket(s, bucket);
}

/* ---- files ---- */

void
lwi_schedule_was_read(struct lwi_schedule *schedule, size_t file)
{
    LW_ASSERT(schedule->files[file].state == STATE_READING);
    schedule->files[file].state = STATE_READ;
    insert(schedule, &schedule->read, file);
}

int
lwi_schedule_parsed(struct lwi_schedule *schedule, size_t file, lw_span key,
                    void *header)
{
    struct bucket *bucket = find_bucket(schedule, key);

    LW_ASSERT(schedule->files[file].state == STATE_PARSING);
    if (bucket != NULL) {
        schedule->config.drop(header);
    } else {
        bucket = make_bucket(schedule, key);
        if (bucket == NULL) {
            schedule->config.drop(header);
            return LW_ENOMEM;
        }
        bucket->header = header;
    }
    schedule->files[file].state = STATE_WAITING;
    schedule->files[file].bucket = (size_t)(bucket - schedule->buckets);
    insert(schedule, &bucket->waiting, file);
    schedule->waiting++;
    return LW_OK;
}

/* Takes a file out of the hands of a slot. */
static enum state
let_go(struct lwi_schedule *s, size_t file)
{
    enum state was = s->files[file].state;

    LW_ASSERT(was == STATE_READING || was == STATE_PARSING ||
              was == STATE_CHECKING);
    if (was == STATE_CHECKING)
        s->buckets[s->files[file].bucket].checking--;
    return was;
}

void
lwi_schedule_give_back(struct lwi_schedule *schedule, size_t file)
{
    struct file *f = &schedule->files[file];
    enum state was = let_go(schedule, file);

    if (was == STATE_READING) {
        f->state = STATE_NEW;
        insert(schedule, &schedule->fresh, file);
    } else if (was == STATE_PARSING) {
        f->state = STATE_READ;
        insert(schedule, &schedule->read, file);
    } else {
        f->state = STATE_WAITING;
        insert(schedule, &schedule->buckets[f->bucket].waiting, file);
        schedule->waiting++;
    }
}

void
lwi_schedule_finish(struct lwi_schedule *schedule, size_t file)
{
    enum state was = let_go(schedule, file);

    schedule->files[file].state = STATE_DONE;
    schedule->done++;
    if (was == STATE_CHECKING)
        empty_unused(schedule, schedule->files[file].bucket);
}

bool
lwi_schedule_take_rest(struct lwi_schedule *schedule, size_t *file)
{
    size_t bucket;

    if (schedule->fresh.count > 0)
        *file =
            take(schedule, LWI_JOB_READ, &schedule->fresh, STATE_READING).file;
    else if (schedule->read.count > 0)
        *file =
            take(schedule, LWI_JOB_PARSE, &schedule->read, STATE_PARSING).file;
    else if (find_fullest(schedule, &bucket))
        *file = take_from_bucket(schedule, bucket).file;
    else
        return false;
    return true;
}

/* ---- workers ---- */

static void
end_starting(struct lwi_schedule *s, struct slot *slot)
{
    if (slot->starting)
        s->starting--;
    slot->starting = false;
}

void
lwi_schedule_worker_up(struct lwi_schedule *schedule, uint32_t slot)
{
    LW_ASSERT(schedule->slots[slot].sessions == 0);
    end_starting(schedule, &schedule->slots[slot]);
    schedule->slots[slot].up = true;
}

void
lwi_schedule_worker_down(struct lwi_schedule *schedule, uint32_t slot)
{
    struct slot *down = &schedule->slots[slot];
    uint32_t i;

    end_starting(schedule, down);
    for (i = 0; i < down->sessions; i++) {
        schedule->buckets[down->warm[i]].warm--;
        empty_unused(schedule, down->warm[i]);
    }
    down->sessions = 0;
    down->up = false;
}

void
lwi_schedule_opened(struct lwi_schedule *schedule, uint32_t slot, size_t bucket)
{
    struct slot *at = &schedule->slots[slot];

    LW_ASSERT(at->up && at->sessions < schedule->config.sessions);
    at->warm[at->sessions] = bucket;
    use_session(at, at->sessions);
    at->sessions++;
    schedule->buckets[bucket].warm++;
}

bool
lwi_schedule_is_warm(const struct lwi_schedule *schedule, uint32_t slot,
                     size_t bucket)
{
    const struct slot *at = &schedule->slots[slot];
    uint32_t i;

    for (i = 0; i < at->sessions; i++) {
        if (at->warm[i] == bucket)
            return true;
    }
    return false;
}

uint32_t
lwi_schedule_session_count(const struct lwi_schedule *schedule, uint32_t slot)
{
    return schedule->slots[slot].sessions;
}

/* ---- for tests ---- */

static void
audit_queue(const struct lwi_schedule *s, const struct queue *queue,
            enum state state)
{
    size_t file = queue->first, count = 0;

    for (; count < queue->count; count++) {
        LW_ASSERT(s->files[file].state == state);
        LW_ASSERT(count + 1 < queue->count || file == queue->last);
        file = s->files[file].next;
    }
}

static void
audit_bucket(const struct lwi_schedule *s, size_t index)
{
    const struct bucket *bucket = &s->buckets[index];
    size_t checking = 0, file;
    uint32_t warm = 0, slot;

    if (bucket->key == NULL)
        return;
    audit_queue(s, &bucket->waiting, STATE_WAITING);
    for (file = 0; file < s->config.files; file++)
        checking += s->files[file].state == STATE_CHECKING &&
                    s->files[file].bucket == index;
    for (slot = 0; slot < s->config.slots; slot++)
        warm += lwi_schedule_is_warm(s, slot, index);
    LW_ASSERT(checking == bucket->checking && warm == bucket->warm);
    LW_ASSERT(checking + warm + bucket->waiting.count > 0);
}

void
lwi_schedule_audit(const struct lwi_schedule *schedule)
{
    size_t counts[STATE_DONE + 1] = { 0 }, waiting = 0, i;

    for (i = 0; i < schedule->config.files; i++)
        counts[schedule->files[i].state]++;
    for (i = 0; i < schedule->bucket_count; i++) {
        audit_bucket(schedule, i);
        waiting += schedule->buckets[i].waiting.count;
    }
    audit_queue(schedule, &schedule->fresh, STATE_NEW);
    audit_queue(schedule, &schedule->read, STATE_READ);
    LW_ASSERT(counts[STATE_NEW] == schedule->fresh.count);
    LW_ASSERT(counts[STATE_READ] == schedule->read.count);
    LW_ASSERT(counts[STATE_WAITING] == schedule->waiting);
    LW_ASSERT(counts[STATE_WAITING] == waiting);
    LW_ASSERT(counts[STATE_DONE] == schedule->done);
    /* Window, and those that slots had in hand when it was full. */
    LW_ASSERT(schedule->read.count + schedule->waiting <=
              schedule->config.window + schedule->config.slots);
}

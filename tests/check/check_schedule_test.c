/*
 * check_schedule_test.c - the scheduler under random schedules.
 *
 * A model drives it: slots that start, fail, die and serve in random order.
 * Every few events the scheduler counts itself anew (lwi_schedule_audit).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "check/schedule.h"

#define FILES_MAX 400
#define SLOTS_MAX 6
#define SESSIONS 3
#define HEADERS_MAX 40

/* ---- a generator that gives the same numbers everywhere ---- */

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

/* ---- the model ---- */

struct model {
    struct lwi_schedule *schedule;
    uint32_t slots;
    size_t files;
    uint32_t headers;
    bool up[SLOTS_MAX];
    struct lwi_job held[SLOTS_MAX]; /* kind WAIT: nothing */
    unsigned reported[FILES_MAX];
    size_t parsed_header[FILES_MAX];
    size_t done;
    unsigned opened;
};

static unsigned headers_alive;

static void
drop_header(void *header)
{
    assert_true(headers_alive > 0);
    headers_alive--;
    free(header);
}

static size_t *
make_header(size_t number)
{
    size_t *header = malloc(sizeof(*header));

    assert_non_null(header);
    *header = number;
    headers_alive++;
    return header;
}

static void
report(struct model *m, size_t file)
{
    m->reported[file]++;
    m->done++;
    lwi_schedule_finish(m->schedule, file);
}

static void
parsed(struct model *m, size_t file)
{
    size_t number = below(m->headers);
    char key[32];
    int n = snprintf(key, sizeof(key), "import H%zu", number);

    m->parsed_header[file] = number;
    assert_int_equal(lwi_schedule_parsed(m->schedule, file,
                                         (lw_span){ key, (size_t)n },
                                         make_header(number)),
                     LW_OK);
}

static void
lose_worker(struct model *m, uint32_t slot)
{
    m->up[slot] = false;
    lwi_schedule_worker_down(m->schedule, slot);
}

static void
check(struct model *m, uint32_t slot, const struct lwi_job *job)
{
    /* The header is that of the file, whatever happened meanwhile. */
    assert_int_equal(*(size_t *)job->header, m->parsed_header[job->file]);
    if (!lwi_schedule_is_warm(m->schedule, slot, job->bucket)) {
        if (lwi_schedule_session_count(m->schedule, slot) == SESSIONS) {
            lose_worker(m, slot);
            m->up[slot] = true;
            lwi_schedule_worker_up(m->schedule, slot);
        }
        lwi_schedule_opened(m->schedule, slot, job->bucket);
        m->opened++;
    }
    switch (below(12)) {
    case 0: /* the worker dies, the file is given back */
        lose_worker(m, slot);
        lwi_schedule_give_back(m->schedule, job->file);
        return;
    case 1: /* the worker dies of the file */
        lose_worker(m, slot);
        break;
    default:
        break;
    }
    report(m, job->file);
}

/* What the slot holds comes to its end. */
static void
complete(struct model *m, uint32_t slot)
{
    struct lwi_job job = m->held[slot];

    m->held[slot].kind = LWI_JOB_WAIT;
    switch (job.kind) {
    case LWI_JOB_START:
        m->up[slot] = below(4) != 0;
        if (m->up[slot])
            lwi_schedule_worker_up(m->schedule, slot);
        else
            lwi_schedule_worker_down(m->schedule, slot);
        break;
    case LWI_JOB_READ:
        if (below(15) == 0)
            report(m, job.file); /* unreadable */
        else if (below(15) == 0)
            lwi_schedule_give_back(m->schedule, job.file);
        else
            lwi_schedule_was_read(m->schedule, job.file);
        break;
    case LWI_JOB_PARSE:
        if (below(15) == 0)
            report(m, job.file); /* a bad header */
        else if (below(15) == 0)
            lwi_schedule_give_back(m->schedule, job.file);
        else
            parsed(m, job.file);
        break;
    case LWI_JOB_CHECK:
        check(m, slot, &job);
        break;
    case LWI_JOB_WAIT:
    case LWI_JOB_END:
        break;
    }
}

static bool
anybody_busy(const struct model *m)
{
    uint32_t slot;

    for (slot = 0; slot < m->slots; slot++) {
        if (m->held[slot].kind != LWI_JOB_WAIT)
            return true;
    }
    return false;
}

/* One random event; false where all is done. */
static bool
step(struct model *m)
{
    uint32_t slot = below(m->slots), tried;
    struct lwi_job job;

    if (m->held[slot].kind != LWI_JOB_WAIT) {
        complete(m, slot);
        return true;
    }
    job = lwi_schedule_next(m->schedule, slot);
    if (job.kind == LWI_JOB_END)
        return false;
    m->held[slot] = job;
    /* When nobody does anything, somebody must be told to. */
    for (tried = 0; !anybody_busy(m); tried++) {
        assert_true(tried < m->slots);
        slot = (slot + 1) % m->slots;
        m->held[slot] = lwi_schedule_next(m->schedule, slot);
    }
    return true;
}

static void
model_init(struct model *m, uint64_t from)
{
    struct lwi_schedule_config config;

    *m = (struct model){ 0 };
    seed = from;
    m->slots = 1 + below(SLOTS_MAX);
    m->files = 1 + below(FILES_MAX);
    m->headers = 1 + below(HEADERS_MAX);
    config = (struct lwi_schedule_config){
        .allocator = &lwi_system_allocator,
        .files = m->files,
        .slots = m->slots,
        .sessions = SESSIONS,
        .window = 1 + below(70),
        .drop = drop_header,
    };
    for (uint32_t slot = 0; slot < m->slots; slot++)
        m->held[slot].kind = LWI_JOB_WAIT;
    assert_int_equal(lwi_schedule_create(&m->schedule, &config), LW_OK);
}

static void
model_fini(struct model *m)
{
    lwi_schedule_destroy(m->schedule);
    assert_int_equal(headers_alive, 0);
}

/* ---- tests ---- */

static void
test_every_file_is_reported_once(void **state)
{
    struct model m;
    uint64_t round;
    unsigned steps;
    size_t i;

    (void)state;
    for (round = 0; round < 300; round++) {
        model_init(&m, round);
        for (steps = 0; step(&m); steps++) {
            if (steps % 16 == 0)
                lwi_schedule_audit(m.schedule);
        }
        assert_int_equal(m.done, m.files);
        for (i = 0; i < m.files; i++)
            assert_int_equal(m.reported[i], 1);
        model_fini(&m);
    }
}

static void
test_the_rest_of_a_stopped_run(void **state)
{
    struct model m;
    uint64_t round;
    uint32_t steps, slot;
    size_t file;

    (void)state;
    for (round = 0; round < 200; round++) {
        model_init(&m, round * 7919);
        for (steps = below(200); steps > 0 && step(&m); steps--)
            ;
        while (lwi_schedule_take_rest(m.schedule, &file)) {
            report(&m, file);
            lwi_schedule_audit(m.schedule);
        }
        for (slot = 0; slot < m.slots; slot++) {
            enum lwi_job_kind kind = m.held[slot].kind;

            if (kind == LWI_JOB_READ || kind == LWI_JOB_PARSE ||
                kind == LWI_JOB_CHECK)
                report(&m, m.held[slot].file);
        }
        assert_int_equal(m.done, m.files);
        model_fini(&m);
    }
}

/* A schedule without accidents, with the header of file i given. */
static struct lwi_schedule *
plain(size_t files, uint32_t slots)
{
    struct lwi_schedule_config config = {
        .allocator = &lwi_system_allocator,
        .files = files,
        .slots = slots,
        .sessions = SESSIONS,
        .window = 64,
        .drop = drop_header,
    };
    struct lwi_schedule *schedule = NULL;

    assert_int_equal(lwi_schedule_create(&schedule, &config), LW_OK);
    return schedule;
}

static void
start(struct lwi_schedule *s, uint32_t slot)
{
    struct lwi_job job = lwi_schedule_next(s, slot);

    while (job.kind == LWI_JOB_READ) {
        lwi_schedule_was_read(s, job.file);
        job = lwi_schedule_next(s, slot);
    }
    assert_int_equal(job.kind, LWI_JOB_START);
    lwi_schedule_worker_up(s, slot);
}

/* The next check of a slot; headers alternate between the files. */
static struct lwi_job
next_check(struct lwi_schedule *s, uint32_t slot)
{
    for (;;) {
        struct lwi_job job = lwi_schedule_next(s, slot);
        bool odd = job.file % 2 != 0;

        if (job.kind == LWI_JOB_READ)
            lwi_schedule_was_read(s, job.file);
        else if (job.kind == LWI_JOB_PARSE)
            assert_int_equal(lwi_schedule_parsed(s, job.file,
                                                 odd ? (lw_span){ "odd", 3 }
                                                     : (lw_span){ "even", 4 },
                                                 make_header(odd)),
                             LW_OK);
        else
            return job;
    }
}

static void
test_each_header_keeps_to_its_worker(void **state)
{
    struct lwi_schedule *s = plain(100, 2);
    uint32_t slot = 0;
    size_t i, parity[2];
    struct lwi_job job;

    (void)state;
    start(s, 0);
    start(s, 1);
    for (slot = 0; slot < 2; slot++) {
        job = next_check(s, slot);
        assert_int_equal(job.kind, LWI_JOB_CHECK);
        lwi_schedule_opened(s, slot, job.bucket);
        parity[slot] = job.file % 2;
        lwi_schedule_finish(s, job.file);
    }
    /* The second one takes what the first does not have open. */
    assert_int_not_equal(parity[0], parity[1]);
    for (i = 2; i < 100; i++) {
        slot = (uint32_t)(i % 2);
        job = next_check(s, slot);
        assert_int_equal(job.kind, LWI_JOB_CHECK);
        assert_int_equal(job.file % 2, parity[slot]);
        lwi_schedule_finish(s, job.file);
    }
    assert_int_equal(lwi_schedule_next(s, 0).kind, LWI_JOB_END);
    lwi_schedule_destroy(s);
}

static void
test_workers_start_only_for_work(void **state)
{
    struct lwi_schedule *s = plain(1, 4);
    struct lwi_job job = lwi_schedule_next(s, 0);

    (void)state;
    /* One file is in hand: nothing for the others. */
    assert_int_equal(job.kind, LWI_JOB_READ);
    assert_int_equal(lwi_schedule_next(s, 1).kind, LWI_JOB_WAIT);
    lwi_schedule_was_read(s, job.file);
    /* One start is enough for one file. */
    assert_int_equal(lwi_schedule_next(s, 1).kind, LWI_JOB_START);
    assert_int_equal(lwi_schedule_next(s, 0).kind, LWI_JOB_WAIT);
    lwi_schedule_worker_down(s, 1); /* it failed: another may try */
    assert_int_equal(lwi_schedule_next(s, 0).kind, LWI_JOB_START);
    lwi_schedule_destroy(s);
}

/* A file whose header took long to parse is not behind all that overtook it. */
static void
test_the_order_is_that_of_the_files(void **state)
{
    struct lwi_schedule *s = plain(10, 2);
    struct lwi_job late, job;

    (void)state;
    start(s, 0);
    start(s, 1);
    late = lwi_schedule_next(s, 0);
    assert_int_equal(late.kind, LWI_JOB_PARSE);
    assert_int_equal(late.file, 0);
    job = next_check(s, 1);
    assert_int_equal(job.file, 1);
    assert_int_equal(lwi_schedule_parsed(s, late.file, (lw_span){ "odd", 3 },
                                         make_header(1)),
                     LW_OK);
    job = next_check(s, 0);
    assert_int_equal(job.kind, LWI_JOB_CHECK);
    assert_int_equal(job.file, 0);
    lwi_schedule_audit(s);
    lwi_schedule_destroy(s);
}

/* ---- allocation failures ---- */

struct failing {
    unsigned left; /* allocations that succeed */
};

static void *
failing_resize(void *block, size_t size, void *user)
{
    struct failing *failing = user;

    if (size == 0) {
        free(block);
        return NULL;
    }
    if (failing->left == 0)
        return NULL;
    failing->left--;
    return realloc(block, size);
}

static void
test_no_memory(void **state)
{
    struct failing failing;
    const lw_allocator allocator = { failing_resize, &failing };
    struct lwi_schedule_config config = {
        &allocator, 10, 2, 2, 4, drop_header
    };
    struct lwi_schedule *s = NULL;
    struct lwi_job job;
    unsigned n;
    int rc;

    (void)state;
    for (n = 0;; n++) {
        failing.left = n;
        rc = lwi_schedule_create(&s, &config);
        if (rc == LW_OK)
            break;
        assert_int_equal(rc, LW_ENOMEM);
    }
    assert_int_equal(n, 5);
    start(s, 0);
    do {
        job = lwi_schedule_next(s, 0);
        if (job.kind == LWI_JOB_READ)
            lwi_schedule_was_read(s, job.file);
    } while (job.kind != LWI_JOB_PARSE);
    assert_int_equal(
        lwi_schedule_parsed(s, job.file, (lw_span){ "k", 1 }, make_header(1)),
        LW_ENOMEM);
    assert_int_equal(headers_alive, 0);
    lwi_schedule_finish(s, job.file);
    lwi_schedule_audit(s);
    lwi_schedule_destroy(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_is_reported_once),
        cmocka_unit_test(test_the_rest_of_a_stopped_run),
        cmocka_unit_test(test_each_header_keeps_to_its_worker),
        cmocka_unit_test(test_workers_start_only_for_work),
        cmocka_unit_test(test_the_order_is_that_of_the_files),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

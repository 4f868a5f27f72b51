/* The table of a pool's counters: complete, readable, and as text. */
#include <jansson.h>

#include <lean_worker/pool.h>

#include "support/test.h"

static lw_error err;

/* A snapshot in which every row has a value of its own. */
static lw_pool_snapshot
numbered(void)
{
    lw_pool_snapshot shot = { .struct_size = sizeof(shot) };
    uint64_t n = 1;

#define FILL(type, name, kind, unit, help) shot.name = (type)n++;
    LW_POOL_COUNTER_MAP(FILL)
#undef FILL
    shot.admission_wait.count = 3;
    shot.admission_wait.sum_us = 1500001;
    shot.admission_wait.buckets[0] = 2;
    shot.admission_wait.buckets[LW_POOL_BUCKETS - 1] = 1;
    shot.last_restart_reason.operation = "say \"so\"\n";
    shot.last_restart_reason.kind = LW_RESTART_IDLE;
    return shot;
}

/* ---- the table ---- */

static void
every_row_is_described_and_read(void **state)
{
    lw_pool_snapshot shot = numbered();
    lw_pool_counter row = { .struct_size = sizeof(row) };
    uint64_t value;
    size_t i;

    (void)state;
    for (i = 0; i < lw_pool_counter_count(); i++) {
        assert_int_equal(lw_pool_counter_describe(&row, i, &err), LW_OK);
        assert_int_equal(lw_pool_counter_read(&value, &shot, i, &err), LW_OK);
        assert_true(strlen(row.name) > 0 && strlen(row.help) > 0);
        assert_int_equal(value, strcmp(row.unit, "flag") == 0 ? 1 : i + 1);
    }
}

static void
what_is_no_row_is_refused(void **state)
{
    lw_pool_snapshot shot = numbered();
    lw_pool_counter row = { .struct_size = sizeof(row) };
    size_t end = lw_pool_counter_count();
    uint64_t value;

    (void)state;
    assert_int_equal(lw_pool_counter_describe(&row, end, &err), LW_EINVAL);
    assert_int_equal(lw_pool_counter_read(&value, &shot, end, &err), LW_EINVAL);
    assert_int_equal(lw_pool_counter_read(NULL, &shot, 0, &err), LW_EINVAL);
    assert_int_equal(lw_pool_counter_describe(NULL, 0, &err), LW_EINVAL);
    shot.struct_size--;
    assert_int_equal(lw_pool_counter_read(&value, &shot, 0, &err), LW_EINVAL);
    row.struct_size = 0;
    assert_int_equal(lw_pool_counter_describe(&row, 0, &err), LW_EINVAL);
}

static void
bounds_of_buckets_rise(void **state)
{
    size_t i;

    (void)state;
    for (i = 1; i < LW_POOL_BUCKETS; i++)
        assert_true(lw_pool_bucket_bound_us(i) >
                    lw_pool_bucket_bound_us(i - 1));
    assert_true(lw_pool_bucket_bound_us(LW_POOL_BUCKETS - 1) == UINT64_MAX);
    assert_true(lw_pool_bucket_bound_us(SIZE_MAX) == UINT64_MAX);
}

/* ---- Prometheus ---- */

static char text[65536];

static void
write_metrics(const lw_pool_snapshot *shot, const char *pool)
{
    size_t length;

    assert_int_equal(
        lw_pool_write_metrics(text, sizeof(text), &length, shot, pool, &err),
        LW_OK);
    assert_int_equal(length, strlen(text));
}

static void
assert_line(const char *line)
{
    const char *at = strstr(text, line);

    if (at == NULL || (at != text && at[-1] != '\n') ||
        at[strlen(line)] != '\n')
        fail_msg("no line \"%s\" in:\n%s", line, text);
}

static void
metrics_are_in_base_units(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    shot.total_child_rss_kib = 3;
    shot.stream_elapsed_us = 12000034;
    shot.queue_depth = 7;
    shot.leases = 9;
    write_metrics(&shot, NULL);
    assert_line("lean_worker_pool_total_child_rss_bytes 3072");
    assert_line("lean_worker_pool_stream_elapsed_seconds_total 12.000034");
    assert_line("lean_worker_pool_queue_depth 7");
    assert_line("# TYPE lean_worker_pool_queue_depth gauge");
    assert_line("lean_worker_pool_leases_total 9");
    assert_line("# TYPE lean_worker_pool_leases_total counter");
    assert_line("# TYPE lean_worker_pool_admission_wait_seconds histogram");
    assert_line("lean_worker_pool_admission_wait_seconds_sum 1.500001");
    assert_line("lean_worker_pool_admission_wait_seconds_count 3");
}

/* Each bucket has those below it as well, and the last one has all. */
static void
buckets_add_up(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    write_metrics(&shot, NULL);
    assert_line(
        "lean_worker_pool_admission_wait_seconds_bucket{le=\"0.001000\"} 2");
    assert_line(
        "lean_worker_pool_admission_wait_seconds_bucket{le=\"60.000000\"} 2");
    assert_line(
        "lean_worker_pool_admission_wait_seconds_bucket{le=\"+Inf\"} 3");
}

static void
labels_are_escaped(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    write_metrics(&shot, "a\"b\\c\nd\xc3\xa9\xff");
    assert_line("lean_worker_pool_workers{pool=\"a\\\"b\\\\c\\nd\xc3\xa9"
                "\xef\xbf\xbd\"} 2");
}

static void
memory_that_is_not_known_has_no_sample(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    shot.has_total_child_rss = false;
    write_metrics(&shot, NULL);
    assert_null(strstr(text, "\nlean_worker_pool_total_child_rss_bytes"));
    assert_line("lean_worker_pool_has_total_child_rss 0");
}

/* ---- JSON ---- */

static void
json_has_every_row(void **state)
{
    lw_pool_snapshot shot = numbered();
    lw_pool_counter row = { .struct_size = sizeof(row) };
    json_t *root, *value;
    size_t i;

    (void)state;
    assert_int_equal(lw_pool_write_json(text, sizeof(text), NULL, &shot, &err),
                     LW_OK);
    root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    for (i = 0; i < lw_pool_counter_count(); i++) {
        assert_int_equal(lw_pool_counter_describe(&row, i, &err), LW_OK);
        value = json_object_get(root, row.name);
        assert_non_null(value);
        assert_true(json_is_true(value) ||
                    json_integer_value(value) == (json_int_t)i + 1);
    }
    value = json_object_get(root, "last_restart_reason");
    assert_string_equal(json_string_value(json_object_get(value, "operation")),
                        "say \"so\"\n");
    assert_string_equal(json_string_value(json_object_get(value, "kind")),
                        "idle");
    value = json_object_get(root, "admission_wait");
    assert_int_equal(json_array_size(json_object_get(value, "buckets")),
                     LW_POOL_BUCKETS);
    json_decref(root);
}

static void
json_of_unknown_memory_is_null(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    shot.has_total_child_rss = false;
    assert_int_equal(lw_pool_write_json(text, sizeof(text), NULL, &shot, &err),
                     LW_OK);
    assert_non_null(strstr(text, "\"total_child_rss_kib\":null,"));
}

/* ---- room ---- */

typedef int (*write_fn)(char *to, size_t size, size_t *length,
                        const lw_pool_snapshot *shot);

static int
as_metrics(char *to, size_t size, size_t *length, const lw_pool_snapshot *shot)
{
    return lw_pool_write_metrics(to, size, length, shot, "p", &err);
}

static int
as_json(char *to, size_t size, size_t *length, const lw_pool_snapshot *shot)
{
    return lw_pool_write_json(to, size, length, shot, &err);
}

/* In rooms of every size: a front part of the whole, and never a byte more. */
static void
check_rooms(write_fn write)
{
    static char room[sizeof(text)];
    lw_pool_snapshot shot = numbered();
    size_t length, cut, size;

    assert_int_equal(write(NULL, 0, &length, &shot), LW_OK);
    assert_int_equal(write(text, length + 1, NULL, &shot), LW_OK);
    assert_int_equal(strlen(text), length);
    for (size = 1; size <= length; size++) {
        memset(room, 'x', length + 2);
        assert_int_equal(write(room, size, &cut, &shot), LW_ELIMIT);
        assert_int_equal(cut, length);
        assert_int_equal(strlen(room), size - 1);
        assert_memory_equal(room, text, size - 1);
        assert_int_equal(room[size], 'x');
    }
}

static void
text_is_cut_at_the_room(void **state)
{
    (void)state;
    check_rooms(as_metrics);
    check_rooms(as_json);
}

static void
text_needs_a_snapshot_and_room(void **state)
{
    lw_pool_snapshot shot = numbered();

    (void)state;
    assert_int_equal(as_metrics(NULL, 1, NULL, &shot), LW_EINVAL);
    assert_int_equal(as_json(NULL, 1, NULL, &shot), LW_EINVAL);
    assert_int_equal(as_json(text, sizeof(text), NULL, NULL), LW_EINVAL);
    shot.struct_size++;
    assert_int_equal(as_metrics(text, sizeof(text), NULL, &shot), LW_EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_described_and_read),
        cmocka_unit_test(what_is_no_row_is_refused),
        cmocka_unit_test(bounds_of_buckets_rise),
        cmocka_unit_test(metrics_are_in_base_units),
        cmocka_unit_test(buckets_add_up),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(memory_that_is_not_known_has_no_sample),
        cmocka_unit_test(json_has_every_row),
        cmocka_unit_test(json_of_unknown_memory_is_null),
        cmocka_unit_test(text_is_cut_at_the_room),
        cmocka_unit_test(text_needs_a_snapshot_and_room),
    };

    return cmocka_run_group_tests_name("pool_counters", tests, NULL, NULL);
}

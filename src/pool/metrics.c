/*
 * metrics.c - a snapshot as text: Prometheus' format, and JSON.
 *
 * Names and units follow from the table: KiB become bytes, µs become seconds,
 * and a counter ends in _total.
 */
#include <inttypes.h>
#include <stdio.h>

#include <lean_worker/pool_counters.h>

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"
#include "pool/writer.h"

#define PREFIX "lean_worker_pool_"
#define METRICS "write metrics"
#define JSON "write a snapshot as JSON"

#define US_PER_S UINT64_C(1000000)
#define NAME_SIZE 96

struct histogram {
    const char *name;
    const char *help;
    size_t offset; /* in the snapshot */
};

static const struct histogram histograms[] = {
#define ROW(name, help) { #name, help, offsetof(lw_pool_snapshot, name) },
    LW_POOL_HISTOGRAM_MAP(ROW)
#undef ROW
};

#define HISTOGRAMS (sizeof(histograms) / sizeof(histograms[0]))

static const lw_pool_histogram *
histogram_of(const lw_pool_snapshot *snapshot, size_t index)
{
    const char *at = (const char *)snapshot + histograms[index].offset;

    return (const lw_pool_histogram *)(const void *)at;
}

static int
check(const lw_pool_snapshot *snapshot, const char *text, size_t size,
      const char *doing, lw_error *err)
{
    if (snapshot == NULL || snapshot->struct_size != sizeof(*snapshot))
        return lwi_fail(err, LW_EINVAL, doing,
                        "snapshot is NULL or its struct_size is not set");
    if (text == NULL && size > 0)
        return lwi_fail(err, LW_EINVAL, doing, "text is NULL");
    return LW_OK;
}

/* A row that says what nobody knows. */
static bool
is_unknown(const lw_pool_snapshot *snapshot, const char *name)
{
    return !snapshot->has_total_child_rss &&
           strcmp(name, "total_child_rss_kib") == 0;
}

/* ---- Prometheus ---- */

enum scale {
    AS_IT_IS,
    KIB_TO_BYTES,
    US_TO_SECONDS,
};

/* The name without the unit's suffix; gives what the value needs. */
static enum scale
base_name(char name[NAME_SIZE], const lw_pool_counter *counter)
{
    lwi_text_copy(name, NAME_SIZE, counter->name);
    if (strcmp(counter->unit, "KiB") == 0) {
        name[strlen(name) - strlen("_kib")] = '\0';
        return KIB_TO_BYTES;
    }
    if (strcmp(counter->unit, "us") != 0)
        return AS_IT_IS;
    name[strlen(name) - strlen("_us")] = '\0';
    return US_TO_SECONDS;
}

static void
put_seconds(struct lwi_writer *out, uint64_t us)
{
    lwi_writer_printf(out, "%" PRIu64 ".%06" PRIu64, us / US_PER_S,
                      us % US_PER_S);
}

/* The value of a label: three characters are escaped, and it must be UTF-8. */
static void
put_label(struct lwi_writer *out, const char *text)
{
    size_t left = strlen(text), length;

    for (; left > 0; text += length, left -= length) {
        length = lwi_utf8_sequence((const unsigned char *)text, left);
        if (length == 0) {
            length = 1;
            lwi_writer_put(out, "\xef\xbf\xbd", 3);
        } else if (*text == '\n') {
            lwi_writer_put(out, "\\n", 2);
        } else {
            if (*text == '"' || *text == '\\')
                lwi_writer_put(out, "\\", 1);
            lwi_writer_put(out, text, length);
        }
    }
}

/* {pool="…",le="…"}, or as much of it as there is. */
static void
put_labels(struct lwi_writer *out, const char *pool, const char *le)
{
    if (pool == NULL && le == NULL)
        return;
    lwi_writer_put(out, "{", 1);
    if (pool != NULL) {
        lwi_writer_printf(out, "pool=\"");
        put_label(out, pool);
        lwi_writer_printf(out, le != NULL ? "\"," : "\"");
    }
    if (le != NULL)
        lwi_writer_printf(out, "le=\"%s\"", le);
    lwi_writer_put(out, "}", 1);
}

static void
put_counter(struct lwi_writer *out, const lw_pool_counter *counter,
            uint64_t value, bool unknown, const char *pool)
{
    bool rises = counter->kind == LW_POOL_COUNTER;
    char name[NAME_SIZE];
    enum scale scale = base_name(name, counter);
    static const char *const units[] = { "", "_bytes", "_seconds" };
    const char *unit = units[scale], *total = rises ? "_total" : "";

    lwi_writer_printf(out, "# HELP " PREFIX "%s%s%s %s\n", name, unit, total,
                      counter->help);
    lwi_writer_printf(out, "# TYPE " PREFIX "%s%s%s %s\n", name, unit, total,
                      rises ? "counter" : "gauge");
    if (unknown)
        return;
    lwi_writer_printf(out, PREFIX "%s%s%s", name, unit, total);
    put_labels(out, pool, NULL);
    lwi_writer_put(out, " ", 1);
    if (scale == US_TO_SECONDS)
        put_seconds(out, value);
    else
        lwi_writer_printf(out, "%" PRIu64,
                          scale == KIB_TO_BYTES ? value * 1024 : value);
    lwi_writer_put(out, "\n", 1);
}

static void
put_bucket(struct lwi_writer *out, const char *name, size_t bucket,
           uint64_t count, const char *pool)
{
    uint64_t bound = lw_pool_bucket_bound_us(bucket);
    char le[32] = "+Inf";

    if (bound != UINT64_MAX)
        snprintf(le, sizeof(le), "%" PRIu64 ".%06" PRIu64, bound / US_PER_S,
                 bound % US_PER_S);
    lwi_writer_printf(out, PREFIX "%s_seconds_bucket", name);
    put_labels(out, pool, le);
    lwi_writer_printf(out, " %" PRIu64 "\n", count);
}

static void
put_histogram(struct lwi_writer *out, const struct histogram *row,
              const lw_pool_histogram *histogram, const char *pool)
{
    uint64_t count = 0;
    size_t i;

    lwi_writer_printf(out, "# HELP " PREFIX "%s_seconds %s\n", row->name,
                      row->help);
    lwi_writer_printf(out, "# TYPE " PREFIX "%s_seconds histogram\n",
                      row->name);
    for (i = 0; i < LW_POOL_BUCKETS; i++) {
        count += histogram->buckets[i];
        put_bucket(out, row->name, i, count, pool);
    }
    lwi_writer_printf(out, PREFIX "%s_seconds_sum", row->name);
    put_labels(out, pool, NULL);
    lwi_writer_put(out, " ", 1);
    put_seconds(out, histogram->sum_us);
    lwi_writer_printf(out, "\n" PREFIX "%s_seconds_count", row->name);
    put_labels(out, pool, NULL);
    lwi_writer_printf(out, " %" PRIu64 "\n", count);
}

int
lw_pool_write_metrics(char *text, size_t size, size_t *length,
                      const lw_pool_snapshot *snapshot, const char *pool,
                      lw_error *err)
{
    struct lwi_writer out = { text, size, 0 };
    lw_pool_counter counter = { .struct_size = sizeof(counter) };
    uint64_t value = 0;
    int rc = check(snapshot, text, size, METRICS, err);
    size_t i;

    if (rc != LW_OK)
        return rc;
    for (i = 0; i < lw_pool_counter_count(); i++) {
        lw_pool_counter_describe(&counter, i, NULL);
        lw_pool_counter_read(&value, snapshot, i, NULL);
        put_counter(&out, &counter, value, is_unknown(snapshot, counter.name),
                    pool);
    }
    for (i = 0; i < HISTOGRAMS; i++)
        put_histogram(&out, &histograms[i], histogram_of(snapshot, i), pool);
    return lwi_writer_end(&out, length, METRICS, err);
}

/* ---- JSON ---- */

static void
put_json_row(struct lwi_writer *out, const lw_pool_counter *counter,
             uint64_t value, bool unknown)
{
    lwi_writer_printf(out, "\"%s\":", counter->name);
    if (unknown)
        lwi_writer_printf(out, "null,");
    else if (strcmp(counter->unit, "flag") == 0)
        lwi_writer_printf(out, value != 0 ? "true," : "false,");
    else
        lwi_writer_printf(out, "%" PRIu64 ",", value);
}

static void
put_json_histogram(struct lwi_writer *out, const char *name,
                   const lw_pool_histogram *histogram)
{
    size_t i;

    lwi_writer_printf(out,
                      "\"%s\":{\"count\":%" PRIu64 ",\"sum_us\":%" PRIu64
                      ",\"buckets\":[",
                      name, histogram->count, histogram->sum_us);
    for (i = 0; i < LW_POOL_BUCKETS; i++)
        lwi_writer_printf(out, "%s%" PRIu64, i > 0 ? "," : "",
                          histogram->buckets[i]);
    lwi_writer_printf(out, "]},");
}

static void
put_json_reason(struct lwi_writer *out, const lw_restart_reason *why)
{
    const char *operation = why->operation != NULL ? why->operation : "";

    lwi_writer_printf(out,
                      "\"last_restart_reason\":{\"kind\":\"%s\",\"current\":"
                      "%" PRIu64 ",\"limit\":%" PRIu64 ",\"operation\":",
                      lw_restart_kind_name(why->kind), why->current,
                      why->limit);
    lwi_writer_json_string(out, lwi_span_of(operation));
    lwi_writer_put(out, "}", 1);
}

int
lw_pool_write_json(char *text, size_t size, size_t *length,
                   const lw_pool_snapshot *snapshot, lw_error *err)
{
    struct lwi_writer out = { text, size, 0 };
    lw_pool_counter counter = { .struct_size = sizeof(counter) };
    uint64_t value = 0;
    int rc = check(snapshot, text, size, JSON, err);
    size_t i;

    if (rc != LW_OK)
        return rc;
    lwi_writer_put(&out, "{", 1);
    for (i = 0; i < lw_pool_counter_count(); i++) {
        lw_pool_counter_describe(&counter, i, NULL);
        lw_pool_counter_read(&value, snapshot, i, NULL);
        put_json_row(&out, &counter, value, is_unknown(snapshot, counter.name));
    }
    for (i = 0; i < HISTOGRAMS; i++)
        put_json_histogram(&out, histograms[i].name, histogram_of(snapshot, i));
    put_json_reason(&out, &snapshot->last_restart_reason);
    lwi_writer_put(&out, "}", 1);
    return lwi_writer_end(&out, length, JSON, err);
}

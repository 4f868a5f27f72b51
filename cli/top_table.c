/*
 * top_table.c - a pool as lines on a screen.
 *
 * What does not fit in the width is left out column by column, the least
 * important first; the last one, the key, is cut to what is left. Texts come
 * from another process: they are printed as such (term.h).
 */
#include "top_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "top_ask.h"

#define CELL 32
#define KEY_MIN 12 /* columns that it should have */

/* A place's row: its texts, and what colour its state has. */
struct row {
    char cells[10][CELL];
    const char *doing, *key;
    enum term_style style;
};

enum column {
    COLUMN_PLACE,
    COLUMN_STATE,
    COLUMN_PID,
    COLUMN_CHILD,
    COLUMN_MEMORY,
    COLUMN_CPU,
    COLUMN_REQUESTS,
    COLUMN_AGE,
    COLUMN_SINCE,
    COLUMN_DOING,
    COLUMN_COUNT,
};

/*    column    head        width  left  how soon it gives way */
static const struct {
    const char *head;
    int width;
    bool left;
    int rank;
} columns[COLUMN_COUNT] = {
    [COLUMN_PLACE] = { "PLACE", 5, false, 0 },
    [COLUMN_STATE] = { "STATE", 8, true, 0 },
    [COLUMN_PID] = { "PID", 8, false, 2 },
    [COLUMN_CHILD] = { "CHILD", 6, false, 7 },
    [COLUMN_MEMORY] = { "MEMORY", 9, false, 1 },
    [COLUMN_CPU] = { "CPU%", 5, false, 3 },
    [COLUMN_REQUESTS] = { "REQUESTS", 8, false, 4 },
    [COLUMN_AGE] = { "AGE", 7, false, 6 },
    [COLUMN_SINCE] = { "SINCE", 7, false, 5 },
    [COLUMN_DOING] = { "DOING", 18, true, 3 },
};

/* ---- a line that ends at the screen's edge ---- */

struct line {
    const struct term *term;
    int left; /* columns; INT_MAX where there is no edge */
};

static struct line
begin(const struct term *term)
{
    return (struct line){ term, term->columns > 0 ? term->columns : INT32_MAX };
}

/* Text from outside, padded to width (0: as it is), cut at the edge. */
static void
put(struct line *line, const char *text, int width)
{
    size_t left = strlen(text), length;
    int room = width > 0 && width < line->left ? width : line->left, taken = 0;
    char glyph[8];

    for (; left > 0; text += length, left -= length) {
        length = lwi_utf8_sequence((const unsigned char *)text, left);
        length = length == 0 ? 1 : length;
        memcpy(glyph, text, length);
        glyph[length] = '\0';
        taken += term_text_width(line->term, glyph);
        if (taken > room) {
            taken -= term_text_width(line->term, glyph);
            break;
        }
        term_put_line(line->term, glyph);
    }
    for (; taken < width && taken < room; taken++)
        fputc(' ', line->term->file);
    line->left -= taken;
}

/* Numbers end in the column. */
static void
put_right(struct line *line, const char *text, int width)
{
    int length = (int)strlen(text);

    if (length < width)
        put(line, " ", width - length);
    put(line, text, 0);
}

static void
end(struct line *line)
{
    fputc('\n', line->term->file);
}

/* ---- numbers ---- */

static void
write_memory(char cell[CELL], uint64_t kib)
{
    if (kib < 10 * 1024)
        snprintf(cell, CELL, "%" PRIu64 " KiB", kib);
    else if (kib < 10 * 1024 * 1024)
        snprintf(cell, CELL, "%" PRIu64 " MiB", kib / 1024);
    else
        snprintf(cell, CELL, "%" PRIu64 " GiB", kib / 1024 / 1024);
}

static void
write_time(char cell[CELL], uint64_t ms)
{
    uint64_t s = ms / 1000;

    if (s < 100)
        snprintf(cell, CELL, "%" PRIu64 ".%" PRIu64 "s", s, ms % 1000 / 100);
    else if (s < 100 * 60)
        snprintf(cell, CELL, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
    else
        snprintf(cell, CELL, "%" PRIu64 "h%02" PRIu64 "m", s / 3600,
                 s / 60 % 60);
}

/* What it has risen by, a second; 0 where it is not known. */
static double
rate(const struct top_pool *pool, const char *name)
{
    const json_t *now = json_object_get(pool->now, "snapshot");
    const json_t *before = json_object_get(pool->before, "snapshot");
    uint64_t a = top_number(before, name), b = top_number(now, name);

    if (before == NULL || pool->seconds <= 0 || b < a)
        return 0;
    return (double)(b - a) / pool->seconds;
}

/* ---- the head ---- */

/* Whole or not at all: half a number would be another one. */
static void
put_total(struct line *line, const struct top_pool *pool, const char *name,
          const char *word, bool with_rate)
{
    const json_t *shot = json_object_get(pool->now, "snapshot");
    char text[128], risen[32] = "";

    if (with_rate && pool->before != NULL)
        snprintf(risen, sizeof(risen), " (%.1f/s)", rate(pool, name));
    snprintf(text, sizeof(text), "  %s %" PRIu64 "%s", word,
             top_number(shot, name), risen);
    if ((int)strlen(text) <= line->left)
        put(line, text, 0);
}

static void
print_title(const struct term *term, const struct top_pool *pool)
{
    const json_t *shot = json_object_get(pool->now, "snapshot");
    struct line line = begin(term);
    char text[192], memory[CELL] = "unknown memory";

    if (json_is_integer(json_object_get(shot, "total_child_rss_kib")))
        write_memory(memory, top_number(shot, "total_child_rss_kib"));
    fputs(term_style_on(term, TERM_BOLD), term->file);
    snprintf(text, sizeof(text),
             "process %" PRIu64 ": %" PRIu64 " of %" PRIu64 " workers, %" PRIu64
             " in use, %" PRIu64 " warm, %s",
             top_number(pool->about, "pid"), top_number(shot, "workers"),
             top_number(shot, "max_workers"),
             top_number(shot, "active_workers"),
             top_number(shot, "warm_leases"), memory);
    put(&line, text, 0);
    fputs(term_style_off(term), term->file);
    end(&line);
}

static void
print_totals(const struct term *term, const struct top_pool *pool)
{
    struct line line = begin(term);

    put_total(&line, pool, "queue_depth", "waiting", false);
    put_total(&line, pool, "leases", "leases", true);
    put_total(&line, pool, "requests", "requests", true);
    put_total(&line, pool, "worker_restarts", "restarts", false);
    put_total(&line, pool, "deaths", "deaths", false);
    put_total(&line, pool, "evictions", "evictions", false);
    put_total(&line, pool, "queue_timeouts", "queue timeouts", false);
    put_total(&line, pool, "failed_openings", "failed openings", false);
    end(&line);
}

/* ---- the table ---- */

/* Which columns there is room for, with some left for the key. */
static void
choose(const struct term *term, bool shown[COLUMN_COUNT])
{
    int width = KEY_MIN, rank, i;

    for (i = 0; i < COLUMN_COUNT; i++) {
        shown[i] = true;
        width += columns[i].width + 1;
    }
    for (rank = 7; term->columns > 0 && rank > 0; rank--) {
        for (i = COLUMN_COUNT - 1; i >= 0 && width > term->columns; i--) {
            if (columns[i].rank == rank && shown[i]) {
                shown[i] = false;
                width -= columns[i].width + 1;
            }
        }
    }
}

static const json_t *
worker_before(const struct top_pool *pool, const json_t *worker)
{
    const json_t *workers = json_object_get(pool->before, "workers");
    size_t i;

    for (i = 0; i < json_array_size(workers); i++) {
        const json_t *other = json_array_get(workers, i);

        if (top_number(other, "place") == top_number(worker, "place") &&
            top_number(other, "generation") == top_number(worker, "generation"))
            return other;
    }
    return NULL;
}

static void
write_cpu(char cell[CELL], const struct top_pool *pool, const json_t *worker)
{
    const json_t *before = worker_before(pool, worker);
    uint64_t a = top_number(before, "cpu_ms"), b = top_number(worker, "cpu_ms");

    /* While it opens it is not known: all since its start is no rate. */
    if (!json_is_integer(json_object_get(before, "cpu_ms")) ||
        !json_is_integer(json_object_get(worker, "cpu_ms")) ||
        pool->seconds <= 0 || b < a)
        snprintf(cell, CELL, "-");
    else
        snprintf(cell, CELL, "%.0f", (double)(b - a) / pool->seconds / 10);
}

static enum term_style
style_of(const char *state)
{
    if (strcmp(state, "leased") == 0)
        return TERM_GREEN;
    if (strcmp(state, "opening") == 0)
        return TERM_YELLOW;
    return strcmp(state, "ending") == 0 ? TERM_RED : TERM_PLAIN;
}

/* How long it has been in its state, as far as that is known. */
static void
write_since(char cell[CELL], const json_t *worker, const char *state)
{
    if (strcmp(state, "leased") == 0)
        write_time(cell, top_number(worker, "leased_ms"));
    else if (strcmp(state, "idle") == 0)
        write_time(cell, top_number(worker, "idle_ms"));
    else
        snprintf(cell, CELL, "-");
}

static void
write_number(char cell[CELL], const json_t *worker, const char *name)
{
    snprintf(cell, CELL, "%" PRIu64, top_number(worker, name));
}

static void
fill(struct row *row, const struct top_pool *pool, const json_t *worker)
{
    const char *state = top_text(worker, "state");

    *row = (struct row){ .style = style_of(state) };
    snprintf(row->cells[COLUMN_STATE], CELL, "%.20s", state);
    write_number(row->cells[COLUMN_PLACE], worker, "place");
    write_number(row->cells[COLUMN_PID], worker, "pid");
    write_number(row->cells[COLUMN_CHILD], worker, "generation");
    write_number(row->cells[COLUMN_REQUESTS], worker, "requests");
    if (json_is_integer(json_object_get(worker, "rss_kib")))
        write_memory(row->cells[COLUMN_MEMORY], top_number(worker, "rss_kib"));
    else
        snprintf(row->cells[COLUMN_MEMORY], CELL, "-");
    write_cpu(row->cells[COLUMN_CPU], pool, worker);
    if (top_number(worker, "age_ms") > 0)
        write_time(row->cells[COLUMN_AGE], top_number(worker, "age_ms"));
    else
        snprintf(row->cells[COLUMN_AGE], CELL, "-");
    write_since(row->cells[COLUMN_SINCE], worker, state);
    row->doing = top_text(worker, "doing");
    row->key = top_text(worker, "key");
    if (row->key[0] == '\0')
        row->key = "-";
}

static void
print_row(const struct term *term, const struct row *row,
          const bool shown[COLUMN_COUNT])
{
    struct line line = begin(term);
    int i;

    for (i = 0; i < COLUMN_COUNT; i++) {
        const char *text = i == COLUMN_DOING ? row->doing : row->cells[i];

        if (!shown[i])
            continue;
        if (i == COLUMN_STATE)
            fputs(term_style_on(term, row->style), term->file);
        if (columns[i].left)
            put(&line, text, columns[i].width);
        else
            put_right(&line, text, columns[i].width);
        if (i == COLUMN_STATE)
            fputs(term_style_off(term), term->file);
        put(&line, " ", 1);
    }
    put(&line, row->key, 0);
    end(&line);
}

static void
print_heads(const struct term *term, const bool shown[COLUMN_COUNT])
{
    struct row row = { .doing = columns[COLUMN_DOING].head, .key = "KEY" };
    int i;

    for (i = 0; i < COLUMN_DOING; i++)
        snprintf(row.cells[i], CELL, "%s", columns[i].head);
    fputs(term_style_on(term, TERM_DIM), term->file);
    print_row(term, &row, shown);
    fputs(term_style_off(term), term->file);
}

/* How many places did not find room. */
static void
print_more(const struct term *term, size_t count)
{
    struct line line = begin(term);
    char text[64];

    snprintf(text, sizeof(text), "%zu more", count);
    put(&line, text, 0);
    end(&line);
}

int
top_table_print(const struct term *term, const struct top_pool *pool, int lines)
{
    const json_t *workers = json_object_get(pool->now, "workers");
    size_t count = json_array_size(workers), i;
    int left = lines > 0 ? lines - 3 : INT32_MAX;
    bool shown[COLUMN_COUNT];
    struct row row;

    if (left <= 0 && lines < 3)
        return 0;
    print_title(term, pool);
    print_totals(term, pool);
    choose(term, shown);
    print_heads(term, shown);
    for (i = 0; i < count; i++) {
        if (left == 0 || (left == 1 && i + 1 < count)) {
            if (left == 1)
                print_more(term, count - i);
            return left == 1 ? 4 + (int)i : 3 + (int)i;
        }
        fill(&row, pool, json_array_get(workers, i));
        print_row(term, &row, shown);
        left--;
    }
    return 3 + (int)count;
}

/* control_answer.c - what a pool answers on its control socket. */
#include <inttypes.h>

#include "base/text.h"
#include "pool/control.h"
#include "pool/pool.h"

#ifndef LW_VERSION
#define LW_VERSION "0.0.0"
#endif

#define SUMMARY_SIZE 160 /* of a key */

/* ---- keys ---- */

struct summary {
    char text[SUMMARY_SIZE];
    size_t size;
};

/* As much as there is room for; a cut is seen by its three dots. */
static void
add(struct summary *to, const char *text)
{
    size_t size = strlen(text), room = sizeof(to->text) - to->size;

    if (size <= room) {
        memcpy(to->text + to->size, text, size);
        to->size += size;
        return;
    }
    memcpy(to->text + to->size, text, room);
    to->size = sizeof(to->text);
    memcpy(to->text + to->size - 3, "...", 3);
}

/* "package library: Import, Import", whatever of it there is. */
static struct summary
summarise(const lw_session_key *key)
{
    const char *package = lw_session_key_get_package(key);
    const char *library = lw_session_key_get_library(key);
    const char *const *imports = lw_session_key_get_imports(key);
    struct summary summary = { .size = 0 };
    size_t i;

    add(&summary, package);
    if (package[0] != '\0' && library[0] != '\0')
        add(&summary, " ");
    add(&summary, library);
    if (summary.size > 0 && imports[0] != NULL)
        add(&summary, ": ");
    for (i = 0; imports[i] != NULL && summary.size < SUMMARY_SIZE; i++) {
        if (i > 0)
            add(&summary, ", ");
        add(&summary, imports[i]);
    }
    return summary;
}

/* ---- a place ---- */

/* What is copied of it under the lock. */
struct place {
    enum lwi_place_state state;
    uint64_t generation;
    int pid;
    bool has_rss;
    uint64_t rss_kib;
    bool has_cpu;
    uint64_t cpu_ms;
    uint64_t requests, age_ms, idle_ms, leased_ms;
    bool has_key;
    uint64_t hash;
    struct summary key;
    const char *doing; /* static; NULL: nothing */
};

static const char *
state_word(enum lwi_place_state state)
{
    switch (state) {
    case LWI_PLACE_EMPTY:
        return "empty";
    case LWI_PLACE_OPENING:
        return "opening";
    case LWI_PLACE_IDLE:
        return "idle";
    case LWI_PLACE_LEASED:
        return "leased";
    case LWI_PLACE_ENDING:
        return "ending";
    case LWI_PLACE_WARMING:
        return "warming";
    case LWI_PLACE_SPARE:
        return "spare";
    case LWI_PLACE_STALE:
        return "stale";
    }
    return "unknown";
}

static void
look_at_worker(struct place *to, lw_worker *worker)
{
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };

    to->has_rss = lw_worker_get_rss_kib(worker, &to->rss_kib, NULL) == LW_OK;
    to->has_cpu = lw_worker_get_cpu_ms(worker, &to->cpu_ms, NULL) == LW_OK;
    if (lw_worker_get_lifecycle(worker, &life, NULL) != LW_OK)
        return;
    to->requests = life.child_requests;
    to->age_ms = life.age_ms;
    to->idle_ms = life.idle_ms;
}

/* For a place alone: nobody waits for the lock while others are looked at. */
static struct place
look_at(lw_pool *pool, uint32_t number)
{
    const struct lwi_seat *seat = &pool->seats[number];
    struct lwi_seat_child child = lwi_events_child(pool, seat);
    struct place place = { .generation = child.number, .pid = child.pid };
    int64_t leased_ns;

    pthread_mutex_lock(&pool->lock);
    place.state = pool->core.places[number].state;
    if (seat->worker != NULL)
        look_at_worker(&place, seat->worker);
    place.has_key = seat->capability != NULL;
    if (place.has_key) {
        const lw_session_key *key = lw_capability_get_key(seat->capability);

        place.hash = lw_session_key_hash(key);
        place.key = summarise(key);
    }
    place.doing = seat->doing;
    leased_ns = seat->leased_ns;
    if (leased_ns != 0)
        place.leased_ms =
            (uint64_t)(lwi_now(pool->clock) - leased_ns) / LWI_NS_PER_MS;
    pthread_mutex_unlock(&pool->lock);
    return place;
}

static void
put_known(struct lwi_writer *out, const char *name, bool known, uint64_t value)
{
    if (known)
        lwi_writer_printf(out, ",\"%s\":%" PRIu64, name, value);
    else
        lwi_writer_printf(out, ",\"%s\":null", name);
}

/* "check a file on a lease" is what its caller would read in an error. */
static void
put_doing(struct lwi_writer *out, const char *doing)
{
    static const char behind[] = " on a lease";
    lw_span text = lwi_span_of(doing);

    if (lwi_text_ends(text.data, behind))
        text.size -= strlen(behind);
    lwi_writer_json_string(out, text);
}

static void
put_place(struct lwi_writer *out, uint32_t number, const struct place *place)
{
    lwi_writer_printf(out,
                      "{\"place\":%" PRIu32 ",\"state\":\"%s\",\"generation\":"
                      "%" PRIu64 ",\"pid\":%d",
                      number, state_word(place->state), place->generation,
                      place->pid);
    put_known(out, "rss_kib", place->has_rss, place->rss_kib);
    put_known(out, "cpu_ms", place->has_cpu, place->cpu_ms);
    put_known(out, "requests", true, place->requests);
    put_known(out, "age_ms", true, place->age_ms);
    put_known(out, "idle_ms", true, place->idle_ms);
    put_known(out, "leased_ms", true, place->leased_ms);
    lwi_writer_printf(out, ",\"doing\":");
    put_doing(out, place->doing);
    if (place->has_key)
        lwi_writer_printf(out,
                          ",\"hash\":\"%016" PRIx64 "\",\"key\":", place->hash);
    else
        lwi_writer_printf(out, ",\"hash\":null,\"key\":");
    lwi_writer_json_string(out, (lw_span){ place->key.text, place->key.size });
    lwi_writer_put(out, "}", 1);
}

/* ---- answers ---- */

static void
put_workers(struct lwi_writer *out, lw_pool *pool)
{
    const char *before = "";
    struct place place;
    uint32_t i;

    lwi_writer_printf(out, "\"workers\":[");
    for (i = 0; i < lwi_pool_seats(pool); i++) {
        place = look_at(pool, i);
        if (place.state == LWI_PLACE_EMPTY)
            continue;
        lwi_writer_printf(out, "%s", before);
        put_place(out, i, &place);
        before = ",";
    }
    lwi_writer_put(out, "]", 1);
}

static void
put_snapshot(struct lwi_writer *out, lw_pool *pool)
{
    lw_pool_snapshot snapshot = { .struct_size = sizeof(snapshot) };
    char text[16384];

    lwi_writer_printf(out, "\"snapshot\":");
    if (lw_pool_get_snapshot(pool, &snapshot, NULL) == LW_OK &&
        lw_pool_write_json(text, sizeof(text), NULL, &snapshot, NULL) == LW_OK)
        lwi_writer_put(out, text, strlen(text));
    else
        lwi_writer_printf(out, "null");
}

static void
put_metrics(struct lwi_writer *out, lw_pool *pool)
{
    lw_pool_snapshot snapshot = { .struct_size = sizeof(snapshot) };
    char text[32768];

    lwi_writer_printf(out, "\"metrics\":");
    if (lw_pool_get_snapshot(pool, &snapshot, NULL) == LW_OK &&
        lw_pool_write_metrics(text, sizeof(text), NULL, &snapshot, NULL,
                              NULL) == LW_OK)
        lwi_writer_json_string(out, lwi_span_of(text));
    else
        lwi_writer_printf(out, "null");
}

static void
put_unknown(struct lwi_writer *out)
{
    lwi_writer_printf(out, "\"error\":\"not one of:");
#define PUT(symbol, word, text) lwi_writer_printf(out, " %s", word);
    LWI_CONTROL_MAP(PUT)
#undef PUT
    lwi_writer_put(out, "\"", 1);
}

void
lwi_control_write(struct lwi_writer *out, lw_pool *pool,
                  enum lwi_control_word word)
{
    lwi_writer_put(out, "{", 1);
    switch (word) {
    case LWI_CONTROL_ABOUT:
        lwi_writer_printf(
            out,
            "\"server\":\"lean-worker\",\"version\":\"%s\","
            "\"protocol\":%d,\"pid\":%ld,\"max_workers\":%" PRIu32,
            LW_VERSION, LWI_CONTROL_PROTOCOL, (long)getpid(),
            pool->config.max_workers);
        break;
    case LWI_CONTROL_SNAPSHOT:
        put_snapshot(out, pool);
        break;
    case LWI_CONTROL_WORKERS:
        put_workers(out, pool);
        break;
    case LWI_CONTROL_ALL:
        put_snapshot(out, pool);
        lwi_writer_put(out, ",", 1);
        put_workers(out, pool);
        break;
    case LWI_CONTROL_METRICS:
        put_metrics(out, pool);
        break;
    case LWI_CONTROL_NONE:
    case LWI_CONTROL_UNKNOWN:
    case LWI_CONTROL_TOO_LONG:
        put_unknown(out);
        break;
    }
    lwi_writer_put(out, "}", 1);
}

/*
 * stream.c - rows, notices and progress of an export.
 *
 * The externs of lean/library/LeanWorker.lean, which are of type IO: an error
 * is an exception in the export. They take borrowed arguments by the names
 * after `extern`, for code that a C compiler has compiled. Under the names
 * l_LeanWorker_… the interpreter finds them: owned arguments, and the world.
 *
 * `run.lock` is held from the look at the token until the frame is in its
 * block, so a run that has ended sends nothing more.
 */
#include "stream.h"

#include "channel.h"
#include "lean/lean.h"
#include "platform.h"
#include "proto/row_streams.h"

extern lean_object *
lean_mk_io_user_error(lean_object *text);

static struct {
    pthread_mutex_t lock;
    bool active;
    char token[PLUGIN_SECRET_DIGITS];
    uint64_t rows;
    uint32_t waits_before;
    struct lwi_row_streams streams;
} run = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- the shim's side ---- */

lean_object *
lw_begin_run(lean_object *secret)
{
    plugin_demand_secret(secret);
    (void)pthread_mutex_lock(&run.lock);
    plugin_draw_secret(run.token);
    run.active = true;
    run.rows = 0;
    run.waits_before = channel_waits();
    run.streams.count = 0;
    (void)pthread_mutex_unlock(&run.lock);
    return lean_mk_string_from_bytes(run.token, sizeof run.token);
}

lean_object *
lw_end_run(lean_object *secret)
{
    lean_object *counts = lean_array_create(2);

    plugin_demand_secret(secret);
    (void)pthread_mutex_lock(&run.lock);
    run.active = false;
    (void)pthread_mutex_unlock(&run.lock);
    channel_flush();
    lean_array_put(counts, 0, lean_nat_from_u64(run.rows));
    lean_array_put(counts, 1,
                   lean_nat_from_u64(channel_waits() - run.waits_before));
    return counts;
}

/* ---- sending: NULL, or what is wrong ---- */

static bool
is_valid(lean_object *token)
{
    return run.active && !lean_is_scalar(token) &&
           token->tag == LEAN_TAG_STRING &&
           lean_string_bytes(token) == sizeof run.token &&
           memcmp(lean_string_data(token), run.token, sizeof run.token) == 0;
}

static const char *
judge(lean_object *token)
{
    if (!is_valid(token))
        return "this stream belongs to no run that is in progress";
    if (channel_request_cancelled())
        return "the request was cancelled";
    return NULL;
}

static const char *
send_row(lw_span name, lw_span payload)
{
    struct lwi_msg_stream stream = { name };
    struct lwi_msg_row row = { .payload = payload };
    uint16_t number;
    bool is_new;

    if (name.size > LWI_ROW_STREAM_NAME_MAX)
        return "the name of a stream is longer than 1024 bytes";
    if (payload.size > channel_frame_limit() - 8) /* the sequence number */
        return "a row exceeds the frame limit";
    number = lwi_row_streams_find(&run.streams, name, &is_new);
    if (number == 0)
        return "a request has at most 16 streams";
    if (is_new)
        (void)channel_gather(LWI_MSG_STREAM, number, &stream);
    row.sequence = run.streams.list[number - 1].next++;
    run.rows++;
    (void)channel_gather(LWI_MSG_ROW, number, &row);
    return NULL;
}

static const char *
emit_row(lean_object *token, lw_span name, lw_span payload)
{
    const char *fault;

    (void)pthread_mutex_lock(&run.lock);
    fault = judge(token);
    if (fault == NULL)
        fault = send_row(name, payload);
    (void)pthread_mutex_unlock(&run.lock);
    return fault;
}

static const char *
emit(lean_object *token, uint8_t type, const void *message)
{
    const char *fault;

    (void)pthread_mutex_lock(&run.lock);
    fault = judge(token);
    if (fault == NULL && !channel_gather(type, 0, message))
        fault = "an event exceeds the frame limit";
    (void)pthread_mutex_unlock(&run.lock);
    return fault;
}

/* ---- from Lean ---- */

static lw_span
text_of(lean_object *string)
{
    return (lw_span){ lean_string_data(string), lean_string_bytes(string) };
}

/* An IO result. */
static lean_object *
result_of(const char *fault)
{
    lean_object *result;

    if (fault == NULL)
        return lean_io_result_mk_ok(lean_box(0));
    result = lean_alloc_ctor(1, 1, 0);
    lean_ctor_set(
        result, 0,
        lean_mk_io_user_error(lean_mk_string_from_bytes(fault, strlen(fault))));
    return result;
}

static uint32_t
saturated(lean_object *nat)
{
    lean_object *most = lean_nat_from_u64(UINT32_MAX);
    bool fits = lean_nat_dec_le(nat, most);

    lean_release(most);
    return fits ? (uint32_t)lean_nat_to_u64(nat) : UINT32_MAX;
}

PLUGIN_VISIBLE lean_object *
lw_stream_row(lean_object *out, lean_object *stream, lean_object *payload);
PLUGIN_VISIBLE lean_object *
lw_stream_row(lean_object *out, lean_object *stream, lean_object *payload)
{
    return result_of(emit_row(out, text_of(stream), text_of(payload)));
}

PLUGIN_VISIBLE lean_object *
lw_stream_row_bytes(lean_object *out, lean_object *stream,
                    lean_object *payload);
PLUGIN_VISIBLE lean_object *
lw_stream_row_bytes(lean_object *out, lean_object *stream, lean_object *payload)
{
    const lean_byte_array *bytes = (const lean_byte_array *)payload;
    lw_span span = { (const char *)bytes->bytes, bytes->size };

    return result_of(emit_row(out, text_of(stream), span));
}

PLUGIN_VISIBLE lean_object *
lw_stream_notice(lean_object *out, lean_object *code, lean_object *message);
PLUGIN_VISIBLE lean_object *
lw_stream_notice(lean_object *out, lean_object *code, lean_object *message)
{
    struct lwi_msg_notice notice = { text_of(code), text_of(message) };

    return result_of(emit(out, LWI_MSG_NOTICE, &notice));
}

PLUGIN_VISIBLE lean_object *
lw_stream_progress(lean_object *out, lean_object *phase, lean_object *current,
                   lean_object *total);
PLUGIN_VISIBLE lean_object *
lw_stream_progress(lean_object *out, lean_object *phase, lean_object *current,
                   lean_object *total)
{
    struct lwi_msg_progress progress = {
        .current = saturated(current),
        .total = saturated(total),
        .phase = text_of(phase),
    };
    const char *fault = emit(out, LWI_MSG_PROGRESS, &progress);

    /* Progress is for somebody who watches: it does not wait. */
    channel_flush();
    return result_of(fault);
}

/* A boxed Bool: a scalar either way. */
PLUGIN_VISIBLE uint8_t
lw_is_cancelled(void);
PLUGIN_VISIBLE uint8_t
lw_is_cancelled(void)
{
    /* Long work without rows calls this: those before it shall not wait. */
    channel_flush_old();
    return channel_request_cancelled() ? 1 : 0;
}

/* ---- from the interpreter ---- */

#define BOXED_3(symbol, function)                                              \
    PLUGIN_VISIBLE lean_object *symbol(lean_object *a, lean_object *b,         \
                                       lean_object *c, lean_object *world);    \
    lean_object *symbol(lean_object *a, lean_object *b, lean_object *c,        \
                        lean_object *world)                                    \
    {                                                                          \
        lean_object *result = function(a, b, c);                               \
                                                                               \
        (void)world;                                                           \
        lean_release(a);                                                       \
        lean_release(b);                                                       \
        lean_release(c);                                                       \
        return result;                                                         \
    }

BOXED_3(l_LeanWorker_Stream_row___boxed, lw_stream_row)
BOXED_3(l_LeanWorker_Stream_rowBytes___boxed, lw_stream_row_bytes)
BOXED_3(l_LeanWorker_Stream_notice___boxed, lw_stream_notice)

PLUGIN_VISIBLE lean_object *
l_LeanWorker_Stream_progress___boxed(lean_object *out, lean_object *phase,
                                     lean_object *current, lean_object *total,
                                     lean_object *world);
lean_object *
l_LeanWorker_Stream_progress___boxed(lean_object *out, lean_object *phase,
                                     lean_object *current, lean_object *total,
                                     lean_object *world)
{
    lean_object *result = lw_stream_progress(out, phase, current, total);

    (void)world;
    lean_release(out);
    lean_release(phase);
    lean_release(current);
    lean_release(total);
    return result;
}

PLUGIN_VISIBLE lean_object *
l_LeanWorker_isCancelled___boxed(lean_object *world);
lean_object *
l_LeanWorker_isCancelled___boxed(lean_object *world)
{
    (void)world;
    return lean_box(lw_is_cancelled());
}

/*
 * run.c - lw_worker_run: an export of the child, with rows while it runs.
 */
#include "worker/run.h"

#include "worker/block.h"
#include "worker/sinks.h"
#include "worker/streams.h"
#include "worker/texts.h"

#define DOING "run an export"
#define REPLY_MAGIC 0x19e67b52u

/* An answer of this size is not copied: it is never in memory twice. */
#define TAKEN_SIZE ((size_t)256 * 1024)

struct lw_reply {
    uint32_t magic;
    char *taken; /* the response's memory; NULL: it is in the block */
    lw_allocator allocator; /* of taken */
    lw_reply_facts facts;
};

/* What one request keeps until its end. */
struct running {
    struct lwi_listener listener;
    struct lwi_streams *streams;
    struct lwi_run_then then;
    const char *doing;
    lw_worker *worker;
    lw_reply *reply; /* NULL until the answer */
    uint32_t waits;  /* of the child, for a pipe that was full */
};

_Static_assert(sizeof(struct running) <= LWI_CALL_USER, "it is copied");

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    struct running *r = user;

    switch (type) {
    case LWI_MSG_ROW:
        return lwi_streams_row(r->streams, stream, &event->row,
                               &r->listener.sinks);
    case LWI_MSG_STREAM:
        return lwi_streams_open(r->streams, stream, event->stream.name);
    default:
        return lwi_sinks_pass(&r->listener, type, event);
    }
}

/* A child that counts other rows than came has lost some. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct running *r = user;

    return answer->ran.rows == r->streams->rows;
}

static size_t
name_bytes(const struct lwi_streams *streams)
{
    size_t bytes = 0, i;

    for (i = 0; i < streams->started; i++)
        bytes += streams->named[streams->order[i]].name.size;
    return bytes;
}

/*     | lw_reply | facts of streams | their names, response, NUL |      */
static lw_reply *
reply_create(const struct running *r, const struct lwi_msg_ran *ran,
             size_t response_size)
{
    const struct lwi_streams *from = r->streams;
    lw_reply *reply = lwi_block_create(
        from->allocator, sizeof(*reply) +
                             from->started * sizeof(lw_stream_facts) +
                             name_bytes(from) + response_size + 1);
    lw_stream_facts *streams;
    size_t i;
    char *to;

    if (reply == NULL)
        return NULL;
    streams = (lw_stream_facts *)(reply + 1);
    to = (char *)(streams + from->started);
    for (i = 0; i < from->started; i++) {
        streams[i] = from->named[from->order[i]];
        streams[i].name = lwi_block_keep(&to, streams[i].name);
    }
    reply->magic = REPLY_MAGIC;
    reply->facts = (lw_reply_facts){
        .response =
            lwi_block_keep(&to, (lw_span){ ran->response.data, response_size }),
        .rows = from->rows,
        .row_bytes = from->row_bytes,
        .stream_count = from->started,
        .streams = streams,
        .elapsed_us = lwi_listener_elapsed_us(&r->listener),
        .backpressure_waits = ran->waits,
    };
    *to = '\0';
    return reply;
}

/* The response into the reply, as it lies: what was received is the reply's
 * then. False where it must be copied. */
static bool
take_response(lw_worker *worker, lw_reply *reply, lw_span response)
{
    reply->taken = lwi_channel_take(&worker->channel, &response);
    if (reply->taken == NULL)
        return false;
    reply->allocator = *lwi_runtime_allocator(worker->runtime);
    reply->facts.response = response;
    return true;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct running *r = user;
    const struct lwi_msg_ran *ran = &answer->ran;
    bool large = ran->response.size >= TAKEN_SIZE;

    r->waits = ran->waits;
    r->reply = reply_create(r, ran, large ? 0 : ran->response.size);
    if (r->reply != NULL && large &&
        !take_response(worker, r->reply, ran->response)) {
        lw_reply_destroy(r->reply);
        r->reply = reply_create(r, ran, ran->response.size);
    }
    return r->reply != NULL ? LW_OK : LW_ENOMEM;
}

/* The child was asked to stop, as by a sink; the caller learns why. */
static int
tell_malformed(const struct running *r, lw_error *err)
{
    const struct lwi_streams *streams = r->streams;

    return lwi_fail(
        err, LW_EROWDECODE, r->doing, "row %llu of stream `%.*s` is not %s",
        (unsigned long long)streams->malformed_sequence,
        (int)streams->malformed_name.size, streams->malformed_name.data,
        streams->form == LW_ROWS_TEXT ? "UTF-8" : "a JSON value");
}

/*
 * The child counts them and says so in its answer. One that was stopped before
 * has none: what is seen is that it had filled its pipe.
 */
static uint32_t
count_waits(const struct running *r, int rc)
{
    bool stopped =
        (rc == LW_ETIMEOUT || rc == LW_ECANCELLED) && r->streams->rows > 0;

    return stopped && r->worker->request.stalled ? 1 : r->waits;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct running *r = user;

    if (rc == LW_ESINK && r->streams->malformed)
        rc = tell_malformed(r, err);
    rc = lwi_sinks_result(rc, r->streams->no_memory, false, r->doing, err);
    /* Refused for the sake of a lease: there was no run. */
    if (rc != LW_ELEASE)
        lwi_policy_stream_ended(
            r->worker, rc == LW_OK, r->streams->rows, r->streams->row_bytes,
            lwi_listener_elapsed_us(&r->listener), count_waits(r, rc));
    lwi_streams_destroy(r->streams);
    if (rc != LW_OK) {
        lw_reply_destroy(r->reply);
        r->reply = NULL;
    }
    return r->then.done(rc, r->reply, r->then.user, err);
}

void
lw_reply_destroy(lw_reply *reply)
{
    if (!LWI_VALID(reply, REPLY_MAGIC))
        return;
    reply->magic = 0;
    if (reply->taken != NULL)
        lwi_free(&reply->allocator, reply->taken);
    lwi_block_destroy(reply);
}

const lw_reply_facts *
lw_reply_get_facts(const lw_reply *reply)
{
    return LWI_VALID(reply, REPLY_MAGIC) ? &reply->facts : NULL;
}

static int
check_spec(const lw_worker *worker, const char *doing, const lw_run_spec *spec,
           const lw_sinks *sinks, lw_error *err)
{
    struct lwi_spec_check check = { doing, err, LW_OK };

    check.rc = lwi_worker_check_handle(worker, doing, err);
    if (spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs LW_RUN_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, doing, err);
    if (check.rc != LW_OK)
        return check.rc;
    lwi_spec_name(&check, "name", spec->name);
    if (spec->request.data == NULL && spec->request.size > 0)
        lwi_spec_fault(&check, "request is NULL and has a size");
    if ((unsigned)spec->rows > LW_ROWS_JSON)
        lwi_spec_fault(&check, "rows is no lw_row_form");
    return check.rc;
}

int
lwi_run_export(lw_worker *worker, const char *doing, const lw_run_spec *spec,
               const lw_sinks *sinks, const lw_request_options *options,
               const struct lwi_run_then *then, lw_error *err)
{
    struct running r = { .then = *then, .doing = doing, .worker = worker };
    struct lwi_msg_run message;
    struct lwi_call call = { .doing = doing,
                             .type = LWI_MSG_RUN,
                             .answer_type = LWI_MSG_RAN,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &r,
                             .user_size = sizeof(r) };
    int rc = check_spec(worker, doing, spec, sinks, err);

    if (rc != LW_OK)
        return then->done(rc, NULL, then->user, err);
    lwi_listener_init(&r.listener, worker, sinks);
    r.streams = lwi_streams_create(lwi_spares_allocator(worker->spares));
    if (r.streams == NULL) {
        rc = lwi_fail(err, LW_ENOMEM, doing, "out of memory");
        return then->done(rc, NULL, then->user, err);
    }
    r.streams->form = spec->rows;
    if (spec->session.number != 0)
        call.session = &spec->session;
    message = (struct lwi_msg_run){ .session = spec->session.number,
                                    .name = lwi_span_of(spec->name),
                                    .request = spec->request };
    return lwi_call_run(worker, &call, err);
}

/* ---- the plain form ---- */

static int
hand_over(int rc, lw_reply *reply, void *user, lw_error *err)
{
    (void)err;
    *(lw_reply **)user = reply;
    return rc;
}

int
lw_worker_run(lw_worker *worker, lw_reply **reply, const lw_run_spec *spec,
              const lw_sinks *sinks, const lw_request_options *options,
              lw_error *err)
{
    struct lwi_run_then then = { hand_over, reply };

    if (reply == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "it needs a reply to fill in");
    *reply = NULL;
    return lwi_run_export(worker, DOING, spec, sinks, options, &then, err);
}

/*
 * run.c - lw_worker_run: an export of the child, with rows while it runs.
 */
#include "worker/call.h"
#include "worker/sinks.h"

#define DOING "run an export"
#define REPLY_MAGIC 0x19e67b52u

/* As many as the child library allows (LWI_CHILD_STREAMS). */
#define MAX_STREAMS 16

/* Names are kept while the request lasts, so a child may not make them large.
 * As long as the child library allows (LWI_CHILD_STREAM_NAME). */
#define NAME_MAX_BYTES 1024u

struct lw_reply {
    uint32_t magic;
    lw_allocator allocator;
    lw_reply_facts facts;
    char response[];
};

struct stream {
    char *name;
    size_t name_size;
    uint64_t next; /* sequence number of its next row */
};

/* What one call keeps while rows come. */
struct receiver {
    const lw_allocator *allocator;
    const lw_sinks *sinks;
    lw_reply *reply; /* NULL until the answer */
    bool no_memory;
    size_t count;
    struct stream streams[MAX_STREAMS];
    uint64_t rows;
    uint64_t row_bytes;
};

/* A stream is named once, in the order of the numbers, from 1. */
static enum lwi_taken
open_stream(struct receiver *receiver, uint16_t number, lw_span name)
{
    struct stream *stream = &receiver->streams[receiver->count];

    if (receiver->count == MAX_STREAMS || number != receiver->count + 1 ||
        name.size > NAME_MAX_BYTES)
        return LWI_TAKEN_BREACH;
    stream->name = lwi_copy_bytes(receiver->allocator, name.data, name.size);
    if (stream->name == NULL) {
        receiver->no_memory = true;
        return LWI_TAKEN_ENOUGH;
    }
    stream->name_size = name.size;
    stream->next = 0;
    receiver->count++;
    return LWI_TAKEN;
}

static enum lwi_taken
take_row(struct receiver *receiver, uint16_t number,
         const struct lwi_msg_row *from)
{
    struct stream *stream;
    lw_row row;

    if (number == 0 || number > receiver->count)
        return LWI_TAKEN_BREACH;
    stream = &receiver->streams[number - 1];
    if (from->sequence != stream->next)
        return LWI_TAKEN_BREACH;
    row = (lw_row){ { stream->name, stream->name_size },
                    from->sequence,
                    from->payload };
    if (receiver->sinks != NULL && receiver->sinks->row != NULL &&
        receiver->sinks->row(&row, receiver->sinks->user) < 0)
        return LWI_TAKEN_ENOUGH;
    stream->next++;
    receiver->rows++;
    receiver->row_bytes += from->payload.size;
    return LWI_TAKEN;
}

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    struct receiver *receiver = user;

    switch (type) {
    case LWI_MSG_ROW:
        return take_row(receiver, stream, &event->row);
    case LWI_MSG_STREAM:
        return open_stream(receiver, stream, event->stream.name);
    default:
        return lwi_sinks_pass(receiver->sinks, type, event);
    }
}

/* A child that counts other rows than came has lost some. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct receiver *receiver = user;

    return answer->ran.rows == receiver->rows;
}

static void
receiver_fini(struct receiver *receiver)
{
    while (receiver->count > 0)
        lwi_free(receiver->allocator,
                 receiver->streams[--receiver->count].name);
}

static lw_reply *
reply_create(const struct receiver *receiver, const struct lwi_msg_ran *ran)
{
    lw_reply *reply =
        lwi_alloc(receiver->allocator, sizeof(*reply) + ran->response.size + 1);

    if (reply == NULL)
        return NULL;
    reply->magic = REPLY_MAGIC;
    reply->allocator = *receiver->allocator;
    if (ran->response.size > 0)
        memcpy(reply->response, ran->response.data, ran->response.size);
    reply->facts = (lw_reply_facts){
        .response = { reply->response, ran->response.size },
        .rows = receiver->rows,
        .row_bytes = receiver->row_bytes,
        .backpressure_waits = ran->waits,
    };
    return reply;
}

static int
keep_reply(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct receiver *receiver = user;

    (void)worker;
    receiver->reply = reply_create(receiver, &answer->ran);
    return receiver->reply != NULL ? LW_OK : LW_ENOMEM;
}

void
lw_reply_destroy(lw_reply *reply)
{
    lw_allocator allocator;

    if (!LWI_VALID(reply, REPLY_MAGIC))
        return;
    allocator = reply->allocator;
    reply->magic = 0;
    lwi_free(&allocator, reply);
}

const lw_reply_facts *
lw_reply_get_facts(const lw_reply *reply)
{
    return LWI_VALID(reply, REPLY_MAGIC) ? &reply->facts : NULL;
}

static int
check_spec(lw_reply **reply, const lw_run_spec *spec, const lw_sinks *sinks,
           lw_error *err)
{
    if (reply == NULL || spec == NULL || spec->struct_size != sizeof(*spec) ||
        spec->name == NULL)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "it needs a reply to fill in, LW_RUN_SPEC_INIT, and "
                        "the name of an export");
    return lwi_sinks_check(sinks, DOING, err);
}

int
lw_worker_run(lw_worker *worker, lw_reply **reply, const lw_run_spec *spec,
              const lw_sinks *sinks, const lw_request_options *options,
              lw_error *err)
{
    struct receiver receiver = { .sinks = sinks };
    struct lwi_msg_run message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_RUN,
                             .answer_type = LWI_MSG_RAN,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep_reply,
                             .user = &receiver };
    int rc = lwi_worker_check_handle(worker, DOING, err);

    if (reply != NULL)
        *reply = NULL;
    if (rc == LW_OK)
        rc = check_spec(reply, spec, sinks, err); /* refuses a NULL reply */
    if (rc != LW_OK || reply == NULL)
        return rc;
    if (spec->session.number != 0)
        call.session = &spec->session;
    receiver.allocator = lwi_runtime_allocator(worker->runtime);
    message = (struct lwi_msg_run){ .session = spec->session.number,
                                    .name = { spec->name, strlen(spec->name) },
                                    .request = spec->request };
    rc = lwi_call_run(worker, &call, err);
    receiver_fini(&receiver);
    *reply = receiver.reply;
    /* The sink that wanted no more was ours. */
    return rc == LW_ESINK && receiver.no_memory
               ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
               : rc;
}

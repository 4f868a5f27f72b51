/* ping.c - lw_worker_ping: the child echoes what it is sent. */
#include "worker/call.h"
#include "worker/texts.h"

#define DOING "ping a worker"

/* What was sent: a copy, for the caller's may be gone when the answer comes. */
struct pinging {
    const lw_allocator *allocator;
    char *sent;
    size_t size;
};

static bool
is_echo(const union lwi_any_message *answer, void *user)
{
    const struct pinging *p = user;
    lw_span came = answer->pong.payload;

    return came.size == p->size &&
           (came.size == 0 || memcmp(came.data, p->sent, came.size) == 0);
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct pinging *p = user;

    (void)err;
    lwi_free(p->allocator, p->sent);
    return rc;
}

int
lw_worker_ping(lw_worker *worker, lw_span payload,
               const lw_request_options *options, lw_error *err)
{
    struct pinging p = { .size = payload.size };
    struct lwi_msg_ping message = { payload };
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_PING,
                             .answer_type = LWI_MSG_PONG,
                             .message = &message,
                             .options = options,
                             .plausible = is_echo,
                             .finish = finish,
                             .user = &p,
                             .user_size = sizeof(p) };
    int rc = lwi_worker_check_handle(worker, DOING, err);

    if (rc != LW_OK)
        return rc;
    if (payload.data == NULL && payload.size > 0)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "payload is NULL and has a size");
    p.allocator = lwi_runtime_allocator(worker->runtime);
    p.sent = lwi_copy_bytes(p.allocator, payload.data, payload.size);
    if (p.sent == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    return lwi_call_run(worker, &call, err);
}

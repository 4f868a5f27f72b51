/*
 * rekey.c - leases for the layer above: one whose worker is given a session
 * later, and one that is given back without its worker.
 *
 * Starting a process costs two to three seconds of CPU time on the embedded
 * Lean, an import in one that runs costs half a second. So a worker without a
 * session may get one later, for whichever key turns out to be needed.
 */
#include "capability/key.h"
#include "pool/lease.h"

#define REKEYING "give a lease another session"

static int
move_place(lw_lease *lease, const lw_capability *capability, lw_error *err)
{
    const lw_session_key *key = lw_capability_get_key(capability);
    lw_pool *pool = lease->pool;
    bool moved;

    pthread_mutex_lock(&pool->lock);
    moved = lwi_core_rekeyed(&pool->core, lease->place,
                             lwi_session_key_identity(key),
                             lw_session_key_hash(key), lwi_now(pool->clock));
    lwi_pool_tell(pool);
    pthread_mutex_unlock(&pool->lock);
    if (moved)
        return LW_OK;
    return lwi_fail(err, LW_EEXHAUSTED, REKEYING,
                    "the other key may have no more workers, or the lease's "
                    "own key keeps this one");
}

static int
rekey(struct lwi_lease_turn *turn, lw_capability *capability, lw_error *err)
{
    lw_lease *lease = turn->lease;
    struct lwi_seat *seat = &lease->pool->seats[lease->place];
    int rc;

    if (seat->session.number != 0 ||
        !lwi_capability_same_worker(seat->capability, capability))
        return lwi_fail(err, LW_EINVAL, REKEYING,
                        "its worker has one, or is not what the other "
                        "capability wants");
    rc = move_place(lease, capability, err);
    if (rc != LW_OK)
        return rc;
    lw_capability_destroy(lease->capability);
    lease->capability = lwi_capability_retain(capability);
    return lwi_seat_rekey(lease->pool, seat, capability, &turn->options, err);
}

int
lwi_lease_rekey(lw_lease *lease, lw_capability *capability,
                const lw_request_options *options, lw_error *err)
{
    struct lwi_lease_turn turn;
    int rc = lwi_capability_check(capability, REKEYING, err);

    if (rc == LW_OK)
        rc = lwi_lease_enter(&turn, lease, options, REKEYING, err);
    if (rc != LW_OK)
        return rc;
    rc = rekey(&turn, capability, err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lwi_lease_parse_header(lw_lease *lease, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err)
{
    static const char doing[] = "parse a header on a lease";
    struct lwi_lease_turn turn;
    bool served = lease->pool->seats[lease->place].served;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    /* No code of the text's runs: the child stays as clean as it was. */
    lease->pool->seats[lease->place].served = served;
    rc = lw_worker_parse_header(turn.worker, header, label, source,
                                &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

lw_worker *
lwi_lease_peek_worker(const lw_lease *lease)
{
    return lease->pool->seats[lease->place].worker;
}

void
lwi_lease_discard(lw_lease *lease)
{
    lease->magic = 0;
    lw_capability_destroy(lease->capability);
    lwi_pool_give_back(lease->pool, lease->place, false);
}

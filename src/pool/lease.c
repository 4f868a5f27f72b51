/* lease.c - a worker for one caller alone: while it is good, and its end. */
#include "pool/lease.h"

#include <stdio.h>

#include "worker/worker.h"

static struct lwi_seat *
seat_of(const lw_lease *lease)
{
    return &lease->pool->seats[lease->place];
}

/* ---- validity ---- */

static int
check(const lw_lease *lease, const char *doing, lw_error *err)
{
    if (!LWI_VALID(lease, LWI_LEASE_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, doing, "not a live lease");
    if (lease->valid)
        return LW_OK;
    return lwi_fail(err, LW_ELEASE, doing, "%s: %s",
                    lw_status_name(seat_of(lease)->reason.status),
                    seat_of(lease)->reason.message);
}

/* The same, and that no request is in progress. */
static int
check_free(const lw_lease *lease, const char *doing, lw_error *err)
{
    int rc = check(lease, doing, err);

    if (rc != LW_OK || !lease->in_request)
        return rc;
    return lwi_fail(err, LW_EBUSY, doing,
                    "a callback of a request cannot use the lease that the "
                    "request is made on");
}

/* Only the first reason counts. */
static void
invalidate(lw_lease *lease, int status, const char *sentence)
{
    if (!lease->valid)
        return;
    lease->valid = false;
    lwi_fail(&seat_of(lease)->reason, (lw_status)status, "", "%s", sentence);
}

int
lw_lease_check_valid(const lw_lease *lease, lw_error *err)
{
    return check(lease, "look at a lease", err);
}

/* ---- a request ---- */

static void
lose_child(lw_lease *lease)
{
    invalidate(lease, LW_ECHILDEXITED, "the worker process ended");
}

/*
 * A limit is due: the worker gets a fresh child for those who come next, and
 * this lease ends with the old one. Within the time of the request that found
 * it so: where that does not do, the next lease on the place has to.
 */
static int
replace_due(lw_lease *lease, const lw_restart_reason *why,
            const lw_request_options *options, const char *doing, lw_error *err)
{
    const struct lwi_clock *clock = lease->pool->clock;
    struct lwi_patience patience = { options->cancel, LWI_NEVER, 0 };
    char sentence[160];

    snprintf(sentence, sizeof(sentence),
             "a limit was reached and the worker replaced (%s: %llu of %llu)",
             lw_restart_kind_name(why->kind), (unsigned long long)why->current,
             (unsigned long long)why->limit);
    invalidate(lease, LW_ELEASE, sentence);
    lwi_events_add_cycled(lease->pool, seat_of(lease), why);
    if (options->timeout_ms != LW_NO_LIMIT)
        patience.deadline = lwi_deadline_after(clock, options->timeout_ms);
    /* With the lease's own reference: the seat's may go with a standby. */
    lwi_seat_prepare(lease->pool, seat_of(lease), lease->capability, &patience,
                     NULL);
    return check(lease, doing, err);
}

/* ---- isolation ---- */

/* A child that has served is ended, and the next one is started when needed. */
static void
spend(lw_lease *lease, lw_isolation least)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };
    struct lwi_seat *seat = seat_of(lease);

    if (lease->pool->config.isolation < least || !seat->served ||
        seat->worker == NULL || !lwi_worker_usable(seat->worker))
        return;
    seat->served = false;
    seat->spent = true;
    if (!lwi_worker_retire(seat->worker, &asked))
        lw_worker_kill(seat->worker);
}

/* Another one for the next request of the same lease, within its time. */
static int
renew(lw_lease *lease, const lw_request_options *options, lw_error *err)
{
    struct lwi_patience patience = { options->cancel, LWI_NEVER, 0 };
    lw_error why = LW_ERROR_INIT;
    int rc;

    if (!seat_of(lease)->spent)
        return LW_OK;
    if (options->timeout_ms != LW_NO_LIMIT)
        patience.deadline =
            lwi_deadline_after(lease->pool->clock, options->timeout_ms);
    rc = lwi_seat_prepare(lease->pool, seat_of(lease), lease->capability,
                          &patience, &why);
    if (rc == LW_OK)
        return rc;
    invalidate(lease, rc, why.message);
    if (err != NULL)
        *err = why;
    return rc;
}

/* ---- a request, from its beginning to its end ---- */

static int
check_options(const lw_request_options *options, const char *doing,
              lw_error *err)
{
    if (options == NULL ||
        (options->struct_size == sizeof(*options) && options->request == NULL))
        return LW_OK;
    return lwi_fail(err, LW_EINVAL, doing,
                    "options must come from LW_REQUEST_OPTIONS_INIT, and "
                    "requests on a lease block: request must be NULL");
}

int
lwi_lease_enter(struct lwi_lease_turn *turn, lw_lease *lease,
                const lw_request_options *options, const char *doing,
                lw_error *err)
{
    static const lw_request_options defaults = LW_REQUEST_OPTIONS_INIT;
    lw_restart_reason why;
    struct lwi_seat *seat;
    int rc = check_free(lease, doing, err);

    if (rc == LW_OK)
        rc = check_options(options, doing, err);
    if (rc != LW_OK)
        return rc;
    seat = seat_of(lease);
    *turn = (struct lwi_lease_turn){
        .lease = lease,
        .options = options != NULL ? *options : defaults,
        .doing = doing,
    };
    if (turn->options.timeout_ms == 0)
        turn->options.timeout_ms = lease->timeout_ms;
    rc = renew(lease, &turn->options, err);
    if (rc != LW_OK)
        return rc;
    turn->worker = seat->worker;
    turn->session = seat->session;
    /* Its end is known: the idle limit acts by itself, for one. */
    if (lwi_policy_child_is_gone(seat->worker, &why)) {
        if (lwi_policy_is_limit(&why))
            return replace_due(lease, &why, &turn->options, doing, err);
        lose_child(lease);
        return check(lease, doing, err);
    }
    seat->worker->bond = (struct lwi_bond){ .holds = true };
    lease->in_request = true;
    seat->served = true;
    seat->doing = doing;
    return LW_OK;
}

static void
give_back(lw_lease *lease)
{
    lease->forgotten = false;
    spend(lease, LW_ISOLATE_LEASE);
    lw_capability_destroy(lease->capability);
    lwi_pool_give_back(lease->pool, lease->place,
                       seat_of(lease)->worker != NULL);
}

/* It could not be made, since it would have needed another child. */
static int
refuse(struct lwi_lease_turn *turn, const lw_restart_reason *due, lw_error *err)
{
    if (due->kind != LW_RESTART_NONE)
        return replace_due(turn->lease, due, &turn->options, turn->doing, err);
    lose_child(turn->lease);
    return check(turn->lease, turn->doing, err);
}

/* There never was a session to lose: the capability names none. */
static bool
asked_for_none(const struct lwi_lease_turn *turn, int rc)
{
    return rc == LW_ESESSION && turn->session.number == 0;
}

int
lwi_lease_leave(struct lwi_lease_turn *turn, int rc, lw_error *err)
{
    lw_lease *lease = turn->lease;
    lw_restart_reason due = turn->worker->bond.due;

    turn->worker->bond.holds = false;
    if (rc == LW_ELEASE)
        rc = refuse(turn, &due, err);
    else if (lw_status_lost_lease(rc) && !asked_for_none(turn, rc))
        invalidate(lease, rc, err != NULL ? err->message : lw_status_text(rc));
    lease->in_request = false;
    seat_of(lease)->doing = NULL;
    if (lease->valid)
        spend(lease, LW_ISOLATE_REQUEST);
    if (lease->forgotten)
        give_back(lease);
    return rc;
}

/* ---- what is known ---- */

const lw_session_key *
lw_lease_get_key(const lw_lease *lease)
{
    return LWI_VALID(lease, LWI_LEASE_MAGIC)
               ? lw_capability_get_key(lease->capability)
               : NULL;
}

lw_session
lw_lease_get_session(const lw_lease *lease)
{
    static const lw_session none = LW_SESSION_NONE;

    return LWI_VALID(lease, LWI_LEASE_MAGIC) ? seat_of(lease)->session : none;
}

int
lw_lease_get_metadata(const lw_lease *lease, lw_worker_metadata *metadata,
                      lw_error *err)
{
    int rc = check(lease, "read a lease's metadata", err);

    return rc == LW_OK
               ? lw_worker_get_metadata(seat_of(lease)->worker, metadata, err)
               : rc;
}

int
lw_lease_set_request_timeout(lw_lease *lease, uint64_t timeout_ms,
                             lw_error *err)
{
    int rc = check(lease, "set a lease's request timeout", err);

    if (rc != LW_OK)
        return rc;
    if (timeout_ms != LW_NO_LIMIT &&
        (timeout_ms == 0 || timeout_ms > LW_TIMEOUT_MAX_MS))
        return lwi_fail(err, LW_EINVAL, "set a lease's request timeout",
                        "it must be 1 ms to 30 days, or LW_NO_LIMIT");
    lease->timeout_ms = timeout_ms;
    return LW_OK;
}

/* ---- cycle and release ---- */

int
lw_lease_cycle(lw_lease *lease, lw_error *err)
{
    static const struct lwi_patience all_the_time = { NULL, LWI_NEVER, 0 };
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };
    int rc = check_free(lease, "cycle a lease", err);

    if (rc != LW_OK)
        return rc;
    lwi_events_add_cycled(lease->pool, seat_of(lease), &asked);
    /* Where there may be a standby, the old child ends behind its back. */
    if (lease->pool->config.max_standby == 0 ||
        !lwi_worker_retire(seat_of(lease)->worker, &asked))
        rc = lw_worker_cycle(seat_of(lease)->worker, NULL, err);
    invalidate(lease, LW_ELEASE, "the worker was cycled");
    if (rc == LW_OK)
        rc = lwi_seat_prepare(lease->pool, seat_of(lease), lease->capability,
                              &all_the_time, err);
    return rc;
}

void
lw_lease_release(lw_lease *lease)
{
    if (!LWI_VALID(lease, LWI_LEASE_MAGIC))
        return;
    lease->magic = 0;
    /* From a sink: the request that called it gives it back. */
    if (lease->in_request)
        lease->forgotten = true;
    else
        give_back(lease);
}

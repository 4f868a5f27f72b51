/*
 * requests.c - a worker's requests, on a lease.
 *
 * Each is the worker's own between lwi_lease_enter and lwi_lease_leave, with
 * the lease's session in a copy of the spec.
 */
#include "pool/lease.h"

/* A spec that is not there is left to the worker's function to refuse. */
#define WITH_SESSION(type, copy, spec, turn)                                   \
    type copy;                                                                 \
    if ((spec) != NULL && (spec)->struct_size == sizeof(copy)) {               \
        (copy) = *(spec);                                                      \
        (copy).session = (turn).session;                                       \
        (spec) = &(copy);                                                      \
    }

int
lw_lease_run(lw_lease *lease, lw_reply **reply, const lw_run_spec *spec,
             const lw_sinks *sinks, const lw_request_options *options,
             lw_error *err)
{
    static const char doing[] = "run an export on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_run_spec, copy, spec, turn)
    rc = lw_worker_run(turn.worker, reply, spec, sinks, &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_run_command(lw_lease *lease, lw_reply **reply,
                     const lw_command *command, const lw_command_spec *spec,
                     const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "run a typed command on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_command_spec, copy, spec, turn)
    rc = lw_worker_run_command(turn.worker, reply, command, spec, &turn.options,
                               err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_check(lw_lease *lease, lw_check_result *result,
               const lw_check_spec *spec, const lw_sinks *sinks,
               const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "check a file on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_check_spec, copy, spec, turn)
    rc = lw_worker_check(turn.worker, result, spec, sinks, &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_elaborate(lw_lease *lease, lw_elab_result **result,
                   const lw_elab_spec *spec, const lw_sinks *sinks,
                   const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "elaborate on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_elab_spec, copy, spec, turn)
    rc = lw_worker_elaborate(turn.worker, result, spec, sinks, &turn.options,
                             err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_kernel_check(lw_lease *lease, lw_kernel_result **result,
                      const lw_kernel_spec *spec, const lw_sinks *sinks,
                      const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "kernel check on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_kernel_spec, copy, spec, turn)
    rc = lw_worker_kernel_check(turn.worker, result, spec, sinks, &turn.options,
                                err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_list_declarations(lw_lease *lease, lw_declarations_result *result,
                           const lw_declarations_spec *spec,
                           const lw_sinks *sinks,
                           const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "list declarations on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_declarations_spec, copy, spec, turn)
    rc = lw_worker_list_declarations(turn.worker, result, spec, sinks,
                                     &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_describe(lw_lease *lease, lw_description **description,
                  const lw_describe_spec *spec,
                  const lw_request_options *options, lw_error *err)
{
    static const char doing[] = "describe a declaration on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_describe_spec, copy, spec, turn)
    rc = lw_worker_describe(turn.worker, description, spec, &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

int
lw_lease_query_term(lw_lease *lease, lw_term_result **result,
                    const lw_term_spec *spec, const lw_request_options *options,
                    lw_error *err)
{
    static const char doing[] = "ask about a term on a lease";
    struct lwi_lease_turn turn;
    int rc = lwi_lease_enter(&turn, lease, options, doing, err);

    if (rc != LW_OK)
        return rc;
    WITH_SESSION(lw_term_spec, copy, spec, turn)
    rc = lw_worker_query_term(turn.worker, result, spec, &turn.options, err);
    return lwi_lease_leave(&turn, rc, err);
}

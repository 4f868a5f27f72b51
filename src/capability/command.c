/* command.c - exports with types. */
#include <lean_worker/command.h>

#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "capability/writer.h"
#include "proto/utf8.h"
#include "worker/run.h"
#include "worker/worker.h"

#define DOING "run a typed command"

/*
 * A command on its way: the whole of it, since it may be driven in steps and
 * outlive the function that began it.
 */
struct typed {
    const lw_allocator *allocator;
    const lw_command *command;
    void *answer;
    lw_command_failure *failure; /* the caller's; NULL: not wanted */
    lw_reply **reply;            /* the same */
    lw_sinks sinks;              /* the caller's */
    bool bad_row;
    lw_command_failure row_failure; /* of the first row that does not decode */
};

/* ---- what hooks are given ---- */

int
lw_writer_put(lw_writer *writer, const void *data, size_t size)
{
    if (lwi_buf_append(&writer->bytes, data, size) == LW_OK)
        return 0;
    writer->no_memory = true;
    return -1;
}

/* Whole characters, as many as there is room for. */
static void
copy_cut(char *to, size_t room, const char *from, size_t size)
{
    size = lwi_utf8_valid_prefix(from, size < room ? size : room - 1);
    memcpy(to, from, size);
    to[size] = '\0';
}

int
lw_fault_set(lw_fault *fault, const char *field, const char *detail)
{
    copy_cut(fault->field, sizeof(fault->field), field, strlen(field));
    copy_cut(fault->detail, sizeof(fault->detail), detail, strlen(detail));
    return LW_MALFORMED;
}

/* ---- failures ---- */

static void
name_export(lw_command_failure *failure, const lw_command *command)
{
    memset(failure, 0, sizeof(*failure));
    copy_cut(failure->name, sizeof(failure->name), command->name,
             strlen(command->name));
}

/* The failure as an error, and as facts where the caller wants them. */
static int
fail(lw_status status, const lw_command_failure *failure,
     lw_command_failure *out, lw_error *err)
{
    const lw_fault *fault = &failure->fault;
    char where[192] = "";

    if (failure->stream[0] != '\0' || status == LW_EROWDECODE)
        snprintf(where, sizeof(where), ", stream `%s`, row %llu",
                 failure->stream, (unsigned long long)failure->sequence);
    if (out != NULL)
        *out = *failure;
    return lwi_fail(err, status, DOING, "export `%s`%s, field \"%s\": %s",
                    failure->name, where, fault->field,
                    fault->detail[0] != '\0' ? fault->detail
                                             : "it was not understood");
}

/* A hook gave a negative number. */
static int
program_wants_no_more(lw_error *err)
{
    return lwi_fail(err, LW_ESINK, DOING, "a callback of the caller failed");
}

/* ---- rows ---- */

static int
take_row(const lw_row *row, void *user)
{
    struct typed *t = user;
    lw_fault fault = { "", "" };
    int rc;

    if (t->bad_row)
        return 0; /* the command has failed; its child comes to its end */
    rc = t->command->row(row, &fault, t->command->user);
    if (rc <= 0)
        return rc;
    t->bad_row = true;
    name_export(&t->row_failure, t->command);
    copy_cut(t->row_failure.stream, sizeof(t->row_failure.stream),
             row->stream.data, row->stream.size);
    t->row_failure.sequence = row->sequence;
    t->row_failure.fault = fault;
    return t->command->stop_at_bad_row ? -1 : 0;
}

/* The caller's own sinks get what is theirs with their own user pointer. */
static int
pass_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    const struct typed *t = user;

    return t->sinks.diagnostic(diagnostic, t->sinks.user);
}

static int
pass_progress(const lw_progress *progress, void *user)
{
    const struct typed *t = user;

    return t->sinks.progress(progress, t->sinks.user);
}

static int
pass_notice(const lw_notice *notice, void *user)
{
    const struct typed *t = user;

    return t->sinks.notice(notice, t->sinks.user);
}

static lw_sinks
sinks_of(struct typed *t)
{
    lw_sinks sinks = LW_SINKS_INIT;

    sinks.user = t;
    sinks.row = t->command->row != NULL ? take_row : NULL;
    sinks.diagnostic = t->sinks.diagnostic != NULL ? pass_diagnostic : NULL;
    sinks.progress = t->sinks.progress != NULL ? pass_progress : NULL;
    sinks.notice = t->sinks.notice != NULL ? pass_notice : NULL;
    return sinks;
}

/* ---- the end ---- */

static int
decode(struct typed *t, const lw_reply *reply, lw_error *err)
{
    const lw_reply_facts *facts = lw_reply_get_facts(reply);
    lw_command_failure failure;
    lw_fault fault = { "", "" };
    int rc;

    if (t->command->decode == NULL)
        return LW_OK;
    rc = t->command->decode(facts->response, t->answer, &fault,
                            t->command->user);
    if (rc == 0)
        return LW_OK;
    if (rc < 0)
        return program_wants_no_more(err);
    name_export(&failure, t->command);
    failure.fault = fault;
    return fail(t->command->row != NULL ? LW_ESUMMARYDECODE : LW_EDECODE,
                &failure, t->failure, err);
}

static int
done(int rc, lw_reply *reply, void *user, lw_error *err)
{
    struct typed *t = user;
    const lw_allocator *allocator = t->allocator;

    if (t->bad_row && (rc == LW_OK || rc == LW_ESINK))
        rc = fail(LW_EROWDECODE, &t->row_failure, t->failure, err);
    else if (rc == LW_OK)
        rc = decode(t, reply, err);
    if (t->reply != NULL)
        *t->reply = reply;
    else
        lw_reply_destroy(reply);
    lwi_free(allocator, t);
    return rc;
}

/* ---- the beginning ---- */

static int
encode(struct typed *t, const void *request, lw_writer *writer, lw_error *err)
{
    lw_command_failure failure;
    lw_fault fault = { "", "" };
    int rc;

    if (t->command->encode == NULL)
        return lwi_buf_append_text(&writer->bytes, "{}") == LW_OK
                   ? LW_OK
                   : lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    rc = t->command->encode(request, writer, &fault, t->command->user);
    if (rc == 0)
        lwi_writer_close(writer);
    if (writer->no_memory)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (rc <= 0)
        return rc == 0 ? LW_OK : program_wants_no_more(err);
    name_export(&failure, t->command);
    failure.fault = fault;
    return fail(LW_EENCODE, &failure, t->failure, err);
}

static int
begin(struct typed *t, lw_worker *worker, const lw_command_spec *spec,
      const lw_request_options *options, lw_error *err)
{
    struct lwi_run_then then = { done, t };
    lw_run_spec run = LW_RUN_SPEC_INIT;
    lw_writer writer = { .depth = 0 };
    lw_sinks sinks = sinks_of(t);
    int rc;

    lwi_buf_init(&writer.bytes, t->allocator);
    rc = encode(t, spec->request, &writer, err);
    run.name = t->command->name;
    run.session = spec->session;
    run.request = (lw_span){ writer.bytes.data, writer.bytes.size };
    if (rc == LW_OK)
        rc = lwi_run_export(worker, DOING, &run, &sinks, options, &then, err);
    else
        lwi_free(t->allocator, t);
    lwi_buf_fini(&writer.bytes);
    return rc;
}

static int
check_spec(const lw_worker *worker, const lw_command *command,
           const lw_command_spec *spec, lw_error *err)
{
    int rc = lwi_worker_check_handle(worker, DOING, err);

    if (rc != LW_OK)
        return rc;
    if (command == NULL || command->struct_size != sizeof(*command) ||
        command->name == NULL)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "it needs LW_COMMAND_INIT and the name of an export");
    if (spec == NULL || spec->struct_size != sizeof(*spec))
        return lwi_fail(err, LW_EINVAL, DOING, "it needs LW_COMMAND_SPEC_INIT");
    if (spec->sinks != NULL &&
        (spec->sinks->struct_size != sizeof(*spec->sinks) ||
         spec->sinks->row != NULL))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "sinks must come from LW_SINKS_INIT and have no row: "
                        "rows are the command's");
    return LW_OK;
}

int
lw_worker_run_command(lw_worker *worker, lw_reply **reply,
                      const lw_command *command, const lw_command_spec *spec,
                      const lw_request_options *options, lw_error *err)
{
    const lw_allocator *allocator;
    struct typed *t;
    int rc;

    if (reply != NULL)
        *reply = NULL;
    rc = check_spec(worker, command, spec, err);
    if (rc != LW_OK)
        return rc;
    allocator = lwi_spares_allocator(worker->spares);
    t = lwi_alloc(allocator, sizeof(*t));
    if (t == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    t->allocator = allocator;
    t->command = command;
    t->answer = spec->answer;
    t->failure = spec->failure;
    t->reply = reply;
    if (spec->sinks != NULL)
        t->sinks = *spec->sinks;
    return begin(t, worker, spec, options, err);
}

/*
 * snapshot_probe.c - what a worker answers, as text that can be compared.
 *
 * Each probe begins with a line "== NAME". What depends on the time or the
 * process (durations, memory, session numbers) is left out; everything else
 * that an answer has is in it. A request that fails is an answer too: its
 * status, and the child's own words.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "worker/worker.h"

#define LINE "== "
#define LISTED 40u /* declarations */

static const char header_text[] =
    "/- a comment -/\nimport Init.Core\nimport Nowhere.AtAll\n\ndef x := 1\n";

static const char file_text[] =
    "theorem lwOne : 1 + 1 = 2 := rfl\n"
    "example : 1 + 1 = 3 := rfl\n"
    "structure LwPair where\n  first : Nat\n  second : String\n  deriving "
    "Repr\n"
    "#eval ({ first := 1, second := \"two\" } : LwPair)\n"
    "#eval (List.range 5).map (fun n => n * n)\n"
    "#check lwOne\n#print axioms lwOne\n"
    "example (a b : Nat) : a + b = b + a := by omega\n"
    "example (p q : Prop) (h : p ∧ q) : q ∧ p := by simp [h]\n";

struct asking {
    lw_worker *worker;
    struct lwi_buf *answers;
    uint64_t probes;
    lw_session session; /* number 0: there is none */
    lw_request_options options;
    lw_sinks sinks;
    int rc; /* of the asking itself; once it is not LW_OK nothing is asked */
    lw_error *err;
};

/* ---- writing ---- */

static void
keep(struct asking *a, int rc)
{
    if (a->rc == LW_OK && rc != LW_OK)
        a->rc =
            lwi_fail(a->err, LW_ENOMEM, "prove a snapshot", "out of memory");
}

static void
put(struct asking *a, const char *name, lw_span text)
{
    keep(a, lwi_buf_printf(a->answers, "%s %zu ", name, text.size));
    keep(a, lwi_buf_append(a->answers, text.data, text.size));
    keep(a, lwi_buf_append(a->answers, "\n", 1));
}

static void
put_text(struct asking *a, const char *name, const char *text)
{
    put(a, name, lwi_span_of(text));
}

static void
put_numbers(struct asking *a, const char *name, const uint64_t *numbers,
            size_t count)
{
    size_t i;

    keep(a, lwi_buf_append_text(a->answers, name));
    for (i = 0; i < count; i++)
        keep(a, lwi_buf_printf(a->answers, " %" PRIu64, numbers[i]));
    keep(a, lwi_buf_append(a->answers, "\n", 1));
}

#define PUT_NUMBERS(a_, name_, ...)                                            \
    put_numbers(a_, name_, (const uint64_t[]){ __VA_ARGS__ },                  \
                sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

/* False where nothing more is to be asked. */
static bool
begin(struct asking *a, const char *name)
{
    if (a->rc != LW_OK)
        return false;
    a->probes++;
    keep(a, lwi_buf_printf(a->answers, LINE "%s\n", name));
    return a->rc == LW_OK;
}

/* Whether the child gave a result. No answer at all ends the asking. */
static bool
got(struct asking *a, int rc, const lw_error *why)
{
    if (a->rc != LW_OK)
        return false;
    if (rc == LW_OK)
        return true;
    if (rc == LW_ETIMEOUT || rc == LW_ECANCELLED || rc == LW_ENOMEM ||
        lw_status_lost_worker((lw_status)rc)) {
        a->rc = rc;
        if (a->err != NULL)
            *a->err = *why;
        return false;
    }
    put_text(a, "status", lw_status_name(rc));
    put(a, "words", lw_worker_get_failure(a->worker));
    return false;
}

/* ---- what comes meanwhile ---- */

static void
put_diagnostic(struct asking *a, const lw_diagnostic *d)
{
    PUT_NUMBERS(a, "diagnostic", (uint64_t)d->severity, d->line, d->column,
                d->end_line, d->end_column);
    put(a, "kind", d->kind);
    put(a, "message", d->message);
}

static int
take_diagnostic(const lw_diagnostic *diagnostic, void *user)
{
    put_diagnostic(user, diagnostic);
    return 0;
}

static int
take_row(const lw_row *row, void *user)
{
    PUT_NUMBERS(user, "row", row->sequence);
    put(user, "stream", row->stream);
    put(user, "payload", row->payload);
    return 0;
}

static int
take_notice(const lw_notice *notice, void *user)
{
    put(user, "code", notice->code);
    put(user, "message", notice->message);
    return 0;
}

static int
take_declaration(const lw_declaration *declaration, void *user)
{
    PUT_NUMBERS(user, "declaration", (uint64_t)declaration->kind);
    put(user, "name", declaration->name);
    return 0;
}

/* ---- the probes ---- */

static void
ask_itself(struct asking *a)
{
    const lw_worker *worker = a->worker;

    if (!begin(a, "what it says of itself"))
        return;
    PUT_NUMBERS(a, "protocol", worker->protocol_version, worker->can_cancel);
    put_text(a, "worker", worker->worker_version);
    put_text(a, "lean", worker->lean_version);
    put_text(a, "githash", worker->lean_githash);
    put_text(a, "platform", worker->platform);
}

static void
ask_ping(struct asking *a)
{
    lw_error why = LW_ERROR_INIT;

    if (begin(a, "ping"))
        got(a,
            lw_worker_ping(a->worker, lwi_span_of("probe"), &a->options, &why),
            &why);
}

static void
ask_header(struct asking *a)
{
    lw_error why = LW_ERROR_INIT;
    lw_header *header = NULL;
    size_t i;

    if (!begin(a, "header") ||
        !got(a,
             lw_worker_parse_header(a->worker, &header, "Probe.lean",
                                    lwi_span_of(header_text), &a->options,
                                    &why),
             &why))
        return;
    put(a, "key", header->key);
    for (i = 0; i < header->import_count; i++)
        put(a, "import", header->imports[i]);
    PUT_NUMBERS(a, "facts", header->is_module, header->is_prelude,
                header->body_offset, header->error_line, header->error_column,
                header->start_line, header->start_column);
    put(a, "error", header->error);
    lw_header_destroy(header);
}

static void
ask_session(struct asking *a)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;

    if (begin(a, "session") &&
        got(a,
            lw_worker_open_session(a->worker, &a->session, &spec, &a->sinks,
                                   &a->options, &why),
            &why))
        PUT_NUMBERS(a, "modules", a->session.modules, a->session.reused);
}

static void
ask_file(struct asking *a)
{
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;
    lw_check_result result;

    spec.session = a->session;
    spec.label = "Probe.lean";
    spec.source = lwi_span_of(file_text);
    if (a->session.number != 0 && begin(a, "file") &&
        got(a,
            lw_worker_check(a->worker, &result, &spec, &a->sinks, &a->options,
                            &why),
            &why))
        PUT_NUMBERS(a, "checked", result.commands, result.errors,
                    result.warnings, result.has_sorry, result.truncated);
}

static void
ask_elaborate(struct asking *a, const char *name, lw_elab_kind kind,
              const char *source)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;
    lw_elab_result *result = NULL;

    spec.session = a->session;
    spec.kind = kind;
    spec.source = lwi_span_of(source);
    if (a->session.number == 0 || !begin(a, name) ||
        !got(a,
             lw_worker_elaborate(a->worker, &result, &spec, &a->sinks,
                                 &a->options, &why),
             &why))
        return;
    PUT_NUMBERS(a, "elaborated", result->success, result->has_sorry,
                result->truncated, result->errors, result->warnings);
    put(a, "type", result->type);
    put(a, "value", result->value);
    lw_elab_result_destroy(result);
}

static void
ask_kernel(struct asking *a)
{
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;
    lw_kernel_result *result = NULL;
    size_t i;

    spec.session = a->session;
    spec.source = lwi_span_of(
        "theorem lwSwap (p q : Prop) (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩\n"
        "theorem lwEm (p : Prop) : p ∨ ¬p := Classical.em p\n");
    if (a->session.number == 0 || !begin(a, "kernel") ||
        !got(a,
             lw_worker_kernel_check(a->worker, &result, &spec, &a->sinks,
                                    &a->options, &why),
             &why))
        return;
    PUT_NUMBERS(a, "checked", (uint64_t)result->status, result->declarations,
                result->has_sorry, result->truncated);
    put(a, "summary", result->summary);
    for (i = 0; i < result->axiom_count; i++)
        put(a, "axiom", result->axioms[i]);
    lw_kernel_result_destroy(result);
}

static void
ask_declarations(struct asking *a)
{
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;
    lw_declarations_result result;

    spec.session = a->session;
    spec.prefix = "Nat";
    spec.limit = LISTED;
    if (a->session.number != 0 && begin(a, "declarations") &&
        got(a,
            lw_worker_list_declarations(a->worker, &result, &spec, &a->sinks,
                                        &a->options, &why),
            &why))
        PUT_NUMBERS(a, "listed", result.count, result.limited);
}

static void
ask_describe(struct asking *a)
{
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_error why = LW_ERROR_INIT;
    lw_description *d = NULL;

    spec.session = a->session;
    spec.name = "Nat.add";
    if (a->session.number == 0 || !begin(a, "describe") ||
        !got(a, lw_worker_describe(a->worker, &d, &spec, &a->options, &why),
             &why))
        return;
    PUT_NUMBERS(a, "described", (uint64_t)d->kind, d->line, d->column,
                d->end_line, d->end_column, d->truncated);
    put(a, "type", d->type);
    put(a, "module", d->module);
    put(a, "doc", d->doc);
    lw_description_destroy(d);
}

static void
ask_run(struct asking *a, const lw_run_spec *spec)
{
    const lw_reply_facts *facts;
    lw_error why = LW_ERROR_INIT;
    lw_reply *reply = NULL;
    char name[64];

    snprintf(name, sizeof(name), "run %.50s",
             spec->name != NULL ? spec->name : "");
    if (!begin(a, name) || !got(a,
                                lw_worker_run(a->worker, &reply, spec,
                                              &a->sinks, &a->options, &why),
                                &why))
        return;
    facts = lw_reply_get_facts(reply);
    PUT_NUMBERS(a, "rows", facts->rows, facts->row_bytes, facts->stream_count);
    put(a, "response", facts->response);
    lw_reply_destroy(reply);
}

int
lwi_snapshot_ask(lw_worker *worker, struct lwi_buf *answers, uint64_t *probes,
                 const lw_run_spec *runs, size_t run_count, lw_cancel *cancel,
                 lw_error *err)
{
    struct asking a = {
        worker,        answers, 0,  LW_SESSION_NONE, LW_REQUEST_OPTIONS_INIT,
        LW_SINKS_INIT, LW_OK,   err
    };
    size_t i;

    a.options.cancel = cancel;
    a.sinks.diagnostic = take_diagnostic;
    a.sinks.row = take_row;
    a.sinks.notice = take_notice;
    a.sinks.declaration = take_declaration;
    a.sinks.user = &a;
    ask_itself(&a);
    ask_ping(&a);
    ask_header(&a);
    ask_session(&a);
    ask_elaborate(&a, "term", LW_ELAB_TERM, "fun n : Nat => n + 1");
    ask_elaborate(&a, "commands", LW_ELAB_COMMANDS,
                  "def lwTwo := 2\n#eval lwTwo + 1\n#print lwTwo\n#nothing");
    ask_kernel(&a);
    ask_declarations(&a);
    ask_describe(&a);
    for (i = 0; i < run_count; i++)
        ask_run(&a, &runs[i]);
    ask_file(&a);
    *probes = a.probes;
    return a.rc;
}

/* ---- comparing ---- */

void
lwi_snapshot_difference(const struct lwi_buf *one, const struct lwi_buf *other,
                        char probe[64])
{
    size_t least = one->size < other->size ? one->size : other->size, i;
    const char *line = "";

    for (i = 0; i < least && one->data[i] == other->data[i]; i++) {
        if ((i == 0 || one->data[i - 1] == '\n') && one->size - i > 3 &&
            memcmp(one->data + i, LINE, 3) == 0)
            line = one->data + i + 3;
    }
    snprintf(probe, 64, "%.*s", *line == '\0' ? 0 : (int)strcspn(line, "\n"),
             line);
}

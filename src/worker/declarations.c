/*
 * declarations.c - lw_worker_list_declarations: names and kinds, as they come.
 *
 * The child sends them by the hundred, each as a digit and a name: "3Nat.add"
 * is a theorem. Every item of a message is looked at before the first of them
 * is given to the sink.
 */
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "list declarations"

/* What one request keeps until its end. */
struct listing {
    struct lwi_listener listener;
    lw_declarations_result *out;
    lw_declarations_result result;
    uint64_t count; /* that came */
    uint64_t most;  /* that may come */
    uint32_t kinds; /* that may come, 1 << lw_declaration_kind */
    bool by_name;   /* exactly the names that the caller gave */
    bool gave_up;
};

_Static_assert(sizeof(struct listing) <= LWI_CALL_USER, "it is copied");

const char *
lw_declaration_kind_name(lw_declaration_kind kind)
{
    static const char *const names[] = {
        [LW_DECLARATION_MISSING] = "missing",
        [LW_DECLARATION_AXIOM] = "axiom",
        [LW_DECLARATION_DEF] = "def",
        [LW_DECLARATION_THEOREM] = "theorem",
        [LW_DECLARATION_OPAQUE] = "opaque",
        [LW_DECLARATION_QUOT] = "quot",
        [LW_DECLARATION_INDUCTIVE] = "inductive",
        [LW_DECLARATION_CONSTRUCTOR] = "constructor",
        [LW_DECLARATION_RECURSOR] = "recursor",
    };

    return (size_t)kind < LWI_COUNT(names) ? names[kind] : "unknown";
}

/* "3Nat.add" in two parts; false where it is no kind that may come. */
static bool
read_item(const struct listing *l, lw_span item, lw_declaration *declaration)
{
    unsigned kind;

    if (item.size < 2 || item.data[0] < '0' || item.data[0] > '9')
        return false;
    kind = (unsigned)(item.data[0] - '0');
    if (kind > LW_DECLARATION_RECURSOR || ((l->kinds >> kind) & 1) == 0)
        return false;
    *declaration = (lw_declaration){ .kind = (lw_declaration_kind)kind,
                                     .name = { item.data + 1, item.size - 1 } };
    return true;
}

static enum lwi_taken
take_items(struct listing *l, const struct lwi_texts *items)
{
    const lw_sinks *sinks = &l->listener.sinks;
    lw_declaration declaration;
    size_t at = 0;
    lw_span item;

    if (items->count > l->most - l->count)
        return LWI_TAKEN_BREACH;
    while (lwi_texts_next(items, &at, &item))
        if (!read_item(l, item, &declaration))
            return LWI_TAKEN_BREACH;
    for (at = 0; lwi_texts_next(items, &at, &item); l->count++) {
        read_item(l, item, &declaration);
        if (sinks->declaration != NULL &&
            sinks->declaration(&declaration, sinks->user) < 0)
            return LWI_TAKEN_ENOUGH;
    }
    return LWI_TAKEN;
}

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    struct listing *l = user;

    (void)stream;
    return type == LWI_MSG_DECLARATIONS
               ? take_items(l, &event->declarations.items)
               : lwi_sinks_pass(&l->listener, type, event);
}

/* A child that counts others than came has lost some. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_listed *listed = &answer->listed;
    const struct listing *l = user;

    if (!lwi_is_flag(listed->limited) || !lwi_is_flag(listed->cancelled) ||
        listed->count != l->count)
        return false;
    if (listed->cancelled != 0)
        return true;
    /* Only a full list was ended by the limit; and no name is left out. */
    return l->count == l->most || (listed->limited == 0 && !l->by_name);
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_listed *listed = &answer->listed;
    struct listing *l = user;

    (void)worker;
    l->gave_up = listed->cancelled != 0;
    l->result = (lw_declarations_result){ .count = l->count,
                                          .limited = listed->limited != 0,
                                          .elapsed_us = listed->elapsed_us };
    return LW_OK;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct listing *l = user;

    rc = lwi_sinks_result(rc, false, l->gave_up, DOING, err);
    if (rc == LW_OK)
        *l->out = l->result;
    return rc;
}

static int
check_spec(const lw_worker *worker, const lw_declarations_result *result,
           const lw_declarations_spec *spec, const lw_sinks *sinks,
           lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };
    size_t i;

    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a result to fill in and "
                               "LW_DECLARATIONS_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, DOING, err);
    if (check.rc != LW_OK)
        return check.rc;
    lwi_spec_strings(&check, "names", spec->names);
    for (i = 0; spec->names != NULL && spec->names[i] != NULL; i++)
        if (*spec->names[i] == '\0')
            lwi_spec_fault(&check, "names[%zu] is empty", i);
    lwi_spec_string(&check, "prefix", spec->prefix);
    lwi_spec_string(&check, "module", spec->module);
    lwi_spec_string(&check, "contains", spec->contains);
    return check.rc;
}

static struct lwi_msg_list
make_message(const lw_declarations_spec *spec, struct lwi_lists *lists)
{
    return (struct lwi_msg_list){
        .session = spec->session.number,
        .all = spec->names == NULL,
        .names = lwi_lists_add(lists, spec->names),
        .prefix = lwi_span_of(spec->prefix),
        .in_module = spec->module != NULL,
        .module = lwi_span_of(spec->module),
        .contains = lwi_span_of(spec->contains),
        .kinds = spec->kinds,
        .internals = spec->internals,
        .limit = spec->limit,
    };
}

/* What the child may send in answer to this. */
static void
expect(struct listing *l, const struct lwi_msg_list *message)
{
    l->by_name = message->all == 0;
    l->most = message->limit == 0 ? UINT32_MAX : message->limit;
    l->kinds = message->kinds & ~(UINT32_C(1) << LW_DECLARATION_MISSING);
    if (l->by_name) {
        l->kinds = UINT32_MAX;
        if (l->most > message->names.count)
            l->most = message->names.count;
    }
}

int
lw_worker_list_declarations(lw_worker *worker, lw_declarations_result *result,
                            const lw_declarations_spec *spec,
                            const lw_sinks *sinks,
                            const lw_request_options *options, lw_error *err)
{
    struct listing l = { .out = result };
    struct lwi_msg_list message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_LIST,
                             .answer_type = LWI_MSG_LISTED,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &l,
                             .user_size = sizeof(l) };
    struct lwi_lists lists;
    int rc = check_spec(worker, result, spec, sinks, err);

    if (rc != LW_OK)
        return rc;
    lwi_listener_init(&l.listener, worker, sinks);
    lwi_lists_init(&lists, lwi_runtime_allocator(worker->runtime));
    message = make_message(spec, &lists);
    expect(&l, &message);
    call.session = &spec->session;
    rc = lists.no_memory ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
                         : lwi_call_run(worker, &call, err);
    lwi_lists_fini(&lists);
    return rc;
}

/*
 * plugin.c - the functions that the Lean shim calls (lean/Plugin.lean).
 *
 * All are of type BaseIO: they return the bare value. All arguments are owned
 * (lean_abi.h).
 *
 * A checked file runs in this process, and where the interpreter must find
 * these functions (boxed.c), the file can find them too. So every function but
 * the first takes a secret, which is drawn at random and given out once,
 * before any file is checked. A caller without it ends the process: nothing
 * that it says later could be believed.
 *
 * Messages and fields go by their names in proto/messages.h, so the shim has
 * no numbers that could fall out of step with the table.
 */
#include "plugin.h"

#include "channel.h"
#include "platform.h"
#include "proto/ring.h"
#include "proto/utf8.h"

/* ---- the secret ---- */

static char secret[PLUGIN_SECRET_DIGITS];
static int secret_given;
static bool preloading; /* what is sent goes nowhere */

static _Noreturn void
breach(void)
{
    channel_quit(LWI_GOODBYE_SECRET,
                 "the worker's plugin was called without its secret",
                 PLUGIN_EXIT_SECRET);
}

void
plugin_draw_secret(char to[PLUGIN_SECRET_DIGITS])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[PLUGIN_SECRET_DIGITS / 2];
    size_t i;

    if (getentropy(random, sizeof random) != 0)
        channel_quit(LWI_GOODBYE_HOST, "no random numbers to be had",
                     PLUGIN_EXIT_HOST);
    for (i = 0; i < sizeof random; i++) {
        to[2 * i] = digits[random[i] >> 4];
        to[2 * i + 1] = digits[random[i] & 15];
    }
}

void
plugin_demand_secret(lean_object *given)
{
    if (lean_is_scalar(given) || given->tag != LEAN_TAG_STRING ||
        lean_string_bytes(given) != PLUGIN_SECRET_DIGITS || secret_given == 0 ||
        memcmp(lean_string_data(given), secret, PLUGIN_SECRET_DIGITS) != 0)
        breach();
    lean_release(given);
}

/* ---- names and fields ---- */

/* The shim and the table do not fit together. */
static _Noreturn void
quit_mismatch(const char *detail)
{
    channel_quit(LWI_GOODBYE_HOST, detail, PLUGIN_EXIT_HOST);
}

static bool
is_name(const char *name, lean_object *text)
{
    size_t size = lean_string_bytes(text);

    return strlen(name) == size &&
           memcmp(name, lean_string_data(text), size) == 0;
}

static bool
is_kind(enum lwi_field_kind kind, enum lwi_field_kind wanted)
{
    return kind == wanted || (kind == LWI_KIND_REST && wanted == LWI_KIND_TEXT);
}

/* The member of the request in progress; releases the name. */
static const void *
request_member(lean_object *name, enum lwi_field_kind kind)
{
    const struct channel_request *request = channel_current();
    const struct lwi_field *field;
    size_t i;

    if (request == NULL)
        quit_mismatch("the shim asked for a field before any request");
    for (i = 0; i < request->what->field_count; i++) {
        field = &request->what->fields[i];
        if (is_kind(field->kind, kind) && is_name(field->name, name)) {
            lean_release(name);
            return (const char *)&request->message + field->offset;
        }
    }
    quit_mismatch("the shim asked for a field that the request has not");
}

static lean_object *
string_from_span(lw_span text)
{
    return lean_mk_string_from_bytes(text.data, text.size);
}

/* ---- what a message to be sent is made of ---- */

/*
 * The values as the shim gave them: numbers in the order of the message's
 * numeric fields, texts in the order of its text fields. A list of texts gets
 * as many as are left when each single text has got its own.
 */
struct parts {
    lean_object *numbers;
    lean_object *texts;
    size_t number_at;
    size_t text_at;
    size_t list_size;
    lw_span *items; /* room for all texts */
};

static uint64_t
take_number(struct parts *parts)
{
    return lean_nat_to_u64(lean_array_item(parts->numbers, parts->number_at++));
}

static lw_span
take_text(struct parts *parts)
{
    lean_object *text = lean_array_item(parts->texts, parts->text_at++);

    return (lw_span){ lean_string_data(text), lean_string_bytes(text) };
}

static struct lwi_texts
take_list(struct parts *parts)
{
    struct lwi_texts list = {
        .count = (uint32_t)parts->list_size,
        .items = parts->items,
    };
    size_t i;

    for (i = 0; i < parts->list_size; i++)
        parts->items[i] = take_text(parts);
    return list;
}

/* Counts are judged before any value is taken. */
static void
match_parts(struct parts *parts, const struct lwi_descriptor *what)
{
    size_t numbers = 0, texts = 0, lists = 0, i;

    for (i = 0; i < what->field_count; i++) {
        switch (what->fields[i].kind) {
        case LWI_KIND_U32:
        case LWI_KIND_U64:
            numbers++;
            break;
        case LWI_KIND_TEXT:
        case LWI_KIND_REST:
            texts++;
            break;
        case LWI_KIND_TEXTS:
            lists++;
            break;
        }
    }
    if (lists > 1 || lean_array_size(parts->numbers) != numbers ||
        lean_array_size(parts->texts) < texts ||
        (lists == 0 && lean_array_size(parts->texts) != texts))
        quit_mismatch("the shim's values do not fit the message");
    parts->list_size = lean_array_size(parts->texts) - texts;
}

static void
fill_field(void *member, enum lwi_field_kind kind, struct parts *parts)
{
    uint64_t number;

    switch (kind) {
    case LWI_KIND_U32:
        number = take_number(parts);
        *(uint32_t *)member =
            number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
        break;
    case LWI_KIND_U64:
        *(uint64_t *)member = take_number(parts);
        break;
    case LWI_KIND_TEXT:
    case LWI_KIND_REST:
        *(lw_span *)member = take_text(parts);
        break;
    case LWI_KIND_TEXTS:
        *(struct lwi_texts *)member = take_list(parts);
        break;
    }
}

/* The shim need not know of the ring. There is room for one item more. */
static void
add_ring(struct lwi_msg_ready *ready, struct parts *parts)
{
    parts->items[ready->abilities.count++] = (lw_span){ LWI_RING_ABILITY, 4 };
    ready->abilities.items = parts->items;
}

static void
send_parts(const struct lwi_descriptor *what, struct parts *parts)
{
    union lwi_any_message message;
    size_t i;

    match_parts(parts, what);
    parts->items = malloc((parts->list_size + 1) * sizeof *parts->items);
    if (parts->items == NULL)
        quit_mismatch("out of memory for a message");
    for (i = 0; i < what->field_count; i++)
        fill_field((char *)&message + what->fields[i].offset,
                   what->fields[i].kind, parts);
    if (what->type == LWI_MSG_READY && channel_has_ring())
        add_ring(&message.ready, parts);
    channel_send(what->type, &message);
    free(parts->items);
}

/* Releases the name. */
static const struct lwi_descriptor *
message_named(lean_object *name)
{
    size_t count, i;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    for (i = 0; i < count; i++) {
        if (is_name(table[i].name, name)) {
            lean_release(name);
            return &table[i];
        }
    }
    quit_mismatch("the shim named a message that is not in the table");
}

/* ---- before the handshake ---- */

/* What an answer to a request of the preload says: a session, or why not. */
static void
hear_preloaded(const struct lwi_descriptor *what, struct parts *parts)
{
    uint32_t code;

    if (what->type != LWI_MSG_FAILED)
        return;
    match_parts(parts, what);
    code = (uint32_t)take_number(parts);
#ifndef __wasm__
    if (lw_launcher_refuse != NULL)
        lw_launcher_refuse(code);
#endif
    (void)code;
    channel_quit(LWI_GOODBYE_HOST, take_text(parts).data, PLUGIN_EXIT_PRELOAD);
}

/* ---- what the shim calls ---- */

static lean_object *
draw_secret(void)
{
    plugin_draw_secret(secret);
    return lean_mk_string_from_bytes(secret, PLUGIN_SECRET_DIGITS);
}

/* In a fork server it returns once in each fork. */
static void
attend_launcher(void)
{
#ifndef __wasm__
    if (lw_launcher_attend != NULL)
        lw_launcher_attend();
#endif
    channel_open();
}

lean_object *
lw_take_secret(void)
{
    const char *fault;

    if (__atomic_exchange_n(&secret_given, 1, __ATOMIC_SEQ_CST) != 0)
        breach();
    fault = lean_abi_check();
    if (fault != NULL) {
        attend_launcher(); /* or nobody would hear of it */
        channel_quit(LWI_GOODBYE_HOST, fault, PLUGIN_EXIT_HOST);
    }
    return draw_secret();
}

lean_object *
lw_preload(lean_object *given)
{
    const struct channel_request *request;
    const char *name;

    plugin_demand_secret(given);
    request = channel_preload();
    preloading = request != NULL;
    name = preloading ? request->what->name : "";
    return lean_mk_string_from_bytes(name, strlen(name));
}

/* Each fork has a secret of its own. */
lean_object *
lw_begin(lean_object *given)
{
    plugin_demand_secret(given);
    attend_launcher();
    return draw_secret();
}

lean_object *
lw_attend(lean_object *given)
{
    plugin_demand_secret(given);
    channel_attend();
    return lean_box(0);
}

lean_object *
lw_next(lean_object *given)
{
    const struct channel_request *request;
    const char *name;

    plugin_demand_secret(given);
    request = channel_next();
    name = request == NULL ? "" : request->what->name;
    return lean_mk_string_from_bytes(name, strlen(name));
}

lean_object *
lw_num(lean_object *given, lean_object *field)
{
    plugin_demand_secret(given);
    return lean_nat_from_u64(
        *(const uint32_t *)request_member(field, LWI_KIND_U32));
}

lean_object *
lw_str(lean_object *given, lean_object *field)
{
    plugin_demand_secret(given);
    return string_from_span(
        *(const lw_span *)request_member(field, LWI_KIND_TEXT));
}

lean_object *
lw_is_text(lean_object *given, lean_object *field)
{
    const lw_span *bytes;

    plugin_demand_secret(given);
    bytes = request_member(field, LWI_KIND_TEXT);
    return lean_box(lwi_utf8_valid_prefix(bytes->data, bytes->size) ==
                    bytes->size);
}

lean_object *
lw_strs(lean_object *given, lean_object *field)
{
    const struct lwi_texts *texts;
    lean_object *array;
    size_t at = 0, i = 0;
    lw_span text;

    plugin_demand_secret(given);
    texts = request_member(field, LWI_KIND_TEXTS);
    array = lean_array_create(texts->count);
    while (lwi_texts_next(texts, &at, &text))
        lean_array_put(array, i++, string_from_span(text));
    return array;
}

lean_object *
lw_send(lean_object *given, lean_object *message, lean_object *numbers,
        lean_object *texts)
{
    struct parts parts = { .numbers = numbers, .texts = texts };
    const struct lwi_descriptor *what;

    plugin_demand_secret(given);
    what = message_named(message);
    if (preloading)
        hear_preloaded(what, &parts);
    else
        send_parts(what, &parts);
    lean_release(numbers);
    lean_release(texts);
    return lean_box(0);
}

lean_object *
lw_request_number(lean_object *given)
{
    plugin_demand_secret(given);
    return lean_nat_from_u64(channel_request_number());
}

lean_object *
lw_cancelled(lean_object *given)
{
    plugin_demand_secret(given);
    return lean_box(channel_request_cancelled() ? 1 : 0);
}

lean_object *
lw_wait_cancel(lean_object *given)
{
    plugin_demand_secret(given);
    return lean_nat_from_u64(channel_wait_cancel());
}

lean_object *
lw_frame_limit(lean_object *given)
{
    plugin_demand_secret(given);
    return lean_nat_from_u64(channel_frame_limit());
}

lean_object *
lw_fail(lean_object *given, lean_object *detail)
{
    plugin_demand_secret(given);
    channel_quit(LWI_GOODBYE_HOST, lean_string_data(detail), PLUGIN_EXIT_HOST);
}

lean_object *
lw_heap_kib(lean_object *given)
{
    plugin_demand_secret(given);
#ifdef __wasm__
    return lean_nat_from_u64((uintptr_t)sbrk(0) >> 10);
#else
    return lean_box(0);
#endif
}

#ifdef __wasm__
/* Emscripten calls this in each thread; the plugin has no thread storage. */
PLUGIN_VISIBLE void *
_emscripten_tls_init(void);
PLUGIN_VISIBLE void *
_emscripten_tls_init(void)
{
    return NULL;
}
#endif

/* gather.c - Lean's messages, kept until the result takes them. */
#include "worker/gather.h"

#include "worker/block.h"

void
lwi_gathered_init(struct lwi_gathered *gathered, const lw_allocator *allocator,
                  uint32_t diagnostic_bytes)
{
    *gathered = (struct lwi_gathered){ .bytes_left = diagnostic_bytes,
                                       .kinds_left = LWI_GATHER_KIND_BYTES };
    lwi_buf_init(&gathered->records, allocator);
    lwi_buf_init(&gathered->bytes, allocator);
}

void
lwi_gathered_fini(struct lwi_gathered *gathered)
{
    lwi_buf_fini(&gathered->records);
    lwi_buf_fini(&gathered->bytes);
}

size_t
lwi_gathered_count(const struct lwi_gathered *gathered)
{
    return gathered->records.size / sizeof(lw_diagnostic);
}

size_t
lwi_gathered_bytes(const struct lwi_gathered *gathered)
{
    return gathered->bytes.size;
}

static int
append(struct lwi_gathered *gathered, const lw_diagnostic *record)
{
    lw_span kind = record->kind, message = record->message;

    if (lwi_buf_append(&gathered->bytes, kind.data, kind.size) != LW_OK ||
        lwi_buf_append(&gathered->bytes, message.data, message.size) != LW_OK)
        return LW_ENOMEM;
    return lwi_buf_append(&gathered->records, record, sizeof(*record));
}

static enum lwi_taken
gather(struct lwi_gathered *gathered,
       const struct lwi_msg_diagnostic *diagnostic)
{
    lw_diagnostic record = lwi_sinks_diagnostic(diagnostic);
    bool cut = false;

    gathered->errors += record.severity == LW_SEVERITY_ERROR;
    gathered->warnings += record.severity == LW_SEVERITY_WARNING;
    if (lwi_gathered_count(gathered) == LW_DIAGNOSTICS_KEPT_MAX) {
        gathered->truncated = true;
        return LWI_TAKEN;
    }
    record.kind = lwi_block_cut(record.kind, gathered->kinds_left, &cut);
    record.message = lwi_block_cut(record.message, gathered->bytes_left, &cut);
    gathered->kinds_left -= (uint32_t)record.kind.size;
    gathered->bytes_left -= (uint32_t)record.message.size;
    gathered->truncated |= cut;
    if (append(gathered, &record) == LW_OK)
        return LWI_TAKEN;
    gathered->no_memory = true;
    return LWI_TAKEN_ENOUGH;
}

enum lwi_taken
lwi_gather_event(struct lwi_gathered *gathered,
                 const struct lwi_listener *listener, uint8_t type,
                 const union lwi_any_message *event)
{
    if (type == LWI_MSG_DIAGNOSTIC &&
        gather(gathered, &event->diagnostic) != LWI_TAKEN)
        return LWI_TAKEN_ENOUGH;
    return lwi_sinks_pass(listener, type, event);
}

void
lwi_gathered_keep(const struct lwi_gathered *gathered, lw_diagnostic *array,
                  char **to)
{
    const char *from = gathered->bytes.data;
    size_t count = lwi_gathered_count(gathered), i;

    if (count > 0)
        memcpy(array, gathered->records.data, gathered->records.size);
    for (i = 0; i < count; i++) {
        array[i].kind.data = from;
        from += array[i].kind.size;
        array[i].message.data = from;
        from += array[i].message.size;
        array[i].kind = lwi_block_keep(to, array[i].kind);
        array[i].message = lwi_block_keep(to, array[i].message);
    }
}

/* output.c - the end of what a tool wrote, bounded. */
#include "builder/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 8192

void
lwi_output_init(struct lwi_output *output, size_t limit)
{
    *output = (struct lwi_output){ .limit = limit };
    lwi_buf_init(&output->buf, &lwi_system_allocator);
}

void
lwi_output_fini(struct lwi_output *output)
{
    lwi_buf_fini(&output->buf);
}

/* Only the last `limit` bytes of it matter. */
void
lwi_output_put(struct lwi_output *output, const void *data, size_t size)
{
    struct lwi_buf *buf = &output->buf;
    const char *bytes = data;

    output->total += size;
    if (size > output->limit) {
        bytes += size - output->limit;
        size = output->limit;
    }
    if (size > 0 && lwi_buf_append(buf, bytes, size) != LW_OK)
        output->no_memory = true;
    if (buf->size > 2 * output->limit)
        lwi_buf_drop_front(buf, buf->size - output->limit);
}

void
lwi_output_printf(struct lwi_output *output, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (n > 0)
        lwi_output_put(output, line,
                       (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

void
lwi_output_diagnostic(struct lwi_output *output, const lw_diagnostic *d)
{
    static const char *const words[] = { "info", "warning", "error" };
    const char *word =
        (size_t)d->severity < LWI_COUNT(words) ? words[d->severity] : "message";

    if (d->line > 0)
        lwi_output_printf(output, "%" PRIu32 ":%" PRIu32 ": ", d->line,
                          d->column);
    lwi_output_printf(output, "%s: ", word);
    lwi_output_put(output, d->message.data, d->message.size);
    if (d->message.size == 0 || d->message.data[d->message.size - 1] != '\n')
        lwi_output_put(output, "\n", 1);
}

lw_span
lwi_output_end(struct lwi_output *output)
{
    size_t size = output->buf.size;
    const char *text = lwi_buf_peek_text(&output->buf);

    if (size > output->limit) {
        text += size - output->limit;
        size = output->limit;
    }
    while (size > 0 && ((unsigned char)*text & 0xc0) == 0x80) {
        text++;
        size--;
    }
    return (lw_span){ text, size };
}

/* ---- last words ---- */

void
lwi_last_words_init(struct lwi_last_words *words)
{
    *words = (struct lwi_last_words){ .total = 0 };
    pthread_mutex_init(&words->lock, NULL);
    lwi_buf_init(&words->text, &lwi_system_allocator);
}

void
lwi_last_words_fini(struct lwi_last_words *words)
{
    lwi_buf_fini(&words->text);
    pthread_mutex_destroy(&words->lock);
}

/* What does not fit into memory is lost: it is for people. */
void
lwi_last_words_note(const struct lwi_note *note, void *user)
{
    struct lwi_last_words *words = user;

    if (words == NULL || note->kind != LWI_NOTE_DIED || note->end == NULL)
        return;
    pthread_mutex_lock(&words->lock);
    words->text.size = 0;
    words->total = note->end->stderr_bytes;
    if (lwi_buf_append(&words->text, note->end->stderr_head.data,
                       note->end->stderr_head.size) != LW_OK ||
        lwi_buf_append(&words->text, note->end->stderr_tail.data,
                       note->end->stderr_tail.size) != LW_OK)
        words->text.size = 0;
    pthread_mutex_unlock(&words->lock);
}

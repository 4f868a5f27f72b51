/* writer.c - text put into room that a caller gave. */
#include "pool/writer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

void
lwi_writer_put(struct lwi_writer *writer, const char *bytes, size_t size)
{
    size_t room =
        writer->length < writer->size ? writer->size - writer->length : 0;

    if (room > 0)
        memcpy(writer->text + writer->length, bytes, size < room ? size : room);
    writer->length += size;
}

void
lwi_writer_printf(struct lwi_writer *writer, const char *format, ...)
{
    char line[512];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    LW_ASSERT(size >= 0 && (size_t)size < sizeof(line)); /* texts of ours */
    lwi_writer_put(writer, line, (size_t)size);
}

static void
put_json_byte(struct lwi_writer *writer, unsigned char byte)
{
    if (byte == '"' || byte == '\\')
        lwi_writer_printf(writer, "\\%c", byte);
    else
        lwi_writer_printf(writer, "\\u%04x", byte);
}

void
lwi_writer_json_string(struct lwi_writer *writer, lw_span text)
{
    size_t at, length;

    lwi_writer_put(writer, "\"", 1);
    for (at = 0; at<text.size; at += length> 0 ? length : 1) {
        unsigned char byte = (unsigned char)text.data[at];

        length = lwi_utf8_sequence((const unsigned char *)text.data + at,
                                   text.size - at);
        if (length == 0)
            lwi_writer_put(writer, REPLACEMENT, strlen(REPLACEMENT));
        else if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f)
            put_json_byte(writer, byte);
        else
            lwi_writer_put(writer, text.data + at, length);
    }
    lwi_writer_put(writer, "\"", 1);
}

int
lwi_writer_end(const struct lwi_writer *writer, size_t *length,
               const char *doing, lw_error *err)
{
    if (length != NULL)
        *length = writer->length;
    if (writer->size > 0)
        writer->text[writer->length < writer->size ? writer->length
                                                   : writer->size - 1] = '\0';
    if (writer->length < writer->size || writer->text == NULL)
        return LW_OK;
    return lwi_fail(err, LW_ELIMIT, doing,
                    "%zu bytes are needed, there are %zu", writer->length + 1,
                    writer->size);
}

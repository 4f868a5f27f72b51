/* json_text.c - small JSON documents on stdout. */
#include "json_text.h"

#include <stdio.h>

#include "base/buf.h"
#include "cmd.h"
#include "proto/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

json_t *
json_text(const char *text)
{
    size_t left = strlen(text), valid;
    json_t *string = NULL;
    struct lwi_buf buf;
    int rc = LW_OK;

    lwi_buf_init(&buf, &lwi_system_allocator);
    while (rc == LW_OK && left > 0) {
        valid = lwi_utf8_valid_prefix(text, left);
        rc = lwi_buf_append(&buf, text, valid);
        text += valid;
        left -= valid;
        if (rc == LW_OK && left > 0) {
            rc = lwi_buf_append_text(&buf, REPLACEMENT);
            text++;
            left--;
        }
    }
    if (rc == LW_OK)
        string = json_stringn(buf.size == 0 ? "" : buf.data, buf.size);
    lwi_buf_fini(&buf);
    return string;
}

int
json_print(json_t *document, int code)
{
    if (document == NULL) {
        fprintf(stderr, "lean-worker: out of memory\n");
        return EXIT_CANNOT_RUN;
    }
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
    return code;
}

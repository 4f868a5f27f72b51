/* control_line.c - what a client of a control socket says. */
#include "pool/control_line.h"

char *
lwi_control_line_room(struct lwi_control_line *line, size_t *room)
{
    *room = sizeof(line->bytes) - line->size;
    return line->bytes + line->size;
}

static enum lwi_control_word
find(const char *bytes, size_t size)
{
    static const struct {
        const char *word;
        enum lwi_control_word number;
    } words[] = {
#define ROW(symbol, word, text) { word, LWI_CONTROL_##symbol },
        LWI_CONTROL_MAP(ROW)
#undef ROW
    };
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == size &&
            memcmp(words[i].word, bytes, size) == 0)
            return words[i].number;
    }
    return LWI_CONTROL_UNKNOWN;
}

enum lwi_control_word
lwi_control_line_take(struct lwi_control_line *line)
{
    const char *end = memchr(line->bytes, '\n', line->size);
    enum lwi_control_word word;
    size_t size;

    if (end == NULL)
        return line->size == sizeof(line->bytes) ? LWI_CONTROL_TOO_LONG
                                                 : LWI_CONTROL_NONE;
    size = (size_t)(end - line->bytes);
    word = find(line->bytes, size > 0 && end[-1] == '\r' ? size - 1 : size);
    line->size -= size + 1;
    memmove(line->bytes, end + 1, line->size);
    return word;
}

/*
 * fuzz_control.c - any bytes from a client of a control socket: what comes out
 * does not depend on the pieces in which they come.
 *
 *   input:  bytes a piece, the stream
 */
#include "pool/control_line.h"

#include "fuzz.h"

#define WORDS_MAX 4096

struct heard {
    size_t count;
    enum lwi_control_word words[WORDS_MAX];
};

/* All whole lines; false where no more may come. */
static bool
take_all(struct lwi_control_line *line, struct heard *heard)
{
    enum lwi_control_word word;

    while ((word = lwi_control_line_take(line)) != LWI_CONTROL_NONE) {
        LW_ASSERT(line->size <= sizeof(line->bytes));
        if (heard->count < WORDS_MAX)
            heard->words[heard->count] = word;
        heard->count++;
        if (word == LWI_CONTROL_TOO_LONG)
            return false;
    }
    return true;
}

static struct heard
hear(struct lwf_input input, size_t piece)
{
    struct lwi_control_line line = { .size = 0 };
    struct heard heard = { .count = 0 };
    size_t room, size;
    char *to;

    while (input.left > 0) {
        to = lwi_control_line_room(&line, &room);
        LW_ASSERT(room > 0); /* all lines were taken */
        size = piece < room ? piece : room;
        size = size < input.left ? size : input.left;
        memcpy(to, input.at, size);
        line.size += size;
        input.at += size;
        input.left -= size;
        if (!take_all(&line, &heard))
            break;
    }
    return heard;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lwf_input input = { data, size };
    size_t piece = (size_t)lwf_take_byte(&input) + 1;
    struct heard whole = hear(input, piece), single = hear(input, 1);
    size_t i;

    LW_ASSERT(whole.count == single.count);
    for (i = 0; i < whole.count && i < WORDS_MAX; i++)
        LW_ASSERT(whole.words[i] == single.words[i]);
    return 0;
}

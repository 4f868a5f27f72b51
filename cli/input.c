/* input.c - a text that a command was given. */
#include "input.h"

#include "base/error.h"
#include "base/text.h"
#include "cmd.h"
#include "fail.h"
#include "proto/utf8.h"

#define CHUNK 65536

/* ---- is it a text? ---- */

static int
judge_text(const struct opt_page *page, const char *what, lw_span text)
{
    size_t valid = lwi_utf8_valid_prefix(text.data, text.size);
    const char *nul = text.size > 0 ? memchr(text.data, '\0', text.size) : NULL;
    lw_error err = LW_ERROR_INIT;

    if (nul != NULL && (size_t)(nul - text.data) < valid)
        lwi_fail(&err, LW_EFILE, "read a text",
                 "%s has a NUL byte at offset %zu", what,
                 (size_t)(nul - text.data));
    else if (valid < text.size)
        lwi_fail(&err, LW_EFILE, "read a text",
                 "%s is not UTF-8: byte 0x%02x at offset %zu", what,
                 (unsigned char)text.data[valid], valid);
    else
        return EXIT_FINE;
    return fail_with(page->name, &err);
}

int
input_check_argument(const struct opt_page *page, const char *what,
                     const char *text)
{
    return judge_text(page, what, lwi_span_of(text));
}

int
input_from_operand(struct input *input, const struct opt_page *page,
                   const char *what, const char *operand)
{
    *input = (struct input){ .label = "", .text = lwi_span_of(operand) };
    return judge_text(page, what, input->text);
}

/* ---- from elsewhere ---- */

int
input_from_file(struct input *input, const struct opt_page *page,
                const char *path)
{
    struct lwi_source_place place;
    lw_error err = LW_ERROR_INIT;

    *input = (struct input){ .label = path, .path = path };
    if (lwi_source_read(&input->source, &lwi_system_allocator, path, &place,
                        &err) < 0)
        return fail_with(page->name, &err);
    input->text = (lw_span){ input->source.data, input->source.size };
    return EXIT_FINE;
}

/* Room for the next bytes of standard input; false with errno. */
static bool
make_room(struct lwi_source *source, size_t *room)
{
    char *data;

    if (source->size > LWI_SOURCE_LIMIT) {
        errno = EFBIG;
        return false;
    }
    if (*room - source->size >= CHUNK)
        return true;
    *room = 2 * *room + CHUNK;
    data = lwi_resize(source->allocator, source->data, *room);
    if (data == NULL) {
        errno = ENOMEM;
        return false;
    }
    source->data = data;
    return true;
}

static bool
read_stdin(struct lwi_source *source)
{
    size_t room = 0;
    ssize_t n;

    source->allocator = &lwi_system_allocator;
    while (make_room(source, &room)) {
        n = read(STDIN_FILENO, source->data + source->size,
                 room - source->size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        source->size += (size_t)n;
    }
    return false;
}

int
input_from_stdin(struct input *input, const struct opt_page *page)
{
    *input = (struct input){ .label = "<stdin>" };
    if (!read_stdin(&input->source)) {
        if (errno == EFBIG)
            fprintf(stderr, "%s: standard input has more than %llu MiB\n",
                    page->name, (unsigned long long)(LWI_SOURCE_LIMIT >> 20));
        else
            fprintf(stderr, "%s: cannot read standard input: %s\n", page->name,
                    strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    input->text = (lw_span){ input->source.data, input->source.size };
    return judge_text(page, "standard input", input->text);
}

void
input_fini(struct input *input)
{
    if (input->source.allocator != NULL)
        lwi_source_fini(&input->source);
}

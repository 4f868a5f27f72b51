/*
 * make_seeds.c - the first inputs of each fuzz target, made from the table.
 *
 *   make_seeds FOLDER     writes FOLDER/{wire,message,channel,olean}/seed-*
 *
 * Each message once with content in every field, once empty. A message that
 * is added to the table has seeds after `make seeds`.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "proto/message.h"
#include "support/olean.h"

static const char *folder;

static void
write_seed(const char *target, const char *name, const char *form,
           const struct lwi_buf *content)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof(path), "%s/%s/seed-%s-%s", folder, target, name,
             form);
    file = fopen(path, "wb");
    if (file == NULL ||
        fwrite(content->data, 1, content->size, file) != content->size ||
        fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void
append(struct lwi_buf *buf, const void *data, size_t size)
{
    LW_ASSERT(lwi_buf_append(buf, data, size) == LW_OK);
}

static void
fill(const struct lwi_descriptor *what, union lwi_any_message *message)
{
    static const lw_span texts[] = { { "Init", 4 },
                                     { "\xe2\x88\x80 x", 5 },
                                     { "", 0 } };
    size_t i;

    for (i = 0; i < what->field_count; i++) {
        void *member = (char *)message + what->fields[i].offset;

        switch (what->fields[i].kind) {
        case LWI_KIND_U32:
            *(uint32_t *)member = (uint32_t)i + 1;
            break;
        case LWI_KIND_U64:
            *(uint64_t *)member = LWI_HELLO_MAGIC;
            break;
        case LWI_KIND_TEXT:
        case LWI_KIND_REST:
            *(lw_span *)member = texts[i % 2];
            break;
        case LWI_KIND_TEXTS:
            *(struct lwi_texts *)member =
                (struct lwi_texts){ .count = 3, .items = texts };
            break;
        }
    }
}

static void
append_frame(struct lwi_buf *buf, const struct lwi_descriptor *what,
             const union lwi_any_message *message)
{
    size_t size = lwi_message_body_size(what->type, message);

    LW_ASSERT(lwi_buf_reserve(buf, LWI_HEADER_SIZE + size) == LW_OK);
    lwi_wire_put_header((uint8_t *)buf->data + buf->size, what->type, 1,
                        UINT64_C(0x1122334455667788), (uint32_t)size);
    lwi_message_encode_body(what->type, message,
                            (uint8_t *)buf->data + buf->size + LWI_HEADER_SIZE);
    buf->size += LWI_HEADER_SIZE + size;
}

/* The three targets' views of one message; see the top of each of them. */
static void
write_message(const struct lwi_descriptor *what, const char *form,
              const union lwi_any_message *message)
{
    static const uint8_t wire[] = { 20, 7 };
    static const uint8_t steps[] = { 8,    0x8a - 1, 0x02, 0x03, 0x24,
                                     0x05, 0x0f,     0x06, 0x03 };
    struct lwi_buf buf, frame;

    lwi_buf_init(&frame, &lwi_system_allocator);
    append_frame(&frame, what, message);
    lwi_buf_init(&buf, &lwi_system_allocator);
    append(&buf, wire, sizeof(wire));
    append(&buf, frame.data, frame.size);
    append(&buf, frame.data, frame.size);
    write_seed("wire", what->name, form, &buf);
    buf.size = 0;
    append(&buf, steps, sizeof(steps));
    append(&buf, frame.data, frame.size);
    append(&buf, frame.data, frame.size);
    write_seed("channel", what->name, form, &buf);
    buf.size = 0;
    append(&buf, &what->type, 1);
    append(&buf, frame.data + LWI_HEADER_SIZE, frame.size - LWI_HEADER_SIZE);
    write_seed("message", what->name, form, &buf);
    lwi_buf_fini(&buf);
    lwi_buf_fini(&frame);
}

/* A compiled module in each form that there is. */
static void
write_olean(const char *name, unsigned word, bool root_is_first)
{
    struct lwt_olean olean = LWT_OLEAN_INIT;
    struct lwi_buf buf;

    olean.word = word;
    olean.root_is_first = root_is_first;
    lwt_olean_add(&olean, "Init", LWT_EXPORTED);
    lwt_olean_add(&olean, "Lean.Elab.odd name", LWT_META | LWT_ALL);
    lwt_olean_finish(&olean, true);
    lwi_buf_init(&buf, &lwi_system_allocator);
    append(&buf, olean.bytes, olean.size);
    write_seed("olean", name, root_is_first ? "first" : "last", &buf);
    lwi_buf_fini(&buf);
}

int
main(int argc, char **argv)
{
    size_t count, i;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    if (argc != 2) {
        fprintf(stderr, "usage: make_seeds FOLDER\n");
        return 2;
    }
    folder = argv[1];
    mkdir(folder, 0777);
    for (i = 0; i < count; i++) {
        union lwi_any_message message;

        memset(&message, 0, sizeof(message));
        write_message(&table[i], "empty", &message);
        fill(&table[i], &message);
        write_message(&table[i], "full", &message);
    }
    write_olean("WIDE", 8, true);
    write_olean("WIDE", 8, false);
    write_olean("NARROW", 4, true);
    write_olean("NARROW", 4, false);
    return 0;
}

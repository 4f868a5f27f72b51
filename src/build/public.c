/* public.c - a source as the embedded Lean must see it. */
#include "build/public.h"

#include "plan/scan.h"

#define MARK "\xef\xbb\xbf"
#define MODULE "module "
#define PUBLIC "public "
#define SECTION "@[expose] public section leanWorker "

/*
 * What files of the older form may do: use what is private in a statement, and
 * run parsers that they import.
 */
const char *const lwi_public_options[] = {
    "weak.backward.privateInPublic=true",
    "weak.backward.privateInPublic.warn=false",
    "weak.backward.proofsInPublic=true",
    "weak.compiler.extract_closed=false",
    NULL,
};

struct writing {
    struct lwi_public *to;
    lw_span from;
    const char *done; /* what is before it has been copied */
    int rc;
};

/* Copies up to `at`, then puts a text there. */
static void
put(struct writing *w, const char *at, const char *text)
{
    struct lwi_shift shift = { .size = (uint32_t)strlen(text) };

    if (w->rc == LW_OK)
        w->rc = lwi_buf_append(&w->to->text, w->done, (size_t)(at - w->done));
    if (w->rc == LW_OK)
        w->rc = lwi_buf_append_text(&w->to->text, text);
    lwi_scan_place(w->from, at, &shift.line, &shift.column);
    if (w->rc == LW_OK)
        w->rc = lwi_buf_append(&w->to->shifts, &shift, sizeof(shift));
    w->done = at;
}

bool
lwi_public_rewrite(struct lwi_public *to, lw_span text, int *rc)
{
    struct writing w = { .to = to, .from = text, .done = text.data };
    struct lwi_scan scan;
    const char *start = text.data, *at;
    lw_span name = { NULL, 0 };

    lwi_buf_init(&to->text, &lwi_system_allocator);
    lwi_buf_init(&to->shifts, &lwi_system_allocator);
    *rc = LW_OK;
    lwi_scan_init(&scan, text);
    if (scan.is_module)
        return false;
    if (text.size >= strlen(MARK) && memcmp(start, MARK, strlen(MARK)) == 0)
        start += strlen(MARK);
    put(&w, start, MODULE);
    for (at = scan.left.data; lwi_scan_next(&scan, &name); at = scan.left.data)
        put(&w, at, PUBLIC);
    if (scan.is_prelude && name.data == NULL)
        return false; /* nothing of that kind is compiled with this Lean */
    if (name.data == NULL)
        put(&w, start, SECTION);
    else
        put(&w, name.data + name.size, " " SECTION);
    if (w.rc == LW_OK)
        w.rc = lwi_buf_append(&to->text, w.done,
                              (size_t)(text.data + text.size - w.done));
    *rc = w.rc;
    return w.rc == LW_OK && scan.fault == NULL;
}

void
lwi_public_place(const struct lwi_public *rewritten, uint32_t line,
                 uint32_t *column)
{
    size_t i, count = rewritten->shifts.size / sizeof(struct lwi_shift);
    struct lwi_shift shift;
    uint32_t moved = 0;

    for (i = 0; i < count; i++) {
        memcpy(&shift, rewritten->shifts.data + i * sizeof(shift),
               sizeof(shift));
        if (shift.line != line || *column < shift.column + moved)
            continue;
        /* What was put in stands for the place behind it. */
        moved += *column - shift.column - moved < shift.size
                     ? *column - shift.column - moved
                     : shift.size;
    }
    *column -= moved;
}

void
lwi_public_fini(struct lwi_public *rewritten)
{
    lwi_buf_fini(&rewritten->text);
    lwi_buf_fini(&rewritten->shifts);
}

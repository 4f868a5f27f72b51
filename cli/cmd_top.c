/*
 * cmd_top.c - `lean-worker top`: the pools of running processes, live.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd.h"
#include "json_text.h"
#include "opt.h"
#include "status_line.h"
#include "term.h"
#include "top_ask.h"
#include "top_find.h"
#include "top_screen.h"
#include "top_table.h"

#define NAME "lean-worker top"

#define PATIENCE_MS 2000       /* for an answer */
#define FIRST_PATIENCE_MS 5000 /* nothing is on the screen yet */
#define HINT "q leaves"

static bool once, json;
static uint64_t interval_ms = 1000;
static int color;

static const struct opt options[] = {
    OPT_FLAG(0, "once", &once,
             "Print the state once, without taking the screen. So it is "
             "where stdout is no terminal."),
    OPT_FLAG(0, "json", &json,
             "The same as one JSON document: an array of pools, each with "
             "path, about, snapshot and workers."),
    OPT_SECONDS('i', "interval", "SECONDS", &interval_ms, 100, 3600000, "1",
                "Look so often."),
    OPT_WORD(0, "color", term_color_words, &color, "auto",
             "auto: on a terminal, unless NO_COLOR is set."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]... [SOCKET|PID]",
    .summary = "show the pools of running processes",
    .about =
        "    Shows each worker of a pool: its state, memory, processor time, "
        "what it\n"
        "    does, and for which key. Without an operand, those of all your "
        "processes\n"
        "    whose pool has a control socket: programs that call\n"
        "    lw_pool_open_control, and whatever runs with "
        "LEAN_WORKER_CONTROL=auto.\n"
        "    A key `q` or Ctrl-C leaves.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    shown\n"
             "    1    there is no pool to show\n"
             "    2    usage, or the pool that is named cannot be asked\n"
             "\n"
             "EXAMPLES\n"
             "    LEAN_WORKER_CONTROL=auto lean-worker check src/ &\n"
             "    lean-worker top\n"
             "    lean-worker top --once 12345\n"
             "    lean-worker top --json /run/user/1000/lean-worker/12345.sock "
             "| jq .\n",
    .operands_max = 1,
};

/* ---- what is shown ---- */

struct shown {
    char path[TOP_PATH];
    json_t *about, *now, *before;
    double now_s, before_s;
    int error; /* errno of the last question; 0: answered */
};

struct view {
    const char *operand; /* NULL: all */
    long pid;            /* that it is; 0: it is a path, or there is none */
    size_t count;
    struct shown pools[TOP_POOLS_MAX];
};

static void
forget(struct shown *pool)
{
    json_decref(pool->about);
    json_decref(pool->now);
    json_decref(pool->before);
    memset(pool, 0, sizeof(*pool));
}

static void
ask(struct shown *pool)
{
    int patience_ms = pool->now == NULL ? FIRST_PATIENCE_MS : PATIENCE_MS;
    json_t *answer;

    if (pool->about == NULL)
        pool->about = top_ask(pool->path, "about", patience_ms);
    answer =
        pool->about != NULL ? top_ask(pool->path, "all", patience_ms) : NULL;
    pool->error = answer == NULL ? errno : 0;
    if (answer == NULL)
        return;
    json_decref(pool->before);
    pool->before = pool->now;
    pool->before_s = pool->now_s;
    pool->now = answer;
    pool->now_s = status_line_now();
}

/* A process that has gone meanwhile: that it was there is no matter. */
static bool
is_gone(const struct shown *pool)
{
    return pool->error == ENOENT || pool->error == ECONNREFUSED ||
           pool->error == ECONNRESET || pool->error == EPIPE;
}

/* What is known of it already, or a new one. */
static struct shown
take_known(struct view *view, const char *path)
{
    struct shown pool = { .now_s = 0 };
    size_t i;

    for (i = 0; i < view->count; i++) {
        if (strcmp(view->pools[i].path, path) == 0) {
            pool = view->pools[i];
            memset(&view->pools[i], 0, sizeof(view->pools[i]));
            return pool;
        }
    }
    lwi_text_copy(pool.path, sizeof(pool.path), path);
    return pool;
}

/* Asks those of the list, and forgets all others. */
static void
ask_all(struct view *view, const struct top_paths *paths)
{
    static struct shown next[TOP_POOLS_MAX];
    size_t i, count = 0;

    for (i = 0; i < paths->count; i++) {
        next[count] = take_known(view, paths->paths[i]);
        ask(&next[count]);
        if (view->operand == NULL && is_gone(&next[count]))
            forget(&next[count]);
        else
            count++;
    }
    for (i = 0; i < view->count; i++)
        forget(&view->pools[i]);
    memcpy(view->pools, next, sizeof(next));
    view->count = count;
}

/* False: it was said on stderr why not. */
static bool
look(struct view *view)
{
    static struct top_paths paths;

    paths.count = 0;
    if (view->operand != NULL && view->pid == 0) {
        paths.count = lwi_text_copy(paths.paths[0], TOP_PATH, view->operand);
        errno = ENAMETOOLONG;
    } else if (!top_find(&paths, view->pid)) {
        fprintf(stderr, NAME ": the folder %s is not for this user alone\n",
                paths.paths[0]);
        return false;
    }
    ask_all(view, &paths);
    return true;
}

static void
clear(struct view *view)
{
    while (view->count > 0)
        forget(&view->pools[--view->count]);
}

/* ---- nothing to show ---- */

static int
fail_nothing(const struct view *view)
{
    if (view->pid != 0)
        fprintf(stderr,
                NAME ": process %ld has no pool with a control socket\n",
                view->pid);
    else
        fprintf(stderr, NAME ": no process of yours has a pool with a control "
                             "socket\n");
    top_say_folders();
    fprintf(stderr, "    a program opens one with lw_pool_open_control, or "
                    "where LEAN_WORKER_CONTROL=auto is set\n");
    return EXIT_NOT_FINE;
}

static int
fail_error(const char *path, int error)
{
    struct term term;

    term_init(&term, stderr, TERM_COLOR_NEVER);
    fprintf(stderr, NAME ": ");
    term_put_line(&term, path);
    fprintf(stderr, ": %s\n",
            error == EPROTO      ? "what answers there is no pool"
            : error == ETIMEDOUT ? "no answer; is the process stopped?"
                                 : strerror(error));
    return EXIT_CANNOT_RUN;
}

/* 0: there is something to show. */
static int
check_something(const struct view *view)
{
    if (view->operand != NULL && view->pid == 0) {
        if (view->count == 0)
            return fail_error(view->operand, ENAMETOOLONG);
        return view->pools[0].now == NULL
                   ? fail_error(view->operand, view->pools[0].error)
                   : 0;
    }
    return view->count == 0 ? fail_nothing(view) : 0;
}

/* ---- forms ---- */

static int
print_json(const struct view *view)
{
    json_t *array = json_array(), *pool;
    size_t i;

    for (i = 0; i < view->count; i++) {
        const struct shown *shown = &view->pools[i];

        pool = json_object();
        json_object_set_new(pool, "path", json_text(shown->path));
        json_object_set(pool, "about",
                        shown->about != NULL ? shown->about : json_null());
        if (shown->now != NULL)
            json_object_update(pool, shown->now);
        if (shown->error != 0)
            json_object_set_new(pool, "error",
                                json_text(strerror(shown->error)));
        json_array_append_new(array, pool);
    }
    return json_print(array, EXIT_FINE);
}

static int
print_pool(const struct term *term, const struct shown *shown, int lines)
{
    const struct top_pool pool = {
        .path = shown->path,
        .about = shown->about,
        .now = shown->now,
        .before = shown->before,
        .seconds = shown->now_s - shown->before_s,
    };

    if (shown->error == 0)
        return top_table_print(term, &pool, lines);
    term_put_line(term, shown->path);
    fprintf(term->file, ": no answer (%s)\n", strerror(shown->error));
    return 1;
}

/* lines 0: as many as there are. */
static void
print_human(const struct term *term, const struct view *view, int lines)
{
    int left = lines;
    size_t i;

    for (i = 0; i < view->count && (lines == 0 || left > 0); i++) {
        if (i > 0) {
            fputc('\n', term->file);
            left--;
        }
        if (lines == 0 || left > 0)
            left -= print_pool(term, &view->pools[i], lines == 0 ? 0 : left);
    }
    if (view->count == 0)
        fprintf(term->file, "no pool\n");
}

/* ---- live ---- */

/* The frame as a whole first: what is half drawn flickers. */
static void
draw(const struct view *view)
{
    struct term term, frame;
    char *text = NULL;
    size_t size = 0;

    term_init(&term, stdout, (enum term_color_mode)color);
    frame = term;
    frame.file = open_memstream(&text, &size);
    if (frame.file == NULL)
        return;
    print_human(&frame, view, top_screen_rows() - 2);
    fprintf(frame.file, "%s" HINT "%s", term_style_on(&term, TERM_DIM),
            term_style_off(&term));
    if (fclose(frame.file) == 0)
        top_screen_show(text, size);
    free(text);
}

/* Until it is left, or the pool that was named is gone. */
static int
run_live(struct view *view)
{
    enum top_wake wake = TOP_WAKE_REDRAW;
    bool ok = true;
    int error = 0;

    if (!top_screen_open())
        return fail_error("the terminal", errno);
    while (ok && wake != TOP_WAKE_QUIT) {
        draw(view);
        wake = top_screen_wait(interval_ms);
        if (wake == TOP_WAKE_TIME)
            ok = look(view);
        if (view->operand != NULL &&
            (view->count == 0 || is_gone(&view->pools[0]))) {
            error = ECONNRESET;
            break;
        }
    }
    top_screen_close();
    if (top_screen_signal() != 0)
        return 128 + top_screen_signal();
    if (error != 0)
        printf("the pool has ended\n");
    return ok ? EXIT_FINE : EXIT_CANNOT_RUN;
}

static int
show(struct view *view)
{
    struct term term;
    int code;

    if (!look(view))
        return EXIT_CANNOT_RUN;
    code = check_something(view);
    if (code != 0)
        return code;
    if (json)
        return print_json(view);
    term_init(&term, stdout, (enum term_color_mode)color);
    if (!once && term.is_terminal)
        return run_live(view);
    print_human(&term, view, 0);
    return EXIT_FINE;
}

int
cmd_top(int argc, char **argv)
{
    static struct view view;
    uint64_t pid;
    int operands, code;

    if (!opt_begin(&page, argc, argv, &operands, &code))
        return code;
    if (operands > 0)
        view.operand = argv[1];
    if (operands > 0 && lwi_parse_u64(argv[1], 1, INT32_MAX, &pid))
        view.pid = (long)pid;
    code = show(&view);
    clear(&view);
    return code;
}

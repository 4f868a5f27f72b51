/* term.c - what is known of the terminal. */
#include "term.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "cmd.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX 10000

const char *const term_color_words[] = { "auto", "always", "never", NULL };

/* "UTF-8", "utf8" */
static bool
names_utf8(const char *locale)
{
    return strcasestr(locale, "utf-8") != NULL ||
           strcasestr(locale, "utf8") != NULL;
}

/*
 * From the names alone: a minimal system often names a locale that it has not
 * installed, and then the C library knows of ASCII only. Where nothing is
 * said, as in most containers, the terminal speaks UTF-8 nowadays.
 */
static bool
wants_utf8(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *locale;
    size_t i;

    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        locale = lwi_environment(variables[i]);
        if (locale != NULL)
            return names_utf8(locale);
    }
    return true;
}

static bool
wants_color(bool is_terminal, enum term_color_mode mode)
{
    const char *name = lwi_environment("TERM");

    switch (mode) {
    case TERM_COLOR_ALWAYS:
        return true;
    case TERM_COLOR_NEVER:
        return false;
    case TERM_COLOR_AUTO:
        break;
    }
    return is_terminal && lwi_environment("NO_COLOR") == NULL && name != NULL &&
           strcmp(name, "dumb") != 0;
}

void
term_init(struct term *term, FILE *file, enum term_color_mode mode)
{
    *term = (struct term){ .file = file };
    term->is_terminal = isatty(fileno(file)) == 1;
    term->color = wants_color(term->is_terminal, mode);
    term->utf8 = wants_utf8();
    term->escape_wide = term->is_terminal && !term->utf8;
    term_update_width(term);
}

void
term_update_width(struct term *term)
{
    const char *said = lwi_environment("COLUMNS");
    struct winsize size;
    uint64_t columns;

    if (!term->is_terminal)
        term->columns = 0;
    else if (ioctl(fileno(term->file), TIOCGWINSZ, &size) == 0 &&
             size.ws_col > 0)
        term->columns = size.ws_col;
    else if (said != NULL && lwi_parse_u64(said, 1, COLUMNS_MAX, &columns))
        term->columns = (int)columns;
    else
        term->columns = COLUMNS_DEFAULT;
}

const char *
term_style_on(const struct term *term, enum term_style style)
{
    if (!term->color)
        return "";
    switch (style) {
    case TERM_PLAIN:
        return "";
    case TERM_BOLD:
        return "\033[1m";
    case TERM_DIM:
        return "\033[2m";
    case TERM_GREEN:
        return "\033[32m";
    case TERM_YELLOW:
        return "\033[33m";
    case TERM_RED:
        return "\033[31m";
    case TERM_CYAN:
        return "\033[36m";
    }
    return "";
}

const char *
term_style_off(const struct term *term)
{
    return term->color ? "\033[0m" : "";
}

const char *
term_symbol(const struct term *term, const char *utf8, const char *ascii)
{
    return term->utf8 ? utf8 : ascii;
}

/* The reader of a pipe went away: end as a program does that never looked. */
static void
end_by_sigpipe(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGPIPE);
}

int
term_finish(int code)
{
    bool failed_before = ferror(stdout) != 0;

    errno = 0;
    if (fflush(stdout) == 0 && !failed_before)
        return code;
    if (errno == EPIPE)
        end_by_sigpipe();
    fprintf(stderr, "lean-worker: the output could not be written%s%s\n",
            errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
    return EXIT_CANNOT_RUN;
}

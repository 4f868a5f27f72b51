/* opt_page.c - the page that --help prints. */
#include <ctype.h>
#include <string.h>

#include "opt.h"
#include "opt_value.h"

#define WIDTH 76
#define INDENT 8

/* Prints text in lines of WIDTH columns, each behind the indent. */
static void
print_wrapped(FILE *to, const char *text)
{
    size_t column = 0, length;

    while (*text != '\0') {
        length = strcspn(text, " \n");
        if (column > 0 && column + 1 + length > WIDTH) {
            fputc('\n', to);
            column = 0;
        }
        if (length > 0) {
            if (column == 0)
                column = (size_t)fprintf(to, "%*s", INDENT, "");
            else
                column += (size_t)fprintf(to, " ");
            column += fwrite(text, 1, length, to);
        }
        text += length;
        text += strspn(text, " \n");
    }
    if (column > 0)
        fputc('\n', to);
}

static void
print_option(FILE *to, const struct opt *opt)
{
    bool valued = opt->kind != OPT_KIND_FLAG && opt->kind != OPT_KIND_HELP;
    char text[4096];

    fprintf(to, "    ");
    if (opt->letter != '\0')
        fprintf(to, "-%c, ", opt->letter);
    fprintf(to, "--%s%s%s\n", opt->name, valued ? " " : "",
            valued ? opt_value_name(opt) : "");
    snprintf(text, sizeof(text), "%s%s%s%s", opt->text,
             opt->fallback == NULL ? "" : " Default: ",
             opt->fallback == NULL ? "" : opt->fallback,
             opt->fallback == NULL ? "" : ".");
    print_wrapped(to, text);
}

/* One line for each form of the command. */
static void
print_synopsis(FILE *to, const struct opt_page *page)
{
    const char *at = page->synopsis;
    size_t length;

    fprintf(to, "\nUSAGE\n");
    while (*at != '\0') {
        length = strcspn(at, "\n");
        fprintf(to, "    %s %.*s\n", page->name, (int)length, at);
        at += length + (at[length] == '\n');
    }
}

void
opt_print_page(const struct opt_page *page, FILE *to)
{
    const struct opt *opt;

    fprintf(to, "%s - %s\n", page->name, page->summary);
    print_synopsis(to, page);
    if (page->about != NULL)
        fprintf(to, "\n%s", page->about);
    if (page->options->kind != OPT_KIND_END)
        fprintf(to, "\nOPTIONS\n");
    for (opt = page->options; opt->kind != OPT_KIND_END; opt++)
        print_option(to, opt);
    if (page->after != NULL)
        fprintf(to, "\n%s", page->after);
}

/* fail.c - saying why a command could not run. */
#include "fail.h"

#include "cmd.h"
#include "term.h"

int
fail_with(const char *command, const lw_error *err)
{
    struct term term;

    term_init(&term, stderr, TERM_COLOR_AUTO);
    fprintf(stderr, "%s: ", command);
    term_put_line(&term, err->message[0] != '\0' ? err->message
                                                 : lw_status_text(err->status));
    fputc('\n', stderr);
    return EXIT_CANNOT_RUN;
}

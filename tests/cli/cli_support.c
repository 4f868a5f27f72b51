/*
 * cli_support.c - the parts of the program that are tested as functions: they
 * belong to no library.
 */
#include "../../cli/opt.c"
#include "../../cli/opt_nearest.c"
#include "../../cli/opt_page.c"
#include "../../cli/opt_value.c"
#include "../../cli/term.c"
#include "../../cli/term_text.c"

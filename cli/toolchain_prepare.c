/* toolchain_prepare.c - `lean-worker toolchain prepare`. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "cmd.h"
#include "fail.h"
#include "term.h"
#include "toolchain/embedded.h"
#include "toolchain_installer.h"
#include "toolchain_query.h"

#define NAME "lean-worker toolchain prepare"

static struct toolchain_query query;
static bool quiet;

static const struct opt options[] = {
    QUERY_TOOLCHAIN(&query),
    QUERY_PROJECT(&query),
    OPT_FLAG('q', "quiet", &quiet, "Print errors only."),
    OPT_HELP,
    OPT_END,
};

static const struct opt_page page = {
    .name = NAME,
    .synopsis = "[OPTION]...",
    .summary = "get the toolchain ready ahead of the first start",
    .about =
        "    Finds the toolchain as a run would, and does what its first "
        "start would\n"
        "    otherwise do or stumble over. Embedded: installs it where it is "
        "chosen and\n"
        "    missing, repairs it where it is damaged, and checks every file "
        "by its hash.\n"
        "    Native: checks that it is usable. May be run again at any "
        "time.\n",
    .options = options,
    .after = "EXIT STATUS\n"
             "    0    ready\n"
             "    1    not ready; the message says why\n"
             "    2    usage, or the preparation could not run\n"
             "\n"
             "EXAMPLES\n"
             "    lean-worker toolchain prepare\n"
             "    lean-worker toolchain prepare --toolchain embedded "
             "--quiet\n",
};

/* The place that decides, and the one that comes last. */
struct choice {
    lw_candidate_state state;
    lw_toolchain_kind kind;
    char *prefix; /* NULL: out of memory, or nothing was seen */
    char *problem;
};

static int
choose(const lw_toolchain_candidate *candidate, void *user)
{
    struct choice *choice = user;

    if (choice->prefix != NULL)
        return 0;
    if (candidate->state == LW_CANDIDATE_ABSENT &&
        candidate->source != LW_TOOLCHAIN_FROM_EMBEDDED)
        return 0;
    choice->state = candidate->state;
    choice->kind = candidate->kind;
    choice->prefix = lwi_path_printf("%s", candidate->prefix);
    choice->problem = lwi_path_printf("%s%s%s", candidate->reason,
                                      candidate->problem[0] == '\0' ? "" : ": ",
                                      candidate->problem);
    return choice->prefix == NULL || choice->problem == NULL ? -1 : 0;
}

/* One run of the installer for a folder. */
static int
run_installer(const char *prefix, bool verify)
{
    const char *argv[6] = { NULL, "--prefix", prefix };
    int count = 3;

    if (verify)
        argv[count++] = "--verify";
    if (quiet)
        argv[count++] = "--quiet";
    argv[count] = NULL;
    return installer_run(NAME, argv);
}

static bool
same_folder(const char *a, const char *b)
{
    char *left = lwi_path_resolve(a), *right = lwi_path_resolve(b);
    bool same = strcmp(a, b) == 0 ||
                (left != NULL && right != NULL && strcmp(left, right) == 0);

    lwi_free(&lwi_system_allocator, left);
    lwi_free(&lwi_system_allocator, right);
    return same;
}

/* The installer's many codes, for those who only ask whether it is ready. */
static int
as_ready(int code)
{
    return code == EXIT_FINE || code == EXIT_CANNOT_RUN || code >= 128
               ? code
               : EXIT_NOT_FINE;
}

/* Installs and repairs only what is ours: the default place. */
static int
prepare_embedded(const struct choice *choice)
{
    char *ours = NULL;
    int code = EXIT_FINE;

    if (lwi_embedded_folder(&ours) != LW_OK || ours == NULL) {
        fprintf(stderr, NAME ": neither LEAN_WORKER_DATA nor HOME is set\n");
        return EXIT_CANNOT_RUN;
    }
    if (choice->prefix[0] == '\0' || same_folder(ours, choice->prefix))
        code = run_installer(ours, false);
    if (code == EXIT_FINE)
        code = run_installer(choice->prefix[0] == '\0' ? ours : choice->prefix,
                             true);
    lwi_free(&lwi_system_allocator, ours);
    return as_ready(code);
}

static int
prepare(const struct choice *choice)
{
    lw_error err = LW_ERROR_INIT;
    struct term term;

    if (choice->kind == LW_TOOLCHAIN_EMBEDDED)
        return prepare_embedded(choice);
    if (choice->state != LW_CANDIDATE_USABLE) {
        snprintf(err.message, sizeof(err.message), "%s", choice->problem);
        fail_with(NAME, &err);
        return EXIT_NOT_FINE;
    }
    if (!quiet) {
        term_init(&term, stdout, TERM_COLOR_AUTO);
        printf("ready: ");
        term_put_line(&term, choice->prefix);
        putchar('\n');
    }
    return EXIT_FINE;
}

static int
run(void)
{
    lw_toolchain_request request;
    struct choice choice = { 0 };
    lw_error err = LW_ERROR_INIT;
    int code = toolchain_query_open(&query, NAME, &request);

    if (code != EXIT_FINE)
        return code;
    if (lw_toolchain_list(&request, choose, &choice, &err) != LW_OK)
        code = fail_with(NAME, &err);
    else
        code = prepare(&choice);
    lwi_free(&lwi_system_allocator, choice.prefix);
    lwi_free(&lwi_system_allocator, choice.problem);
    toolchain_query_close(&query);
    return code;
}

int
cmd_toolchain_prepare(int argc, char **argv)
{
    int operands, code;

    return opt_begin(&page, argc, argv, &operands, &code) ? run() : code;
}

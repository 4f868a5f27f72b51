/*
 * cmd_declarations.c - `lean-worker declarations` and `lean-worker describe`:
 * what there is in a session.
 */
#include "base/base.h"
#include "cmd.h"
#include "human.h"
#include "json_text.h"
#include "session.h"

#define DOC_LINES_MAX 200 /* for people */

/* ---- options ---- */

static struct session_given given = SESSION_GIVEN_INIT;

/* From LW_DECLARATION_AXIOM on: nobody asks for the kind "missing". */
static const char *const kind_words[] = {
    "axiom",     "def",         "theorem",  "opaque", "quot",
    "inductive", "constructor", "recursor", NULL
};

static struct {
    const char *prefix;
    const char *module;
    const char *contains;
    uint64_t kinds; /* 1 << index in kind_words; 0: all */
    uint64_t limit;
    bool own;
    bool internals;
} filter;

static const struct opt declarations_options[] = {
    OPT_TEXT(0, "prefix", "NAME", &filter.prefix, NULL,
             "Only this name and those below it."),
    OPT_TEXT(0, "module", "MODULE", &filter.module, NULL,
             "Only what this module declares."),
    OPT_FLAG(0, "own", &filter.own,
             "Only what the files of --source declare, and the library "
             "LeanWorker where one of them imports it."),
    OPT_TEXT(0, "contains", "TEXT", &filter.contains, NULL,
             "Only names that have this in them."),
    OPT_WORDS(0, "kind", kind_words, &filter.kinds, "all",
              "Only this kind. May be repeated."),
    OPT_FLAG(0, "internals", &filter.internals,
             "Private and generated ones as well."),
    OPT_COUNT(0, "limit", "N", &filter.limit, 1, UINT32_MAX, "none",
              "End the list after N."),
    SESSION_OUTPUT(&given, "human: kind and name. jsonl: a JSON object for "
                           "each, on a line of its own."),
    SESSION_OPTIONS(&given),
};

static const struct opt describe_options[] = {
    SESSION_OUTPUT(&given, "human: for people. jsonl: a JSON object for each "
                           "NAME, on a line of its own."),
    SESSION_OPTIONS(&given),
};

static const struct opt_page declarations_page = {
    .name = "lean-worker declarations",
    .synopsis = "[OPTION]...\n[OPTION]... NAME...",
    .summary = "list declarations",
    .about = "    Lists the declarations that the session's imports and "
             "sources have, each\n"
             "    on a line of its own, module by module; or, of the NAMEs, "
             "which there are\n"
             "    and of what kind.\n",
    .options = declarations_options,
    .after = "EXIT STATUS\n"
             "    0    listed, all of them or up to the limit\n"
             "    1    there is no declaration of a NAME; or the imports "
             "failed\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker declarations --prefix Nat --kind theorem "
             "--contains add_comm\n"
             "    lean-worker declarations --source My.lean --own\n"
             "    lean-worker declarations Nat.add Nat.ad\n",
    .operands_max = OPT_OPERANDS_ANY,
};

static const struct opt_page describe_page = {
    .name = "lean-worker describe",
    .synopsis = "[OPTION]... NAME...",
    .summary = "show a declaration's type, place and documentation",
    .options = describe_options,
    .after = "EXIT STATUS\n"
             "    0    described\n"
             "    1    there is no declaration of a NAME; or the imports "
             "failed\n" SESSION_EXIT_STATUS_REST "\n"
             "EXAMPLES\n"
             "    lean-worker describe Nat.add_comm\n"
             "    lean-worker describe --import Lean Lean.Meta.whnf "
             "Lean.Expr\n",
    .operands_min = 1,
    .operands_max = OPT_OPERANDS_ANY,
    .wanted = "of which declaration? give a NAME",
};

/* ---- arguments ---- */

struct job {
    const char *const *names; /* NULL at the end; NULL: none */
    uint64_t missing;         /* names that there are not */
};

static int
prepare(struct session *session, int count, char **names)
{
    struct job *job = session->job;
    int i, code = EXIT_FINE;

    for (i = 0; code == EXIT_FINE && i < count; i++) {
        if (names[i][0] == '\0')
            return opt_usage_error(session->page, "a NAME is empty");
        code = input_check_argument(session->page, "a NAME", names[i]);
    }
    if (count > 0) {
        names[count] = NULL;
        job->names = (const char *const *)names;
    }
    return code;
}

static int
prepare_filter(struct session *session, int count, char **names)
{
    const struct {
        const char *name, *text;
    } texts[] = { { "--prefix", filter.prefix },
                  { "--module", filter.module },
                  { "--contains", filter.contains } };
    bool filtered = filter.own || filter.internals || filter.kinds != 0 ||
                    filter.limit != 0;
    int code = prepare(session, count, names);
    size_t i;

    for (i = 0; code == EXIT_FINE && i < LWI_COUNT(texts); i++) {
        if (texts[i].text == NULL)
            continue;
        filtered = true;
        code =
            input_check_argument(session->page, texts[i].name, texts[i].text);
    }
    if (code == EXIT_FINE && filter.own && filter.module != NULL)
        return opt_usage_error(session->page,
                               "--own and --module do not go together");
    if (code == EXIT_FINE && count > 0 && filtered)
        return opt_usage_error(session->page,
                               "either NAMEs, or options that choose some");
    return code;
}

/* ---- declarations ---- */

static int
take_declaration(const lw_declaration *declaration, void *user)
{
    struct session *session = user;
    struct job *job = session->job;
    const char *kind = lw_declaration_kind_name(declaration->kind);
    const struct term *term = &session->out;

    job->missing += declaration->kind == LW_DECLARATION_MISSING;
    if (given.output == SESSION_JSONL)
        return -session_put(session,
                            json_pack("{s:s, s:o}", "kind", kind, "name",
                                      json_span(declaration->name)),
                            EXIT_FINE);
    status_line_hide(&session->line);
    fprintf(term->file, "%s%-11s%s  ", term_style_on(term, TERM_DIM), kind,
            term_style_off(term));
    term_put_text(term, declaration->name.data, declaration->name.size);
    putc('\n', term->file);
    return session_note_output(session);
}

static int
list(struct session *session)
{
    const struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;
    lw_error err = LW_ERROR_INIT;
    lw_sinks sinks;
    int code = session_open(session, NULL);

    if (code != EXIT_FINE)
        return code;
    spec.session = session->opened;
    spec.names = job->names;
    spec.prefix = filter.prefix;
    spec.module = filter.own ? "" : filter.module;
    spec.contains = filter.contains;
    if (filter.kinds != 0)
        spec.kinds = (uint32_t)(filter.kinds << LW_DECLARATION_AXIOM);
    spec.internals = filter.internals;
    spec.limit = (uint32_t)filter.limit;
    sinks = session_sinks(session);
    sinks.declaration = take_declaration;
    if (lw_worker_list_declarations(session->worker, &result, &spec, &sinks,
                                    &how, &err) < 0)
        return session_fail(session, &err);
    status_line_hide(&session->line);
    if (result.limited)
        fprintf(stderr, "%s: there are more than %llu\n", session->page->name,
                (unsigned long long)filter.limit);
    return job->missing > 0 ? EXIT_NOT_FINE : EXIT_FINE;
}

/* ---- describe ---- */

static int
put_description_json(struct session *session, const char *name,
                     const lw_description *d)
{
    bool there = d->kind != LW_DECLARATION_MISSING;

    return session_put(
        session,
        json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
                  json_text(name), "kind", lw_declaration_kind_name(d->kind),
                  "type", there ? json_span(d->type) : json_null(), "module",
                  there ? json_span(d->module) : json_null(), "doc",
                  d->doc.size > 0 ? json_span(d->doc) : json_null(), "line",
                  json_known(d->line, d->line), "column",
                  json_known(d->line, d->column), "end_line",
                  json_known(d->line, d->end_line), "end_column",
                  json_known(d->line, d->end_column), "truncated",
                  (int)d->truncated),
        EXIT_FINE);
}

/* "  in Init.Core, 12:8" */
static void
put_place(const struct term *term, const lw_description *d)
{
    fputs("  in ", term->file);
    if (d->module.size == 0)
        fputs("the session's sources", term->file);
    term_put_text(term, d->module.data, d->module.size);
    if (d->line > 0)
        fprintf(term->file, ", %u:%u", d->line, d->column);
    putc('\n', term->file);
}

static int
put_description(struct session *session, const char *name,
                const lw_description *d)
{
    const struct term *term = &session->out;

    status_line_hide(&session->line);
    fprintf(term->file, "%s%s%s ", term_style_on(term, TERM_DIM),
            lw_declaration_kind_name(d->kind), term_style_off(term));
    fputs(term_style_on(term, TERM_BOLD), term->file);
    term_put_line(term, name);
    fputs(term_style_off(term), term->file);
    if (d->kind == LW_DECLARATION_MISSING) {
        putc('\n', term->file);
        return session_note_output(session);
    }
    fputs(" : ", term->file);
    human_put_lines(term, d->type, 4, DOC_LINES_MAX);
    put_place(term, d);
    if (d->doc.size > 0) {
        fputs("  ", term->file);
        human_put_lines(term, d->doc, 2, DOC_LINES_MAX);
    }
    return session_note_output(session);
}

static int
describe_one(struct session *session, const char *name)
{
    struct job *job = session->job;
    lw_request_options how = session_request(session);
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_description *description = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    spec.session = session->opened;
    spec.name = name;
    if (lw_worker_describe(session->worker, &description, &spec, &how, &err) <
        0)
        return session_fail(session, &err);
    job->missing += description->kind == LW_DECLARATION_MISSING;
    rc = given.output == SESSION_JSONL
             ? put_description_json(session, name, description)
             : put_description(session, name, description);
    lw_description_destroy(description);
    return rc == 0 ? EXIT_FINE : EXIT_CANNOT_RUN;
}

static int
describe(struct session *session)
{
    const struct job *job = session->job;
    int code = session_open(session, NULL);
    size_t i;

    for (i = 0; code == EXIT_FINE && job->names[i] != NULL; i++)
        code = describe_one(session, job->names[i]);
    return code == EXIT_FINE && job->missing > 0 ? EXIT_NOT_FINE : code;
}

/* ---- the commands ---- */

int
cmd_declarations(int argc, char **argv)
{
    struct job job = { 0 };
    struct session_command command = {
        &declarations_page, &given, prepare_filter, list, NULL, &job
    };

    return session_command_run(&command, argc, argv);
}

int
cmd_describe(int argc, char **argv)
{
    struct job job = { 0 };
    struct session_command command = { &describe_page, &given, prepare,
                                       describe,       NULL,   &job };

    return session_command_run(&command, argc, argv);
}

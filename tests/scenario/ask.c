/* ask.c - requests of a session that a scenario makes by their name alone. */
#include "scenario/ask.h"

#include <string.h>

/* The result of the last one; at most one of the pointers is set. */
static struct {
    lw_elab_result *elaborated;
    lw_kernel_result *checked;
    lw_declarations_result listed;
    lw_description *description;
    lw_term_result *term;
    lw_reply *reply;
    bool by_value; /* it has nothing to own */
} result;

static int
elaborate(const struct scenario_ask *ask)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;

    spec.session = ask->session;
    spec.source = ask->source;
    return lw_worker_elaborate(ask->worker, &result.elaborated, &spec,
                               ask->sinks, ask->options, ask->err);
}

static int
kernel(const struct scenario_ask *ask)
{
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;

    spec.session = ask->session;
    spec.source = ask->source;
    return lw_worker_kernel_check(ask->worker, &result.checked, &spec,
                                  ask->sinks, ask->options, ask->err);
}

static int
declarations(const struct scenario_ask *ask)
{
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;

    result.by_value = true;
    spec.session = ask->session;
    return lw_worker_list_declarations(ask->worker, &result.listed, &spec,
                                       ask->sinks, ask->options, ask->err);
}

static int
describe(const struct scenario_ask *ask)
{
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;

    spec.session = ask->session;
    spec.name = "Nat.add";
    return lw_worker_describe(ask->worker, &result.description, &spec,
                              ask->options, ask->err);
}

static int
term(const struct scenario_ask *ask)
{
    lw_term_spec spec = LW_TERM_SPEC_INIT;

    spec.session = ask->session;
    spec.first = ask->source;
    return lw_worker_query_term(ask->worker, &result.term, &spec, ask->options,
                                ask->err);
}

static int
run(const struct scenario_ask *ask)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;

    spec.session = ask->session;
    spec.name = "export";
    spec.request = ask->source;
    return lw_worker_run(ask->worker, &result.reply, &spec, ask->sinks,
                         ask->options, ask->err);
}

int
ask_begin(const char *word, const struct scenario_ask *ask)
{
    static const struct {
        const char *word;
        int (*begin)(const struct scenario_ask *ask);
    } words[] = {
        { "elaborate", elaborate },
        { "kernel", kernel },
        { "declarations", declarations },
        { "describe", describe },
        { "term", term },
        { "run", run },
    };
    size_t i;

    memset(&result, 0, sizeof(result));
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].begin(ask);
    }
    return LW_EINVAL;
}

bool
ask_end(int rc)
{
    bool is_there = result.elaborated != NULL || result.checked != NULL ||
                    result.description != NULL || result.term != NULL ||
                    result.reply != NULL;

    lw_elab_result_destroy(result.elaborated);
    lw_kernel_result_destroy(result.checked);
    lw_description_destroy(result.description);
    lw_term_result_destroy(result.term);
    lw_reply_destroy(result.reply);
    return is_there == (rc == LW_OK && !result.by_value);
}

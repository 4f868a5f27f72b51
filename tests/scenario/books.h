/*
 * books.h - the words of a scenario's parent about restart policies, counters
 * and the lifecycle.
 */
#ifndef SCENARIO_BOOKS_H
#define SCENARIO_BOOKS_H

#include <lean_worker/worker.h>

#include "scenario/script.h"

/* config max_requests= max_imports= max_import= max_rss= max_pss= idle=
 * max_restarts= window= keep= */
void
books_config(const struct script_step *step, lw_worker_config *config);

/*
 * Each gives "" or what is wrong, until the next call.
 *
 * stats NAME=N …: members of lw_worker_stats, and by_REASON=N for the parts of
 * restarts, last=REASON, last_operation="…".
 * lifecycle NAME=N …: members of lw_worker_lifecycle, and due=REASON ("none":
 * no restart is due), due_current=N, due_limit=N.
 */
const char *
books_stats(lw_worker *worker, const struct script_step *step);
const char *
books_lifecycle(lw_worker *worker, const struct script_step *step);

/*
 * Around each step: counters never fall, they agree with each other, and where
 * a restart is due before a request that succeeds another child has served it.
 */
void
books_before(lw_worker *worker);
const char *
books_after(lw_worker *worker, bool request, bool succeeded);

#endif

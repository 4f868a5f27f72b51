/*
 * child.h - the scripted child: a real process that speaks the real protocol
 * through src/proto, or breaks it as its part of the scenario says.
 */
#ifndef SCENARIO_CHILD_H
#define SCENARIO_CHILD_H

#include "scenario/script.h"

/*
 * Plays a part; never returns. Exits with 0 at the part's end. What the child
 * has to tell goes to the FIFO `notes`, a line each:
 *
 *     quiet          it will do nothing more until it is told something: if it
 *                    is waited for with a deadline, that may come
 *     silent         it will do nothing more at all
 *     tick MS        so much time should pass
 *     fail TEXT      the scenario is wrong about the parent
 *     fault          the fault below has happened
 *
 * For torture the environment may name a fault (LWS_FAULT) in place of the
 * Nth message of each child (LWS_FAULT_AT).
 */
_Noreturn void
scenario_child(const struct script_part *part, const char *path,
               const char *notes);

#endif

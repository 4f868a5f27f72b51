/*
 * parent.h - the parent part of a scenario: calls of the public API with what
 * they must return.
 */
#ifndef SCENARIO_PARENT_H
#define SCENARIO_PARENT_H

#include "scenario/script.h"

/* Plays it. False with the reason on stderr as FILE:LINE: text. */
bool
scenario_parent(const struct script *script, const char *self);

#endif

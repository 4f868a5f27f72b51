/*
 * cells.h - which cells of the worker's table a scenario passes through.
 *
 * The linker puts a function of ours in front of lwi_machine_next (see
 * tests/CMakeLists.txt). With LW_CELLS=FILE in the environment each cell that
 * is passed through is written there, once: "STATE EVENT".
 */
#ifndef SCENARIO_CELLS_H
#define SCENARIO_CELLS_H

/* Prints all cells that are possible. */
void
cells_list(void);

#endif

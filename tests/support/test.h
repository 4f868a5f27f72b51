/*
 * test.h - what a unit test begins with: cmocka, behind the headers that it
 * wants to come first.
 */
#ifndef LWT_TEST_H
#define LWT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/base.h"

/* cmocka_run_group_tests for an array called `tests`, as main returns it. */
#define LWT_RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif

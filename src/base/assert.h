/*
 * assert.h - assertions about our own code, on in every build.
 *
 * Only for what cannot happen unless this library is wrong. What a caller, a
 * child, a file or the system does wrong is an lw_error, never an assertion.
 */
#ifndef LWI_ASSERT_H
#define LWI_ASSERT_H

/* Prints where and what on stderr and aborts. Never returns. */
_Noreturn void
lwi_assert_failed(const char *file, int line, const char *function,
                  const char *what);

#define LW_ASSERT(condition)                                                   \
    ((condition)                                                               \
         ? (void)0                                                             \
         : lwi_assert_failed(__FILE__, __LINE__, __func__, #condition))

/* A place that control flow cannot reach. */
#define LW_WRONG(why) lwi_assert_failed(__FILE__, __LINE__, __func__, (why))

#endif

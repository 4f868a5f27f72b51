/*
 * c_locale.h - numbers with a point, whatever the locale of the program.
 *
 * Jansson copes with a decimal comma, but ends the program where the decimal
 * point takes more than one byte, as in ps_AF.
 */
#ifndef LWI_C_LOCALE_H
#define LWI_C_LOCALE_H

#include <locale.h>

#include "base/base.h"

/* This thread has the locale "C" until lwi_c_locale_leave, with what it gave.
 */
locale_t
lwi_c_locale_enter(void);

void
lwi_c_locale_leave(locale_t before);

#endif

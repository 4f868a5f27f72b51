/* c_locale.c - numbers with a point, whatever the locale of the program. */
#include "base/c_locale.h"

/* This one is there already, so it costs no memory and cannot fail. */
locale_t
lwi_c_locale_enter(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

void
lwi_c_locale_leave(locale_t before)
{
    freelocale(uselocale(before));
}

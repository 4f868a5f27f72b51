/*
 * row_form.h - is a row what the caller wants rows to be?
 */
#ifndef LWI_ROW_FORM_H
#define LWI_ROW_FORM_H

#include <lean_worker/export.h>

#include "base/base.h"

bool
lwi_row_has_form(lw_row_form form, lw_span payload);

#endif

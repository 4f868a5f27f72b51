/* options.c - option structs that may be older or newer than the library. */
#include "base/options.h"

#define ABSURD_SIZE 65536 /* a struct_size that nobody filled in */

bool
lwi_options_read(void *to, size_t known, const void *given)
{
    const unsigned char *bytes = given;
    size_t size, i;

    memcpy(&size, given, sizeof(size));
    if (size < sizeof(size) || size > ABSURD_SIZE)
        return false;
    for (i = known; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    memcpy(to, given, size < known ? size : known);
    memcpy(to, &known, sizeof(known));
    return true;
}

/* json_size.c - how deep and how many the values of a JSON text are. */
#include "base/json_size.h"

#include <stdbool.h>

struct lwi_json_size
lwi_json_size(lw_span text)
{
    struct lwi_json_size size = { 0, 1 };
    bool in_string = false;
    size_t i, depth = 0;

    for (i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '[' || c == '{'))
            depth++;
        else if (!in_string && (c == ']' || c == '}') && depth > 0)
            depth--;
        if (depth > size.depth)
            size.depth = depth;
        if (!in_string && (c == '[' || c == '{' || c == ',' || c == ':'))
            size.values++;
    }
    return size;
}

/*
 * fuzz.h - what a fuzz target is: one function that takes any bytes.
 *
 * With libFuzzer (preset `fuzz`) it is called with bytes that libFuzzer makes
 * up; in every other build replay.c calls it with the files of its corpus.
 * A property that does not hold is an LW_ASSERT.
 */
#ifndef LWF_FUZZ_H
#define LWF_FUZZ_H

#include "base/base.h"

/* libFuzzer's name and type. Always gives 0. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes `size` bytes off the front of the input; fewer where it ends. */
struct lwf_input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t
lwf_take_byte(struct lwf_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

#endif

// What is asked: the same requests again and again, or refreshes that each present the token the last one brought.
#pragma once
#include "answer.h"

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    char *start;
    size_t length;
};

// Requests ready to be sent, each after a line with its length. Returns how many there are.
size_t requests_read_fixed(const char *path);

// Refresh tokens, one a line, presented at this route. Returns how many there are.
size_t requests_read_tokens(const char *path, const char *route);

struct bytes request_bytes(size_t number);

// Whether the answer to this request is the expected one; of a refresh, whether it brought another token, which is presented next.
bool request_take(size_t number, const struct answer *answer, int expected_status);

// Leaves the tokens that would be presented next where the first ones were.
void requests_keep_tokens(const char *path);

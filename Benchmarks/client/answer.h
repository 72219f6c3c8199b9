// One HTTP answer: a status line, header fields, and a body as long as Content-Length says.
#pragma once
#include <stddef.h>

struct answer {
    int status;
    const char *body;
    size_t body_length;
};

// How many bytes of these are the answer, or 0 when more have to come. Ends the program when they are anything else.
size_t answer_read(const char *bytes, size_t length, struct answer *answer);

// Says why on standard error, and ends the program: what was measured so far is worth nothing.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The clients of a load: each has a connection to every instance, asks one thing at a time and waits for the answer.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct load {
    size_t clients;
    double seconds;
    double pause_milliseconds; // on average, after an answer and before a client's first request
    int expected_status;
    size_t requests; // how many there are to take turns with
};

struct outcome {
    uint64_t answered;  // within the time, expected or not
    uint64_t late;      // after it: what was on its way at its end
    uint64_t bad;       // of all of these, other answers than the expected ones
    uint64_t busy;      // of the bad ones within the time, those with 503
    uint64_t late_busy; // and of those after it
    uint64_t reopened;  // connections closed by the service while nothing was asked over them
    int first_bad_status;
    double seconds;
};

// Opens the connections; the list has the ports of the instances, separated by commas.
void clients_connect(const struct load *load, const char *list);

// Asks for as long as the load says, then waits for what is on its way.
struct outcome clients_run(void);

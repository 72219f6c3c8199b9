#include "latency.h"

enum { PRECISION = 7, STEPS = 1 << PRECISION };

static uint64_t counts[64 * STEPS];
static uint64_t total, longest;

// Below STEPS each value has a bucket of its own; above, each power of two has STEPS of them.
static unsigned bucket_of(uint64_t value) {
    if (value < STEPS) return (unsigned)value;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - PRECISION;
    return ((shift + 1) << PRECISION) + (unsigned)((value >> shift) - STEPS);
}

static double upper_bound_of(unsigned bucket) {
    if (bucket < STEPS) return bucket;
    unsigned shift = (bucket >> PRECISION) - 1;
    return (double)(((uint64_t)(bucket & (STEPS - 1)) + STEPS + 1) << shift);
}

void latency_record(uint64_t nanoseconds) {
    counts[bucket_of(nanoseconds)]++;
    total++;
    if (nanoseconds > longest) longest = nanoseconds;
}

double latency_within(double share) {
    uint64_t below = 0;
    for (unsigned bucket = 0; bucket < 64 * STEPS; bucket++) {
        below += counts[bucket];
        if (total && (double)below >= share * (double)total) {
            double bound = upper_bound_of(bucket);
            return (bound < (double)longest ? bound : (double)longest) / 1e6;
        }
    }
    return 0;
}

double latency_longest(void) {
    return (double)longest / 1e6;
}

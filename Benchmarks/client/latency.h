// How long answers took: counts in buckets that are at most 1/128 wide of what they hold, so that a percentile is that exact.
#pragma once
#include <stdint.h>

void latency_record(uint64_t nanoseconds);

// In milliseconds: the time within which this share of the answers came, and the longest of all.
double latency_within(double share);
double latency_longest(void);

// Which client's pause ends next: a heap, so that thousands of clients at a pace cost no more than a few.
#pragma once
#include <stddef.h>
#include <stdint.h>

void pauses_make_room(size_t clients);
void pause_begin(size_t client, uint64_t until);

// When the next pause ends, or UINT64_MAX when nobody pauses.
uint64_t pauses_next_end(void);

// The client whose pause ends next, which no longer pauses.
size_t pause_end(void);

#include "pauses.h"

#include "answer.h"

#include <stdlib.h>

struct pause {
    uint64_t until;
    size_t client;
};

static struct pause *heap;
static size_t count;

void pauses_make_room(size_t clients) {
    heap = calloc(clients, sizeof *heap);
    if (!heap) fail("no memory");
}

void pause_begin(size_t client, uint64_t until) {
    size_t hole = count++;
    while (hole && heap[(hole - 1) / 2].until > until) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = (struct pause){until, client};
}

uint64_t pauses_next_end(void) {
    return count ? heap[0].until : UINT64_MAX;
}

size_t pause_end(void) {
    size_t client = heap[0].client;
    struct pause last = heap[--count];
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < count; hole = child) {
        if (child + 1 < count && heap[child + 1].until < heap[child].until) child++;
        if (heap[child].until >= last.until) break;
        heap[hole] = heap[child];
    }
    heap[hole] = last;
    return client;
}

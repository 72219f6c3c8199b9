// argon2 SECONDS THREADS: how many passwords a second libargon2 alone hashes, with the parameters of Gatehouse's
// default (m=19456,t=2,p=1). Prints {"requests":N,"seconds":S}.
#include <argon2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds_to_run;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static atomic_long hashes;

static void *hash_until_the_end(void *start) {
    const double end = *(double *)start + seconds_to_run;
    unsigned char result[32];
    while (now() < end) {
        if (argon2id_hash_raw(2, 19456, 1, "vivid-Otter47-lintel", 20, "sixteen bytes ok", 16, result, sizeof result))
            abort();
        atomic_fetch_add(&hashes, 1);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    seconds_to_run = atof(arguments[1]);
    const int threads = atoi(arguments[2]);
    if (threads < 1 || threads > 64) return 2;
    pthread_t thread[64];
    double start = now();
    for (int i = 0; i < threads; i++) pthread_create(&thread[i], NULL, hash_until_the_end, &start);
    for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
    printf("{\"requests\":%ld,\"seconds\":%.6f}\n", atomic_load(&hashes), now() - start);
    return 0;
}

// load [-p PAUSE_MS] [-s STATUS] PORTS CLIENTS SECONDS fixed FILE
// load [-p PAUSE_MS] PORTS CLIENTS SECONDS refresh FILE ROUTE
//
// Asks a service on this machine for the requests in the file, or has it refresh the tokens in the file, by so many clients
// at once, each of which keeps its connections and waits for each answer. Prints one line of JSON. One thread.
#include "answer.h"
#include "clients.h"
#include "latency.h"
#include "requests.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void allow_many_descriptors(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
    struct load load = {.expected_status = 200};
    for (int option; (option = getopt(count, arguments, "p:s:")) != -1;) {
        if (option == 'p') load.pause_milliseconds = atof(optarg);
        else if (option == 's') load.expected_status = atoi(optarg);
        else return 2;
    }
    arguments += optind;
    count -= optind;
    bool refreshes = count == 6 && !strcmp(arguments[3], "refresh");
    if (!refreshes && !(count == 5 && !strcmp(arguments[3], "fixed")))
        fail("wrong arguments; Benchmarks/client/main.c says which are right");
    load.clients = (size_t)atol(arguments[1]);
    load.seconds = atof(arguments[2]);
    load.requests = refreshes ? requests_read_tokens(arguments[4], arguments[5]) : requests_read_fixed(arguments[4]);
    if (load.clients < 1 || load.seconds <= 0) fail("neither clients nor seconds may be none");
    if (load.requests < load.clients) fail("%zu clients can't share %zu requests", load.clients, load.requests);

    allow_many_descriptors();
    clients_connect(&load, arguments[0]);
    double cpu_before = cpu_seconds();
    struct outcome outcome = clients_run();
    double cpu = cpu_seconds() - cpu_before;
    if (refreshes) requests_keep_tokens(arguments[4]);
    printf(
        "{\"requests\":%llu,\"late\":%llu,\"bad\":%llu,\"busy\":%llu,\"late_busy\":%llu,\"reopened\":%llu,"
        "\"first_bad_status\":%d,\"seconds\":%.6f,\"p50\":%.4f,\"p99\":%.4f,\"longest\":%.4f,\"client_cpu\":%.6f}\n",
        (unsigned long long)outcome.answered, (unsigned long long)outcome.late, (unsigned long long)outcome.bad,
        (unsigned long long)outcome.busy, (unsigned long long)outcome.late_busy, (unsigned long long)outcome.reopened,
        outcome.first_bad_status, outcome.seconds, latency_within(0.5), latency_within(0.99), latency_longest(), cpu);
    return 0;
}

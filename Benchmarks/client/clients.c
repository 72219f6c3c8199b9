#define _GNU_SOURCE
#include "clients.h"

#include "answer.h"
#include "latency.h"
#include "pauses.h"
#include "requests.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_INSTANCES = 8, LONGEST_ANSWER = 16384, EVENTS = 256 };
static const uint64_t SECOND = 1000000000;
// After the end, so many tenths of a second without any answer are too many. Counted, lest a machine that was stopped for a
// while looks like a service that doesn't answer.
enum { PATIENCE = 300 };

struct client {
    int sockets[MOST_INSTANCES];
    size_t turn;    // how many requests it has sent
    size_t request; // the one on its way
    int awaited;    // the socket that the answer comes from, or -1
    uint64_t sent_at;
    size_t length; // of what has come of the answer
    char *answer;
};

static struct load load;
static struct client *clients;
static in_port_t ports[MOST_INSTANCES];
static size_t instances, on_the_way;
static int events;
static struct outcome outcome;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static int connected(in_port_t port, size_t client) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address))
        fail("no connection to port %d: %s", port, strerror(errno));
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)client << 32 | (uint32_t)descriptor};
    if (epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll: %s", strerror(errno));
    return descriptor;
}

void clients_connect(const struct load *given, const char *list) {
    load = *given;
    for (const char *port = list; port; port = strchr(port, ',') ? strchr(port, ',') + 1 : NULL) {
        if (instances == MOST_INSTANCES) fail("more than %d instances", MOST_INSTANCES);
        ports[instances++] = (in_port_t)atoi(port);
    }
    events = epoll_create1(0);
    clients = calloc(load.clients, sizeof *clients);
    if (!clients) fail("no memory");
    pauses_make_room(load.clients);
    for (size_t number = 0; number < load.clients; number++) {
        clients[number].awaited = -1;
        clients[number].answer = malloc(LONGEST_ANSWER);
        if (!clients[number].answer) fail("no memory");
        for (size_t i = 0; i < instances; i++) clients[number].sockets[i] = connected(ports[i], number);
    }
}

// Requests are dealt out to the clients, each of which goes round its own; a request's next turn is at another instance.
static int socket_of_turn(struct client *client) {
    size_t number = (size_t)(client - clients);
    size_t own = (load.requests - 1 - number) / load.clients + 1;
    client->request = number + client->turn % own * load.clients;
    size_t instance = (client->turn / own + client->turn % own + number) % instances;
    client->turn++;
    return client->sockets[instance];
}

// One request on its way is far less than a socket's buffer holds, so that it always goes out at once and whole.
static void ask(struct client *client, uint64_t at) {
    int descriptor = socket_of_turn(client);
    struct bytes request = request_bytes(client->request);
    client->sent_at = at;
    client->length = 0;
    client->awaited = descriptor;
    on_the_way++;
    if (send(descriptor, request.start, request.length, MSG_NOSIGNAL) != (ssize_t)request.length)
        fail("a request could not be sent: %s", strerror(errno));
}

// The first pause is what is left of one that began earlier, so that as much is asked at the start as later.
static void pause_from(struct client *client, uint64_t at, bool is_first) {
    double share = is_first ? 1 - sqrt(1 - drand48()) : drand48();
    pause_begin((size_t)(client - clients), at + (uint64_t)(2e6 * load.pause_milliseconds * share));
}

// A service may close a connection over which nothing is asked.
static void reopen(struct client *client, int descriptor, uint64_t end) {
    close(descriptor);
    if (now() >= end) return;
    for (size_t i = 0; i < instances; i++)
        if (client->sockets[i] == descriptor) client->sockets[i] = connected(ports[i], (size_t)(client - clients));
    outcome.reopened++;
}

static void count(const struct client *client, const struct answer *answer, uint64_t at, uint64_t end) {
    latency_record(at - client->sent_at);
    if (at < end) outcome.answered++;
    else outcome.late++;
    if (request_take(client->request, answer, load.expected_status)) return;
    if (!outcome.bad++) outcome.first_bad_status = answer->status;
    if (answer->status == 503) *(at < end ? &outcome.busy : &outcome.late_busy) += 1;
}

static void hear(struct client *client, int descriptor, uint64_t end) {
    ssize_t length = recv(
        descriptor, client->answer + client->length, LONGEST_ANSWER - client->length, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length == 0 && descriptor != client->awaited) return reopen(client, descriptor, end);
    if (length <= 0) fail("a connection was closed: %s", length ? strerror(errno) : "by the other side");
    if (descriptor != client->awaited) fail("bytes that nobody asked for:\n%.*s", (int)length, client->answer + client->length);
    client->length += (size_t)length;
    struct answer answer;
    size_t whole = answer_read(client->answer, client->length, &answer);
    if (!whole && client->length == LONGEST_ANSWER) fail("an answer longer than %d bytes", LONGEST_ANSWER);
    if (!whole) return;
    if (whole < client->length) fail("more bytes than the answer has:\n%.*s", (int)client->length, client->answer);
    uint64_t at = now();
    on_the_way--;
    client->awaited = -1;
    count(client, &answer, at, end);
    if (at >= end) return;
    if (load.pause_milliseconds > 0) pause_from(client, at, false);
    else ask(client, at);
}

// Hears what comes until then; how much came.
static int wait_until(uint64_t moment, uint64_t end) {
    struct epoll_event happened[EVENTS];
    uint64_t at = now();
    int milliseconds = at < moment ? (int)((moment - at + SECOND / 1000 - 1) / (SECOND / 1000)) : 0;
    int number = epoll_wait(events, happened, EVENTS, milliseconds);
    if (number < 0 && errno != EINTR) fail("epoll: %s", strerror(errno));
    for (int i = 0; i < number; i++) {
        uint64_t whose = happened[i].data.u64;
        hear(&clients[whose >> 32], (int)(uint32_t)whose, end);
    }
    return number;
}

struct outcome clients_run(void) {
    uint64_t start = now(), end = start + (uint64_t)(load.seconds * (double)SECOND);
    for (size_t number = 0; number < load.clients; number++) {
        if (load.pause_milliseconds > 0) pause_from(&clients[number], start, true);
        else ask(&clients[number], now());
    }
    for (uint64_t at; (at = now()) < end;) {
        while (pauses_next_end() <= at) ask(&clients[pause_end()], at);
        uint64_t next = pauses_next_end();
        wait_until(next < end ? next : end, end);
    }
    for (int silent = 0; on_the_way; silent++) {
        if (silent == PATIENCE) fail("%zu requests without an answer", on_the_way);
        if (wait_until(now() + SECOND / 10, end)) silent = 0;
    }
    outcome.seconds = load.seconds;
    return outcome;
}

#define _GNU_SOURCE
#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A refresh token is a JWS of three short parts; this is several times its length.
enum { LONGEST_REQUEST = 4096, LONGEST_TOKEN = 2048 };

static struct bytes *requests;
static size_t count;
static const char *refresh_route;
static struct bytes *tokens; // beside the requests that present them, where these are refreshes

static FILE *opened(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file) fail("%s can't be opened", path);
    return file;
}

static struct bytes *grown(struct bytes *list, size_t length) {
    if (length & (length - 1)) return list;
    list = realloc(list, (length ? 2 * length : 1) * sizeof *list);
    if (!list) fail("no memory");
    return list;
}

static char *room(size_t length) {
    char *start = malloc(length);
    if (!start) fail("no memory");
    return start;
}

size_t requests_read_fixed(const char *path) {
    FILE *file = opened(path, "r");
    size_t length;
    while (fscanf(file, "%zu", &length) == 1) {
        if (fgetc(file) != '\n') fail("%s: no line's end after a length", path);
        requests = grown(requests, count);
        struct bytes *request = &requests[count++];
        *request = (struct bytes){room(length), length};
        if (fread(request->start, 1, length, file) != length) fail("%s is cut off", path);
    }
    if (!feof(file)) fail("%s: no length where one was expected", path);
    fclose(file);
    return count;
}

static void present(size_t number) {
    struct bytes token = tokens[number];
    int length = snprintf(
        requests[number].start, LONGEST_REQUEST,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n"
        "{\"refresh_token\":\"%.*s\"}",
        refresh_route, token.length + strlen("{\"refresh_token\":\"\"}"), (int)token.length, token.start);
    if (length < 0 || length >= LONGEST_REQUEST) fail("a token too long to be presented");
    requests[number].length = (size_t)length;
}

size_t requests_read_tokens(const char *path, const char *route) {
    FILE *file = opened(path, "r");
    refresh_route = route;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] == '\n') length--;
        if (length == 0 || length >= LONGEST_TOKEN) fail("%s: line %zu is no token", path, count + 1);
        requests = grown(requests, count);
        tokens = grown(tokens, count);
        requests[count] = (struct bytes){room(LONGEST_REQUEST), 0};
        tokens[count] = (struct bytes){room(LONGEST_TOKEN), (size_t)length};
        memcpy(tokens[count].start, line, (size_t)length);
        present(count++);
    }
    free(line);
    fclose(file);
    return count;
}

struct bytes request_bytes(size_t number) {
    return requests[number];
}

// The value of "refresh_token", which is base64url with dots and so holds no escape.
static struct bytes token_in(const struct answer *answer) {
    static const char name[] = "\"refresh_token\":\"";
    const char *end = answer->body + answer->body_length;
    char *start = memmem(answer->body, answer->body_length, name, sizeof name - 1);
    if (!start) return (struct bytes){0};
    start += sizeof name - 1;
    char *quote = memchr(start, '"', (size_t)(end - start));
    return quote ? (struct bytes){start, (size_t)(quote - start)} : (struct bytes){0};
}

bool request_take(size_t number, const struct answer *answer, int expected_status) {
    if (answer->status != expected_status) return false;
    if (!tokens) return true;
    struct bytes *token = &tokens[number], successor = token_in(answer);
    bool is_another = successor.length > 0 && successor.length < LONGEST_TOKEN
        && (successor.length != token->length || memcmp(successor.start, token->start, token->length));
    if (!is_another) return false;
    memcpy(token->start, successor.start, successor.length);
    token->length = successor.length;
    present(number);
    return true;
}

void requests_keep_tokens(const char *path) {
    FILE *file = opened(path, "w");
    for (size_t number = 0; number < count; number++)
        fprintf(file, "%.*s\n", (int)tokens[number].length, tokens[number].start);
    if (fclose(file)) fail("%s can't be written", path);
}

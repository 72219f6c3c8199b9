#define _GNU_SOURCE
#include "answer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static _Noreturn void fail_on(const char *problem, const char *bytes, size_t length) {
    fail("%s:\n%.*s", problem, (int)(length < 500 ? length : 500), bytes);
}

// The value of the field when this line is that field, or NULL.
static const char *value_if(const char *line, const char *end, const char *name) {
    size_t length = strlen(name);
    if ((size_t)(end - line) <= length || line[length] != ':' || strncasecmp(line, name, length)) return NULL;
    const char *value = line + length + 1;
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    return value;
}

static long content_length(const char *fields, const char *end) {
    long found = -1;
    for (const char *line = fields; line < end;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        if (!line_end) break;
        if (value_if(line, line_end, "transfer-encoding")) fail_on("An answer without a length", fields, (size_t)(end - fields));
        const char *value = value_if(line, line_end, "content-length");
        if (value) {
            char *rest;
            if (found >= 0 || !isdigit((unsigned char)*value)) fail_on("An unclear length", line, (size_t)(line_end - line));
            found = strtol(value, &rest, 10);
            if (*rest != '\r') fail_on("An unclear length", line, (size_t)(line_end - line));
        }
        line = line_end + 1;
    }
    return found;
}

size_t answer_read(const char *bytes, size_t length, struct answer *answer) {
    const char *blank = memmem(bytes, length, "\r\n\r\n", 4);
    if (!blank) return 0;
    const char *end = blank + 4;
    const char *fields = (const char *)memchr(bytes, '\n', (size_t)(end - bytes)) + 1;
    if (fields - bytes < 14 || memcmp(bytes, "HTTP/1.1 ", 9) || !isdigit((unsigned char)bytes[9]) || bytes[12] != ' ')
        fail_on("No status line", bytes, length);
    answer->status = atoi(bytes + 9);
    bool bodiless = answer->status == 204 || answer->status == 304;
    long body = content_length(fields, blank + 2);
    if (body < 0 && !bodiless) fail_on("An answer without a length", bytes, length);
    answer->body = end;
    answer->body_length = bodiless ? 0 : (size_t)body;
    size_t whole = (size_t)(end - bytes) + answer->body_length;
    return whole <= length ? whole : 0;
}

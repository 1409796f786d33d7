/*
 * A server for scripts/benchmark that notes when each request arrives: HTTP/1.1 with keep-alive on 127.0.0.1, one thread,
 * one fixed answer. The instant of a request is that at which the last byte of its head was read, on CLOCK_MONOTONIC.
 * SIGTERM ends it; it then writes the instants to a file, in nanoseconds, one to a line, in the order of arrival.
 *
 * Requests may not have a body.
 *
 * Usage: arrival-recorder PORT FILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, EVENTS = 64 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world\n";
static const char head_end[] = "\r\n\r\n";

/* How many bytes of the end of a head each connection has sent last. */
static unsigned char matched[DESCRIPTORS];
static int64_t *arrivals;
static size_t arrival_count, arrival_capacity;
static volatile sig_atomic_t is_ended;

static void end(int signal) {
  (void)signal;
  is_ended = 1;
}

static _Noreturn void give_up(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void note(int64_t instant) {
  if (arrival_count == arrival_capacity) {
    arrival_capacity = arrival_capacity ? arrival_capacity * 2 : 1 << 20;
    arrivals = realloc(arrivals, arrival_capacity * sizeof *arrivals);
    if (!arrivals) give_up("realloc");
  }
  arrivals[arrival_count++] = instant;
}

static int listen_on(uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) give_up("bind");
  if (listen(listener, 4096) != 0) give_up("listen");
  return listener;
}

static void watch(int epoll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor}};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) give_up("epoll_ctl");
}

static void accept_all(int epoll, int listener) {
  int connection, on = 1;
  while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (connection >= DESCRIPTORS) {
      close(connection);
      continue;
    }
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    matched[connection] = 0;
    watch(epoll, connection);
  }
}

static void serve(int connection) {
  char bytes[16384];
  ssize_t size = read(connection, bytes, sizeof bytes);
  int64_t instant = now();
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
    close(connection);
    return;
  }
  for (ssize_t i = 0; i < size; i++) {
    if (bytes[i] == head_end[matched[connection]]) {
      matched[connection]++;
    } else {
      matched[connection] = bytes[i] == '\r';
    }
    if (matched[connection] < 4) continue;
    matched[connection] = 0;
    note(instant);
    /* A client that does not read 52 bytes is of no interest here. */
    if (send(connection, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
      close(connection);
      return;
    }
  }
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: arrival-recorder PORT FILE\n"), 64;
  int listener = listen_on((uint16_t)atoi(arguments[1])), epoll = epoll_create1(0);
  watch(epoll, listener);

  /* The signal is let in only while waiting, so that it is never missed. */
  sigset_t blocked, open;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &open);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
  while (!is_ended) {
    struct epoll_event events[EVENTS];
    int ready = epoll_pwait(epoll, events, EVENTS, -1, &open);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) {
        accept_all(epoll, listener);
      } else {
        serve(events[i].data.fd);
      }
    }
  }

  FILE *file = fopen(arguments[2], "w");
  if (!file) give_up(arguments[2]);
  for (size_t i = 0; i < arrival_count; i++) fprintf(file, "%" PRId64 "\n", arrivals[i]);
  if (fclose(file) != 0) give_up(arguments[2]);
  return 0;
}

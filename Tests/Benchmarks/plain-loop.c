/*
 * The yardstick of scripts/benchmark: the plainest loop over curl_multi_socket_action and epoll that keeps a number of
 * requests in flight for a number of seconds. No pacing, no histograms, no accounting but counters.
 *
 * Usage: plain-loop [--http2] [--ca FILE] URL SECONDS IN-FLIGHT
 *
 * --http2  HTTP/2 by ALPN; requests wait for the one connection to be multiplexed over it, as those of scaleproof do.
 * --ca     the PEM file of the authority that the server's certificate is checked with.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int epoll_descriptor;
static double timer_deadline = -1;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_descriptor, EPOLL_CTL_DEL, socket, NULL);
    return 0;
  }
  struct epoll_event event = {.data = {.fd = socket}};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(epoll_descriptor, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (!known) curl_multi_assign(*(CURLM **)context, socket, (void *)1);
  return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *context) {
  (void)multi;
  (void)context;
  timer_deadline = milliseconds < 0 ? -1 : now() + milliseconds / 1000.0;
  return 0;
}

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  (void)context;
  return size * count;
}

int main(int count, char **arguments) {
  int is_http2 = 0, at = 1;
  const char *authority = NULL;
  for (; at < count && strncmp(arguments[at], "--", 2) == 0; at++) {
    if (strcmp(arguments[at], "--http2") == 0) {
      is_http2 = 1;
    } else if (strcmp(arguments[at], "--ca") == 0 && at + 1 < count) {
      authority = arguments[++at];
    } else {
      at = count;
    }
  }
  if (count - at != 3) return fprintf(stderr, "usage: plain-loop [--http2] [--ca FILE] URL SECONDS IN-FLIGHT\n"), 64;
  const char *url = arguments[at];
  int in_flight = atoi(arguments[at + 2]);
  curl_global_init(CURL_GLOBAL_ALL);
  epoll_descriptor = epoll_create1(0);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &multi);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)in_flight);
  for (int i = 0; i < in_flight; i++) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)(is_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (is_http2) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    if (authority) curl_easy_setopt(easy, CURLOPT_CAINFO, authority);
    curl_multi_add_handle(multi, easy);
  }
  double start = now(), end = start + atof(arguments[at + 1]);
  long done = 0, failed = 0;
  int running = 0;
  while (now() < end) {
    double left = timer_deadline < 0 ? 100 : (timer_deadline - now()) * 1000;
    struct epoll_event events[64];
    int ready = epoll_wait(epoll_descriptor, events, 64, left <= 0 ? 0 : left > 100 ? 100 : (int)left + 1);
    for (int i = 0; i < ready; i++) {
      int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                 (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi, events[i].data.fd, mask, &running);
    }
    if (timer_deadline >= 0 && timer_deadline <= now()) {
      timer_deadline = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    int rest;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &rest))) {
      CURL *easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      done++;
      if (message->data.result != CURLE_OK || status != 200) failed++;
      curl_multi_remove_handle(multi, easy);
      curl_multi_add_handle(multi, easy);
    }
  }
  double seconds = now() - start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("requests %ld failed %ld seconds %.3f\n", done, failed, seconds);
  printf("per-second %.0f cpu-microseconds %.3f\n", done / seconds, cpu * 1e6 / (done ? done : 1));
  return 0;
}

/*
 * Linux calls that Swift's Glibc module lacks or imports in an awkward shape.
 */
#ifndef SCALEPROOF_CLINUX_SHIM_H
#define SCALEPROOF_CLINUX_SHIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

/* GNU extensions, which the headers hide where _GNU_SOURCE is not set. */
extern int accept4(int socket, struct sockaddr *_Nullable address, socklen_t *_Nullable length, int flags);
extern int close_range(unsigned first, unsigned last, int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int first);

/* A connection that no other program inherits. */
static inline int scaleproof_accept(int listener) {
  return accept4(listener, 0, 0, SOCK_CLOEXEC);
}

/*
 * No other program inherits what this process has open now beside the three standard descriptors (CLOSE_RANGE_CLOEXEC, Linux 5.11 and
 * later; before, nothing happens).
 */
static inline int scaleproof_close_all_on_exec(void) {
  return close_range(3, ~0U, 1U << 2);
}

/* A program that is started has none of our descriptors from this one on. */
static inline int scaleproof_spawn_close_from(posix_spawn_file_actions_t *_Nonnull actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/* struct epoll_event is packed and holds a union; these three keep its layout on the C side. */
static inline int scaleproof_epoll_control(int epoll, int operation, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.fd = descriptor}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline uint32_t scaleproof_epoll_events(const struct epoll_event *_Nonnull event) { return event->events; }

static inline int scaleproof_epoll_descriptor(const struct epoll_event *_Nonnull event) { return event->data.fd; }

/* The port of our side of a TCP connection; 0 when there is none. */
static inline int scaleproof_local_port(int socket) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof address;
  if (getsockname(socket, (struct sockaddr *)&address, &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port) : 0;
}

/* The monotonic clock in nanoseconds: one call instead of a struct and two conversions. */
static inline int64_t scaleproof_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The wall clock in milliseconds since 1970. */
static inline int64_t scaleproof_wall_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* CPU time of the calling thread, user and system. */
static inline int64_t scaleproof_thread_cpu_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* CPU time of the whole process, user and system. */
static inline int64_t scaleproof_process_cpu_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A timer that fires once at an instant of the monotonic clock; 0 disarms it. */
static inline int scaleproof_timer_set(int timer, int64_t nanoseconds) {
  struct itimerspec when = {
      .it_interval = {0, 0},
      .it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000},
  };
  return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, 0);
}

/* Leaves all signals to other threads and names the calling one for ps and top (at most 15 bytes). prctl is variadic. */
static inline void scaleproof_thread_prepare(const char *_Nonnull name) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, 0);
  prctl(PR_SET_NAME, name);
}

/*
 * A thread by its number (0 for the calling one), and those that it starts later, do not take the processor from others when they wake up
 * (SCHED_BATCH), or do so as usual. Both ways are open without privileges.
 */
static inline int scaleproof_thread_set_background(int thread, int background) {
  struct sched_param parameters = {.sched_priority = 0};
  return sched_setscheduler(thread, background ? SCHED_BATCH : SCHED_OTHER, &parameters);
}

/* Starts a thread, which is to be joined or let go once. */
static inline int scaleproof_thread_start(
    pthread_t *_Nonnull thread, void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable context) {
  return pthread_create(thread, 0, body, context);
}

/* Swift sees RLIMIT_NOFILE and the argument that takes it as two types; -1 when the limit cannot be read. */
static inline int64_t scaleproof_descriptor_limit(int hard) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  rlim_t value = hard ? limit.rlim_max : limit.rlim_cur;
  return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static inline int scaleproof_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit);
}

#endif

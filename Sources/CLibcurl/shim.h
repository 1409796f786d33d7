/*
 * libcurl for Swift.
 *
 * Swift cannot call variadic C functions, and curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic.
 * Each inline function below stands for such calls with one type of argument, so that the compiler checks the type.
 * All of them are called by the module Curl only.
 */
#ifndef SCALEPROOF_CLIBCURL_SHIM_H
#define SCALEPROOF_CLIBCURL_SHIM_H

#include <curl/curl.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed (Debian 12 and later: apt install libcurl4-openssl-dev)"
#endif

#pragma clang assume_nonnull begin

/* Options whose argument is a long: numbers, switches, milliseconds. */
static inline CURLcode scaleproof_easy_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

/* Options whose argument is a 64-bit size. */
static inline CURLcode scaleproof_easy_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

/* Options whose argument is a string, which libcurl copies. NULL goes back to the default. */
static inline CURLcode scaleproof_easy_set_string(CURL *handle, CURLoption option, const char *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

/* Options whose argument is a list, which libcurl does not copy: it must outlive the transfer. */
static inline CURLcode scaleproof_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

/* Options whose argument is any other pointer: the error buffer, and the private value of a handle. */
static inline CURLcode scaleproof_easy_set_pointer(CURL *handle, CURLoption option, void *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

/* Options whose argument is a certificate or key in memory; libcurl makes its own copy. */
static inline CURLcode scaleproof_easy_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t size) {
  struct curl_blob blob = {.data = (void *)bytes, .len = size, .flags = CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
}

/* Throws a response body away in C, so that the load path calls no Swift per chunk. */
static inline size_t scaleproof_discard(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context) {
  (void)bytes;
  (void)context;
  return size * count;
}

static inline CURLcode scaleproof_easy_discard_body(CURL *handle) {
  return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, scaleproof_discard);
}

typedef size_t (*scaleproof_data_callback)(char *bytes, size_t size, size_t count, void *_Nullable context);

/* Body and header callbacks together with what they are given as their last argument. */
static inline CURLcode scaleproof_easy_set_body_callback(
    CURL *handle, scaleproof_data_callback callback, void *_Nullable context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode scaleproof_easy_set_header_callback(
    CURL *handle, scaleproof_data_callback callback, void *_Nullable context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

/* Facts about a transfer, by type; 0 or NULL when libcurl does not know. */
static inline long scaleproof_easy_get_long(CURL *handle, CURLINFO info) {
  long value = 0;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline curl_off_t scaleproof_easy_get_offset(CURL *handle, CURLINFO info) {
  curl_off_t value = 0;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline const char *_Nullable scaleproof_easy_get_string(CURL *handle, CURLINFO info) {
  char *value = NULL;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : NULL;
}

static inline void *_Nullable scaleproof_easy_get_private(CURL *handle) {
  char *value = NULL;
  return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

/* The value of a response header of the last response, or NULL; valid until the handle is used again. */
static inline const char *_Nullable scaleproof_easy_get_header(CURL *handle, const char *name) {
  struct curl_header *header = NULL;
  return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

typedef int (*scaleproof_socket_opened_callback)(void *_Nullable context, curl_socket_t socket, curlsocktype purpose);
typedef int (*scaleproof_socket_closed_callback)(void *_Nullable context, curl_socket_t socket);

/* What libcurl calls when it has made a socket for a connection of this handle, and when it wants that socket closed. */
static inline CURLcode scaleproof_easy_set_socket_callbacks(
    CURL *handle, scaleproof_socket_opened_callback opened, scaleproof_socket_closed_callback closed, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, opened);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, closed);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, context);
}

/*
 * How often libcurl has begun to send the request of a handle, and what it must not do.
 *
 * When a kept connection breaks before the first byte of an answer, libcurl sends the request again over another one,
 * whatever its method is.
 */
struct scaleproof_attempts {
  CURL *_Nonnull handle;
  /* Attempts since the start. */
  int begun;
  /* Whether a request was repeated, or would have been, since the handle was made. */
  int has_repeated;
  /* Whether a request that was sent must not be sent again: its method is not idempotent (RFC 9110, section 9.2.2). */
  int is_sent_once;
  /* Whether nothing may be sent or opened: the connection is wanted only to be closed. */
  int is_closing;
  /* Whether a repetition was refused. */
  int was_refused;
};

static inline int scaleproof_refuses_repetition(struct scaleproof_attempts *attempts) {
  if (attempts->begun == 0) return 0;
  attempts->has_repeated = 1;
  if (!attempts->is_sent_once || scaleproof_easy_get_long(attempts->handle, CURLINFO_REQUEST_SIZE) == 0) return 0;
  attempts->was_refused = 1;
  return 1;
}

/* libcurl has a connection and is about to send. */
static inline int scaleproof_begin_attempt(
    void *_Nullable context, char *_Nullable remote, char *_Nullable local, int remotePort, int localPort) {
  (void)remote, (void)local, (void)remotePort, (void)localPort;
  struct scaleproof_attempts *attempts = (struct scaleproof_attempts *)context;
  if (attempts->is_closing || scaleproof_refuses_repetition(attempts)) return CURL_PREREQFUNC_ABORT;
  attempts->begun++;
  return CURL_PREREQFUNC_OK;
}

/* libcurl has none. No other program inherits the socket, which libcurl itself does not see to. */
static inline curl_socket_t scaleproof_open_socket(
    void *_Nullable context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  struct scaleproof_attempts *attempts = (struct scaleproof_attempts *)context;
  if (attempts->is_closing || scaleproof_refuses_repetition(attempts)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode scaleproof_easy_set_attempts(CURL *handle, struct scaleproof_attempts *attempts) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, scaleproof_begin_attempt);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_PREREQDATA, attempts);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, scaleproof_open_socket);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, attempts);
}

/* The certificate chain that the server of the last transfer showed, one list of "Name:value" lines per certificate. */
static inline struct curl_certinfo *_Nullable scaleproof_easy_get_certificates(CURL *handle) {
  struct curl_certinfo *chain = NULL;
  return curl_easy_getinfo(handle, CURLINFO_CERTINFO, &chain) == CURLE_OK ? chain : NULL;
}

static inline CURLMcode scaleproof_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

typedef int (*scaleproof_socket_callback)(
    CURL *handle, curl_socket_t socket, int what, void *_Nullable context, void *_Nullable socketContext);
typedef int (*scaleproof_timer_callback)(CURLM *multi, long milliseconds, void *_Nullable context);

/* Callbacks of a multi handle with their context; NULL clears them. */
static inline CURLMcode scaleproof_multi_set_socket_callback(
    CURLM *multi, scaleproof_socket_callback _Nullable callback, void *_Nullable context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
  return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode scaleproof_multi_set_timer_callback(
    CURLM *multi, scaleproof_timer_callback _Nullable callback, void *_Nullable context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
  return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

/* The next finished transfer without the union of CURLMsg, which Swift sees badly; handle is NULL when there is none. */
struct scaleproof_completion {
  CURL *_Nullable handle;
  CURLcode code;
};

static inline struct scaleproof_completion scaleproof_multi_next_completion(CURLM *multi) {
  struct scaleproof_completion completion = {NULL, CURLE_OK};
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      completion.handle = message->easy_handle;
      completion.code = message->data.result;
      return completion;
    }
  }
  return completion;
}

/* CURLVERSION_NOW is a macro over an enumeration, which Swift does not import. */
static inline curl_version_info_data *scaleproof_version_info(void) {
  return curl_version_info(CURLVERSION_NOW);
}

#pragma clang assume_nonnull end

#endif

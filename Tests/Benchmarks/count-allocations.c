/*
 * Counts allocations per thread, for scripts/count-allocations: loaded with LD_PRELOAD in front of libc's malloc.
 *
 * At exit a line "THREAD-NAME OURS LIBRARIES" per thread is written to the file that the
 * environment names in ALLOCATION_COUNTS. LIBRARIES are the calls from libcurl, its own libraries or libc (on a load thread:
 * the strdup of libcurl), OURS all others: the program and the Swift runtime, through which all of Swift allocates.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { THREADS = 256, LIBRARIES = 16 };

struct counts {
  char name[16];
  atomic_long ours, libraries;
};
static struct counts all[THREADS];
static atomic_int used;
static __thread struct counts *mine __attribute__((tls_model("initial-exec")));
static struct {
  uintptr_t start, end;
} libraries[LIBRARIES];
static int library_count;
static atomic_int ready;

static int note(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  (void)context;
  const char *names[] = {"/libcurl", "/libc.so", "/libssl", "/libcrypto", "/libnghttp2"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!strstr(info->dlpi_name, names[i])) continue;
    for (int segment = 0; segment < info->dlpi_phnum && library_count < LIBRARIES; segment++) {
      const ElfW(Phdr) *header = &info->dlpi_phdr[segment];
      if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
      libraries[library_count].start = info->dlpi_addr + header->p_vaddr;
      libraries[library_count++].end = info->dlpi_addr + header->p_vaddr + header->p_memsz;
    }
  }
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  dl_iterate_phdr(note, NULL);
  atomic_store(&ready, 1);
}

static void count(const void *caller) {
  if (!atomic_load_explicit(&ready, memory_order_relaxed)) return;
  if (!mine) {
    int index = atomic_fetch_add(&used, 1);
    mine = &all[index < THREADS ? index : THREADS - 1];
  }
  /* A thread gets its name after its first allocation. */
  long before = atomic_load_explicit(&mine->ours, memory_order_relaxed);
  if (before < 64) prctl(PR_GET_NAME, mine->name);
  for (int i = 0; i < library_count; i++) {
    if ((uintptr_t)caller >= libraries[i].start && (uintptr_t)caller < libraries[i].end) {
      atomic_fetch_add_explicit(&mine->libraries, 1, memory_order_relaxed);
      return;
    }
  }
  atomic_fetch_add_explicit(&mine->ours, 1, memory_order_relaxed);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("ALLOCATION_COUNTS");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  int threads = atomic_load(&used);
  for (int i = 0; i < threads && i < THREADS; i++)
    fprintf(file, "%s %ld %ld\n", all[i].name, atomic_load(&all[i].ours), atomic_load(&all[i].libraries));
  fclose(file);
}

void *malloc(size_t size) {
  count(__builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(__builtin_return_address(0));
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count(__builtin_return_address(0));
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}

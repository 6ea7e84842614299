#define _GNU_SOURCE
#include "CTorch.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char library[] = "libTorchRuntime.so";

static void *open_library(const char *path, ctorch_error error) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = dlerror();
    snprintf(error.text, error.capacity, "%s", reason ? reason : "unknown");
  }
  return handle;
}

// The library beside this executable; 0 if there is none or its path does not fit.
static int beside_executable(char *path, size_t capacity) {
  ssize_t length = readlink("/proc/self/exe", path, capacity - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  char *slash = strrchr(path, '/');
  if (!slash) return 0;
  size_t folder = (size_t)(slash + 1 - path);
  if (folder + sizeof library > capacity) return 0;
  memcpy(path + folder, library, sizeof library);
  return access(path, R_OK) == 0;
}

const ctorch_runtime *ctorch_open(ctorch_error error) {
  char beside[PATH_MAX];
  const char *path = getenv("RUN_EXP_TORCH_RUNTIME");
  if (!path || !*path) path = beside_executable(beside, sizeof beside) ? beside : library;
  void *handle = open_library(path, error);
  if (!handle) return NULL;
  ctorch_entry entry = (ctorch_entry)dlsym(handle, CTORCH_ENTRY);
  if (!entry) {
    snprintf(error.text, error.capacity, "%s has no %s", path, CTORCH_ENTRY);
    return NULL;
  }
  return entry();
}

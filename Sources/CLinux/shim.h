#pragma once
// Linux calls that Swift's Glibc module leaves out: glibc declares them for _GNU_SOURCE only, or not at all.
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Closes every descriptor from `from` upwards in the child.
static inline int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

/// A descriptor of the process `pid`, which never comes to mean another one; -1 and errno.
static inline int linux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int linux_pidfd_send_signal(int descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

/// A file in memory, without a name in any folder, closed by exec; -1 and errno.
static inline int linux_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */); }

/// A descriptor that counts, to wake who polls it: closed by exec, never blocking; -1 and errno.
static inline int linux_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

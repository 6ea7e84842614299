#pragma once
#include <libssh2.h>
#include <sys/types.h>

// libssh2_session_callback_set takes a void pointer for functions of every kind: one typed function for each.

/// `send` gets what libssh2 wants to send. It returns the number of bytes taken, or a negative errno.
static inline void ssh2_set_send(
    LIBSSH2_SESSION *session, ssize_t (*send)(libssh2_socket_t, const void *, size_t, int, void **)) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
}

/// `receive` fills a buffer. It returns the number of bytes in it, 0 at the end, or a negative errno.
static inline void ssh2_set_receive(
    LIBSSH2_SESSION *session, ssize_t (*receive)(libssh2_socket_t, void *, size_t, int, void **)) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

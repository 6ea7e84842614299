#if canImport(Glibc)
  import Glibc
#endif

/// SIGPIPE, which a write to a socket that the other side has closed raises, and which would end the process.
///
/// libhiredis writes without MSG_NOSIGNAL. The signal is held back in this thread alone: a disposition for the whole process
/// would be inherited by everything that it starts.
enum BrokenPipe {
  /// Runs `body`; a SIGPIPE that it raises in this thread never arrives.
  static func ignored<Result>(_ body: () -> Result) -> Result {
    var pipe = sigset_t()
    var before = sigset_t()
    var pending = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    sigpending(&pending)
    let wasPending = sigismember(&pending, SIGPIPE) == 1
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    let result = body()
    if !wasPending {
      // Takes the signal out of the queue, if there is one, before it is let through again.
      var atOnce = timespec(tv_sec: 0, tv_nsec: 0)
      while sigtimedwait(&pipe, nil, &atOnce) == -1, errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return result
  }
}

#define _GNU_SOURCE
// An open-loop HTTP client: `load PORT RATE COUNT` sends COUNT requests at even intervals, each on an idle connection, and
// prints the 50th and 99th percentile of how late they were sent, in microseconds. The floor of what a client costs.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { connections = 64, body = 256 };

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void fail(const char *what) {
  perror(what);
  exit(69);
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  int rate = atoi(argv[2]), count = atoi(argv[3]);
  if (rate < 1 || count < 1) return 64;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char request[1024];
  int head = snprintf(request, sizeof request,
                      "POST /example/predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/octet-stream\r\n"
                      "content-length: %d\r\n\r\n", body);
  memset(request + head, 0, body);

  // Sleeps end when they should, not up to 50 us later.
  prctl(PR_SET_TIMERSLACK, 1);
  int idle[connections], idle_count = 0, epoll = epoll_create1(0);
  for (int i = 0; i < connections; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    idle[idle_count++] = fd;
  }
  int64_t *late = calloc((size_t)count, sizeof *late), start = now() + 20000000;
  int sent = 0, answered = 0;
  while (answered < count) {
    int64_t due = start + (int64_t)sent * 1000000000LL / rate, wait = due - now();
    if (sent < count && wait <= 0 && idle_count > 0) {
      if (write(idle[--idle_count], request, (size_t)(head + body)) < 0) fail("write");
      late[sent++] = now() - due;
      continue;
    }
    struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct pollfd sockets = {.fd = epoll, .events = POLLIN};
    if (ppoll(&sockets, 1, sent < count && wait > 0 ? &timeout : NULL, NULL) <= 0) continue;
    struct epoll_event events[64];
    int ready = epoll_wait(epoll, events, 64, 0);
    for (int i = 0; i < ready; i++) {
      char reply[4096];
      if (read(events[i].data.fd, reply, sizeof reply) <= 0) fail("read");
      idle[idle_count++] = events[i].data.fd;
      answered++;
    }
  }
  qsort(late, (size_t)count, sizeof *late, compare);
  printf("%.1f %.1f\n", (double)late[count / 2] / 1e3, (double)late[count * 99 / 100] / 1e3);
  return 0;
}

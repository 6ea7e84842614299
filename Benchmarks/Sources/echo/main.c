#define _GNU_SOURCE
// An epoll server that answers each HTTP request with a fixed reply, or passes it on to such a server and the reply back:
//   echo          the answer at once
//   echo PORT     each connection has one of its own to 127.0.0.1:PORT
// It trusts its peers and knows one request form: the floor of what a server costs. Prints its port, runs until killed.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { connections = 4096, room = 1 << 16 };

static const char reply[] =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 145\r\n\r\n"
    "{\"query_id\":123456,\"output\":[0.1234567,0.2345678,0.3456789,0.4567891,0.5678912,0.6789123,0.7891234,"
    "0.8912345],\"default\":false,\"source\":\"own\"}    ";

static int peers[connections];
static char buffers[connections][room];
static size_t lengths[connections];

static void fail(const char *what) {
  perror(what);
  exit(69);
}

static void watch(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  lengths[fd] = 0;
  peers[fd] = -1;
}

static int dial(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  return fd;
}

// Bytes of the first request in the buffer; 0 if it is not whole.
static size_t request_length(char *text, size_t length) {
  char *end = memmem(text, length, "\r\n\r\n", 4);
  if (!end) return 0;
  size_t head = (size_t)(end - text) + 4, body = 0;
  *end = 0;
  char *field = strcasestr(text, "\r\ncontent-length:");
  if (field) body = strtoul(field + 17, NULL, 10);
  *end = '\r';
  return head + body <= length ? head + body : 0;
}

static void end(int fd) {
  if (peers[fd] >= 0) close(peers[fd]);
  close(fd);
}

static void answer(int fd, ssize_t count) {
  lengths[fd] += (size_t)count;
  for (size_t used; (used = request_length(buffers[fd], lengths[fd])) > 0;) {
    memmove(buffers[fd], buffers[fd] + used, lengths[fd] - used);
    lengths[fd] -= used;
    if (write(fd, reply, sizeof reply - 1) < 0) return end(fd);
  }
}

int main(int argc, char **argv) {
  int upstream = argc > 1 ? atoi(argv[1]) : 0;
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) fail("getsockname");
  watch(epoll, listener);
  fprintf(stderr, "listening %d\n", ntohs(address.sin_port));

  struct epoll_event events[64];
  while (1) {
    int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client = accept(listener, NULL, NULL);
        if (client < 0 || client >= connections) fail("accept");
        watch(epoll, client);
        if (upstream == 0) continue;
        int server = dial(upstream);
        if (server >= connections) fail("dial");
        watch(epoll, server);
        peers[client] = server;
        peers[server] = client;
        continue;
      }
      ssize_t count = read(fd, buffers[fd] + lengths[fd], room - lengths[fd]);
      if (count <= 0) {
        end(fd);
      } else if (upstream == 0) {
        answer(fd, count);
      } else if (write(peers[fd], buffers[fd], (size_t)count) < 0) {
        end(fd);
      }
    }
  }
}

#include "reference.h"

#include <stdlib.h>

// Jobs that wait, in a ring with room for the whole window.
typedef struct {
  int64_t *jobs;
  size_t mask, head, tail;
  int idle;
} Queue;

typedef struct {
  int64_t job;
  int pool;
} Busy;

static Queue make_queue(size_t room, int instances) {
  size_t size = 64;
  while (size < room) size *= 2;
  return (Queue){.jobs = malloc(size * sizeof(int64_t)), .mask = size - 1, .idle = instances};
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static void queue_job(Queue *queue, int pool, int64_t job, Busy *busy, int *busy_count) {
  if (queue->idle > 0) {
    queue->idle--;
    busy[(*busy_count)++] = (Busy){job, pool};
  } else {
    queue->jobs[queue->tail++ & queue->mask] = job;
  }
}

int64_t reference_fifo(int64_t queries, int window, int base, int redundant, int every, uint64_t seed) {
  // The redundant queue may grow behind the base one: nothing is ever taken out of it here.
  Queue queues[2] = {make_queue((size_t)window, base), make_queue((size_t)queries + 64, redundant)};
  Busy *busy = malloc((size_t)(base + redundant) * sizeof(Busy));
  int busy_count = 0, unanswered = 0;
  int64_t arrived = 0, done = 0;
  while (arrived < queries || busy_count > 0) {
    while (unanswered < window && arrived < queries) {
      queue_job(&queues[0], 0, arrived++, busy, &busy_count);
      unanswered++;
      if (every > 0 && arrived % every == 0) queue_job(&queues[1], 1, arrived, busy, &busy_count);
    }
    int at = (int)(next_random(&seed) % (uint64_t)busy_count);
    Queue *queue = &queues[busy[at].pool];
    if (busy[at].pool == 0) unanswered--;
    done++;
    if (queue->head < queue->tail) {
      busy[at].job = queue->jobs[queue->head++ & queue->mask];
    } else {
      queue->idle++;
      busy[at] = busy[--busy_count];
    }
  }
  for (int i = 0; i < 2; i++) free(queues[i].jobs);
  free(busy);
  return done;
}

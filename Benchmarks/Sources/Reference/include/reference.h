/// The work of the benchmarks in plain C.
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stddef.h>
#include <stdint.h>

/// sum[i] += input[i]
void reference_add(const float *input, float *sum, size_t count);

/// result[i] = parity[i] - the sum of others[0..<n][i]
void reference_decode(const float *parity, const float *const *others, size_t n, float *result, size_t count);

/// Sends `queries` through FIFO queues in a closed loop: `window` unanswered at any time, one job a query for `base`
/// instances and one job every `every` queries (0: none) for `redundant` instances; whatever job ends is drawn at random.
/// Returns the number of jobs done.
int64_t reference_fifo(int64_t queries, int window, int base, int redundant, int every, uint64_t seed);

/// Calls of malloc, calloc, realloc and their aligned kin in this process so far.
uint64_t reference_allocations(void);

#endif

#include "reference.h"

void reference_add(const float *restrict input, float *restrict sum, size_t count) {
  for (size_t i = 0; i < count; i++) sum[i] += input[i];
}

void reference_decode(const float *parity, const float *const *others, size_t n, float *restrict result, size_t count) {
  for (size_t i = 0; i < count; i++) result[i] = parity[i];
  for (size_t j = 0; j < n; j++) {
    const float *restrict other = others[j];
    for (size_t i = 0; i < count; i++) result[i] -= other[i];
  }
}

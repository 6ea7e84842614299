#pragma once
#include <stddef.h>
#include <stdint.h>

/// The C face of libtorch. Nothing here links libtorch: `ctorch_open` loads it, when a TorchScript model is wanted, with
/// `libTorchRuntime.so`, so that a process without such a model never maps it.

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded model. One thread at a time, and always the same one: the number of threads is set on the thread that loads.
typedef struct ctorch_model ctorch_model;

/// A text of the caller's, written where a call fails; always ended by a NUL.
typedef struct {
  char *text;
  size_t capacity;
} ctorch_error;

/// What `libTorchRuntime.so` offers: the one symbol that it exports returns a pointer to this.
typedef struct {
  /// Loads a TorchScript file, optimises it for inference and runs it once on zeros. `shape` is that of one input,
  /// without the batch. Where there are GPUs, instance `number` takes one, in turn. NULL, and the error written, if any
  /// of it fails.
  ctorch_model *(*load)(
      const char *path, const int64_t *shape, size_t rank, int threads, uint32_t number, ctorch_error error);
  /// Runs the model on `batch` inputs, each the address of as many floats as the shape has, of any alignment, as one
  /// tensor [batch, shape...]. Returns the outputs one after another, `*count` floats each, valid until the next call;
  /// NULL, and the error written, if it fails.
  const float *(*infer)(
      ctorch_model *model, const void *const *inputs, size_t batch, size_t *count, ctorch_error error);
  /// Whether the model takes several inputs at once. If not, `infer` gives it those of a batch one by one.
  int (*takes_batches)(const ctorch_model *model);
  void (*unload)(ctorch_model *model);
  /// Whether the model runs on a GPU; if not, on the processor.
  int (*is_on_gpu)(const ctorch_model *model);
} ctorch_runtime;

typedef const ctorch_runtime *(*ctorch_entry)(void);
#define CTORCH_ENTRY "run_exp_torch_runtime"

/// Loads `libTorchRuntime.so` from the path in the environment variable RUN_EXP_TORCH_RUNTIME, or else from the folder
/// of this executable, or else from where the system looks for libraries. The library stays until the process ends.
/// NULL, and the error written, if there is none.
const ctorch_runtime *ctorch_open(ctorch_error error);

#ifdef __cplusplus
}
#endif

#pragma once
#include <torch/script.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace run_exp {

/// A TorchScript model that maps a batch of float32 inputs of one shape to a batch of float32 outputs.
/// Every member may throw what libtorch throws.
class Model {
 public:
  /// Loads `path` onto `device`, optimises it for inference where libtorch can, and runs it on zeros.
  /// `threads` are those of the processor.
  Model(const std::string &path, std::vector<int64_t> shape, int threads, at::Device device);

  /// What a model of the `number`-th instance runs on: the GPUs in turn, or the processor where libtorch finds none.
  static at::Device device(uint32_t number);

  /// Whether the model takes more than one input at once.
  bool takes_batches() const { return takes_batches_; }

  /// Whether it runs on a GPU; if not, on the processor.
  bool is_on_gpu() const { return device_.is_cuda(); }

  /// Copies the inputs into one tensor, runs the model, and keeps the outputs until the next call.
  const float *infer(const void *const *inputs, size_t batch, size_t &count);

 private:
  /// The first `batch` places of the memory that inputs are gathered in.
  at::Tensor place(size_t batch);
  /// Runs `module` on zeros until libtorch has compiled it, with two sizes of batch where it takes them.
  void warm_up(torch::jit::Module &module);

  /// Whether the optimised model gives what the plain one gives, to a thousandth of the largest output.
  bool agrees(torch::jit::Module &optimised);
  /// The outputs of `module`: one row an input, contiguous floats in the processor's memory, as the inputs are.
  at::Tensor run(torch::jit::Module &module, const at::Tensor &inputs) const;

  at::Device device_;
  std::vector<int64_t> shape_;
  /// Whether the model takes more than one input at once; if not, the inputs of a batch are given one by one.
  bool takes_batches_ = true;
  size_t input_bytes_;
  torch::jit::Module module_;
  at::Tensor inputs_;
  at::Tensor outputs_;
};

}  // namespace run_exp

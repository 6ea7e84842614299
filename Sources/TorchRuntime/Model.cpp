#include "Model.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace run_exp {

at::Device Model::device(uint32_t number) {
  const size_t gpus = torch::cuda::device_count();
  if (gpus == 0) return at::kCPU;
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number % gpus));
}

Model::Model(const std::string &path, std::vector<int64_t> shape, int threads, at::Device device)
    : device_(device), shape_(std::move(shape)) {
  at::set_num_threads(threads);
  input_bytes_ = sizeof(float);
  for (int64_t length : shape_) input_bytes_ *= static_cast<size_t>(length);

  c10::InferenceMode guard;
  module_ = torch::jit::load(path, device_);
  module_.eval();
  run(module_, place(1).zero_());
  try {
    run(module_, place(2).zero_());
  } catch (const std::exception &) {
    takes_batches_ = false;
  }
  try {
    torch::jit::Module optimised = torch::jit::optimize_for_inference(module_);
    warm_up(optimised);
    if (!agrees(optimised)) throw std::runtime_error("the optimised model computes something else");
    module_ = optimised;
  } catch (const std::exception &) {
    // Some models cannot be frozen or have layers that the optimiser breaks; the plain one does the same, slower.
    warm_up(module_);
  }
}

const float *Model::infer(const void *const *inputs, size_t batch, size_t &count) {
  c10::InferenceMode guard;
  at::Tensor gathered = place(batch);
  char *start = static_cast<char *>(gathered.data_ptr());
  for (size_t index = 0; index < batch; index++) std::memcpy(start + index * input_bytes_, inputs[index], input_bytes_);
  if (takes_batches_ || batch == 1) {
    outputs_ = run(module_, gathered);
  } else {
    std::vector<at::Tensor> rows;
    for (const at::Tensor &input : gathered.split(1)) rows.push_back(run(module_, input));
    outputs_ = at::cat(rows);
  }
  count = static_cast<size_t>(outputs_.size(1));
  return outputs_.data_ptr<float>();
}

at::Tensor Model::place(size_t batch) {
  const int64_t length = static_cast<int64_t>(batch);
  if (!inputs_.defined() || inputs_.size(0) < length) {
    std::vector<int64_t> sizes{length};
    sizes.insert(sizes.end(), shape_.begin(), shape_.end());
    inputs_ = at::zeros(sizes, at::kFloat);
  }
  return inputs_.narrow(0, 0, length);
}

void Model::warm_up(torch::jit::Module &module) {
  // The first run profiles and compiles, later ones are as fast as any. A batch of one, the usual one, comes last.
  if (takes_batches_) run(module, place(2).zero_());
  for (int round = 0; round < 2; round++) run(module, place(1).zero_());
}

bool Model::agrees(torch::jit::Module &optimised) {
  // libtorch 1.13 gets clamped activations wrong for some numbers of channels. Inputs from -2 to 2, spread over all
  // values of an input, reach both ends of such a clamp.
  at::Tensor probe = place(1);
  float *values = probe.data_ptr<float>();
  for (int64_t index = 0; index < probe.numel(); index++) {
    values[index] = static_cast<float>((index * 2654435761LL) % 4096) / 1024 - 2;
  }
  const at::Tensor expected = run(module_, probe);
  const float difference = (run(optimised, probe) - expected).abs().max().item<float>();
  return difference <= 1e-3f * expected.abs().max().item<float>() + 1e-6f;
}

at::Tensor Model::run(torch::jit::Module &module, const at::Tensor &inputs) const {
  const c10::IValue value = module.forward({inputs.to(device_)});
  if (!value.isTensor()) throw std::runtime_error("the model returns a " + value.tagKind() + ", needed is one tensor");
  const at::Tensor outputs = value.toTensor();
  const int64_t batch = inputs.size(0);
  if (outputs.dim() < 1 || outputs.size(0) != batch) {
    throw std::runtime_error(
        "the model returns " + std::to_string(outputs.dim() < 1 ? 1 : outputs.size(0)) + " outputs for " +
        std::to_string(batch) + " inputs");
  }
  return outputs.reshape({batch, outputs.numel() / batch}).to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace run_exp

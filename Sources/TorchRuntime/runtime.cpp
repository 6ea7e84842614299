#include "TorchRuntime.h"

#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "Model.h"

using run_exp::Model;

namespace {

/// The line that says what happened: the first, but the last under the trace that TorchScript's interpreter prints.
std::string essence(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  const bool traced = text.find("TorchScript interpreter") < text.find('\n');
  return traced ? text.substr(text.rfind('\n') + 1) : text.substr(0, text.find('\n'));
}

void write(ctorch_error error, const char *text) {
  std::snprintf(error.text, error.capacity, "%s", essence(text).c_str());
}

/// What `body` returns, or null and the error written: no exception passes into C.
template <typename Result, typename Body>
Result *guarded(ctorch_error error, Body body) noexcept {
  try {
    return body();
  } catch (const c10::Error &failure) {
    write(error, failure.what_without_backtrace());
  } catch (const std::exception &failure) {
    write(error, failure.what());
  } catch (...) {
    write(error, "unknown exception");
  }
  return nullptr;
}

ctorch_model *load(
    const char *path, const int64_t *shape, size_t rank, int threads, uint32_t number, ctorch_error error) {
  return guarded<ctorch_model>(error, [&] {
    auto model =
        std::make_unique<Model>(path, std::vector<int64_t>(shape, shape + rank), threads, Model::device(number));
    return reinterpret_cast<ctorch_model *>(model.release());
  });
}

const float *infer(ctorch_model *model, const void *const *inputs, size_t batch, size_t *count, ctorch_error error) {
  return guarded<const float>(
      error, [&] { return reinterpret_cast<Model *>(model)->infer(inputs, batch, *count); });
}

int takes_batches(const ctorch_model *model) { return reinterpret_cast<const Model *>(model)->takes_batches(); }

void unload(ctorch_model *model) { delete reinterpret_cast<Model *>(model); }

int is_on_gpu(const ctorch_model *model) { return reinterpret_cast<const Model *>(model)->is_on_gpu(); }

const ctorch_runtime runtime = {load, infer, takes_batches, unload, is_on_gpu};

}  // namespace

const ctorch_runtime *run_exp_torch_runtime(void) { return &runtime; }

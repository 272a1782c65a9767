#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <plstm/core/error.hpp>
#include <plstm/stm/shared/head_rows.hpp>

namespace plstm::python {

/// A tensor of the caller in main memory, of any layout. Nothing is copied.
template <class T>
using Tensor = nanobind::ndarray<T, nanobind::device::cpu>;

/// The same, row-major.
template <class T>
using DenseTensor = nanobind::ndarray<T, nanobind::device::cpu, nanobind::c_contig>;

using TensorShape = std::vector<std::size_t>;

template <class Array>
TensorShape shape_of(const Array& array) {
  TensorShape shape;
  for (std::size_t i = 0; i < array.ndim(); ++i) shape.push_back(array.shape(i));
  return shape;
}

/// Throws ShapeError naming the tensor unless it has this shape.
template <class Array>
void check_tensor(const char* function, const char* name, const Array& array, const TensorShape& expected) {
  const TensorShape shape = shape_of(array);
  if (shape != expected) {
    throw ShapeError(fmt::format("{}: {} has shape [{}], expected [{}]", function, name,
                                 fmt::join(shape, ", "), fmt::join(expected, ", ")));
  }
}

/// Size of a dimension of a tensor that must have so many. Throws ShapeError.
template <class Array>
std::ptrdiff_t size_at(const char* function, const char* name, const Array& array, std::size_t ndim,
                       std::size_t dimension) {
  if (array.ndim() != ndim) {
    throw ShapeError(
        fmt::format("{}: {} has {} dimensions, expected {}", function, name, array.ndim(), ndim));
  }
  return static_cast<std::ptrdiff_t>(array.shape(dimension));
}

/// Workspaces of calls that run side by side: a call borrows one and gives it back.
template <class Workspace>
class WorkspacePool {
 public:
  template <class Use>
  void with(const Use& use) {
    std::unique_ptr<Workspace> workspace;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        workspace = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (workspace == nullptr) workspace = std::make_unique<Workspace>();
    use(*workspace);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

}  // namespace plstm::python

#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// Takes tensors by name, and knows which were not taken.
class NamedTensors {
 public:
  explicit NamedTensors(std::span<const Tensor> tensors) {
    for (const Tensor& tensor : tensors) unused_.emplace(tensor.name, &tensor);
  }

  bool empty() const { return unused_.empty(); }
  const std::string& first() const { return unused_.begin()->second->name; }
  bool has(const std::string& name) const { return unused_.contains(name); }

  template <class T>
  std::vector<T> take(const std::string& name, std::size_t dimensions) {
    const auto found = unused_.find(name);
    if (found == unused_.end()) throw FileError(fmt::format("tensor '{}' is missing", name));
    const Tensor& tensor = *found->second;
    if (tensor.shape.size() != dimensions) {
      throw FileError(fmt::format("tensor '{}' has shape [{}], expected {} dimensions", name,
                                  fmt::join(tensor.shape, ", "), dimensions));
    }
    unused_.erase(found);
    return tensor_values<T>(tensor);
  }

  template <class T>
  T take_one(const std::string& name) {
    const std::vector<T> values = take<T>(name, 1);
    if (values.size() != 1)
      throw FileError(fmt::format("tensor '{}' has {} numbers, expected one", name, values.size()));
    return values.front();
  }

 private:
  std::map<std::string_view, const Tensor*> unused_;
};

}  // namespace plstm

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <plstm/learn/row_labels.hpp>

namespace plstm::test {

inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// Labels with the memory that they need.
class SomeLabels {
 public:
  /// `values` are [rows, tasks], kMissing where there is no label.
  SomeLabels(TaskType type, Index classes, std::vector<float> values, Index tasks = 1)
      : type_(type), classes_(classes), tasks_(tasks), values_(std::move(values)) {
    for (float& value : values_) {
      present_.push_back(std::isnan(value) ? 0 : 1);
      if (std::isnan(value)) value = 0;
    }
  }

  RowLabels labels() const {
    const Index rows = std::ssize(values_) / tasks_;
    return {type_, classes_, {values_.data(), rows, tasks_}, {present_.data(), rows, tasks_}};
  }

 private:
  TaskType type_;
  Index classes_;
  Index tasks_;
  std::vector<float> values_;
  std::vector<std::uint8_t> present_;
};

}  // namespace plstm::test

#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "support/golden.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {

/// A tensor [..., columns] as rows of its last dimension.
inline Matrix<double> golden_rows(const nlohmann::json& tensor) {
  const std::vector<double> data = golden_data(tensor);
  const Index columns = tensor.at("shape").back();
  return ConstMatrixMap<double>(data.data(), static_cast<Index>(data.size()) / columns, columns);
}

inline std::span<const double> entries_of(const Matrix<double>& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// Takes the values of all parameters, whose names and shapes must be those of the file, from `tensors`;
/// `prefix` stands before the names in the layout.
inline void set_golden_parameters(LayerInputs& inputs, const nlohmann::json& tensors,
                                  const std::string& prefix) {
  inputs.values.assign(inputs.layout.total_size(), 0.0);
  ASSERT_EQ(inputs.layout.infos().size(), tensors.size());
  for (const ParameterInfo& info : inputs.layout.infos()) {
    const std::string name = info.name.substr(prefix.size());
    ASSERT_TRUE(tensors.contains(name)) << name;
    ASSERT_EQ(info.shape, tensors.at(name).at("shape").get<std::vector<std::int64_t>>()) << name;
    std::ranges::copy(golden_data(tensors.at(name)),
                      inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset));
  }
}

/// Compares the gradients of all parameters.
inline ::testing::AssertionResult gradients_match_golden(const std::string& name, const LayerInputs& inputs,
                                                         const TapeGradients<double>& result,
                                                         const nlohmann::json& tensors,
                                                         const std::string& prefix, double tolerance) {
  for (const ParameterInfo& info : inputs.layout.infos()) {
    const std::string parameter = info.name.substr(prefix.size());
    const auto matches = matches_golden(name + " gradient of " + parameter,
                                        std::span(result.parameters).subspan(info.offset, info.size),
                                        tensors.at(parameter), tolerance);
    if (!matches) return matches;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace plstm::test

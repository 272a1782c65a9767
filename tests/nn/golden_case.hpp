#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {

/// A golden tensor as a matrix of `cols` columns.
inline Matrix<double> golden_rows(const nlohmann::json& tensor, Index cols) {
  const std::vector<double> data = golden_data(tensor);
  return ConstMatrixMap<double>(data.data(), static_cast<Index>(data.size()) / cols, cols);
}

/// Runs a layer or model with the parameters of a golden case, whose names are those of the layout without
/// `prefix`, on its input as rows of `in` values, and compares output and all gradients.
template <class F>
void expect_golden_case(const std::string& name, const nlohmann::json& c, LayerInputs inputs,
                        const std::string& prefix, Index in, Index out, const F& function, double tolerance) {
  const auto& parameters = c.at("parameters");
  ASSERT_EQ(inputs.layout.infos().size(), parameters.size()) << name;
  inputs.values.assign(inputs.layout.total_size(), 0);
  for (const ParameterInfo& info : inputs.layout.infos()) {
    const std::string local = info.name.substr(prefix.size());
    ASSERT_TRUE(parameters.contains(local)) << name << ": " << info.name;
    const auto& tensor = parameters.at(local);
    ASSERT_EQ(info.shape, tensor.at("shape").template get<std::vector<std::int64_t>>())
        << name << ": " << local;
    std::ranges::copy(golden_data(tensor), inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset));
  }
  inputs.matrices = {golden_rows(c.at("input"), in)};
  const TapeGradients<double> result =
      run_backward<double>(inputs, function, 0.0, golden_rows(c.at("output_gradient"), out));
  const auto entries = [](const Matrix<double>& matrix) {
    return std::span(matrix.data(), static_cast<std::size_t>(matrix.size()));
  };
  EXPECT_TRUE(matches_golden(name + " output", entries(result.output), c.at("output"), tolerance));
  EXPECT_TRUE(
      matches_golden(name + " grad_input", entries(result.matrices[0]), c.at("grad_input"), tolerance));
  ASSERT_EQ(c.at("grad_parameters").size(), parameters.size()) << name;
  for (const ParameterInfo& info : inputs.layout.infos()) {
    EXPECT_TRUE(matches_golden(name + " gradient of " + info.name,
                               std::span(result.parameters).subspan(info.offset, info.size),
                               c.at("grad_parameters").at(info.name.substr(prefix.size())), tolerance));
  }
}

}  // namespace plstm::test

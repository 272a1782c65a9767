#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/parallel.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_graphs.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {

/// A model with parameters at random.
struct ModelSample {
  GraphModel model;
  LayerInputs inputs;

  explicit ModelSample(const GraphModelConfig& config, double scale = 0.5) : model(make_graph_model(config)) {
    Random random(kSeed);
    inputs.layout = model.layout;
    inputs.values = random_values(model.layout, scale, random);
  }

  auto run(const GraphBatch& batch) const {
    return [this, &batch](auto& tape, const auto&) { return forward(tape, model, batch); };
  }

  template <class T = double>
  Matrix<T> outputs(const GraphBatch& batch) const {
    return evaluate<T>(inputs, run(batch));
  }
};

/// Names of all parameters, in the order of the layout.
inline std::vector<std::string> parameter_names(const ParameterLayout& layout) {
  std::vector<std::string> list;
  for (const ParameterInfo& info : layout.infos()) list.push_back(info.name);
  return list;
}

/// Outputs and gradients of the batch, with 1, 2 and 4 threads.
inline void expect_same_bits_for_every_number_of_threads(const ModelSample& sample, const GraphBatch& batch) {
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_backward<float>(sample.inputs, sample.run(batch));
  };
  const auto one = run(1);
  for (const int threads : {2, 4}) {
    const auto more = run(threads);
    EXPECT_EQ(more.output, one.output) << threads;
    EXPECT_EQ(more.parameters, one.parameters) << threads;
  }
}

}  // namespace plstm::test

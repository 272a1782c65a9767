#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/seed.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Samples that are no graphs: rows of two numbers, the model a linear map.
struct LinearSamples {
  ParameterLayout layout;
  LinearLayer layer = add_linear(layout, "map", 2, 1, true);
  Matrix<float> inputs = Matrix<float>::Random(60, 2);

  Learner learner(Index outputs = 1) const {
    Learner result;
    result.layout = &layout;
    result.outputs = outputs;
    result.samples = inputs.rows();
    result.size = [](std::int32_t) { return 1; };
    result.make_forward = [this]() -> Forward {
      return [this, rows = std::make_shared<std::vector<float>>()](Tape<float>& tape,
                                                                   std::span<const std::int32_t> samples) {
        rows->clear();
        for (const std::int32_t sample : samples)
          rows->insert(rows->end(), {inputs(sample, 0), inputs(sample, 1)});
        return apply(tape, layer, tape.constant(rows->data(), static_cast<Index>(samples.size()), 2));
      };
    };
    return result;
  }
};

struct LinearTask {
  LinearSamples samples;
  Matrix<float> targets{60, 1};
  Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(60, 1);
  std::vector<std::int32_t> rows = std::vector<std::int32_t>(60);

  LinearTask() {
    std::iota(rows.begin(), rows.end(), 0);
    targets.col(0) = 2 * samples.inputs.col(0) - 0.5f * samples.inputs.col(1);
    targets.array() += 0.25f;
  }
  TrainingData data() const { return {{targets.data(), 60, 1}, {present.data(), 60, 1}, rows, rows}; }
};

TEST(Learner, SamplesOfAnyKindTrain) {
  const LinearTask task;
  TrainOptions options;
  options.epochs = 60;
  options.batch_size = 10;
  options.learning_rate = 0.05;
  options.adamw.weight_decay = 0;
  const TrainResult result =
      train(task.samples.learner(), initial_values<float>(task.samples.layout, 1), task.data(), options);
  const auto weight = task.samples.layout[task.samples.layer.weight].offset;
  const auto bias = task.samples.layout[task.samples.layer.bias].offset;
  EXPECT_NEAR(result.parameters[weight], 2, 1e-2);
  EXPECT_NEAR(result.parameters[weight + 1], -0.5, 1e-2);
  EXPECT_NEAR(result.parameters[bias], 0.25, 1e-2);
  EXPECT_LT(result.history.back().validation_metric, 1e-2);
}

TEST(Learner, OutputsOfAnotherSizeAreRefused) {
  const LinearTask task;
  const std::vector<float> parameters = initial_values<float>(task.samples.layout, 1);
  // Of several batches at once, the last of which may be smaller, the first to fail says so.
  EXPECT_THAT(
      [&] { predict(task.samples.learner(3), parameters, task.rows); },
      ThrowsMessage<ShapeError>(AnyOf(HasSubstr("outputs of some samples has 8 entries, expected 24"),
                                      HasSubstr("outputs of some samples has 4 entries, expected 12"))));
}

TEST(Learner, RowsBeyondTheSamplesAreRefused) {
  LinearTask task;
  task.rows.back() = 60;
  EXPECT_THAT(
      [&] { train(task.samples.learner(), initial_values<float>(task.samples.layout, 1), task.data(), {}); },
      ThrowsMessage<ConfigError>(HasSubstr("there is no sample 60, expected 0..59")));
}

TEST(Learner, GraphsAreSamples) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(5, random);
  GraphModelConfig config = toy_config();
  const GraphModel model = make_graph_model(config);
  const Learner learner = graph_learner(model, graphs);
  EXPECT_EQ(learner.samples, 5);
  EXPECT_EQ(learner.size(3), graphs[3].graph.dag.num_nodes());
  EXPECT_NO_THROW(learner.check(4));
  config.node_value_width += 1;
  const GraphModel other = make_graph_model(config);
  EXPECT_THROW(graph_learner(other, graphs).check(4), ShapeError);
}

}  // namespace
}  // namespace plstm::test

#include "plstm/train/baselines/kernel_choice.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "support/random_counts.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

// Graphs with one value each; the targets follow.
class KernelChoiceTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kGraphs = 80;

  KernelChoiceTest() : random_(kSeed) {
    for (std::size_t i = 0; i < kGraphs; ++i) {
      graphs_.push_back(random_counts(random_));
      values_.push_back({static_cast<float>(300 + 20 * random_.normal())});
    }
    views_ = views_of(graphs_);
    for (const std::vector<float>& value : values_) spans_.emplace_back(value);
  }

  double of_graph(std::size_t i) const {
    double sum = 0;
    for (const GraphCount& count : graphs_[i]) sum += count.label % 2 == 0 ? count.count : 0;
    return (sum - 15) / 5;
  }
  double of_value(std::size_t i) const { return (values_[i][0] - 300) / 20; }

  ValueKernel choose(const std::vector<double>& targets, std::span<const std::int32_t> groups = {}) const {
    return choose_value_kernel({{300}, {20}}, views_, {spans_, groups}, {targets.data(), kGraphs, 1},
                               {present_.data(), kGraphs, 1});
  }

  Random random_;
  std::vector<std::vector<GraphCount>> graphs_;
  std::vector<std::vector<float>> values_;
  std::vector<GraphCounts> views_;
  std::vector<GraphValues> spans_;
  std::vector<std::uint8_t> present_ = std::vector<std::uint8_t>(kGraphs, 1);
};

// A smooth sum is nearly the graphs alone and a constant.
TEST_F(KernelChoiceTest, MakesLittleOfValuesThatSayNothing) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(of_graph(i));
  const ValueKernel kernel = choose(targets);
  EXPECT_GE(kernel.of_graphs, 0.5);
  EXPECT_TRUE(kernel.of_graphs == 1 || kernel.length >= 2) << kernel.length;
}

TEST_F(KernelChoiceTest, MultipliesWhereValuesActOnEachGraphInItsWay) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(of_graph(i) * of_value(i));
  EXPECT_GT(choose(targets).of_both, 0);
}

TEST_F(KernelChoiceTest, AddsWhatActsOnAllGraphsAlike) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(0.2 * of_graph(i) + of_value(i));
  const ValueKernel kernel = choose(targets);
  EXPECT_GT(kernel.of_values, 0);
  EXPECT_GE(kernel.length, 2) << "a straight line is smooth";
}

TEST_F(KernelChoiceTest, DescriptorsHaveTheShareThatTheyEarn) {
  const auto share_for = [&](auto target) {
    std::vector<double> targets;
    for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(target(i));
    const ValueKernel kernel = choose_descriptor_kernel(
        {{300}, {20}}, views_, {spans_, {}}, {targets.data(), kGraphs, 1}, {present_.data(), kGraphs, 1});
    EXPECT_EQ(kernel.of_both, 0);
    return kernel.of_values;
  };
  const double of_values = share_for([&](std::size_t i) { return std::sin(2 * of_value(i)); });
  EXPECT_GE(of_values, 0.75);
  EXPECT_LT(share_for([&](std::size_t i) { return of_graph(i); }), of_values);
}

// Under large penalties all kernels say the mean, and differ by chance.
TEST_F(KernelChoiceTest, DescriptorsThatSaveLittleHaveNoShare) {
  std::vector<double> targets;
  Random chance(kSeed + 1);
  for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(chance.normal());
  const TanimotoRidgeOptions options{.penalties = {100, 1000}};
  const ValueKernel kernel =
      choose_descriptor_kernel({{300}, {20}}, views_, {spans_, {}}, {targets.data(), kGraphs, 1},
                               {present_.data(), kGraphs, 1}, options);
  EXPECT_EQ(kernel.of_values, 0);
}

// Nineteen tasks with few labels say nothing; the last one has all of them.
TEST_F(KernelChoiceTest, AsksTheTasksWithTheMostLabels) {
  constexpr Index kTasks = 20;
  Matrix<double> targets = Matrix<double>::Zero(kGraphs, kTasks);
  Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Zero(kGraphs, kTasks);
  std::vector<double> alone;
  for (std::size_t i = 0; i < kGraphs; ++i) {
    const auto row = static_cast<Index>(i);
    alone.push_back(of_graph(i) * of_value(i));
    targets(row, kTasks - 1) = alone.back();
    present(row, kTasks - 1) = 1;
    if (i < 4) present.row(row).setOnes();
  }
  const ValueKernel of_all =
      choose_value_kernel({{300}, {20}}, views_, {spans_, {}}, {targets.data(), kGraphs, kTasks},
                          {present.data(), kGraphs, kTasks});
  EXPECT_EQ(of_all, choose(alone)) << "the others are zero, whatever predicts them";
}

TEST_F(KernelChoiceTest, TheSameForEveryNumberOfThreads) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < kGraphs; ++i) targets.push_back(of_graph(i) * of_value(i));
  const ValueKernel kernel = choose(targets);
  const ThreadLimit one(1);
  EXPECT_EQ(choose(targets), kernel);
}

TEST_F(KernelChoiceTest, SizesMustFit) {
  const std::vector<double> targets(kGraphs, 1.0);
  EXPECT_THROW(choose(targets, std::vector<std::int32_t>{1, 2}), ShapeError);
  const std::vector<GraphValues> few(spans_.begin(), spans_.end() - 1);
  EXPECT_THROW(choose_value_kernel({{300}, {20}}, views_, {few, {}}, {targets.data(), kGraphs, 1},
                                   {present_.data(), kGraphs, 1}),
               ShapeError);
}

}  // namespace
}  // namespace plstm::test

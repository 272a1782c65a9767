#include "plstm/train/baselines/tanimoto_ridge.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Cholesky>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "support/random_counts.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint32_t kSecond = 1u << kCountFamilyShift;

TEST(Tanimoto, IsTheSharedPartOfEachFamily) {
  const std::vector<GraphCount> a{{1, 2}, {2, 1}, {kSecond, 1}}, b{{1, 1}, {3, 1}, {kSecond, 1}};
  // Family 0: minima sum to 1, maxima to 2 + 1 + 1. Family 1: 1 of 1. Families 2 and 3: neither has any.
  EXPECT_DOUBLE_EQ(tanimoto(a, b, 1), 0.25);
  EXPECT_DOUBLE_EQ(tanimoto(a, b, 2), (0.25 + 1) / 2);
  EXPECT_DOUBLE_EQ(tanimoto(a, b, 4), (0.25 + 3) / 4);
  EXPECT_DOUBLE_EQ(tanimoto(a, a, 2), 1);
  EXPECT_DOUBLE_EQ(tanimoto(a, {}, 1), 0);
}

class TanimotoRidgeTest : public ::testing::Test {
 protected:
  static constexpr Index kGraphs = 40, kTasks = 2;

  TanimotoRidgeTest() : random_(kSeed), targets_(kGraphs, kTasks), present_(kGraphs, kTasks) {
    for (Index i = 0; i < kGraphs; ++i) {
      graphs_.push_back(random_counts(random_));
      for (Index task = 0; task < kTasks; ++task) {
        targets_(i, task) = random_.normal();
        present_(i, task) = task == 0 || i % 3 != 0;
      }
    }
  }

  TanimotoFit fit(const TanimotoRidgeOptions& options) const {
    return fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                              {present_.data(), kGraphs, kTasks}, options);
  }

  double predict(const TanimotoRidge& model, const std::vector<GraphCount>& graph, std::size_t task) const {
    TanimotoPredictor::Workspace workspace;
    std::vector<double> values(kTasks);
    TanimotoPredictor(model).predict(graph, workspace, values);
    return values[task];
  }

  Random random_;
  std::vector<std::vector<GraphCount>> graphs_;
  Matrix<double> targets_;
  Matrix<std::uint8_t> present_;
};

TEST_F(TanimotoRidgeTest, LikenessAgreesWithTheDefinition) {
  const TanimotoPredictor predictor(fit({}).model);
  TanimotoPredictor::Workspace workspace;
  for (int i = 0; i < 10; ++i) {
    std::vector<GraphCount> graph = random_counts(random_);
    graph.push_back({kSecond + 1000, 3});  // that no landmark has
    const std::span<const double> alike = predictor.likeness(graph, workspace);
    ASSERT_EQ(alike.size(), graphs_.size());
    for (std::size_t l = 0; l < alike.size(); ++l) EXPECT_DOUBLE_EQ(alike[l], tanimoto(graph, graphs_[l], 2));
  }
}

// With all graphs as landmarks this is kernel ridge regression: weights (K + penalty)^-1 (y - mean).
TEST_F(TanimotoRidgeTest, IsKernelRidgeRegression) {
  const double penalty = 0.3;
  const TanimotoFit found = fit({.penalties = {penalty}});
  for (Index task = 0; task < kTasks; ++task) {
    std::vector<Index> rows;
    for (Index i = 0; i < kGraphs; ++i) {
      if (present_(i, task) != 0) rows.push_back(i);
    }
    const auto n = std::ssize(rows);
    Eigen::MatrixXd kernel(n, n);
    Eigen::VectorXd y(n);
    for (Index i = 0; i < n; ++i) {
      y[i] = targets_(rows[static_cast<std::size_t>(i)], task);
      for (Index j = 0; j < n; ++j) {
        kernel(i, j) = tanimoto(graphs_[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])],
                                graphs_[static_cast<std::size_t>(rows[static_cast<std::size_t>(j)])], 2);
      }
    }
    const double mean = y.mean();
    y.array() -= mean;
    const Eigen::VectorXd weights = (kernel + penalty * Eigen::MatrixXd::Identity(n, n)).llt().solve(y);
    for (int i = 0; i < 5; ++i) {
      const std::vector<GraphCount> graph = random_counts(random_);
      double expected = mean;
      for (Index j = 0; j < n; ++j) {
        expected += weights[j] *
                    tanimoto(graph, graphs_[static_cast<std::size_t>(rows[static_cast<std::size_t>(j)])], 2);
      }
      EXPECT_NEAR(predict(found.model, graph, static_cast<std::size_t>(task)), expected, 1e-4);
    }
  }
}

// With weights c of mean 1 the weights of the landmarks are (K + penalty / c)^-1 (y - weighted mean), and a held-out
// prediction is that of a fit in which the row weighs next to nothing.
TEST_F(TanimotoRidgeTest, LabelsCountAsTheirWeightsSay) {
  const double penalty = 0.3;
  std::vector<double> weights;
  for (Index i = 0; i < kGraphs * kTasks; ++i) weights.push_back(0.2 + 3 * random_.uniform());
  const auto weighted = [&](const std::vector<double>& w) {
    return fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                              {present_.data(), kGraphs, kTasks}, {.penalties = {penalty}}, w);
  };
  const TanimotoFit found = weighted(weights);
  double sum = 0, total = 0;
  for (Index i = 0; i < kGraphs; ++i) {
    sum += weights[static_cast<std::size_t>(i * kTasks)] * targets_(i, 0);
    total += weights[static_cast<std::size_t>(i * kTasks)];
  }
  const double mean = sum / total;
  Eigen::MatrixXd kernel(kGraphs, kGraphs);
  Eigen::VectorXd y(kGraphs);
  for (Index i = 0; i < kGraphs; ++i) {
    y[i] = targets_(i, 0) - mean;
    for (Index j = 0; j < kGraphs; ++j)
      kernel(i, j) = tanimoto(graphs_[static_cast<std::size_t>(i)], graphs_[static_cast<std::size_t>(j)], 2);
    kernel(i, i) += penalty * total / kGraphs / weights[static_cast<std::size_t>(i * kTasks)];
  }
  const Eigen::VectorXd solution = kernel.llt().solve(y);
  for (int i = 0; i < 5; ++i) {
    const std::vector<GraphCount> graph = random_counts(random_);
    double expected = mean;
    for (Index j = 0; j < kGraphs; ++j)
      expected += solution[j] * tanimoto(graph, graphs_[static_cast<std::size_t>(j)], 2);
    EXPECT_NEAR(predict(found.model, graph, 0), expected, 1e-4);
  }

  std::vector<double> thrice(weights.size(), 3.0);
  const TanimotoFit same = weighted(thrice), none = fit({.penalties = {penalty}});
  for (std::size_t i = 0; i < none.held_out.size(); ++i)
    EXPECT_NEAR(same.held_out[i], none.held_out[i], 1e-9);

  thrice[2 * kTasks] = 0;
  EXPECT_THAT([&] { weighted(thrice); }, ThrowsMessage<TrainingError>(HasSubstr("weight 4 is 0")));
  thrice.pop_back();
  EXPECT_THROW(weighted(thrice), ShapeError);
}

// In the minimum, bounds that are kept have no weight, and the others have that of a label.
TEST_F(TanimotoRidgeTest, BoundsPullWhatIsOnTheirWrongSide) {
  const double penalty = 0.3;
  std::vector<std::int8_t> bounds(static_cast<std::size_t>(kGraphs * kTasks), 0);
  for (std::size_t i = 0; i < bounds.size(); i += 2) bounds[i] = i % 3 == 0 ? 1 : i % 3 == 1 ? -1 : 0;
  const TanimotoFit found =
      fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                         {present_.data(), kGraphs, kTasks}, {.penalties = {penalty}}, {}, bounds);
  const double mean = targets_.col(0).mean();
  EXPECT_NEAR(found.model.means[0], mean, 1e-12);
  std::vector<Index> active;
  int kept = 0;
  for (Index i = 0; i < kGraphs; ++i) {
    const int bound = bounds[static_cast<std::size_t>(i * kTasks)];
    const double over = predict(found.model, graphs_[static_cast<std::size_t>(i)], 0) - targets_(i, 0);
    if (bound == 0 || bound * over < 0) {
      active.push_back(i);
    } else {
      ++kept;
    }
  }
  EXPECT_GT(kept, 3);
  EXPECT_LT(kept, kGraphs * 2 / 3);
  const auto n = std::ssize(active);
  Eigen::MatrixXd kernel(n, n);
  Eigen::VectorXd y(n);
  const auto graph_of = [&](Index i) -> const std::vector<GraphCount>& {
    return graphs_[static_cast<std::size_t>(active[static_cast<std::size_t>(i)])];
  };
  for (Index i = 0; i < n; ++i) {
    y[i] = targets_(active[static_cast<std::size_t>(i)], 0) - mean;
    for (Index j = 0; j < n; ++j) kernel(i, j) = tanimoto(graph_of(i), graph_of(j), 2);
  }
  kernel.diagonal().array() += penalty;
  const Eigen::VectorXd solution = kernel.llt().solve(y);
  for (int i = 0; i < 5; ++i) {
    const std::vector<GraphCount> graph = random_counts(random_);
    double expected = mean;
    for (Index j = 0; j < n; ++j) expected += solution[j] * tanimoto(graph, graph_of(j), 2);
    EXPECT_NEAR(predict(found.model, graph, 0), expected, 1e-4);
  }
  bounds.pop_back();
  EXPECT_THROW(fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                                  {present_.data(), kGraphs, kTasks}, {}, {}, bounds),
               ShapeError);
}

// A row without its label has no weight in the minimum, so it may as well be no landmark. The mean is that of all labels.
TEST_F(TanimotoRidgeTest, HeldOutPredictionsAreThoseOfAFitWithoutTheLabel) {
  const double penalty = 0.1, mean = targets_.col(0).mean();
  const TanimotoFit found = fit({.penalties = {penalty}});
  for (const Index row : {Index{1}, Index{20}}) {
    std::vector<std::vector<GraphCount>> others = graphs_;
    others.erase(others.begin() + row);
    Eigen::VectorXd y(kGraphs - 1), alike(kGraphs - 1);
    Eigen::MatrixXd kernel(kGraphs - 1, kGraphs - 1);
    for (Index i = 0; i < kGraphs - 1; ++i) {
      const auto& graph = others[static_cast<std::size_t>(i)];
      y[i] = targets_(i < row ? i : i + 1, 0) - mean;
      alike[i] = tanimoto(graphs_[static_cast<std::size_t>(row)], graph, 2);
      for (Index j = 0; j < kGraphs - 1; ++j)
        kernel(i, j) = tanimoto(graph, others[static_cast<std::size_t>(j)], 2);
    }
    kernel.diagonal().array() += penalty;
    EXPECT_NEAR(found.held_out[static_cast<std::size_t>(row * kTasks)],
                mean + alike.dot(kernel.llt().solve(y)), 1e-4);
  }
}

TEST_F(TanimotoRidgeTest, ChoosesThePenaltyByHeldOutErrors) {
  const auto error = [&](const TanimotoFit& found) {
    double sum = 0;
    for (Index i = 0; i < kGraphs; ++i) {
      sum += std::pow(found.held_out[static_cast<std::size_t>(i * kTasks)] - targets_(i, 0), 2);
    }
    return sum;
  };
  double least = std::numeric_limits<double>::infinity();
  const TanimotoRidgeOptions options{.penalties = {0.01, 0.1, 1}};
  for (const double penalty : options.penalties)
    least = std::min(least, error(fit({.penalties = {penalty}})));
  EXPECT_DOUBLE_EQ(error(fit(options)), least);
}

TEST_F(TanimotoRidgeTest, BitsDoNotDependOnTheThreads) {
  const auto fit_with = [&](int threads) {
    const ThreadLimit limit(threads);
    return fit({.most_landmarks = 20});
  };
  const TanimotoFit one = fit_with(1), two = fit_with(2);
  EXPECT_EQ(one.model, two.model);
  EXPECT_EQ(one.held_out, two.held_out);
  EXPECT_EQ(one.model.num_landmarks(), 20);
}

TEST_F(TanimotoRidgeTest, EqualGraphsAndATaskWithoutLabelsAreNoTrouble) {
  for (auto& graph : graphs_) graph = graphs_.front();
  present_.col(1).setZero();
  const TanimotoFit found = fit({});
  EXPECT_NEAR(predict(found.model, graphs_.front(), 0), targets_.col(0).mean(), 0.1);
  EXPECT_EQ(predict(found.model, graphs_.front(), 1), 0);
}

TEST_F(TanimotoRidgeTest, RefusesBadInput) {
  EXPECT_THAT([&] { fit({.penalties = {}}); }, ThrowsMessage<ConfigError>(HasSubstr("no penalty")));
  EXPECT_THAT([&] { fit({.penalties = {0}}); }, ThrowsMessage<ConfigError>(HasSubstr("penalty 0")));
  EXPECT_THAT([&] { fit({.most_landmarks = 0}); }, ThrowsMessage<ConfigError>(HasSubstr("most_landmarks")));
  targets_(4, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT([&] { fit({}); }, ThrowsMessage<TrainingError>(HasSubstr("target 0 of graph 4 is nan")));
  TanimotoRidge model{1, {0, 1}, {{5, 1}}, {0.0}, {1.0}};
  check_tanimoto_ridge(model);
  model.weights = {1, 2};
  EXPECT_THROW(check_tanimoto_ridge(model), ShapeError);
  model.weights = {std::numeric_limits<double>::infinity()};
  EXPECT_THROW(check_tanimoto_ridge(model), ConfigError);
  model = {1, {0, 2}, {{5, 1}}, {0.0}, {1.0}};
  EXPECT_THROW(check_tanimoto_ridge(model), ShapeError);
  model = {5, {0, 1}, {{5, 1}}, {0.0}, {1.0}};
  EXPECT_THROW(check_tanimoto_ridge(model), ShapeError);
}

TEST_F(TanimotoRidgeTest, ValuesBesideTheGraphsEnterByTheirKernel) {
  std::vector<std::vector<float>> values;
  for (Index i = 0; i < kGraphs; ++i) values.push_back({5, static_cast<float>(300 + 20 * random_.normal())});
  const std::vector<GraphValues> spans(values.begin(), values.end());
  const ValueKernel kernel{{300}, {20}, 0.2, 0.3, 0.5, 1.5};
  const auto fit_with = [&](const BesideGraphs& beside) {
    return fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                              {present_.data(), kGraphs, kTasks}, {.kernel = kernel}, {}, {}, beside);
  };
  const TanimotoFit found = fit_with({spans, {}});
  EXPECT_NO_THROW(check_tanimoto_ridge(found.model));
  const TanimotoPredictor predictor(found.model);
  TanimotoPredictor::Workspace workspace;
  const std::span<const double> alike = predictor.likeness(graphs_[3], workspace, spans[7]);
  for (std::size_t l = 0; l < alike.size(); ++l) {
    const double t = tanimoto(graphs_[3], graphs_[l], 2);
    const double distance = (double{values[7][1]} - double{values[l][1]}) / 20;
    const double r = std::exp(-distance * distance / (2 * 1.5 * 1.5));
    EXPECT_NEAR(alike[l], 0.2 * t + 0.3 * r + 0.5 * t * r, 1e-9);
  }
  EXPECT_THROW(predictor.likeness(graphs_[3], workspace), ShapeError);
  EXPECT_THROW(fit_with({std::span(spans).first(3), {}}), ShapeError);
  TanimotoRidge damaged = found.model;
  damaged.values.pop_back();
  EXPECT_THROW(check_tanimoto_ridge(damaged), ShapeError);
}

// The value beside the graph is the last one; descriptors are the two before it, and the first is not read.
TEST_F(TanimotoRidgeTest, DescriptorsAreMixedInBeforeColumns) {
  std::vector<std::vector<float>> values;
  for (Index i = 0; i < kGraphs; ++i) {
    std::vector<float>& of_graph = values.emplace_back(4);
    for (float& value : of_graph) value = static_cast<float>(300 + 20 * random_.normal());
  }
  const std::vector<GraphValues> spans(values.begin(), values.end());
  const ValueKernel columns{{300}, {20}, 0.2, 0.3, 0.5, 1.5},
      descriptors{{300, 310}, {20, 10}, 0.4, 0.6, 0, 2};
  const auto fit_with = [&](const ValueKernel& own) {
    return fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                              {present_.data(), kGraphs, kTasks}, {.kernel = columns, .descriptors = own}, {},
                              {}, {spans, {}});
  };
  const TanimotoFit found = fit_with(descriptors);
  const TanimotoPredictor predictor(found.model);
  TanimotoPredictor::Workspace workspace;
  const std::span<const double> alike = predictor.likeness(graphs_[3], workspace, spans[7]);
  const auto standardised = [&](std::size_t graph, std::size_t at, double mean, double scale) {
    return std::clamp((double{values[graph][at]} - mean) / scale, -5.0, 5.0);
  };
  for (std::size_t l = 0; l < alike.size(); ++l) {
    const double first = standardised(7, 1, 300, 20) - standardised(l, 1, 300, 20);
    const double second = standardised(7, 2, 310, 10) - standardised(l, 2, 310, 10);
    const double column = standardised(7, 3, 300, 20) - standardised(l, 3, 300, 20);
    const double by_descriptors = std::exp(-(first * first + second * second) / (2 * 2 * 2 * 2));
    const double t = 0.4 * tanimoto(graphs_[3], graphs_[l], 2) + 0.6 * by_descriptors;
    const double r = std::exp(-column * column / (2 * 1.5 * 1.5));
    EXPECT_NEAR(alike[l], 0.2 * t + 0.3 * r + 0.5 * t * r, 1e-6);
  }
  EXPECT_THROW(predictor.likeness(graphs_[3], workspace), ShapeError);
  EXPECT_THROW(predictor.likeness(graphs_[3], workspace, spans[7].first(2)), ShapeError);
  EXPECT_THROW(fit_with({{300}, {20}, 0.5, 0, 0.5, 1}), ConfigError) << "descriptors are summed";
  TanimotoRidge damaged = found.model;
  damaged.descriptor_values.pop_back();
  EXPECT_THROW(check_tanimoto_ridge(damaged), ShapeError);
  damaged = found.model;
  damaged.descriptor_values[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(check_tanimoto_ridge(damaged), ConfigError);
}

// Rows of one group without their labels have no weight in the minimum.
TEST_F(TanimotoRidgeTest, GroupsAreHeldOutTogether) {
  const double penalty = 0.1, mean = targets_.col(0).mean();
  std::vector<std::int32_t> groups;
  for (std::int32_t i = 0; i < kGraphs; ++i) groups.push_back(i / 3);
  const TanimotoFit found =
      fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                         {present_.data(), kGraphs, kTasks}, {.penalties = {penalty}}, {}, {}, {{}, groups});
  std::vector<Index> others;
  for (Index i = 0; i < kGraphs; ++i) {
    if (i / 3 != 2) others.push_back(i);
  }
  const auto n = std::ssize(others);
  Eigen::VectorXd y(n);
  Eigen::MatrixXd kernel(n, n);
  const auto graph = [&](Index i) -> const std::vector<GraphCount>& {
    return graphs_[static_cast<std::size_t>(others[static_cast<std::size_t>(i)])];
  };
  for (Index i = 0; i < n; ++i) {
    y[i] = targets_(others[static_cast<std::size_t>(i)], 0) - mean;
    for (Index j = 0; j < n; ++j) kernel(i, j) = tanimoto(graph(i), graph(j), 2);
  }
  kernel.diagonal().array() += penalty;
  const Eigen::VectorXd weights = kernel.llt().solve(y);
  for (const std::size_t row : {6u, 7u, 8u}) {
    double expected = mean;
    for (Index i = 0; i < n; ++i) expected += weights[i] * tanimoto(graphs_[row], graph(i), 2);
    EXPECT_NEAR(found.held_out[row * kTasks], expected, 1e-4);
  }
  EXPECT_EQ(found.model.weights.size(), static_cast<std::size_t>(kGraphs * kTasks));
  groups.pop_back();
  EXPECT_THROW(fit_tanimoto_ridge(views_of(graphs_), {targets_.data(), kGraphs, kTasks},
                                  {present_.data(), kGraphs, kTasks}, {}, {}, {}, {{}, groups}),
               ShapeError);
}

}  // namespace
}  // namespace plstm::test

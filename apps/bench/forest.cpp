#include "forest.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/nn/value_scaling.hpp>
#include <plstm/train/forest.hpp>

#include "descriptors.hpp"
#include "support/fingerprint_rows.hpp"

namespace plstm::bench {
namespace {

// Fingerprints first, then the values of whole graphs as networks read them.
Matrix<float> features_of(const BenchData& data, std::span<const std::int32_t> rows,
                          const ValueScaling& scaling) {
  const Matrix<float> bits = apps::dense_fingerprints(data.fingerprints, rows, data.fingerprint_bits);
  Matrix<float> features(bits.rows(), bits.cols() + data.graph_value_width);
  features << bits, scaled_graph_values(data, rows, scaling);
  return features;
}

std::vector<double> balancing_weights(std::span<const double> labels) {
  const auto n = static_cast<double>(labels.size());
  const auto ones = static_cast<double>(std::ranges::count(labels, 1.0));
  std::vector<double> weights;
  for (const double label : labels) weights.push_back(n / (2 * (label == 1 ? ones : n - ones)));
  return weights;
}

// A finite one also of a share of 0 or 1.
double logit(double share) {
  constexpr double kLeast = 1e-4;
  const double inside = std::clamp(share, kLeast, 1 - kLeast);
  return std::log(inside / (1 - inside));
}

}  // namespace

std::int64_t fit_and_predict_forest(const BenchData& data, const Split& split, std::uint64_t seed,
                                    Matrix<float>& validation, Matrix<float>& test) {
  const bool classes = data.task == TaskType::kClassification;
  const ValueScaling scaling = make_graph_value_scaling(data.graphs, split.train);
  // The rows that are asked are the same for all tasks.
  const std::pair<Matrix<float>, Matrix<float>*> asked[] = {
      {features_of(data, split.validation, scaling), &validation},
      {features_of(data, split.test, scaling), &test}};
  std::int64_t nodes = 0;
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const auto train = apps::labelled_rows(data.present, split.train, task);
    const std::vector<double> labels = apps::labels_of(data.targets, train, task);
    if (labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    const Matrix<float> known = features_of(data, train, scaling);
    const std::vector<double> weights =
        classes ? balancing_weights(labels) : std::vector<double>(labels.size(), 1.0);
    const Forest forest = fit_forest({known.data(), known.rows(), known.cols()}, labels, weights,
                                     {.seed = mix_seed(seed, static_cast<std::uint64_t>(task))});
    nodes += std::ssize(forest.nodes);
    for (const auto& [features, outputs] : asked) {
      const std::vector<double> values = predict(forest, {features.data(), features.rows(), features.cols()});
      for (std::size_t i = 0; i < values.size(); ++i) {
        (*outputs)(static_cast<Index>(i), task) = static_cast<float>(classes ? logit(values[i]) : values[i]);
      }
    }
  }
  return nodes;
}

}  // namespace plstm::bench

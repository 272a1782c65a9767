#include "forest.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/train/baselines/forest.hpp>

#include "descriptors.hpp"
#include "support/fingerprint_rows.hpp"

namespace plstm::bench {
namespace {

using ColumnOf = std::unordered_map<std::uint64_t, Index>;

// The substructures that become columns: those of the most training graphs, of two at least.
ColumnOf choose_columns(const BenchData& data, std::span<const std::int32_t> train) {
  constexpr std::size_t kMost = 4096;
  std::map<std::uint64_t, std::int64_t> graphs_with;
  for (const std::int32_t row : train) {
    for (const Substructure& s : data.substructures[static_cast<std::size_t>(row)]) ++graphs_with[s.label];
  }
  std::vector<std::pair<std::uint64_t, std::int64_t>> kept;
  std::ranges::copy_if(graphs_with, std::back_inserter(kept),
                       [](const auto& pair) { return pair.second >= 2; });
  std::ranges::stable_sort(kept, std::greater{}, &std::pair<std::uint64_t, std::int64_t>::second);
  if (kept.size() > kMost) kept.resize(kMost);
  ColumnOf column_of;
  for (const auto& [label, graphs] : kept) column_of.emplace(label, std::ssize(column_of));
  return column_of;
}

Matrix<float> counts_of(const BenchData& data, std::span<const std::int32_t> rows,
                        const ColumnOf& column_of) {
  Matrix<float> counts = Matrix<float>::Zero(std::ssize(rows), std::ssize(column_of));
  for (Index i = 0; i < counts.rows(); ++i) {
    const auto row = static_cast<std::size_t>(rows[static_cast<std::size_t>(i)]);
    for (const Substructure& substructure : data.substructures[row]) {
      const auto column = column_of.find(substructure.label);
      if (column != column_of.end()) counts(i, column->second) = static_cast<float>(substructure.count);
    }
  }
  return counts;
}

// What a split makes of the data for its forests.
struct Columns {
  ColumnOf column_of;
  ValueScaling scaling;
};

// What there is: bits, counts, values of forests, values of networks.
Matrix<float> features_of(const BenchData& data, std::span<const std::int32_t> rows, const Columns& columns) {
  Matrix<float> features(std::ssize(rows), data.fingerprint_bits + std::ssize(columns.column_of) +
                                               data.forest_values.cols() + data.graph_value_width);
  Index place = 0;
  const auto add = [&](const Matrix<float>& part) {
    features.middleCols(place, part.cols()) = part;
    place += part.cols();
  };
  if (data.fingerprint_bits > 0) {
    add(apps::dense_fingerprints(data.fingerprints, rows, data.fingerprint_bits));
  }
  add(counts_of(data, rows, columns.column_of));
  add(data.forest_values(std::vector<Index>(rows.begin(), rows.end()), Eigen::all));
  if (data.graph_value_width > 0) add(scaled_graph_values(data, rows, columns.scaling));
  return features;
}

std::vector<double> balancing_weights(std::span<const double> labels) {
  const auto n = static_cast<double>(labels.size());
  const auto ones = static_cast<double>(std::ranges::count(labels, 1.0));
  std::vector<double> weights;
  for (const double label : labels) weights.push_back(n / (2 * (label == 1 ? ones : n - ones)));
  return weights;
}

// Finite also for a share of 0 or 1.
constexpr double kLeastShare = 1e-4;

double logit(double share) {
  const double inside = std::clamp(share, kLeastShare, 1 - kLeastShare);
  return std::log(inside / (1 - inside));
}

bool all_equal(std::span<const double> labels) {
  return labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels);
}

// Rows that are asked, and where the answers go.
struct Question {
  Matrix<float> features;
  Matrix<float>* outputs;
};

using Questions = std::span<const Question>;

std::vector<double> answers(const Forest& forest, const Question& question) {
  const Matrix<float>& features = question.features;
  return predict(forest, {features.data(), features.rows(), features.cols()});
}

void write(const Question& question, Index column, std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    (*question.outputs)(static_cast<Index>(i), column) = static_cast<float>(values[i]);
  }
}

// One value a task, or the logit of one. Many trees: those of 300 differ from those of 300 others by .003 on
// the scaffolds of Tox21 that they have not seen.
std::int64_t answer_task(TaskType type, const Matrix<float>& known, std::span<const double> labels,
                         std::uint64_t seed, Index task, Questions questions) {
  const bool yes_or_no = type == TaskType::kClassification;
  const std::vector<double> weights =
      yes_or_no ? balancing_weights(labels) : std::vector<double>(labels.size(), 1.0);
  const Forest forest =
      fit_forest({known.data(), known.rows(), known.cols()}, labels, weights, {.trees = 1500, .seed = seed});
  for (const Question& question : questions) {
    std::vector<double> values = answers(forest, question);
    if (yes_or_no) std::ranges::transform(values, values.begin(), logit);
    write(question, task, values);
  }
  return std::ssize(forest.nodes);
}

// The logarithm of each class's share; one forest a class, or one for both of two. Accuracy is judged:
// classes weigh what their rows do.
std::int64_t answer_classes(Index classes, const Matrix<float>& known, std::span<const double> labels,
                            std::uint64_t seed, Index task, Questions questions) {
  const std::vector<double> weights(labels.size(), 1.0);
  const auto logarithm = [](double share) { return std::log(std::max(share, kLeastShare)); };
  std::int64_t nodes = 0;
  for (Index c = classes == 2 ? 1 : 0; c < classes; ++c) {
    std::vector<double> is_class(labels.size());
    std::ranges::transform(labels, is_class.begin(), [&](double label) { return label == c ? 1.0 : 0.0; });
    const Forest forest = fit_forest({known.data(), known.rows(), known.cols()}, is_class, weights,
                                     {.min_leaf = 1, .seed = mix_seed(seed, static_cast<std::uint64_t>(c))});
    nodes += std::ssize(forest.nodes);
    for (const Question& question : questions) {
      std::vector<double> values = answers(forest, question);
      if (classes == 2) {
        std::vector<double> others(values.size());
        std::ranges::transform(values, others.begin(), [&](double share) { return logarithm(1 - share); });
        write(question, task * classes, others);
      }
      std::ranges::transform(values, values.begin(), logarithm);
      write(question, task * classes + c, values);
    }
  }
  return nodes;
}

}  // namespace

std::int64_t fit_and_predict_forest(const BenchData& data, const Split& split, std::uint64_t seed,
                                    Matrix<float>& validation, Matrix<float>& test) {
  Columns columns{choose_columns(data, split.train), {}};
  if (data.graph_value_width > 0) columns.scaling = make_graph_value_scaling(data.graphs, split.train);
  // The rows that are asked are the same for all tasks.
  const Question questions[] = {{features_of(data, split.validation, columns), &validation},
                                {features_of(data, split.test, columns), &test}};
  std::int64_t nodes = 0;
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const auto train = apps::labelled_rows(data.present, split.train, task);
    const std::vector<double> labels = apps::labels_of(data.targets, train, task);
    if (all_equal(labels)) continue;
    const Matrix<float> known = features_of(data, train, columns);
    const std::uint64_t task_seed = mix_seed(seed, static_cast<std::uint64_t>(task));
    nodes += data.task == TaskType::kMulticlass
                 ? answer_classes(data.classes, known, labels, task_seed, task, questions)
                 : answer_task(data.task, known, labels, task_seed, task, questions);
  }
  return nodes;
}

}  // namespace plstm::bench

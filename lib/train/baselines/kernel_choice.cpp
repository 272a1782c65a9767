#include "plstm/train/baselines/kernel_choice.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr std::int32_t kMostGraphs = 1000;
constexpr std::size_t kMostTasks = 16;
// Columns are few and say much. Descriptors compete with counts, whose kernel needs more landmarks to be as good.
constexpr std::int64_t kMostLandmarksForColumns = 300, kMostLandmarksForDescriptors = 600;
// Of many candidates the best is a little better by chance. Descriptors have to save so much of the squared error.
constexpr double kLeastGain = 0.05;

using Shares = std::array<double, 3>;  // of graphs, of values, of both

// The first candidate has no share of the values.
std::vector<ValueKernel> candidates(const ValueKernel& of, std::span<const Shares> shares) {
  constexpr std::array kLengths{0.5, 1.0, 2.0, 4.0};
  std::vector<ValueKernel> kernels{{of.mean, of.scale}};
  for (const auto& [of_graphs, of_values, of_both] : shares) {
    for (const double length : kLengths)
      kernels.push_back({of.mean, of.scale, of_graphs, of_values, of_both, length});
  }
  return kernels;
}

// Rows of the arguments that are asked.
struct Asked {
  std::vector<GraphCounts> graphs;
  std::vector<GraphValues> values;
  std::vector<std::int32_t> groups;
  Matrix<double> targets;
  Matrix<std::uint8_t> present;
  std::vector<double> weights;
  std::vector<std::int8_t> bounds;
};

template <class T>
void add_row(std::span<const T> rows, std::int32_t row, Index width, std::span<const Index> columns,
             std::vector<T>& to) {
  if (rows.empty()) return;
  for (const Index column : columns) to.push_back(rows[static_cast<std::size_t>(row * width + column)]);
}

// The tasks with the most labels, ascending.
std::vector<Index> best_known_tasks(const ConstMatrixMap<std::uint8_t>& present) {
  std::vector<Index> tasks(static_cast<std::size_t>(present.cols()));
  std::iota(tasks.begin(), tasks.end(), 0);
  std::ranges::stable_sort(tasks, std::ranges::greater{},
                           [&](Index task) { return (present.col(task).array() != 0).count(); });
  tasks.resize(std::min(tasks.size(), kMostTasks));
  std::ranges::sort(tasks);
  return tasks;
}

double squared_error(const Asked& asked, const TanimotoFit& fit) {
  double sum = 0;
  for (Index i = 0; i < asked.targets.size(); ++i) {
    if (asked.present.data()[i] == 0) continue;
    const auto at = static_cast<std::size_t>(i);
    const double error = fit.held_out[at] - asked.targets.data()[i];
    const std::int8_t bound = asked.bounds.empty() ? std::int8_t{0} : asked.bounds[at];
    if (bound > 0 ? error >= 0 : bound < 0 && error <= 0) continue;
    sum += (asked.weights.empty() ? 1 : asked.weights[at]) * error * error;
  }
  return sum;
}

// `which` is the kernel of the options that is chosen. Later candidates must have less than (1 - gain) times the error of
// the first.
ValueKernel best_of(std::span<const ValueKernel> kernels, ValueKernel TanimotoRidgeOptions::*which,
                    std::int64_t most_landmarks, double gain, std::span<const GraphCounts> graphs,
                    const BesideGraphs& beside, const ConstMatrixMap<double>& targets,
                    const ConstMatrixMap<std::uint8_t>& present, const TanimotoRidgeOptions& options,
                    std::span<const double> weights, std::span<const std::int8_t> bounds) {
  const Index tasks = targets.cols();
  check_size("choose_value_kernel", "values", std::ssize(beside.values), std::ssize(graphs));
  if (!beside.groups.empty()) {
    check_size("choose_value_kernel", "groups", std::ssize(beside.groups), std::ssize(graphs));
  }
  check_shape("choose_value_kernel", "targets", {targets.rows(), tasks}, {std::ssize(graphs), tasks});
  check_shape("choose_value_kernel", "present", {present.rows(), present.cols()},
              {std::ssize(graphs), tasks});
  if (!weights.empty()) check_size("choose_value_kernel", "weights", std::ssize(weights), targets.size());
  if (!bounds.empty()) check_size("choose_value_kernel", "bounds", std::ssize(bounds), targets.size());
  const std::vector<Index> columns = best_known_tasks(present);
  const auto width = std::ssize(columns);
  std::vector<std::int32_t> rows;
  for (Index row = 0; row < targets.rows(); ++row) {
    const auto has_label = [&](Index task) { return present(row, task) != 0; };
    if (std::ranges::any_of(columns, has_label)) rows.push_back(static_cast<std::int32_t>(row));
  }
  if (std::ssize(rows) > kMostGraphs) {
    Random random(mix_seed(options.seed, 0xc401));  // a stream apart from that of the landmarks
    shuffle(rows, random);
    rows.resize(kMostGraphs);
    std::ranges::sort(rows);
  }
  Asked asked;
  asked.targets.resize(std::ssize(rows), width);
  asked.present.resize(std::ssize(rows), width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    asked.graphs.push_back(graphs[static_cast<std::size_t>(rows[i])]);
    asked.values.push_back(beside.values[static_cast<std::size_t>(rows[i])]);
    if (!beside.groups.empty()) asked.groups.push_back(beside.groups[static_cast<std::size_t>(rows[i])]);
    for (Index column = 0; column < width; ++column) {
      const Index task = columns[static_cast<std::size_t>(column)];
      asked.targets(static_cast<Index>(i), column) = targets(rows[i], task);
      asked.present(static_cast<Index>(i), column) = present(rows[i], task);
    }
    add_row(weights, rows[i], tasks, columns, asked.weights);
    add_row(bounds, rows[i], tasks, columns, asked.bounds);
  }
  TanimotoRidgeOptions trying = options;
  trying.most_landmarks = std::min(options.most_landmarks, most_landmarks);
  ValueKernel best;
  double least = 0;
  bool any = false;
  for (const ValueKernel& kernel : kernels) {
    trying.*which = kernel;
    const double error = squared_error(
        asked, fit_tanimoto_ridge(asked.graphs, {asked.targets.data(), asked.targets.rows(), width},
                                  {asked.present.data(), asked.present.rows(), width}, trying, asked.weights,
                                  asked.bounds, {asked.values, asked.groups}));
    if (any && !(error < least)) continue;
    least = any ? error : (1 - gain) * error;
    any = true;
    best = kernel;
  }
  return best;
}

}  // namespace

ValueKernel choose_value_kernel(const ValueKernel& standardisation, std::span<const GraphCounts> graphs,
                                const BesideGraphs& beside, const ConstMatrixMap<double>& targets,
                                const ConstMatrixMap<std::uint8_t>& present,
                                const TanimotoRidgeOptions& options, std::span<const double> weights,
                                std::span<const std::int8_t> bounds) {
  constexpr std::array<Shares, 3> kShares{{{0, 0, 1}, {0.5, 0.5, 0}, {1.0 / 3, 1.0 / 3, 1.0 / 3}}};
  return best_of(candidates(standardisation, kShares), &TanimotoRidgeOptions::kernel,
                 kMostLandmarksForColumns, 0, graphs, beside, targets, present, options, weights, bounds);
}

ValueKernel choose_descriptor_kernel(const ValueKernel& standardisation, std::span<const GraphCounts> graphs,
                                     const BesideGraphs& beside, const ConstMatrixMap<double>& targets,
                                     const ConstMatrixMap<std::uint8_t>& present,
                                     const TanimotoRidgeOptions& options, std::span<const double> weights,
                                     std::span<const std::int8_t> bounds) {
  constexpr std::array<Shares, 4> kShares{{{0.75, 0.25, 0}, {0.5, 0.5, 0}, {0.25, 0.75, 0}, {0, 1, 0}}};
  return best_of(candidates(standardisation, kShares), &TanimotoRidgeOptions::descriptors,
                 kMostLandmarksForDescriptors, kLeastGain, graphs, beside, targets, present, options, weights,
                 bounds);
}

}  // namespace plstm

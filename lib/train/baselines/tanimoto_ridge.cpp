#include "plstm/train/baselines/tanimoto_ridge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>

#include "feature_ridge.hpp"

namespace plstm {
namespace {

using Dense = Eigen::MatrixXd;
using Column = Eigen::VectorXd;
using Totals = std::array<std::uint32_t, kNumCountFamilies>;

// Equal graphs make the landmarks' kernel singular. This much of the diagonal, which is 1, keeps it positive definite.
constexpr double kJitter = 1e-6;

constexpr Index kRows = kRowsAtOnce;

Totals totals_of(GraphCounts counts) {
  Totals totals{};
  for (const GraphCount& count : counts) totals[family_of(count)] += count.count;
  return totals;
}

double coefficient(std::uint32_t shared, std::uint32_t a, std::uint32_t b) {
  const std::uint32_t most = a + b - shared;
  return most == 0 ? 1.0 : static_cast<double>(shared) / static_cast<double>(most);
}

void check_options(const TanimotoRidgeOptions& options) {
  if (options.most_landmarks < 1) {
    throw ConfigError(
        fmt::format("fit_tanimoto_ridge: most_landmarks is {}, expected at least 1", options.most_landmarks));
  }
  if (options.penalties.empty()) throw ConfigError("fit_tanimoto_ridge: there is no penalty");
  for (const double penalty : options.penalties) {
    if (!(penalty > 0) || !std::isfinite(penalty)) {
      throw ConfigError(fmt::format("fit_tanimoto_ridge: penalty {}, expected a positive number", penalty));
    }
  }
}

// Which graphs are landmarks, ascending.
std::vector<std::int32_t> draw_landmarks(std::size_t graphs, const TanimotoRidgeOptions& options) {
  std::vector<std::int32_t> chosen(graphs);
  std::iota(chosen.begin(), chosen.end(), 0);
  if (std::cmp_less_equal(graphs, options.most_landmarks)) return chosen;
  Random random(options.seed);
  chosen = random_permutation(static_cast<std::int32_t>(graphs), random);
  chosen.resize(static_cast<std::size_t>(options.most_landmarks));
  std::ranges::sort(chosen);
  return chosen;
}

TanimotoRidge make_landmarks(std::span<const GraphCounts> graphs, std::span<const GraphValues> values,
                             std::span<const std::int32_t> chosen, const TanimotoRidgeOptions& options,
                             Index tasks) {
  TanimotoRidge model;
  model.kernel = options.kernel;
  model.descriptors = options.descriptors;
  const std::size_t width = model.kernel.width(), own = model.descriptors.width();
  model.values.resize(chosen.size() * width);
  std::vector<double> standardised(own);
  model.offsets.push_back(0);
  for (const std::int32_t graph : chosen) {
    const GraphCounts counts = graphs[static_cast<std::size_t>(graph)];
    model.counts.insert(model.counts.end(), counts.begin(), counts.end());
    model.offsets.push_back(std::ssize(model.counts));
    for (const GraphCount& count : counts) model.families = std::max(model.families, family_of(count) + 1);
    if (values.empty()) continue;
    const GraphValues of_graph = values[static_cast<std::size_t>(graph)];
    const std::size_t landmark = model.offsets.size() - 2;
    standardize_values(model.kernel, of_graph, std::span(model.values).subspan(landmark * width, width));
    standardize_values(model.descriptors, values_of_graph(of_graph, width), standardised);
    for (const double value : standardised) model.descriptor_values.push_back(static_cast<float>(value));
  }
  model.means.assign(static_cast<std::size_t>(tasks), 0);
  model.weights.assign(static_cast<std::size_t>(tasks) * chosen.size(), 0);
  return model;
}

// Likeness of every graph and every landmark, a graph a row.
Dense likeness_of(std::span<const GraphCounts> graphs, std::span<const GraphValues> values,
                  const TanimotoPredictor& landmarks) {
  Dense alike(std::ssize(graphs), landmarks.model().num_landmarks());
  parallel_for_ranges(graphs.size(), 16, [&](std::size_t begin, std::size_t end) {
    TanimotoPredictor::Workspace workspace;
    for (std::size_t i = begin; i < end; ++i) {
      const std::span<const double> row =
          landmarks.likeness(graphs[i], workspace, values.empty() ? GraphValues() : values[i]);
      for (std::size_t l = 0; l < row.size(); ++l)
        alike(static_cast<Index>(i), static_cast<Index>(l)) = row[l];
    }
  });
  return alike;
}

// Throws unless a label that is present has a positive weight.
void check_weights(std::span<const double> weights, const ConstMatrixMap<std::uint8_t>& present) {
  if (weights.empty()) return;
  check_size("fit_tanimoto_ridge", "weights", std::ssize(weights), present.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (present.data()[i] == 0 || (weights[i] > 0 && std::isfinite(weights[i]))) continue;
    throw TrainingError(
        fmt::format("fit_tanimoto_ridge: weight {} is {}, expected a positive number", i, weights[i]));
  }
}

}  // namespace

double tanimoto(GraphCounts a, GraphCounts b, std::uint32_t families) {
  const Totals in_a = totals_of(a), in_b = totals_of(b);
  Totals shared{};
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].label == b[j].label) {
      shared[family_of(a[i])] += std::min(a[i].count, b[j].count);
      ++i;
      ++j;
    } else if (a[i].label < b[j].label) {
      ++i;
    } else {
      ++j;
    }
  }
  double sum = 0;
  for (std::uint32_t f = 0; f < families; ++f) sum += coefficient(shared[f], in_a[f], in_b[f]);
  return sum / families;
}

void check_tanimoto_ridge(const TanimotoRidge& model) {
  constexpr const char* kWhat = "Tanimoto ridge regression";
  if (model.families < 1 || model.families > kNumCountFamilies) {
    throw ShapeError(
        fmt::format("{}: {} families, expected 1 to {}", kWhat, model.families, kNumCountFamilies));
  }
  if (model.offsets.size() < 2 || model.offsets.front() != 0 ||
      model.offsets.back() != std::ssize(model.counts) || !std::ranges::is_sorted(model.offsets)) {
    throw ShapeError(
        fmt::format("{}: the offsets of the landmarks do not divide {} counts", kWhat, model.counts.size()));
  }
  if (model.means.empty()) throw ShapeError(fmt::format("{}: there is no task", kWhat));
  check_size(kWhat, "weights", std::ssize(model.weights), model.num_tasks() * model.num_landmarks());
  for (std::size_t l = 0; l + 1 < model.offsets.size(); ++l) {
    const auto first = static_cast<std::size_t>(model.offsets[l]);
    const auto size = static_cast<std::size_t>(model.offsets[l + 1]) - first;
    check_graph_counts(kWhat, GraphCounts(model.counts).subspan(first, size));
  }
  for (const std::vector<double>* numbers : {&model.means, &model.weights}) {
    if (!std::ranges::all_of(*numbers, [](double value) { return std::isfinite(value); })) {
      throw ConfigError(fmt::format("{}: a weight is not finite", kWhat));
    }
  }
  check_value_kernel(model.kernel);
  check_value_kernel(model.descriptors);
  if (model.descriptors.of_both != 0) {
    throw ConfigError(fmt::format("{}: descriptors have a share of both, expected a sum", kWhat));
  }
  check_size(kWhat, "values of landmarks", std::ssize(model.values),
             model.num_landmarks() * std::ssize(model.kernel.mean));
  check_size(kWhat, "descriptors of landmarks", std::ssize(model.descriptor_values),
             model.num_landmarks() * std::ssize(model.descriptors.mean));
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(model.values, is_finite) ||
      !std::ranges::all_of(model.descriptor_values, is_finite)) {
    throw ConfigError(fmt::format("{}: a value of a landmark is not finite", kWhat));
  }
}

TanimotoPredictor::TanimotoPredictor(TanimotoRidge model) : model_(std::move(model)) {
  check_tanimoto_ridge(model_);
  struct Entry {
    std::uint32_t label;
    Posting posting;
  };
  std::vector<Entry> entries;
  entries.reserve(model_.counts.size());
  const auto landmarks = static_cast<std::size_t>(model_.num_landmarks());
  totals_.assign(model_.families * landmarks, 0);
  for (std::size_t l = 0; l < landmarks; ++l) {
    for (auto i = static_cast<std::size_t>(model_.offsets[l]);
         i < static_cast<std::size_t>(model_.offsets[l + 1]); ++i) {
      const GraphCount& count = model_.counts[i];
      if (family_of(count) >= model_.families) continue;
      entries.push_back({count.label, {static_cast<std::uint32_t>(l), count.count}});
      totals_[family_of(count) * landmarks + l] += count.count;
    }
  }
  std::ranges::stable_sort(entries, {}, &Entry::label);
  for (const Entry& entry : entries) {
    if (labels_.empty() || labels_.back() != entry.label) {
      labels_.push_back(entry.label);
      first_.push_back(std::ssize(postings_));
    }
    postings_.push_back(entry.posting);
  }
  first_.push_back(std::ssize(postings_));
  const std::size_t width = model_.descriptors.width();
  descriptors_.resize(width * landmarks);
  for (std::size_t l = 0; l < landmarks; ++l) {
    for (std::size_t v = 0; v < width; ++v)
      descriptors_[v * landmarks + l] = double{model_.descriptor_values[l * width + v]};
  }
}

// Makes of the likeness by counts that by counts and descriptors.
void TanimotoPredictor::mix_descriptors(Workspace& workspace, GraphValues values) const {
  const ValueKernel& kernel = model_.descriptors;
  const std::size_t landmarks = workspace.alike.size();
  workspace.values.resize(kernel.width());
  standardize_values(kernel, values_of_graph(values, model_.kernel.width()), workspace.values);
  workspace.squares.assign(landmarks, 0);
  const auto size = static_cast<Index>(landmarks);
  Eigen::Map<Eigen::ArrayXd> distances(workspace.squares.data(), size);
  for (std::size_t v = 0; v < kernel.width(); ++v) {
    // As exactly as landmarks have them, so that a landmark is at no distance from itself.
    const double own = double{static_cast<float>(workspace.values[v])};
    distances += (Eigen::Map<const Eigen::ArrayXd>(descriptors_.data() + v * landmarks, size) - own).square();
  }
  const double factor = -1 / (2 * static_cast<double>(kernel.width()) * kernel.length * kernel.length);
  // Not by Eigen's exponential, whose bits may differ where the memory begins elsewhere.
  for (std::size_t l = 0; l < landmarks; ++l) {
    double& alike = workspace.alike[l];
    alike = kernel.of_graphs * alike + kernel.of_values * std::exp(factor * workspace.squares[l]);
  }
}

std::span<const double> TanimotoPredictor::likeness(GraphCounts graph, Workspace& workspace,
                                                    GraphValues values) const {
  const auto landmarks = static_cast<std::size_t>(model_.num_landmarks());
  workspace.shared.assign(model_.families * landmarks, 0);
  workspace.alike.assign(landmarks, 0);
  Totals totals{};
  auto place = labels_.begin();
  for (const GraphCount& count : graph) {
    const std::uint32_t family = family_of(count);
    if (family >= model_.families) break;  // labels ascend
    totals[family] += count.count;
    place = std::lower_bound(place, labels_.end(), count.label);
    if (place == labels_.end() || *place != count.label) continue;
    const auto at = static_cast<std::size_t>(place - labels_.begin());
    std::uint32_t* shared = workspace.shared.data() + family * landmarks;
    for (auto i = first_[at]; i < first_[at + 1]; ++i) {
      const Posting& posting = postings_[static_cast<std::size_t>(i)];
      shared[posting.landmark] += std::min(posting.count, count.count);
    }
  }
  for (std::uint32_t family = 0; family < model_.families; ++family) {
    const std::uint32_t* shared = workspace.shared.data() + family * landmarks;
    const std::uint32_t* theirs = totals_.data() + family * landmarks;
    for (std::size_t l = 0; l < landmarks; ++l) {
      workspace.alike[l] += coefficient(shared[l], totals[family], theirs[l]);
    }
  }
  for (double& value : workspace.alike) value /= model_.families;
  if (model_.descriptors.width() > 0) mix_descriptors(workspace, values);
  if (model_.kernel.width() == 0) return workspace.alike;
  const ValueKernel& kernel = model_.kernel;
  workspace.values.resize(kernel.width());
  standardize_values(kernel, values, workspace.values);
  for (std::size_t l = 0; l < landmarks; ++l) {
    const double by_values = likeness_of_values(
        kernel, workspace.values, std::span(model_.values).subspan(l * kernel.width(), kernel.width()));
    double& alike = workspace.alike[l];
    alike = (kernel.of_graphs + kernel.of_both * by_values) * alike + kernel.of_values * by_values;
  }
  return workspace.alike;
}

void TanimotoPredictor::predict(GraphCounts graph, Workspace& workspace, std::span<double> to,
                                GraphValues values) const {
  check_size("TanimotoPredictor", "values", std::ssize(to), model_.num_tasks());
  const std::span<const double> alike = likeness(graph, workspace, values);
  for (std::size_t task = 0; task < to.size(); ++task) {
    const double* weights = model_.weights.data() + task * alike.size();
    to[task] = std::inner_product(alike.begin(), alike.end(), weights, model_.means[task]);
  }
}

TanimotoFit fit_tanimoto_ridge(std::span<const GraphCounts> graphs, const ConstMatrixMap<double>& targets,
                               const ConstMatrixMap<std::uint8_t>& present,
                               const TanimotoRidgeOptions& options, std::span<const double> weights,
                               std::span<const std::int8_t> bounds, const BesideGraphs& beside) {
  check_options(options);
  if (graphs.empty()) throw TrainingError("fit_tanimoto_ridge: there is no graph");
  const Index tasks = targets.cols();
  check_shape("fit_tanimoto_ridge", "targets", {targets.rows(), tasks}, {std::ssize(graphs), tasks});
  check_shape("fit_tanimoto_ridge", "present", {present.rows(), present.cols()}, {std::ssize(graphs), tasks});
  check_weights(weights, present);
  if (!bounds.empty()) check_size("fit_tanimoto_ridge", "bounds", std::ssize(bounds), present.size());
  for (const GraphCounts& graph : graphs) check_graph_counts("fit_tanimoto_ridge", graph);
  if (options.kernel.width() > 0 || options.descriptors.width() > 0) {
    check_size("fit_tanimoto_ridge", "values", std::ssize(beside.values), std::ssize(graphs));
  }
  if (!beside.groups.empty()) {
    check_size("fit_tanimoto_ridge", "groups", std::ssize(beside.groups), std::ssize(graphs));
  }
  for (Index i = 0; i < targets.rows(); ++i) {
    for (Index task = 0; task < tasks; ++task) {
      if (present(i, task) != 0 && !std::isfinite(targets(i, task))) {
        throw TrainingError(fmt::format("fit_tanimoto_ridge: target {} of graph {} is {}, expected a number",
                                        task, i, targets(i, task)));
      }
    }
  }

  const std::vector<std::int32_t> chosen = draw_landmarks(graphs.size(), options);
  TanimotoPredictor landmarks(make_landmarks(graphs, beside.values, chosen, options, tasks));
  TanimotoFit fit{landmarks.model(), std::vector<double>(graphs.size() * static_cast<std::size_t>(tasks), 0)};
  MatrixMap<double> held_out(fit.held_out.data(), std::ssize(graphs), tasks);
  Dense features = likeness_of(graphs, beside.values, landmarks);
  Dense among(std::ssize(chosen), std::ssize(chosen));
  for (std::size_t l = 0; l < chosen.size(); ++l) among.row(static_cast<Index>(l)) = features.row(chosen[l]);
  among.diagonal().array() += kJitter;
  const Eigen::LLT<Dense> root(among);
  if (root.info() != Eigen::Success)
    throw TrainingError("fit_tanimoto_ridge: the landmarks' kernel is singular");
  parallel_for(static_cast<std::size_t>((features.rows() + kRows - 1) / kRows), 1, [&](std::size_t block) {
    const Index first = static_cast<Index>(block) * kRows;
    const Index count = std::min(kRows, features.rows() - first);
    features.middleRows(first, count) =
        root.matrixL().solve(features.middleRows(first, count).transpose()).transpose();
  });

  const auto num_landmarks = static_cast<Index>(chosen.size());
  for (Index task = 0; task < tasks; ++task) {
    const FeatureRegression regression =
        regression_of(task, features, targets, present, weights, bounds, beside.groups);
    if (regression.rows.empty()) continue;
    std::vector<FeatureSolution> solutions(options.penalties.size());
    parallel_for(solutions.size(), 1,
                 [&](std::size_t p) { solutions[p] = solve(regression, options.penalties[p]); });
    const FeatureSolution& best = *std::ranges::min_element(solutions, {}, &FeatureSolution::error);
    const Column of_landmarks = root.matrixL().transpose().solve(best.weights);
    fit.model.means[static_cast<std::size_t>(task)] = regression.mean;
    std::copy(of_landmarks.begin(), of_landmarks.end(),
              fit.model.weights.begin() + static_cast<std::ptrdiff_t>(task * num_landmarks));
    const Column all = features * best.weights;
    for (Index i = 0; i < all.size(); ++i) held_out(i, task) = all[i] + regression.mean;
    for (std::size_t r = 0; r < regression.rows.size(); ++r) {
      held_out(regression.rows[r], task) = best.held_out[static_cast<Index>(r)] + regression.mean;
    }
  }
  return fit;
}

}  // namespace plstm

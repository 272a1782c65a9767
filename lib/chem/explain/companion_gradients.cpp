#include "chem/explain/companion_gradients.hpp"

#include <algorithm>
#include <span>

namespace plstm {

CompanionGradients::CompanionGradients(const Companion& companion)
    : companion_(companion),
      ridge_(companion.ridge),
      totals_(ridge_.families * static_cast<std::size_t>(ridge_.num_landmarks()), 0.0) {
  const TanimotoRidge& ridge = ridge_;
  const auto landmarks = static_cast<std::size_t>(ridge.num_landmarks());
  for (std::size_t l = 0; l < landmarks; ++l) {
    for (auto i = static_cast<std::size_t>(ridge.offsets[l]);
         i < static_cast<std::size_t>(ridge.offsets[l + 1]); ++i) {
      const GraphCount& count = ridge.counts[i];
      if (family_of(count) >= ridge.families) continue;
      postings_.push_back({count.label, static_cast<std::uint32_t>(l), count.count});
      totals_[family_of(count) * landmarks + l] += count.count;
    }
  }
  std::ranges::stable_sort(postings_, {}, &Posting::label);
}

CompanionGradients::Range CompanionGradients::postings_of(std::uint32_t label) const {
  const auto begin = std::ranges::lower_bound(postings_, label, {}, &Posting::label);
  const auto end = std::ranges::upper_bound(postings_, label, {}, &Posting::label);
  return {static_cast<std::size_t>(begin - postings_.begin()),
          static_cast<std::size_t>(end - postings_.begin())};
}

// The factors of the likeness without columns, [tasks, landmarks].
std::vector<double> CompanionGradients::weights_at(GraphValues values) const {
  std::vector<double> weights = ridge_.weights;
  const ValueKernel& kernel = ridge_.kernel;
  const std::size_t width = kernel.width(), landmarks = static_cast<std::size_t>(ridge_.num_landmarks());
  if (width == 0) return weights;
  std::vector<double> own(width);
  standardize_values(kernel, values, own);
  for (std::size_t l = 0; l < landmarks; ++l) {
    const double by_values =
        likeness_of_values(kernel, own, std::span(ridge_.values).subspan(l * width, width));
    for (std::size_t i = l; i < weights.size(); i += landmarks)
      weights[i] *= kernel.of_graphs + kernel.of_both * by_values;
  }
  return weights;
}

std::vector<double> CompanionGradients::of_descriptors(GraphValues nothing, GraphValues whole,
                                                       int steps) const {
  const ValueKernel& kernel = ridge_.descriptors;
  const std::size_t width = kernel.width(), landmarks = static_cast<std::size_t>(ridge_.num_landmarks());
  const auto tasks = static_cast<std::size_t>(ridge_.num_tasks());
  std::vector<double> contributions(width * tasks, 0.0);
  if (width == 0) return contributions;
  const std::vector<double> weights = weights_at(whole);
  std::vector<double> from(width), to(width), at(width), theirs(width);
  standardize_values(kernel, values_of_graph(nothing, ridge_.kernel.width()), from);
  standardize_values(kernel, values_of_graph(whole, ridge_.kernel.width()), to);
  // d exp(-|u - u'|^2 / (2 W length^2)) / d u = (u' - u) / (W length^2) times the likeness
  const double flatness = static_cast<double>(width) * kernel.length * kernel.length;
  for (int step = 0; step < steps; ++step) {
    const double t = (step + 0.5) / steps;
    for (std::size_t v = 0; v < width; ++v) at[v] = from[v] + t * (to[v] - from[v]);
    for (std::size_t l = 0; l < landmarks; ++l) {
      std::ranges::copy(std::span(ridge_.descriptor_values).subspan(l * width, width), theirs.begin());
      const double slope = kernel.of_values * likeness_of_values(kernel, at, theirs) / (flatness * steps);
      for (std::size_t v = 0; v < width; ++v) {
        const double part = slope * (theirs[v] - at[v]) * (to[v] - from[v]);
        for (std::size_t task = 0; task < tasks; ++task)
          contributions[v * tasks + task] += part * weights[task * landmarks + l];
      }
    }
  }
  return contributions;
}

CompanionGradients::OfForests CompanionGradients::of_forests(GraphCounts graph, GraphValues nothing,
                                                             GraphValues whole) const {
  const CountForest& model = companion_.forest;
  if (model.empty()) return {};
  const std::size_t tasks = model.forests.size(), values = model.values;
  OfForests result{std::vector<double>(graph.size() * tasks), std::vector<double>(values * tasks)};
  std::vector<float> with(model.width()), without(model.width());
  read_columns(model, graph, whole, with);
  read_columns(model, {}, nothing, without);
  std::vector<double> changes(model.width()), of_nothing(model.width());
  for (std::size_t task = 0; task < tasks; ++task) {
    const Forest& forest = model.forests[task];
    if (forest.roots.empty()) continue;
    const double share = predict(forest, with), less = predict(forest, without);
    if (share == less) continue;
    const double slope =
        model.curves[task].slope * (log_odds(forest, share) - log_odds(forest, less)) / (share - less);
    std::ranges::fill(changes, 0.0);
    std::ranges::fill(of_nothing, 0.0);
    add_contributions(forest, with, changes);
    add_contributions(forest, without, of_nothing);
    for (std::size_t c = 0; c < changes.size(); ++c) changes[c] = slope * (changes[c] - of_nothing[c]);
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const auto place = std::ranges::lower_bound(model.labels, graph[i].label);
      if (place == model.labels.end() || *place != graph[i].label) continue;
      result.counts[i * tasks + task] = changes[static_cast<std::size_t>(place - model.labels.begin())];
    }
    for (std::size_t v = 0; v < values; ++v)
      result.values[v * tasks + task] = changes[model.labels.size() + v];
  }
  return result;
}

std::vector<double> CompanionGradients::of_counts(GraphCounts graph, int steps, GraphValues values) const {
  std::vector<double> weights = weights_at(values);
  for (double& weight : weights) weight *= ridge_.descriptors.of_graphs;
  const auto landmarks = static_cast<std::size_t>(ridge_.num_landmarks());
  const auto tasks = static_cast<std::size_t>(ridge_.num_tasks());
  std::vector<double> contributions(graph.size() * tasks, 0.0), all(ridge_.families, 0.0);
  std::vector<Range> ranges;
  for (const GraphCount& count : graph) {
    ranges.push_back(postings_of(count.label));
    if (family_of(count) < ridge_.families) all[family_of(count)] += count.count;
  }
  std::vector<double> shared(totals_.size()), below(totals_.size()), above(ridge_.families * tasks);
  for (int step = 0; step < steps; ++step) {
    const double t = (step + 0.5) / steps;
    std::ranges::fill(shared, 0.0);
    std::ranges::fill(above, 0.0);
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const std::size_t row = family_of(graph[i]) * landmarks;
      for (std::size_t p = ranges[i].first; p < ranges[i].last; ++p)
        shared[row + postings_[p].landmark] += std::min(t * graph[i].count, double{1} * postings_[p].count);
    }
    // Of a count above that of a landmark: -S / T^2, added up over all landmarks. Below, 1 / T replaces it.
    for (std::size_t family = 0; family < ridge_.families; ++family) {
      for (std::size_t l = 0; l < landmarks; ++l) {
        const std::size_t place = family * landmarks + l;
        const double maxima = t * all[family] + totals_[place] - shared[place];
        const double slope = maxima > 0 ? -shared[place] / (maxima * maxima) : 0;
        below[place] = maxima > 0 ? 1 / maxima - slope : 0;
        for (std::size_t task = 0; task < tasks; ++task)
          above[family * tasks + task] += slope * weights[task * landmarks + l];
      }
    }
    for (std::size_t i = 0; i < graph.size(); ++i) {
      const std::size_t family = family_of(graph[i]);
      if (family >= ridge_.families) continue;
      const double share = graph[i].count / (double{1} * ridge_.families * steps);
      double* to = contributions.data() + i * tasks;
      for (std::size_t task = 0; task < tasks; ++task) to[task] += share * above[family * tasks + task];
      for (std::size_t p = ranges[i].first; p < ranges[i].last; ++p) {
        const std::uint32_t l = postings_[p].landmark;
        if (t * graph[i].count >= postings_[p].count) continue;
        for (std::size_t task = 0; task < tasks; ++task)
          to[task] += share * below[family * landmarks + l] * weights[task * landmarks + l];
      }
    }
  }
  return contributions;
}

}  // namespace plstm

#include "plstm/train/certainty/neighbours.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace plstm {

NeighbourIndex::NeighbourIndex(std::span<const std::int64_t> offsets,
                               std::span<const std::uint32_t> features) {
  Pairs pairs;
  for (std::size_t g = 0; g + 1 < offsets.size(); ++g) {
    add(features.subspan(static_cast<std::size_t>(offsets[g]),
                         static_cast<std::size_t>(offsets[g + 1] - offsets[g])),
        pairs);
  }
  build(std::move(pairs));
}

NeighbourIndex::NeighbourIndex(std::span<const std::vector<std::uint32_t>> graphs) {
  Pairs pairs;
  for (const std::vector<std::uint32_t>& features : graphs) add(features, pairs);
  build(std::move(pairs));
}

void NeighbourIndex::add(std::span<const std::uint32_t> features, Pairs& pairs) {
  const auto graph = static_cast<std::uint32_t>(sizes_.size());
  for (const std::uint32_t feature : features) pairs.emplace_back(feature, graph);
  sizes_.push_back(static_cast<std::uint32_t>(features.size()));
}

void NeighbourIndex::build(Pairs pairs) {
  std::ranges::sort(pairs);
  for (const auto& [feature, graph] : pairs) {
    if (labels_.empty() || labels_.back() != feature) {
      labels_.push_back(feature);
      first_.push_back(std::ssize(graphs_));
    }
    graphs_.push_back(graph);
  }
  first_.push_back(std::ssize(graphs_));
}

std::vector<Neighbour> NeighbourIndex::nearest(std::span<const std::uint32_t> features,
                                               std::int64_t count) const {
  std::vector<std::uint32_t> shared(sizes_.size());
  for (const std::uint32_t feature : features) {
    const auto found = std::ranges::lower_bound(labels_, feature);
    if (found == labels_.end() || *found != feature) continue;
    const auto label = static_cast<std::size_t>(found - labels_.begin());
    for (std::int64_t i = first_[label]; i < first_[label + 1]; ++i) {
      ++shared[graphs_[static_cast<std::size_t>(i)]];
    }
  }
  std::vector<Neighbour> all(sizes_.size());
  for (std::size_t g = 0; g < sizes_.size(); ++g) {
    const double either = static_cast<double>(features.size()) + sizes_[g] - shared[g];
    all[g] = {static_cast<std::int64_t>(g), either > 0 ? shared[g] / either : 0};
  }
  const auto better = [](const Neighbour& a, const Neighbour& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.graph < b.graph;
  };
  const auto kept = std::clamp<std::int64_t>(count, 0, std::ssize(all));
  std::partial_sort(all.begin(), all.begin() + kept, all.end(), better);
  all.resize(static_cast<std::size_t>(kept));
  return all;
}

}  // namespace plstm

#include "chem/large/refinement.hpp"

#include <algorithm>
#include <numeric>

#include <plstm/core/random.hpp>

namespace plstm {

Refinement::Refinement(const ColouredGraph& graph)
    : graph_(graph),
      order_(graph.neighbours.size()),
      position_(graph.neighbours.size()),
      cell_(graph.neighbours.size(), 0),
      size_(graph.neighbours.size(), 0),
      count_(graph.neighbours.size(), 0) {
  std::iota(order_.begin(), order_.end(), 0);
  std::iota(position_.begin(), position_.end(), 0);
  if (!size_.empty()) size_[0] = static_cast<std::int32_t>(order_.size());
}

void Refinement::split(std::span<const std::uint64_t> values) {
  const auto nodes = static_cast<std::int32_t>(order_.size());
  for (std::int32_t begin = 0; begin < nodes;) {
    const std::int32_t end = begin + size_[index(begin)];
    std::sort(order_.begin() + begin, order_.begin() + end,
              [&](std::int32_t a, std::int32_t b) { return values[index(a)] < values[index(b)]; });
    std::vector<std::int32_t> starts;
    for (std::int32_t i = begin; i < end; ++i) {
      position_[index(order_[index(i)])] = i;
      if (i == begin || values[index(order_[index(i)])] != values[index(order_[index(i - 1)])])
        starts.push_back(i);
    }
    starts.push_back(end);
    cut(begin, starts);
    for (const std::int32_t start : std::span(starts).first(starts.size() - 1)) pending_.insert(start);
    begin = end;
  }
  refine();
}

void Refinement::break_ties() {
  const auto nodes = static_cast<std::int32_t>(order_.size());
  for (std::int32_t begin = 0; begin < nodes; ++begin) {
    while (size_[index(begin)] > 1) {
      const std::int32_t end = begin + size_[index(begin)];
      cut(begin, std::vector<std::int32_t>{begin, end - 1, end});
      pending_.insert(end - 1);
      refine();
    }
  }
}

void Refinement::refine() {
  std::vector<std::int32_t> touched;
  while (!pending_.empty()) {
    const std::int32_t begin = *pending_.begin();
    pending_.erase(pending_.begin());
    touched.clear();
    for (std::int32_t i = begin; i < begin + size_[index(begin)]; ++i) {
      for (const auto& [node, colour] : graph_.neighbours[index(order_[index(i)])]) {
        if (count_[index(node)] == 0) touched.push_back(node);
        // A sum of hashes tells apart which colours come how often; its lowest bit keeps it from being zero.
        count_[index(node)] += mix_seed(0x9E3779B97F4A7C15ULL, colour) << 16 | 1;
      }
    }
    const auto key = [&](std::int32_t node) { return std::pair(cell_[index(node)], count_[index(node)]); };
    std::ranges::sort(touched, {}, key);
    for (std::size_t first = 0; first < touched.size();) {
      std::size_t last = first;
      while (last < touched.size() && cell_[index(touched[last])] == cell_[index(touched[first])]) ++last;
      split_touched(cell_[index(touched[first])], std::span(touched).subspan(first, last - first));
      first = last;
    }
    for (const std::int32_t node : touched) count_[index(node)] = 0;
  }
}

// Moves the touched nodes of a cell, which come in the order of their counts, to its end and cuts it there and
// between different counts.
void Refinement::split_touched(std::int32_t begin, std::span<const std::int32_t> touched) {
  const std::int32_t end = begin + size_[index(begin)];
  std::int32_t place = end;
  std::vector<std::int32_t> starts{end};
  for (std::size_t i = touched.size(); i-- > 0;) {
    const std::int32_t node = touched[i];
    --place;
    const std::int32_t other = order_[index(place)];
    std::swap(order_[index(place)], order_[index(position_[index(node)])]);
    std::swap(position_[index(other)], position_[index(node)]);
    const bool differs = i == 0 || count_[index(touched[i - 1])] != count_[index(node)];
    if (differs) starts.push_back(place);
  }
  if (place > begin) starts.push_back(begin);
  std::ranges::reverse(starts);
  if (starts.size() == 2) return;
  const bool was_pending = pending_.contains(begin);
  cut(begin, starts);
  // All parts but the largest tell the neighbours apart as well as all of them.
  std::int32_t largest = begin;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (size_[index(starts[i])] > size_[index(largest)]) largest = starts[i];
  }
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (was_pending || starts[i] != largest) pending_.insert(starts[i]);
  }
}

// Makes cells of the parts of the cell at `begin`; the starts end with its end.
void Refinement::cut(std::int32_t begin, std::span<const std::int32_t> starts) {
  for (std::size_t part = 0; part + 1 < starts.size(); ++part) {
    size_[index(starts[part])] = starts[part + 1] - starts[part];
    if (starts[part] == begin) continue;
    for (std::int32_t i = starts[part]; i < starts[part + 1]; ++i)
      cell_[index(order_[index(i)])] = starts[part];
  }
}

}  // namespace plstm

#include "plstm/graph/adjacency.hpp"

#include <cassert>
#include <utility>

namespace plstm {
namespace {

// Counting sort of the arc ids by one of their ends; stable, so every row ascends.
void sort_rows(std::int32_t num_vertices, const std::vector<Arc>& arcs, std::int32_t Arc::*end,
               std::vector<std::int32_t>& offsets, std::vector<std::int32_t>& list) {
  // offsets[v + 1] is the place of the next arc of v while the list fills, and the end of row v afterwards.
  offsets.assign(static_cast<std::size_t>(num_vertices) + 2, 0);
  for (const Arc& arc : arcs) {
    assert(arc.*end >= 0 && arc.*end < num_vertices);
    ++offsets[static_cast<std::size_t>(arc.*end) + 2];
  }
  for (std::size_t v = 2; v < offsets.size(); ++v) offsets[v] += offsets[v - 1];
  list.resize(arcs.size());
  for (std::size_t a = 0; a < arcs.size(); ++a) {
    std::int32_t& next = offsets[static_cast<std::size_t>(arcs[a].*end) + 1];
    list[static_cast<std::size_t>(next++)] = static_cast<std::int32_t>(a);
  }
  offsets.pop_back();
}

}  // namespace

Adjacency::Adjacency(std::int32_t num_vertices, std::vector<Arc> arcs)
    : num_vertices_(num_vertices), arcs_(std::move(arcs)) {
  sort_rows(num_vertices_, arcs_, &Arc::tail, out_offsets_, out_arcs_);
  sort_rows(num_vertices_, arcs_, &Arc::head, in_offsets_, in_arcs_);
}

Adjacency Adjacency::reversed() const {
  Adjacency result = *this;
  for (Arc& arc : result.arcs_) std::swap(arc.tail, arc.head);
  std::swap(result.out_offsets_, result.in_offsets_);
  std::swap(result.out_arcs_, result.in_arcs_);
  return result;
}

}  // namespace plstm

#include "learn/pretraining/chunk.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

void read_into(const PretrainingSet& set, std::int32_t number, std::size_t first, LayoutSet layouts,
               const AskOptions& ask, Chunk& chunk) {
  PretrainingBlock block = set.read(number);
  const std::size_t columns = set.header().target_names.size();
  Random random(mix_seed(ask.seed, static_cast<std::uint64_t>(number)));
  for (std::size_t i = 0; i < block.graphs.size(); ++i) {
    chunk.graphs[first + i] = prepare_graph(std::move(block.graphs[i]), {.layouts = layouts});
    const double share = ask.least + (ask.most - ask.least) * random.uniform();
    for (std::size_t k = 0; k < columns; ++k) {
      const float value = block.targets[i * columns + k];
      const bool asked = share >= 1 || random.uniform() < share;
      const std::size_t at = (first + i) * columns + k;
      chunk.present[at] = asked && !std::isnan(value) ? 1 : 0;
      chunk.targets[at] = std::isnan(value) ? 0 : value;
    }
  }
}

}  // namespace

std::vector<std::span<const std::int32_t>> chunks_of(std::span<const std::int32_t> blocks) {
  std::vector<std::span<const std::int32_t>> chunks;
  for (std::size_t first = 0; first < blocks.size(); first += kChunkBlocks) {
    chunks.push_back(blocks.subspan(first, std::min<std::size_t>(kChunkBlocks, blocks.size() - first)));
  }
  return chunks;
}

void read_chunk(const PretrainingSet& set, std::span<const std::int32_t> blocks, LayoutSet layouts,
                const AskOptions& ask, Chunk& chunk) {
  const std::size_t columns = set.header().target_names.size();
  std::vector<std::size_t> first(blocks.size() + 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    first[i + 1] = first[i] + static_cast<std::size_t>(set.graphs_in(blocks[i]));
  }
  chunk.count = static_cast<std::int64_t>(first.back());
  if (chunk.graphs.size() < first.back()) chunk.graphs.resize(first.back());
  chunk.targets.resize(chunk.graphs.size() * columns);
  chunk.present.resize(chunk.graphs.size() * columns);
  parallel_for(blocks.size(), 1,
               [&](std::size_t i) { read_into(set, blocks[i], first[i], layouts, ask, chunk); });
}

}  // namespace plstm

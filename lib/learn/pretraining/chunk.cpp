#include "learn/pretraining/chunk.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

void read_into(const PretrainingSet& set, std::int32_t number, std::size_t first, const AskOptions& ask,
               Chunk& chunk) {
  PretrainingBlock block = set.read(number);
  const std::size_t columns = set.header().target_names.size();
  Random random(mix_seed(ask.seed, static_cast<std::uint64_t>(number)));
  for (std::size_t i = 0; i < block.graphs.size(); ++i) {
    chunk.graphs[first + i] = {};
    chunk.graphs[first + i].graph = std::move(block.graphs[i]);
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

void read_chunk(const PretrainingSet& set, std::span<const std::int32_t> blocks, const AskOptions& ask,
                Chunk& chunk) {
  const std::size_t columns = set.header().target_names.size();
  std::vector<std::size_t> first(blocks.size() + 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    first[i + 1] = first[i] + static_cast<std::size_t>(set.graphs_in(blocks[i]));
  }
  chunk.count = static_cast<std::int64_t>(first.back());
  if (chunk.graphs.size() < first.back()) chunk.graphs.resize(first.back());
  chunk.prepared.assign(chunk.graphs.size(), 0);
  chunk.targets.resize(chunk.graphs.size() * columns);
  chunk.present.resize(chunk.graphs.size() * columns);
  parallel_for(blocks.size(), 1, [&](std::size_t i) { read_into(set, blocks[i], first[i], ask, chunk); });
}

Learner chunk_learner(const GraphModel& model, Chunk& chunk) {
  Learner learner = graph_learner(model, chunk.graphs);
  learner.check = {};  // it asks for layouts; a set holds whole graphs
  learner.make_forward = [make = learner.make_forward, layouts = layouts_of(model), &chunk]() -> Forward {
    return [forward = make(), layouts, &chunk](Tape<float>& tape, std::span<const std::int32_t> samples) {
      for (const std::int32_t sample : samples) {
        const auto at = static_cast<std::size_t>(sample);
        if (chunk.prepared[at] != 0) continue;
        chunk.graphs[at] = prepare_graph(std::move(chunk.graphs[at].graph), {.layouts = layouts});
        chunk.prepared[at] = 1;
      }
      return forward(tape, samples);
    };
  };
  return learner;
}

}  // namespace plstm

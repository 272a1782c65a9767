#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

constexpr const char* kLongest = "longest_path";

// Each node but the first has one to three in-edges from the eight nodes before it. Its label is the number of edges on
// the longest path into it.
GraphRecord make_graph(NodeId nodes, const std::string& name, Random& random) {
  GraphRecord record;
  record.name = name;
  record.place = "paths";
  record.num_nodes = nodes;
  std::vector<int> longest(static_cast<std::size_t>(nodes));
  for (NodeId node = 1; node < nodes; ++node) {
    const auto reach = static_cast<std::uint64_t>(std::min<NodeId>(node, 8));
    std::vector<NodeId> from;
    for (auto left = std::min<std::uint64_t>(1 + random.below(3), reach); left > 0; --left) {
      const NodeId tail = node - 1 - static_cast<NodeId>(random.below(reach));
      if (std::ranges::find(from, tail) == from.end()) from.push_back(tail);
    }
    for (const NodeId tail : from) {
      record.edges.push_back({tail, node});
      longest[static_cast<std::size_t>(node)] =
          std::max(longest[static_cast<std::size_t>(node)], longest[static_cast<std::size_t>(tail)] + 1);
    }
  }
  AttributeColumn column{kLongest, {}};
  for (const int length : longest) column.values.emplace_back(static_cast<double>(length));
  record.node_attributes.push_back(std::move(column));
  return record;
}

}  // namespace

DagBenchmark make_paths(const DagDataOptions& options, std::uint64_t seed) {
  DagBenchmark benchmark;
  benchmark.name = "paths";
  benchmark.protocol = fmt::format("{} of 10 to 30 nodes, a tenth to validate, a tenth of 160 to 480 to test",
                                   options.formulas);
  benchmark.counts = true;
  if (options.formulas < 10)
    throw ConfigError(fmt::format("--formulas is {}, expected 10 or more", options.formulas));
  Random random(mix_seed(seed, 0xFA));
  const auto add = [&](std::int32_t count, std::uint64_t least, std::uint64_t most,
                       std::vector<std::int32_t>& part) {
    for (std::int32_t i = 0; i < count; ++i) {
      part.push_back(static_cast<std::int32_t>(benchmark.records.size()));
      const auto nodes = static_cast<NodeId>(least + random.below(most - least + 1));
      benchmark.records.push_back(make_graph(nodes, fmt::to_string(part.back()), random));
    }
  };
  add(options.formulas, 10, 30, benchmark.split.train);
  add(options.formulas / 10, 10, 30, benchmark.split.validation);
  add(options.formulas / 10, 160, 480, benchmark.split.test);
  benchmark.labels = read_one_target(benchmark.records, kLongest);
  return benchmark;
}

}  // namespace plstm::bench

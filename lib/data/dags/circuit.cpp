#include "plstm/data/dags/circuit.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/attribute_value.hpp>

namespace plstm {
namespace {

enum class Kind : std::uint8_t { kConstant, kInput, kGate, kOutput };

[[noreturn]] void fail(const GraphRecord& circuit, const std::string& problem) {
  throw FileError(fmt::format("{}: graph '{}': {}", circuit.place, circuit.name, problem));
}

const AttributeColumn& column(const GraphRecord& circuit, const std::vector<AttributeColumn>& columns,
                              std::string_view name, const char* what) {
  const AttributeColumn* found = find_attribute(columns, name);
  if (found == nullptr) {
    fail(circuit, fmt::format("{} attribute '{}' is missing, which circuits have (AIGER files are read so)",
                              what, name));
  }
  return *found;
}

std::vector<Kind> kinds_of(const GraphRecord& circuit) {
  constexpr std::array<std::pair<std::string_view, Kind>, 8> kKinds{{{"constant", Kind::kConstant},
                                                                     {"input", Kind::kInput},
                                                                     {"latch", Kind::kInput},
                                                                     {"and", Kind::kGate},
                                                                     {"output", Kind::kOutput},
                                                                     {"bad", Kind::kOutput},
                                                                     {"constraint", Kind::kOutput},
                                                                     {"next", Kind::kOutput}}};
  if (circuit.num_nodes == 0) return {};
  std::vector<Kind> kinds;
  for (const AttributeValue& value : column(circuit, circuit.node_attributes, "kind", "node").values) {
    const auto* text = std::get_if<std::string>(&value);
    const auto found = std::ranges::find_if(
        kKinds, [&](const auto& each) { return text != nullptr && each.first == *text; });
    if (found == kKinds.end()) {
      fail(circuit,
           fmt::format("node '{}' is of kind {}, expected constant, input, latch, and, output or next",
                       node_name(circuit, static_cast<NodeId>(kinds.size())), in_quotes(value)));
    }
    kinds.push_back(found->second);
  }
  return kinds;
}

// All ones where an edge is inverted.
std::vector<std::uint64_t> masks_of(const GraphRecord& circuit) {
  if (circuit.edges.empty()) return {};
  std::vector<std::uint64_t> masks;
  for (const AttributeValue& value : column(circuit, circuit.edge_attributes, "inverted", "edge").values) {
    const std::optional<double> number = number_of(value);
    if (number != 0.0 && number != 1.0)
      fail(circuit,
           fmt::format("'inverted' of edge {} is {}, expected 0 or 1", masks.size(), in_quotes(value)));
    masks.push_back(*number == 1.0 ? ~std::uint64_t{0} : 0);
  }
  return masks;
}

DagOptions with_parallel_edges() {
  return {ParallelEdges::kKeep, false};  // a gate may read one signal twice
}

// Nodes after all that they read.
std::vector<NodeId> topological_order(const Dag& dag) {
  std::vector<NodeId> order;
  std::vector<std::int32_t> open(static_cast<std::size_t>(dag.num_nodes()));
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    open[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(dag.in_edges(node).size());
    if (open[static_cast<std::size_t>(node)] == 0) order.push_back(node);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const EdgeId edge : dag.out_edges(order[i])) {
      if (--open[static_cast<std::size_t>(dag.head(edge))] == 0) order.push_back(dag.head(edge));
    }
  }
  return order;
}

constexpr std::size_t kWords = 8;  // simulated together: a node has a line of cache
using Words = std::array<std::uint64_t, kWords>;

// The circuit with all that the inner loop reads.
struct Simulated {
  Dag dag;
  std::vector<Kind> kinds;
  std::vector<std::uint64_t> masks;
  std::vector<NodeId> order;
  std::vector<std::int64_t> input_numbers;  // of inputs, by node
};

Simulated prepare(const GraphRecord& circuit) {
  Simulated result{dag_of(circuit, with_parallel_edges()), kinds_of(circuit), masks_of(circuit), {}, {}};
  result.order = topological_order(result.dag);
  result.input_numbers.resize(result.kinds.size());
  std::int64_t inputs = 0;
  for (std::size_t node = 0; node < result.kinds.size(); ++node) {
    const bool reads = !result.dag.in_edges(static_cast<NodeId>(node)).empty();
    const bool source = result.kinds[node] == Kind::kInput || result.kinds[node] == Kind::kConstant;
    if (reads == source) {
      fail(circuit, fmt::format("node '{}' of this kind must have {} edges into it",
                                node_name(circuit, static_cast<NodeId>(node)), source ? "no" : "some"));
    }
    if (result.kinds[node] == Kind::kInput) result.input_numbers[node] = inputs++;
  }
  return result;
}

void simulate(const Simulated& circuit, std::uint64_t seed, std::uint64_t block, std::vector<Words>& values) {
  for (const NodeId node : circuit.order) {
    const auto at = static_cast<std::size_t>(node);
    Words& value = values[at];
    if (circuit.kinds[at] == Kind::kInput) {
      const std::uint64_t own =
          mix_seed(mix_seed(seed, static_cast<std::uint64_t>(circuit.input_numbers[at])), block);
      for (std::size_t word = 0; word < kWords; ++word) value[word] = mix_seed(own, word);
      continue;
    }
    value.fill(circuit.kinds[at] == Kind::kConstant ? 0 : ~std::uint64_t{0});
    for (const EdgeId edge : circuit.dag.in_edges(node)) {
      const Words& from = values[static_cast<std::size_t>(circuit.dag.tail(edge))];
      const std::uint64_t mask = circuit.masks[static_cast<std::size_t>(edge)];
      for (std::size_t word = 0; word < kWords; ++word) value[word] &= from[word] ^ mask;
    }
  }
}

}  // namespace

std::vector<double> signal_probabilities(const GraphRecord& circuit, std::int64_t patterns,
                                         std::uint64_t seed) {
  if (patterns < 1)
    throw ConfigError(fmt::format("signal_probabilities: {} patterns, expected 1 or more", patterns));
  const Simulated simulated = prepare(circuit);
  const std::size_t nodes = simulated.kinds.size();
  constexpr std::int64_t kBlock = 64 * static_cast<std::int64_t>(kWords);
  const auto blocks = static_cast<std::size_t>((patterns + kBlock - 1) / kBlock);
  // Counts are whole numbers, whose sums do not depend on their order. A few lanes bound the memory.
  constexpr std::size_t kLanes = 8;
  std::vector<std::vector<std::uint32_t>> ones(std::min(kLanes, blocks));
  parallel_for(ones.size(), 1, [&](std::size_t lane) {
    ones[lane].resize(nodes);
    std::vector<Words> values(nodes);
    for (std::size_t block = lane; block < blocks; block += ones.size()) {
      simulate(simulated, seed, block, values);
      for (std::size_t node = 0; node < nodes; ++node) {
        for (const std::uint64_t word : values[node])
          ones[lane][node] += static_cast<std::uint32_t>(std::popcount(word));
      }
    }
  });
  std::vector<double> shares(nodes);
  for (std::size_t node = 0; node < nodes; ++node) {
    std::int64_t sum = 0;
    for (const std::vector<std::uint32_t>& lane : ones) sum += lane[node];
    shares[node] = static_cast<double>(sum) / static_cast<double>(static_cast<std::int64_t>(blocks) * kBlock);
  }
  return shares;
}

GraphRecord sub_circuit(const GraphRecord& circuit, const std::vector<NodeId>& roots,
                        std::int64_t most_gates) {
  if (roots.empty()) throw ConfigError("sub_circuit: there is no root");
  const Dag dag = dag_of(circuit, with_parallel_edges());
  const std::vector<Kind> kinds = kinds_of(circuit);
  const std::vector<std::uint64_t> masks = masks_of(circuit);
  std::vector<std::uint8_t> chosen(kinds.size());
  std::vector<NodeId> gates;
  const auto take = [&](NodeId node) {
    const auto at = static_cast<std::size_t>(node);
    if (kinds[at] != Kind::kGate || chosen[at] != 0 || std::ssize(gates) >= most_gates) return;
    chosen[at] = 1;
    gates.push_back(node);
  };
  for (const NodeId root : roots) {
    if (root < 0 || root >= dag.num_nodes() || kinds[static_cast<std::size_t>(root)] != Kind::kGate)
      throw ConfigError(fmt::format("sub_circuit: node {} is no gate", root));
    take(root);
  }
  for (std::size_t i = 0; i < gates.size(); ++i) {
    for (const EdgeId edge : dag.in_edges(gates[i])) take(dag.tail(edge));
  }
  std::ranges::sort(gates);

  GraphRecord part;
  part.name = circuit.name;
  part.place = circuit.place;
  std::vector<NodeId> numbers(kinds.size(), -1);
  AttributeColumn kind{"kind", {}}, inverted{"inverted", {}};
  const auto add = [&](std::string text) {
    kind.values.emplace_back(std::move(text));
    return part.num_nodes++;
  };
  for (const NodeId gate : gates) {
    for (const EdgeId edge : dag.in_edges(gate)) {
      const auto tail = static_cast<std::size_t>(dag.tail(edge));
      if (chosen[tail] == 0 && numbers[tail] < 0)
        numbers[tail] = add(kinds[tail] == Kind::kConstant ? "constant" : "input");
    }
  }
  for (const NodeId gate : gates) numbers[static_cast<std::size_t>(gate)] = add("and");
  const auto connect = [&](NodeId tail, NodeId head, bool invert) {
    part.edges.push_back({tail, head});
    inverted.values.emplace_back(invert ? 1.0 : 0.0);
  };
  for (const NodeId gate : gates) {
    for (const EdgeId edge : dag.in_edges(gate)) {
      connect(numbers[static_cast<std::size_t>(dag.tail(edge))], numbers[static_cast<std::size_t>(gate)],
              masks[static_cast<std::size_t>(edge)] != 0);
    }
  }
  for (const NodeId root : roots) {
    if (chosen[static_cast<std::size_t>(root)] == 0) continue;
    chosen[static_cast<std::size_t>(root)] = 0;  // a root that is named twice has one output
    connect(numbers[static_cast<std::size_t>(root)], add("output"), false);
  }
  part.node_attributes.push_back(std::move(kind));
  part.edge_attributes.push_back(std::move(inverted));
  return part;
}

}  // namespace plstm

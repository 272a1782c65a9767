#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/circuit.hpp>
#include <plstm/data/dags/formats/read_graphs.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

constexpr const char* kTrain[] = {"adder", "arbiter", "bar", "max", "priority", "sin"};
constexpr const char* kValidation[] = {"dec", "multiplier"};
constexpr const char* kTest[] = {"div", "hyp", "mem_ctrl", "square"};
constexpr const char* kProbability = "probability";

GraphRecord read_circuit(const DagDataOptions& options, const std::string& name) {
  const std::filesystem::path path = options.data_dir / "EPFL" / (name + ".aig");
  GraphRecord circuit = read_graphs(path).at(0);
  circuit.name = name;
  return circuit;
}

void label(GraphRecord& circuit, const DagDataOptions& options, std::uint64_t seed) {
  AttributeColumn column{kProbability, {}};
  for (const double share : signal_probabilities(circuit, options.patterns, seed))
    column.values.emplace_back(share);
  circuit.node_attributes.push_back(std::move(column));
  // Inputs and constants have no label: all that is to be known of them is given.
  const AttributeColumn& kinds = *find_attribute(circuit.node_attributes, "kind");
  for (std::size_t node = 0; node < kinds.values.size(); ++node) {
    const std::string& kind = std::get<std::string>(kinds.values[node]);
    if (kind != "and") circuit.node_attributes.back().values[node] = {};
  }
}

// Names differ from circuit to circuit, and kinds of sub-circuits have no names.
void forget_names(GraphRecord& circuit) {
  circuit.node_names.clear();
  circuit.graph_attributes.clear();
  std::erase_if(circuit.node_attributes, [](const AttributeColumn& column) {
    return column.name != "kind" && column.name != kProbability;
  });
}

// Parts that random gates depend on, of different sizes.
void add_parts(const GraphRecord& circuit, const DagDataOptions& options, std::uint64_t seed,
               std::vector<GraphRecord>& records) {
  std::vector<NodeId> gates;
  const AttributeColumn& kinds = *find_attribute(circuit.node_attributes, "kind");
  for (NodeId node = 0; node < circuit.num_nodes; ++node) {
    if (std::get<std::string>(kinds.values[static_cast<std::size_t>(node)]) == "and") gates.push_back(node);
  }
  Random random(seed);
  for (std::int32_t part = 0; part < options.parts; ++part) {
    std::vector<NodeId> roots;
    const auto count = 1 + random.below(8);
    for (std::uint64_t i = 0; i < count; ++i) roots.push_back(gates[random.below(gates.size())]);
    const auto span = static_cast<std::uint64_t>(options.most_gates);
    const auto most = static_cast<std::int64_t>(1 + random.below(span));
    GraphRecord own = sub_circuit(circuit, roots, most);
    own.name = fmt::format("{}_{}", circuit.name, part);
    label(own, options, mix_seed(seed, static_cast<std::uint64_t>(part)));
    records.push_back(std::move(own));
  }
}

}  // namespace

DagBenchmark load_circuits(const DagDataOptions& options, std::uint64_t seed) {
  DagBenchmark benchmark;
  benchmark.name = "circuits";
  benchmark.protocol = "parts of 6 circuits, of 2 to validate, 4 whole ones to test";
  std::uint64_t number = 0;
  const auto add = [&](std::span<const char* const> names, bool whole, std::vector<std::int32_t>& part) {
    for (const char* name : names) {
      ++number;
      GraphRecord circuit = read_circuit(options, name);
      const auto first = std::ssize(benchmark.records);
      if (whole) {
        label(circuit, options, 1);  // the same for every seed
        benchmark.records.push_back(std::move(circuit));
      } else {
        add_parts(circuit, options, mix_seed(seed, number), benchmark.records);
      }
      for (auto i = first; i < std::ssize(benchmark.records); ++i)
        part.push_back(static_cast<std::int32_t>(i));
    }
  };
  add(kTrain, false, benchmark.split.train);
  add(kValidation, false, benchmark.split.validation);
  add(kTest, true, benchmark.split.test);
  for (GraphRecord& record : benchmark.records) forget_names(record);
  benchmark.labels = read_one_target(benchmark.records, kProbability);
  return benchmark;
}

}  // namespace plstm::bench

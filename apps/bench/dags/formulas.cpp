#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

constexpr const char* kValue = "value";
constexpr std::array<const char*, 3> kOperations{"min", "max", "sum"};  // sum modulo 10

// Operations on digits and on operations before them, which may be read more than once. The last one has all that
// nothing else reads below it. Every operation has its value as a label.
GraphRecord make_formula(std::int64_t operations, const std::string& name, Random& random) {
  GraphRecord record;
  record.name = name;
  record.place = "formulas";
  AttributeColumn op{"op", {}}, target{kValue, {}};
  std::vector<int> values;
  std::vector<std::uint8_t> is_read;
  const auto add = [&](const std::string& what, int value, bool labelled) {
    op.values.emplace_back(what);
    AttributeValue& label = target.values.emplace_back();
    if (labelled) label = fmt::to_string(value);
    values.push_back(value);
    is_read.push_back(labelled ? 0 : 1);
    return record.num_nodes++;
  };
  for (std::int64_t i = 0; i < operations; ++i) {
    std::vector<NodeId> arguments;
    const auto take = [&](NodeId node) {
      if (std::ranges::find(arguments, node) == arguments.end()) arguments.push_back(node);
      is_read[static_cast<std::size_t>(node)] = 1;
    };
    const bool last = i + 1 == operations;
    if (last) {
      for (NodeId node = 0; node < record.num_nodes; ++node) {
        if (is_read[static_cast<std::size_t>(node)] == 0) take(node);
      }
    } else {
      // Recent operations are read more often, so that formulas are deep.
      const auto reads = random.below(3);
      for (std::uint64_t r = 0; r < reads && record.num_nodes > 0; ++r) {
        const auto back =
            1 + random.below(std::min<std::uint64_t>(12, static_cast<std::uint64_t>(record.num_nodes)));
        take(record.num_nodes - static_cast<NodeId>(back));
      }
    }
    while (arguments.size() < 2) {
      const auto digit = static_cast<int>(random.below(10));
      take(add(fmt::to_string(digit), digit, false));
    }
    const auto kind = random.below(kOperations.size());
    int value = values[static_cast<std::size_t>(arguments[0])];
    for (std::size_t a = 1; a < arguments.size(); ++a) {
      const int other = values[static_cast<std::size_t>(arguments[a])];
      value = kind == 0 ? std::min(value, other) : kind == 1 ? std::max(value, other) : (value + other) % 10;
    }
    const NodeId node = add(kOperations[kind], value, true);
    for (const NodeId argument : arguments) record.edges.push_back({argument, node});
  }
  record.node_attributes = {std::move(op), std::move(target)};
  return record;
}

}  // namespace

DagBenchmark make_formulas(const DagDataOptions& options, std::uint64_t seed) {
  DagBenchmark benchmark;
  benchmark.name = "formulas";
  benchmark.protocol = fmt::format(
      "{} of 5 to 30 operations, a tenth to validate, a quarter of 60 to 120 to test", options.formulas);
  if (options.formulas < 10)
    throw ConfigError(fmt::format("--formulas is {}, expected 10 or more", options.formulas));
  Random random(mix_seed(seed, 0xF0));
  const auto add = [&](std::int32_t count, std::int64_t least, std::int64_t most,
                       std::vector<std::int32_t>& part) {
    for (std::int32_t i = 0; i < count; ++i) {
      const auto span = static_cast<std::uint64_t>(most - least + 1);
      const auto operations = least + static_cast<std::int64_t>(random.below(span));
      part.push_back(static_cast<std::int32_t>(benchmark.records.size()));
      benchmark.records.push_back(make_formula(operations, fmt::to_string(part.back()), random));
    }
  };
  add(options.formulas, 5, 30, benchmark.split.train);
  add(options.formulas / 10, 5, 30, benchmark.split.validation);
  add(options.formulas / 4, 60, 120, benchmark.split.test);
  benchmark.labels = read_one_target(benchmark.records, kValue, TaskType::kMulticlass);
  return benchmark;
}

}  // namespace plstm::bench

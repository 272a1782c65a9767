#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

// Ends of the six operations of a cell in the order of its text: nodes 0 (input) to 3 (output).
constexpr std::array<std::pair<int, int>, 6> kPlaces{{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};

std::vector<std::string> operations_of(std::string_view cell) {
  std::vector<std::string> operations;
  for (std::size_t at = 0; (at = cell.find('~', at)) != std::string_view::npos; ++at) {
    const std::size_t begin = cell.rfind('|', at) + 1;
    operations.emplace_back(cell.substr(begin, at - begin));
  }
  if (operations.size() != kPlaces.size())
    throw FileError(fmt::format("'{}' is no cell of NAS-Bench-201", cell));
  return operations;
}

// The cell as a DAG of operations: the input, those that do something, and the output.
GraphRecord record_of(std::string_view cell, std::string name, double accuracy, const char* target) {
  const std::vector<std::string> operations = operations_of(cell);
  GraphRecord record;
  record.name = std::move(name);
  record.place = "architectures.csv";
  AttributeColumn op{"op", {std::string("input")}};
  std::array<NodeId, 6> nodes{};
  record.num_nodes = 1;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    nodes[i] = operations[i] == "none" ? -1 : record.num_nodes++;
    if (nodes[i] >= 0) op.values.emplace_back(operations[i]);
  }
  const NodeId output = record.num_nodes++;
  op.values.emplace_back(std::string("output"));
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (nodes[i] < 0) continue;
    const auto [from, to] = kPlaces[i];
    if (from == 0) record.edges.push_back({0, nodes[i]});
    if (to == 3) record.edges.push_back({nodes[i], output});
    for (std::size_t j = 0; j < operations.size(); ++j) {
      if (nodes[j] >= 0 && kPlaces[j].first == to) record.edges.push_back({nodes[i], nodes[j]});
    }
  }
  record.node_attributes.push_back(std::move(op));
  record.graph_attributes.push_back({target, {accuracy}});
  return record;
}

}  // namespace

DagBenchmark load_nas201(const DagDataOptions& options, std::uint64_t seed) {
  const std::filesystem::path path = options.data_dir / "NASBench201" / "architectures.csv";
  std::ifstream file(path);
  if (!file) throw FileError(path.string() + ": cannot be opened; --data-dir names the folder of the data");
  CsvReader reader(file, path.string());
  const std::size_t cell = reader.column("arch"), value = reader.column(options.target);
  DagBenchmark benchmark;
  benchmark.name = fmt::format("nas201-{}", options.labels);
  benchmark.protocol = fmt::format("{} labels, a fifth of them to validate", options.labels);
  benchmark.ranks = true;
  for (CsvRow row; reader.next(row);) {
    benchmark.records.push_back(record_of(row.fields.at(cell), fmt::to_string(row.row - 1),
                                          parse_double(row.fields.at(value)), options.target.c_str()));
  }
  const auto count = static_cast<std::int32_t>(benchmark.records.size());
  if (options.labels < 10 || options.labels >= count)
    throw ConfigError(fmt::format("--labels is {}, expected 10 to {}", options.labels, count - 1));
  Random random(mix_seed(seed, 0x201));
  const std::vector<std::int32_t> order = random_permutation(count, random);
  const std::int32_t validation = options.labels / 5;
  benchmark.split.validation.assign(order.begin(), order.begin() + validation);
  benchmark.split.train.assign(order.begin() + validation, order.begin() + options.labels);
  benchmark.split.test.assign(order.begin() + options.labels, order.end());
  benchmark.labels = read_one_target(benchmark.records, options.target);
  return benchmark;
}

}  // namespace plstm::bench

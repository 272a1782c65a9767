#include "bench_data.hpp"

#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/hash.hpp>

namespace plstm::bench {
namespace {

// Row of the first label that is not 0 or 1, -1 if there is none.
Index first_that_is_no_answer(const BenchData& data) {
  for (Index row = 0; row < data.targets.rows(); ++row) {
    for (Index task = 0; task < data.targets.cols(); ++task) {
      const float label = data.targets(row, task);
      if (data.present(row, task) != 0 && label != 0 && label != 1) return row;
    }
  }
  return -1;
}

}  // namespace

TaskType choose_task(const BenchData& data, const std::string& asked) {
  const Index row = first_that_is_no_answer(data);
  if (asked.empty()) return row < 0 ? TaskType::kClassification : TaskType::kRegression;
  if (asked == "regression") return TaskType::kRegression;
  if (asked != "classification") {
    throw ConfigError(fmt::format("unknown task '{}', expected one of classification, regression", asked));
  }
  if (row >= 0) {
    throw FileError(fmt::format("{}: row {} has a label that is neither 0 nor 1; use --task regression",
                                data.name, row + 1));
  }
  return TaskType::kClassification;
}

std::string digest_of(const BenchData& data) {
  Hash digest;
  const auto add = [&]<class T>(const std::vector<T>& values) { digest.add_all(std::span<const T>(values)); };
  for (const PreparedGraph& prepared : data.graphs) {
    const AttributedGraph& graph = prepared.graph;
    digest.add_number(static_cast<std::uint64_t>(graph.dag.num_nodes()));
    for (const auto& edge : graph.dag.edges()) {
      digest.add_number((static_cast<std::uint64_t>(edge.tail) << 32) |
                        static_cast<std::uint32_t>(edge.head));
    }
    add(graph.node_values);
    add(graph.node_codes);
    add(graph.edge_values);
    add(graph.edge_codes);
    if (graph.graph_value_width > 0) add(graph.graph_values);
  }
  for (const std::string& target : data.target_names) digest.add(target);
  for (Index i = 0; i < data.targets.size(); ++i) {
    const bool known = data.present.data()[i] != 0;
    const float label = known ? data.targets.data()[i] : 0.0f;
    digest.add_number(known ? 1 : 0);
    digest.add_all(std::span<const float>(&label, 1));
  }
  return digest.text();
}

}  // namespace plstm::bench

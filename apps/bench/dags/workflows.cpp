#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/dags/read_graphs.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

constexpr const char* kLogRuntime = "log10_runtime";

}  // namespace

DagBenchmark load_workflows(const DagDataOptions& options, std::uint64_t seed) {
  DagBenchmark benchmark;
  benchmark.name = "workflows";
  benchmark.protocol = "random 8:1:1, whole applications";
  benchmark.records = read_graphs(options.data_dir / "WfInstances");
  benchmark.ignored = {"runtime_s", "makespan_s", "source", "application"};
  std::map<std::string, std::vector<std::int32_t>> applications;
  for (std::size_t i = 0; i < benchmark.records.size(); ++i) {
    GraphRecord& record = benchmark.records[i];
    const AttributeColumn* seconds = find_attribute(record.node_attributes, "runtime_s");
    const AttributeColumn* application = find_attribute(record.graph_attributes, "application");
    if (seconds == nullptr || application == nullptr)
      throw FileError(record.place + ": 'runtime_s' or 'application' is missing");
    applications[text_of(application->values[0])].push_back(static_cast<std::int32_t>(i));
    AttributeColumn target{kLogRuntime, {}};
    for (const AttributeValue& value : seconds->values) {
      const std::optional<double> number = number_of(value);
      AttributeValue& label = target.values.emplace_back();
      if (number.has_value()) label = std::log10(1 + *number);
    }
    record.node_attributes.push_back(std::move(target));
  }
  std::vector<std::vector<std::int32_t>> groups;
  for (auto& [name, group] : applications) groups.push_back(std::move(group));
  benchmark.split = random_group_split(groups, {}, seed);
  benchmark.labels = read_one_target(benchmark.records, kLogRuntime);
  return benchmark;
}

}  // namespace plstm::bench

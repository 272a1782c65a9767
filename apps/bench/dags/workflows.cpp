#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/dags/formats/read_graphs.hpp>

#include "dag_benchmark.hpp"

namespace plstm::bench {
namespace {

constexpr const char* kLogRuntime = "log10_runtime";

}  // namespace

DagBenchmark load_workflows(const DagDataOptions& options, std::uint64_t seed) {
  DagBenchmark benchmark;
  benchmark.name = "workflows";
  benchmark.protocol = "14 applications, 2 to validate, 4 to test";
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
  Random random(mix_seed(seed, 0x3F));
  const std::vector<std::int32_t> order =
      random_permutation(static_cast<std::int32_t>(groups.size()), random);
  constexpr std::size_t kTest = 4, kValidation = 2;
  if (groups.size() <= kTest + kValidation)
    throw FileError("WfInstances has too few applications to test with others than those that are learnt");
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& part = i < kTest                 ? benchmark.split.test
                 : i < kTest + kValidation ? benchmark.split.validation
                                           : benchmark.split.train;
    const auto& group = groups[static_cast<std::size_t>(order[i])];
    part.insert(part.end(), group.begin(), group.end());
  }
  benchmark.labels = read_one_target(benchmark.records, kLogRuntime);
  return benchmark;
}

}  // namespace plstm::bench

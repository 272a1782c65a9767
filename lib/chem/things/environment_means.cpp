#include "plstm/chem/things/environment_means.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

using Key = std::vector<std::int32_t>;

constexpr std::int64_t kFewest = 3;  // values of an environment whose mean is taken
constexpr std::size_t kAtomColumns = 9, kBondColumns = 3;
constexpr std::size_t kElement = 0, kChirality = 1, kAromatic = 7, kBondType = 0;

std::span<const std::int32_t> row_of(const std::vector<std::int32_t>& codes, std::size_t row,
                                     std::size_t width) {
  return std::span(codes).subspan(row * width, width);
}

void append(Key& key, const Key& more) {
  key.insert(key.end(), more.begin(), more.end());
}

// Atoms: with neighbours, without them, the element.
std::array<std::vector<Key>, 3> keys_of_atoms(const AttributedGraph& graph) {
  const auto nodes = static_cast<std::size_t>(graph.dag.num_nodes());
  std::array<std::vector<Key>, 3> keys;
  for (std::size_t node = 0; node < nodes; ++node) {
    const auto codes = row_of(graph.node_codes, node, kAtomColumns);
    Key own(codes.begin(), codes.end());
    own[kChirality] = 0;
    keys[1].push_back(std::move(own));
    keys[2].push_back({codes[kElement]});
  }
  std::vector<std::vector<Key>> neighbours(nodes);
  const std::span<const Arc> edges = graph.dag.edges();
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto tail = static_cast<std::size_t>(edges[e].tail), head = static_cast<std::size_t>(edges[e].head);
    const std::int32_t type = row_of(graph.edge_codes, e, kBondColumns)[kBondType];
    neighbours[tail].push_back({type, keys[1][head][kElement], keys[1][head][kAromatic]});
    neighbours[head].push_back({type, keys[1][tail][kElement], keys[1][tail][kAromatic]});
  }
  keys[0] = keys[1];
  for (std::size_t node = 0; node < nodes; ++node) {
    std::ranges::sort(neighbours[node]);
    for (const Key& neighbour : neighbours[node]) append(keys[0][node], neighbour);
  }
  return keys;
}

std::array<std::vector<Key>, 3> keys_of_bonds(const AttributedGraph& graph) {
  const std::array<std::vector<Key>, 3> atoms = keys_of_atoms(graph);
  std::array<std::vector<Key>, 3> keys;
  const std::span<const Arc> edges = graph.dag.edges();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const auto codes = row_of(graph.edge_codes, e, kBondColumns);
      Key key(codes.begin(), codes.end());
      const Key& tail = atoms[i][static_cast<std::size_t>(edges[e].tail)];
      const Key& head = atoms[i][static_cast<std::size_t>(edges[e].head)];
      append(key, std::min(tail, head));
      append(key, std::max(tail, head));
      keys[i].push_back(std::move(key));
    }
  }
  return keys;
}

std::size_t outputs_of(const Task& task) {
  return task.type == TaskType::kMulticlass ? static_cast<std::size_t>(task.classes) : 1;
}

}  // namespace

std::array<std::vector<EnvironmentMeans::Key>, EnvironmentMeans::kDescriptions> EnvironmentMeans::keys_of(
    const AttributedGraph& graph) const {
  check_size("EnvironmentMeans", "node_code_width", graph.node_code_width, kAtomColumns);
  check_size("EnvironmentMeans", "edge_code_width", graph.edge_code_width, kBondColumns);
  std::array<std::vector<Key>, 3> finer =
      level_ == Readout::kNode ? keys_of_atoms(graph) : keys_of_bonds(graph);
  std::vector<Key> none(finer.front().size());
  return {std::move(finer[0]), std::move(finer[1]), std::move(finer[2]), std::move(none)};
}

EnvironmentMeans::EnvironmentMeans(const LabeledGraphs& data, std::span<const std::int32_t> graphs,
                                   std::span<const Task> tasks)
    : level_(data.level()), tasks_(tasks.begin(), tasks.end()) {
  if (level_ == Readout::kGraph) throw ConfigError("EnvironmentMeans: whole graphs have no environment");
  check_size("EnvironmentMeans", "tasks", std::ssize(tasks), data.num_tasks());
  const Sums empty{std::vector<std::int64_t>(tasks.size(), 0),
                   std::vector<double>(static_cast<std::size_t>(num_outputs(tasks)), 0)};
  for (const std::int32_t graph : graphs) {
    const auto g = static_cast<std::size_t>(graph);
    const auto keys = keys_of(data.graphs()[g].graph);
    for (std::size_t description = 0; description < kDescriptions; ++description) {
      for (std::size_t i = 0; i < keys[description].size(); ++i) {
        Sums& sums = sums_[description].try_emplace(keys[description][i], empty).first->second;
        const std::size_t first = (static_cast<std::size_t>(data.offsets()[g]) + i) * tasks.size();
        std::size_t output = 0;
        for (std::size_t task = 0; task < tasks.size(); ++task) {
          const double value = data.targets()[first + task];
          if (data.present()[first + task] != 0) {
            const bool classes = tasks[task].type == TaskType::kMulticlass;
            ++sums.counts[task];
            sums.sums[output + (classes ? static_cast<std::size_t>(value) : 0)] += classes ? 1 : value;
          }
          output += outputs_of(tasks[task]);
        }
      }
    }
  }
}

std::vector<double> EnvironmentMeans::predict(const AttributedGraph& graph) const {
  const auto keys = keys_of(graph);
  std::vector<double> values;
  for (std::size_t i = 0; i < keys.front().size(); ++i) {
    std::size_t output = 0;
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      const Sums* found = nullptr;
      for (std::size_t description = 0; description < kDescriptions; ++description) {
        const auto sums = sums_[description].find(keys[description][i]);
        if (sums == sums_[description].end()) continue;
        found = &sums->second;
        if (found->counts[task] >= kFewest) break;
      }
      const double count = found != nullptr ? static_cast<double>(found->counts[task]) : 0;
      const std::size_t outputs = outputs_of(tasks_[task]);
      for (std::size_t c = 0; c < outputs; ++c) {
        const double sum = found != nullptr ? found->sums[output + c] : 0;
        if (tasks_[task].type == TaskType::kRegression) {
          values.push_back(count > 0 ? sum / count : 0);
        } else {
          const double classes = outputs == 1 ? 2 : static_cast<double>(outputs);
          values.push_back((sum + 0.5) / (count + classes / 2));
        }
      }
      output += outputs;
    }
  }
  return values;
}

}  // namespace plstm

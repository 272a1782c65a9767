#include "companion_tensors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "named_tensors.hpp"

namespace plstm {
namespace {

constexpr std::uint32_t kCountBits = 8;  // as many as kMostCount needs
static_assert(kMostCount < 1u << kCountBits);
static_assert(kNumCountLabels <= 1u << (32 - kCountBits));

std::string name_of_part(std::size_t companion, std::string_view part) {
  return fmt::format("{}{}.{}", kCompanionPrefix, companion, part);
}

// Files have a kernel only where values of graphs are read.
std::optional<ValueKernel> read_kernel(NamedTensors& tensors, const std::string& name,
                                       const std::string& prefix) {
  if (!tensors.has(name)) return std::nullopt;
  const std::vector<double> numbers = tensors.take<double>(name, 1);
  if (numbers.size() != 4) {
    throw FileError(fmt::format("tensor '{}' has {} numbers, expected 4", name, numbers.size()));
  }
  return ValueKernel{tensors.take<double>(prefix + "mean", 1),
                     tensors.take<double>(prefix + "scale", 1),
                     numbers[0],
                     numbers[1],
                     numbers[2],
                     numbers[3]};
}

constexpr std::uint32_t kLeaf = 0xffffffff;

// `prefix` is that of the tensors' names.
CountForest read_forest(NamedTensors& tensors, const std::string& prefix) {
  CountForest model;
  model.labels = tensors.take<std::uint32_t>(prefix + "labels", 1);
  model.values = tensors.take_one<std::uint32_t>(prefix + "values");
  const std::vector<double> slopes = tensors.take<double>(prefix + "slopes", 1);
  const std::vector<double> shifts = tensors.take<double>(prefix + "shifts", 1);
  const std::vector<std::uint32_t> trees = tensors.take<std::uint32_t>(prefix + "trees", 1);
  const std::vector<std::uint32_t> sizes = tensors.take<std::uint32_t>(prefix + "sizes", 1);
  const std::vector<std::uint32_t> columns = tensors.take<std::uint32_t>(prefix + "columns", 1);
  const std::vector<std::uint32_t> right = tensors.take<std::uint32_t>(prefix + "right", 1);
  const std::vector<float> thresholds = tensors.take<float>(prefix + "thresholds", 1);
  const std::vector<float> means = tensors.take<float>(prefix + "means", 1);
  const auto total = [](const std::vector<std::uint32_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  };
  if (slopes.size() != trees.size() || shifts.size() != trees.size() || total(trees) != sizes.size() ||
      total(sizes) != columns.size() || right.size() != columns.size() ||
      thresholds.size() != columns.size() || means.size() != columns.size()) {
    throw FileError(fmt::format("the tensors '{}...' contradict each other", prefix));
  }
  std::size_t tree = 0, node = 0;
  for (std::size_t task = 0; task < trees.size(); ++task) {
    model.curves.push_back({slopes[task], shifts[task]});
    Forest& forest = model.forests.emplace_back();
    if (trees[task] > 0) forest.columns = static_cast<Index>(model.width());
    for (const std::size_t last = tree + trees[task]; tree < last; ++tree) {
      forest.roots.push_back(std::ssize(forest.nodes));
      for (const std::size_t end = node + sizes[tree]; node < end; ++node) {
        const bool leaf = columns[node] == kLeaf;
        if (!leaf &&
            (!std::in_range<std::int32_t>(columns[node]) || !std::in_range<std::int32_t>(right[node]))) {
          throw FileError(fmt::format("node {} of '{}...' is out of range", node, prefix));
        }
        forest.nodes.push_back({leaf ? -1 : static_cast<std::int32_t>(columns[node]),
                                leaf ? 0 : static_cast<std::int32_t>(right[node]), thresholds[node],
                                means[node]});
      }
    }
  }
  return model;
}

Companion read_companion(NamedTensors& tensors, std::size_t number) {
  const auto name = [&](std::string_view part) { return name_of_part(number, part); };
  Companion companion;
  TanimotoRidge& ridge = companion.ridge;
  companion.share = tensors.take_one<double>(name("share"));
  ridge.families = tensors.take_one<std::uint32_t>(name("families"));
  ridge.offsets = tensors.take<std::int64_t>(name("offsets"), 1);
  for (const std::uint32_t packed : tensors.take<std::uint32_t>(name("counts"), 1)) {
    ridge.counts.push_back({packed >> kCountBits, packed & kMostCount});
  }
  ridge.means = tensors.take<double>(name("means"), 1);
  ridge.weights = tensors.take<double>(name("weights"), 2);
  if (const auto kernel = read_kernel(tensors, name("kernel"), name("value_"))) {
    ridge.kernel = *kernel;
    ridge.values = tensors.take<double>(name("values"), 2);
  }
  if (const auto kernel = read_kernel(tensors, name("descriptor_kernel"), name("descriptor_"))) {
    ridge.descriptors = *kernel;
    ridge.descriptor_values = tensors.take<float>(name("descriptors"), 2);
  }
  check_tanimoto_ridge(ridge);
  if (tensors.has(name("forest_labels"))) {
    companion.forest = read_forest(tensors, name("forest_"));
    check_count_forest(companion.forest, companion.forest.forests.size());
  }
  return companion;
}

// All trees one behind the other.
struct ForestTensors {
  std::vector<double> slopes, shifts;         // [tasks]
  std::vector<std::uint32_t> trees;           // [tasks]
  std::vector<std::uint32_t> sizes;           // [trees] nodes
  std::vector<std::uint32_t> columns, right;  // [nodes]
  std::vector<float> thresholds, means;       // [nodes]

  explicit ForestTensors(const CountForest& model) {
    for (std::size_t task = 0; task < model.forests.size(); ++task) {
      const Forest& forest = model.forests[task];
      slopes.push_back(model.curves[task].slope);
      shifts.push_back(model.curves[task].shift);
      trees.push_back(static_cast<std::uint32_t>(forest.roots.size()));
      for (std::size_t tree = 0; tree < forest.roots.size(); ++tree) {
        const std::int64_t end =
            tree + 1 < forest.roots.size() ? forest.roots[tree + 1] : std::ssize(forest.nodes);
        sizes.push_back(static_cast<std::uint32_t>(end - forest.roots[tree]));
      }
      for (const Forest::Node& node : forest.nodes) {
        columns.push_back(node.column < 0 ? kLeaf : static_cast<std::uint32_t>(node.column));
        right.push_back(static_cast<std::uint32_t>(node.right));
        thresholds.push_back(node.threshold);
        means.push_back(node.value);
      }
    }
  }
};

}  // namespace

std::vector<Tensor> companion_tensors(std::span<const std::shared_ptr<const Companion>> companions) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < companions.size(); ++i) {
    const TanimotoRidge& ridge = companions[i]->ridge;
    const auto add = [&]<class T>(std::string_view part, std::vector<std::int64_t> shape,
                                  std::span<const T> values) {
      tensors.push_back(make_tensor<T>(name_of_part(i, part), std::move(shape), values));
    };
    std::vector<std::uint32_t> packed;
    for (const GraphCount& count : ridge.counts) packed.push_back(count.label << kCountBits | count.count);
    add("share", {1}, std::span(&companions[i]->share, 1));
    add("families", {1}, std::span(&ridge.families, 1));
    add("offsets", {std::ssize(ridge.offsets)}, std::span(ridge.offsets));
    add("counts", {std::ssize(packed)}, std::span<const std::uint32_t>(packed));
    add("means", {ridge.num_tasks()}, std::span(ridge.means));
    add("weights", {ridge.num_tasks(), ridge.num_landmarks()}, std::span(ridge.weights));
    const auto add_kernel = [&](std::string_view part, std::string_view prefix, const ValueKernel& kernel) {
      const std::array numbers{kernel.of_graphs, kernel.of_values, kernel.of_both, kernel.length};
      const std::int64_t width = std::ssize(kernel.mean);
      add(part, {std::ssize(numbers)}, std::span<const double>(numbers));
      add(fmt::format("{}mean", prefix), {width}, std::span(kernel.mean));
      add(fmt::format("{}scale", prefix), {width}, std::span(kernel.scale));
    };
    if (ridge.kernel.width() > 0) {
      add_kernel("kernel", "value_", ridge.kernel);
      add("values", {ridge.num_landmarks(), std::ssize(ridge.kernel.mean)}, std::span(ridge.values));
    }
    if (ridge.descriptors.width() > 0) {
      add_kernel("descriptor_kernel", "descriptor_", ridge.descriptors);
      add("descriptors", {ridge.num_landmarks(), std::ssize(ridge.descriptors.mean)},
          std::span(ridge.descriptor_values));
    }
    const CountForest& forest = companions[i]->forest;
    if (forest.empty()) continue;
    const ForestTensors of_forest(forest);
    const auto values = static_cast<std::uint32_t>(forest.values);
    const auto add_all = [&]<class T>(std::string_view part, const std::vector<T>& numbers) {
      add(fmt::format("forest_{}", part), {std::ssize(numbers)}, std::span(numbers));
    };
    add_all("labels", forest.labels);
    add("forest_values", {1}, std::span(&values, 1));
    add_all("slopes", of_forest.slopes);
    add_all("shifts", of_forest.shifts);
    add_all("trees", of_forest.trees);
    add_all("sizes", of_forest.sizes);
    add_all("columns", of_forest.columns);
    add_all("right", of_forest.right);
    add_all("thresholds", of_forest.thresholds);
    add_all("means", of_forest.means);
  }
  return tensors;
}

std::vector<std::shared_ptr<const Companion>> read_companions(std::span<const Tensor> tensors) {
  std::vector<Tensor> own;
  std::ranges::copy_if(tensors, std::back_inserter(own),
                       [&](const Tensor& tensor) { return tensor.name.starts_with(kCompanionPrefix); });
  NamedTensors unused(own);
  std::vector<std::shared_ptr<const Companion>> companions;
  while (unused.has(name_of_part(companions.size(), "share"))) {
    companions.push_back(std::make_shared<const Companion>(read_companion(unused, companions.size())));
  }
  if (!unused.empty()) throw FileError(fmt::format("tensor '{}' is unknown", unused.first()));
  return companions;
}

}  // namespace plstm
